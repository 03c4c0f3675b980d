"""Portfolio of a small programme, counted by hand.

Two calls; five projects in two regions; a municipality that ended, an example municipality, a
joint authority and a vendor.
"""

import datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from handmade import stand_in

from evaltools.evidence.allocation import allocate
from evaltools.indicators import portfolio, takeup
from evaltools.indicators.indicator import to_table
from evaltools.study import load_study

STUDY = load_study(Path(__file__).parents[2])

DAY = pd.Timestamp("2020-03-01")


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def strings(table, *columns):
    return table.astype(dict.fromkeys(columns, "string"))


def register():
    municipalities = frame(
        "year code region_code municipality_group population",
        (2021, "001", "01", "urban", 10_000),
        (2021, "002", "01", "rural", 2_000),
        (2021, "003", "02", "rural", 3_000),
        (2021, "004", "02", "rural", 5_000),
        (2022, "001", "01", "urban", None),
    )
    calls = frame(
        "call_id year subject_fi subject_sv subject_en decided applications granted granted_amount",
        ("2019-1", 2019, "a", "b", "c", DAY, 10, 4, None),
        ("2019-2", 2019, "a", "b", "c", pd.NaT, 6, None, None),
        ("2020", 2020, "a", "b", "c", DAY, 5, 1, 900.0),
        ("2023", 2023, "a", "b", "c", pd.Timestamp("2023-05-01"), 5, 1, 900.0),
    )
    calls = calls.astype({"year": "Int64", "applications": "Int64", "granted": "Int64"})
    return {
        "calls": strings(calls, "call_id"),
        "appropriations": frame("year amount", (2019, 3000.0), (2020, 1000.0)),
        "areas": strings(municipalities.astype({"year": "Int64", "population": "Int64"}), "code"),
        "area_changes": frame(
            "in_force ended_code successor_code",
            (pd.Timestamp("2021-01-01"), "009", "003"),
            (pd.Timestamp("2023-01-01"), "003", "004"),
        ),
        "regions": frame(
            "region_code name_fi name_sv name_en tile_row tile_column",
            ("01", "Etelä", "Syd", "South", 2, 1),
            ("02", "Pohjoinen", "Norr", "North", 1, 1),
        ),
    }


def programme(region="all", group="all", allocation="equal", cutoff="2021-06-30", euros=None):
    grants = euros or [600.0, None, 300.0, 100.0, 1000.0]
    leads = ["m1", "m1", "m9", "x1", "j1"]
    place = {
        "m1": ("001", "01", "urban", 10_000),
        "m2": ("002", "01", "rural", 2_000),
        "m9": ("009", "02", "rural", 900),
        "x1": (None, "02", "rural", 4_000),
        "j1": (None, "02", None, None),
    }
    kinds = {"j1": "joint_authority", "v1": "company"}
    projects = pd.DataFrame(
        {
            "project_id": ["p1", "p2", "p3", "p4", "p5"],
            "call_id": ["2019-1", "2019-1", "2019-2", "2020", "2020"],
            "year": [2019, 2019, 2019, 2020, 2020],
            "lead_org_id": leads,
            "decided": [DAY, DAY, pd.NaT, DAY, pd.Timestamp("2021-06-01")],
            "grant": np.array([np.nan if g is None else g for g in grants]),
            "region_code": [place[lead][1] for lead in leads],
            "municipality_group": [place[lead][2] for lead in leads],
            "joint": [True, False, False, False, False],
        }
    )
    rows = [("p1", "m1", "lead"), ("p1", "m2", "partner"), ("p1", "v1", "vendor"),
            ("p2", "m1", "lead"), ("p3", "m9", "lead"), ("p4", "x1", "lead"),
            ("p5", "j1", "lead")]  # fmt: skip
    taking = frame("project_id org_id role", *rows)
    nowhere = (None, None, None, None)
    names = ["area_code", "region_code", "municipality_group", "population"]
    for position, name in enumerate(names):
        taking[name] = [place.get(org, nowhere)[position] for org in taking["org_id"]]
    taking["kind"] = [kinds.get(org, "municipality") for org in taking["org_id"]]
    taking["share_amount"] = np.nan
    taking["population"] = taking["population"].astype("Int64")
    taking = strings(taking, "area_code", "region_code", "municipality_group")
    keep = pd.Series(True, index=projects.index)
    if region != "all":
        keep &= projects["region_code"] == region
    if group != "all":
        keep &= projects["municipality_group"] == group
    projects = projects[keep].reset_index(drop=True)
    taking = taking[taking["project_id"].isin(projects["project_id"])].reset_index(drop=True)
    parameters = SimpleNamespace(
        calls=("2019", "2020"), cutoff=datetime.date.fromisoformat(cutoff), region=region,
        municipality_group=group, language="en", allocation=allocation,
    )  # fmt: skip
    return stand_in(
        parameters=parameters, tables=register(), projects=projects, participations=taking,
        allocations=allocate(projects, taking, allocation, STUDY.declaration), N=len(projects),
        vocabulary=STUDY.declaration,
    )  # fmt: skip


def values(evidence):
    return {
        (record.key, *(value for _, value in record.dimensions)): record
        for record in portfolio.compute(evidence)
    }


def test_projects_are_counted_by_call_year_region_and_group():
    found = values(programme())
    counted = {key[1:]: r.value for key, r in found.items() if key[0] == "projects.funded.count"}
    assert counted == {
        (): 5, ("2019-1",): 2, ("2019-2",): 1, ("2020",): 2, ("2019",): 3,
        ("01",): 2, ("02",): 3, ("urban",): 2, ("semi_urban",): 0, ("rural",): 2, ("unknown",): 1,
    }  # fmt: skip
    joint = found["projects.joint.share",]
    assert (joint.x, joint.n) == (1, 5)


def test_what_is_not_published_of_a_call_is_not_guessed():
    found = values(programme())
    assert found["calls.applications.count",].value == 21
    assert found["calls.granted.count",].value == 5
    assert found["calls.granted.count",].note == "1 of 3 calls not found"
    assert found["calls.granted.count", "2019-2"].value is None
    assert found["calls.success.share", "2019-2"].value is None
    assert found["calls.success.share", "2019-1"].value == 0.4
    # Only calls of which both are known: 5 of 15.
    assert (found["calls.success.share",].x, found["calls.success.share",].n) == (5, 15)
    assert found["calls.awarded.money", "2020"].value == 900
    assert found["calls.appropriated.money", "2019"].value == 3000


def test_a_call_decided_after_the_cutoff_is_not_yet_there():
    evidence = programme()
    evidence.parameters.calls = ("2019", "2020", "2023")
    assert portfolio.call_table(evidence)["call_id"].tolist() == ["2019-1", "2019-2", "2020"]


def test_projects_decided_after_the_published_awards_are_counted_apart():
    table = portfolio.call_table(programme()).set_index("call_id")
    assert table["later"].to_dict() == {"2019-1": 0, "2019-2": 0, "2020": 1}


@pytest.mark.parametrize(
    ("years", "euros"), [(("2019",), 3000), (("2020",), 1000), (("2019", "2020"), 4000)]
)
def test_appropriations_in_scope_are_those_that_the_table_of_calls_prints(years, euros):
    evidence = programme()
    evidence.parameters.calls, evidence.parameters.language = years, "fi"
    evidence.tables["appropriations"].loc[2] = [2022, 500.0]
    found = values(evidence)
    printed = portfolio.printable_calls(evidence)["appropriated_amount"]
    assert found["appropriations.in_scope.money",].value == printed.sum() == euros
    assert found["appropriations.total.money",].value == 4500


def test_unknown_euros_are_missing_and_not_nought():
    found = values(programme())
    assert (found["grants.known.share",].x, found["grants.known.share",].n) == (4, 5)
    assert found["grants.total.money",].value == 2000
    assert found["grants.median.money",].value == 450
    # The six differences of 100, 300, 600, 1000 add up to 3000: 500 over twice the mean of 500.
    assert found["grants.gini.index",].value == pytest.approx(0.5)
    assert found["grants.hhi.index",].value == pytest.approx(0.0025 + 0.0225 + 0.09 + 0.25)
    assert found["grants.top_five.share",].value is None


def test_top_five_are_named_in_euros():
    found = values(programme(euros=[1.0, 2.0, 3.0, 4.0, 5.0]))
    assert found["grants.top_five.share",].value is None
    evidence = programme()
    grants = pd.DataFrame({"grant": [10.0] * 8 + [60.0, 60.0, np.nan]})
    evidence.projects, evidence.N, evidence.funded = grants, 11, 11
    top = {record.key: record for record in portfolio.grants(evidence)}["grants.top_five.share"]
    assert (top.value, top.x, top.n) == (0.75, 150, 200)


def test_no_known_euro_gives_reasons_and_no_numbers():
    found = values(programme(euros=[None] * 5))
    for key in ("total.money", "median.money", "gini.index", "hhi.index", "top_five.share"):
        assert found[f"grants.{key}",].value is None
        assert found[f"grants.{key}",].note
    assert found["takeup.gini.index",].value is None
    assert found["takeup.money_per_inhabitant.ratio", "02"].value is None


def test_municipality_that_ended_is_its_successor_and_an_example_one_counts_once():
    found = takeup.reached(programme()).set_index("area")
    assert found.index.tolist() == ["001", "002", "003", "x1"]
    assert found.loc["003", "population"] == 3000
    assert found.loc["x1", "population"] == 4000
    found = values(programme())
    assert (found["areas.reached.share",].x, found["areas.reached.share",].n) == (
        4, 4,
    )  # fmt: skip
    people = found["population.reached.share",]
    assert (people.x, people.n) == (19_000, 20_000)


def test_mergers_after_the_cutoff_do_not_count_and_chains_do():
    evidence = programme(cutoff="2023-06-30")
    assert takeup._successors(evidence)["009"] == "004"
    assert takeup._successors(programme())["009"] == "003"
    assert takeup._successors(programme())["003"] == "003"


def test_register_year_is_the_latest_whose_inhabitants_are_known():
    for cutoff in ("2020-01-01", "2021-06-30", "2023-06-30"):
        register = takeup.area_register(programme(cutoff=cutoff))
        assert set(register["year"]) == {2021}
        assert len(register) == 4


def test_euros_per_inhabitant_follow_the_allocation():
    equal = takeup.takeup_by_region(programme()).set_index("region_code")
    # South: 300 + 300 of p1; p2 unknown. North: 300 + 100 + 1000.
    assert equal.loc["01", "money_per_inhabitant"] == pytest.approx(600 / 12_000)
    assert equal.loc["02", "money_per_inhabitant"] == pytest.approx(1400 / 8_000)
    total = values(programme())["takeup.money_per_inhabitant.ratio",]
    assert total.value == pytest.approx(2000 / 20_000)
    urban = takeup.takeup_by_region(programme(group="urban", allocation="lead"))
    assert urban.set_index("region_code").loc["01", "money"] == 600
    assert np.isnan(urban.set_index("region_code").loc["02", "money"])


def test_units_hold_every_inhabitant_whose_euros_are_known():
    units = takeup.takeup_units(programme())
    # Reached 001, 002, 003 and x1; 1 000 inhabitants of the north are not reached.
    assert units["population"].tolist() == [1000, 4000, 10_000, 3000, 2000]
    assert units["money_per_inhabitant"].tolist() == pytest.approx([0, 0.025, 0.03, 0.1, 0.15])
    found = values(programme())
    whole = found["takeup.theil_total.index",].value
    parts = [found[f"takeup.theil_{part}.index",].value for part in ("between", "within")]
    assert whole == pytest.approx(sum(parts))


def test_one_region_compares_within_itself():
    found = values(programme(region="02"))
    assert found["areas.reached.share",].n == 2
    assert ("takeup.money_per_inhabitant.ratio", "01") not in found
    assert found["takeup.theil_between.index",].value == pytest.approx(0, abs=1e-12)
    outside = takeup.takeup_by_region(programme(region="02")).set_index("region_code").loc["01"]
    assert np.isnan(outside["projects"])


def test_a_region_whose_areas_are_not_in_the_register_still_has_its_projects():
    evidence = programme()
    evidence.tables["areas"] = evidence.tables["areas"].query("region_code == '01'")
    regions = takeup.takeup_by_region(evidence).set_index("region_code")
    assert regions["projects"].sum() == len(evidence.projects)
    assert (regions.loc["02", "projects"], regions.loc["02", "areas"]) == (3, 0)
    assert np.isnan(regions.loc["02", "money_per_inhabitant"])


def test_records_of_every_scope_make_one_table():
    for options in ({}, {"region": "01"}, {"group": "rural"}, {"allocation": "population"},
                    {"group": "semi_urban"}, {"euros": [None] * 5}):  # fmt: skip
        table = to_table(portfolio.compute(programme(**options)))
        assert table["key"].str.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+").all()

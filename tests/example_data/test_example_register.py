from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tools.example_data import assumptions, generate
from tools.example_data.municipalities import CLASSES, size_class

POSITIVE_DECISIONS = {"2019-1": 41, "2019-2": 31, "2020": 29, "2021": 21}


def by_id(rows, key):
    return {row[key]: row for row in rows}


@pytest.fixture(scope="module")
def projects(table):
    return table("register/projects")


@pytest.fixture(scope="module")
def example_towns(table):
    return [
        row
        for row in table("register/organisations")
        if row["origin"] == "example" and row["kind"] == "municipality"
    ]


def test_122_projects_were_decided_by_april_2022(projects):
    decided = [row for row in projects if date.fromisoformat(row["decided"]) <= date(2022, 4, 30)]
    assert Counter(row["call_id"] for row in decided) == POSITIVE_DECISIONS
    assert len(decided) == 122


def test_36_projects_are_public_and_15_of_them_later(projects):
    public = [row for row in projects if row["origin"] == "public"]
    assert len(public) == 36
    assert sum(bool(row["grant_eur"]) for row in public) == 21
    assert sum(row["decided"] > "2022-04-30" for row in public) == 15
    assert sum(float(row["grant_eur"] or 0) for row in public) == 12_033_660
    assert all(row["source"].startswith("https://") for row in public)


def test_17_decisions_of_2021_are_of_june_and_four_later(projects):
    days = Counter(row["decided"] for row in projects if row["call_id"] == "2021")
    assert days["2021-06-23"] == 17
    assert days.total() == 21


@pytest.mark.parametrize(
    ("call", "published", "unknown", "room"),
    [("2020", 9_690_000, 2, 574_000), ("2021", 5_770_000, 1, 307_000)],
)
def test_grants_leave_of_the_published_sum_what_the_unknown_would_fill(
    projects, call, published, unknown, room
):
    rows = [row for row in projects if row["call_id"] == call and row["decided"] <= "2021-06-23"]
    known = [int(row["grant_eur"]) for row in rows if row["grant_eur"]]
    assert len(rows) - len(known) == unknown
    assert published - sum(known) == room
    others = [int(row["grant_eur"]) for row in rows if row["origin"] == "example"]
    assert room / unknown == pytest.approx(sum(others) / len(others), rel=0.01)


def test_first_call_has_the_published_range(projects):
    grants = [int(r["grant_eur"]) for r in projects if r["call_id"] == "2019-1" and r["grant_eur"]]
    assert (min(grants), max(grants)) == (11_900, 2_000_000)


def test_largest_grant_of_2020_is_the_published_one(projects):
    grants = [int(r["grant_eur"]) for r in projects if r["call_id"] == "2020" and r["grant_eur"]]
    assert max(grants) == 1_090_100


def test_both_calls_of_2019_fit_the_appropriation_with_room_for_the_unknown(projects, table):
    rows = [row for row in projects if row["call_id"].startswith("2019")]
    known = [int(row["grant_eur"]) for row in rows if row["grant_eur"]]
    assert max(known) == 3_400_000
    appropriation = float(by_id(table("register/appropriations"), "year")["2019"]["amount_eur"])
    unknown = len(rows) - len(known)
    assert unknown == 11
    assert sum(known) + unknown * assumptions.MEAN_GRANT_EUR <= appropriation


def test_no_grant_is_above_85_per_cent_and_many_are_exactly_that_of_a_round_cost(projects):
    rows = [row for row in projects if row["grant_eur"] and row["total_cost_eur"]]
    assert all(100 * int(r["grant_eur"]) <= 85 * int(r["total_cost_eur"]) for r in rows)
    made = [row for row in rows if row["origin"] == "example"]
    exact = [
        row
        for row in made
        if int(row["total_cost_eur"]) % 1000 == 0
        and 100 * int(row["grant_eur"]) == 85 * int(row["total_cost_eur"])
    ]
    assert 0.4 < len(exact) / len(made) < 0.8


def test_generated_projects_of_joint_calls_have_several_municipalities(projects, table):
    kinds = by_id(table("register/organisations"), "org_id")
    towns: Counter[str] = Counter()
    for row in table("register/participations"):
        towns[row["project_id"]] += kinds[row["org_id"]]["kind"] == "municipality"
    made = [row for row in projects if row["origin"] == "example"]
    assert all(towns[row["project_id"]] > 1 for row in made if row["call_id"] != "2019-1")
    assert any(towns[row["project_id"]] == 1 for row in made)


def test_every_project_has_one_lead_and_it_is_the_one_of_the_register(projects, table):
    leads = [row for row in table("register/participations") if row["role"] == "lead"]
    assert sorted((r["project_id"], r["org_id"]) for r in leads) == sorted(
        (r["project_id"], r["lead_org_id"]) for r in projects
    )


def test_shares_of_a_project_are_within_its_grant(projects, table):
    grants = by_id(projects, "project_id")
    shares: Counter[str] = Counter()
    for row in table("register/participations"):
        shares[row["project_id"]] += int(row["share_eur"] or 0)
    assert sum(share > 0 for share in shares.values()) > 10
    assert all(share <= int(grants[p]["grant_eur"] or 0) for p, share in shares.items())


def test_no_public_row_leans_on_a_made_one(projects, table):
    organisations = by_id(table("register/organisations"), "org_id")
    origins = by_id(projects, "project_id")
    for row in table("register/participations"):
        assert organisations[row["org_id"]]["origin"] == origins[row["project_id"]]["origin"]


def test_every_mainland_region_has_a_generated_project(projects, table):
    organisations = by_id(table("register/organisations"), "org_id")
    regions = Counter(
        organisations[row["lead_org_id"]]["region_code"]
        for row in projects
        if row["origin"] == "example"
    )
    mainland = {row["region_code"] for row in table("reference/regions")} - {"21"}
    assert set(regions) == mainland


def test_pirkanmaa_is_worth_a_report_of_its_own(projects, table):
    organisations = by_id(table("register/organisations"), "org_id")
    funded = {
        row["project_id"]
        for row in projects
        if row["decided"] <= "2022-04-30"
        and organisations[row["lead_org_id"]]["region_code"] == "06"
    }
    reported = {row["project_id"] for row in table("reports/documents") if row["wave"] == "2022"}
    assert len(funded) >= 6
    assert len(funded & reported) >= 3


def cells_of_real_municipalities(table, year):
    cells: dict[tuple[str, str, str], set[str]] = {}
    for row in table("reference/municipalities"):
        if row["year"] == year and row["population"]:
            cell = (
                row["region_code"],
                row["municipality_group"],
                size_class(int(row["population"])),
            )
            cells.setdefault(cell, set()).add(row["code"])
    return cells


@pytest.mark.parametrize("year", ["2019", "2020", "2021"])
def test_example_municipalities_point_at_no_real_one(example_towns, table, year):
    real = cells_of_real_municipalities(table, year)
    public = {row["municipality_code"] for row in table("register/organisations")} - {""}
    made = Counter(
        (row["region_code"], row["municipality_group"], row["size_class"]) for row in example_towns
    )
    assert 80 < made.total() <= assumptions.MUNICIPALITIES
    for cell, count in made.items():
        assert len(real[cell]) >= 3
        assert count <= len(real[cell] - public)


def test_no_example_population_is_a_real_one(example_towns, table):
    real = {row["population"] for row in table("reference/municipalities")}
    limits = dict(CLASSES)
    for row in example_towns:
        assert row["population"] not in real
        assert int(row["population"]) < limits[row["size_class"]]
    assert len({row["population"] for row in example_towns}) == len(example_towns)


def test_example_organisations_have_neutral_names_and_no_code(table):
    for row in table("register/organisations"):
        if row["origin"] == "example":
            assert row["name_fi"].startswith("Esimerkki")
            assert row["name_sv"].startswith("Exempel")
            assert not row["municipality_code"]


def test_titles_are_different_and_none_is_a_real_project_s(projects):
    made = [row["title_fi"] for row in projects if row["origin"] == "example"]
    assert all(made)
    assert len(set(made)) == len(made)
    real = {
        title.casefold()
        for row in projects
        if row["origin"] == "public"
        for title in (row["title_fi"], row["title_sv"])
        if title
    }
    for row in projects:
        if row["origin"] == "example":
            assert not {row["title_fi"].casefold(), row["title_sv"].casefold()} & real


def test_prior_ties_are_in_order_and_some_are_renewed(table):
    ties = {(row["org_a"], row["org_b"]) for row in table("register/prior_ties")}
    assert all(a < b for a, b in ties)
    members: dict[str, list[str]] = {}
    for row in table("register/participations"):
        members.setdefault(row["project_id"], []).append(row["org_id"])
    now = {(a, b) for group in members.values() for a in group for b in group if a < b}
    assert ties & now
    assert ties - now
    assert now - ties


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sums_and_cells_hold_for_any_seed(data, seed):
    example = generate(data, seed)
    made = [row for row in example.tables["projects"] if row["origin"] == "example"]
    assert Counter(row["call_id"] for row in made) == {
        "2019-1": 36,
        "2019-2": 24,
        "2020": 23,
        "2021": 18,
    }
    for call, total in (("2019-1", 36 * 336_000), ("2019-2", 24 * 336_000), ("2020", 6_602_900)):
        grants = [int(row["grant_eur"]) for row in made if row["call_id"] == call]
        assert sum(grants) == total
        assert min(grants) >= 11_900
        assert max(grants) <= assumptions.CALLS[call].high_eur
    assert all(100 * int(r["grant_eur"]) <= 85 * int(r["total_cost_eur"]) for r in made)


def test_every_example_organisation_takes_part_in_something(table):
    active = {row["org_id"] for row in table("register/participations")}
    active |= {row[end] for row in table("register/prior_ties") for end in ("org_a", "org_b")}
    assert {row["org_id"] for row in table("register/organisations")} == active

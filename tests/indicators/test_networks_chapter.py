"""Network of a small programme, counted by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest
from handmade import stand_in

from evaltools.indicators import networks
from evaltools.indicators.indicator import to_table

PRIOR = [("a", "b", 2018), ("b", "c", 2020), ("d", "c", 2015)]
# p1: a b c, and v sells; p2: a b; p3: c d; p4: e alone.
TAKING = [
    ("p1", "a", "lead"), ("p1", "b", "partner"), ("p1", "c", "partner"), ("p1", "v", "vendor"),
    ("p2", "a", "lead"), ("p2", "b", "partner"), ("p3", "c", "lead"), ("p3", "d", "partner"),
    ("p4", "e", "lead"),
]  # fmt: skip


def programme(taking=TAKING, prior=PRIOR, language="en"):
    frame = pd.DataFrame(taking, columns=["project_id", "org_id", "role"])
    frame["kind"] = "municipality"
    projects = sorted(set(frame["project_id"]))
    orgs = sorted(set(frame["org_id"]))
    return stand_in(
        parameters=SimpleNamespace(language=language),
        participations=frame,
        projects=pd.DataFrame(
            {"project_id": projects, "decided": [pd.Timestamp("2020-03-01")] * len(projects)}
        ),
        tables={
            "prior_ties": pd.DataFrame(prior, columns=["org_a", "org_b", "year"]),
            "organisations": pd.DataFrame(
                {
                    "org_id": orgs,
                    "name_fi": [f"Kunta {org}" for org in orgs],
                    "name_sv": pd.array(
                        [f"Kommun {org}" if org == "a" else None for org in orgs], "string"
                    ),
                }
            ),
        },
    )


def values(evidence):
    return {record.key: record for record in networks.compute(evidence)}


def test_network_is_counted_without_vendors():
    found = values(programme())
    assert found["network.organisations.count"].value == 5
    assert found["network.ties.count"].value == 4
    # Eight places taken of five organisations times four projects.
    assert found["network.density.index"].value == pytest.approx(8 / 20)
    assert found["network.pair_density.index"].value == pytest.approx(4 / 10)
    largest = found["network.largest_component.share"]
    assert (largest.x, largest.n) == (4, 5)


def test_a_tie_is_new_unless_the_register_shows_it_from_an_earlier_year():
    table = networks.pairs(programme()).set_index(["org_a", "org_b"])
    # a-b is from 2018; b-c is of the year of the decision; c-d stands the other way round.
    assert table["new"].to_dict() == {
        ("a", "b"): False, ("a", "c"): True, ("b", "c"): True, ("c", "d"): False,
    }  # fmt: skip
    found = values(programme())["network.ties_new.share"]
    assert (found.x, found.n) == (2, 4)


def test_without_an_earlier_register_no_tie_is_called_new():
    record = values(programme(prior=[]))["network.ties_new.share"]
    assert record.value is None
    assert record.note == "there is no register of earlier ties"


def test_a_pair_in_two_projects_is_a_repeated_tie():
    record = values(programme())["network.repeat.share"]
    assert (record.x, record.n) == (1, 4)


def test_clustering_is_told_against_chance():
    found = values(programme())
    # Three-step paths: (p1,a) 2·1, (p1,b) 2·1, (p1,c) 2·1, (p2,a) 1, (p2,b) 1, (p3,c) 1: nine
    # counted by their middle edge; one four-cycle a p1 b p2 closes four of them.
    assert found["network.clustering.index"].value == pytest.approx(4 / 9)
    null = found["network.clustering_null.index"]
    assert null.low <= null.value <= null.high
    assert null.method == "rewired"
    # Half of the random networks of so few have none at all, so there is no ratio.
    ratio = found["network.clustering_ratio.index"]
    assert (null.value, ratio.value, ratio.note) == (0, None, networks.NO_CHANCE)
    assert found == values(programme())


def test_projects_that_share_nobody_have_no_clustering():
    for taking in (TAKING[-1:], TAKING[:4]):
        found = values(programme(taking))
        assert found["network.clustering.index"].value is None
        assert found["network.clustering_null.index"].note == networks.NO_PATH


def test_lone_organisations_have_no_ties():
    found = values(programme(TAKING[-1:]))
    assert found["network.ties.count"].value == 0
    assert found["network.repeat.share"].value is None
    assert found["network.pair_density.index"].value is None
    assert found["network.largest_component.share"].value == 1


def test_organisations_are_ranked_in_a_total_order():
    table = networks.organisations(programme())
    assert table["org_id"].tolist() == ["c", "a", "b", "d", "e"]
    assert table["partners"].tolist() == [3, 2, 2, 1, 0]
    assert table["component"].tolist() == [1, 1, 1, 1, 2]


def test_names_are_swedish_where_there_is_one():
    table = networks.organisations(programme(language="sv")).set_index("org_id")
    assert table.loc["a", "name"] == "Kommun a"
    assert table.loc["b", "name"] == "Kunta b"


def test_names_of_organisations_do_not_change_the_numbers():
    renamed = {"a": "z", "b": "y", "c": "x", "d": "w", "e": "u", "v": "q"}
    taking = [(project, renamed[org], role) for project, org, role in TAKING]
    prior = [(renamed[a], renamed[b], year) for a, b, year in PRIOR]
    before, after = values(programme()), values(programme(taking, prior))
    chance = {"network.clustering_null.index", "network.clustering_ratio.index"}
    for key in set(before) - chance:
        assert after[key].value == pytest.approx(before[key].value), key


def test_clustering_is_a_multiple_of_that_of_random_networks(monkeypatch):
    null = SimpleNamespace(median=0.2, low=0.1, high=0.3)
    monkeypatch.setattr(networks, "clustering", lambda _: networks.Clustering(0.5, null))
    assert values(programme())["network.clustering_ratio.index"].value == pytest.approx(2.5)


def test_organisations_are_counted_by_their_partners():
    # Of five one has none, one has one, two have two and one has three.
    assert networks.partner_counts(programme()) == [(0, 0, 1), (1, 2, 3), (3, 3, 1)]
    assert networks.partner_counts(programme(TAKING[-1:])) == []


def test_records_make_one_table():
    for taking in (TAKING, TAKING[-1:]):
        table = to_table(networks.compute(programme(taking)))
        assert table["key"].str.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+").all()

"""Whose euros a grant is: to the cent, and never nought for what is unknown."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from evidence_files import STUDY
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.evidence import Evidence, allocate, read_tables
from evaltools.evidence.allocation import AllocationRule

RULES = get_args(AllocationRule)

BY_HAND = {
    "lead": [("P1", "O1", 100.01), ("P2", "O3", None), ("P3", "O4", 10000.0), ("P4", "O2", 300.0)],
    "equal": [
        ("P1", "O1", 33.34), ("P1", "O2", 33.34), ("P1", "O3", 33.33), ("P2", "O3", None),
        ("P3", "O1", 5000.0), ("P3", "O6", 5000.0), ("P4", "O1", 100.0), ("P4", "O2", 200.0),
    ],
    # P1: 9 800, 11 500 and 3 000 inhabitants in 2019; P3: 9 500 in 2021 and 1 600 in 2020, the
    # last year of that municipality; the register knows the shares of P4.
    "population": [
        ("P1", "O1", 40.33), ("P1", "O2", 47.33), ("P1", "O3", 12.35), ("P2", "O3", None),
        ("P3", "O1", 8558.56), ("P3", "O6", 1441.44), ("P4", "O1", 100.0), ("P4", "O2", 200.0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_allocation_is_what_a_count_by_hand_gives(
    pristine: Any, parameters: Any, rule: str
) -> None:
    evidence = Evidence.select(STUDY, read_tables(pristine.folder), parameters(allocation=rule))
    found = [
        (row.project_id, row.org_id, None if np.isnan(row.money) else row.money)
        for row in evidence.allocations.itertuples()
    ]
    assert found == BY_HAND[rule]


def test_regions_and_groups_are_the_recipients(pristine: Any, parameters: Any) -> None:
    allocations = Evidence.select(STUDY, read_tables(pristine.folder), parameters()).allocations
    of_p3 = allocations[allocations["project_id"] == "P3"]
    assert of_p3[["org_id", "region_code", "municipality_group"]].values.tolist() == [
        ["O1", "14", "rural"],  # in 2021; it was semi-urban in 2019
        ["O6", "04", "rural"],
    ]


def test_known_shares_that_are_not_the_whole_grant_are_not_used(
    package: Any, parameters: Any
) -> None:
    package.change("participations", 10, share_eur="150")
    allocations = Evidence.select(STUDY, read_tables(package.folder), parameters()).allocations
    assert allocations.loc[allocations["project_id"] == "P4", "money"].tolist() == [150.0, 150.0]


def test_one_unknown_population_leaves_all_parts_of_its_project_unknown(
    package: Any, parameters: Any
) -> None:
    package.change("organisations", 4, population="")
    chosen = parameters(allocation="population")
    allocations = Evidence.select(STUDY, read_tables(package.folder), chosen).allocations
    unknown = allocations.loc[allocations["money"].isna(), "project_id"]
    assert sorted(set(unknown)) == ["P1", "P2"]


parts = st.lists(
    st.tuples(st.integers(0, 700_000), st.sampled_from(["municipality", "company"])),
    min_size=1,
    max_size=12,
)


def made(
    projects: list[tuple[int, list[tuple[int, str]]]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        {"project_id": f"P{p:02}", "org_id": f"O{o:02}", "role": "partner" if o else "lead",
         "share_amount": np.nan, "kind": kind, "population": population, "region_code": "01",
         "municipality_group": "urban"}
        for p, (_, members) in enumerate(projects)
        for o, (population, kind) in enumerate(members)
    ]  # fmt: skip
    grants = pd.DataFrame(
        {
            "project_id": [f"P{p:02}" for p in range(len(projects))],
            "lead_org_id": "O00",
            "grant": [cents / 100 for cents, _ in projects],
        }
    )
    return grants, pd.DataFrame(rows)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300_000_000), parts), min_size=1, max_size=4),
    st.sampled_from(RULES),
)
def test_parts_are_never_negative_and_add_up_to_the_grant(
    projects: list[tuple[int, list[tuple[int, str]]]], rule: Any
) -> None:
    grants, participations = made(projects)
    found = allocate(grants, participations, rule, STUDY.declaration)
    cents = (found["money"] * 100).round().astype("int64")
    assert (cents >= 0).all()
    totals = cents.groupby(found["project_id"]).sum().reindex(grants["project_id"])
    assert totals.tolist() == [given_cents for given_cents, _ in projects]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000_000), st.integers(1, 12))
def test_equal_parts_differ_by_a_cent_at_most(cents: int, members: int) -> None:
    found = allocate(*made([(cents, [(1, "municipality")] * members)]), "equal", STUDY.declaration)
    shares = (found["money"] * 100).round()
    assert shares.max() - shares.min() <= 1
    assert shares.is_monotonic_decreasing  # odd cents go to the lower identifiers

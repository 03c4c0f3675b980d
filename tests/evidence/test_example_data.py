"""The published example is valid, of the size the method was thought for, and quick to open."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from evidence_files import STUDY

from evaltools.evidence import Evidence, check_data, read_tables

DATA = Path(__file__).parents[2] / "data"


def test_the_example_is_valid_within_two_seconds_of_work() -> None:
    start = time.process_time()
    assert [str(problem) for problem in check_data(DATA, STUDY.declaration)] == []
    assert time.process_time() - start < 2


def test_the_example_holds_the_numbers_of_the_published_case(parameters: Any) -> None:
    evidence = Evidence.select(STUDY, read_tables(DATA), parameters())
    assert (evidence.n, evidence.N, evidence.funded) == (52, 72, 122)
    totals = evidence.allocations.groupby("project_id")["money"].sum(min_count=1)
    grants = evidence.projects.set_index("project_id")["grant"]
    assert (totals * 100).round().equals((grants * 100).round().reindex(totals.index))

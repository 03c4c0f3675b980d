"""Evidence of a large programme: eight times as much takes eight times as long.

Processor time, the best of three, of two sizes; what grows with the square would take 64 times.
Bytes are those that Python and numpy ask for at most, and are the same on every machine.
"""

from __future__ import annotations

import importlib.util
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.evidence.selection import SortedTables
from evaltools.indicators.agreement import by_code, compute_alpha, overall
from evaltools.indicators.coder_decisions import CoderDecisions
from evaltools.indicators.evidence_base import passages
from evaltools.indicators.prevalence import RULES, counts_by_rule
from evaltools.statistics.agreement_alpha import krippendorff_alpha
from evaltools.study import load_study

GROWTH, MOST = 8, 32
LEVEL = 0.95
_FILE = Path(__file__).parents[2] / "benchmarks" / "large_evidence.py"
_SPEC = importlib.util.spec_from_file_location("large_evidence", _FILE)
large_evidence = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(large_evidence)


def seconds(call):
    def once():
        start = time.process_time()
        call()
        return time.process_time() - start

    return min(once() for _ in range(3))


def most_bytes(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def decisions(reports, coders=40, codes=4):
    """Two or three of many coders to a report; they miss a tenth of what is there."""
    chance = np.random.default_rng(reports)
    judged = np.zeros((reports, coders, codes), dtype=bool)
    first = chance.integers(coders, size=reports)
    for step, who in enumerate((slice(None), slice(None), slice(0, None, 3))):
        judged[np.arange(reports)[who], (first[who] + 7 * step) % coders] = True
    there = chance.random((reports, 1, codes)) < 0.3
    found = judged & there & (chance.random(judged.shape) < 0.9)
    names = tuple(f"theme.{chr(97 + number)}" for number in range(codes))
    ids = [tuple(f"{letter}{at:05}" for at in range(size)) for letter, size in
           (("d", reports), ("c", coders))]  # fmt: skip
    return CoderDecisions(*ids, names, ("theme",) * codes, judged, found)


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Two studies, one eight times the other, and the tables of each."""
    folders = [tmp_path_factory.mktemp("large") / name for name in ("small", "large")]
    for folder, size in zip(folders, (1, GROWTH), strict=True):
        large_evidence.make_study(folder, 40 * size, 1_500 * size)
    return [(load_study(folder), read(folder)) for folder in folders]


def read(folder):
    return read_tables(folder / "data", load_descriptor(folder / "data"))


def select(study, tables):
    return Evidence.select(study, SortedTables(tables), study.parameters({"wave": "2021"}))


@pytest.mark.parametrize(
    "task",
    [
        lambda study, tables: read(study.root),
        lambda study, tables: counts_by_rule(select(study, tables)),
        lambda study, tables: passages(select(study, tables), LEVEL),
    ],
    ids=["read", "count", "passages"],
)
def test_what_is_done_with_evidence_grows_as_it_does(studies, task):
    small, large = (seconds(lambda each=each: task(*each)) for each in studies)
    assert large < MOST * small


def test_counts_of_large_evidence_are_those_of_its_rows(studies):
    evidence = select(*studies[1])
    tables = evidence.tables
    rows = tables["codings"].merge(tables["segments"]).merge(evidence.reports, on="document_id")
    rows = rows[rows["polarity"] == "affirm"]
    counts = counts_by_rule(evidence).set_index("code_id")
    readers = tables["readings"].groupby("document_id")["coder_id"].nunique()
    voices = rows.groupby(["code_id", "document_id"])["coder_id"].nunique().reset_index()
    needed = voices["document_id"].map(readers)
    for rule, enough in (
        ("any", voices["coder_id"] > 0),
        ("majority", 2 * voices["coder_id"] > needed),
        ("all", voices["coder_id"] == needed),
    ):
        by_hand = voices[enough].groupby("code_id").size()
        assert counts[rule].to_dict() == by_hand.reindex(counts.index, fill_value=0).to_dict()
    assert set(RULES) <= set(counts.columns)


def test_alpha_and_its_interval_grow_with_the_reports():
    few, many = (decisions(500 * size).of("theme.a") for size in (1, GROWTH))
    small, large = (
        seconds(lambda units=units: compute_alpha(units, LEVEL)) for units in (few, many)
    )
    assert large < MOST * small


def test_alpha_keeps_no_square_of_the_reports():
    read = decisions(4_000, codes=2)
    # A replicate a report, and in each a weight a report, would be 128 MB.
    assert most_bytes(lambda: by_code(read, LEVEL)) < 40e6
    assert most_bytes(lambda: overall(read, LEVEL)) < 40e6


def test_alpha_of_sets_keeps_no_distance_of_each_to_each():
    chance = np.random.default_rng(1)
    sets = [
        [frozenset(np.flatnonzero(found).tolist()) for found in unit]
        for unit in chance.random((1_500, 2, 40)) < 0.4
    ]
    assert len({each for unit in sets for each in unit}) > 2_900  # 3,000 squared are 72 MB
    assert most_bytes(lambda: krippendorff_alpha(sets, "masi")) < 50e6

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.coding.consensus_session import (
    ConsensusSession,
    MarkedPassage,
    comparable_coders,
    merge_marks,
    units,
)
from evaltools.coding.session import CodingSession
from evaltools.problems import ProblemError
from evaltools.qda.model import Coding, CodingSet, ReadDocument, Segment, coding_id, segment_id
from evaltools.study import Study

BOTH = {"d": ("a", "b")}


def coded(*rows: tuple[str, int, int, str, str], complete: bool = True) -> CodingSet:
    """rows: coder, start, end, code, polarity."""
    segments = {
        segment_id("d", start, end): Segment(segment_id("d", start, end), "d", start, end, "x")
        for _, start, end, _, _ in rows
    }
    codings = tuple(
        Coding(coding_id(segment_id("d", start, end), code, coder, 1), segment_id("d", start, end),
               code, coder, polarity)  # type: ignore[arg-type]
        for coder, start, end, code, polarity in rows
    )  # fmt: skip
    readings = tuple(ReadDocument("d", coder, 1, complete) for coder in "ab")
    return CodingSet(segments=tuple(segments.values()), codings=codings, readings=readings)


def kinds(*rows: tuple[str, int, int, str, str]) -> dict[str, str]:
    return {unit.code_id: unit.kind for unit in units(coded(*rows), 1, BOTH)}


def test_coders_differ_by_presence_by_polarity_and_by_place() -> None:
    assert kinds(("a", 0, 5, "x", "affirm"), ("b", 20, 25, "x", "affirm")) == {"x": "agreed"}
    assert kinds(("a", 0, 5, "x", "affirm")) == {"x": "presence"}
    assert kinds(("a", 0, 5, "x", "affirm"), ("b", 0, 5, "x", "deny")) == {"x": "polarity"}
    both = [("a", 0, 5, "x", "affirm"), ("b", 40, 45, "x", "affirm"), ("a", 60, 65, "y", "affirm")]
    assert kinds(*both, ("b", 3, 9, "y", "affirm")) == {"x": "place", "y": "place"}


def test_the_other_codes_on_a_passage_are_told() -> None:
    (unit, other) = units(coded(("a", 0, 5, "x", "affirm"), ("b", 2, 7, "y", "affirm")), 1, BOTH)
    assert [one.beside for one in unit.decisions] == [(), ("y",)]
    assert [one.beside for one in other.decisions] == [("x",), ()]
    assert "agreed" not in (unit.kind, other.kind)


MARKS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from(["affirm", "deny"])),
    max_size=8,
).map(
    lambda rows: [MarkedPassage(s, s + n, p, None, (str(i),)) for i, (s, n, p) in enumerate(rows)]
)


@given(MARKS)
def test_passages_put_together_cover_the_same_characters_and_do_not_overlap(
    marks: list[MarkedPassage],
) -> None:
    merged = merge_marks(marks)
    for a, b in itertools.pairwise(merged):
        assert a.end <= b.start
    covered = {place for mark in marks for place in range(mark.start, mark.end)}
    assert {place for mark in merged for place in range(mark.start, mark.end)} == covered
    rests = sorted(name for mark in merged for name in mark.coding_ids)
    assert rests == sorted(name for mark in marks for name in mark.coding_ids)


def test_a_document_is_compared_only_when_everyone_has_read_it_whole() -> None:
    assert comparable_coders(coded(), 1, ["a", "b"], all_of_them=False) == (BOTH, {})
    half = CodingSet(readings=(ReadDocument("d", "a", 1, True), ReadDocument("d", "b", 1, False)))
    ready, blind = comparable_coders(half, 1, ["a", "b"], all_of_them=False)
    assert not ready
    assert blind == {"d": ("b",)}
    alone = CodingSet(readings=(ReadDocument("d", "a", 1, True),))
    assert comparable_coders(alone, 1, ["a", "b"], all_of_them=False) == ({}, {})
    _, blind = comparable_coders(alone, 1, ["a", "b"], all_of_them=True)
    assert blind == {"d": ("b",)}


def act(desk: CodingSession, document: str, quote: str, code: str, name: str) -> dict[str, Any]:
    found = desk.material.text(document)
    start = found.text.index(quote)
    passage = {"start": start, "end": start + len(quote), "quote": quote}
    return {"id": name, "act": "code", "document_id": document, "code_id": code,
            "passage": passage, "text_sha256": found.sha256, "day": "2026-01-02"}  # fmt: skip


def read(study: Study, coder: str, document: str, *acts: tuple[str, str], whole: bool) -> None:
    desk = CodingSession(study, coder, None, 1, "fi")
    made = [act(desk, document, quote, code, f"{coder}-{document}-{number}")
            for number, (quote, code) in enumerate(acts)]  # fmt: skip
    done = {"id": f"{coder}-{document}-read", "act": "read", "document_id": document,
            "complete": whole}  # fmt: skip
    (answer,) = desk.receive({"kind": "acts", "acts": [*made, done]})
    assert not answer["refused"]
    desk.close()


def test_the_browser_opens_only_what_both_have_read_and_says_which_not(small_study: Study) -> None:
    read(small_study, "coder-1", "p1-final", ("Aikataulu", "challenge.schedule"), whole=True)
    with pytest.raises(ProblemError, match="read whole by everyone"):
        ConsensusSession(small_study, None, None, 1, "fi")
    read(small_study, "coder-2", "p1-final", ("vaihtui", "challenge.staff"), whole=True)
    read(small_study, "coder-1", "p2-final", ("Tidtabellen", "challenge.schedule"), whole=True)
    read(small_study, "coder-2", "p2-final", whole=False)
    with pytest.raises(ProblemError, match="p2-final: coder-2 has not read it whole"):
        ConsensusSession(small_study, None, ["p1-final", "p2-final"], 1, "fi")
    desk = ConsensusSession(small_study, None, None, 1, "fi")
    (study,) = desk.receive({"kind": "hello"})
    assert [row["id"] for row in study["documents"]] == ["p1-final"]
    assert study["blind"] == [{"document_id": "p2-final", "unfinished": ["coder-2"]}]
    assert {unit["document_id"] for unit in study["units"]} == {"p1-final"}
    assert list(desk.receive({"kind": "open", "document_id": "p2-final"})) == []
    desk.close()

"""What the coders made of the reports, as tables."""

from __future__ import annotations

from collections import Counter

from tools.example_data.coders import Coded, Span, coding_day
from tools.example_data.public import Row, Tables
from tools.example_data.report_contents import Claim, Goal, Statement

CONTEXT = 32
"""Characters kept before and after a quote, to find it again if the text should move."""

CODEBOOK_VERSION = "1.0"
"""The version of the codebook that all coders worked with."""

ORIGIN_TOOL = "evaltools.example"


def coding_tables(coded: list[Coded]) -> Tables:
    """Tables of segments, codings, readings, relations, goals, rooting and claimed savings."""
    tables: Tables = {
        name: []
        for name in (
            "segments",
            "codings",
            "readings",
            "relations",
            "goals",
            "rooting",
            "saving_claims",
        )
    }
    place: Counter[int] = Counter()
    for report in coded:
        wave = report.text.contents.report.wave
        _Sheet(report, tables, place[wave]).fill()
        place[wave] += 1
    return tables


class _Sheet:
    """The rows of one report."""

    def __init__(self, coded: Coded, tables: Tables, number: int) -> None:
        self._coded, self._tables, self._number = coded, tables, number
        self._text = coded.text
        self._document = coded.text.contents.report.document_id
        spans = {mark[0] for marks in coded.marks.values() for mark in marks}
        spans |= {span for relation in coded.relations for span in relation[:2]}
        contents = coded.text.contents
        for goal in contents.goals:
            spans |= {self._span(s) for s in (goal.stated, goal.result) if s is not None}
        spans |= {self._span(claim.statement) for claim in contents.claims}
        self._ids = {
            span: f"{self._document}-s{i:03d}" for i, span in enumerate(sorted(spans), start=1)
        }

    def fill(self) -> None:
        """Add the rows of the report to the tables."""
        tables, contents = self._tables, self._text.contents
        tables["segments"] += [self._segment(span) for span in self._ids]
        for coder_id, complete in self._coded.readings:
            tables["readings"].append(
                {
                    "document_id": self._document,
                    "coder_id": coder_id,
                    "round": "1",
                    "complete": "true" if complete else "false",
                    "codebook_version": CODEBOOK_VERSION,
                }
            )
        self._codings()
        for number, (start, end, kind, coder_id) in enumerate(self._coded.relations, start=1):
            tables["relations"].append(
                {
                    "relation_id": f"{self._document}-r{number:02d}",
                    "from_segment_id": self._ids[start],
                    "to_segment_id": self._ids[end],
                    "kind": kind,
                    "coder_id": coder_id,
                }
            )
        for number, goal in enumerate(contents.goals, start=1):
            self._goal(f"{self._document}-g{number}", goal)
        for number, claim in enumerate(contents.claims, start=1):
            self._claim(f"{self._document}-m{number}", claim)

    def _span(self, statement: Statement) -> Span:
        return self._text.place(statement).sentences[0]

    def _segment(self, span: Span) -> Row:
        start, end = span
        text = self._text.text
        section = next(
            passage.section
            for passage in (
                *self._text.stated,
                *(p for group in self._text.fillers.values() for p in group),
            )
            if passage.start <= start < passage.end
        )
        return {
            "segment_id": self._ids[span],
            "document_id": self._document,
            "start": str(start),
            "end": str(end),
            "quote": text[start:end],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[end : end + CONTEXT],
            "page": "",
            "section": section,
            "origin_tool": ORIGIN_TOOL,
            "origin_guid": "",
            "offset_convention": "code points",
        }

    def _codings(self) -> None:
        wave = self._text.contents.report.wave
        number = 0
        for coder_id, marks in self._coded.marks.items():
            day = coding_day(wave, coder_id, self._number).isoformat()
            for span, code_id, polarity in marks:
                number += 1
                self._tables["codings"].append(
                    {
                        "coding_id": f"{self._document}-c{number:03d}",
                        "segment_id": self._ids[span],
                        "code_id": code_id,
                        "coder_id": coder_id,
                        "polarity": polarity,
                        "round": "1",
                        "created": day,
                        "certainty": "",
                        "consensus_of": "",
                    }
                )

    def _goal(self, goal_id: str, goal: Goal) -> None:
        self._tables["goals"].append(
            {
                "goal_id": goal_id,
                "project_id": self._text.contents.report.project.project_id,
                "document_id": self._document,
                "code_id": goal.stated.code_id,
                "segment_id": self._ids[self._span(goal.stated)],
                "has_metric": _boolean(goal.has_metric),
                "has_baseline": _boolean(goal.has_baseline),
                "has_target": _boolean(goal.has_target),
                "attainment": goal.attainment,
                "measured_by": goal.measured_by,
                "result_segment_id": self._ids[self._span(goal.result)] if goal.result else "",
            }
        )
        if goal.attainment in ("achieved", "partly"):
            self._tables["rooting"].append({"goal_id": goal_id, **goal.rooting})

    def _claim(self, claim_id: str, claim: Claim) -> None:
        self._tables["saving_claims"].append(
            {
                "claim_id": claim_id,
                "document_id": self._document,
                "segment_id": self._ids[self._span(claim.statement)],
                "amount_eur": "" if claim.amount is None else str(claim.amount),
                "period": claim.period,
                "has_baseline": _boolean(claim.has_baseline),
                "has_method": _boolean(claim.has_method),
            }
        )


def _boolean(value: bool) -> str:
    return "true" if value else "false"

"""What stands behind a number: its readings, the projects that it counts, and coded passages."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evaltools.evidence import Evidence
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.indicator import Indicator
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.evidence_pages.passages import (
    Passage,
    Passages,
    QuotePolicy,
    find_code,
    find_rows,
    passage_record,
    sample_evenly,
)
from evaltools.report.variables import format_indicator, format_interval
from evaltools.study.schema import StudyDeclaration

MOST_PASSAGES = 40
MOST_PROJECTS = 1000
"""How many are sent to the browser; how many there are is told."""


def describe_number(key: str, records: list[Indicator], glossary: Glossary) -> dict[str, Any]:
    """What a number means, and each of its readings with its limits and how they were made."""
    words = glossary.words
    return {
        "key": key,
        "definition": glossary.definition(key) if glossary.defined(key) else "",
        "readings": [
            {
                "of": words(f"trail.estimand.{record.estimand}"),
                "value": format_indicator(record, words),
                "interval": format_interval(record, words),
                "method": record.method,
                "level": record.level,
                "x": record.x,
                "n": record.n,
                "N": record.N,
            }
            for record in records
        ],
        "source": records[0].source if records else "",
        "note": next((record.note for record in records if record.note), ""),
    }


def list_projects(
    key: str, evidence: Evidence, declaration: StudyDeclaration
) -> list[dict[str, str]]:
    """The projects in scope with what each of their reports says of the code behind a number.

    Nothing of a code that disclosure control tells nothing of, and, where it protects what is
    denied, no word on who denies and who is silent. Without a code the projects alone.
    """
    titles = evidence.projects.set_index("project_id")
    column = next((name for name in ("title", "title_fi", "name") if name in titles), None)
    code = find_code(key, evidence.presence["code_id"].astype(str), declaration.codes_of_numbers)
    states: dict[str, str] = {}
    if code is not None:
        if code in withheld_codes(evidence):
            return []
        rows = evidence.presence[evidence.presence["code_id"].astype(str).eq(code)]
        states = dict(zip(rows["project_id"].astype(str), rows["state"].astype(str), strict=True))
    found = []
    for project, row in titles.iterrows():
        state = states.get(str(project), "")
        if code is not None and not state:
            continue
        found.append({
            "project": str(project),
            "title": _text(row[column]) if column else "",
            "lead": _text(row.get("lead_name_fi")),
            "state": state,
            "reported": "yes" if bool(row["reported"]) else "no",
        })  # fmt: skip
    return found


def hide_silence(
    projects: list[dict[str, str]], code: str | None, passages: Passages
) -> list[dict[str, str]]:
    """The same without who denies and who is silent, where that is withheld."""
    if code is None or (code, "deny") not in passages.withheld:
        return projects
    return [{**one, "state": one["state"] if one["state"] == "yes" else ""} for one in projects]


def list_passages(
    key: str,
    evidence: Evidence,
    passages: Passages,
    policy: QuotePolicy,
    glossary: Glossary,
    declaration: StudyDeclaration,
) -> dict[str, Any]:
    """Passages for a number and against it, with as much of their words as may be published."""
    code = find_code(key, evidence.presence["code_id"].astype(str), declaration.codes_of_numbers)
    if code is None:
        found = {"for": passages.for_segments(find_rows(key, evidence)), "against": ()}
    else:
        found = {"for": passages.of(code, "affirm"), "against": passages.of(code, "deny")}
    titles = {
        str(document): str(project)
        for document, project in evidence.reports[["document_id", "project_id"]].itertuples(
            index=False, name=None
        )
    }

    def told(one: Passage) -> dict[str, str]:
        return {**passage_record(one, policy, glossary.words), "coders": str(one.coders),
                "project": titles.get(one.document, "")}  # fmt: skip

    return {
        side: {
            "all": len(all_of_side),
            "passages": [told(one) for one in sample_evenly(all_of_side, MOST_PASSAGES)],
        }
        for side, all_of_side in found.items()
    }


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]

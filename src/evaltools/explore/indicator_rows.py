"""Rows of a chapter as the panel shows them: each number beside what it is by default.

Behind a number are its definition, the projects that it counts and the passages for and against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaltools.evidence import Evidence
from evaltools.findings.lookup import Reading
from evaltools.findings.reasons import label_of
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.indicator import Dimensions, Estimand, Indicator
from evaltools.report.evidence_pages.passages import (
    Passage,
    Passages,
    find_code,
    find_rows,
    sample_evenly,
)
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, passage_record
from evaltools.report.glossary import Glossary
from evaltools.report.variables import (
    Name,
    find_headline,
    format_indicator,
    format_interval,
    group_by_name,
)
from evaltools.study.schema import StudyDeclaration

Grouped = Mapping[Name, Mapping[Estimand, Indicator]]
_FURTHER = (".bounds", ".coder_band", ".silent.share", ".denied.share", ".holm", ".p")
"""Endings of the keys of numbers that say more about another one."""


_POINTS = {"fi": "%-yks.", "sv": "p.e.", "en": "pp"}
"""Percentage points, short."""


def count_moved(now: Iterable[Indicator], before: Iterable[Indicator]) -> int:
    """How many numbers differ in value, counts or limits, be it in one of their readings."""
    then, own = group_by_name(before), group_by_name(now)
    return sum(_has_moved(own.get(name, {}), then.get(name, {})) for name in {*own, *then})


def _has_moved(now: Mapping[Estimand, Indicator], then: Mapping[Estimand, Indicator]) -> bool:
    return {each: _said(one) for each, one in now.items()} != {
        each: _said(one) for each, one in then.items()
    }


def _said(record: Indicator) -> tuple[Any, ...]:
    return record.value, record.x, record.n, record.low, record.high, record.suppressed, record.why


def _counts(records: Mapping[Estimand, Indicator]) -> list[tuple[Any, ...]]:
    return [(one.value, one.x, one.n, one.suppressed) for one in records.values()]


@dataclass
class RowWriter:
    """Writes rows in a language.

    Arguments:
        glossary: what numbers are called.
        declaration: of the study, whose choices name what numbers are broken down by.
    """

    glossary: Glossary
    declaration: StudyDeclaration
    _names: dict[Name, tuple[str, str]] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """Of the language."""
        return self.glossary.words

    def write(
        self,
        now: Iterable[Indicator],
        before: Iterable[Indicator],
        estimand: Estimand,
        *,
        whole: bool,
    ) -> list[dict[str, Any]]:
        """A row for each number that is there, or was.

        Arguments:
            now, before: indicators of a chapter, and the same by default.
            estimand: whose intervals are told.
            whole: with those broken down, and those that say more about others; they are told
                anyway where a chapter has no other.
        """
        now, before = tuple(now), tuple(before)
        own, then = group_by_name(now), group_by_name(before)
        names = list(dict.fromkeys((one.key, one.dimensions) for one in (*now, *before)))
        plain = [(key, by) for key, by in names if not by and not key.endswith(_FURTHER)]
        return [
            self._row(name, own.get(name, {}), then.get(name, {}), estimand)
            for name in (names if whole or not plain else plain)
        ]

    def name(self, name: Name) -> tuple[str, str]:
        """What a number is called, and what it is broken down by."""
        if name not in self._names:
            self._names[name] = self._label(name[0]), self._broken_down(name[1])
        return self._names[name]

    def _label(self, key: str) -> str:
        found = label_of(Reading(key, None), self.words, self.glossary.labels)
        stem, _, measure = key.rpartition(".")
        if found == stem or measure not in ("share", "count"):  # a name, or one shared by several
            found = self.glossary.definition(key) if self.glossary.defined(key) else found
        return found[:1].upper() + found[1:]

    def _broken_down(self, by: Dimensions) -> str:
        parts = []
        for name, value in by:
            declared = self.declaration.parameters.get(name)
            if declared is not None and value in declared.choices:
                parts.append(declared.choices[value].in_language(self.words.language))
            else:
                parts.append(self.glossary.labels.get(value, value))
        return ", ".join(parts)

    def _row(
        self,
        name: Name,
        now: Mapping[Estimand, Indicator],
        then: Mapping[Estimand, Indicator],
        estimand: Estimand,
    ) -> dict[str, Any]:
        label, by = self.name(name)
        moved = _has_moved(now, then)
        made = {"key": name[0], "dimensions": dict(name[1]), "label": label, "by": by}
        return made | {
            "now": self._told(now, estimand),
            "was": self._told(then, estimand),
            "moved": moved,
            "change": self._change(now, then),
            "only_interval": moved and _counts(now) == _counts(then),
        }

    def _told(
        self, records: Mapping[Estimand, Indicator], estimand: Estimand
    ) -> dict[str, Any] | None:
        if not records:
            return None
        headline = find_headline(records)
        chosen = records.get(estimand, headline)
        missing = headline.value is None and not headline.suppressed
        counts = ""
        if headline.x is not None and headline.n is not None:
            counts = say.count_of(headline.x, headline.n, self.words.language)
        return {
            "value": say.MISSING if missing else format_indicator(headline, self.words),
            "counts": counts,
            "interval": format_interval(chosen, self.words),
            "share": headline.value if headline.unit == "share" else None,
            "limits": [chosen.low, chosen.high] if chosen.unit == "share" else None,
        }

    def _change(self, now: Mapping[Estimand, Indicator], then: Mapping[Estimand, Indicator]) -> str:
        if not now or not then:
            return ""
        new, old = find_headline(now), find_headline(then)
        if new.value is None or old.value is None or new.value == old.value:
            return ""
        change, language = new.value - old.value, self.words.language
        if new.unit == "share" or new.method.startswith("newcombe"):
            return f"{say.signed(change * 100, language)} {_POINTS[language]}"
        if new.unit == "money":
            return ("+" if change > 0 else "−") + self.words.money(abs(change))
        return say.signed(change, language, 0 if new.unit == "count" else 2)


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

"""What single projects said of themselves: their marks by document, the sums that they claim.

Both may be published of enough projects together only, so neither may stand in any file of a
bundle: not in a table, nor in what a cell of a notebook prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from evaltools.disclosure.text_units import Unit
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem

_NUMBER = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?:[ \u00a0\u202f.,']\d{3})+(?![\d])|(?<![\w.,/-])\d{3,12}"
)
_CURRENCY = re.compile(r"(?:[.,]\d{1,2})?[ \u00a0\u202f]?(?:€|e\b|eur)", re.IGNORECASE)
_CURRENCY_BEFORE = re.compile(
    r"(?:€|\beur\w{0,2})[ \u00a0\u202f:]{0,3}$|eur[\w ]{0,12}[:=] ?$", re.IGNORECASE
)
_RATING_COLUMNS = ("item_id", "value")
_COUNTS = frozenset({"n", "N", "x", "count", "counts", "projects", "share"})
"""Columns of a table that counts projects, and so shows no single one."""


_NUMBER_AFTER = re.compile(r"(?<![^\W\d_]\.)\s\d")
"""A number in a later column, not the page of a place in a document ("s. 2", "p. 2")."""


@dataclass(frozen=True)
class SingleProjects:
    """What is known of single projects and must not be published.

    Arguments:
        places: identifiers of documents and projects.
        items: what ratings are given for: identifiers and labels.
        amounts: sums claimed by one project, in euros, that nothing else published amounts to.
    """

    places: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    amounts: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls, tables: Mapping[str, pd.DataFrame], published: Iterable[Indicator] = ()
    ) -> SingleProjects:
        """From a study's tables; a sum of the public register or of an indicator is no secret."""

        def column(table: str, *names: str) -> pd.Series[str]:
            frame = tables.get(table, pd.DataFrame())
            found = [frame[name].dropna() for name in names if name in frame.columns]
            return pd.concat(found).astype(str) if found else pd.Series(dtype=str)

        def sums(table: str, *names: str) -> set[int]:
            values = pd.to_numeric(column(table, *names), errors="coerce").dropna()
            return {round(value) for value in values}

        open_sums = {
            round(number)
            for one in published
            for number in (one.value, one.low, one.high)
            if number is not None
        }
        open_sums |= sums("projects", "grant", "total_cost")
        open_sums |= sums("calls", "granted_amount") | sums("appropriations", "amount")
        open_sums |= sums("participations", "share_amount") | sums("facts", "value")
        return cls(
            frozenset(column("documents", "document_id", "project_id")),
            frozenset(column("rating_items", "item_id", "label_fi", "label_sv", "label_en")),
            frozenset(sums("saving_claims", "amount") - open_sums - {0}),
        )

    @cached_property
    def _place(self) -> re.Pattern[str]:
        return _any_word(self.places)

    @cached_property
    def _item(self) -> re.Pattern[str]:
        return _any_word(self.items)

    def problems(self, unit: Unit, where: str) -> Iterator[Problem]:
        """What a unit tells of a single project."""
        if self._shows_marks(unit):
            what = "shows the marks of single projects"
            remedy = "Show counts of enough projects, as the indicators have them."
            yield Problem(where, what, remedy=remedy, code="disclosure.marks")
        if self._shows_claims(unit):
            what = "shows what a single project claims to have saved"
            remedy = "Show what the indicators publish of all claims together, or nothing."
            yield Problem(where, what, remedy=remedy, code="disclosure.claim")

    def _shows_marks(self, unit: Unit) -> bool:
        if unit.row:
            columns = {name for name, _ in unit.row} | {value for _, value in unit.row}
            if columns.issuperset(_RATING_COLUMNS) and not columns & _COUNTS:
                return True
            values = " ".join(value for _, value in unit.row)
            names = " ".join(name for name, _ in unit.row)
            about = self._item.search(f"{names} {values}") is not None
            return about and self._place.search(values) is not None
        lines = unit.text.split("\n")
        header = self._item.search(lines[0]) is not None
        for line in lines:
            if unit.shown and _header(line).issuperset(_RATING_COLUMNS):
                return True
            at = self._place.search(line)
            if at and (
                self._item.search(line) or (header and _NUMBER_AFTER.search(line[at.end() :]))
            ):
                return True
        return False

    def _shows_claims(self, unit: Unit) -> bool:
        if _are_of_claims({name for name, _ in unit.row or ()}) or (
            unit.shown and any(_are_of_claims(_header(x)) for x in unit.text.split("\n"))
        ):
            return True
        if not self.amounts:
            return False
        for match in _NUMBER.finditer(unit.text):
            amount = int(re.sub(r"\D", "", match[0]))
            if (
                amount in self.amounts
                and (
                    amount % 1000  # so odd a number hardly is anything else
                    or _CURRENCY.match(unit.text, match.end())
                    or _CURRENCY_BEFORE.search(
                        unit.text[max(0, match.start() - 20) : match.start()]
                    )
                    or self._place.search(unit.text)
                )
            ):
                return True
        return False


def _are_of_claims(columns: set[str]) -> bool:
    """Whether columns are those of claims; a file may call the sum after its currency."""
    return "claim_id" in columns and any(name.startswith("amount") for name in columns)


def _header(line: str) -> set[str]:
    """The columns that a line names, if it is the header of a table that counts no projects."""
    words = set(re.findall(r"(?<![\w\"'(])\w+(?![\w\"')])", line))
    return set() if words & _COUNTS else words


def _any_word(words: Iterable[str]) -> re.Pattern[str]:
    """Any of many words; longest first, so that the project is not found within its document."""
    found = "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)) if word)
    return re.compile(rf"(?<!\w)(?:{found})(?![\w-])" if found else r"(?!)")

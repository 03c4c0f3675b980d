"""Numbers of tables without rows: nothing to count, and no mistake of who names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from evaltools.findings.conditions import keys_of
from evaltools.findings.declaration import Finding
from evaltools.findings.families import FAMILIES, Family
from evaltools.findings.lookup import index_numbers
from evaltools.findings.templates import slots_of
from evaltools.i18n.numbers import LANGUAGES
from evaltools.indicators.indicator import Estimand, Indicator, Unit

_UNITS: Final[Mapping[str, Unit]] = {
    "share": "share", "bounds": "share", "count": "count", "difference": "difference",
    "index": "index", "money": "money",
}  # fmt: skip
_FACTS: Final = Family(("facts",))
_MAY_BE_EMPTY: Final = frozenset({"area_changes", "prior_ties"})
"""Tables that numbers are computed with, but without which they stand."""
_ESTIMANDS: Final[tuple[Estimand, ...]] = ("D", "P", "S")


def absent_numbers(
    findings: Iterable[Finding],
    indicators: Iterable[Indicator],
    tables: Mapping[str, pd.DataFrame],
) -> list[Indicator]:
    """Records without a value of the numbers that findings name and no chapter could compute.

    A chapter leaves out what its study has no row of. Where a study whose findings name such a
    number loses those rows, as a rerun with other data may, they cannot be told.

    Arguments:
        indicators: of the run.
        tables: of the study, by name.

    Returns:
        Records under each estimand of the numbers whose table has no rows.
    """
    known, found = index_numbers(indicators), dict[str, Indicator]()
    for finding in findings:
        for name in sorted(_names(finding)):
            key = f"{name[:-2]}.share" if name.endswith((".x", ".n")) else name
            key = f"{key.removesuffix('.fraction')}.share" if key.endswith(".fraction") else key
            unit = _UNITS.get(key.rpartition(".")[2])
            if unit is None or known.has(key) or ".by." in key:
                continue
            if table := lacks_rows(key, tables):
                note = f"the table {table} has no rows"
                found[key] = Indicator(key=key, value=None, unit=unit, note=note)
    return [
        Indicator(key=key, value=None, unit=each.unit, estimand=estimand, note=each.note)
        for key, each in found.items()
        for estimand in _ESTIMANDS
    ]


def lacks_rows(name: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """The first table without rows of those that a number is computed from; empty if all have some.

    Arguments:
        name: of the number, by which its family is known; of a fact, `fact.` and its own.
        tables: of the study, by name.
    """
    beginning = name.partition(".")[0]
    family = _FACTS if beginning == "fact" else FAMILIES.get(beginning)
    for table in family.tables if family else ():
        if table not in _MAY_BE_EMPTY and (table not in tables or tables[table].empty):
            return table
    return ""


def _names(finding: Finding) -> set[str]:
    texts = [getattr(own, lang) or "" for own in finding.sentences.values() for lang in LANGUAGES]
    return {*keys_of(finding.condition)[0], *(slot.name for t in texts for slot in slots_of(t))}

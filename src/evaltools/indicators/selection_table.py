"""The comparison of reported and unreported projects in words of the report's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evaltools.indicators.selection import EPOCH, UNKNOWN, differences, representativity
from evaltools.present import language as say
from evaltools.present.language import Language
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence


def selection_table(evidence: Evidence) -> pd.DataFrame:
    """`differences`, named and printed.

    Returns:
        `label`; `reported` and `unreported`, means or shares as text; `difference`, a float or
        None; `text`, the difference as text; in the order of `differences`.
    """
    language = evidence.parameters.language
    words = evidence.words
    rows = [
        (
            _label(row, words),
            _printed(row["variable"], row["reported"], row["n_reported"], language),
            _printed(row["variable"], row["unreported"], row["n_unreported"], language),
            None if np.isnan(row["difference"]) else float(row["difference"]),
            say.signed(row["difference"], language, 2),
        )
        for row in differences(evidence).to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=["label", "reported", "unreported", "difference", "text"])
    # As objects, so that None stays None.
    table["difference"] = pd.Series([row[3] for row in rows], dtype=object)
    return table


def representativity_note(evidence: Evidence) -> str:
    """The R-indicator in a sentence of markdown, and what it leaves out in another."""
    language = evidence.parameters.language
    words, found = evidence.words, representativity(evidence)
    if found.reason:
        reason = words(f"evidence_base.reason.{found.reason}")
        told = words.markdown("evidence_base.r_unknown", reason=reason)
    else:
        value = say.ratio(found.adjusted, language)
        told = words.markdown("evidence_base.r_indicator", value=value)
    if not found.deciding:
        return told
    names = [words(f"evidence_base.variable.{name}") for name in found.deciding]
    listed = say.list_of(names, language)
    return f"{told} {words.markdown('evidence_base.deciding', names=listed)}"


def _label(row: Mapping[Any, Any], words: Words) -> str:
    variable, category = str(row["variable"]), str(row["category"])
    if not category:
        return words(f"evidence_base.variable.{variable}")
    if variable == "call":
        return words("evidence_base.class.call", name=category)
    if variable == "group":
        return words(f"group.{category}")
    if category == UNKNOWN:
        return words("evidence_base.class.size_unknown")
    return words(f"size.{category}")


def _printed(variable: object, value: float, n: int, language: Language) -> str:
    if np.isnan(value):
        return say.MISSING
    if variable == "grant":
        return say.number(value, language)
    if variable == "partners":
        return say.number(value, language, 1)
    if variable == "start":
        return say.date((EPOCH + pd.Timedelta(days=round(value))).date(), language, "short")
    return say.share(value, round(value * n), n, language)

"""Quotes: what of a passage may be printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evaltools.disclosure.persons import (
    NOBODY,
    THIRD_PARTY,
    KnownNames,
    find_persons,
    redact,
    with_article,
)
from evaltools.evidence.redaction_checks import CODE, GAP, find_alteration, strip_controls
from evaltools.evidence.redaction_checks import only_deletes as only_deletes
from evaltools.problems import Problem

Policy = Literal["none", "paraphrase", "redacted", "verbatim"]
TABLE = "redactions"


@dataclass(frozen=True)
class Redaction:
    """A passage as someone approved it for print.

    `text_public` has `[...]` where words were taken out; for the reason `paraphrase`, other words.
    """

    segment_id: str
    text_public: str
    reason: str
    approved_by: str


def redactions_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, Redaction]:
    """The approved passages of a study by segment; none where the study has no such table."""
    if TABLE not in tables:
        return {}
    rows = tables[TABLE][["segment_id", "text_public", "reason", "approved_by"]].astype(str)
    return {
        str(row["segment_id"]): Redaction(**{str(k): str(v) for k, v in row.items()})
        for row in rows.to_dict("records")
    }


def public_quote(
    quote: str, policy: Policy, redaction: Redaction | None = None, known: KnownNames = NOBODY
) -> str | None:
    """The words that may be printed, as plain text on one line; None where none may be.

    An approved text always goes before the passage, and other words are printed under `paraphrase`
    alone. Persons are never printed: under `redacted`
    they and third parties give way to `[...]`, under `verbatim` a passage that needs it is not
    printed at all. The text is not escaped: whoever prints it does that for the format.

    Arguments:
        quote: the passage as the report has it.
        policy: what the study declares.
        redaction: the passage as approved, if it is.
        known: places and bodies that are no persons.
    """
    if policy == "none":
        return None
    if policy == "paraphrase":
        if redaction is None or redaction.reason != "paraphrase":
            return None
        text = redaction.text_public
    elif redaction is not None and redaction.reason == "paraphrase":
        return None  # other words are no quotation
    else:
        text = redaction.text_public if redaction else quote
    cleaned, edits = redact(strip_controls(text), known, companies=policy != "verbatim")
    if edits and policy == "verbatim":
        return None
    if not re.sub(r"[\W_]", "", cleaned.replace(GAP, "")):
        return None  # nothing but gaps is left
    return cleaned


def check_redactions(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Approved passages that say something else than the report, or still name somebody."""
    if TABLE not in tables:
        return []
    known = KnownNames.of(tables)
    quotes = dict(
        zip(tables["segments"]["segment_id"].astype(str), tables["segments"]["quote"], strict=True)
    )
    problems = []
    for one in redactions_of(tables).values():
        where = f"{TABLE}, segment {one.segment_id}"
        quote = str(quotes.get(one.segment_id, ""))
        if quote and (wrong := find_alteration(quote, one.text_public, one.reason)):
            problems.append(Problem(where, *wrong, CODE))
        problems += check_text(one.text_public, where, known)
    return sorted(problems)


def check_text(text: str, where: str, known: KnownNames = NOBODY) -> list[Problem]:
    """Persons and addresses in a text that is to be published, masked in the message."""
    return [
        Problem(
            f"{where}, characters {found.start} to {found.end}",
            f"names a third party ({found.masked})"
            if found.kind in THIRD_PARTY
            else f"holds what looks like {with_article(found.kind)} ({found.masked})",
            remedy=f"Put {GAP} in its place."
            if found.kind not in THIRD_PARTY
            else "Take it out unless its part in the project is public.",
            code=f"disclosure.{found.kind.replace('_', '-')}",
        )
        for found in find_persons(text, known)
    ]

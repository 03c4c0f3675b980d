"""Quotes: what of a passage may be printed, and whether it tells whose words they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from evaltools.findings.disclosure.persons import (
    GAP,
    NOBODY,
    THIRD_PARTY,
    Known,
    find_persons,
    is_form,
    redact,
    with_article,
)
from evaltools.problems import Problem

Policy = Literal["none", "paraphrase", "redacted", "verbatim"]
TABLE = "redactions"
GENERALISED: tuple[str, ...] = ("region_code", "theme", "size_class")
"""What a description of a speaker gives up, in this order, until it fits enough projects: a
region narrows most, the size of a municipality is what readers need most."""


@dataclass(frozen=True)
class Redaction:
    """A passage as someone approved it for print.

    Arguments:
        segment_id: the passage.
        text_public: its words, `[...]` where some were taken out; for the reason `paraphrase`,
            other words.
        reason: why it is not printed as it stands.
        approved_by: who approved it.
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
    quote: str, policy: Policy, redaction: Redaction | None = None, known: Known = NOBODY
) -> str | None:
    """The words that may be printed, as plain text on one line; None where none may be.

    An approved text always goes before the passage. Persons are never printed: under `redacted`
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
    else:
        text = redaction.text_public if redaction else quote
    cleaned, edits = redact(plain(text), known, companies=policy != "verbatim")
    if edits and policy == "verbatim":
        return None
    if not re.sub(r"[\W_]", "", cleaned.replace(GAP, "")):
        return None  # nothing but gaps is left
    return cleaned


def plain(text: str) -> str:
    """One line without control and direction characters, which could show what is not there."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("Cf", "Cs", "Co")
    )
    return re.sub(r"[ \t]{2,}", " ", kept).strip()


def only_deletes(quote: str, text_public: str) -> bool:
    """Whether a public text is the passage with stretches replaced by `[...]`, and no more."""
    pieces = [re.escape(piece) for piece in plain(text_public).split(GAP)]
    return len(pieces) > 1 and re.fullmatch(r".+?".join(pieces), plain(quote)) is not None


def check_redactions(
    tables: Mapping[str, pd.DataFrame], known: Known | None = None
) -> list[Problem]:
    """Approved passages that say something else than the report, or still name somebody."""
    if TABLE not in tables:
        return []
    known = known or Known.of(tables)
    quotes = dict(
        zip(tables["segments"]["segment_id"].astype(str), tables["segments"]["quote"], strict=True)
    )
    problems = []
    for one in redactions_of(tables).values():
        where = f"{TABLE}, segment {one.segment_id}"
        quote = quotes.get(one.segment_id)
        altered = quote is not None and not only_deletes(str(quote), one.text_public)
        if altered and one.reason != "paraphrase":
            problems.append(
                Problem(
                    where,
                    "the public text is not the passage with parts taken out",
                    f"the words of the report, and {GAP} for what is left out",
                    "Correct it, or give the reason paraphrase.",
                    "disclosure.redaction",
                )
            )
        problems += check_text(one.text_public, where, known)
    return sorted(problems)


def check_text(text: str, where: str, known: Known = NOBODY) -> list[Problem]:
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


def fitting(attributes: Mapping[str, str], projects: pd.DataFrame) -> int:
    """How many projects a description fits.

    Arguments:
        attributes: what is told of the speaker, by column: `size_class`, `region_code`, `theme`.
        projects: `project_id` and those columns; a row a project and theme, all that readers
            could think of, so the whole register in scope and not only what was read.
    """
    fits = projects
    for column, value in attributes.items():
        fits = fits[fits[column].astype(str).eq(value)]
    return int(fits["project_id"].nunique())


def generalise(
    attributes: Mapping[str, str], projects: pd.DataFrame, minimum: int
) -> dict[str, str] | None:
    """The description with as little left out as makes it fit enough projects; None if none does.

    Attributes are given up in the order of `GENERALISED`, others, by name, before them.
    """
    others = sorted(set(attributes) - set(GENERALISED))
    left = dict(attributes)
    for column in ("", *others, *GENERALISED):
        left.pop(column, None)
        if fitting(left, projects) >= minimum:
            return left
    return None


def check_quote(
    text: str,
    where: str,
    attributes: Mapping[str, str],
    projects: pd.DataFrame,
    minimum: int,
    known: Known = NOBODY,
) -> list[Problem]:
    """Whether a quote as printed, with what is told of its speaker, tells who it is.

    Arguments:
        text: the words as printed.
        where: the place, for messages.
        attributes, projects: see `fitting`.
        minimum: fewest projects that a description may fit.
        known: names of the register; a quote that names one of them tells its speaker as a rule.
    """
    problems = check_text(text, where, known)
    count = fitting(attributes, projects)
    if count < minimum:
        wider = generalise(attributes, projects, minimum)
        told = ", ".join(sorted(wider)) if wider else "nothing about the speaker"
        problems.append(
            Problem(
                where,
                f"the quote is told to be by one of {count} projects",
                f"{minimum} or more",
                f"Tell only: {told or 'nothing about the speaker'}.",
                "disclosure.unique-quote",
            )
        )
    for name in named(text, known):
        problems.append(
            Problem(
                where,
                f"the quote names {name}",
                remedy=f"Put {GAP} in its place, unless it is another than the speaker.",
                code="disclosure.named-place",
            )
        )
    return sorted(problems)


def named(text: str, known: Known) -> tuple[str, ...]:
    """Municipalities and organisations of the register that a text names, inflected or not.

    Regions are not meant: they are told by the thousand inhabitants.
    """
    found = {name for name in known.organisations | known.municipalities if _names(text, name)}
    return tuple(sorted(found))


def _names(text: str, name: str) -> bool:
    if name in text:
        return True
    words = re.findall(r"[A-ZÅÄÖ][\wåäö-]+", text)
    return " " not in name and any(is_form(word, name) for word in words)

"""Approved passages against the passages of the reports: parts taken out, or other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from evaltools.evidence.cell_values import CellProblem, NumberedTables, iterate_rows, requires
from evaltools.problems import quote_value

GAP: Final = "[...]"
"""Stands where something of a passage is left out."""
CODE: Final = "disclosure.redaction"
_NUMBER: Final = re.compile(r"\d+(?:[ \u00a0\u202f.,]\d+)*")
_BREAKS: Final = re.compile(r"[ \u00a0\u202f.,]")
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_STEM: Final = 4
"""Letters by which two forms of one word are known."""
_LEAST: Final = 4
"""One of so many words of a paraphrase is of its passage, or it speaks of something else."""


def strip_controls(text: str) -> str:
    """One line without control and direction characters, which could show what is not there."""
    printable = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("Cf", "Cs", "Co")
    )
    return re.sub(r"[ \t]{2,}", " ", printable).strip()


def only_deletes(quote: str, text_public: str) -> bool:
    """Whether a public text is the passage with stretches replaced by `[...]`, and no more."""
    pieces = [re.escape(piece) for piece in strip_controls(text_public).split(GAP)]
    return len(pieces) > 1 and re.fullmatch(r".+?".join(pieces), strip_controls(quote)) is not None


def find_strange(quote: str, text_public: str) -> str:
    """What of a paraphrase cannot come from its passage: a number, or nearly all of its words.

    Whether it means the same only a person can tell, who signs it beside the passage.
    """
    known = {_BREAKS.sub("", each) for each in _NUMBER.findall(quote)}
    for number in _NUMBER.findall(text_public):
        if _BREAKS.sub("", number) not in known:
            return f"has {quote_value(number)}, which its passage has not"
    own = {word[:_STEM] for word in _WORD.findall(quote.lower())}
    words = [word[:_STEM] for word in _WORD.findall(text_public.lower())]
    if _LEAST * sum(word in own for word in words) < max(len(words), 1):
        return f"has hardly a word of its passage, {quote_value(quote)}"
    return ""


def find_alteration(quote: str, text_public: str, reason: str) -> tuple[str, str, str] | None:
    """What is wrong with an approved passage, what is allowed and what to do; None for nothing.

    Arguments:
        quote: the passage as the report has it.
        text_public: as it is to be printed.
        reason: why it is not printed as it stands; `paraphrase` for other words.
    """
    if reason == "paraphrase":
        what = find_strange(quote, text_public)
        allowed = "the meaning of the passage in other words, with its numbers or none"
        return (what, allowed, "Read the passage again and tell what it says.") if what else None
    if only_deletes(quote, text_public):
        return None
    return (
        f"{quote_value(text_public)} is not the passage {quote_value(quote)} with parts taken out",
        f"the words of the report, and {GAP} for what is left out",
        "Correct it; for other words give the reason paraphrase, which a person signs.",
    )


@requires("redactions", "segments", segments=("segment_id", "quote"))
def check_redacted(frames: NumberedTables) -> Iterator[CellProblem]:
    """An approved passage has parts taken out, or is a paraphrase that speaks of the same."""
    segments = frames["segments"].dropna(subset=["segment_id", "quote"])
    quotes = dict(zip(segments["segment_id"], segments["quote"], strict=True))
    rows = frames["redactions"].dropna(subset=["segment_id", "text_public", "reason"])
    for name, text, reason, row in iterate_rows(rows, "segment_id", "text_public", "reason"):
        if name not in quotes:
            continue  # reported as a missing reference
        if wrong := find_alteration(str(quotes[name]), str(text), str(reason)):
            yield CellProblem("redactions", row, "text_public", *wrong, CODE)

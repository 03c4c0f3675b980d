"""Whether words of a form are the ones declared: numbering, capitals and small slips aside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from evaltools.documents.superscripts import without_marks

_NUMBERING = re.compile(
    r"(?:(?:\d{1,3}(?:\.\d{1,3})*[.):]?|[ivxlc]{1,6}[.)]|[a-zåäö][.)])\s+|\d{1,3}[.)])"
)
_LONGEST = 200


def plain(words: str) -> str:
    """Words without numbering, marks of notes, punctuation at the ends, capitals and spare space.

    `2. Hankkeen tavoitteet:` and `HANKKEEN TAVOITTEET` are the same.
    """
    unmarked = _closed_up(without_marks(words[: 2 * _LONGEST]))
    folded = unicodedata.normalize("NFKC", unmarked).replace("\u00ad", "").casefold()
    folded = " ".join(folded.split())
    folded = _NUMBERING.sub("", folded, count=1) if _NUMBERING.match(folded) else folded
    return folded.strip(" .:;*•–—-\u200b")[:_LONGEST]


def _closed_up(words: str) -> str:
    """Words without the blanks that somebody typed between their letters; two part two words."""
    parts = [part.split() for part in re.split(r"\s{2,}", words.strip())]
    return " ".join(
        "".join(part) if len(part) > 3 and all(len(one) == 1 for one in part) else " ".join(part)
        for part in parts
    )


def fits(words: str, wordings: Sequence[str]) -> bool:
    """Whether words are one of the wordings, in which `*` stands for any words."""
    found = plain(words)
    return bool(found) and any(_pattern(wording).fullmatch(found) for wording in wordings)


def nearly(words: str, wordings: Sequence[str]) -> bool:
    """Whether words are a wording but for a letter in five to nine, or two in ten and more.

    Shorter words must fit: too much lies near them. A wording with `*` is not compared so.
    """
    found = plain(words)
    return any(
        distance(found, wording, allowed) <= allowed
        for wording in map(plain, wordings)
        if "*" not in wording
        for allowed in [_allowed(wording)]
        if allowed
    )


def distance(a: str, b: str, most: int) -> int:
    """Letters to put in, take out, change or swap with a neighbour to make one of the other.

    Arguments:
        a, b: words.
        most: where it is more than this, any number above it is returned.

    Source: optimal string alignment, after Damerau 1964, doi:10.1145/363958.363994.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _allowed(wording: str) -> int:
    return 0 if len(wording) < 5 else 1 if len(wording) < 10 else 2


@lru_cache(maxsize=4096)
def _pattern(wording: str) -> re.Pattern[str]:
    # A star at an end is kept from plain(), which would take it for a bullet.
    parts = [re.escape(" ".join(part.casefold().split())) for part in wording.split("*")]
    if len(parts) == 1:
        return re.compile(re.escape(plain(wording)))
    return re.compile(r".*".join(parts), re.DOTALL)

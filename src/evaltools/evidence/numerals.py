"""Numerals: how people write numbers, and what a point or a comma in them stands for.

`123.250` is a hundred and twenty-three thousand to some and a quarter more than a hundred and
twenty-three to others. Which is meant is recognised by other numbers of the same column, or of the
same file where the column is silent; where nothing shows it, or they contradict, it is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evaltools.documents.spreadsheets.number_formats import CURRENCY

SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2000\u2002\u2003\u2004\u2005\u2006\u2007"
                                     "\u2008\u2009\u200a\u205f\u3000\t", " "))  # fmt: skip

_APOSTROPHE = re.compile(r"(?<=[0-9])['\u2019](?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_SPACED = re.compile(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_POINTED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_COMMAED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}")
_EITHER_WAY = re.compile(r"[+-]?(?!0+[.,])[0-9]{1,3}[.,][0-9]{3}")
_OTHER = {".": ",", ",": "."}


class NumeralError(ValueError):
    """Text that is no number."""


class AmbiguousNumeralError(ValueError):
    """Text that is one of two numbers: `readings` are both, as thousands and as decimals."""

    def __init__(self, readings: tuple[str, str]) -> None:
        super().__init__(readings)
        self.readings = readings


@dataclass(frozen=True)
class Marks:
    """Which of point and comma were seen to part decimals, and which thousands."""

    decimal: frozenset[str] = frozenset()
    thousands: frozenset[str] = frozenset()

    def parts_thousands(self, mark: str) -> bool | None:
        """Whether the mark parts thousands; None where that is not shown or contradicted.

        That the other mark parts decimals shows nothing: somebody may have typed either.
        """
        other = _OTHER[mark]
        thousands, decimal = mark in self.thousands, mark in self.decimal
        if thousands == decimal or other in (self.thousands if thousands else self.decimal):
            return None
        return thousands

    def completed(self, wider: Marks) -> Marks:
        """These marks, and of those that were not seen what a wider look shows."""
        unseen = frozenset(_OTHER) - self.decimal - self.thousands
        return Marks(
            self.decimal | (wider.decimal & unseen), self.thousands | (wider.thousands & unseen)
        )


NO_MARKS = Marks()


def detect_marks(texts: Iterable[str]) -> Marks:
    """What the numbers among the texts show of their points and commas."""
    decimal: set[str] = set()
    thousands: set[str] = set()
    for text in texts:
        if "." not in text and "," not in text:
            continue
        bare = _strip_spaces(text)
        if _EITHER_WAY.fullmatch(bare):
            continue
        if _PLAIN.fullmatch(bare) or _SPACED.fullmatch(bare):
            if set(bare) & set(".,") and not re.fullmatch(r"[+-]?0+[.,]0+", bare):
                decimal.add("." if "." in bare else ",")
        elif _POINTED.fullmatch(bare):
            thousands.add(".")
            decimal.update({","} & set(bare))
        elif _COMMAED.fullmatch(bare):
            thousands.add(",")
            decimal.update({"."} & set(bare))
    return Marks(frozenset(decimal), frozenset(thousands))


def parse_numeral(text: str, marks: Marks = NO_MARKS) -> str:
    """A number with a point for its decimals and nothing between its thousands.

    Of `1234.5`, `1234,5`, `1 234,5`, `1'234.50`, `1.234,50`, `-3`, `12,50 €` and the like; others
    raise AmbiguousNumeralError, where `marks` do not settle it, or NumeralError.
    """
    if text.isdigit() and text.isascii():
        return text
    bare = _strip_spaces(text)
    if _EITHER_WAY.fullmatch(bare):
        mark = "." if "." in bare else ","
        parts_thousands = marks.parts_thousands(mark)
        if parts_thousands is None:
            raise AmbiguousNumeralError((bare.replace(mark, ""), f"{bare}0"))
        return bare.replace(mark, "" if parts_thousands else ".")
    if _PLAIN.fullmatch(bare) or _SPACED.fullmatch(bare):
        return bare.replace(" ", "").replace(",", ".")
    if _POINTED.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if _COMMAED.fullmatch(bare):
        return bare.replace(",", "")
    raise NumeralError(text)


def write_unambiguously(number: str) -> str:
    """A number with a decimal point, written so that the point cannot be taken for thousands."""
    return f"{number}0" if _EITHER_WAY.fullmatch(number) else number


def _strip_spaces(text: str) -> str:
    bare = text.translate(SPACES).replace("\u2212", "-").strip()
    for sign in CURRENCY:
        bare = bare.removesuffix(sign).rstrip()
    return _APOSTROPHE.sub(" ", bare) if "'" in bare or "\u2019" in bare else bare

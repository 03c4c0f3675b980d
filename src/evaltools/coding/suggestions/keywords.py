"""Keywords: what an author writes in `keywords.csv`, parsed strictly and checked all at once.

A pattern is one or more words parted by blanks. Each word is given as a lemma, the form in a
dictionary, and stands for all its inflected forms:

* `key person`: these words next to each other, in this order;
* `procure*`: a word that begins with it, as the first part of a compound does;
* `*supplier`: a word that ends with a form of it, as the last part of a compound does;
* `*delay*`: a word in which it stands anywhere;
* `goal … unclear`: up to three other words may stand between; `…5` up to five.

Every word with a star takes in more than its author may think of (`*port` is in *report*), so
the star is chosen word by word, and what it must not find is written as a pattern of its own with
use `exclude`. Derivations are words of their own: *delayer* is not a form of *delay*.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from evaltools.problems import Problem, refuse

Part = Literal["whole", "beginning", "ending", "within"]

GAP: Final = 3
"""Words that a gap without a number lets stand between."""

LONGEST: Final = 8
"""Words in a pattern, at most; a longer one is a sentence and finds only itself."""

SHORTEST_AFFIX: Final = 3
"""Letters beside a star, at least; fewer are found in too many words."""

_WORD = re.compile(r"(\*?)([^\W_]+(?:[-'’:][^\W_]+)*)(\*?)")
_GAP = re.compile(r"(?:…|\.\.\.?)(\d*)")


class PatternError(ValueError):
    """What is wrong with a pattern, and what would be right, written for its author."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, order=True)
class Word:
    """One word of a pattern.

    Arguments:
        text: in lower case, without stars.
        part: which part of a word in the text it must be.
        gap: how many other words may stand between the word before and this one.
    """

    text: str
    part: Part
    gap: int = 0


@dataclass(frozen=True, order=True)
class Pattern:
    """A pattern as it was written, and its words."""

    text: str
    words: tuple[Word, ...]


def parse_pattern(text: str) -> Pattern:
    """Read a pattern.

    Arguments:
        text: as written, in any case and normal form.

    Returns:
        The pattern; its `text` has single blanks.

    Raises:
        NotAPattern: it is empty or too long, a gap does not stand between two words, a star is
            not at the beginning or end of a word or stands beside too few letters, or something
            else than words, stars and gaps is in it.
    """
    tokens = unicodedata.normalize("NFC", text).split()
    if not tokens:
        raise PatternError("it is empty", "Write a word in its dictionary form.")
    words: list[Word] = []
    gap: int | None = None
    for token in tokens:
        between = _GAP.fullmatch(token)
        if between is None:
            words.append(_word(token, gap or 0))
            gap = None
        elif not words or gap is not None:
            raise PatternError("a gap does not stand between two words", "Take the gap out.")
        else:
            gap = _width(between[1])
    if gap is not None:
        raise PatternError("a gap does not stand between two words", "Take the gap out.")
    if len(words) > LONGEST:
        raise PatternError(f"it has {len(words)} words", f"Write at most {LONGEST}.")
    return Pattern(" ".join(tokens), tuple(words))


def _width(digits: str) -> int:
    width = int(digits) if digits and len(digits) == 1 else (GAP if not digits else 0)
    if not width:
        raise PatternError(f"a gap of '{digits}' words", "A gap is of 1 to 9 words, such as …5.")
    return width


def _word(token: str, gap: int) -> Word:
    match = _WORD.fullmatch(token)
    if match is None:
        raise PatternError(
            f"'{token}' is not a word",
            "Words are letters and digits; a star stands at their beginning or end only.",
        )
    before, text, after = match[1], match[2].lower(), match[3]
    parts: dict[tuple[str, str], Part] = {
        ("", ""): "whole", ("", "*"): "beginning", ("*", ""): "ending", ("*", "*"): "within",
    }  # fmt: skip
    if (before or after) and len(text) < SHORTEST_AFFIX:
        raise PatternError(
            f"'{token}' has a star beside fewer than {SHORTEST_AFFIX} letters",
            "Write more of the word.",
        )
    return Word(text, parts[before, after], gap)


Use = Literal["include", "exclude"]

FILE: Final = "data/coding/keywords.csv"


@dataclass(frozen=True, order=True)
class Keyword:
    """A pattern that speaks for a code, or against it.

    Arguments:
        code_id: the code it is of.
        language: of the texts it is for.
        pattern: what to look for.
        use: `include`, or `exclude` for words that the code's other patterns must not find.
    """

    code_id: str
    language: str
    pattern: Pattern
    use: Use = "include"


def read_keywords(table: pd.DataFrame, where: str = FILE) -> tuple[Keyword, ...]:
    """The keywords of a table.

    Arguments:
        table: `code_id`, `language`, `pattern`, `use`; where its index is named `row`, that is
            the row of the file.
        where: how the table's file is called in problems.

    Returns:
        Sorted, each once.

    Raises:
        ProblemError: patterns that cannot be read and codes that have only exclusions in a
            language, each with file and row.
    """
    problems: list[Problem] = []
    keywords: list[Keyword] = []
    places: dict[tuple[str, str], str] = {}
    columns = ("code_id", "language", "pattern", "use")
    rows = table[list(columns)].astype("string").fillna("")
    numbers = table.index if table.index.name == "row" else range(2, len(table) + 2)
    for number, (code, language, text, use) in zip(
        numbers, rows.itertuples(index=False, name=None), strict=True
    ):
        place = f"{where}, row {number}, column pattern"
        try:
            pattern = parse_pattern(text)
        except PatternError as error:
            what = f"'{text}' is no pattern: {error.what}"
            problems.append(Problem(place, what, "", error.remedy, "keywords.pattern"))
            continue
        places.setdefault((code, language), place)
        keywords.append(
            Keyword(code, language, pattern, "exclude" if use == "exclude" else "include")
        )
    problems += _only_exclusions(keywords, places)
    refuse(problems)
    return tuple(sorted(set(keywords)))


def _only_exclusions(
    keywords: Iterable[Keyword], places: Mapping[tuple[str, str], str]
) -> list[Problem]:
    including = {(each.code_id, each.language) for each in keywords if each.use == "include"}
    return [
        Problem(
            place,
            f"{code} has only exclusions in {language}",
            "",
            "Add a pattern with use include, or take the exclusions out.",
            "keywords.exclusions",
        )
        for (code, language), place in places.items()
        if (code, language) not in including
    ]

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
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import pandas as pd

from evaltools.coding.suggestions.lemmas import lemmatise, split_compound
from evaltools.documents.superscripts import blank_superscripts
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
    """One word of a pattern in lower case, without stars, and which part of a word it must be.

    `gap` other words may stand between the word before and this one.
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
    """Read a pattern, written in any case and normal form; its `text` has single blanks.

    Raises PatternError where it is empty or too long, a gap does not stand between two words, a
    star is not at the beginning or end of a word or stands beside too few letters, or something
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

    `exclude` is for words that the code's other patterns must not find.
    """

    code_id: str
    language: str
    pattern: Pattern
    use: Use = "include"


def read_keywords(table: pd.DataFrame, where: str = FILE) -> tuple[Keyword, ...]:
    """The keywords of a table, sorted, each once.

    Arguments:
        table: `code_id`, `language`, `pattern`, `use`; where its index is named `row`, that is
            the row of the file.
        where: how the table's file is called in problems.

    Raises ProblemError for patterns that cannot be read and codes that have only exclusions in a
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
    including = {(each.code_id, each.language) for each in keywords if each.use == "include"}
    remedy = "Add a pattern with use include, or take the exclusions out."
    for (code, language), place in places.items():
        if (code, language) not in including:
            what = f"{code} has only exclusions in {language}"
            problems.append(Problem(place, what, "", remedy, "keywords.exclusions"))
    refuse(problems)
    return tuple(sorted(set(keywords)))


_TOKEN = re.compile(r"[^\W_]+(?:[-'’:][^\W_]+)*|[.!?](?=\s|$)|\n|[;•]")


@dataclass(frozen=True)
class TextWord:
    """A word: its form in lower case, where it starts and ends in code points."""

    form: str
    start: int
    end: int


def split_sentences(text: str) -> list[list[TextWord]]:
    """Words by sentence, of sentences that have one.

    One ends at a full stop, question mark or exclamation mark before a blank, at a semicolon, at a
    bullet and at the end of a line; a full stop after digits is that of an ordinal or a date and
    ends none. Marks of notes are no part of a word.
    """
    sentences: list[list[TextWord]] = [[]]
    for found in _TOKEN.finditer(blank_superscripts(text)):
        token = found[0]
        if token[0].isalnum():
            sentences[-1].append(TextWord(token.lower(), found.start(), found.end()))
        elif sentences[-1] and not (token == "." and sentences[-1][-1].form.isdigit()):
            sentences.append([])
    return [words for words in sentences if words]


_Key = tuple[str, Part]


class Span(NamedTuple):
    """Where a pattern was found in a sentence: places of its words, and their lemmas."""

    places: tuple[int, ...]
    lemmas: tuple[str, ...]


class Matcher:
    """Finds patterns of one language in sentences."""

    def __init__(self, patterns: Iterable[Pattern], language: str) -> None:
        self._language = language
        self._starting: dict[_Key, list[Pattern]] = defaultdict(list)
        self._whole: set[str] = set()
        self._parts: dict[_Key, None] = {}  # words with a star
        for pattern in sorted(set(patterns)):
            self._starting[_key(pattern.words[0])].append(pattern)
            for word in pattern.words:
                if word.part == "whole":
                    self._whole.add(word.text)
                else:
                    self._parts[_key(word)] = None
        self._splits = any(part != "beginning" for _, part in self._parts)
        self._forms: dict[str, dict[_Key, str]] = {}

    def find(self, sentence: list[TextWord]) -> Iterator[tuple[Pattern, Span]]:
        """Every place of every pattern, by the place of the first word, then by pattern.

        Where a gap leaves several, the nearest words.
        """
        readings = [self._readings(word.form) for word in sentence]
        for place, reading in enumerate(readings):
            starting = sorted({p for key in reading for p in self._starting.get(key, ())})
            for pattern in starting:
                if (span := _follow(pattern, (place,), readings)) is not None:
                    yield pattern, span

    def _readings(self, form: str) -> dict[_Key, str]:
        """The words of patterns that a form can be, with the lemma by which it is each."""
        readings = self._forms.get(form)
        if readings is not None:
            return readings
        readings = self._forms[form] = {}
        own = lemmatise(form, self._language)
        for text in dict.fromkeys((own, form)):
            if text in self._whole:
                readings.setdefault((text, "whole"), own)
            for key in self._parts:
                if _HAS[key[1]](text, key[0]):
                    readings.setdefault(key, own)
        for first, last in split_compound(form, self._language) if self._splits else ():
            for text, part in self._parts:
                is_last = part == "ending" and last == text
                if is_last or (part == "within" and last.startswith(text)):
                    readings.setdefault((text, part), first + last)
        return readings


_HAS: Mapping[Part, Callable[[str, str], bool]] = {
    "beginning": str.startswith, "ending": str.endswith, "within": str.__contains__,
}  # fmt: skip
"""Whether a word of a text has a word with a star in the place that the star leaves."""


def _key(word: Word) -> _Key:
    return word.text, word.part


def _follow(
    pattern: Pattern, places: tuple[int, ...], readings: list[dict[_Key, str]]
) -> Span | None:
    """The further words of a pattern, each as near to the one before as it can be.

    A near word may leave the next one out of reach where a farther would not, so every way is
    tried, nearest first; patterns are short and gaps narrow.
    """
    if len(places) == len(pattern.words):
        found = zip(places, pattern.words, strict=True)
        return Span(places, tuple(readings[place][_key(word)] for place, word in found))
    word = pattern.words[len(places)]
    nearest = places[-1] + 1
    for place in range(nearest, min(nearest + word.gap + 1, len(readings))):
        if _key(word) in readings[place]:
            span = _follow(pattern, (*places, place), readings)
            if span is not None:
                return span
    return None


@dataclass(frozen=True)
class Suggestion:
    """A passage in which a keyword of a code stands, in code points of the text.

    `pattern` is as its author wrote it; `lemma` has those of the words that it was found as.
    """

    code_id: str
    start: int
    end: int
    matched: str
    pattern: str
    lemma: str


def suggest(text: str, language: str, keywords: Iterable[Keyword]) -> tuple[Suggestion, ...]:
    """What the keywords find in a text, by start, end, code and pattern.

    Where two passages of one code lie one within the other, only the longer is there; of equal
    ones, that of the first pattern. A passage that shares a word with one of the code's exclusions
    is left out.

    Arguments:
        text: a document, normalised.
        language: of the text, `fi` or `sv`; empty where it is not known: then the keywords of
            every language are tried. Keywords of other languages are left aside.
        keywords: as `read_keywords` gives them.
    """
    lines = split_sentences(text)
    suggestions: list[Suggestion] = []
    barred: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one, uses, matcher in _matchers(tuple(keywords)):
        if language and one != language:
            continue
        for words in lines:
            for pattern, span in matcher.find(words):
                start, end = words[span.places[0]].start, words[span.places[-1]].end
                for keyword in uses[pattern]:
                    if keyword.use == "exclude":
                        barred[keyword.code_id].append((start, end))
                    else:
                        suggestions.append(
                            Suggestion(keyword.code_id, start, end, text[start:end],
                                       pattern.text, " ".join(span.lemmas))
                        )  # fmt: skip
    longest: list[Suggestion] = []
    last: dict[str, int] = {}
    for each in sorted(
        suggestions, key=lambda one: (one.start, -one.end, one.code_id, one.pattern)
    ):
        if any(a < each.end and each.start < b for a, b in barred[each.code_id]):
            continue
        if each.end > last.get(each.code_id, -1):
            longest.append(each)
            last[each.code_id] = each.end
    return tuple(sorted(longest, key=lambda one: (one.start, one.end, one.code_id, one.pattern)))


_Compiled = tuple[str, dict[Pattern, tuple[Keyword, ...]], Matcher]


@lru_cache(maxsize=8)
def _matchers(keywords: tuple[Keyword, ...]) -> tuple[_Compiled, ...]:
    """By language: the keywords of each pattern, and what finds the patterns."""
    by_language: dict[str, dict[Pattern, list[Keyword]]] = defaultdict(lambda: defaultdict(list))
    for keyword in sorted(set(keywords)):
        by_language[keyword.language][keyword.pattern].append(keyword)
    return tuple(
        (
            language,
            {pattern: tuple(uses) for pattern, uses in sorted(patterns.items())},
            Matcher(patterns, language),
        )
        for language, patterns in sorted(by_language.items())
    )

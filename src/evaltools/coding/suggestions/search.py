"""Suggestions: passages in which the words of a code's keywords stand.

A suggestion shows where to look. It never codes: whether the passage says that the thing is so,
that it is not, or something else, is for the one who reads.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from evaltools.coding.suggestions.keywords import Keyword, Part, Pattern, Word, read_keywords
from evaltools.coding.suggestions.lemmas import lemmatise, split_compound
from evaltools.documents.superscripts import blank_superscripts

_TOKEN = re.compile(r"[^\W_]+(?:[-'’:][^\W_]+)*|[.!?](?=\s|$)|\n|[;•]")


@dataclass(frozen=True)
class TextWord:
    """A word: its form in lower case, where it starts and ends in code points."""

    form: str
    start: int
    end: int


def split_sentences(text: str) -> list[list[TextWord]]:
    """Words by sentence.

    Arguments:
        text: normalised; positions count its code points from 0.

    Returns:
        Sentences that have a word. One ends at a full stop, question mark or exclamation mark
        before a blank, at a semicolon, at a bullet and at the end of a line; a full stop after
        digits is that of an ordinal or a date and ends none. Marks of notes are no part of a word.
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
    """Finds patterns of one language in sentences.

    Arguments:
        patterns: to look for.
        language: of the texts.
    """

    def __init__(self, patterns: Iterable[Pattern], language: str) -> None:
        self._language = language
        self._starting: dict[_Key, list[Pattern]] = defaultdict(list)
        keys: set[_Key] = set()
        for pattern in sorted(set(patterns)):
            keys.update(_key(word) for word in pattern.words)
            self._starting[_key(pattern.words[0])].append(pattern)
        self._texts: dict[Part, frozenset[str]] = {
            part: frozenset(text for text, own in keys if own == part)
            for part in ("whole", "beginning", "ending", "within")
        }
        self._lengths = {
            part: sorted({len(text) for text in texts}) for part, texts in self._texts.items()
        }
        self._forms: dict[str, dict[_Key, str]] = {}

    def find(self, sentence: list[TextWord]) -> Iterator[tuple[Pattern, Span]]:
        """Every place of every pattern in a sentence, the nearest words where a gap leaves several.

        Yields:
            Pattern and span, by the place of the first word, then by pattern.
        """
        readings = [self._readings(word.form) for word in sentence]
        for place, reading in enumerate(readings):
            starting = sorted({p for key in reading for p in self._starting.get(key, ())})
            for pattern in starting:
                if (span := _follow(pattern, place, readings)) is not None:
                    yield pattern, span

    def _readings(self, form: str) -> dict[_Key, str]:
        """The words of patterns that a form can be, with the lemma by which it is each."""
        readings = self._forms.get(form)
        if readings is None:
            readings = self._forms[form] = self._read(form)
        return readings

    def _read(self, form: str) -> dict[_Key, str]:
        own = lemmatise(form, self._language)
        readings: dict[_Key, str] = {}
        for text in dict.fromkeys((own, form)):
            self._take(text, own, readings)
        if self._texts["ending"] or self._texts["within"]:
            for first, last in split_compound(form, self._language):
                whole = first + last
                if last in self._texts["ending"]:
                    readings.setdefault((last, "ending"), whole)
                for length in self._lengths["within"]:
                    if last[:length] in self._texts["within"]:
                        readings.setdefault((last[:length], "within"), whole)
        return readings

    def _take(self, text: str, own: str, readings: dict[_Key, str]) -> None:
        if text in self._texts["whole"]:
            readings.setdefault((text, "whole"), own)
        for length in self._lengths["beginning"]:
            if text[:length] in self._texts["beginning"]:
                readings.setdefault((text[:length], "beginning"), own)
        for length in self._lengths["ending"]:
            if text[-length:] in self._texts["ending"]:
                readings.setdefault((text[-length:], "ending"), own)
        for length in self._lengths["within"]:
            for place in range(len(text) - length + 1):
                piece = text[place : place + length]
                if piece in self._texts["within"]:
                    readings.setdefault((piece, "within"), own)


def _key(word: Word) -> _Key:
    return word.text, word.part


def _follow(pattern: Pattern, place: int, readings: list[dict[_Key, str]]) -> Span | None:
    """The words of a pattern from a place on, each as near to the one before as it can be.

    A near word may leave the next one out of reach where a farther would not, so every way is
    tried, nearest first; patterns are short and gaps narrow.
    """
    return _rest(pattern, 1, (place,), readings)


def _rest(
    pattern: Pattern, number: int, places: tuple[int, ...], readings: list[dict[_Key, str]]
) -> Span | None:
    if number == len(pattern.words):
        lemmas = tuple(
            readings[place][_key(word)] for place, word in zip(places, pattern.words, strict=True)
        )
        return Span(places, lemmas)
    word = pattern.words[number]
    nearest = places[-1] + 1
    for place in range(nearest, min(nearest + word.gap + 1, len(readings))):
        if _key(word) in readings[place]:
            span = _rest(pattern, number + 1, (*places, place), readings)
            if span is not None:
                return span
    return None


@dataclass(frozen=True)
class Suggestion:
    """A passage in which a keyword of a code stands.

    Arguments:
        code_id: the code.
        start, end: in code points of the text, the end after the last.
        matched: the passage.
        pattern: the keyword as its author wrote it.
        lemma: lemmas of the words that the pattern's words were found as, joined by blanks.
    """

    code_id: str
    start: int
    end: int
    matched: str
    pattern: str
    lemma: str

    @property
    def place(self) -> tuple[int, int, str, str]:
        """By what suggestions are sorted: start, end, code and pattern; no two have the same."""
        return self.start, self.end, self.code_id, self.pattern


def suggest(
    text: str, language: str, keywords: pd.DataFrame | Iterable[Keyword]
) -> tuple[Suggestion, ...]:
    """What the keywords find in a text.

    Arguments:
        text: a document, normalised.
        language: of the text, `fi` or `sv`; empty where it is not known: then the keywords of
            every language are tried. Keywords of other languages are left aside.
        keywords: as `read_keywords` gives them, or the table that it reads, which is read anew
            each time.

    Raises:
        ProblemError: the table holds patterns that cannot be read.

    Returns:
        By start, end, code and pattern. Where two passages of one code lie one within the
        other, only the longer is there; of equal ones, that of the first pattern. A passage that
        shares a word with one of the code's exclusions is left out.
    """
    own = read_keywords(keywords) if isinstance(keywords, pd.DataFrame) else tuple(keywords)
    lines = split_sentences(text)
    suggestions: list[Suggestion] = []
    barred: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one, uses, matcher in _matchers(own):
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
    allowed = (
        each
        for each in suggestions
        if not any(a < each.end and each.start < b for a, b in barred[each.code_id])
    )
    return tuple(sorted(_keep_longest(allowed), key=lambda each: each.place))


def _keep_longest(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Without the passages that lie within another of the same code."""
    longest: list[Suggestion] = []
    last: dict[str, int] = {}
    for each in sorted(
        suggestions, key=lambda one: (one.start, -one.end, one.code_id, one.pattern)
    ):
        if each.end > last.get(each.code_id, -1):
            longest.append(each)
            last[each.code_id] = each.end
    return longest


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

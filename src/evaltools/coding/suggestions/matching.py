"""Matching: which words of patterns a word of the text can be, looked up and never searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evaltools.coding.suggestions.lemmas import compounds, lemma
from evaltools.coding.suggestions.patterns import Part, Pattern, Word
from evaltools.coding.suggestions.words import TextWord

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
        found = self._forms.get(form)
        if found is None:
            found = self._forms[form] = self._read(form)
        return found

    def _read(self, form: str) -> dict[_Key, str]:
        own = lemma(form, self._language)
        found: dict[_Key, str] = {}
        for text in dict.fromkeys((own, form)):
            self._take(text, own, found)
        if self._texts["ending"] or self._texts["within"]:
            for first, last in compounds(form, self._language):
                whole = first + last
                if last in self._texts["ending"]:
                    found.setdefault((last, "ending"), whole)
                for length in self._lengths["within"]:
                    if last[:length] in self._texts["within"]:
                        found.setdefault((last[:length], "within"), whole)
        return found

    def _take(self, text: str, own: str, found: dict[_Key, str]) -> None:
        if text in self._texts["whole"]:
            found.setdefault((text, "whole"), own)
        for length in self._lengths["beginning"]:
            if text[:length] in self._texts["beginning"]:
                found.setdefault((text[:length], "beginning"), own)
        for length in self._lengths["ending"]:
            if text[-length:] in self._texts["ending"]:
                found.setdefault((text[-length:], "ending"), own)
        for length in self._lengths["within"]:
            for place in range(len(text) - length + 1):
                piece = text[place : place + length]
                if piece in self._texts["within"]:
                    found.setdefault((piece, "within"), own)


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

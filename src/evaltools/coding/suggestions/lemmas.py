"""Lemmas: the dictionary form of a Finnish or Swedish word, and the last parts of compounds.

simplemma 2.0 (MIT) looks words up in dictionaries that come with it and guesses those it does
not know. Its low-memory form is used: 75 MB in all against 450 MB, for a tenth of a millisecond
a word, which a cache pays once for each. The dictionaries are read when the first word asks for
them, once a process, and for four seconds; so a process can be given the answers that another got
before. Words that it is known to get wrong stand in `overrides.yml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import import_module, resources
from types import ModuleType
from typing import Final, Literal, NamedTuple

import yaml

LANGUAGES: Final = ("fi", "sv")
"""The languages whose words are lemmatised; of others only the forms as written are compared."""

MODIFIER: Final = 4
"""Letters of the first part of a compound; a shorter one must be a word itself (*työ*, *tie*)."""

HEAD: Final = 4
"""Letters of the last part of a compound, at least, as it stands in the text."""

LOSS: Final = 2
"""Letters by which a lemma may be shorter than that of the compound before it counts as cut."""

SUFFIXES: Final = ("kaan", "kään", "kin", "mme", "nne", "nsa", "nsä")
"""Finnish endings that come after case; what is left without them is no cut compound."""


MOST_ANSWERS: Final = 200_000
"""Words whose answers are kept at a time."""

Question = Literal["lemmatize", "is_known"]
"""A function of simplemma."""

Answer = tuple[Question, str, str, str | bool]
"""A question, its word and language, and what the dictionary answers."""

_answers: dict[tuple[Question, str, str], str | bool] = {}


class Compound(NamedTuple):
    """One way to part a word: `first` as it stands, `last` as a lemma."""

    first: str
    last: str

    @property
    def stem(self) -> str:
        """The first part without a hyphen."""
        return self.first.rstrip("-")


@lru_cache(maxsize=100_000)
def lemmatise(word: str, language: str) -> str:
    """The lemma of a word, which is in lower case and NFC, without blanks.

    It is in lower case, as `overrides.yml` has it, else as simplemma has it; in other languages
    than Finnish and Swedish a word is its own lemma. Of compounds that its dictionary does not have
    simplemma often keeps the first part only (*tietovirhe* becomes *tieto*) or, in Swedish, leaves
    them as they are; these are parted and their last part is lemmatised.
    """
    if language not in LANGUAGES:
        return word
    if (override := overrides(language).get(word)) is not None:
        return override
    base = str(_ask("lemmatize", word, language)).lower()
    cut = len(base) < len(word) - LOSS and not word.endswith(SUFFIXES)
    left = base == word and language == "sv"
    if (cut or left) and not is_known(word, language):
        parted = [each for each in split_compound(word, language) if is_known(each.stem, language)]
        # hankinta|laki before hankint|alas: a first part mostly stands in its basic form.
        parted.sort(key=lambda each: lemmatise(each.stem, language) != each.stem)
        for first, last in parted:
            if left or len(first + last) > len(base) + LOSS:
                return first + last
    return base


@lru_cache(maxsize=100_000)
def split_compound(word: str, language: str) -> tuple[Compound, ...]:
    """The ways in which a word that the dictionary does not have can be a compound.

    Returns those with a last part that the dictionary has, the longest last part first. A word that
    is in the dictionary is not parted: *jollain* is no law, though *lain* is.
    """
    if language not in LANGUAGES or is_known(word, language):
        return ()
    parts = []
    for place in range(2, len(word) - HEAD + 1):
        first, last = word[:place], word[place:]
        if last.startswith("-") or not is_known(last, language):
            continue
        if first.endswith("-") or len(first) >= MODIFIER or is_known(first, language):
            parts.append(Compound(first, lemmatise(last, language)))
    return tuple(parts)


def is_known(word: str, language: str) -> bool:
    """Whether the dictionary or `overrides.yml` has this very form."""
    return word in overrides(language) or bool(_ask("is_known", word, language))


def list_answers() -> list[Answer]:
    """What the dictionaries have answered to this process."""
    return [(*asked, answer) for asked, answer in _answers.items()]


def accept_answers(given: Iterable[Answer]) -> None:
    """Take what they answered to another process, which need not be asked again."""
    _answers.update({(question, word, language): answer
                     for question, word, language, answer in given})  # fmt: skip


def _ask(question: Question, word: str, language: str) -> str | bool:
    asked = question, word, language
    if asked not in _answers:
        if len(_answers) >= MOST_ANSWERS:
            _answers.clear()
        _answers[asked] = getattr(_simplemma(), question)(word, language, low_memory=True)
    return _answers[asked]


@cache
def _simplemma() -> ModuleType:
    """simplemma, which takes a fifth of a second to load, once the first word asks for it."""
    return import_module("simplemma")


@cache
def overrides(language: str) -> dict[str, str]:
    """Lemmas by form of the words that simplemma gets wrong."""
    source = resources.files(__package__) / "overrides.yml"
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    return {
        form: entry["lemma"]
        for entry in content["overrides"]
        if entry["language"] == language
        for form in entry["forms"]
    }

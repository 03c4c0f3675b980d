"""What tells a name: lists, the shape of surnames, titles and cues; see `forms/names.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from evaltools.coding.suggestions.lemmas import is_known, lemmatise
from evaltools.disclosure.inflection import base_forms, stems
from evaltools.yaml_text import load_trusted

Name = Literal["given", "given_or_word", "surname", "surname_or_word", "unlisted", "word"]
"""What a capitalised word is as a name. `unlisted`: on no list and in no dictionary; `word`: in a
dictionary of the reports' languages."""


def read_forms(name: str) -> Mapping[str, Any]:
    """What `forms/` declares in a file: words and forms of languages and countries."""
    file = resources.files(__package__) / "forms" / name
    content: Mapping[str, Any] = load_trusted(file.read_text(encoding="utf-8"))
    return content


_LISTS = read_forms("names.yml")
NOBLE = frozenset({"von", "van", "af", "der", "bin", "ibn", "al", "el"})
"""Particles that stand in names only."""
GIVEN, GIVEN_OR_WORD, SURNAMES, SURNAMES_OR_WORDS, BODIES, PARTICLES, HEADS, MONTHS, _LABELS = (
    frozenset(_LISTS[key].split())
    for key in (
        "given", "given_or_word", "surnames", "surnames_or_word", "bodies", "particles", "heads",
        "months", "phone_labels",
    )
)  # fmt: skip
PHONE_LABELS = tuple(sorted(_LABELS))
_WORDS_OF = {language: frozenset(words.split()) for language, words in _LISTS["words_of"].items()}
(
    STREETS, UNSURE_STREETS, WHOLE_STREETS, PLATE_CUES, VEHICLES, BIRTH_CUES, MONTH_CUES, _TITLES,
    _COURTESIES, _CUES,
) = (
    "|".join(_LISTS[key].split())
    for key in (
        "streets", "unsure_streets", "whole_streets", "plate_cues", "vehicles", "birth_cues",
        "month_cues", "titles", "courtesies", "cues",
    )
)  # fmt: skip
_TITLE, _COURTESY, _CUE = (
    re.compile(words, re.IGNORECASE) for words in (f"{_TITLES}|{_COURTESIES}", _COURTESIES, _CUES)
)

_SURNAME, _FOREIGN, _COMPOUND, _INHABITANT = (
    re.compile("|".join(_LISTS[f"{key}_shapes"].split()))
    for key in ("surname", "foreign_surname", "compound", "inhabitant")
)
_ADJECTIVE = re.compile(f"(?:{'|'.join(_LISTS['adjective_shapes'].split())})$")
LANGUAGES = ("fi", "sv", "en")


@cache
def _foreign() -> tuple[frozenset[str], frozenset[str]]:
    lists = read_forms("foreign_names.yml")
    return frozenset(lists["given"].split()), frozenset(lists["surnames"].split())


@lru_cache(maxsize=100_000)
def is_title(word: str) -> bool:
    """Whether people are called by this word before their names, in any case."""
    return _TITLE.fullmatch(word) is not None


@lru_cache(maxsize=100_000)
def is_courtesy(word: str) -> bool:
    """Whether only a person's name follows this title, never a place: Mrs, not manager."""
    return _COURTESY.fullmatch(word) is not None


@lru_cache(maxsize=100_000)
def is_cue(word: str) -> bool:
    """Whether a person is likely to be named after this word."""
    return _CUE.fullmatch(word) is not None


@lru_cache(maxsize=100_000)
def name_of(word: str) -> Name:
    """What a word is as a name, in any case of inflection.

    Arguments:
        word: its first letter a capital, or each part's: Anna, Pekalle, Anna-Liisan, Virtasen.
    """
    parts = word.split("-")
    if is_given(word):
        return "given"
    if is_surname(parts[-1]) and (len(parts) == 1 or _could_be_name(parts[0])):
        return "surname"
    last = parts[-1]
    if word in GIVEN_OR_WORD or base_forms(last) & GIVEN_OR_WORD:
        return "given_or_word"
    if base_forms(last) & SURNAMES_OR_WORDS or is_surname(parts[0]) or _is_compound(last):
        return "surname_or_word"
    given, surnames = _foreign()
    if stems(last) & given or parts[0] in given:
        return "given_or_word"
    if stems(last) & surnames or any(_FOREIGN.fullmatch(stem) for stem in stems(last)):
        return "surname_or_word"
    return "word" if any(is_word(part) for part in parts) else "unlisted"


@lru_cache(maxsize=100_000)
def is_given(word: str) -> bool:
    """A given name that is hardly anything else; of double names the first part tells."""
    parts = word.split("-")
    listed = parts[0] in GIVEN or not base_forms(parts[-1]).isdisjoint(GIVEN)
    return listed or is_double_given(word)


@lru_cache(maxsize=100_000)
def is_double_given(word: str) -> bool:
    """Two listed given names with a dash, in any case: Veli-Matti, Anna-Karins."""
    first, _, last = word.partition("-")
    listed = GIVEN | GIVEN_OR_WORD
    return bool(last) and first in listed and not base_forms(last).isdisjoint(listed)


def holds_name(handle: str) -> bool:
    """Whether a handle is called after a person: hvirtanen, matti_v, MattiVirtanen."""
    spaced = re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|[\d_.@-]+", " ", handle)
    words = [word.capitalize() for word in spaced.split()]
    # At most two initials before a surname.
    tails = {word[cut:].capitalize() for word in words for cut in (0, 1, 2)}
    return any(len(tail) > 4 and tail in SURNAMES for tail in tails) or any(
        len(word) > 3 and word in GIVEN for word in words
    )


@lru_cache(maxsize=100_000)
def is_surname(word: str) -> bool:
    """A surname that is hardly anything else, by list or by shape."""
    if is_listed(word):
        return True
    if _SURNAME.fullmatch(word):
        return not _ADJECTIVE.search(word)
    if _ADJECTIVE.search(word) or word.endswith(("sten", "set")):
        return False
    shaped = {form for form in base_forms(word) if _SURNAME.fullmatch(form)}
    # Tulosta is no case of Tulonen.
    return bool(shaped) and (not is_word(word) or _lemma(word) in shaped)


@lru_cache(maxsize=100_000)
def is_listed(word: str) -> bool:
    """A surname of the list, not by its shape alone."""
    return not base_forms(word).isdisjoint(SURNAMES)


@lru_cache(maxsize=100_000)
def is_bare_surname(word: str) -> bool:
    """A surname that is no other word: Virtasen, not Lehto nor Savolainen, which are words too."""
    return any(
        _SURNAME.fullmatch(form) and not _INHABITANT.search(form)
        for form in base_forms(word) & SURNAMES
    )


@lru_cache(maxsize=100_000)
def is_word(word: str) -> bool:
    """Whether a dictionary of the reports' languages has the word, which may be a name there."""
    return any(is_known(word.lower(), language) for language in LANGUAGES)


def are_words(*words: str) -> bool:
    """Whether one language has all of these words, as the words of a heading are."""
    return any(all(is_known(word.lower(), language) for word in words) for language in LANGUAGES)


@lru_cache(maxsize=100_000)
def is_only_name(word: str) -> bool:
    """Whether the dictionary does not take an inflected name for the form of another word.

    *Annan* is Anna's, and *I give*.
    """
    found = _lemma(word)
    return found == word or found in base_forms(word)


def is_word_and_given(word: str) -> bool:
    """A given name of the country that is a word as well: Tuuli, Onni."""
    return word in GIVEN_OR_WORD or not base_forms(word).isdisjoint(GIVEN_OR_WORD)


def is_other_word(word: str, language: str) -> bool:
    """Whether a given name is another word of a language as well: Per, Tea."""
    return word in _WORDS_OF.get(language, ())


def find_language(text: str) -> str:
    """The language of which a stretch of text has most words, or an empty text for a tie."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]{2,}", text)]
    known = {one: sum(is_known(word, one) for word in words) for one in LANGUAGES}
    first, second = sorted(known, key=lambda one: -known[one])[:2]
    return first if known[first] > known[second] else ""


def _lemma(word: str) -> str:
    return lemmatise(word.lower(), "fi").capitalize()


def _is_compound(word: str) -> bool:
    if not any(map(_COMPOUND.fullmatch, base_forms(word))):
        return False
    return not is_word(word) or _COMPOUND.fullmatch(_lemma(word)) is not None


def _could_be_name(word: str) -> bool:
    return word in GIVEN or is_surname(word) or bool(base_forms(word) & SURNAMES_OR_WORDS)

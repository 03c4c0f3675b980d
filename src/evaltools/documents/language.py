"""Which language a text is in: by its letters in a row, and for some also by its small words.

A model of 139 languages (py3langid) tells one passage after another. It must give every text to a
language that it knows, so the languages that studies are written in are held to more: the text must
have their function words and their letters, and not those of a neighbour that the model lacks.
Sources: Lui and Baldwin 2012, langid.py (ACL 2012 demonstrations, P12-3005); Grefenstette 1995,
Comparing two language identification schemes (JADT 1995).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml

from evaltools.documents.superscripts import remove_superscripts

_WORD = re.compile(r"[^\W\d_]+")
_READ = 200_000  # characters that are looked at; a report's language shows long before
_PASSAGE = 300  # letters that tell a language from its neighbours
_SHORTEST = 60  # letters in which a language may show at all
_SURE = 0.8  # of a passage
_SHORTEST_SENTENCE, _SURE_OF_FEW = 12, 0.95  # where only some languages come into question
_SHARE = 2 / 3  # of all passages, so that a text in two languages is told as neither
_FEWEST, _RAREST = 5, 20  # function words at least, and one word in so many
_STRANGE = 100  # one letter in so many may be of another alphabet
_NO_LANGUAGE = "zxx"
_SAME = {"nn": "no", "nb": "no"}  # two ways to write one language


def detect(text: str) -> str:
    """Return the language of a text by its code (ISO 639-1), or an empty string.

    A language is given if two thirds of the text are surely in it. Finnish, Swedish and English
    are given only if at least five words and one word in twenty are their function words, and
    hardly any letter is of another alphabet.
    """
    passages: dict[str, list[str]] = {}
    for passage in _passages(remove_superscripts(text[:_READ])):
        language, sure = _likeliest(passage)
        if language != _NO_LANGUAGE:
            passages.setdefault(language if sure >= _SURE else "", []).append(passage)
    letters = {language: sum(map(_count_letters, of)) for language, of in passages.items()}
    total = sum(letters.values())
    best = max(sorted(letters), key=lambda one: letters[one], default="")
    if not best or total < _SHORTEST or letters[best] < _SHARE * total:
        return ""
    profile = _profiles().get(best)
    return best if profile is None or _fits(" ".join(passages[best]), profile) else ""


def guess(text: str, languages: Collection[str]) -> str:
    """The one of some languages that a short text is in, or an empty string where it is not sure.

    Arguments:
        languages: codes of those that it may be in; of no other is asked.
    """
    words = _WORD.findall(text)
    if sum(map(len, words)) < _SHORTEST_SENTENCE:
        return ""
    scores = {language: sure for language, sure in _model().rank(" ".join(words))
              if language in languages}  # fmt: skip
    best = max(sorted(scores), key=lambda one: scores[one])
    return best if scores[best] >= _SURE_OF_FEW * sum(scores.values()) else ""


@cache
def _profiles() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("language_profiles.yml").read_text("utf-8")
    profiles: dict[str, dict[str, str]] = yaml.safe_load(text)
    return profiles


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _likeliest(passage: str) -> tuple[str, float]:
    """The likeliest language and its probability, ways to write one language taken together."""
    scores: dict[str, float] = {}
    for language, sure in _model().rank(passage)[:5]:
        name = _SAME.get(language, language)
        scores[name] = scores.get(name, 0.0) + sure
    return max(scores.items(), key=lambda item: item[1])


def _passages(text: str) -> Iterator[str]:
    """Lines with words, put together to passages that are long enough to tell."""
    waiting: list[str] = []
    size = 0
    for line in text.split("\n"):
        count = _count_letters(line)
        if count:
            waiting.append(line)
            size += count
        if size >= _PASSAGE:
            yield "\n".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield "\n".join(waiting)


def _count_letters(text: str) -> int:
    return sum(map(len, _WORD.findall(text)))


def _fits(text: str, profile: dict[str, str]) -> bool:
    words = _WORD.findall(text.lower())
    of_its_own = set(profile["words"].split())
    of_others = set(profile.get("neighbours", "").split())
    own = sum(word in of_its_own for word in words)
    others = sum(word in of_others for word in words)
    strange = sum(letter not in profile["letters"] for word in words for letter in word)
    return (
        own >= _FEWEST
        and own * _RAREST >= len(words)
        and others * 4 <= own
        and strange * _STRANGE <= sum(map(len, words))
    )

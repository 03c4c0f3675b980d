"""Numbers inside sentences: words up to ten, and the cases of Finnish after digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaltools.i18n.numbers import Language, number

UP_TO: Final = 10
"""Numbers up to this one are written as words inside a sentence."""

_WORDS: Final[Mapping[Language, Mapping[str, tuple[str, ...]]]] = {
    "fi": {
        "words": ("nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän",
                  "kahdeksan", "yhdeksän", "kymmenen"),
        "genitive": ("nollan", "yhden", "kahden", "kolmen", "neljän", "viiden", "kuuden",
                     "seitsemän", "kahdeksan", "yhdeksän", "kymmenen"),
        "partitive": ("nollaa", "yhtä", "kahta", "kolmea", "neljää", "viittä", "kuutta",
                      "seitsemää", "kahdeksaa", "yhdeksää", "kymmentä"),
        "inessive": ("nollassa", "yhdessä", "kahdessa", "kolmessa", "neljässä", "viidessä",
                     "kuudessa", "seitsemässä", "kahdeksassa", "yhdeksässä", "kymmenessä"),
        "elative": ("nollasta", "yhdestä", "kahdesta", "kolmesta", "neljästä", "viidestä",
                    "kuudesta", "seitsemästä", "kahdeksasta", "yhdeksästä", "kymmenestä"),
        "adessive": ("nollalla", "yhdellä", "kahdella", "kolmella", "neljällä", "viidellä",
                     "kuudella", "seitsemällä", "kahdeksalla", "yhdeksällä", "kymmenellä"),
    },
    "sv": {
        "words": ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio"),
        "common": ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio"),
    },
    "en": {
        "words": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
                  "ten"),
    },
}  # fmt: skip

_ENDINGS: Final = {
    "genitive": ("n", "n"), "inessive": ("ssa", "ssä"), "elative": ("sta", "stä"),
    "adessive": ("lla", "llä"),
}  # fmt: skip
"""Of Finnish cases after digits: with back vowels and with front vowels."""
_FRONT: Final = frozenset("14579")
"""Last digits whose word has front vowels: yhdestä, neljästä, viidestä, seitsemästä, yhdeksästä."""


def number_forms(language: Language) -> frozenset[str]:
    """The forms in which a language writes a number inside a sentence, besides digits."""
    return frozenset(_WORDS[language])


def inflect_number(value: int, language: Language, form: str, alone: bool = True) -> str:
    """A count inside a sentence: `kolmesta`, `52:sta`; before its noun `52`.

    Arguments:
        value: not below zero.
        form: one of `number_forms`; Swedish has `common` for words of that gender (*en rapport*).
        alone: whether no noun follows that shows the case itself.

    Raises:
        KeyError: the language has no such form; or no ending is known for digits in that case.
    """
    known = _WORDS[language][form]
    if value <= UP_TO:
        return known[value]
    digits = number(value, language)
    if language != "fi" or form == "words" or not alone:
        return digits
    back, front = _ENDINGS[form]
    return f"{digits}:{front if _has_front_vowels(value) else back}"


def _has_front_vowels(value: int) -> bool:
    # As read aloud: …kymmenestä, but sadasta, tuhannesta, miljoonasta.
    text = str(value)
    if not text.endswith("0"):
        return text[-1] in _FRONT
    return text[-2:] != "00"


def choose_number(count: int, forms: tuple[str, ...]) -> str:
    """The form of a word that a count asks for: singular for one, plural for all others.

    The rule of Finnish, Swedish and English for whole numbers in CLDR.

    Arguments:
        forms: singular and plural, and what is said of nought where that is no plural.
    """
    singular, plural, *nought = forms
    if nought and count == 0:
        return nought[0]
    return singular if count == 1 else plural

"""Words and sentences in the plain form in which they are compared."""

from __future__ import annotations

import re
from typing import Final

from evaltools.coding.suggestions.lemmas import lemmatise
from evaltools.i18n.numbers import Language
from evaltools.lint.binding import split_sentences

WORD: Final = re.compile(r"[^\W\d_]{3,}")
STEM: Final = 5
"""Letters by which two forms of one word are known, as E18 of the prose does it."""
_PART: Final = 6
"""Letters by which a part of a compound is known."""
_SHORT: Final = 4
"""Letters by which forms of a word of five are known; shorter ones are compared whole."""
_LEMMATISED: Final = 6
"""Letters of a word whose forms are known by its lemma."""
SHORTEST: Final = 4
"""Letters of a word that names something; shorter ones join words."""


def word_stems(text: str) -> frozenset[str]:
    """The beginnings of the words of a text that mean something by themselves."""
    return frozenset(stems_in_order(text))


def stems_in_order(text: str) -> tuple[str, ...]:
    """The same in the order of the text."""
    return tuple(w[:STEM] for w in WORD.findall(text.lower()) if len(w) >= SHORTEST)


def are_akin(word: str, other: str) -> bool:
    """Whether two words begin alike, or one has the beginning of the other within it."""
    if word[:STEM] == other[:STEM]:
        return True
    return any(len(part) >= _PART and part[:_PART] in whole
               for part, whole in ((word, other), (other, word)))  # fmt: skip


def is_form(word: str, other: str, language: Language) -> bool:
    """Whether two words are forms of one."""
    shorter = min(len(word), len(other))
    if shorter < STEM:
        alike = word == other or (shorter == _SHORT and word[:_SHORT] == other[:_SHORT]
                                  and abs(len(word) - len(other)) < _SHORT)  # fmt: skip
    else:
        least = _SHORT if shorter == STEM else STEM
        alike = word[:least] == other[:least] or are_akin(word, other)
    # Beginnings do not tell forms of short words: mål and målen, nåddes and nåtts.
    short = shorter <= _LEMMATISED and word[0] == other[0]
    return alike or (short and lemmatise(word, language) == lemmatise(other, language))


def sentence_parts(text: str) -> tuple[str, ...]:
    """The sentences of what a finding says."""
    return tuple(text[start:end] for start, end in split_sentences(text))


def plain(text: str) -> str:
    """A sentence as two people who type it would agree: no case, one blank, no full stop."""
    return unify_signs(text).strip().rstrip(".!… ")


def unify_signs(text: str) -> str:
    """Lower case, one kind of blank, dash and quotation mark."""
    told = re.sub(r"[\s\u00a0\u202f]+", " ", text).lower()
    return told.translate(str.maketrans("’‘”“−–—", "''\"\"---"))

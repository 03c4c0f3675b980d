"""Words and sentences in the plain form in which they are compared."""

from __future__ import annotations

import re
from typing import Final

from evaltools.lint.binding import split_sentences

WORD: Final = re.compile(r"[^\W\d_]{3,}")
STEM: Final = 5
"""Letters by which two forms of one word are known, as E18 of the prose does it."""
_PART: Final = 6
"""Letters by which a part of a compound is known."""
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

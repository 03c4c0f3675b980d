"""Inflected names: what a word could be the case form of, in Finnish, Swedish and English.

Rules of declension and consonant gradation, not a dictionary, since no dictionary has all names:
Virtaselle is Virtanen, Mäen Mäki, Pekan Pekka, Kankaan Kangas, Johanneksen Johannes.

Source: Hakulinen et al. (2004), Iso suomen kielioppi, §§ 41–43, 63–81 (gradation, noun stems).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_VOWELS = frozenset("aeiouyäöåáéíóúüõ")
_CLITICS = ("kin", "kaan", "kään", "han", "hän", "ko", "kö", "pa", "pä")
_CASES = (
    "ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "ksi", "tta", "ttä", "ta", "tä",
    "na", "nä", "n", "a", "ä", "t", "ten", "tten", "ien", "jen", "den", "ja", "jä",
)  # fmt: skip
_LONG = re.compile(r"(.*([aeiouyäöå]))\2n")
_ASPIRATED = re.compile(r"(.*[aeiouyäöå])h[aeiouyäö]n")
_LATE = re.compile(r"(.*[aeiouyäö])seen")
_ROOT = re.compile(r"(.*[aeiouyäö])s[ei]?")
_LAST = re.compile(r"(.*?)([bcdfghjklmnpqrstvwxz]*)([aeiouyäöå]+)")
_STRENGTHENED = {
    "k": ("kk",), "p": ("pp",), "t": ("tt",), "d": ("t",), "v": ("p", "k"), "": ("k",),
    "ng": ("nk",), "nn": ("nt",), "mm": ("mp",), "ll": ("lt",), "rr": ("rt",), "j": ("k",),
    "lj": ("lk",), "rj": ("rk",), "hj": ("hk",), "l": ("lk",), "r": ("rk",), "lv": ("lp",),
    "rv": ("rp",), "h": ("hk",), "hd": ("ht",), "lk": ("lkk",), "nk": ("nkk",), "rk": ("rkk",),
    "rt": ("rtt",), "nt": ("ntt",), "lt": ("ltt",), "mp": ("mpp",), "rp": ("rpp",),
}  # fmt: skip
_WEAKENED = {
    "kk": "k", "pp": "p", "tt": "t", "t": "d", "p": "v", "k": "", "nk": "ng", "nt": "nn",
    "mp": "mm", "lt": "ll", "rt": "rr", "ht": "hd", "lk": "l", "rk": "r",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def base_forms(word: str) -> frozenset[str]:
    """Every nominative that a word could be a form of, and the word itself.

    Arguments:
        word: one word, its first letter a capital, the others small.
    """
    return frozenset(form for form in _forms(word) if len(form) >= 2)


@lru_cache(maxsize=100_000)
def stems(word: str) -> frozenset[str]:
    """The word without a case ending: foreign names are inflected at their end only."""
    found = {word}
    for plain in _without_clitic(word):
        for stem in (*_stems(plain), *_genitive(plain)):
            found |= {stem, stem[:-1]} if stem.endswith("i") else {stem}
    return frozenset(found)


def _forms(word: str) -> Iterator[str]:
    yield word
    yield from _genitive(word)
    for plain in _without_clitic(word):
        yield plain
        for stem in _stems(plain):
            yield from _nominatives(stem)


def _without_clitic(word: str) -> Iterator[str]:
    yield word
    for clitic in _CLITICS:
        if word.endswith(clitic) and len(word) - len(clitic) >= 4:
            yield word[: -len(clitic)]


def _genitive(word: str) -> Iterator[str]:
    """Swedish and English: Anderssons, Anders', Smith's."""
    for ending in ("'s", "s", "'"):
        if word.endswith(ending):
            yield word[: -len(ending)]
            return


def _stems(word: str) -> Iterator[str]:
    for ending in _CASES:
        stem = word[: -len(ending)].rstrip("'") if word.endswith(ending) else ""
        # Only endings in t join a consonant: Virtas-ta, but Alfi-a.
        if len(stem) >= 2 and (stem[-1] in _VOWELS or ending[0] == "t"):
            yield stem
    for pattern in (_LONG, _ASPIRATED, _LATE):
        if match := pattern.fullmatch(word):
            yield match[1]


def _nominatives(stem: str) -> Iterator[str]:
    yield stem
    yield from _strong(stem)
    if _ROOT.fullmatch(stem):
        yield _ROOT.sub(r"\1nen", stem)  # Virtas-ta, Virtase-n, Virtasi-lle
    for ending, nominatives in (
        ("kse", ("s",)), ("ksi", ("s",)), ("te", ("si", "s")),
        ("de", ("s", "si")), ("me", ("n",)),
    ):  # fmt: skip
        if stem.endswith(ending):
            yield from (stem[: -len(ending)] + one for one in nominatives)
    if stem[-1] == "i":
        yield stem[:-1]  # Mikaeli-lle
        yield stem[:-1] + "a"  # Annoi-, Villei-
        yield stem[:-1] + "e"
    if stem[-1] == "e":
        for form in (stem, *_strong(stem)):
            yield form[:-1] + "i"  # Mäe-n, Järve-n
        yield stem[:-1]  # Penttilä-, Jäppine-
    if len(stem) > 3 and stem[-1] == stem[-2]:
        for form in (stem[:-1], _weak(stem[:-1])):
            yield form + "s"  # Kankaa-n
            yield form  # Lumpee-n


def _strong(stem: str) -> Iterator[str]:
    """The stem in the strong grade, where it could be in the weak one."""
    if match := _LAST.fullmatch(stem):
        head, cluster, vowels = match.groups()
        for strong in _STRENGTHENED.get(cluster, ()):
            yield head + strong + vowels
        if not cluster or len(vowels) > 1:  # Mä-e-n: a k between vowels is gone
            yield head + cluster + vowels[:-1] + "k" + vowels[-1]


def _weak(stem: str) -> str:
    match = _LAST.fullmatch(stem)
    if match is None or match[2] not in _WEAKENED:
        return stem
    return match[1] + _WEAKENED[match[2]] + match[3]

"""Clauses of a sentence with numbers, what each number is said of, and whether it is denied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from evaltools.i18n.numbers import Language
from evaltools.lint.lexicon import lexicon
from evaltools.publish.text_audit.plain_forms import plain
from evaltools.publish.text_audit.stated_numbers import StatedNumber, find_numbers

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_WITH_ASIDE: Final = 3
"""Clauses of a sentence with a remark between two signs."""
_CUT: Final = re.compile(r"[,;:](?=\s)|(?<=\s)[–—-](?=\s)")


@dataclass(frozen=True)
class Clause:
    """A stretch of a sentence.

    Arguments:
        text: of it.
        start: where it begins in the sentence.
        numbers: that it states.
    """

    text: str
    start: int
    numbers: tuple[StatedNumber, ...]

    def holds(self, number: StatedNumber) -> bool:
        """Whether a number stands in it."""
        return number in self.numbers


def split_clauses(
    text: str, numbers: Sequence[StatedNumber], language: Language
) -> tuple[Clause, ...]:
    """The clauses of a sentence: cut at signs, and at conjunctions between two numbers."""
    spans = [(each.start, each.start + len(each.text)) for each in numbers]
    cuts = {0, len(text)} | {
        found.end()
        for found in _CUT.finditer(text)
        if not any(start <= found.start() < end for start, end in spans)
    }
    for (_, end), (start, _) in pairwise(spans):
        if not any(end <= cut <= start for cut in cuts):
            found = lexicon(language).conjunctions.search(text, end, start)
            if found:
                cuts.add(found.start())
    ordered = sorted(cuts)
    return tuple(
        Clause(text[start:end], start, tuple(n for n in numbers if start <= n.start < end))
        for start, end in pairwise(ordered)
    )


def split_statements(text: str, language: Language) -> list[str]:
    """The statements that a sentence joins so that each is asserted, without what joins them."""
    joined = lexicon(language).coordinators.sub(";", _CUT.sub(";", text))
    return [each.strip() for each in joined.split(";") if each.strip()]


def count_negations(text: str, language: Language) -> int:
    """How often a text says *not*, however it does."""
    return sum(1 for _ in lexicon(language).negations.hits(text))


def without_negations(text: str, language: Language) -> str:
    """A text without the words that say *not*."""
    pieces, at = [], 0
    for found in lexicon(language).negations.hits(text):
        pieces.append(text[at : found.start()])
        at = found.end()
    return " ".join([*pieces, text[at:]])


def is_subordinate(text: str, language: Language) -> bool:
    """Whether a negation in a clause may be of something else than its number."""
    return lexicon(language).subordinators.search(text) is not None


def speaks_of_denial(text: str, language: Language) -> bool:
    """Whether a text says that something is denied, which is more than that it is not told."""
    return lexicon(language).denials.search(text) is not None


def find_rank(number: StatedNumber, text: str, language: Language) -> str:
    """The *five commonest* that a count stands in, and empty where it stands in none."""
    if number.kind != "count":
        return ""
    end = number.start + len(number.text)
    rest = text[end:]
    blank = len(rest) - len(rest.lstrip())
    found = lexicon(language).superlatives.match(text, end + blank)
    return text[number.start : found.end()] if found and blank else ""


def bare_words(text: str, language: Language) -> str:
    """The words of a sentence in their order, without numbers and signs.

    A number that limits a rank is one of the words: the *five* commonest are not the ten.
    """
    words, at = [], 0
    for each in find_numbers(text, language):
        words += _LETTERS.findall(plain(text[at : each.start]))
        words += [f"{each.value:g}"] if find_rank(each, text, language) else []
        at = each.start + len(each.text)
    return " ".join([*words, *_LETTERS.findall(plain(text[at:]))])


def without_aside(text: str, language: Language) -> str:
    """A sentence without the remark between two signs that has its number."""
    clauses = split_clauses(text, find_numbers(text, language), language)
    if len(clauses) != _WITH_ASIDE or not clauses[1].numbers:
        return text
    return f"{clauses[0].text.rstrip(' ,')} {clauses[2].text.lstrip()}"

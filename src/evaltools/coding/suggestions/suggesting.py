"""Suggestions: passages in which the words of a code's keywords stand.

A suggestion shows where to look. It never codes: whether the passage says that the thing is so,
that it is not, or something else, is for the one who reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from evaltools.coding.suggestions.keywords import Keyword, read_keywords
from evaltools.coding.suggestions.matching import Matcher
from evaltools.coding.suggestions.patterns import Pattern
from evaltools.coding.suggestions.words import sentences


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
    lines = sentences(text)
    found: list[Suggestion] = []
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
                        found.append(
                            Suggestion(keyword.code_id, start, end, text[start:end],
                                       pattern.text, " ".join(span.lemmas))
                        )  # fmt: skip
    allowed = (
        each
        for each in found
        if not any(a < each.end and each.start < b for a, b in barred[each.code_id])
    )
    return tuple(sorted(_longest(allowed), key=lambda each: each.place))


def _longest(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Without the passages that lie within another of the same code."""
    kept: list[Suggestion] = []
    last: dict[str, int] = {}
    for each in sorted(found, key=lambda one: (one.start, -one.end, one.code_id, one.pattern)):
        if each.end > last.get(each.code_id, -1):
            kept.append(each)
            last[each.code_id] = each.end
    return kept


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

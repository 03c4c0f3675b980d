"""Words by language: what counts as a vague quantity, a hidden count, a cause, a generalisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from evaltools.yaml_text import load_trusted

_COMMENT = re.compile(r"(?:^|\s{2,})#.*")
_IN_BETWEEN = 2
"""Words that may stand between a numeral and what it counts: `kolme luettua raporttia`."""


@dataclass(frozen=True)
class WordPattern:
    """A pattern of words and its false friends.

    Arguments:
        pattern: whole words, case ignored.
        friends: where a hit lies inside a match of it, it is none; None without any.
    """

    pattern: re.Pattern[str]
    friends: re.Pattern[str] | None = None

    def hits(self, text: str) -> Iterator[re.Match[str]]:
        """Every hit in a text, in order."""
        friends = [match.span() for match in self.friends.finditer(text)] if self.friends else []
        for match in self.pattern.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in friends):
                yield match


@dataclass(frozen=True)
class Lexicon:
    """The word lists of one language, compiled."""

    quantifiers: WordPattern
    fractions: WordPattern
    numerals: WordPattern
    causes: WordPattern
    population: WordPattern
    universals: re.Pattern[str]
    ranks: WordPattern
    verdicts: WordPattern
    negations: WordPattern
    denials: re.Pattern[str]
    subordinators: re.Pattern[str]
    conjunctions: re.Pattern[str]
    coordinators: re.Pattern[str]
    superlatives: re.Pattern[str]
    copulas: re.Pattern[str]
    neutral: re.Pattern[str]
    softeners: re.Pattern[str]
    reports: re.Pattern[str]
    few: re.Pattern[str]
    most: re.Pattern[str]
    nearly_all: re.Pattern[str]
    more: re.Pattern[str]
    less: re.Pattern[str]
    questions: re.Pattern[str]
    least: re.Pattern[str]
    places: re.Pattern[str]
    subjects: re.Pattern[str]
    than: re.Pattern[str]
    among: re.Pattern[str]
    heading_number: re.Pattern[str]
    statute: re.Pattern[str]
    counted: re.Pattern[str]
    counting: re.Pattern[str]
    partitive: re.Pattern[str]
    tellers: re.Pattern[str]
    told_of: re.Pattern[str]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language: fi, sv or en."""
    content = _content(language)
    labels = "|".join(content["heading_labels"])
    lists = {name: _patterns(text) for name, text in content.items() if isinstance(text, str)}
    numeral, counted = "|".join(lists["numerals"]), "|".join(lists["counted"])
    several = rf"(?:(?:{numeral})-?){{1,6}}(?: (?:{numeral}))?"
    numerals = rf"{several}(?: [\w-]+){{0,{_IN_BETWEEN}}}? (?:{counted})"
    return Lexicon(
        quantifiers=_words(lists, "quantifiers"),
        fractions=_words(lists, "fractions"),
        numerals=WordPattern(_whole_words([numerals]), _whole_words(lists["numerals_except"])),
        causes=_words(lists, "causes"),
        population=_words(lists, "population"),
        universals=_whole_words(lists["universals"]),
        ranks=_words(lists, "ranks"),
        verdicts=_words(lists, "verdicts"),
        negations=_words(lists, "negations"),
        denials=_whole_words(lists["denials"]),
        subordinators=_whole_words(lists["subordinators"]),
        conjunctions=_whole_words(lists["conjunctions"]),
        coordinators=_whole_words(lists["coordinators"]),
        superlatives=_whole_words(lists["superlatives"]),
        copulas=_whole_words(lists["copulas"]),
        neutral=_whole_words(lists["neutral"]),
        softeners=_whole_words(lists["softeners"]),
        reports=_whole_words(lists["reports"]),
        few=_whole_words(lists["few"]),
        most=_whole_words(lists["most"]),
        nearly_all=_whole_words(lists["nearly_all"]),
        more=_whole_words(lists["more"]),
        less=_whole_words(lists["less"]),
        questions=_whole_words(lists["questions"]),
        least=_whole_words(lists["least"]),
        places=_whole_words(lists["places"]),
        subjects=_whole_words(lists["subjects"]),
        than=_whole_words(lists["than"]),
        among=_whole_words(lists["among"]),
        counted=_whole_words(lists["counted"]),
        counting=re.compile(content["counting"], re.IGNORECASE),
        partitive=re.compile(content["partitive"], re.IGNORECASE),
        tellers=_whole_words(lists["tellers"]),
        told_of=_whole_words(lists["told_of"]),
        heading_number=re.compile(rf"\s*(?:{labels}) \d+(?:\.\d+)*", re.IGNORECASE),
        statute=re.compile(
            rf"(?:\b{content['statutes']} \(?\d{{1,4}}/\d{{4}}\b)|§ ?\d+|\d+ ?(?:[a-z] )?§(?::\w+)?"
            rf"(?: \d+ (?:{common_words('statute_parts')}))?",
            re.IGNORECASE,
        ),
    )


@cache
def common_words(name: str) -> str:
    """A list of words of all languages, as alternatives of a pattern."""
    return "|".join(_content("common")[name])


def _content(name: str) -> Any:
    path = files(__package__).joinpath("lexicon", f"{name}.yml")
    return load_trusted(path.read_text(encoding="utf-8"))


def _patterns(text: str) -> list[str]:
    """The lines of a list without comments."""
    lines = [_COMMENT.sub("", line).strip() for line in text.splitlines()]
    return [line for line in lines if line]


def _words(lists: dict[str, list[str]], name: str) -> WordPattern:
    friends = lists.get(f"{name}_except")
    return WordPattern(_whole_words(lists[name]), _whole_words(friends) if friends else None)


def _whole_words(patterns: list[str]) -> re.Pattern[str]:
    """Any of the patterns as whole words; a hyphen belongs to a word."""
    # Longer alternatives first would not do: alternatives overlap only at their edges, and the
    # look-ahead makes the expression try the next one where a word goes on.
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(rf"(?<![\w-])(?:{joined})(?![\w-])", re.IGNORECASE)

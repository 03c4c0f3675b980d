"""Numbers as sentences state them: fractions, percentages, sums, counts, in digits or in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from evaltools.i18n.number_forms import UP_TO, inflect_number, number_forms
from evaltools.i18n.numbers import Language
from evaltools.lint.lexicon import lexicon

Kind = Literal[
    "fraction", "count_range", "percent", "percent_range", "points", "money", "decimal", "count"
]  # fmt: skip


@dataclass(frozen=True)
class StatedNumber:
    """A number that a sentence states.

    Arguments:
        text: as it stands in the sentence, from `start`.
        value: of a percentage 71, not 0.71; of a fraction its numerator; of a range its low end.
        other: denominator of a fraction, high end of a range.
        decimals: digits after the mark as printed, of `value` divided by `scale`.
        scale: 1, a million of a sum, or of how many a range of counts is (1–6/8).
        limit: whether it is said to be a limit, *more than 50 %*, so that no value is stated.
    """

    kind: Kind
    text: str
    start: int
    value: float
    other: float | None = None
    decimals: int = 0
    scale: float = 1.0
    limit: bool = False


_SPACE: Final = "[ \u00a0\u202f]"
_LEFT: Final = r"(?<![\w.,/−-])"
_RIGHT: Final = r"(?![\w/]|[.,]\d)"
_POINTS: Final = r"(?:prosenttiyksik\w*|%-yksik\w*|procentenhet\w*|percentage points?)"
_PERCENT: Final = r"(?:%(?::\w+|-\w+)?|prosent\w*|procent\b|per ?cent\b)"
_MILLION: Final = r"(?:milj\.|miljoon\w*|mn|miljon\w*|million)"
_CURRENCY: Final = r"(?:euro\w*|eur\b|€|£|kr\b|kronor|SEK|GBP|USD|pounds?)"
_BEFORE: Final = r"(?:EUR|€|£|\$|SEK|GBP|USD|NOK|DKK)"
_MONTHS: Final = (
    r"(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)kuu\w*|januar[iy]|"
    r"februar[iy]|mars|march|april|ma[jy]|june?i?|july?i?|augusti?|september|o[ck]tober|november|"
    r"december"
)
_LIMIT: Final = re.compile(
    r"\b(?:alle|yli|vähintään|enintään|korkeintaan|enemmän kuin|vähemmän kuin|under|över|minst|"
    r"högst|mer än|fler än|mindre än|färre än|below|above|over|at least|at most|more than|"
    r"less than|fewer than|up to)[ \u00a0]$",
    re.IGNORECASE,
)
_NO_RESULTS: Final = re.compile(
    r"https?://\S+|\b10\.\d{4,}/\S+|\b[\w-]+(?:\.[\w-]+)+@\S+|"
    r"\b\d{4}-\d{2}-\d{2}\b|\b(?:[12]\d|3[01]|0?[1-9])\.(?:1[0-2]|0?[1-9])\.(?:\d{4}|(?=[–-]))|"
    rf"\b\d{{1,2}}\.?{_SPACE}?(?:{_MONTHS})(?:{_SPACE}\d{{4}})?|"
    r"(?<![\w/,.])(?:19|20)\d{2}(?:[–-](?:19|20)?\d{2})?(?![\d/]|[.,]\d|"
    rf"{_SPACE}?(?:{_PERCENT}|{_CURRENCY}|{_MILLION}))|"
    rf"\d+(?:[.,]\d+)?{_SPACE}?%(?::n|-n)?[ -]*(?:n )?(?:luottamus|konfidens|confidence)\w*|"
    r"\b(?:kuva|kuvio|taulukko|luku|liite|figur|tabell|avsnitt|kapitel|bilaga|figure|table|section|"
    r"chapter|appendix|kuvassa|taulukossa|luvussa|liitteessä|kuvan|taulukon|luvun)"
    rf"{_SPACE}\d+(?:\.\d+)*|\b(?:s|p|pp|nr|no)\.{_SPACE}?\d+(?:[–-]\d+)?|"
    r"\[[\d, –-]+\]",
    re.IGNORECASE,
)
"""What has digits and tells nothing of results: links, dates, years, levels of confidence,
references within the text."""


@dataclass(frozen=True)
class _Grammar:
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...]
    words: dict[str, int]


@cache
def _grammar(language: Language) -> _Grammar:
    thousands, mark = (",", r"\.") if language == "en" else (r"\.", ",")
    digits = rf"\d{{1,3}}(?:(?:{_SPACE}|{thousands})\d{{3}})+(?!\d)(?:{mark}\d+)?|\d+(?:[.,]\d+)?"
    # Half of 2 444 is no number.
    whole = rf"\d{{1,3}}(?:(?:{_SPACE}|{thousands})\d{{3}})+(?!\d)|\d+(?!{_SPACE}\d{{3}}(?!\d))"
    words = {
        inflect_number(value, language, form): value
        for form in number_forms(language)
        for value in range(UP_TO + 1)
    }
    spelt = "|".join(sorted(words, key=lambda word: (-len(word), word)))
    count = rf"(?:{whole}|{spelt})"
    between = rf"(?:{_SPACE}+[^\W\d_]+){{0,2}}?{_SPACE}+"
    elative = "|".join(word for word in words if word.endswith(("sta", "stä")))
    ending = r"(?::[^\W\d_]{1,4})?"  # of a case: 37:ssä
    of = {
        "en": [rf"(?P<x>{count}){between}(?:out )?of(?: the| all| those)*{_SPACE}+(?P<n>{count})"],
        "sv": [rf"(?P<x>{count}){between}av(?: de| alla| dessa)*{_SPACE}+(?P<n>{count})"],
        "fi": [
            rf"(?P<x>{count}){ending}{between}(?P<n>(?:{whole}):s?t[aä]|{elative})",
            rf"(?P<x>{count}){ending}{_SPACE}+[^\W\d_]+{_SPACE}+(?P<n>{whole}){_SPACE}+[^\W\d_]+st[aä]",
            rf"(?P<n>{count})(?::s?t[aä])?{_SPACE}+[^\W\d_]+st[aä]{_SPACE}+(?P<x>{count})"
            rf"(?!{_SPACE}?%)",
        ],
    }[language]
    dash = rf"{_SPACE}?[–−-]{_SPACE}?"
    made: list[tuple[Kind, str]] = [
        ("count_range", rf"(?P<x>{whole}){dash}(?P<n>{whole})/(?P<m>{whole})"),
        ("fraction", rf"(?P<x>{whole}){_SPACE}?/{_SPACE}?(?P<n>{whole})"),
        *(("fraction", each) for each in of),
        ("percent_range", rf"(?P<x>{digits}){dash}(?P<n>{digits}){_SPACE}?{_PERCENT}"),
        ("points", rf"(?P<x>[+−-]?(?:{digits})){_SPACE}?{_POINTS}"),
        ("percent", rf"(?P<x>{digits}){_SPACE}?{_PERCENT}"),
        ("money", rf"{_BEFORE}{_SPACE}?(?P<x>{digits})(?:{_SPACE}?(?P<m>{_MILLION}|m\b))?"),
        ("money", rf"(?P<x>{digits})(?:{_SPACE}?(?P<m>{_MILLION}))?{_SPACE}?{_CURRENCY}"),
        ("decimal", rf"(?P<x>[+−-]?\d+{mark}\d+)"),
        ("count", rf"(?P<x>{whole})"),
        ("count", rf"(?P<x>{spelt})(?={_SPACE}+[^\W\d_])"),
    ]
    compiled: list[tuple[Kind, re.Pattern[str]]] = []
    for kind, pattern in made:
        right = r"(?![\d/]|[.,]\d)" if kind in ("percent", "percent_range", "money") else _RIGHT
        left = r"(?<![\w.,/])" if kind in ("points", "decimal") else _LEFT
        compiled.append((kind, re.compile(f"{left}(?:{pattern}){right}", re.IGNORECASE)))
    return _Grammar(tuple(compiled), words)


def find_numbers(text: str, language: Language) -> tuple[StatedNumber, ...]:
    """The numbers that a sentence states of results, in their order.

    Years, dates, levels of confidence, links, and references within the text are none. Words are
    numbers up to ten; *one* counts only as part of a fraction, since it has other meanings.
    """
    masked = _NO_RESULTS.sub(lambda found: "\x00" * len(found[0]), text)
    for other in (lexicon(language).statute, lexicon(language).heading_number):
        masked = other.sub(lambda found: "\x00" * len(found[0]), masked)
    masked = re.sub(r"^\d+(?:\.\d+)+\.?(?=\s)", lambda found: "\x00" * len(found[0]), masked)
    grammar = _grammar(language)
    numbers: list[StatedNumber] = []
    for kind, pattern in grammar.patterns:
        taken: list[tuple[int, int]] = []
        for found in pattern.finditer(masked):
            number = _read(kind, found, text, language, grammar.words)
            if number is not None:
                numbers.append(number)
                taken.append(found.span())
        for start, end in taken:
            masked = masked[:start] + "\x00" * (end - start) + masked[end:]
    return tuple(sorted(numbers, key=lambda each: each.start))


def counted_words(number: StatedNumber, language: Language) -> str:
    """The words that stand within a number and say what is counted: 37 *reports out of* 52."""
    if number.kind != "fraction":
        return ""
    words = _grammar(language).words
    found = re.findall(r"(?<![:\w])[^\W\d_]+", number.text)
    return " ".join(word for word in found if word.lower() not in words)


def without_numbers(text: str, language: Language) -> str:
    """A sentence with a mark in place of each number, to know it again with others."""
    pieces, at = [], 0
    for number in find_numbers(text, language):
        pieces += [text[at : number.start], "#"]
        at = number.start + len(number.text)
    return "".join([*pieces, text[at:]])


def _read(
    kind: Kind, found: re.Match[str], text: str, language: Language, words: dict[str, int]
) -> StatedNumber | None:
    groups = found.groupdict()
    first = _value(groups["x"], language, words)
    second = _value(groups["n"], language, words) if groups.get("n") else None
    if first is None or (groups.get("n") and second is None):
        return None
    value, decimals = first
    if kind == "count" and groups["x"].lower() in words and value < 2:
        return None
    if kind == "fraction" and second is not None and not 0 <= value <= second[0]:
        return None
    scale = 1e6 if groups.get("m") else 1.0
    if kind == "count_range" and (of := _value(groups["m"], language, words)) is not None:
        scale = of[0]
    other = second[0] if second is not None else None
    shown = text[found.start() : found.end()]
    limit = _LIMIT.search(text[max(0, found.start() - 20) : found.start()]) is not None
    start = found.start()
    return StatedNumber(kind, shown, start, value if kind == "count_range" else value * scale,
                        other, decimals, scale, limit)  # fmt: skip


def _value(text: str, language: Language, words: dict[str, int]) -> tuple[float, int] | None:
    """The number and its decimals."""
    plain = text.lower()
    if plain in words:
        return float(words[plain]), 0
    plain = re.sub(r":s?t[aä]$", "", plain).replace("−", "-")
    plain = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "", plain)
    thousands = "," if language == "en" else "."
    plain = re.sub(rf"(?<=\d){re.escape(thousands)}(?=\d{{3}}(?!\d))", "", plain)
    plain = plain.replace(",", ".")
    try:
        return float(plain), len(plain.partition(".")[2])
    except ValueError:
        return None

"""Numbers that point at a person or a company, found by form and, where there is one, check digit.

Which numbers there are is declared in `forms/numbers.yml`. Texts are folded first (`folding`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from evaltools.disclosure.name_lists import BIRTH_CUES, read_forms

_FORMS = read_forms("numbers.yml")
_EDGE = r"(?<![\w-]){}(?![\w-])"
_CARD = re.compile(
    r"(?<![\w-])(?<!\d[.,])(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -]?)\d{6}\2\d{5})"
    r"(?![\w-]|[.,]\d)"
)
"""Sixteen digits in fours, or fifteen of American Express (ISO/IEC 7812)."""
_YEAR = r"(?:18|19|20)\d\d"
_BIRTH = re.compile(
    rf"(?<![\w.])(?i:{BIRTH_CUES})\W{{0,3}}(?:(?:den|on|the)\s)?"
    rf"(?P<date>(?P<day>\d{{1,2}})([./-])\s?(?P<month>\d{{1,2}})\3\s?(?P<year>{_YEAR})(?!\w)"
    rf"|(?P<year2>{_YEAR})-(?P<month2>\d\d)-(?P<day2>\d\d)(?!\w)"
    rf"|\d{{1,2}}\.?\s[^\W\d_]{{3,12}}\s{_YEAR}(?!\w))"
)
_ACCOUNT = re.compile(
    r"(?<![\w-])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![\w-])"
)
_COMPANY = re.compile("|".join(f"(?:{form})" for form in _FORMS["companies"]))
_DECIMALS = re.compile(r"\d[.,]")


@dataclass(frozen=True)
class NumberKind:
    """A kind of number that an authority gives out; see `forms/numbers.yml`."""

    form: re.Pattern[str]
    declared: dict[str, Any]

    def is_one(self, match: re.Match[str]) -> bool:
        """Whether what has the form is such a number, by its day and its check digit."""
        named = {name: re.sub(r"\s", "", part or "") for name, part in match.groupdict().items()}
        needs = self.declared.get("needs")
        if needs and not any(named[name] for name in needs):
            return False
        unusual = self.declared.get("not")
        if unusual and not named.get("mark") and re.search(unusual, match[0]):
            return False
        named_groups = match.re.groupindex.values()
        parts = [match[n] or "" for n in range(1, match.re.groups + 1) if n not in named_groups]
        digits = re.sub(r"\D", "", "".join(parts))
        return self._has_day(digits, named) and self._checks(digits, named.get("check", ""))

    def _has_day(self, digits: str, named: dict[str, str]) -> bool:
        layout = self.declared.get("layout")
        if layout is None:
            return True
        day, month, year, sign = (
            "".join(d for d, part in zip(digits, layout, strict=True) if part == letter)
            for letter in "dmyg"
        )
        shift = self.declared.get("day_after", 0)
        born = int(day) - shift if int(day) > shift else int(day)
        if int(digits[layout.index("n") :][: layout.count("n")]) < self.declared.get("least", 0):
            return False
        return any(
            _is_day(century + int(year), int(month), born)
            for century in self._centuries(named, sign or named.get("mark", "").upper())
        )

    def _centuries(self, named: dict[str, str], sign: str) -> Sequence[int]:
        if named.get("century"):
            return [100 * int(named["century"])]
        declared: dict[str, list[int]] = self.declared.get("centuries", {})
        for signs, centuries in declared.items():
            if (sign and sign in signs) or not signs:
                return centuries
        return [] if "g" in self.declared["layout"] else [1900, 2000]

    def _checks(self, digits: str, character: str) -> bool:
        check = self.declared.get("check", {})
        numbers = [int(digit) for digit in digits]
        if check == "luhn":
            return _is_luhn(digits)
        if characters := check.get("characters"):
            return bool(characters[int(digits) % len(characters)] == character.upper())
        if "two_stage" in check:
            rest = next((r for row in check["two_stage"] if (r := _sum(numbers, row) % 11) < 10), 0)
            return rest == numbers[-1]
        remainder = check.get("remainder", 0)
        return all(_sum(numbers, row) % 11 == remainder for row in check.get("weights", ()))


@cache
def _kinds(name: str) -> tuple[NumberKind, ...]:
    return tuple(
        NumberKind(re.compile(_EDGE.format(declared["form"])), declared)
        for declared in _FORMS[name].values()
    )


def identity_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Personal identity numbers in a folded text; the decimals of a number are none."""
    for kind in _kinds("identity_numbers"):
        for match in kind.form.finditer(text):
            decimals = match[0].isdigit() and _DECIMALS.match(text, max(match.start() - 2, 0))
            if not decimals and kind.is_one(match):
                yield match.span()


def business_ids(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of companies in a folded text."""
    for kind in _kinds("business_ids"):
        for match in kind.form.finditer(text):
            if kind.is_one(match):
                yield match.span()


def find_companies(text: str) -> Iterator[tuple[int, int]]:
    """Names of companies, by what they end in or begin with."""
    for match in _COMPANY.finditer(text):
        yield match.span()


def find_card_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of payment cards in a folded text, with a right check digit."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(set(digits)) > 1 and _is_luhn(digits):
            yield match.span()


def find_birth_dates(text: str) -> Iterator[tuple[int, int]]:
    """Days in a folded text that a word before them calls somebody's birthday."""
    for match in _BIRTH.finditer(text):
        parts = [match[part] or match[f"{part}2"] for part in ("year", "month", "day")]
        if None in parts or _is_day(*map(int, parts)):
            yield match.span("date")


def find_account_numbers(text: str) -> Iterator[tuple[int, int]]:
    """International bank account numbers with right check digits (ISO 13616-1:2020).

    Words after a number may look like its last letters, so its country tells how long it is.
    """
    for match in _ACCOUNT.finditer(text):
        places = [at for at in range(*match.span()) if text[at].isalnum()]
        size = _FORMS["account_lengths"].get(match[0][:2].upper(), len(places))
        if not 15 <= size <= len(places):
            continue
        end = places[size - 1] + 1
        plain = "".join(text[at] for at in places[:size]).upper()
        right = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
        if right and not text[end : end + 1].isalnum():
            yield match.start(), end


def _sum(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _is_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

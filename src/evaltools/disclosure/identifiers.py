"""What points at a person or a company by its form: numbers with check digits, addresses, profiles.

Words and forms of languages and countries stand in `forms/`. Texts are folded first (`fold`), so
that a dash is one dash and a blank one blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, Literal

from evaltools.disclosure import name_lists

Kind = Literal[
    "person", "email", "phone", "identity_code", "account", "address", "post_office_box",
    "number_plate", "payment_card", "date_of_birth", "business_id", "company",
]  # fmt: skip
Span = tuple[int, int]

_F = name_lists.read_forms("contacts.yml")
_N = name_lists.read_forms("numbers.yml")
_AT = (
    rf"(?:\s?@\s?(?=[\w-]+\.)|\s?[\(\[{{<]\s?(?:{_F['at_in_brackets']})\s?[\)\]}}>]\s?"
    rf"|_at_|\s(?:{_F['at_words']})\s)"
)
_DOT = rf"(?:\.|\s?[\(\[{{]\s?(?:{_F['dot_words']}|\.)\s?[\)\]}}]\s?|\s(?:{_F['dot_words']})\s)"
_LETTERS = f"A-Za-z{_F['mail_letters']}"
_DOMAIN = (
    rf"[0-9{_LETTERS}-]{{1,63}}(?:{_DOT}[0-9{_LETTERS}-]{{1,63}}){{0,7}}{_DOT}[A-Za-z]{{2,63}}"
)
# Bounded and anchored, so that no long word makes the search quadratic.
_EMAIL = re.compile(rf"(?<![\w.+%-])[0-9{_LETTERS}][\w.+%-]{{0,63}}{_AT}{_DOMAIN}")
_SPOKEN = re.compile(
    rf"(?<![\w.+%-])[{_LETTERS}]\w{{0,30}}(?:[._-]|\s(?:{_F['dot_words']})\s)[\w.-]{{1,63}}"
    rf"\s(?:{_F['at_spoken']})\s{_DOMAIN}"
)
_MARKS = re.compile(_F["at_marks"], re.IGNORECASE)

_LABELLED = "|".join(
    rf"(?<=\b{label}{mark})" for label in name_lists.PHONE_LABELS for mark in ("[.:]", "")
)
_PHONE = re.compile(
    # A number starts after a blank, a bracket or a label such as `p.` and `puh:`.
    rf"(?:(?<![\w.,/+-])(?<!\d\s)|{_LABELLED})(?:"
    rf"\+\s?(?:{_F['calling_codes']})[\s./-]?(?:\(0\)[\s./-]?)?\(?\d{{1,4}}\)?"
    r"(?:[\s./-]{0,2}\d{2,8}){1,5}"
    rf"|00\s?(?:{_F['dialled_codes']})[\s./-]?(?:\(0\)[\s./-]?)?"
    r"\d{1,4}(?:[\s./-]?\d{2,8}){1,5}"
    rf"|{'|'.join(_F['national_phones'])}"
    r")(?![\w/]|[.,]\d|-\d)"
)
_NUMBER = re.compile(
    rf"(?<!\w)(?i:{'|'.join(one for one in name_lists.PHONE_LABELS if len(one) > 2)})"
    rf"(?:{_F['number_words']})?[.:]?\s{{0,2}}(\d{{2,8}}(?:[ -]\d{{2,5}}){{0,4}})"
    r"(?![\w/]|[.,]\d|-\d)"
)
"""A number without area or country, behind a word for telephone."""
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ -](?:19|20)\d\d)+")
_GROUPED = re.compile(r"(?:\+\s?)?\d{1,3}(?: \d{3})+")
_MONEY = re.compile(rf"\s?(?:{_F['amounts']})", re.IGNORECASE)
_DATE = re.compile(r"0\d[./-]\d{2}[./-]\d{4}(?:[-\s].*)?")

_UPPER, _SMALL = f"A-Z{_F['capitals']}", f"a-z{_F['small_letters']}"
_CAPITAL = f"[{_UPPER}][{_SMALL}]+"
_DOOR = r"\d{1,4}(?:\s?[-/]\s?\d{1,4})?(?:\s?[A-Za-z](?!\w)(?:\s?\d{1,3})?)?"
_POSTCODE = rf"{_F['postcode']}\s[{_UPPER}]\w+"
_STREET = re.compile(
    rf"\b(?:(?:{_CAPITAL}[\s-]){{0,2}}{_CAPITAL[:-1]}*(?:-\w+)?(?:\s?)(?:{name_lists.STREETS})"
    rf"|(?:{name_lists.WHOLE_STREETS}))\s{_DOOR}(?:,?\s{_POSTCODE})?(?![\w%])"
)
_ENGLISH_STREET = re.compile(
    rf"\b{_DOOR}\s(?:{_CAPITAL}\s){{1,3}}(?:{_F['english_streets']})(?!\w)"
)
_WITH_POSTCODE = re.compile(
    rf"\b{_CAPITAL}(?:[\s-][{_UPPER}{_SMALL}]{{2,}}){{0,2}}\s{_DOOR},?\s{_POSTCODE}"
)
_ROADS = re.compile(_F["numbered_roads"])
_UNSURE = re.compile(rf"(?:{name_lists.UNSURE_STREETS})\s\d{{1,3}}$")
"""Words like palvelupolku 2 are addresses only with a door or a postcode."""
_BOX = re.compile(
    rf"\b(?:(?:{_F['boxes']})\s?[.:]?\s?\d{{1,6}}(?:,?\s{_POSTCODE})?"
    rf"|(?:{_F['boxes_with_postcode']})\s\d{{1,6}},?\s{_POSTCODE})(?!\w)"
)
_PLATE = re.compile(
    rf"(?i:{name_lists.PLATE_CUES})\W{{0,3}}([{_UPPER}{_SMALL}]{{2,3}}[- ]?\d{{1,3}}[A-Z]?)(?!\w)"
    rf"|(?i:\b(?:{name_lists.VEHICLES}))\W{{1,3}}([{_UPPER}]{{2,3}}-\d{{1,3}})(?![\w-])"
)
_SOURCE = re.compile(r"(?:19|20)\d\d[a-z]?\.?$")
_HANDLE = re.compile(
    r"(?<![\w@./-])@([^\W\d_][\w.]{2,39})(?![\w@-])"
    r"|(?:linkedin\.com/in/(?P<own>[\w%-]{2,99})|(?<![\w-])(?:facebook|twitter|x|instagram|github|tiktok)\.com/"
    r"(@?[\w.-]{3,60}))"
)
_CARD = re.compile(
    r"(?<![\w-])(?<!\d[.,])(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -]?)\d{6}\2\d{5})"
    r"(?![\w-]|[.,]\d)"
)
"""Sixteen digits in fours, or fifteen of American Express (ISO/IEC 7812)."""
_YEAR = r"(?:18|19|20)\d\d"
_BIRTH = re.compile(
    rf"(?<![\w.])(?i:{name_lists.BIRTH_CUES})\W{{0,3}}(?:(?:den|on|the)\s)?"
    rf"(?P<date>(?P<day>\d{{1,2}})([./-])\s?(?P<month>\d{{1,2}})\3\s?(?P<year>{_YEAR})(?!\w)"
    rf"|(?P<year2>{_YEAR})-(?P<month2>\d\d)-(?P<day2>\d\d)(?!\w)"
    rf"|\d{{1,2}}\.?\s[^\W\d_]{{3,12}}\s{_YEAR}(?!\w))"
)
_ACCOUNT = re.compile(
    r"(?<![\w-])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![\w-])"
)
_COMPANY = re.compile("|".join(f"(?:{form})" for form in _N["companies"]))
_DECIMALS = re.compile(r"\d[.,]")


def find_identifiers(text: str) -> Iterator[tuple[Kind, Span]]:
    """Everything in a folded text but names of persons; what is found first goes before."""
    marked = _MARKS.search(text) is not None
    for kind, pattern, span in _finders():
        if kind != "email" or marked:
            for match in pattern.finditer(text):
                if found := span(match):
                    yield kind, found


@cache
def _finders() -> tuple[tuple[Kind, re.Pattern[str], Callable[[re.Match[str]], Span | None]], ...]:
    """Kinds with their forms, and what of a match is one, if it is."""
    whole = re.Match[str].span
    return (
        ("email", _EMAIL, whole),
        ("email", _SPOKEN, whole),
        *(
            ("identity_code", form, partial(_identity, kind))
            for form, kind in _kinds("identity_numbers")
        ),
        ("account", _ACCOUNT, _account),
        *(("business_id", form, kind.span) for form, kind in _kinds("business_ids")),
        ("payment_card", _CARD, _card),
        ("date_of_birth", _BIRTH, _birth),
        ("phone", _PHONE, _phone),
        ("phone", _NUMBER, _labelled_number),
        ("post_office_box", _BOX, whole),
        ("address", _STREET, _street),
        ("address", _ENGLISH_STREET, whole),
        ("address", _WITH_POSTCODE, whole),
        ("address", _HANDLE, _profile),
        ("number_plate", _PLATE, lambda match: match.span(match.lastindex or 0)),
        ("company", _COMPANY, whole),
    )  # fmt: skip


def _phone(match: re.Match[str]) -> Span | None:
    """Of the countries declared, and of any with its calling code."""
    number = match[0]
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    least = 8 if number[0] == "+" or digits.startswith("00") else 7
    if re.match(r"0\d+[./]", number):
        least = 9  # 045/2020 is the number of a matter
    if number[0] == "(" and not number.startswith("(0)"):
        least = 6
    sum_of_money = _GROUPED.fullmatch(number) and _MONEY.match(match.string, match.end())
    right = least <= len(digits) <= 15 and not sum_of_money and not _DATE.fullmatch(number)
    return match.span() if right else None


def _labelled_number(match: re.Match[str]) -> Span | None:
    counted = _YEARS.fullmatch(match[1]) or _MONEY.match(match.string, match.end())
    right = 6 <= len(re.sub(r"\D", "", match[1])) <= 15 and not counted
    return match.span(1) if right else None


def _street(match: re.Match[str]) -> Span | None:
    return None if _UNSURE.search(match[0]) or _ROADS.match(match[0]) else match.span()


def _profile(match: re.Match[str]) -> Span | None:
    """Handles and profiles in social media that are called after somebody."""
    handle = match["own"] or match[1] or match[3]
    # A key such as @virtanen2020 cites a source.
    cited = match[1] is not None and _SOURCE.search(handle)
    named = match["own"] or (name_lists.holds_name(handle) and not cited)
    return match.span() if named else None


def _card(match: re.Match[str]) -> Span | None:
    digits = re.sub(r"\D", "", match[0])
    return match.span() if len(set(digits)) > 1 and _is_luhn(digits) else None


def _birth(match: re.Match[str]) -> Span | None:
    """A day that a word before it calls somebody's birthday."""
    parts = [match[part] or match[f"{part}2"] for part in ("year", "month", "day")]
    return match.span("date") if None in parts or _is_day(*map(int, parts)) else None


def _account(match: re.Match[str]) -> Span | None:
    """An international bank account number with right check digits (ISO 13616-1:2020).

    Words after a number may look like its last letters, so its country tells how long it is.
    """
    text = match.string
    places = [at for at in range(*match.span()) if text[at].isalnum()]
    size = _N["account_lengths"].get(match[0][:2].upper(), len(places))
    if not 15 <= size <= len(places):
        return None
    end = places[size - 1] + 1
    plain = "".join(text[at] for at in places[:size]).upper()
    right = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
    return (match.start(), end) if right and not text[end : end + 1].isalnum() else None


@dataclass(frozen=True)
class NumberKind:
    """A kind of number that an authority gives out, as `forms/numbers.yml` declares it."""

    declared: dict[str, Any]

    def span(self, match: re.Match[str]) -> Span | None:
        """Where what has the form is such a number, by its day and its check digit."""
        named = {name: re.sub(r"\s", "", part or "") for name, part in match.groupdict().items()}
        needs = self.declared.get("needs")
        if needs and not any(named[name] for name in needs):
            return None
        unusual = self.declared.get("not")
        if unusual and not named.get("mark") and re.search(unusual, match[0]):
            return None
        named_groups = match.re.groupindex.values()
        parts = [match[n] or "" for n in range(1, match.re.groups + 1) if n not in named_groups]
        digits = re.sub(r"\D", "", "".join(parts))
        right = self._has_day(digits, named) and self._checks(digits, named.get("check", ""))
        return match.span() if right else None

    def _has_day(self, digits: str, named: dict[str, str]) -> bool:
        layout = self.declared.get("layout")
        if layout is None:
            return True
        day, month, year, sign, serial = (
            "".join(d for d, part in zip(digits, layout, strict=True) if part == letter)
            for letter in "dmygn"
        )
        shift = self.declared.get("day_after", 0)
        born = int(day) - shift if int(day) > shift else int(day)
        if int(serial) < self.declared.get("least", 0):
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


def _kinds(name: str) -> Iterator[tuple[re.Pattern[str], NumberKind]]:
    for declared in _N[name].values():
        form = re.compile(rf"(?<![\w-]){declared['form']}(?![\w-])")
        yield form, NumberKind(declared)


def _identity(kind: NumberKind, match: re.Match[str]) -> Span | None:
    """A personal identity number; the decimals of a number are none."""
    before = max(match.start() - 2, 0)
    decimals = match[0].isdigit() and _DECIMALS.match(match.string, before)
    return None if decimals else kind.span(match)


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

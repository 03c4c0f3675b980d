"""Numbers that point at a person or a company, found by form and, where there is one, check digit.

Texts are folded first (`folding`), so that a dash is one dash and a blank one blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from evaltools.findings.disclosure import names

_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)

_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24,
    "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GL": 18,
    "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26, "UA": 29,
}  # fmt: skip
"""Characters of an account number by country; of others the whole must be right."""

FINNISH = re.compile(
    r"(?<![\w-])(\d ?\d) ?(\d ?\d) ?(\d ?\d)(\s?[+\-YXWVUABCDEFyxwvuabcdef]\s?|\s|)(\d ?\d ?\d)\s?"
    r"([0-9A-FHJ-NPR-Ya-fhj-npr-y])(?![\w-])"
)
SWEDISH = re.compile(r"(?<![\w-])(18|19|20)?(\d{2})(\d{2})(\d{2})(\s?[-+]\s?|)(\d{3})(\d)(?![\w-])")
DANISH = re.compile(r"(?<![\w-])(\d{2})(\d{2})(\d{2})\s?-\s?\d{4}(?![\w-])")
ELEVEN = re.compile(r"(?<![\w-])(\d{6})[ -]?(\d{5})(?![\w-])")
ICELANDIC = re.compile(r"(?<![\w-])(\d{2})(\d{2})(\d{2})-?(\d{4})(?![\w-])")
_CARD = re.compile(
    r"(?<![\w-])(?<!\d[.,])(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -]?)\d{6}\2\d{5})"
    r"(?![\w-]|[.,]\d)"
)
"""Sixteen digits in fours, or fifteen of American Express (ISO/IEC 7812)."""
_YEAR = r"(?:18|19|20)\d\d"
_BIRTH = re.compile(
    rf"(?<![\w.])(?i:{names.BIRTH_CUES})\W{{0,3}}(?:(?:den|on|the)\s)?"
    rf"(?P<date>(?P<day>\d{{1,2}})([./-])\s?(?P<month>\d{{1,2}})\3\s?(?P<year>{_YEAR})(?!\w)"
    rf"|(?P<year2>{_YEAR})-(?P<month2>\d\d)-(?P<day2>\d\d)(?!\w)"
    rf"|\d{{1,2}}\.?\s[^\W\d_]{{3,12}}\s{_YEAR}(?!\w))"
)
BUSINESS_ID = re.compile(r"(?<![\w-])(\d{7})-(\d)(?![\w-])")
ACCOUNT = re.compile(
    r"(?<![\w-])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![\w-])"
)
_DECIMALS = re.compile(r"\d[.,]")
COMPANY = re.compile(
    r"(?:\b(?:Oy|Ab)\s(?:[A-ZÅÄÖ][\w&-]*\s?){1,4}(?:Ab|Ltd)?)"
    r"|(?:(?:\b[A-ZÅÄÖ][\w&-]*\s){1,4}(?:Oyj|Oy|Ab|AB|Abp|Ky|Ltd|GmbH|Osk)\b(?:\sAb\b)?)"
)


def identity_codes(text: str) -> Iterator[tuple[int, int]]:
    """Personal identity codes of the Nordic and Baltic countries in a folded text.

    Danish numbers of today have no check digit: six and four digits with a dash, the first six a
    day, are told. Ten digits without a mark are not taken for a Swedish number, and the decimals
    of a number for none.
    """
    checks: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
        (FINNISH, is_finnish), (SWEDISH, is_swedish), (DANISH, is_danish),
        (ELEVEN, is_of_eleven_digits), (ICELANDIC, is_icelandic),
    )  # fmt: skip
    for pattern, check in checks:
        for match in pattern.finditer(text):
            if check(match) and not (
                match[0].isdigit() and _DECIMALS.match(text, max(match.start() - 2, 0))
            ):
                yield match.span()


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Numbers of payment cards in a folded text, with a right check digit."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(set(digits)) > 1 and _is_luhn(digits):
            yield match.span()


def births(text: str) -> Iterator[tuple[int, int]]:
    """Days in a folded text that a word before them calls somebody's birthday."""
    for match in _BIRTH.finditer(text):
        parts = [match[part] or match[f"{part}2"] for part in ("year", "month", "day")]
        if None in parts or _is_day(*map(int, parts)):
            yield match.span("date")


def is_finnish(match: re.Match[str]) -> bool:
    """Whether day and check character of a Finnish personal identity code are right.

    Without an intermediate character any century will do.

    Source: Digital and Population Data Services Agency, The personal identity code; government
    decree 690/2022 for the intermediate characters.
    """
    parts = (re.sub(r"\s", "", part).upper() for part in match.groups())
    day, month, year, mark, number, check = parts
    if not mark and re.search(r"\d \d[\d ]*\d \d", match[0]):
        return False  # digits of a table
    centuries = [_CENTURIES[mark]] if mark else [1900, 2000]
    if not any(_is_day(century + int(year), int(month), int(day)) for century in centuries):
        return False
    return int(number) >= 2 and _CHECKS[int(day + month + year + number) % 31] == check


def is_swedish(match: re.Match[str]) -> bool:
    """Whether a Swedish personal or co-ordination number has a day and a right check digit.

    Source: Skatteverket, SKV 704; ten digits by Luhn's formula (ISO/IEC 7812-1, annex B); the
    day of a co-ordination number is greater by 60.
    """
    century, year, month, day, mark, number, check = match.groups()
    if not mark and not century:
        return False
    born = int(day) - 60 if int(day) > 60 else int(day)
    years = [int(century + year)] if century else [1900 + int(year), 2000 + int(year)]
    if not any(_is_day(one, int(month), born) for one in years):
        return False
    return _is_luhn(year + month + day + number + check)


def is_danish(match: re.Match[str]) -> bool:
    """Whether the first six digits of what looks like a CPR number are a day."""
    day, month, year = map(int, match.groups())
    return any(_is_day(century + year, month, day) for century in (1900, 2000))


def is_of_eleven_digits(match: re.Match[str]) -> bool:
    """Whether eleven digits are a Norwegian, Estonian, Lithuanian or Latvian number.

    Sources: Skatteetaten (two digits modulo 11; D-numbers add 40 to the day); Estonian standard
    EVS 585:2007, which Lithuania's numbers follow; Latvian Cabinet regulation 43 of 2008.
    """
    digits = [int(digit) for digit in match[1] + match[2]]
    return _is_norwegian(digits) or _is_baltic(digits) or _is_latvian(digits)


def is_icelandic(match: re.Match[str]) -> bool:
    """Whether ten digits are an Icelandic kennitala: a day, modulo 11, and a century's digit."""
    day, month, year, rest = match.groups()
    if rest[3] not in "890" or not _is_day(2000 + int(year), int(month), int(day)):
        return False
    digits = [int(digit) for digit in day + month + year + rest]
    weights = (3, 2, 7, 6, 5, 4, 3, 2, 1)
    return sum(d * w for d, w in zip(digits, weights, strict=False)) % 11 == 0


def end_of_account(match: re.Match[str]) -> int:
    """Where an international bank account number ends; nought where its check digits are wrong.

    Words after a number may look like its last letters, so its country tells how long it is.

    Source: ISO 13616-1:2020, and the registry of IBAN formats, release 99.
    """
    country = match[0][:2].upper()
    places = [at for at in range(*match.span()) if match.string[at].isalnum()]
    size = _LENGTHS.get(country, len(places))
    if not 15 <= size <= len(places):
        return 0
    end = places[size - 1] + 1
    plain = "".join(match.string[at] for at in places[:size]).upper()
    right = int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
    return end if right and not match.string[end : end + 1].isalnum() else 0


def is_business_id(match: re.Match[str]) -> bool:
    """Whether the check digit of a Finnish business identity code (Y-tunnus) is right.

    Source: Finnish Patent and Registration Office, weights 7, 9, 10, 5, 8, 4, 2 modulo 11.
    """
    digits, check = match.groups()
    rest = sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return rest != 1 and (11 - rest) % 11 == int(check)


def _is_norwegian(digits: Sequence[int]) -> bool:
    day, month = 10 * digits[0] + digits[1], 10 * digits[2] + digits[3]
    year = 10 * digits[4] + digits[5]
    if not _is_day(2000 + year, month, day - 40 if day > 40 else day):
        return False
    first = sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False))
    last = sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=False))
    return first % 11 == 0 and last % 11 == 0


def _is_baltic(digits: Sequence[int]) -> bool:
    sex, year = digits[0], 10 * digits[1] + digits[2]
    month, day = 10 * digits[3] + digits[4], 10 * digits[5] + digits[6]
    if not 1 <= sex <= 8 or not _is_day(1800 + (sex - 1) // 2 * 100 + year, month, day):
        return False
    rest = sum(d * (i % 9 + 1) for i, d in enumerate(digits[:10])) % 11
    if rest == 10:
        rest = sum(d * ((i + 2) % 9 + 1) for i, d in enumerate(digits[:10])) % 11 % 10
    return rest == digits[10]


def _is_latvian(digits: Sequence[int]) -> bool:
    day, month = 10 * digits[0] + digits[1], 10 * digits[2] + digits[3]
    if digits[6] > 2 or not _is_day(2000 + 10 * digits[4] + digits[5], month, day):
        return False
    weights = (1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (1101 - sum(d * w for d, w in zip(digits, weights, strict=False))) % 11 == digits[10]


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

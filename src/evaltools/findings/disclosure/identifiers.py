"""Numbers and addresses that point at a person or a company: found by form and check digit."""

from __future__ import annotations

import re
from datetime import date

EMAIL = re.compile(
    # Bounded and anchored, so that no long word makes the search quadratic.
    r"(?<![\w.+%-])[A-Za-z0-9ÅÄÖåäö][\w.+%-]{0,63}(?:@|\s?[\(\[{]\s?(?:at|ät|a|@|miuku)\s?[\)\]}]\s?)"
    r"(?:[A-Za-z0-9ÅÄÖåäö-]{1,63}\.){1,8}[A-Za-z]{2,63}"
)
"""Addresses, also with (at) for @."""

PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+|00)\s?\d{1,3}[\s\u00a0-]?(?:\(0\)[\s\u00a0]?)?\d{1,3}(?:[\s\u00a0-]?\d{2,4}){1,4}"
    r"|(?:\(0\d{1,3}\)|0\d{1,3})[\s\u00a0-]\d{2,4}(?:[\s\u00a0-]?\d{2,4}){1,2}"
    r"|0(?:4\d|50|9|10|20|30|800|600)\d{5,8}"
    r")(?![\w/]|[.,]\d|-\d)"
)
IDENTITY_CODE = re.compile(
    r"(?<![\w-])(\d{2})(\d{2})(\d{2})([+\-YXWVUABCDEF])(\d{3})([0-9A-FHJ-NPR-Y])(?!\w)"
)
BUSINESS_ID = re.compile(r"(?<![\w-])(\d{7})-(\d)(?![\w-])")
COMPANY = re.compile(
    r"(?:\b(?:Oy|Ab)\s(?:[A-ZÅÄÖ][\w&-]*\s?){1,4}(?:Ab|Ltd)?)"
    r"|(?:(?:\b[A-ZÅÄÖ][\w&-]*\s){1,4}(?:Oyj|Oy|Ab|AB|Abp|Ky|Ltd|GmbH|Osk)\b(?:\sAb\b)?)"
)
ADDRESS = re.compile(
    r"\b[A-ZÅÄÖ][a-zåäö]+(?:[ -][A-ZÅÄÖ]?[a-zåäö]+)?"
    r"(?:katu|kadu\w{1,4}|tie|tiellä|tien|kuja|kujalla|raitti|aukio|väylä|rinne|ranta|esplanadi"
    r"|bulevardi|polku|tori|gatan|vägen|gränd|gränden|stigen|torget|esplanaden)"
    r"\s\d{1,3}(?:\s?[A-Za-z](?!\w)(?:\s\d{1,3})?)?(?:,?\s\d{5}\s[A-ZÅÄÖ][\wåäöÅÄÖ]+)?(?![\w%])"
)
ROADS = re.compile(r"(?:Valta|Kanta|Maan|Moottori|Seutu|Yhdys|Pää|Riks|Lands|Stam)(?:tie|väg)")
"""Numbered roads are no addresses."""
UNSURE_ADDRESS = re.compile(r"(?:polku|tori|ranta|rinne|väylä)\s\d{1,3}$")
"""Words like palvelupolku 2 are addresses only with a door or a postcode."""

_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)


def is_identity_code(match: re.Match[str]) -> bool:
    """Whether day and check character of a Finnish personal identity code are right.

    Source: Digital and Population Data Services Agency, The personal identity code; government
    decree 690/2022 for the intermediate characters.
    """
    day, month, year, sign, number, check = match.groups()
    try:
        date(_CENTURIES[sign] + int(year), int(month), int(day))
    except ValueError:
        return False
    return int(number) >= 2 and _CHECKS[int(day + month + year + number) % 31] == check


def is_business_id(match: re.Match[str]) -> bool:
    """Whether the check digit of a Finnish business identity code (Y-tunnus) is right.

    Source: Finnish Patent and Registration Office, weights 7, 9, 10, 5, 8, 4, 2 modulo 11.
    """
    digits, check = match.groups()
    rest = sum(int(d) * w for d, w in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return rest != 1 and (11 - rest) % 11 == int(check)

"""E-mail and postal addresses, telephone numbers, post-office boxes, number plates, by form.

Texts are folded first (`folding`), so that a dash is one dash and a blank one blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaltools.findings.disclosure import names

_AT = (
    r"(?:\s?@\s?(?=[\w-]+\.)|\s?[\(\[{<]\s?(?:at|ät|a|@|miuku|miukumauku|snabel-?a)\s?[\)\]}>]\s?"
    r"|_at_|\s(?:AT|ÄT|miuku|miukumauku|snabel-?a)\s)"
)
_DOT = r"(?:\.|\s?[\(\[{]\s?(?:dot|piste|punkt|\.)\s?[\)\]}]\s?|\s(?:dot|piste|punkt)\s)"
_LOCAL = r"(?<![\w.+%-])[A-Za-z0-9ÅÄÖåäö][\w.+%-]{0,63}"
_DOMAIN = (
    rf"[A-Za-z0-9ÅÄÖåäö-]{{1,63}}(?:{_DOT}[A-Za-z0-9ÅÄÖåäö-]{{1,63}}){{0,7}}{_DOT}[A-Za-z]{{2,63}}"
)
# Bounded and anchored, so that no long word makes the search quadratic.
_EMAIL = re.compile(_LOCAL + _AT + _DOMAIN)
_SPOKEN = re.compile(
    rf"(?<![\w.+%-])[A-Za-zÅÄÖåäö]\w{{0,30}}(?:[._-]|\s(?:piste|punkt|dot)\s)[\w.-]{{1,63}}"
    rf"\s(?:at|ät)\s{_DOMAIN}"
)
_MARKS = re.compile(
    r"@|[\(\[{<]\s?(?:at|ät|a|miuku|snabel)|_at_|\s(?:at|ät|miuku\w*|snabel-?a)\s", re.IGNORECASE
)

_CALLING = (
    "1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689]\\d|3[578]\\d|42\\d|50\\d"
    "|59\\d|67\\d|69\\d|80\\d|85\\d|87\\d|88\\d|96\\d|97\\d|99\\d"
)
"""Calling codes of countries (ITU-T E.164, list of assigned codes)."""
_LABELLED = "|".join(
    rf"(?<=\b{label}{mark})" for label in names.PHONE_LABELS for mark in ("[.:]", "")
)
_PHONE = re.compile(
    # A number starts after a blank, a bracket or a label such as `p.` and `puh:`.
    rf"(?:(?<![\w.,/+-])(?<!\d\s)|{_LABELLED})(?:"
    rf"\+\s?(?:{_CALLING})[\s./-]?(?:\(0\)[\s./-]?)?\(?\d{{1,4}}\)?(?:[\s./-]{{0,2}}\d{{2,8}}){{1,5}}"
    rf"|00\s?(?:358|46|47|45|354|37[0-2]|44|49|48|33|34|39|31|32)[\s./-]?(?:\(0\)[\s./-]?)?"
    r"\d{1,4}(?:[\s./-]?\d{2,8}){1,5}"
    r"|\(0\)\s?\d{1,3}[\s./-]?\d{2,8}(?:[\s./-]?\d{2,5}){0,3}"
    r"|(?:\(0[1-9]\d{0,2}\)|0[1-9]\d{0,2})(?:\s?-\s?|\s)\d{2,8}(?:[\s-]\d{2,5}){0,3}"
    r"|0(?:4\d{1,2}|50\d?|[235689]|1\d|2[019]|30|[678]00)[./]\d{3,8}(?:[./ -]\d{2,4}){0,2}"
    r"|0(?:4\d|50|1\d|2\d|30|[235689]|[678]00)\d{5,8}"
    r")(?![\w/]|[.,]\d|-\d)"
)
_NUMBER = re.compile(
    rf"(?<!\w)(?i:{'|'.join(one for one in names.PHONE_LABELS if len(one) > 2)})"
    r"(?:numero|nummer)?[.:]?\s{0,2}(\d{2,8}(?:[ -]\d{2,5}){0,4})(?![\w/]|[.,]\d|-\d)"
)
"""A number without area or country, behind a word for telephone."""
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ -](?:19|20)\d\d)+")
_GROUPED = re.compile(r"(?:\+\s?)?\d{1,3}(?: \d{3})+")
_MONEY = re.compile(r"\s?(?:€|e\b|eur|mil|mrd|%|kpl|st\b|kr\b)", re.IGNORECASE)

_CAPITAL = r"[A-ZÅÄÖ][a-zåäöéü]+"
_DOOR = r"\d{1,4}(?:\s?[-/]\s?\d{1,4})?(?:\s?[A-Za-z](?!\w)(?:\s?\d{1,3})?)?"
_POSTCODE = r"(?:(?:FI|SE|S|AX)-)?(?:\d{5}|\d{3}\s\d{2})\s[A-ZÅÄÖ][\wåäöÅÄÖ]+"
_STREET = re.compile(
    rf"\b(?:(?:{_CAPITAL}[\s-]){{0,2}}{_CAPITAL[:-1]}*(?:-\w+)?(?:\s?)(?:{names.STREETS})"
    rf"|(?:{names.WHOLE_STREETS}))\s{_DOOR}(?:,?\s{_POSTCODE})?(?![\w%])"
)
_ENGLISH_STREET = re.compile(
    rf"\b{_DOOR}\s(?:{_CAPITAL}\s){{1,3}}(?:Street|Road|Avenue|Lane|Drive|Square|Court|Boulevard"
    r"|St\.|Rd\.|Ave\.)(?!\w)"
)
_WITH_POSTCODE = re.compile(
    rf"\b{_CAPITAL}(?:[\s-][A-ZÅÄÖa-zåäö]{{2,}}){{0,2}}\s{_DOOR},?\s{_POSTCODE}"
)
_ROADS = re.compile(r"(?:Valta|Kanta|Maan|Moottori|Seutu|Yhdys|Pää|Riks|Lands|Stam)(?:tie|väg)")
"""Numbered roads are no addresses."""
_UNSURE = re.compile(rf"(?:{names.UNSURE_STREETS})\s\d{{1,3}}$")
"""Words like palvelupolku 2 are addresses only with a door or a postcode."""
_BOX = re.compile(
    r"\b(?:(?:PL|PB|P\.\s?L\.|P\.\s?B\.|P\.?\s?O\.?\s?Box|Postbox|Postboks|postbox"
    r"|[Pp]ostilokero|[Pp]ostfack)\s?[.:]?\s?\d{1,6}(?:,?\s" + _POSTCODE + r")?"
    r"|Box\s\d{1,6},?\s" + _POSTCODE + r")(?!\w)"
)
_PLATE = re.compile(
    rf"(?i:{names.PLATE_CUES})\W{{0,3}}([A-ZÅÄÖa-zåäö]{{2,3}}[- ]?\d{{1,3}}[A-Z]?)(?!\w)"
    rf"|(?i:\b(?:{names.VEHICLES}))\W{{1,3}}([A-ZÅÄÖ]{{2,3}}-\d{{1,3}})(?![\w-])"
)
_SOURCE = re.compile(r"(?:19|20)\d\d[a-z]?\.?$")
_HANDLE = re.compile(
    r"(?<![\w@./-])@([^\W\d_][\w.]{2,39})(?![\w@-])"
    r"|(?:linkedin\.com/in/(?P<own>[\w%-]{2,99})|(?<![\w-])(?:facebook|twitter|x|instagram|github|tiktok)\.com/"
    r"(@?[\w.-]{3,60}))"
)


def emails(text: str) -> Iterator[tuple[int, int]]:
    """E-mail addresses, also with (at), [at], `at` and (dot) for the marks."""
    if _MARKS.search(text):
        for pattern in (_EMAIL, _SPOKEN):
            for match in pattern.finditer(text):
                yield match.span()


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Telephone numbers of Finland, and of any country with its calling code."""
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
        least = 8 if match[0][0] == "+" or digits.startswith("00") else 7
        if re.match(r"0\d+[./]", match[0]):
            least = 9  # 045/2020 is the number of a matter
        if match[0][0] == "(" and not match[0].startswith("(0)"):
            least = 6
        sum_of_money = _GROUPED.fullmatch(match[0]) and _MONEY.match(text, match.end())
        if least <= len(digits) <= 15 and not sum_of_money and not _is_date(match[0]):
            yield match.span()
    for match in _NUMBER.finditer(text):
        number = match[1]
        counted = _YEARS.fullmatch(number) or _MONEY.match(text, match.end())
        if 6 <= len(re.sub(r"\D", "", number)) <= 15 and not counted:
            yield match.span(1)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Streets with a door, in Finnish, Swedish and English; any place with door and postcode."""
    for match in _STREET.finditer(text):
        if not _UNSURE.search(match[0]) and not _ROADS.match(match[0]):
            yield match.span()
    for pattern in (_ENGLISH_STREET, _WITH_POSTCODE):
        for match in pattern.finditer(text):
            yield match.span()


def boxes(text: str) -> Iterator[tuple[int, int]]:
    """Post-office boxes."""
    for match in _BOX.finditer(text):
        yield match.span()


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Number plates of vehicles, where a word before them says that they are."""
    for match in _PLATE.finditer(text):
        yield match.span(match.lastindex or 0)


def profiles(text: str) -> Iterator[tuple[int, int]]:
    """Handles and profiles in social media that are called after somebody."""
    for match in _HANDLE.finditer(text):
        handle = match["own"] or match[1] or match[3]
        # A key such as @virtanen2020 cites a source.
        cited = match[1] is not None and _SOURCE.search(handle)
        if match["own"] or (names.holds_name(handle) and not cited):
            yield match.span()


def _is_date(text: str) -> bool:
    return re.fullmatch(r"0\d[./-]\d{2}[./-]\d{4}(?:[-\s].*)?", text) is not None

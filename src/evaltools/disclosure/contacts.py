"""E-mail and postal addresses, telephone numbers, post-office boxes, number plates, by form.

Words and forms of languages and countries stand in `forms/contacts.yml`. Texts are folded first
(`folding`), so that a dash is one dash and a blank one blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaltools.disclosure import name_lists

_F = name_lists.read_forms("contacts.yml")
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


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """E-mail addresses, also with (at), [at], `at` and (dot) for the marks."""
    if _MARKS.search(text):
        for pattern in (_EMAIL, _SPOKEN):
            for match in pattern.finditer(text):
                yield match.span()


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Telephone numbers of the countries declared, and of any with its calling code."""
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


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Streets with a door; any place with door and postcode."""
    for match in _STREET.finditer(text):
        if not _UNSURE.search(match[0]) and not _ROADS.match(match[0]):
            yield match.span()
    for pattern in (_ENGLISH_STREET, _WITH_POSTCODE):
        for match in pattern.finditer(text):
            yield match.span()


def find_post_boxes(text: str) -> Iterator[tuple[int, int]]:
    """Post-office boxes."""
    for match in _BOX.finditer(text):
        yield match.span()


def find_number_plates(text: str) -> Iterator[tuple[int, int]]:
    """Number plates of vehicles, where a word before them says that they are."""
    for match in _PLATE.finditer(text):
        yield match.span(match.lastindex or 0)


def find_profiles(text: str) -> Iterator[tuple[int, int]]:
    """Handles and profiles in social media that are called after somebody."""
    for match in _HANDLE.finditer(text):
        handle = match["own"] or match[1] or match[3]
        # A key such as @virtanen2020 cites a source.
        cited = match[1] is not None and _SOURCE.search(handle)
        if match["own"] or (name_lists.holds_name(handle) and not cited):
            yield match.span()


def _is_date(text: str) -> bool:
    return re.fullmatch(r"0\d[./-]\d{2}[./-]\d{4}(?:[-\s].*)?", text) is not None

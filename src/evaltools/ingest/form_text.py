"""What forms say: wordings that are the declared ones, days, and sections by their headings.

Numbering, capitals and small slips make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from evaltools.documents.model import Heading
from evaltools.documents.superscripts import remove_superscripts
from evaltools.study.report_form import FormSection

_NUMBERING = re.compile(
    r"(?:(?:\d{1,3}(?:\.\d{1,3})*[.):]?|[ivxlc]{1,6}[.)]|[a-zåäö][.)])\s+|\d{1,3}[.)])"
)
_LONGEST = 200


def plain_words(words: str) -> str:
    """Words without numbering, marks of notes, punctuation at the ends, capitals and spare space.

    `2. Goals of the project:` and `GOALS OF THE PROJECT` are the same.
    """
    unmarked = _closed_up(remove_superscripts(words[: 2 * _LONGEST]))
    folded = unicodedata.normalize("NFKC", unmarked).replace("\u00ad", "").casefold()
    folded = " ".join(folded.split())
    folded = _NUMBERING.sub("", folded, count=1) if _NUMBERING.match(folded) else folded
    return folded.strip(" .:;*•–—-\u200b")[:_LONGEST]


def _closed_up(words: str) -> str:
    """Words without the blanks that somebody typed between their letters; two part two words."""
    parts = [part.split() for part in re.split(r"\s{2,}", words.strip())]
    return " ".join(
        "".join(part) if len(part) > 3 and all(len(one) == 1 for one in part) else " ".join(part)
        for part in parts
    )


def matches(words: str, wordings: Sequence[str]) -> bool:
    """Whether words are one of the wordings, in which `*` stands for any words."""
    plain = plain_words(words)
    return bool(plain) and any(_pattern(wording).fullmatch(plain) for wording in wordings)


def nearly_matches(words: str, wordings: Sequence[str]) -> bool:
    """Whether words are a wording but for a letter in five to nine, or two in ten and more.

    Shorter words must fit: too much lies near them. A wording with `*` is not compared so.
    """
    plain = plain_words(words)
    return any(
        edit_distance(plain, wording, allowed) <= allowed
        for wording in map(plain_words, wordings)
        if "*" not in wording
        for allowed in [_allowed(wording)]
        if allowed
    )


def edit_distance(a: str, b: str, most: int) -> int:
    """Letters to put in, take out, change or swap with a neighbour to make one of the other.

    Where it is more than `most`, any number above it is returned.

    Source: optimal string alignment, after Damerau 1964, doi:10.1145/363958.363994.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _allowed(wording: str) -> int:
    return 0 if len(wording) < 5 else 1 if len(wording) < 10 else 2


@lru_cache(maxsize=4096)
def _pattern(wording: str) -> re.Pattern[str]:
    # A star at an end is kept from plain(), which would take it for a bullet.
    parts = [re.escape(" ".join(part.casefold().split())) for part in wording.split("*")]
    if len(parts) == 1:
        return re.compile(re.escape(plain_words(wording)))
    return re.compile(r".*".join(parts), re.DOTALL)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_WRITTEN = re.compile(r"(\d{1,2})\s?[./]\s?(\d{1,2})\s?[./]\s?(\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_DAY_ZERO = date(1899, 12, 30)


def read_day(value: str) -> date | None:
    """The day that a cell or field says: `2022-04-30`, `30.4.2022`, or a spreadsheet's number.

    Returns None where it says none; of day and month the day comes first, as is usual here.
    """
    text = " ".join(remove_superscripts(value).split())
    with suppress(ValueError):
        if match := _ISO.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _WRITTEN.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _SERIAL.fullmatch(text):
            return _DAY_ZERO + timedelta(days=int(match[1]))
    return None


LONGEST_HEADING = 200


@dataclass(frozen=True)
class Section:
    """A stretch of a text under a heading, in code points.

    It begins with the heading and ends with its last letter before the next heading of the same or
    a higher level. `section` is the id of the form's, empty where the heading is none of the
    form's.
    """

    section: str
    heading: str
    start: int
    end: int


@dataclass(frozen=True)
class Sections:
    """What was found of the form, in the order of the text.

    `missing` are ids of required sections that have no heading, `unknown` headings that are none of
    the form's, apart from those below one that is.
    """

    found: tuple[Section, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    def at(self, position: int) -> Section | None:
        """The innermost section that a position of the text stands in."""
        around = [part for part in self.found if part.start <= position < part.end]
        return max(around, key=lambda part: part.start, default=None)


def find_sections(
    text: str,
    headings: Sequence[Heading],
    form: Sequence[FormSection],
    titles: Sequence[str] = (),
) -> Sections:
    """Find the form's sections in a normalised text.

    Arguments:
        headings: those that the document marks as such, in order. Where there are none, or none
            is of the form, lines of the text that fit are taken for headings.
        titles: wordings of the document's own title, which heads no section.
    """
    if not form:
        return Sections((), (), ())
    own = [heading for heading in headings if heading.text.strip()]
    if own and own[0].level == 1 and matches(own[0].text, titles):
        own = own[1:]
    marked = [(heading, _find_section(heading.text, form)) for heading in own]
    if not any(section for _, section in marked):
        lines = [(line, _find_section(line.text, form)) for line in _lines(text)]
        marked = [(line, section) for line, section in lines if section]
    # A heading of the form ends whatever came before, even one that was styled above it.
    top = min((heading.level for heading, section in marked if section), default=1)
    leveled = [(heading, top if section else heading.level) for heading, section in marked]
    found, unknown = [], []
    inside = False
    for place, (heading, section) in enumerate(marked):
        level = leveled[place][1]
        later = (other.start for other, below in leveled[place + 1 :] if below <= level)
        end = heading.start + len(text[heading.start : next(later, len(text))].rstrip())
        found.append(Section(section, heading.text, heading.start, end))
        inside = bool(section) or (inside and level > top)
        if not inside:
            unknown.append(heading.text)
    present = {section for _, section in marked}
    missing = tuple(part.id for part in form if part.required and part.id not in present)
    return Sections(tuple(found), missing, tuple(unknown))


def _find_section(heading: str, form: Sequence[FormSection]) -> str:
    """The one section whose heading it is, letter by letter before nearly; empty where none."""
    for same in (matches, nearly_matches):
        ids = [part.id for part in form if same(heading, part.headings.all)]
        if ids:
            return ids[0] if len(ids) == 1 else ""
    return ""


def _lines(text: str) -> Iterator[Heading]:
    """Lines that may be headings, and first cells of table rows."""
    start = 0
    for line in text.split("\n"):
        words = line.partition("\t")[0].rstrip()
        shown = words.lstrip()
        if shown and len(shown) <= LONGEST_HEADING:
            first = start + len(words) - len(shown)
            yield Heading(1, shown, first, first + len(shown))
        start += len(line) + 1

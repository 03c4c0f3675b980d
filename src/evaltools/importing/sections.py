"""The sections of a form in a document's text, found by their headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaltools.documents.record import Heading
from evaltools.importing.wording import fits, nearly
from evaltools.study.form import FormSection

LONGEST_HEADING = 200


@dataclass(frozen=True)
class Section:
    """A stretch of a text under a heading.

    Arguments:
        section: id of the form's section; empty where the heading is none of the form's.
        heading: as it stands in the text.
        start, end: code points of the text; it begins with the heading and ends with its last
            letter before the next heading of the same or a higher level.
    """

    section: str
    heading: str
    start: int
    end: int


@dataclass(frozen=True)
class Sections:
    """What was found of the form.

    Arguments:
        found: in the order of the text.
        missing: ids of required sections that have no heading.
        unknown: headings that are none of the form's, apart from those below one that is.
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
    """Find the form's sections.

    Arguments:
        text: normalised.
        headings: those that the document marks as such, in order. Where there are none, or none
            is of the form, lines of the text that fit are taken for headings.
        form: sections of the form, in its order.
        titles: wordings of the document's own title, which heads no section.
    """
    if not form:
        return Sections((), (), ())
    own = [heading for heading in headings if heading.text.strip()]
    if own and own[0].level == 1 and fits(own[0].text, titles):
        own = own[1:]
    marked = [(heading, _section_of(heading.text, form)) for heading in own]
    if not any(section for _, section in marked):
        marked = [(line, _section_of(line.text, form)) for line in _lines(text)]
        marked = [(line, section) for line, section in marked if section]
    return _made(text, marked, form)


def _made(
    text: str, marked: Sequence[tuple[Heading, str]], form: Sequence[FormSection]
) -> Sections:
    # A heading of the form ends whatever came before, even one that was styled above it.
    top = min((heading.level for heading, section in marked if section), default=1)
    levels = [top if section else heading.level for heading, section in marked]
    found, unknown = [], []
    inside = False
    for place, (heading, section) in enumerate(marked):
        level = levels[place]
        later = zip(marked[place + 1 :], levels[place + 1 :], strict=True)
        end = next((other.start for (other, _), below in later if below <= level), len(text))
        end = heading.start + len(text[heading.start : end].rstrip())
        found.append(Section(section, heading.text, heading.start, end))
        inside = bool(section) or (inside and level > top)
        if not inside:
            unknown.append(heading.text)
    there = {section for _, section in marked}
    missing = tuple(part.id for part in form if part.required and part.id not in there)
    return Sections(tuple(found), missing, tuple(unknown))


def _section_of(heading: str, form: Sequence[FormSection]) -> str:
    """The one section whose heading it is, letter by letter before nearly; empty where none."""
    for same in (fits, nearly):
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

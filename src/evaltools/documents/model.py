"""What a document as received holds, in terms that every format shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["docx", "pdf", "xlsx", "ods", "odt"]


@dataclass(frozen=True)
class Heading:
    """A heading and where it stands.

    Arguments:
        level: 1 is the highest; a title has 1 as well.
        text: as it stands in the normalised text.
        start, end: code points of the normalised text, the end one past the last character.
    """

    level: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Field:
    """A question of a form and the answer to it.

    Arguments:
        label: the question as the form puts it.
        value: the answer; paragraphs are parted by an empty line, and it is empty where the
            form was left unanswered.
    """

    label: str
    value: str


class HeaderOrFooter(str):
    """What is left out because it stands on every page: a header, a footer, a page number."""


@dataclass(frozen=True, order=True)
class LeftOut:
    """Something that the document holds and the text does not.

    Arguments:
        what: in words, with the place: `header: word/header1.xml`, `page 3: page number`.
        characters: how many characters of the document that is; 0 where it holds none that
            can be counted, such as a picture.
        on_every_page: it is a header, a footer or a page number, which reports have.
        text: the beginning of what it says.
    """

    what: str
    characters: int = 0
    on_every_page: bool = field(default=False, compare=False)
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Coverage:
    """How much of the document came into the text, counted apart from the reader.

    A character is a code point that is neither blank nor a combining mark nor invisible, so that
    composed and decomposed letters count alike.

    Arguments:
        characters_present: in all parts of the file.
        characters_read: of these, found in the text.
        characters_unread: neither in the text nor left out by name. Anything but 0 means that
            the reader missed something.
        tables_present, tables_read: tables of the running text.
        left_out: what was left out on purpose.
        notes: what a reader of the text should know, in sentences.
    """

    characters_present: int
    characters_read: int
    characters_unread: int
    tables_present: int = 0
    tables_read: int = 0
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every character and table is in the text or left out by name."""
        return self.characters_unread == 0 and self.tables_present == self.tables_read


@dataclass(frozen=True)
class DocumentText:
    """A document, read.

    Arguments:
        kind: by its content, whatever its name says.
        text: normalised; positions anywhere in a study are code points of it.
        language: its code (ISO 639-1), `fi` for Finnish; empty where that is unsure.
        pages: start of each page in code points, never falling; None where the format has none.
        headings: in order of appearance.
        fields: questions and answers of the form, in order of appearance.
        file_sha256: of the file as received.
        text_sha256: of the text in UTF-8.
    """

    kind: Kind
    text: str
    language: str
    pages: tuple[int, ...] | None
    headings: tuple[Heading, ...]
    fields: tuple[Field, ...]
    coverage: Coverage
    file_sha256: str
    text_sha256: str

    def page_at(self, position: int) -> int | None:
        """The page, from 1, on which a position of the text stands; None without pages."""
        pages = self.pages
        return max(1, sum(start <= position for start in pages)) if pages else None


def from_plain(plain: dict[str, Any]) -> DocumentText:
    """The document that `asdict` and JSON made plain data of."""
    coverage = plain["coverage"]
    coverage |= {
        "left_out": tuple(LeftOut(**item) for item in coverage["left_out"]),
        "notes": tuple(coverage["notes"]),
    }
    plain |= {
        "pages": None if plain["pages"] is None else tuple(plain["pages"]),
        "headings": tuple(Heading(**item) for item in plain["headings"]),
        "fields": tuple(Field(**item) for item in plain["fields"]),
        "coverage": Coverage(**coverage),
    }
    return DocumentText(**plain)

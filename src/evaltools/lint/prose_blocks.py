"""Blocks of prose as a reader meets them: plain text, and what is in it that is no prose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PLACEHOLDER = "\ufffc"
"""Stands in the text for one piece that is not prose."""

PieceKind = Literal["code", "math", "raw", "image", "shortcode", "reference", "url"]


@dataclass(frozen=True)
class Piece:
    """Something in a block that is not prose.

    Arguments:
        at: where in the block's text its placeholder stands.
        kind: what it is; `reference` is a citation or cross-reference, `raw` what is written in
            the language of one format (`html`, `latex`).
        content: `var scope.reports`, `fig-challenges`, code, the target of an image, …
    """

    at: int
    kind: PieceKind
    content: str


@dataclass(frozen=True)
class Span:
    """Part of a block's text that has attributes, is a link or is emphasised.

    Arguments:
        start, end: where in the block's text, end exclusive.
        classes: of `{.quote .long}`; `link` and `emphasis` for those.
        attributes: key and value pairs.
    """

    start: int
    end: int
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The value of an attribute, None where it is not given."""
        return dict(self.attributes).get(name)


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, item or row of a table.

    Arguments:
        heading: its level where it is one, else 0.
        text: what a reader reads, a placeholder for each thing that is not prose.
        offsets: the place of each of its characters in the source.
        pieces, spans: in it.
        quotation: number of its block quotation in the source, 0 for none.
        identifiers: `sec-avustukset`, `tbl-calls`, … given to it or to something in it.
        within: classes of the fenced divisions around it.
        noted_at: where in the source the block stands that refers to the note it is part of;
            None for what is in no note.
        noted_in: the file of that place.
    """

    heading: int
    text: str
    offsets: tuple[int, ...]
    pieces: tuple[Piece, ...]
    spans: tuple[Span, ...]
    quotation: int
    identifiers: tuple[str, ...]
    within: tuple[str, ...] = ()
    noted_at: int | None = None
    noted_in: str = ""

    @property
    def shortcodes(self) -> tuple[Piece, ...]:
        """Quarto's shortcodes in it."""
        return tuple(piece for piece in self.pieces if piece.kind == "shortcode")

    @property
    def variables(self) -> tuple[tuple[str, Piece], ...]:
        """The variables in it, each with its place."""
        called = [(piece.content.split(), piece) for piece in self.shortcodes]
        return tuple((w[1], piece) for w, piece in called if len(w) == 2 and w[0] == "var")

    @property
    def embedded(self) -> tuple[tuple[str, int], ...]:
        """Labels of the notebook outputs that it shows, each with its place in the text."""
        return tuple(
            (piece.content.rpartition("#")[2].strip(), piece.at)
            for piece in self.shortcodes
            if piece.content.startswith("embed ") and "#" in piece.content
        )

    @property
    def references(self) -> tuple[Piece, ...]:
        """Citations and cross-references in it."""
        return tuple(piece for piece in self.pieces if piece.kind == "reference")

    def spans_at(self, at: int, *classes: str) -> tuple[Span, ...]:
        """The spans of one of the classes that cover a place in the text."""
        return tuple(
            span
            for span in self.spans
            if span.start <= at < span.end and any(name in classes for name in span.classes)
        )

"""Prose as a reader sees it, by pandoc's positions: blocks of plain text, each character with its
place in the source.

Marks vanish, things that are not prose become one placeholder, spans are kept with their
attributes. So a rule is a pattern over plain text, and its hits have exact lines and columns.
Pandoc reads CommonMark with positions; what Quarto adds to it (shortcodes, citations, metadata
between paragraphs) is masked before or read from the text after.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from typing import Any

from evaltools.lint.lexicon import common_words
from evaltools.lint.prose_blocks import PLACEHOLDER, Block, Piece, PieceKind, Span
from evaltools.processes import pandoc_program

_FILLER, _SHORTCODE = "\ue000", "\ue001"
"""Private characters: nothing that a reader sees; the first character of a shortcode."""

_PANDOC = (
    "-f",
    "commonmark_x+sourcepos-smart-emoji-alerts-yaml_metadata_block-gfm_auto_identifiers"
    "-implicit_header_references",
    "-t",
    "json",
)
_PATIENCE = 60
_TAB = 4

_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SHORT = re.compile(
    r"(?P<code>\{\{\{?<(?:(?!\{\{<|\n[ \t>]*\n)[\s\S]){0,2000}?>\}\}\}?)"
    r"|(?P<space>\\(?= ))"  # an escaped space, which CommonMark does not know
    r"|(?P<unnumbered>\{-\}(?=[ \t]*$)|(?<=[^\s{][ ])-(?=[^{}\n]{0,200}\}[ \t]*$)(?=[ }]))",
    re.MULTILINE,
)
_METADATA = re.compile(r"^---[ \t]*\n(?=[\w-]+[ \t]*:)", re.MULTILINE)
_METADATA_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_NOTE = re.compile(r"^[ ]{0,3}(\[\^[^\]\s]{1,99}\]):", re.MULTILINE)
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}|~{3,})")
_COMMENT = re.compile(r"<!--[\s\S]*?-->")
_TAGS = re.compile(
    r"<(?P<tag>style|script)\b[\s\S]*?</(?P=tag)\s*>|</?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>",
    re.IGNORECASE,
)
_HIDDEN_HTML = re.compile(rf"{_COMMENT.pattern}|{_TAGS.pattern}", re.IGNORECASE)
_LOCATOR = (
    rf",\s*(?:(?:{common_words('locators')})\.?\s*)?"
    r"[\divxlc]+(?:\s*[-–]\s*\d+)?(?=\s*[;\]])"
)
_SPECIAL = re.compile(
    rf"(?P<shortcode>{_SHORTCODE}(?:\s?{_FILLER}+)*)|(?P<filler>{_FILLER}+)"
    r"|(?P<url>(?:https?://|www\.|doi:)[^\s<>\[\]{}]+|\b10\.\d{4,9}/[^\s<>\[\]{}]+)"
    r"|(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
    r"|(?P<key>(?<![\w@])-?@(?P<name>\{[^{}\s]+\}|\w(?:\w|[:.#$%&+?<>~/-](?=\w))*)"
    rf"(?:{_LOCATOR})?)"
    r"|(?P<space>\s+)|(?P<invisible>[\u00ad\u200b\u2060\ufeff]+)"
)
_URL_TAIL = ".,;:!?)”\"'»"

_TEXT_ATTRIBUTE = re.compile(
    r"(?:aria-)?(?:title|alt|caption|description|summary|label)|filename|"
    r"[a-z]+-(?:alt|cap|scap|subcap|summary)"
)
"""Names of attributes that a reader meets as text: `title`, `fig-alt`, `code-summary`, …"""
_EMPHASES = {"Emph": "emphasis", "Strong": "strong"}


class UnreadableMarkdownError(ValueError):
    """Markdown that cannot be read, and why."""


def read_blocks(source: str) -> list[Block]:
    """The blocks of a markdown source, in the order in which a reader meets them.

    Raises:
        UnreadableMarkdownError: it is nested too deeply, or takes pandoc too long.
    """
    masked = _mask(source)
    # A note that nothing refers to is read as well: somebody may be about to.
    masked += f"\n\n{_FILLER}" + " ".join(dict.fromkeys(_NOTE.findall(masked)))
    for _ in range(3):
        reader = _Reader(source, masked)
        try:
            reader.read(_parse(masked), 0)
        except RecursionError:
            raise UnreadableMarkdownError("is nested too deeply to be read") from None
        if not reader.unclosed:
            break
        # Pandoc's own markdown prints a fence that is never closed; CommonMark takes all that
        # follows for code.
        for start, end in reader.unclosed:
            masked = masked[:start] + _FILLER * (end - start) + masked[end:]
    return reader.blocks


def _mask(source: str) -> str:
    """The source at the same length, with characters that no reader sees for what is not read."""

    def hide(found: re.Match[str]) -> str:
        if found["unnumbered"]:
            return " " if found[0] == "-" else _FILLER * len(found[0])
        first = _SHORTCODE if found["code"] else _FILLER
        return first + re.sub(r"[^\n]", _FILLER, found[0][1:])

    masked = _SHORT.sub(hide, _PRIVATE.sub("\ufffd", source))
    for start, end in metadata_places(masked):
        masked = masked[:start] + re.sub(r"[^\n]", " ", masked[start:end]) + masked[end:]
    return masked


def metadata_places(source: str) -> list[tuple[int, int]]:
    """Where blocks of metadata begin and end, at the head of a source and between paragraphs."""
    places = []
    at = 0
    while (found := _METADATA.search(source, at)) and (
        end := _METADATA_END.search(source, found.end())
    ):
        at = found.end()
        if not found.start() or source[: found.start()].endswith("\n\n"):
            at = end.end()
            places.append((found.start(), at))
    return places


def _parse(masked: str) -> list[dict[str, Any]]:
    command = [pandoc_program(), *_PANDOC, f"--tab-stop={_TAB}"]
    try:
        done = subprocess.run(
            command, input=masked.encode(), capture_output=True, timeout=_PATIENCE, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadableMarkdownError(f"pandoc cannot read it: {error}") from None
    blocks: list[dict[str, Any]] = json.loads(done.stdout)["blocks"]
    return blocks


class _Reader:
    """Turns pandoc's blocks into ours."""

    def __init__(self, source: str, masked: str) -> None:
        self.blocks: list[Block] = []
        self.unclosed: list[tuple[int, int]] = []
        self._source, self._masked = source, masked
        self._lines = [0, *(found.end() for found in re.finditer("\n", source))]
        self._tabbed = {n for n, line in enumerate(source.split("\n"), 1) if "\t" in line}
        self._quotations = 0
        self._within: tuple[str, ...] = ()
        self._notes: set[str] = set()
        self._noted_at: int | None = None

    def offset(self, line: int, column: int) -> int:
        """The place of a line and column as pandoc counts them, tabs taken for blanks."""
        if line > len(self._lines):
            return len(self._source)
        start = at = self._lines[line - 1]
        if line not in self._tabbed:
            return start + column - 1
        width = 0
        while at < len(self._source) and width < column - 1:
            width += _TAB - width % _TAB if self._source[at] == "\t" else 1
            at += 1
        return at

    def place(self, attributes: list[Any]) -> tuple[int, int] | None:
        """Where an element begins and ends; None where pandoc does not say."""
        written = dict(attributes[2]).get("data-pos")
        if not written:
            return None
        # `3:1-3:5`, or several of these with a semicolon between them.
        start, end = written.partition("-")[0], written.rpartition("-")[2]
        return self.offset(*map(int, start.split(":"))), self.offset(*map(int, end.split(":")))

    def read(self, blocks: list[dict[str, Any]], quotation: int, at: int = 0) -> None:
        """Go through blocks; `at` is where the element around them begins."""
        for block in blocks:
            kind, content = block["t"], block.get("c", [])
            if kind in ("Para", "Plain"):
                self._add(content, quotation)
            elif kind == "Header":
                self._add(content[2], quotation, content[0], content[1][0])
                self._add_attributes(content[1], self.place(content[1]), quotation)
            elif kind == "BlockQuote":
                if not quotation:
                    self._quotations += 1
                self.read(content, quotation or self._quotations, at)
            elif kind == "Div":
                place = self.place(content[0])
                around, self._within = self._within, (*self._within, *content[0][1])
                self._add_attributes(content[0], place, quotation)
                self.read(content[1], quotation, place[0] if place else at)
                self._within = around
                if place and content[1] and content[1][0]["t"] == "RawBlock":
                    self._add_html(*place, content[1][0]["c"][0], quotation)
            elif kind in ("BulletList", "OrderedList"):
                for item in content if kind == "BulletList" else content[1]:
                    self.read(item, quotation)
            elif kind == "DefinitionList":
                for term, definitions in content:
                    self._add(term, quotation)
                    for definition in definitions:
                        self.read(definition, quotation)
            elif kind == "Table":
                self._add_rows(content, quotation)
            elif kind == "RawBlock":
                self._add_raw(content[0], content[1], at, quotation)
            elif kind == "CodeBlock":
                self._look_for_end(content[0])
                self._add_attributes(content[0], self.place(content[0]), quotation)
                self._add_piece("code", content[1], self.place(content[0]), quotation)
            elif kind in ("Figure", "LineBlock"):
                inner = content[2] if kind == "Figure" else [{"t": "Para", "c": c} for c in content]
                self.read(inner, quotation, at)

    def _add_attributes(
        self, attributes: list[Any], place: tuple[int, int] | None, quotation: int
    ) -> None:
        """Titles, captions and alternative texts that are written as attributes."""
        for name, value in attributes[2]:
            if _TEXT_ATTRIBUTE.fullmatch(name) and place is not None:
                start = self._masked.find(value, *place)
                first = start if start >= 0 else place[0]
                offsets = [min(first + at, len(self._source) - 1) for at in range(len(value))]
                self._finish(_Flat([*value], offsets), quotation, False)

    def _add_raw(self, form: str, text: str, at: int, quotation: int) -> None:
        """The words of raw HTML in a fence; what one format alone prints is prose as well."""
        start = self._masked.find(text, at)
        if form != "html":
            self._add_piece("raw", f"{form}: {text}", (max(start, at), 0), quotation)
        elif start >= 0 and self._masked[at:start].lstrip(" \t>")[:1] in ("`", "~"):
            self._add_words_of_html(start, text, quotation)

    def _add_words_of_html(self, start: int, text: str, quotation: int) -> None:
        """The words between tags, and the whole as a piece: tags can show things as well."""
        # To look for the end of each of many comments without one takes their number squared.
        ended = "-->" in text
        if not (_COMMENT.sub("", text) if ended else text).strip(_FILLER + " \t\n>"):
            return
        hidden = _HIDDEN_HTML if ended else _TAGS
        shown = hidden.sub(lambda found: _FILLER * len(found[0]), text)
        flat = _Flat()
        flat.put_piece("raw", text.strip(), (start, start))
        flat.text += [*shown]
        flat.offsets += range(start, start + len(shown))
        self._finish(flat, quotation, 0)

    def _add_piece(
        self, kind: PieceKind, text: str, place: tuple[int, int] | None, quotation: int
    ) -> None:
        """A block that is no prose: a placeholder alone."""
        if place is not None and text.strip():
            flat = _Flat()
            flat.put_piece(kind, text, place)
            self._finish(flat, quotation, 0)

    def _add_rows(self, table: list[Any], quotation: int) -> None:
        rows = [*table[3][1], *(row for body in table[4] for row in (*body[2], *body[3]))]
        for _, cells in [*rows, *table[5][1]]:
            inlines = [b["c"] for cell in cells for b in cell[4] if b["t"] in ("Para", "Plain")]
            self._add([i for cell in inlines for i in (*cell, {"t": "Space"})][:-1], quotation)

    def _add_html(self, start: int, end: int, form: str, quotation: int) -> None:
        """The words between the tags of a block of HTML."""
        if form != "html" or self._masked[start:end].lstrip(" \t>")[:1] in ("`", "~"):
            return
        self._add_words_of_html(start, self._masked[start:end].rstrip(), quotation)

    def _look_for_end(self, attributes: list[Any]) -> None:
        if place := self.place(attributes):
            lines = self._masked[place[0] : place[1]].rstrip("\n").split("\n")
            if (fence := _FENCE.match(lines[0])) and not (
                len(lines) > 1 and re.fullmatch(rf"[ \t>]*{fence['mark']}+[ \t]*", lines[-1])
            ):
                start = place[0] + fence.start("mark")
                self.unclosed.append((start, start + len(fence["mark"])))

    def _add(
        self, inlines: list[Any], quotation: int, heading: int = 0, identifier: str = ""
    ) -> None:
        flat = _Flat(identifiers=[identifier] if identifier else [])
        self._flatten(inlines, flat, None)
        self._finish(flat, quotation, heading)
        for attributes, place in flat.attributes:
            self._add_attributes(attributes, place, quotation)
        around = self._noted_at
        for note in flat.notes:
            self._noted_at = self._place_of_note(flat) if around is None else around
            self.read(note, quotation)
        self._noted_at = around

    def _place_of_note(self, flat: _Flat) -> int | None:
        """Where the block begins that refers to a note; of notes alone, where the last one did."""
        shown = zip(flat.text, flat.offsets, strict=True)
        before = self.blocks[-1].offsets[0] if self.blocks else None
        return next((offset for character, offset in shown if character != " "), before)

    def _flatten(self, inlines: list[Any], flat: _Flat, around: tuple[int, int] | None) -> None:
        """The characters of inline elements; `around` is where the element around them stands."""
        for inline in inlines:
            kind, content = inline["t"], inline.get("c", [])
            if kind == "Str":
                flat.put(content, around, self._masked)
            elif kind in ("Space", "SoftBreak", "LineBreak"):
                flat.put(" ", around, self._masked)
            elif kind in ("Span", "Link", "Image"):
                self._flatten_span(kind, content, flat)
            elif kind in ("Code", "Math"):
                place = (self.place(content[0]) if kind == "Code" else None) or around
                flat.put_piece("code" if kind == "Code" else "math", content[1], place)
                if kind == "Code" and content[0][0]:
                    flat.identifiers.append(content[0][0])
            elif kind == "RawInline":
                if content[0] != "html" or _COMMENT.sub("", content[1]).strip():
                    flat.put_piece("raw", content[1], around)
                if content[0] == "html" and (words := _HIDDEN_HTML.sub("", content[1]).strip()):
                    flat.put(words, around, self._masked)
            elif kind == "Note":
                if (key := json.dumps(content)) not in self._notes:
                    self._notes.add(key)
                    flat.notes.append(content)
            else:
                start = len(flat.text)
                self._flatten(content, flat, around)
                if kind in _EMPHASES:
                    flat.spans.append(Span(start, len(flat.text), (_EMPHASES[kind],)))

    def _flatten_span(self, kind: str, content: list[Any], flat: _Flat) -> None:
        (identifier, classes, pairs), inner = content[0], content[1]
        place, start = self.place(content[0]), len(flat.text)
        wrapper = kind == "Span" and bool(pairs) and pairs[0][0] == "wrapper"
        if wrapper and len(pairs) == 2 and not classes and inner[0]["t"] in ("Str", "Space"):
            flat.put(inner[0].get("c", " "), place, self._masked)
            if identifier:
                flat.identifiers.append(identifier)
            return
        if identifier:
            flat.identifiers.append(identifier)
        flat.attributes.append((content[0], place))
        if kind == "Image":
            flat.put_piece("image", content[2][0], place)
        if kind == "Link" and place and self._masked[place[0] : place[0] + 1] == "<":
            flat.put_piece("url", content[2][0], place)
            return
        self._flatten(inner, flat, place)
        if kind != "Span" and content[2][1]:  # [text](target "title")
            flat.put_piece("raw", content[2][1], place)
        named = tuple((key, value) for key, value in pairs if key not in ("wrapper", "data-pos"))
        if wrapper and not classes and not named:
            return
        link = ("link",) if kind != "Span" else ()
        flat.spans.append(Span(start, len(flat.text), (*classes, *link), named))

    def _finish(self, flat: _Flat, quotation: int, heading: int) -> None:
        """Read from the characters what pandoc's CommonMark does not know."""
        if flat.text[:2] == [":", " "]:
            del flat.text[:2], flat.offsets[:2]  # the caption of a table
            flat.pieces = {at - 2: piece for at, piece in flat.pieces.items()}
            flat.spans = [
                Span(max(s.start - 2, 0), max(s.end - 2, 0), s.classes, s.attributes)
                for s in flat.spans
            ]
        characters = "".join(flat.text)
        text: list[str] = []
        offsets: list[int] = []
        pieces: list[Piece] = []
        moved = [0] * (len(characters) + 1)

        def copy(start: int, end: int) -> None:
            for at in range(start, end):
                moved[at] = len(text)
                if at in flat.pieces:
                    pieces.append(Piece(len(text), *flat.pieces[at]))
                text.append(characters[at])
                offsets.append(flat.offsets[at])

        def put(shown: str, found: re.Match[str], end: int) -> int:
            moved[found.start() : end] = [len(text)] * (end - found.start())
            if shown:
                text.append(shown)
                offsets.append(flat.offsets[found.start()])
            return end

        at = 0
        while found := _SPECIAL.search(characters, at):
            copy(at, found.start())
            kind, end = str(found.lastgroup), found.end()
            if found["key"]:
                kind = "reference"
            if kind in ("filler", "invisible", "space"):
                at = put(" " if kind == "space" else "", found, end)
                continue
            content = found["name"].strip("{}") if kind == "reference" else found[0]
            if kind == "shortcode":
                place = flat.offsets[found.start()]
                content = self._shortcode(place)
                if self._source.startswith("{{{", place):  # stands there as it is written
                    kind = "code"
            elif kind == "url":
                content = content.rstrip(_URL_TAIL)
                end = found.start() + len(content)
            pieces.append(Piece(len(text), "url" if kind == "email" else kind, content))  # type: ignore[arg-type]
            at = put(PLACEHOLDER, found, end)
        copy(at, len(characters))
        moved[-1] = len(text)
        if not text or offsets[0] >= len(self._source):
            return
        spans = tuple(
            Span(moved[s.start], moved[s.end], s.classes, s.attributes) for s in flat.spans
        )
        self.blocks.append(
            Block(heading, "".join(text), tuple(offsets), tuple(pieces), spans, quotation,
                  tuple(flat.identifiers), self._within, self._noted_at)
        )  # fmt: skip

    def _shortcode(self, start: int) -> str:
        found = _SHORT.match(self._source, start)
        return found[0].strip("{<>}").strip() if found else ""


@dataclass
class _Flat:
    """The characters of a block before citations and shortcodes are read from them."""

    text: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    pieces: dict[int, tuple[PieceKind, str]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    attributes: list[tuple[list[Any], tuple[int, int] | None]] = field(default_factory=list)

    def put(self, shown: str, place: tuple[int, int] | None, masked: str) -> None:
        """Characters that stand at a place; behind the last one where pandoc names none."""
        start, end = place or (self.offsets[-1] + 1 if self.offsets else 0,) * 2
        self.text.extend(shown)
        if end - start == len(shown):
            self.offsets.extend(range(start, end))
        else:  # an entity, or an escape
            self.offsets.extend([start + (masked[start : start + 1] == "\\")] * len(shown))

    def put_piece(self, kind: PieceKind, content: str, place: tuple[int, int] | None) -> None:
        """A placeholder for something that is not prose."""
        self.pieces[len(self.text)] = kind, content
        self.put(PLACEHOLDER, (place[0], place[0]) if place else None, "")

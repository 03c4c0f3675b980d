"""An ODT package taken apart: its running text, and by name everything else that holds text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents.blocks import Block, Cell, Paragraph, Table, flat, told
from evaltools.documents.odf.content import body, chain, inline, margins, styles, texts
from evaltools.documents.packages import Package, children, local, value
from evaltools.documents.source import Source

CHECKED, UNCHECKED = "☒", "☐"
_LONGEST_LABEL = 300
_MOST_REPEATED = 100
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_HEADING = re.compile(r"(?:heading|otsikko|rubrik)(?:_20_|\s)*([1-9])", re.IGNORECASE)
_INDEXES = frozenset(
    [
        "table-of-content",
        "alphabetical-index",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
        "bibliography",
    ]
)
_ASIDE = {
    "annotation": "comment",
    "annotation-end": "comment",
    "tracked-changes": "tracked deletion",
    "forms": "form controls that are not placed in the text",
    "desc": "description of a picture",
    "title": "title of a picture",
    "ruby-text": "reading above a word",
    "note-citation": "number of a note",
}


@dataclass
class _Reader:
    """Walks the text; what it meets beside it is kept here."""

    styles: dict[str, etree._Element]
    controls: dict[str, etree._Element]
    left_out: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    given: list[str] = field(default_factory=list)  # text of controls, which is in attributes
    pictures: int = 0
    tables: int = 0

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        for node in parent:
            name = local(node)
            if name in ("p", "h"):
                yield from self._paragraph(node, name)
            elif name == "table":
                self.tables += 1
                yield Table(tuple(self._row(row) for row in _rows(node)))
            elif name in _INDEXES:
                self._leave("table of contents or index", node)
            elif name == "section" and value(node, "display") == "none":
                self._leave("hidden section", node)
            elif name in _ASIDE:
                self._leave(_ASIDE[name], node)
            elif name == "frame":
                yield from self._frame(node)
            elif name not in ("sequence-decls", "variable-decls", "user-field-decls"):
                yield from self.blocks(node)

    def _paragraph(self, node: etree._Element, name: str) -> Iterator[Block]:
        boxes: list[etree._Element] = []
        text = inline(node, lambda inner: self._special(inner, boxes))
        yield Paragraph(text, self._level(node, name))
        for box in boxes:
            yield from self._frame(box)

    def _special(self, node: etree._Element, boxes: list[etree._Element]) -> str | None:
        name = local(node)
        if name == "note":
            for inside in node:
                if local(inside) == "note-body":
                    self.notes.extend(self.blocks(inside))
                else:
                    self._leave("number of a note", inside)
            return ""
        if name in _ASIDE:
            self._leave(_ASIDE[name], node)
            return ""
        if name == "hidden-paragraph" and value(node, "is-hidden") == "true":
            self._leave("hidden text", node)
            return ""
        if name == "frame" or name == "custom-shape":
            boxes.append(node)
            return ""
        if name == "control":
            return self._control(value(node, "control"))
        if name == "placeholder":
            self._leave("prompt of an unanswered field", node)
            return ""
        return None

    def _frame(self, node: etree._Element) -> Iterator[Block]:
        for inside in node:
            if local(inside) in ("image", "object"):
                self.pictures += 1
                self._leave("text in a picture or object", inside)
            elif local(inside) in _ASIDE:
                self._leave(_ASIDE[local(inside)], inside)
            elif local(inside) in ("p", "h", "table", "list"):
                holder = [inside]
                yield from self.blocks(holder)  # type: ignore[arg-type]
            else:
                yield from self.blocks(inside)

    def _control(self, identifier: str) -> str:
        control = self.controls.get(identifier)
        if control is None:
            return ""
        label = value(control, "title") or value(control, "label") or value(control, "name")
        if local(control) in ("checkbox", "radio"):
            state = value(control, "current-state") or value(control, "current-selected")
            answer = CHECKED if state in ("checked", "true") else UNCHECKED
            caption = value(control, "label")
            shown = f"{answer} {caption}".strip()
        elif local(control) in ("fixed-text", "button"):
            return self._give(value(control, "label"))
        else:
            answer = value(control, "current-value") or value(control, "value")
            shown = answer
        if label:
            self.fields.append((label, answer))
        return self._give(shown)

    def _give(self, text: str) -> str:
        self.given.append(text)
        return text

    def _row(self, row: etree._Element) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        before = len(self.fields)
        for node in row:
            if local(node) == "table-cell":
                repeated = value(node, "number-columns-repeated")
                blocks = tuple(self.blocks(node))
                count = int(repeated) if repeated.isdecimal() and not told(blocks) else 1
                cells.extend([blocks] * min(count, _MOST_REPEATED))
            elif local(node) == "covered-table-cell" and told(tuple(self.blocks(node))):
                cells.append(tuple(self.blocks(node)))
        if len(cells) == 2 and not any(isinstance(b, Table) for cell in cells for b in cell):
            label = flat(told(cells[0]))
            if 0 < len(label) <= _LONGEST_LABEL:
                del self.fields[before:]
                self.fields.append((label, told(cells[1])))
        return tuple(cells)

    def _level(self, node: etree._Element, name: str) -> int:
        if name == "h":
            level = value(node, "outline-level")
            return min(int(level), 9) if level.isdecimal() and int(level) else 1
        for style in chain(value(node, "style-name"), self.styles):
            level = value(style, "default-outline-level")
            if level.isdecimal() and int(level):
                return int(level)
            named = value(style, "display-name") or value(style, "name")
            if heading := _HEADING.fullmatch(named):
                return int(heading[1])
            if _TITLE.fullmatch(named):
                return 1
        return 0

    def _leave(self, what: str, node: etree._Element) -> None:
        self.left_out.extend((what, text) for text in texts(node))


def read(package: Package) -> Source:
    """Read an ODT package.

    The running text is the body with its text frames, then notes in the order of the text.
    Headers, footers, comments, deletions, hidden text, indexes and unanswered prompts are left
    out by name.
    """
    root, inside = body(package, "text")
    controls = {
        value(node, "id"): node
        for forms in children(inside, "forms")
        for node in forms.iter()
        if value(node, "id")
    }
    reader = _Reader(styles(package, root), controls)
    blocks = [*reader.blocks(inside), *reader.notes]
    aside = list(margins(package))
    notes = []
    if reader.pictures:
        notes.append(f"Pictures and objects in the text: {reader.pictures}; they are not read.")
    return Source(
        blocks=tuple(blocks),
        fields=tuple(reader.fields),
        present=(*texts(inside), *reader.given, *(text for _, text in aside)),
        left_out=(*reader.left_out, *aside),
        tables=_tables(inside),
        notes=tuple(notes),
    )


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for node in table:
        if local(node) == "table-row":
            yield node
        elif local(node) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(node)


def _tables(inside: etree._Element) -> int:
    """Tables of the text, counted from the XML."""
    hidden = {*_INDEXES, "tracked-changes", "annotation", "object"}
    return sum(
        local(node) == "table" and not any(local(a) in hidden for a in node.iterancestors())
        for node in inside.iter()
    )

"""An ODT package taken apart: its running text, and by name everything else that holds text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from lxml import etree

from evaltools.documents.blocks import (
    Block,
    Cell,
    DocumentContent,
    Paragraph,
    Table,
    check_sign,
    row_answers,
    to_text,
)
from evaltools.documents.limits import Limits
from evaltools.documents.odf import content
from evaltools.documents.superscripts import shift
from evaltools.documents.zip_package import (
    Package,
    attribute_value,
    children,
    count_outside,
    local_name,
)

_MOST_REPEATED = 100
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_HEADING = re.compile(r"(?:heading|otsikko|rubrik)(?:_20_|\s)*([1-9])", re.IGNORECASE)
_INDEXES = frozenset((
    "table-of-content", "alphabetical-index", "illustration-index", "table-index", "object-index",
    "user-index", "bibliography",
))  # fmt: skip
_WITHOUT_TABLES = _INDEXES | {"tracked-changes", "annotation", "object"}
_ASIDE = {
    "annotation": "comment", "annotation-end": "comment", "tracked-changes": "tracked deletion",
    "forms": "form controls that are not placed in the text", "desc": "description of a picture",
    "title": "title of a picture", "ruby-text": "reading above a word",
}  # fmt: skip


@dataclass
class _Reader:
    """Walks the text; what it meets beside it is kept here."""

    looks: content.LookTable
    controls: dict[str, etree._Element]
    left_out: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    given: list[str] = field(default_factory=list)  # text of controls, which is in attributes
    pictures: int = 0

    def __post_init__(self) -> None:
        self._boxes: list[etree._Element] = []
        self._look: content.Look = self.looks.plain
        self.inline = content.Inline(self.looks, self.left_out, self._special)

    def blocks(self, nodes: Iterable[etree._Element]) -> Iterator[Block]:
        for node in nodes:
            name = local_name(node)
            if name in ("p", "h"):
                yield from self._paragraph(node, name)
            elif name == "table":
                with self._within(attribute_value(node, "style-name")):
                    yield Table(tuple(self._row(row) for row, _ in content.table_rows(node)))
            elif name in _INDEXES:
                self._leave("table of contents or index", node)
            elif name == "section" and _is_hidden_section(node):
                self._leave("hidden section", node)
            elif name in _ASIDE:
                self._leave(_ASIDE[name], node)
            elif name == "frame":
                yield from self._frame(node)
            elif name not in ("sequence-decls", "variable-decls", "user-field-decls"):
                yield from self.blocks(node)

    def _paragraph(self, node: etree._Element, name: str) -> Iterator[Block]:
        if any(_hides(inside, node) for inside in node.iter()):
            self._leave("hidden text", node)
            return
        before, self._boxes = self._boxes, []
        text = self.inline.text(node, self._look)
        boxes, self._boxes = self._boxes, before
        yield Paragraph(text, self._level(node, name))
        with self._within("", coloured=True):  # what fills a box is not known
            for box in boxes:
                yield from self._frame(box)

    @contextmanager
    def _within(self, *names: str, coloured: bool = False) -> Iterator[None]:
        """Read what stands inside of something with these styles."""
        before = self._look
        plain = self.looks.plain
        if coloured or any(self.looks.within(plain, name).coloured for name in names):
            self._look = replace(before, coloured=True)
        yield
        self._look = before

    def _note(self, node: etree._Element) -> str:
        """The mark of a note; the note itself is kept for the end."""
        mark = shift(
            "".join(t for c in children(node, "note-citation") for t in content.texts(c)), 1
        )
        for inside in children(node, "note-body"):
            first, *others = [*self.blocks(inside)] or [Paragraph("")]
            if isinstance(first, Paragraph) and mark:
                first = Paragraph(f"{mark} {first.text}", first.level)
            self.notes.extend((first, *others))
        return mark

    def _special(self, node: etree._Element) -> str | None:
        name = local_name(node)
        if name == "note":
            return self._note(node)
        if name == "control":
            return self._control(attribute_value(node, "control"))
        if name in ("frame", "custom-shape"):
            self._boxes.append(node)
        elif name in _ASIDE:
            self._leave(_ASIDE[name], node)
        elif name == "placeholder":
            self._leave("prompt of an unanswered field", node)
        else:
            return None
        return ""

    def _frame(self, node: etree._Element) -> Iterator[Block]:
        for inside in node:
            name = local_name(inside)
            if name in ("image", "object"):
                self.pictures += 1
                self._leave("text in a picture or object", inside)
            elif name in _ASIDE:
                self._leave(_ASIDE[name], inside)
            else:
                yield from self.blocks([inside] if name in ("p", "h", "table", "list") else inside)

    def _control(self, identifier: str) -> str:
        control = self.controls.get(identifier)
        if control is None:
            return ""

        def stated(*names: str) -> str:
            return next(filter(None, (attribute_value(control, name) for name in names)), "")

        kind = local_name(control)
        if kind in ("fixed-text", "button"):
            shown = stated("label")
        else:
            answer = shown = stated("current-value", "value")
            if kind in ("checkbox", "radio"):
                state = stated("current-state", "current-selected")
                answer = check_sign(state in ("checked", "true"))
                shown = f"{answer} {stated('label')}".strip()
            if label := stated("title", "label", "name"):
                self.fields.append((label, answer))
        self.given.append(shown)
        return shown

    def _row(self, row: etree._Element) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        before = len(self.fields)
        row_style = attribute_value(row, "style-name")
        for node in row:
            if local_name(node) == "table-cell":
                repeated = attribute_value(node, "number-columns-repeated")
                with self._within(row_style, attribute_value(node, "style-name")):
                    blocks = tuple(self.blocks(node))
                count = int(repeated) if repeated.isdecimal() and not to_text(blocks) else 1
                cells.extend([blocks] * min(count, _MOST_REPEATED))
            elif local_name(node) == "covered-table-cell" and to_text(tuple(self.blocks(node))):
                cells.append(tuple(self.blocks(node)))
        if answers := row_answers(cells):
            self.fields[before:] = answers
        return tuple(cells)

    def _level(self, node: etree._Element, name: str) -> int:
        if name == "h":
            level = attribute_value(node, "outline-level")
            return min(int(level), 9) if level.isdecimal() and int(level) else 1
        for style in content.style_chain(attribute_value(node, "style-name"), self.looks.known):
            level = attribute_value(style, "default-outline-level")
            if level.isdecimal() and int(level):
                return int(level)
            named = attribute_value(style, "display-name") or attribute_value(style, "name")
            if heading := _HEADING.fullmatch(named):
                return int(heading[1])
            if _TITLE.fullmatch(named):
                return 1
        return 0

    def _leave(self, what: str, node: etree._Element) -> None:
        self.left_out.extend((what, text) for text in content.texts(node))


def read(package: Package, limits: Limits) -> DocumentContent:
    """Read an ODT package.

    The running text is the body with its text frames, then notes in the order of the text.
    Headers, footers, comments, deletions, hidden text, indexes and unanswered prompts are left
    out by name.
    """
    root, inside = content.find_body(package, "text")
    controls = {
        attribute_value(node, "id"): node
        for forms in children(inside, "forms")
        for node in forms.iter()
        if attribute_value(node, "id")
    }
    reader = _Reader(content.LookTable(package, root), controls)
    blocks = [*reader.blocks(inside), *reader.notes]
    aside = list(content.margins(package))
    notes = []
    if reader.pictures:
        notes.append(f"Pictures and objects in the text: {reader.pictures}; they are not read.")
    return DocumentContent(
        blocks=tuple(blocks),
        fields=tuple(reader.fields),
        present=(*content.texts(inside), *reader.given, *(text for _, text in aside)),
        left_out=(*reader.left_out, *aside),
        tables=count_outside(inside, "table", _WITHOUT_TABLES),
        notes=(*notes, *reader.inline.symbols.sentences),
        replaced=tuple(reader.inline.symbols.replaced),
    )


def _is_hidden_section(node: etree._Element) -> bool:
    display, hidden = attribute_value(node, "display"), attribute_value(node, "is-hidden")
    return display == "none" or (display == "condition" and hidden == "true")


def _hides(node: etree._Element, paragraph: etree._Element) -> bool:
    """Whether it is a field that hides the paragraph that it stands in, and that is this one."""
    if local_name(node) != "hidden-paragraph" or attribute_value(node, "is-hidden") != "true":
        return False
    return next((a for a in node.iterancestors() if local_name(a) in ("p", "h")), None) is paragraph

"""The structure that a tagged PDF carries: which content is a heading, a paragraph, a cell.

Office programs write it for readers with assistive technology, and the law asks public bodies
for it; where it is there and sound, nothing needs to be guessed from the layout.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from evaltools.documents.blocks import Block, Table
from evaltools.documents.pdf.characters import Glyph, PageContent
from evaltools.documents.pdf.lines import Line, lines_by_position, lines_in_order
from evaltools.documents.pdf.paragraphs import (
    PdfContent,
    WordList,
    join_lines,
    make_paragraphs,
    measure_typography,
)

_DEEPEST = 60
_INLINE = frozenset((
    "Span", "Em", "Strong", "Link", "Reference", "Quote", "Code", "BibEntry", "Annot", "Ruby", "RB",
    "RT", "RP", "Warichu", "WT", "WP", "Sub", "Lbl", "Formula", "Form",
))  # fmt: skip
_OF_TEXT = _INLINE | {"P", "TD", "TH", "LBody", "Caption", "NonStruct"}
_HEADINGS = {"Title": 1, "H": 1, **{f"H{level}": level for level in range(1, 10)}}
_LEFT_OUT = {"TOC": "table of contents", "TOCI": "table of contents", "Artifact": "artifact"}
_NOTES = frozenset(("Note", "FENote"))
_CELLS = frozenset(("TD", "TH"))
_UNMARKED = 0.02  # share of characters that the structure may miss before it is not believed
_LOWER_CASE = 0.25  # share of paragraphs that may begin in the middle of a sentence
_LONGEST = 80  # lines; a "paragraph" that is longer is a page that somebody marked as one


Mark = tuple[int, int]
"""Page and number of marked content."""


@dataclass
class Node:
    """An element of the structure, and what is inside of it in reading order."""

    role: str  # standard name, such as P, H1, Table, TR, TD
    inside: list[Node | Mark] = field(default_factory=list)

    def marks(self) -> Iterator[Mark]:
        """All content below, in reading order."""
        for item in self.inside:
            if isinstance(item, Node):
                yield from item.marks()
            else:
                yield item


def read_tree(pdf: pikepdf.Pdf) -> Node | None:
    """Read the structure tree; None where the file has none or a broken one."""
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, pikepdf.Dictionary) or "/K" not in root:
        return None
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    seen: set[tuple[int, int]] = set()

    def walk(item: Any, parent: Node, page: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise RecursionError("the structure is deeper than any document's")
        if isinstance(item, pikepdf.Array):
            for one in item:
                walk(one, parent, page, depth + 1)
        elif isinstance(item, int):
            parent.inside.append((page, int(item)))
        elif isinstance(item, pikepdf.Dictionary):
            own = item.get("/Pg")
            page = pages.get(own.objgen, page) if own is not None else page
            kind = item.get("/Type")
            if kind == "/MCR":
                if isinstance(item.get("/MCID"), int):
                    parent.inside.append((page, int(item["/MCID"])))
            elif kind != "/OBJR" and not (item.is_indirect and item.objgen in seen):
                if item.is_indirect:
                    seen.add(item.objgen)
                node = Node(_role(item, root.get("/RoleMap")))
                parent.inside.append(node)
                if "/K" in item:
                    walk(item.get("/K"), node, page, depth + 1)

    top = Node("Document")
    try:
        walk(root.get("/K"), top, 0, 0)
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError):
        return None
    return top if next(top.marks(), None) else None


def _role(item: Any, roles: Any) -> str:
    name = str(item.get("/S", "/Span"))
    for _ in range(5):
        standard = roles.get(name) if isinstance(roles, pikepdf.Dictionary) else None
        if standard is None or name.lstrip("/") in {*_HEADINGS, *_CELLS, "P", "Table", "TR"}:
            break
        name = str(standard)
    return name.lstrip("/")


def _is_inline(node: Node, parent: Node) -> bool:
    """Whether a node is part of a paragraph; browsers write superscripts as NonStruct in one."""
    if node.role == "NonStruct":
        return parent.role in _OF_TEXT or parent.role in _HEADINGS
    return node.role in _INLINE


def is_sound(tree: Node, pages: Sequence[PageContent]) -> bool:
    """Whether the structure covers the text and its paragraphs look like paragraphs."""
    index = _index(pages)
    marked = set(tree.marks())
    ink = {mark: sum(bool(g.text.strip()) for g in glyphs) for mark, glyphs in index.items()}
    total = sum(ink.values())
    missed = sum(count for mark, count in ink.items() if mark not in marked)
    if not total or missed > _UNMARKED * total:
        return False
    plain = [lines for lines in _paragraph_lines(tree, index) if lines]
    lower = sum(lines[0].text.lstrip()[:1].islower() for lines in plain)
    return bool(plain) and lower <= _LOWER_CASE * len(plain) and max(map(len, plain)) <= _LONGEST


def read(tree: Node, pages: Sequence[PageContent], words: WordList) -> PdfContent:
    """Read the blocks of a structure, and after them what stands neither in it nor aside."""
    walker = _Walker(_index(pages), words)
    walker.walk(tree)
    walker.flush()
    content = walker.result
    content.blocks.extend(walker.notes)
    marked = set(tree.marks())
    for page in pages:
        content.leave_artifacts(page)
        unmarked = (g for g in page.glyphs if (page.number, g.mark) not in marked)
        rest = lines_by_position((g for g in unmarked if not g.artifact), page.number)
        content.blocks.extend(make_paragraphs(rest, measure_typography(rest), words))
    return content


class _Walker:
    """Gathers content until a block begins or ends."""

    def __init__(self, index: dict[Mark, list[Glyph]], words: WordList) -> None:
        self._index = index
        self._words = words
        self._pending: list[Mark] = []
        self._label = False  # what is pending is the label of a list item
        self.result = PdfContent()
        self.notes: list[Block] = []

    def walk(self, node: Node, level: int = 0) -> None:
        for item in node.inside:
            if not isinstance(item, Node):
                self._pending.append(item)
                self._label = False
            elif what := _LEFT_OUT.get(item.role):
                for mark in item.marks():
                    text = "".join(g.text for g in self._index.get(mark, ()))
                    self.result.left_out.append((what, text))
            elif item.role in _NOTES:
                self.notes.extend(self._apart(item))
            elif item.role == "Table":
                self.flush(level)
                self._table(item)
            elif _is_inline(item, node):
                label = item.role == "Lbl" and not self._pending
                self.walk(item, level)
                self._label = label
            else:
                if not self._label:
                    self.flush(level)
                inner = _HEADINGS.get(item.role, 0)
                self.walk(item, inner)
                self.flush(inner)

    def flush(self, level: int = 0) -> None:
        lines = _lines(self._pending, self._index)
        self._pending, self._label = [], False
        if lines:
            self.result.blocks.append(join_lines(lines, self._words, level))

    def _apart(self, node: Node) -> list[Block]:
        """Blocks of a node that stands apart from what is being gathered."""
        inner = _Walker(self._index, self._words)
        inner.walk(node)
        inner.flush()
        self.notes.extend(inner.notes)
        self.result.left_out.extend(inner.result.left_out)
        return inner.result.blocks

    def _table(self, node: Node) -> None:
        for item in node.inside:
            if isinstance(item, Node) and item.role == "Caption":
                self.result.blocks.extend(self._apart(item))
        rows = []
        for row in _rows(node):
            cells = (one for one in row.inside if isinstance(one, Node) and one.role in _CELLS)
            rows.append(tuple(tuple(self._apart(cell)) for cell in cells))
        self.result.blocks.append(Table(tuple(rows)))


def _rows(node: Node) -> Iterator[Node]:
    for item in node.inside:
        if isinstance(item, Node):
            if item.role == "TR":
                yield item
            elif item.role in ("THead", "TBody", "TFoot"):
                yield from _rows(item)


def _index(pages: Sequence[PageContent]) -> dict[Mark, list[Glyph]]:
    index: dict[Mark, list[Glyph]] = {}
    for page in pages:
        for glyph in page.glyphs:
            if not glyph.artifact:
                index.setdefault((page.number, glyph.mark), []).append(glyph)
    return index


def _lines(marks: Iterable[Mark], index: dict[Mark, list[Glyph]]) -> list[Line]:
    """Lines of content, page by page."""
    lines: list[Line] = []
    for page, group in itertools.groupby(marks, key=lambda mark: mark[0]):
        glyphs = (glyph for mark in group for glyph in index.get(mark, ()))
        lines.extend(lines_in_order(glyphs, page))
    return lines


def _paragraph_lines(node: Node, index: dict[Mark, list[Glyph]]) -> Iterator[list[Line]]:
    if node.role == "P":
        yield _lines(node.marks(), index)
        return
    for item in node.inside:
        if isinstance(item, Node):
            yield from _paragraph_lines(item, index)

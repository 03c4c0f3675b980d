"""A DOCX package taken apart: its running text, and by name everything else that holds text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from lxml import etree

from evaltools.documents import limits as guard
from evaltools.documents.blocks import (
    Block,
    Cell,
    DocumentContent,
    Paragraph,
    Table,
    row_answers,
    to_text,
)
from evaltools.documents.limits import Limits
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.word import inline_text
from evaltools.documents.word.styles import (
    Styles,
    Surroundings,
    box_fill,
    fill,
    is_hidden_row,
    page_size,
    read_theme,
)
from evaltools.documents.zip_package import (
    Package,
    attribute_value,
    children,
    count_outside,
    first,
    local_name,
)

_MAIN = "word/document.xml"
_OTHER_PARTS = (
    (r"word/header\d*\.xml", HeaderOrFooter("header")),
    (r"word/footer\d*\.xml", HeaderOrFooter("footer")),
    (r"word/comments\w*\.xml", "comment"),
    (r"word/glossary/.*\.xml", "building blocks of the template"),
    (r"word/(diagrams|charts|drawings)/.*\.xml", "text in a diagram or chart"),
    (r"word/.*\.xml", "other part of the package"),
)


def read(package: Package, limits: Limits) -> DocumentContent:
    """Read a DOCX package.

    The running text is the body with its text boxes, then footnotes and endnotes in the order in
    which the text refers to them. Headers, footers, comments, deletions, struck and unseen text,
    tables of contents and prompts of unanswered fields are left out by name.
    """
    main = _main_part(package)
    folder = main.rpartition("/")[0]

    def part(name: str) -> etree._Element | None:
        path = f"{folder}/{name}.xml"
        return package.parse(path) if path in package else None

    root = package.parse(main)
    styles = Styles(part("styles"), read_theme(part("theme/theme1")), page_size(root))
    # As Word numbers notes where the document does not say.
    settings, usual = part("settings"), {"footnote": "decimal", "endnote": "lowerRoman"}
    numbering = {
        kind: attribute_value(first(settings, f"{kind}Pr", "numFmt")) or numerals
        for kind, numerals in usual.items()
    }
    beside = inline_text.SideContent(codes=inline_text.find_codes(root), numbering=numbering)
    body = Body(styles, beside)
    inside = first(root, "body")
    if inside is None:
        raise guard.broken(f"its part {main} has no body")
    blocks: list[Block] = list(body.blocks(inside))
    roots = {main: root}
    for kind in usual:
        notes = part(f"{kind}s")
        if notes is not None:
            roots[f"{folder}/{kind}s.xml"] = notes
            beside.codes |= inline_text.find_codes(notes)
            blocks.extend(_notes(notes, kind, body, beside))
    present = [text for part_root in roots.values() for text in inline_text.texts(part_root)]
    for name in package.names:
        what = next((w for pattern, w in _OTHER_PARTS if re.fullmatch(pattern, name)), "")
        if what and name not in roots:
            sentences = list(inline_text.texts(package.parse(name)))
            present.extend(sentences)
            beside.left_out.extend((type(what)(f"{what}: {name}"), text) for text in sentences)
        elif re.fullmatch(r"word/embeddings/.+", name):
            beside.left_out.append((f"embedded file: {name}", ""))
    return DocumentContent(
        blocks=tuple(blocks),
        fields=tuple(beside.fields),
        present=tuple(present),
        left_out=tuple(beside.left_out),
        # Not those in second copies and deletions.
        tables=sum(
            count_outside(r, "tbl", ("Fallback", "del", "moveFrom")) for r in roots.values()
        ),
        notes=tuple(_sentences(beside)),
        replaced=tuple(beside.symbols.replaced),
    )


def _main_part(package: Package) -> str:
    """The part that the package names as its document."""
    if "_rels/.rels" in package:
        for relation in children(package.parse("_rels/.rels"), "Relationship"):
            target = attribute_value(relation, "Target").lstrip("/")
            if attribute_value(relation, "Type").endswith("/officeDocument") and target in package:
                return target
    if _MAIN not in package:
        raise guard.broken(f"its part {_MAIN} is missing")
    return _MAIN


def _notes(
    root: etree._Element, kind: str, body: Body, beside: inline_text.SideContent
) -> Iterator[Block]:
    known = {attribute_value(note, "id"): note for note in children(root, kind)}
    referenced = dict.fromkeys(number for of, number in beside.notes if of == kind)
    for number in referenced:
        if number in known:
            yield from body.note(kind, number, known[number])
    for number, note in known.items():
        if number not in referenced:
            beside.leave_out(f"{kind} that nothing refers to", note)


def _sentences(beside: inline_text.SideContent) -> Iterator[str]:
    if beside.pictures:
        yield f"Pictures in the text: {beside.pictures}; what they show is not read."
    if beside.notes:
        yield f"Footnotes and endnotes, at the end of the text: {len(beside.notes)}."
    if beside.doubtful:
        yield (
            "Characters in the text that may not be seen, of no colour of their own on black: "
            f"{beside.doubtful}."
        )
    yield from beside.symbols.sentences


class _OpenParagraph(Paragraph):
    """A paragraph whose end was deleted with tracking."""


class Body:
    """Walks blocks in document order; what it meets beside the text goes to `beside`."""

    def __init__(self, styles: Styles, beside: inline_text.SideContent) -> None:
        self._styles = styles
        self._beside = beside
        self._inline = inline_text.InlineReader(styles, beside)
        self._place = Surroundings()

    def note(self, kind: str, number: str, element: etree._Element) -> tuple[Block, ...]:
        """Blocks of a footnote or endnote."""
        with self._at(Surroundings(note=(kind, number))):
            return self.blocks(element)

    def blocks(self, parent: etree._Element) -> tuple[Block, ...]:
        """Blocks of a body, cell, text box or note."""
        return tuple(self._merged(parent))

    def _merged(self, parent: etree._Element) -> Iterator[Block]:
        """Join a paragraph whose end was deleted with tracking to the one after it."""
        carried = ""
        for block in self._walk(parent):
            if isinstance(block, Paragraph):
                joined = carried + block.text
                carried = joined if isinstance(block, _OpenParagraph) else ""
                if not carried:
                    yield Paragraph(joined, block.level)
            else:
                yield block
        if carried:
            yield Paragraph(carried)

    def _walk(self, parent: etree._Element) -> Iterator[Block]:
        for node in parent:
            name = local_name(node)
            if name == "p":
                yield from self._paragraph(node)
            elif name == "tbl":
                with self._at(self._styles.table(first(node, "tblPr"), self._place)):
                    yield Table(tuple(self._row(row) for row in self._rows(node)))
            elif name == "sdt":
                yield from self._control(node)
            elif name == "AlternateContent":
                yield from self._walk(inline_text.choose_copy(node, self._beside))
            elif name in ("del", "moveFrom"):
                self._beside.leave_out("tracked deletion", node)
            elif name == "altChunk":
                self._beside.left_out.append(("inserted file (altChunk)", ""))
            elif name in ("r", "hyperlink", "fldSimple", "oMath", "oMathPara"):
                inline = inline_text.Inline(self._place)
                self._inline.read(node, inline)
                yield Paragraph(inline.text)
            elif name not in ("sectPr", "tcPr", "sdtPr", "sdtEndPr", "tblPr"):
                yield from self._walk(node)

    def _paragraph(self, node: etree._Element) -> Iterator[Block]:
        properties = first(node, "pPr")
        if self._styles.is_contents(properties):
            self._beside.leave_out("table of contents", node)
            return
        inline = inline_text.Inline(self._styles.place(properties, self._place))
        self._inline.read(node, inline)
        is_open = first(properties, "rPr", "del") is not None
        kind = _OpenParagraph if is_open else Paragraph
        yield kind(inline.text, self._styles.level(properties))
        for content in inline.boxes:
            behind = box_fill(content, self._styles.theme) or self._place.behind
            with self._at(replace(self._place, behind=behind)):
                blocks = self.blocks(content)
            yield from blocks

    @contextmanager
    def _at(self, place: Surroundings) -> Iterator[None]:
        before, self._place = self._place, place
        yield
        self._place = before

    def _control(self, node: etree._Element) -> Iterator[Block]:
        content = first(node, "sdtContent")
        if content is None:
            return
        if inline_text.is_placeholder(node):
            self._beside.leave_out("prompt of an unanswered field", content)
            self._beside.note_control(node, "")
            return
        inner = self.blocks(content)
        if not to_text(inner) and (state := inline_text.checkbox_sign(node)):
            inner = (Paragraph(state),)
        self._beside.note_control(node, to_text(inner))
        yield from inner

    def _rows(self, parent: etree._Element) -> Iterator[etree._Element]:
        for node in parent:
            if local_name(node) == "tr":
                if first(node, "trPr", "del") is not None:
                    self._beside.leave_out("tracked deletion", node)
                elif (why := is_hidden_row(node)) and next(
                    inline_text.texts(node), None
                ) is not None:
                    self._beside.leave_out(why, node)
                else:
                    yield node
            elif local_name(node) not in ("tblPr", "tblGrid", "sdtPr"):
                yield from self._rows(node)

    def _row(self, row: etree._Element) -> tuple[Cell, ...]:
        cells: list[Cell] = []
        before = len(self._beside.fields)
        for node in _cells(row):
            merge = first(node, "tcPr", "vMerge")
            joined = merge is not None and attribute_value(merge) != "restart"
            if first(node, "tcPr", "cellDel") is not None:
                self._beside.leave_out("tracked deletion", node)
                continue
            own = fill(first(node, "tcPr", "shd"), self._styles.theme)
            with self._at(replace(self._place, behind=own or self._place.behind)):
                blocks = self.blocks(node)
            cells.append(() if joined and not to_text(blocks) else blocks)
        if answers := row_answers(cells):  # a control in such a row needs no name
            self._beside.fields[before:] = answers
        return tuple(cells)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    """Cells of a row, those inside content controls too."""
    for node in row:
        if local_name(node) == "tc":
            yield node
        elif local_name(node) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _cells(node)

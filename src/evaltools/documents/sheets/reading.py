"""An XLSX package taken apart: shown sheets row by row, the rest by name."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.blocks import Block
from evaltools.documents.counting import cell_texts
from evaltools.documents.grids import Sheet, sheet_blocks, sheet_fields
from evaltools.documents.guard import Limits
from evaltools.documents.packages import Package, children, first, local, value
from evaltools.documents.record import PageFurniture
from evaltools.documents.sheets.looks import CellStyle, read_rich, read_styles
from evaltools.documents.sheets.values import hides, shown
from evaltools.documents.source import Source
from evaltools.documents.symbol_fonts import Symbols

_ASIDE = (
    (r"xl/(?:threadedC|c)omments/?\w*\.xml", "comment"),
    (r"xl/(?:drawings|charts|diagrams)/.*\.xml", "text in a drawing or chart"),
)
_COLOURING = frozenset(("conditionalFormatting", "tableParts"))  # may put a colour behind a cell
_TRUE = ("1", "true")
_LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass
class _Found:
    """What reading the sheets brought up."""

    left_out: list[tuple[str, str]] = field(default_factory=list)
    without_result: list[str] = field(default_factory=list)
    symbols: Symbols = field(default_factory=Symbols)
    others: int = 0
    rows: int = 0


def read(package: Package, limits: Limits) -> Source:
    """Read an XLSX package: sheet names as headings, rows as lines, formulas by their result."""
    for name in package.names:  # a second library reads it too: let neither see entities
        if name.endswith((".xml", ".rels")):
            package.parse(name)
    book = package.parse("xl/workbook.xml") if "xl/workbook.xml" in package else None
    if book is None:
        raise guard.broken("its part xl/workbook.xml is missing")
    targets = _targets(package, "xl/workbook.xml")
    found = _Found()
    strings = _strings(package)
    styles = read_styles(package.parse("xl/styles.xml") if "xl/styles.xml" in package else None)
    from_1904 = value(first(book, "workbookPr"), "date1904") in _TRUE
    blocks: list[Block] = []
    fields: list[tuple[str, str]] = []
    names = first(book, "sheets")
    for item in names if names is not None else ():
        target = targets.get(value(item, "id"), "")
        if target not in package:
            continue
        name, hidden = value(item, "name"), value(item, "state") not in ("", "visible")
        sheet = _sheet(
            package.parse(target), name, hidden, strings, styles, from_1904, found, limits
        )
        blocks.extend(sheet_blocks(sheet))
        fields.extend(sheet_fields(sheet))
    texts, others = cell_texts(package.data)
    names_told = [b.text for b in blocks if not hasattr(b, "rows")]
    aside = _aside(package)
    return Source(
        blocks=tuple(blocks),
        fields=tuple(fields),
        present=(*texts, *names_told, *(text for _, text in aside)),
        left_out=(*found.left_out, *aside),
        tables=sum(hasattr(b, "rows") for b in blocks),
        notes=(*_sentences(found, others), *found.symbols.sentences),
        replaced=tuple(found.symbols.replaced),
    )


def _sheet(
    root: etree._Element,
    name: str,
    hidden: bool,
    strings: list[etree._Element],
    styles: list[CellStyle],
    from_1904: bool,
    found: _Found,
    limits: Limits,
) -> Sheet:
    rows: dict[int, dict[int, str]] = {}
    unseen = _hidden_columns(root)
    judged = not any(local(node) in _COLOURING for node in root)
    number = 0
    data = first(root, "sheetData")
    for row in children(data, "row") if data is not None else ():
        given = value(row, "r")
        number = int(given) if given.isdecimal() and len(given) < 8 else number + 1
        found.rows += 1
        if found.rows > limits.rows:
            raise guard.too_large(f"more than {limits.rows} rows", f"{limits.rows} rows")
        cells: dict[int, str] = {}
        filled = False
        column = 0
        for cell in children(row, "c"):
            place = _REFERENCE.fullmatch(value(cell, "r"))
            column = _column(place[1]) if place else column + 1
            place_of_style = value(cell, "s")
            style = CellStyle()
            if place_of_style.isdecimal() and int(place_of_style) < len(styles):
                style = styles[int(place_of_style)]
            text, is_text = _text(cell, strings, style, from_1904, found.symbols)
            if not text and first(cell, "f") is not None and not is_text:
                found.without_result.append(f"{name}!{value(cell, 'r')}")
            if text.strip():
                filled = True
                found.others += not is_text
                if hides(_stored(cell), style.code, is_text):
                    found.left_out.append((f"format of sheet {name} that shows nothing", text))
                elif style.white and judged:
                    found.left_out.append((f"white text of sheet {name}", text))
                else:
                    cells[column] = text
        if not cells and not filled:
            continue
        if hidden or value(row, "hidden") in _TRUE or _nothing(value(row, "ht")):
            what = f"hidden sheet {name}" if hidden else f"hidden row of sheet {name}"
            found.left_out.extend((what, text) for text in cells.values())
            cells = {}
        what = f"hidden column of sheet {name}"
        found.left_out.extend((what, text) for c, text in cells.items() if c in unseen)
        rows[number] = {c: text for c, text in cells.items() if c not in unseen}
    for group in children(root, "headerFooter"):
        what = PageFurniture(f"header or footer of sheet {name}")
        found.left_out.extend((what, i.text or "") for i in group)
    return Sheet(name, rows, _merged(root))


def _nothing(size: str) -> bool:
    """Whether the height of a row or the width of a column is nought."""
    return bool(size) and not size.strip("0.")


def _stored(cell: etree._Element) -> str:
    raw = first(cell, "v")
    return (raw.text or "") if raw is not None else ""


def _text(
    cell: etree._Element,
    strings: list[etree._Element],
    style: CellStyle,
    from_1904: bool,
    symbols: Symbols,
) -> tuple[str, bool]:
    """What a cell shows, and whether it is text."""
    kind, stored = value(cell, "t"), _stored(cell)
    if kind == "s":
        known = stored.isdecimal() and int(stored) < len(strings)
        return (_escaped(read_rich(strings[int(stored)], style, symbols)) if known else ""), True
    if kind == "inlineStr":
        return read_rich(first(cell, "is"), style, symbols), True
    if kind in ("str", "d"):
        return symbols.show(stored, lambda _: style.font), kind == "str"
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(stored, stored), False
    if kind == "e" or not stored:
        return stored, False
    return shown(stored, style.code, from_1904), False


def _strings(package: Package) -> list[etree._Element]:
    part = "xl/sharedStrings.xml"
    return list(children(package.parse(part), "si")) if part in package else []


def _escaped(text: str) -> str:
    """Characters that the format writes as _x000D_."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _targets(package: Package, part: str) -> dict[str, str]:
    """Parts by the identifier by which another part names them."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package:
        raise guard.broken(f"its part {relations} is missing")
    return {
        value(item, "Id"): posixpath.normpath(posixpath.join("/", folder, value(item, "Target")))[
            1:
        ]
        for item in children(package.parse(relations), "Relationship")
    }


def _hidden_columns(root: etree._Element) -> frozenset[int]:
    unseen: set[int] = set()
    group = first(root, "cols")
    for item in children(group, "col") if group is not None else ():
        ends = value(item, "min"), value(item, "max")
        gone = value(item, "hidden") in _TRUE or _nothing(value(item, "width"))
        if gone and all(end.isdecimal() for end in ends):
            unseen.update(range(int(ends[0]), min(int(ends[1]), _LAST_COLUMN) + 1))
    return frozenset(unseen)


def _merged(root: etree._Element) -> frozenset[tuple[int, int]]:
    """Cells to the right of the first one of a merged area, in its first row."""
    covered: set[tuple[int, int]] = set()
    group = first(root, "mergeCells")
    for item in children(group, "mergeCell") if group is not None else ():
        ends = _REFERENCE.findall(value(item, "ref"))
        if len(ends) == 2:
            (left, top), (right, _) = ends
            covered.update((int(top), c) for c in range(_column(left) + 1, _column(right) + 1))
    return frozenset(covered)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _aside(package: Package) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in package.names:
        what = next((w for pattern, w in _ASIDE if re.fullmatch(pattern, name)), "")
        if what:
            nodes = package.parse(name).iter()
            found.extend((f"{what}: {name}", n.text) for n in nodes if local(n) == "t" and n.text)
    return found


def _sentences(found: _Found, others: int) -> list[str]:
    notes = []
    if found.without_result:
        few = ", ".join(found.without_result[:5]) + (" …" if len(found.without_result) > 5 else "")
        notes.append(
            f"Formulas without a stored result: {len(found.without_result)} ({few}); open the "
            "workbook in the program it was made with and save it, and they have one."
        )
    if found.others != others:
        notes.append(
            f"Two readers disagree on the cells with numbers, dates and truth values: "
            f"{found.others}, {others}."
        )
    return notes

"""An XLSX package taken apart: shown sheets row by row, the rest by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TypeVar

from lxml import etree

from evaltools.documents import limits as guard
from evaltools.documents.blocks import DocumentContent
from evaltools.documents.limits import Limits
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.spreadsheets.number_formats import BUILT_IN, NumberFormat, parse_decimal
from evaltools.documents.spreadsheets.sheet import Sheet, Workbook, cell_texts
from evaltools.documents.superscripts import shift_runs
from evaltools.documents.symbol_fonts import Symbols
from evaltools.documents.zip_package import Package, attribute_value, children, first, local_name

Item = TypeVar("Item")

_BOOK, _STRINGS, _STYLES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_ASIDE = (
    (r"xl/(?:threadedC|c)omments/?\w*\.xml", "comment"),
    (r"xl/(?:drawings|charts|diagrams)/.*\.xml", "text in a drawing or chart"),
)
_COLOURING = frozenset(("conditionalFormatting", "tableParts"))  # may put a colour behind a cell
_TRUE = ("1", "true")
_LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_format = cache(NumberFormat)


@dataclass(frozen=True)
class CellStyle:
    """How cells look.

    Arguments:
        code: number format.
        font: its name.
        white: its letters are white, and nothing coloured is behind them.
    """

    code: str = "General"
    font: str = ""
    white: bool = False


@dataclass
class _Book(Workbook):
    """What sheets share, and what reading them brought up."""

    strings: Sequence[etree._Element] = ()
    styles: Sequence[CellStyle] = ()
    from_1904: bool = False
    without_result: list[str] = field(default_factory=list)
    symbols: Symbols = field(default_factory=Symbols)
    others: int = 0

    def read_sheet(self, root: etree._Element, name: str, state: str) -> None:
        """The shown cells of a sheet; all others are left out by name."""
        hidden = state not in ("", "visible")
        rows: dict[int, dict[int, str]] = {}
        unseen = _hidden_columns(root)
        judged = not any(local_name(node) in _COLOURING for node in root)
        number = 0
        for row in _group(root, "sheetData", "row"):
            given = attribute_value(row, "r")
            number = int(given) if given.isdecimal() and len(given) < 8 else number + 1
            self.count_rows(1)
            cells = self._cells(row, name, judged)
            if cells is None:
                continue
            flat = attribute_value(row, "hidden") in _TRUE or _is_zero(attribute_value(row, "ht"))
            gone = "sheet" if hidden else "row" if flat else ""
            rows[number] = self.shown(cells, name, gone, unseen)
        for group in children(root, "headerFooter"):
            what = HeaderOrFooter(f"header or footer of sheet {name}")
            self.left_out.extend((what, i.text or "") for i in group)
        self.sheets.append(Sheet(name, rows, _merged_cells(root)))

    def _cells(self, row: etree._Element, name: str, judged: bool) -> dict[int, str] | None:
        """Cells of a row that show something, by column; None where the row is empty.

        Arguments:
            name: of the sheet.
            judged: whether white letters are on white for certain.
        """
        cells: dict[int, str] = {}
        filled = False
        column = 0
        for cell in children(row, "c"):
            place = _REFERENCE.fullmatch(attribute_value(cell, "r"))
            column = _column(place[1]) if place else column + 1
            style = _at(self.styles, attribute_value(cell, "s")) or CellStyle()
            text, is_text, shows = self._text(cell, style)
            if not text and first(cell, "f") is not None and not is_text:
                self.without_result.append(f"{name}!{attribute_value(cell, 'r')}")
            if not text.strip():
                continue
            filled = True
            self.others += not is_text
            if not shows:
                self.left_out.append((f"format of sheet {name} that shows nothing", text))
            elif style.white and judged:
                self.left_out.append((f"white text of sheet {name}", text))
            else:
                cells[column] = text
        return cells if filled else None

    def _text(self, cell: etree._Element, style: CellStyle) -> tuple[str, bool, bool]:
        """What a cell shows or would show, whether it is text, and whether its format shows it."""
        raw = first(cell, "v")
        kind, stored = attribute_value(cell, "t"), (raw.text or "") if raw is not None else ""
        if kind in ("s", "inlineStr", "str"):
            if kind == "str":
                text = self.symbols.show(stored, lambda _: style.font)
            elif kind == "inlineStr":
                text = read_rich(first(cell, "is"), style, self.symbols)
            else:
                text = read_rich(_at(self.strings, stored), style, self.symbols)
                text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
            shown = _format(style.code).show_text(text)
            return shown or text, True, bool(shown)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(stored, stored), False, True
        number = parse_decimal(stored)
        if kind in ("e", "d") or number is None:
            return stored, False, True
        shown, shows = _show_number(number, style.code, self.from_1904)
        return shown or stored, False, shows


def _show_number(number: Decimal, code: str, from_1904: bool) -> tuple[str, bool]:
    """A number as its format shows it, and whether it shows anything; dates are in ISO."""
    shown = _format(code).show(number, from_1904)
    if shown.date and len(shown.text) == len("2020-01-01 12:30:00"):
        return shown.text.removesuffix(":00"), True
    if shown.text == "###" or (not shown.text and "/" in code):  # not known how that looks
        return f"{number:f}", True
    return re.sub(r"(?<=[0-9])%$", " %", shown.text), bool(shown.text)


def read(package: Package, limits: Limits) -> DocumentContent:
    """Read an XLSX package: sheet names as headings, rows as lines, formulas by their result."""
    for name in package.names:  # a second library reads it too: let neither see entities
        if name.endswith((".xml", ".rels")):
            package.parse(name)
    if _BOOK not in package:
        raise guard.broken(f"its part {_BOOK} is missing")
    root, targets = package.parse(_BOOK), _targets(package, _BOOK)
    book = _Book(
        limits,
        strings=list(children(package.parse(_STRINGS), "si")) if _STRINGS in package else [],
        styles=read_styles(package.parse(_STYLES)) if _STYLES in package else [],
        from_1904=attribute_value(first(root, "workbookPr"), "date1904") in _TRUE,
    )
    for item in _group(root, "sheets", "sheet"):
        target = targets.get(attribute_value(item, "id"), "")
        if target in package:
            book.read_sheet(
                package.parse(target), attribute_value(item, "name"), attribute_value(item, "state")
            )
    texts, others = cell_texts(package.data)
    return book.source(
        texts, list(_count_side_texts(package)), _sentences(book, others), book.symbols
    )


def read_styles(root: etree._Element) -> list[CellStyle]:
    """Cell styles in the order by which cells name them."""
    declared = {
        attribute_value(item, "numFmtId"): attribute_value(item, "formatCode")
        for item in _group(root, "numFmts", "numFmt")
    }
    fonts = [
        (attribute_value(first(font, "name")), _is_white(first(font, "color")))
        for font in _group(root, "fonts", "font")
    ]
    bare = [
        attribute_value(first(fill, "patternFill"), "patternType") in ("", "none")
        and first(fill, "gradientFill") is None
        for fill in _group(root, "fills", "fill")
    ]
    styles = []
    for style in _group(root, "cellXfs", "xf"):
        number = attribute_value(style, "numFmtId")
        built_in = BUILT_IN.get(int(number), "General") if number.isdecimal() else "General"
        font, white = _at(fonts, attribute_value(style, "fontId")) or ("", False)
        white = white and _at(bare, attribute_value(style, "fillId")) is not False
        styles.append(CellStyle(declared.get(number, built_in), font, white))
    return styles


def read_rich(item: etree._Element | None, style: CellStyle, symbols: Symbols) -> str:
    """Text of a string that may be made of runs, without the readings above it."""
    runs: list[tuple[str, int]] = []
    for node in item if item is not None else ():
        text = node if local_name(node) == "t" else first(node, "t")
        if local_name(node) not in ("t", "r") or text is None or not text.text:
            continue
        properties = first(node, "rPr")
        by = {"superscript": 1, "subscript": -1}.get(
            attribute_value(first(properties, "vertAlign")), 0
        )
        font = attribute_value(first(properties, "rFont")) or style.font
        runs.append((symbols.show(text.text, _always(font)), by))
    return shift_runs(runs)


def _always(font: str) -> Callable[[str], str]:
    return lambda _: font


def _group(root: etree._Element, name: str, kind: str) -> Iterator[etree._Element]:
    group = first(root, name)
    return children(group, kind) if group is not None else iter(())


def _at(items: Sequence[Item], number: str) -> Item | None:
    return items[int(number)] if number.isdecimal() and int(number) < len(items) else None


def _is_white(colour: etree._Element | None) -> bool:
    # The first colour of every theme of Office is that of the page.
    if attribute_value(colour, "theme") == "0" and not attribute_value(colour, "tint").strip("0."):
        return True
    return attribute_value(colour, "rgb").upper() in ("FFFFFFFF", "00FFFFFF")


def _is_zero(size: str) -> bool:
    """Whether the height of a row or the width of a column is said, and zero."""
    return bool(size) and not size.strip("0.")


def _targets(package: Package, part: str) -> dict[str, str]:
    """Parts by the identifier by which another part names them."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package:
        raise guard.broken(f"its part {relations} is missing")
    return {
        attribute_value(item, "Id"): posixpath.normpath(
            posixpath.join("/", folder, attribute_value(item, "Target"))
        ).removeprefix("/")
        for item in children(package.parse(relations), "Relationship")
    }


def _hidden_columns(root: etree._Element) -> frozenset[int]:
    unseen: set[int] = set()
    for item in _group(root, "cols", "col"):
        ends = attribute_value(item, "min"), attribute_value(item, "max")
        gone = attribute_value(item, "hidden") in _TRUE or _is_zero(attribute_value(item, "width"))
        if gone and all(end.isdecimal() for end in ends):
            unseen.update(range(int(ends[0]), min(int(ends[1]), _LAST_COLUMN) + 1))
    return frozenset(unseen)


def _merged_cells(root: etree._Element) -> frozenset[tuple[int, int]]:
    """Cells to the right of the first one of a merged area, in its first row."""
    covered: set[tuple[int, int]] = set()
    for item in _group(root, "mergeCells", "mergeCell"):
        ends = _REFERENCE.findall(attribute_value(item, "ref"))
        if len(ends) == 2:
            (left, top), (right, _) = ends
            covered.update((int(top), c) for c in range(_column(left) + 1, _column(right) + 1))
    return frozenset(covered)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _count_side_texts(package: Package) -> Iterator[tuple[str, str]]:
    for name in package.names:
        what = next((w for pattern, w in _ASIDE if re.fullmatch(pattern, name)), "")
        if what:
            nodes = package.parse(name).iter()
            yield from (
                (f"{what}: {name}", n.text) for n in nodes if local_name(n) == "t" and n.text
            )


def _sentences(book: _Book, others: int) -> Iterator[str]:
    if book.without_result:
        few = ", ".join(book.without_result[:5]) + (" …" if len(book.without_result) > 5 else "")
        yield (
            f"Formulas without a stored result: {len(book.without_result)} ({few}); open the "
            "workbook in the program it was made with and save it, and they have one."
        )
    if book.others != others:
        yield (
            f"Two readers disagree on the cells with numbers, dates and truth values: "
            f"{book.others}, {others}."
        )

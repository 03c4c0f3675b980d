"""An XLSX package taken apart: shown sheets row by row, the rest by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import zip_longest
from typing import TypeVar

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.blocks import Block, Source
from evaltools.documents.guard import Limits
from evaltools.documents.packages import Package, children, first, local, value
from evaltools.documents.record import PageFurniture
from evaltools.documents.spreadsheets.sheet import Sheet, cell_texts, sheet_blocks, sheet_fields
from evaltools.documents.superscripts import shift_runs
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


Item = TypeVar("Item")


@dataclass(frozen=True)
class CellStyle:
    """How cells look.

    Arguments:
        code: number format.
        font: its name.
        white: its letters are white, and nothing coloured is behind them.
    """

    code: str = ""
    font: str = ""
    white: bool = False


def read_styles(root: etree._Element | None) -> list[CellStyle]:
    """Cell styles in the order by which cells name them; none without a part for them."""
    if root is None:
        return []
    fonts = [(value(first(f, "name")), _white(first(f, "color"))) for f in _of(root, "fonts")]
    fills = [
        value(first(fill, "patternFill"), "patternType") in ("", "none")
        and first(fill, "gradientFill") is None
        for fill in _of(root, "fills")
    ]
    styles = []
    for style, code in zip_longest(_of(root, "cellXfs"), read_formats(root)):
        font, is_white = _at(fonts, value(style, "fontId")) or ("", False)
        bare = _at(fills, value(style, "fillId"))
        styles.append(CellStyle(code or "", font, is_white and bare is not False))
    return styles


def read_rich(item: etree._Element | None, style: CellStyle, symbols: Symbols) -> str:
    """Text of a string that may be made of runs, without the readings above it."""
    runs: list[tuple[str, int]] = []
    for node in item if item is not None else ():
        text = node if local(node) == "t" else first(node, "t")
        if local(node) not in ("t", "r") or text is None or not text.text:
            continue
        properties = first(node, "rPr")
        font = value(first(properties, "rFont")) or style.font
        by = {"superscript": 1, "subscript": -1}.get(value(first(properties, "vertAlign")), 0)
        runs.append((symbols.show(text.text, lambda _, font=font: font), by))  # type: ignore[misc]
    return shift_runs(runs)


def _of(root: etree._Element, name: str) -> list[etree._Element]:
    group = first(root, name)
    kind = {"fonts": "font", "fills": "fill", "cellXfs": "xf"}[name]
    return list(children(group, kind)) if group is not None else []


def _at(items: Sequence[Item], number: str) -> Item | None:
    return items[int(number)] if number.isdecimal() and int(number) < len(items) else None


def _white(colour: etree._Element | None) -> bool:
    # The first colour of every theme of Office is that of the page.
    if value(colour, "theme") == "0" and not value(colour, "tint").strip("0."):
        return True
    return value(colour, "rgb").upper() in ("FFFFFFFF", "00FFFFFF")


# Formats that a workbook need not declare; ECMA-376 part 1, 18.8.30.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17, 22, 27, 30, 36, 50, 57), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00",
    44: "0.00", 42: "0", 41: "0", 43: "0.00",
}  # fmt: skip
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)
_SCALED = re.compile(r"[0#?](,+)(?![0#?,])")
_LITERAL = re.compile(r'"([^"]*)"')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY = 2_958_465  # 31 December 9999


def read_formats(root: etree._Element) -> list[str]:
    """Number format of each cell style, in the order by which cells name them."""
    declared = {
        value(item, "numFmtId"): value(item, "formatCode")
        for group in children(root, "numFmts")
        for item in children(group, "numFmt")
    }
    styles = first(root, "cellXfs")
    formats = []
    for style in children(styles, "xf") if styles is not None else ():
        number = value(style, "numFmtId")
        built_in = _BUILT_IN.get(int(number), "") if number.isdecimal() else ""
        formats.append(declared.get(number, built_in))
    return formats


def hides(raw: str, code: str, is_text: bool) -> bool:
    """Whether a format shows nothing of a value, as `;;;` does."""
    sections = _QUOTED.sub(lambda m: "x" if m[0][0] in '"\\' else "", code).split(";")
    if is_text:
        return len(sections) > 3 and not sections[3].strip()
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return False
    # Positive, negative, nought; where one is missing the first is used. ECMA-376, 18.8.31.
    wanted = 0 if number > 0 else 1 if number < 0 else 2
    place = wanted if wanted < len(sections) else 0
    return len(sections) > 1 and not sections[place].strip()


def shown(raw: str, code: str, from_1904: bool) -> str:
    """A number as it is shown by a format; dates as ISO, without grouping of thousands."""
    try:
        number = Decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite():
        return raw
    section = _QUOTED.sub("", code).split(";")[0]
    letters = section.lower().replace("general", "").replace("standard", "")
    if re.search(r"[ydhs]", letters) or re.fullmatch(r"[\s./-]*m+[\s./-]*", letters):
        moment = _moment(number, letters, from_1904)
        if moment:
            return moment
    percent = "%" in section
    unit = ""
    if scale := _SCALED.search(section):  # shown in thousands or millions
        number = number.scaleb(-3 * len(scale[1]))
        section = section[: scale.start(1)] + section[scale.end(1) :]
        unit = "".join(_LITERAL.findall(code.split(";")[0]))
    digits = re.search(r"[0#?](?:[.,]([0?]+))?(?![0#?,.])", section.replace("#,##", ""))
    if percent:
        number *= 100
    if section and digits and "e" not in letters and "/" not in section:
        decimals = len(digits[1] or "")
        number = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return plain(number) + (" %" if percent else "") + unit


def plain(number: Decimal) -> str:
    """A number without exponent and without the noise that binary fractions leave."""
    if abs(number) >= Decimal(10) ** 21:
        return f"{number:.15g}"
    if number.as_tuple().exponent == 0 or len(number.as_tuple().digits) <= 15:
        return f"{number:f}"
    return f"{Decimal(f'{number:.15g}'):f}"


def _moment(number: Decimal, letters: str, from_1904: bool) -> str:
    if not 0 <= number <= _LAST_DAY:
        return ""
    if "[" in letters:  # a length of time
        minutes = round(float(number) * 24 * 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(
        seconds=round(float(number) * 86400)
    )
    if (not re.search("[yd]", letters) and "h" in letters) or number < 1:
        return moment.strftime("%H:%M:%S").removesuffix(":00")
    if moment.hour or moment.minute or moment.second:
        return moment.isoformat(sep=" ").removesuffix(":00")
    return moment.date().isoformat()

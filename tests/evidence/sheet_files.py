"""Workbooks written cell by cell, so that what a person sees in them is known by construction."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class Cell:
    """A cell of an .xlsx.

    Arguments:
        value: the stored number, or text.
        kind: the cell's type: n, str, inlineStr, b or e.
        code: its number format.
        struck, white: its font.
        formula: of which the value is the result.
    """

    value: str = ""
    kind: str = "n"
    code: str = "General"
    struck: bool = False
    white: bool = False
    formula: str = ""


def number(value: object, code: str = "General") -> Cell:
    return Cell(str(value), code=code)


def text(value: str, code: str = "General") -> Cell:
    return Cell(value, "inlineStr", code)


@dataclass
class Page:
    """A sheet of an .xlsx."""

    rows: list[list[Cell | None]]
    name: str = "Sheet1"
    state: str = "visible"
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)
    filtered: bool = False
    row_numbers: list[int] = field(default_factory=list)


def letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)


def xlsx(pages: Sequence[Page], *, date1904: bool = False) -> bytes:
    """The bytes of a workbook."""
    styles: dict[tuple[str, bool, bool], int] = {("General", False, False): 0}
    parts: dict[str, str] = {}
    for place, page in enumerate(pages, start=1):
        parts[f"xl/worksheets/sheet{place}.xml"] = _sheet(page, styles)
    formats = sorted({code for code, _, _ in styles if code != "General"})
    numbers = {code: 164 + place for place, code in enumerate(formats)} | {"General": 0}
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(formats)}">'
        + "".join(f'<numFmt numFmtId="{numbers[c]}" formatCode={quoteattr(c)}/>' for c in formats)
        + '</numFmts><fonts count="4"><font><sz val="11"/></font><font><strike/></font>'
        '<font><color rgb="FFFFFFFF"/></font><font><strike/><color rgb="FFFFFFFF"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        + f'<cellXfs count="{len(styles)}">'
        + "".join(
            f'<xf numFmtId="{numbers[code]}" fontId="{struck + 2 * white}" fillId="0"/>'
            for code, struck, white in styles
        )
        + "</cellXfs></styleSheet>"
    )
    names = "".join(
        f'<sheet name={quoteattr(page.name)} sheetId="{n}" state="{page.state}" r:id="r{n}"/>'
        for n, page in enumerate(pages, start=1)
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{names}</sheets></workbook>"
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(pages) + 1)
    )
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{kinds}.{kind}+xml"/>'
        for part, kind in [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
        + [(f"xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(pages) + 1)]
    )
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_REL}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}">{links}<Relationship Id="rs" Type="{_REL}/styles" '
        'Target="styles.xml"/></Relationships>'
    )
    return _zipped(parts)


def _sheet(page: Page, styles: dict[tuple[str, bool, bool], int]) -> str:
    numbers = page.row_numbers or list(range(1, len(page.rows) + 1))
    lines = []
    for number_, row in zip(numbers, page.rows, strict=True):
        cells = []
        for column, cell in enumerate(row):
            if cell is None:
                continue
            style = styles.setdefault((cell.code, cell.struck, cell.white), len(styles))
            content = f"<v>{escape(cell.value)}</v>" if cell.value or not cell.formula else ""
            if cell.kind == "inlineStr":
                content = f'<is><t xml:space="preserve">{escape(cell.value)}</t></is>'
            if cell.formula:
                content = f"<f>{escape(cell.formula)}</f>{content}"
            cells.append(
                f'<c r="{letters(column)}{number_}" s="{style}" t="{cell.kind}">{content}</c>'
            )
        hidden = ' hidden="1"' if number_ in page.hidden_rows else ""
        lines.append(f'<row r="{number_}"{hidden}>{"".join(cells)}</row>')
    columns = "".join(
        f'<col min="{c + 1}" max="{c + 1}" width="9" hidden="1"/>'
        for c in sorted(page.hidden_columns)
    )
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in page.merged)
    return (
        f'<worksheet xmlns="{_MAIN}">'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f"<sheetData>{''.join(lines)}</sheetData>"
        + (
            '<autoFilter ref="A1:G99"><filterColumn colId="0"/></autoFilter>'
            if page.filtered
            else ""
        )
        + (f"<mergeCells>{merged}</mergeCells>" if merged else "")
        + "</worksheet>"
    )


@dataclass(frozen=True)
class Seen:
    """A cell of an .ods: what it stores and what it shows."""

    shown: str
    value: str = ""
    kind: str = "string"
    style: str = ""
    spans: str = ""


_ODS = "urn:oasis:names:tc:opendocument:xmlns"


def ods(rows: Sequence[Sequence[Seen | None]], *, hidden: Sequence[int] = (),
        hidden_columns: Sequence[int] = (), name: str = "Sheet1") -> bytes:  # fmt: skip
    """The bytes of an OpenDocument spreadsheet; rows and columns that are hidden from 1 and 0."""
    lines = []
    for place, row in enumerate(rows, start=1):
        cells = "".join(_ods_cell(cell) for cell in row)
        look = ' table:visibility="collapse"' if place in hidden else ""
        lines.append(f"<table:table-row{look}>{cells}</table:table-row>")
    width = max(len(row) for row in rows)
    columns = "".join(
        "<table:table-column"
        + (' table:visibility="collapse"' if column in hidden_columns else "")
        + "/>"
        for column in range(width)
    )
    content = (
        f'<office:document-content xmlns:office="{_ODS}:office:1.0" xmlns:table="{_ODS}:table:1.0" '
        f'xmlns:text="{_ODS}:text:1.0" xmlns:style="{_ODS}:style:1.0" xmlns:calcext='
        '"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        '<office:automatic-styles><style:style style:name="base" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="struck" style:family="table-cell" '
        'style:parent-style-name="base"/></office:automatic-styles>'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{columns}'
        f"{''.join(lines)}</table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    return _zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": (
                f'<manifest:manifest xmlns:manifest="{_ODS}:manifest:1.0" manifest:version="1.3"/>'
            ),
        }
    )


def _ods_cell(cell: Seen | None) -> str:
    if cell is None:
        return "<table:table-cell/>"
    attributes = f'office:value-type="{cell.kind}"'
    if cell.kind in ("float", "percentage", "currency"):
        attributes += f' office:value="{cell.value}"'
    elif cell.kind == "date":
        attributes += f' office:date-value="{cell.value}"'
    elif cell.kind == "error":
        attributes = 'office:value-type="string" calcext:value-type="error"'
    if cell.style:
        attributes += f' table:style-name="{cell.style}"'
    return (
        f"<table:table-cell {attributes} {cell.spans}><text:p>{escape(cell.shown)}</text:p>"
        "</table:table-cell>"
    )


def _zipped(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()

"""What stands raised, in a symbol font or unseen on the page of an ODT or workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read

from .seen_pages import left

ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)


def odf(tmp_path: Path, kind: str, body: str, styles: str = "") -> DocumentText:
    path = tmp_path / ("r.odt" if kind == "text" else "r.ods")
    face = '<style:font-face style:name="S1" svg:font-family="Wingdings"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF}><office:font-face-decls>{face}"
            f"</office:font-face-decls><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        )
    return read(path)


def odf_style(name: str, properties: str, parent: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="text"{based}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def test_an_odt_is_read_as_its_page_shows_it(tmp_path: Path) -> None:
    styles = (
        odf_style("up", 'style:text-position="super 58%"')
        + odf_style("child", 'fo:color="#000000"', "up")
        + odf_style("high", 'style:text-position="33% 58%"')
        + odf_style("low", 'style:text-position="-33% 58%"')
        + odf_style("hid", 'text:display="none"')
        + odf_style("white", 'fo:color="#ffffff"')
        + odf_style("dark", 'fo:color="#ffffff" fo:background-color="#000080"')
        + odf_style("tiny", 'fo:font-size="1pt"')
        + odf_style("pic", 'style:font-name="S1"')
    )
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Viite."
        "</text:p></text:note-body></text:note>"
    )
    body = (
        f"<text:p>750{span('up', '1')} 20{span('child', '2')} m{span('high', '2')} "
        f"CO{span('low', '2')} 80{note}</text:p>"
        f"<text:p>a{span('hid', 'piilo')}{span('white', 'valko')}{span('tiny', 'pikku')}"
        f"{span('dark', 'näkyy')}{span('pic', 'ü')}</text:p>"
        '<text:p>poissa<text:hidden-paragraph text:is-hidden="true"/></text:p>'
        '<text:section text:display="condition" text:is-hidden="true"><text:p>osa</text:p>'
        "</text:section>"
    )
    found = odf(tmp_path, "text", body, styles)
    assert found.text == "750¹ 20² m² CO₂ 80¹\n\nanäkyy✓\n\n¹ Viite.\n"
    assert left(found) == {
        "hidden text": 11,
        "white text on a white page": 5,
        "text too small to be seen": 5,
        "hidden section": 3,
    }
    assert found.coverage.complete


def test_hidden_columns_of_an_ods_are_left_out_by_name(tmp_path: Path) -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>'
        for t in ("a", "b", "c", "d")
    )
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse" '
        'table:number-columns-repeated="2"/><table:table-column/>'
    )
    found = odf(
        tmp_path,
        "spreadsheet",
        f'<table:table table:name="T">{columns}<table:table-row>{cells}</table:table-row>'
        "</table:table>",
    )
    assert found.text == "T\n\na\td\n"
    assert left(found) == {"hidden column of sheet T": 2}
    assert found.coverage.complete


def test_a_workbook_is_read_as_its_sheet_shows_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
    sheet["A1"] = CellRichText("Säästö 750", raised, " euroa")
    sheet["A2"], sheet["A2"].font = "ü", Font(name="Wingdings")
    sheet["A3"], sheet["A3"].font = "valko", Font(color="FFFFFFFF")
    sheet["A4"], sheet["A4"].font = "otsikko", Font(color="FFFFFFFF")
    sheet["A4"].fill = PatternFill("solid", fgColor="FF1F4E79")
    sheet["A5"], sheet["A5"].number_format = 12, ";;;"
    sheet["A6"], sheet["A6"].number_format = 123250, '#,##0.00," k€"'
    sheet["B1"], sheet.column_dimensions["B"].width = "kapea", 7.25
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():  # openpyxl writes no width of nought
            target.writestr(name, source.read(name).replace(b'width="7.25"', b'width="0"'))
    found = read(path)
    assert found.text == "Sheet\n\nSäästö 750¹ euroa\n✓\notsikko\n123.25 k€\n"
    assert left(found) == {
        "hidden column of sheet Sheet": 5,
        "white text of sheet Sheet": 5,
        "format of sheet Sheet that shows nothing": 2,
    }


def test_a_workbook_with_backslashes_in_its_part_names_is_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nimi", 5])
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "b.xlsx"
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as source,
        zipfile.ZipFile(path, "w") as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo()
            info.filename = name.replace("/", "\\")
            target.writestr(info, source.read(name))
    found = read(path)
    assert found.kind == "xlsx"
    assert found.text == "Sheet\n\nNimi\t5\n"

"""Workbooks and OpenDocument: rows as lines, what is hidden by name, answers as fields."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment

from evaltools.documents.reader import read

ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0"'
)


def odf(path: Path, kind: str, body: str, styles: str = "") -> None:
    subtype = {"text": "text", "spreadsheet": "spreadsheet"}[kind]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{subtype}")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF}><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        )


STRING = 'office:value-type="string"'
DATE = 'office:value-type="date" office:date-value="2020-01-05"'


def test_a_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lomake"
    sheet.append(["Hankkeen nimi", "Åäö"])
    sheet.append(["Alkoi", date(2020, 1, 5)])
    sheet.append(["Avustus", 0.1 + 0.2])
    sheet.append(["Osuus", 0.125])
    sheet["B4"].number_format = "0.0%"
    sheet.append(["Hinta", 2 / 3])
    sheet["B5"].number_format = "#,##0.00"
    sheet.append(["Summa", "=SUM(B3:B5)"])
    sheet.append(["kätketty", 1])
    sheet.row_dimensions[7].hidden = True
    sheet["A9"] = "Yhdistetty"
    sheet.merge_cells("A9:C9")
    sheet["D9"] = datetime(2020, 1, 1, 12, 30)
    sheet["A1"].comment = Comment("huomio", "x")
    book.create_sheet("Lista")["A1"] = "salassa"
    book["Lista"].sheet_state = "hidden"
    path = tmp_path / "r.xlsx"
    book.save(path)
    found = read(path)
    assert found.text == (
        "Lomake\n\nHankkeen nimi\tÅäö\nAlkoi\t2020-01-05\nAvustus\t0.3\nOsuus\t12.5 %\n"
        "Hinta\t0.67\nSumma\n\nYhdistetty\t2020-01-01 12:30\n"
    )
    assert found.headings[0].text == "Lomake"
    assert ("Alkoi", "2020-01-05") in [(f.label, f.value) for f in found.fields]
    assert found.coverage.complete
    assert [item.what.split(":")[0] for item in found.coverage.left_out] == [
        "hidden row of sheet Lomake",
        "hidden sheet Lista",
        "comment",
    ]
    assert any("Lomake!B6" in note for note in found.coverage.notes)


def test_numbers_are_read_with_what_their_format_shows_beside_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    shown = {
        '0.00 "k€"': (123.25, "123.25 k€"), '"EX/"0000': (7, "EX/0007"), "# ?/?": (0.5, "0.5"),
        "mmm-yy": (43790, "2019-11"), "0 %": (0.5, "50 %"), "[h]:mm": (1.5, "36:00"),
    }  # fmt: skip
    for row, (code, (number, _)) in enumerate(shown.items(), start=1):
        sheet.cell(row, 1, number).number_format = code
    book.save(tmp_path / "r.xlsx")
    found = read(tmp_path / "r.xlsx")
    assert found.text == "Sheet\n\n" + "\n".join(text for _, text in shown.values()) + "\n"
    assert not found.coverage.left_out


def test_an_odt_is_read_with_its_form_and_the_rest_by_name(tmp_path: Path) -> None:
    row = (
        "<table:table-row>"
        + "".join(
            f"<table:table-cell><text:p>{t}</text:p></table:table-cell>" for t in ("Nimi", "Å")
        )
        + "</table:table-row>"
    )
    odf(
        tmp_path / "r.odt",
        "text",
        '<office:forms><form:form><form:checkbox form:id="c" form:name="yhteistyö" '
        'form:current-state="checked"/></form:form></office:forms>'
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>poistettu</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        '<text:h text:outline-level="2">1 Alku</text:h>'
        '<text:p>Yksi<text:s text:c="2"/>kaksi<text:tab/>kolme\n  neljä<text:line-break/>viisi'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Viite."
        "</text:p></text:note-body></text:note><office:annotation><text:p>huomio</text:p>"
        '</office:annotation></text:p><text:p><draw:control draw:control="c"/></text:p>'
        f"<text:list><text:list-item><text:p>kohta</text:p></text:list-item></text:list>"
        f"<table:table>{row}</table:table>"
        "<text:p><draw:frame><draw:text-box><text:p>laatikko</text:p></draw:text-box></draw:frame>"
        "</text:p>",
    )
    found = read(tmp_path / "r.odt")
    assert found.text == (
        "1 Alku\n\nYksi  kaksi\tkolme neljä\nviisi¹\n\n☒\n\nkohta\n\nNimi\tÅ\n\nlaatikko\n\n"
        "¹ Viite.\n"
    )
    assert [(h.level, h.text) for h in found.headings] == [(2, "1 Alku")]
    assert [(f.label, f.value) for f in found.fields] == [("yhteistyö", "☒"), ("Nimi", "Å")]
    assert found.coverage.complete, found.coverage
    assert {item.what for item in found.coverage.left_out} == {
        "tracked deletion", "comment",
    }  # fmt: skip


def test_an_ods_is_read_with_hidden_sheets_by_name(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    rows = (
        f"<table:table-row>{cell('Nimi', STRING)}"
        f"{cell('Å', STRING)}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        f"<table:table-row>{cell('Alkoi', STRING)}"
        f"{cell('5.1.2020', DATE)}"
        '</table:table-row><table:table-row table:number-rows-repeated="1000000">'
        "<table:table-cell/></table:table-row>"
    )
    odf(
        tmp_path / "r.ods",
        "spreadsheet",
        f'<table:table table:name="Lomake">{rows}</table:table>'
        '<table:table table:name="Lista" table:style-name="h"><table:table-row>'
        f"{cell('salassa', STRING)}</table:table-row></table:table>",
        '<style:style style:name="h" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>',
    )
    found = read(tmp_path / "r.ods")
    assert found.kind == "ods"
    assert found.text == "Lomake\n\nNimi\tÅ\nAlkoi\t2020-01-05\n"
    assert found.coverage.complete, found.coverage
    assert "hidden sheet Lista" in {item.what for item in found.coverage.left_out}


def test_rows_and_columns_that_are_too_small_to_be_seen_are_hidden(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lomake"
    for cells in (["Hanke", "a", "1"], ["Tulos", "b", "2"], ["Muu", "c", "3"]):
        sheet.append(cells)
    sheet.row_dimensions[2].height = 1
    sheet.column_dimensions["C"].width = 0.1
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    assert found.text == "Lomake\n\nHanke\ta\nMuu\tc\n"
    left = {item.what: item.text for item in found.coverage.left_out}
    assert left == {
        "hidden row of sheet Lomake": "Tulos b 2",
        "hidden column of sheet Lomake": "1 3",
    }

"""The workbook opens everywhere, says what its numbers are, and computes nothing."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import python_calamine
from published_study import HOSTILE, NOTICE

from evaltools.publish.bundle import Bundle
from evaltools.publish.tables import HEADER_ROW, Sheet, codebook_csv, write_workbook


@pytest.fixture(scope="module")
def book(bundle: Bundle) -> openpyxl.Workbook:
    return openpyxl.load_workbook(bundle.folder / "tables" / "indicators.xlsx")


def test_there_is_a_sheet_a_chapter_after_contents_and_notes(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["Sisällys", "Huomautukset", "01_one"]
    listed = [[cell.value for cell in row] for row in book["Sisällys"].iter_rows(min_row=5)]
    assert listed == [["01_one", f"{HOSTILE}", 6]]


def test_numbers_come_with_unit_denominator_and_method(book: openpyxl.Workbook) -> None:
    rows = list(book["01_one"].iter_rows(min_row=HEADER_ROW, values_only=True))
    header, records = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert {"Yksikkö", "Osoittaja (x)", "Nimittäjä (n)", "Välin menetelmä"} <= set(header)
    wilson = next(row for row in records if row["Välin menetelmä"] == "Wilson")
    assert wilson["Arvo"] == 0.5
    assert (wilson["Osoittaja (x)"], wilson["Nimittäjä (n)"]) == (1, 2)
    assert wilson["Yksikkö"] == "osuus 0–1"
    withheld = next(row for row in records if row["Indikaattori"] == "savings.median.money")
    assert withheld["Arvo"] is None
    assert withheld["Tila"] == "ei julkaista"
    assert withheld["Huomautus"] == "ei julkaista tietosuojan vuoksi"


def test_notes_explain_every_column_unit_and_method(book: openpyxl.Workbook) -> None:
    told = {row[0]: row[1] for row in book["Huomautukset"].iter_rows(min_row=5, values_only=True)}
    header = [cell.value for cell in book["01_one"][HEADER_ROW]]
    assert set(header) <= set(told)
    assert {"osuus 0–1", "euroa", "Wilson"} <= set(told)
    assert "doi:10.1080/01621459.1927.10502953" in told["Wilson"]
    assert all(str(text).strip() for text in told.values())


def test_no_cell_is_a_formula_and_hostile_text_stays_text(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    hostile = [cell for cell in cells if cell.value == HOSTILE]
    assert hostile
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in hostile)


def test_tables_are_accessible(book: openpyxl.Workbook) -> None:
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert sheet["A1"].value
        assert sheet["A2"].value == NOTICE
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        header = [cell.value for cell in sheet[HEADER_ROW]]
        assert all(header)
        assert len(set(header)) == len(header)


def test_the_workbook_reads_no_clock(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.folder / "tables" / "indicators.xlsx") as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = package.read("docProps/core.xml")
    assert b"created" not in core
    assert b"modified" not in core


def test_names_of_sheets_are_made_to_fit(tmp_path: Path) -> None:
    names = ["a/b:c*[d]?", "x" * 40, "X" * 40, ""]
    sheets = [Sheet(name, "t", "a", ["h"], [["v"]]) for name in names]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sheets, "t", "c", "fi")))
    assert len(set(map(str.casefold, book.sheetnames))) == 4
    assert all(0 < len(name) <= 31 for name in book.sheetnames)


def test_control_characters_and_endless_text_do_not_break_the_file() -> None:
    sheets = [Sheet("s", "t\x00", "a", ["h"], [["a\x0bb"], ["y" * 40_000]])]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sheets, "t\x01", "c", "fi")))
    assert book["s"].cell(5, 1).value == "ab"
    assert len(book["s"].cell(6, 1).value) == 32_767


def test_a_chapter_without_indicators_is_an_empty_table() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(write_workbook([Sheet("s", "t", "a", ["h"], [])], "t", "c", "fi"))
    )
    assert book["s"].max_row == HEADER_ROW


def test_a_codebook_has_no_formulas_and_is_in_the_order_of_its_codes() -> None:
    codes = pd.DataFrame({"code_id": ["b", "a"], "label": ["=1+1", None], "codable": [True, False]})
    assert codebook_csv(codes) == "code_id,label,codable\na,,False\nb,'=1+1,True\n"


def test_another_reader_finds_the_same_table(bundle: Bundle) -> None:
    path = bundle.folder / "tables" / "indicators.xlsx"
    other = python_calamine.CalamineWorkbook.from_path(path)
    rows = other.get_sheet_by_name("01_one").to_python()
    assert rows[HEADER_ROW - 1][0] == "Indikaattori"
    assert ["challenge.staff.share", "", "luetut raportit", 0.5] in [row[:4] for row in rows]


def test_every_part_that_the_package_names_is_in_it(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.folder / "tables" / "indicators.xlsx") as package:
        named = re.findall(r'PartName="/([^"]+)"', package.read("[Content_Types].xml").decode())
        assert set(named) <= set(package.namelist())

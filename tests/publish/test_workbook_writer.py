"""The workbook opens everywhere, says what its numbers are, and computes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import python_calamine
from published_study import HOSTILE, NOTICE

from evaltools.publish.bundle import Bundle
from evaltools.report.data_files import codebook_csv
from evaltools.report.workbook_writer import Sheet, write_workbook

HEADER_ROW = 4
"""Of contents, notes and chapters: below title, what it is, and where it comes from."""


@pytest.fixture(scope="module")
def book(bundle: Bundle) -> openpyxl.Workbook:
    return openpyxl.load_workbook(bundle.folder / "report" / "indicators.xlsx")


def test_there_is_a_sheet_a_chapter_after_cover_contents_and_notes(
    book: openpyxl.Workbook,
) -> None:
    assert book.sheetnames == ["Kansi", "Sisällys", "Huomautukset", "01_one"]
    rows = list(book["Sisällys"].iter_rows(min_row=5))
    listed = [[cell.value for cell in row] for row in rows]
    notes = book["Huomautukset"].max_row - HEADER_ROW
    assert [listed[0][0], listed[0][2]] == ["Huomautukset", notes]
    assert listed[1:] == [["01_one", f"{HOSTILE}", 6]]
    assert [row[0].hyperlink.location for row in rows] == ["'Huomautukset'!A1", "'01_one'!A1"]


def test_the_cover_says_what_the_numbers_are_and_what_the_symbols_mean(
    book: openpyxl.Workbook, bundle: Bundle
) -> None:
    cover = book["Kansi"]
    told = {row[0]: row[1] for row in cover.iter_rows(min_row=4, values_only=True)}
    assert cover["A2"].value == NOTICE
    manifest = json.loads((bundle.folder / "manifest.json").read_text("utf-8"))
    assert told["Laskenta-ajo"] == manifest["key"]
    assert told["Tarkastelukierros"] == "tarkastelu 2022"
    assert {"[c]", "[x]", "[z]"} <= set(told)
    assert told["Käyttölupa"].startswith("CC BY 4.0")


def test_no_cell_of_a_table_is_empty(book: openpyxl.Workbook) -> None:
    for sheet in book:
        (table,) = sheet.tables.values()
        assert all(cell.value is not None for row in sheet[table.ref] for cell in row)
        assert all(sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1))


def test_the_table_is_as_its_schema_says(bundle: Bundle) -> None:
    folder = bundle.folder / "report"
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert package["evaltools:example"] is True
    assert package["description"] == NOTICE
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    schema = package["resources"][0]["schema"]
    with (folder / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [field["name"] for field in schema["fields"]]
    for field in schema["fields"]:
        values = [row[field["name"]] for row in rows if row[field["name"]]]
        convert = {"integer": int, "number": float}.get(field["type"], str)
        assert all(convert(value) is not None for value in values)
        if field["type"] == "boolean":
            assert set(values) <= {*field["trueValues"], *field["falseValues"]}
        assert set(values) <= set(field.get("constraints", {}).get("enum", values))
        assert field["title"]
        assert field["description"]
    keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys) == 6


def test_numbers_come_with_unit_denominator_and_method(book: openpyxl.Workbook) -> None:
    rows = list(book["01_one"].iter_rows(min_row=HEADER_ROW, values_only=True))
    header, records = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert {"Yksikkö", "Osoittaja (x)", "Nimittäjä (n)", "Välin menetelmä"} <= set(header)
    wilson = next(row for row in records if row["Välin menetelmä"] == "Wilson")
    assert wilson["Arvo"] == 0.5
    assert (wilson["Osoittaja (x)"], wilson["Nimittäjä (n)"]) == (1, 2)
    assert wilson["Yksikkö"] == "osuus 0–1"
    withheld = next(row for row in records if row["Indikaattori"] == "savings.median.money")
    assert withheld["Arvo"] == withheld["Osoittaja (x)"] == "[c]"
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
        assert NOTICE in f"{sheet['A2'].value}{sheet['A3'].value}"
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        header = [cell.value for cell in sheet[table.ref][0]]
        assert all(header)
        assert len(set(header)) == len(header)


def test_the_workbook_reads_no_clock(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.folder / "report" / "indicators.xlsx") as package:
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
    assert book["s"].cell(4, 1).value == "ab"
    assert len(book["s"].cell(5, 1).value) == 32_767


def test_a_chapter_without_indicators_is_an_empty_table() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(write_workbook([Sheet("s", "t", "a", ["h"], [])], "t", "c", "fi"))
    )
    assert book["s"].max_row == 3


def test_a_codebook_has_no_formulas_and_is_in_the_order_of_its_codes() -> None:
    codes = pd.DataFrame({"code_id": ["b", "a"], "label": ["=1+1", None], "codable": [True, False]})
    assert codebook_csv(codes) == "code_id,label,codable\na,,False\nb,'=1+1,True\n"


def test_another_reader_finds_the_same_table(bundle: Bundle) -> None:
    path = bundle.folder / "report" / "indicators.xlsx"
    other = python_calamine.CalamineWorkbook.from_path(path)
    rows = other.get_sheet_by_name("01_one").to_python()
    assert rows[HEADER_ROW - 1][0] == "Indikaattori"
    told = [[row[0], *row[2:5]] for row in rows]
    assert ["challenge.staff.share", "[z]", "luetut raportit", 0.5] in told


def test_every_part_that_the_package_names_is_in_it(bundle: Bundle) -> None:
    with zipfile.ZipFile(bundle.folder / "report" / "indicators.xlsx") as package:
        named = re.findall(r'PartName="/([^"]+)"', package.read("[Content_Types].xml").decode())
        assert set(named) <= set(package.namelist())

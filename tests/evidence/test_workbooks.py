"""A workbook put in place of a text file reads back the same table."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from evidence_files import (
    PADDING,
    as_value,
    same_but_for_the_file,
    to_ods,
    to_xlsx,
    zipped,
)

from evaltools.evidence import read_tables


@pytest.mark.parametrize("table", ["calls", "projects", "organisations", "areas",
                                   "segments", "documents", "readings"])  # fmt: skip
def test_a_workbook_in_place_of_a_text_file_reads_back_the_same_table(
    package: Any, pristine: Any, table: str
) -> None:
    path = to_xlsx(package, table)
    same_but_for_the_file(package, pristine)
    assert read_tables(package.folder)[table].attrs["file"].endswith(path.name)


def test_bare_date_serials_of_a_workbook_are_dates(package: Any, pristine: Any) -> None:
    def serial(kind: str, cell: str) -> Any:
        if kind == "date" and cell:
            return (dt.date.fromisoformat(cell) - dt.date(1899, 12, 30)).days
        return as_value(kind, cell)

    to_xlsx(package, "projects", serial)
    same_but_for_the_file(package, pristine)


def test_date_serials_of_a_workbook_that_counts_from_1904(package: Any, pristine: Any) -> None:
    def serial(kind: str, cell: str) -> Any:
        if kind == "date" and cell:
            return (dt.date.fromisoformat(cell) - dt.date(1904, 1, 1)).days
        return as_value(kind, cell)

    book = openpyxl.Workbook()
    book.epoch = dt.datetime(1904, 1, 1)
    to_xlsx(package, "projects", serial, book=book)
    same_but_for_the_file(package, pristine)


def test_a_bare_number_in_a_text_file_is_no_date(package: Any) -> None:
    package.change("projects", 2, decided="43790")
    assert [problem.split("; ")[0] for problem in package.problems()] == [
        'data/register/projects.csv, row 2, column decided: "43790" is not a date'
    ]


def test_problems_in_a_workbook_name_the_workbook(package: Any) -> None:
    package.tables["regions"][1]["name_fi"] = ""
    to_xlsx(package, "regions")
    assert [problem.split("; ")[0] for problem in package.problems()] == [
        "data/reference/regions.xlsx, row 3, column name_fi: the cell is empty"
    ]


def test_of_several_sheets_the_one_named_as_the_table_is_read(package: Any, pristine: Any) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Regions"
    book.create_sheet("ohje").append(["tekijä", "A"])
    to_xlsx(package, "regions", book=book)
    same_but_for_the_file(package, pristine)


@pytest.mark.parametrize("padding", ["", PADDING])
def test_an_ods_reads_back_the_same_table(package: Any, pristine: Any, padding: str) -> None:
    to_ods(package, "projects", padding)
    to_ods(package, "calls", padding)
    same_but_for_the_file(package, pristine)


def test_the_stored_value_of_a_formula_is_read(package: Any, pristine: Any) -> None:
    path = to_xlsx(package, "projects")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<v>100.01</v>", b"<f>50.005*2</f><v>100.01</v>")
    assert b"<f>" in parts[name]
    path.write_bytes(zipped(parts))
    same_but_for_the_file(package, pristine)


def test_a_workbook_with_prefixed_names_and_no_cell_places_is_read(
    package: Any, pristine: Any
) -> None:
    """The form in which the state's open grant register exports."""
    path = to_xlsx(package, "regions")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet = re.sub(r'(<c) r="[A-Z]+[0-9]+"', r"\1", sheet)
    sheet = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=")
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    path.write_bytes(zipped(parts))
    same_but_for_the_file(package, pristine)

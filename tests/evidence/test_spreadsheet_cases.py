"""Spreadsheets that other tools, and this one before, read as something else than they show.

The files are copies of the study's register of projects with one thing changed, put in place of
it. What is expected of each is what a person sees who opens it.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.evidence import load_descriptor, read_tables, validate
from evaltools.evidence.descriptor import Descriptor
from evaltools.evidence.tables import read_leniently
from evaltools.problems import Problem, ProblemError

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "data"
NAME = "data/register/projects"

TOLD = {
    "csv_point_dec3_ambiguous.csv": (
        '.csv, row 2, column grant_eur: "1.234" can be read in two ways; allowed: a number. Write '
        "1234 or 1.2340, whichever is meant. [data.number-ambiguous]"
    ),
    "point_thousands.csv": (
        '.csv, row 2, column grant_eur: "123.250" can be read in two ways; allowed: a number. '
        "Write 123250 or 123.2500, whichever is meant. [data.number-ambiguous]"
    ),
    "xlsx_text_point_thousands.xlsx": (
        '.xlsx, row 2, column grant_eur: "123.250" can be read in two ways; allowed: a number. '
        "Write 123250 or 123.2500, whichever is meant. [data.number-ambiguous]"
    ),
    # one date with points among those of another notation: the day or the month may come first
    "swapped_dotted.csv": (
        '.csv, row 2, column decided: "11.12.2019" can be read in two ways; allowed: a date such '
        "as 2021-12-31. Write 2019-12-11 or 2019-11-12, whichever is meant. [data.date-ambiguous]"
    ),
    "macroman.csv": (
        '.csv, row 48: its letters make no words in Windows-1252 ("tietomŠŠrittelytyšssŠ"); in '
        'Mac Roman they would be "tietomäärittelytyössä"; allowed: UTF-8, UTF-16, Windows-1252. '
        "Open the file in the program it was made with and save it as UTF-8. [data.encoding]"
    ),
    "xlsx_err_div0.xlsx": (
        '.xlsx, row 2, column grant_eur: "#DIV/0!" is an error of a spreadsheet. Correct the '
        "formula that gave it, or empty the cell. [data.spreadsheet-error]"
    ),
    "xlsx_err_ref.xlsx": (
        '.xlsx, row 2, column grant_eur: "#REF!" is an error of a spreadsheet. Correct the '
        "formula that gave it, or empty the cell. [data.spreadsheet-error]"
    ),
    "xlsx_err_value_optional_date.xlsx": (
        '.xlsx, row 2, column started: "#VALUE!" is an error of a spreadsheet. Correct the '
        "formula that gave it, or empty the cell. [data.spreadsheet-error]"
    ),
    "xlsx_filtered_rows.xlsx": (
        ".xlsx, row 2: 38 rows are hidden by a filter (rows 2 to 39). Show all rows, and delete "
        "those that are not meant. [data.hidden]"
    ),
    "xlsx_merged_grant_cells.xlsx": (
        ".xlsx, row 2: cells are merged, so that only the first of each area has its value: F2:F4. "
        "Unmerge them, and write in every cell the value that belongs there. [data.merged-cells]"
    ),
    "xlsx_percent_cell.xlsx": (
        '.xlsx, row 2, column grant_eur: the cell is shown as "85%", but holds 0.85. Give the '
        "cells the format General and write in them what is meant. [data.shown-otherwise]"
    ),
    "xlsx_thousands_format.xlsx": (
        '.xlsx, row 2, column grant_eur: the cell is shown as "123.25 k€", but holds 123.25. Give '
        "the cells the format General and write in them what is meant. [data.shown-otherwise]"
    ),
    "xlsx_register_number_turned_date.xlsx": (
        '.xlsx, row 2, column register_number: "2019-01-01" is a date. A spreadsheet makes dates '
        "of codes such as 3-4: give the cells the format Text and type them again. "
        "[data.shown-otherwise]"
    ),
    "xlsx_second_data_sheet.xlsx": (
        '.xlsx: the sheet "projects 2022" holds 1 row under the same column names; only "projects" '
        "is read. Move its rows to that sheet, or delete the sheet. [data.sheet-further]"
    ),
    "xlsx_struck_row.xlsx": (
        ".xlsx, row 2: the row is struck through. Delete what is withdrawn, or take the line away "
        "from what holds. [data.struck-through]"
    ),
}


def register() -> Descriptor:
    """The study's descriptor with the register of projects alone."""
    descriptor = load_descriptor(DATA)
    resource = replace(descriptor.resource("projects"), foreign_keys=())
    return replace(descriptor, resources=(resource,))


def problems_of(folder: Path, file: Path) -> list[Problem]:
    target = folder / "data" / "register" / f"projects{file.suffix}"
    target.parent.mkdir(parents=True)
    shutil.copy(file, target)
    descriptor = replace(register(), folder=folder / "data")
    reading = read_leniently(folder / "data", descriptor)
    found = reading.problems(descriptor)
    return found or validate(reading.tables, descriptor, reading.unread)


@pytest.mark.parametrize("name", TOLD)
def test_each_case_is_told_once_with_its_place_and_what_to_do(name: str, tmp_path: Path) -> None:
    problems = problems_of(tmp_path, HERE / "spreadsheets" / name)
    assert [str(problem) for problem in problems] == [NAME + TOLD[name]]


def test_the_half_euro_above_the_highest_share_is_told(tmp_path: Path) -> None:
    name = "csv_one_semicolon_decimal_comma.csv"
    problems = problems_of(tmp_path, HERE / "spreadsheets" / name)
    assert str(problems[0]) == (
        f"{NAME}.csv, row 2, column grant_eur: 123250.5 is 0.5 more than 85% of total_cost_eur, "
        "145000; allowed: at most 85%. Correct the one that is wrong. [data.ratio]"
    )
    assert {problem.code for problem in problems} == {"data.ratio"}


def test_every_case_has_its_test() -> None:
    files = {path.name for path in (HERE / "spreadsheets").iterdir()}
    assert files == {*TOLD, "csv_one_semicolon_decimal_comma.csv"}


def test_points_part_thousands_where_the_column_shows_it() -> None:
    frame = read_tables(HERE / "packages" / "thousands-with-points-read-as-decimals")["t"]
    assert frame["n"].tolist() == [1000, 25000, 1234567]
    assert frame["x"].tolist() == [1234.5, 250000.0, 12.5]


def test_errors_of_a_workbook_are_told_as_in_text() -> None:
    folder = HERE / "packages" / "workbook-error-cells-become-missing"
    with pytest.raises(ProblemError) as error:
        read_tables(folder)
    assert [(one.where, one.code) for one in error.value.problems] == [
        (f"{folder.name}/t.xlsx, row 2, column x", "data.spreadsheet-error"),
        (f"{folder.name}/t.xlsx, row 3, column name", "data.spreadsheet-error"),
    ]

"""Titles, totals, notes and short rows are told once, as what they are."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from evaltools.evidence import check_data, read_tables

COLUMNS = {"id": "string", "call": "string", "name": "string", "grant": "number", "cost": "number"}
REQUIRED = ("id", "call", "name")
HEADER = "id;call;name;grant;cost"
ROWS = ["a;2019;yksi;100;200", "b;2019;kaksi;1000,5;2000", "c;2020;kolme;50;60"]
BEFORE = "; allowed: rows of the table only"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fields = [
        {"name": name, "type": kind, "constraints": {"required": name in REQUIRED}}
        for name, kind in COLUMNS.items()
    ]
    resources = [
        {"name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]}},
        {"name": "u", "path": "u.csv", "schema": {
            "fields": [{"name": "t", "type": "string"}],
            "foreignKeys": [{"fields": ["t"], "reference": {"resource": "t", "fields": ["id"]}}],
        }},
    ]  # fmt: skip
    data = tmp_path / "data"
    data.mkdir()
    (data / "datapackage.json").write_text(json.dumps({"name": "p", "resources": resources}))
    (data / "u.csv").write_text("t\na\nb\nc\n")
    return data


def told(folder: Path, lines: list[str]) -> list[str]:
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(problem).removeprefix("data/t.csv") for problem in check_data(folder)]


@pytest.mark.parametrize("total", [";;;1150,5;2260", "Yhteensä;;;1150,5;2260", ";;Summa;1150,5;",
                                   ";;;;2260"])  # fmt: skip
def test_a_row_of_totals_is_told_as_one(folder: Path, total: str) -> None:
    (problem,) = told(folder, [HEADER, *ROWS, total])
    number, column = ("2260", "cost") if total.startswith(";;;;") else ("1150.5", "grant")
    assert problem == (
        f", row 5: the row is a sum: {number} is what {column} of rows 2 to 4 come to{BEFORE}. "
        "Delete the row of totals. [data.totals-row]"
    )


def test_a_row_of_totals_after_an_empty_row_is_told_as_one(folder: Path) -> None:
    (problem,) = told(folder, [HEADER, *ROWS, ";;;;", "Yhteensä;;;1150,5;2260"])
    assert problem.startswith(", row 6: the row is a sum: 1150.5 is what grant of rows 2 to 4")


def test_a_grant_as_large_as_all_others_is_no_total(folder: Path) -> None:
    assert told(folder, [HEADER, *ROWS[:2], "c;2020;kolme;1100,5;2200"]) == []


@pytest.mark.parametrize("title", ["Hankerekisteri 2019;;;;", "Hankerekisteri", ";;Hanke;Rahat;",
                                   '"Hankerekisteri; osa 1"'])  # fmt: skip
def test_titles_above_the_column_names_are_told_once(folder: Path, title: str) -> None:
    problems = told(folder, [title, "", HEADER, *ROWS])
    assert len(problems) == 1
    assert problems[0].startswith(", row 1: the column names stand in row 3, under a title, ")
    assert problems[0].endswith(
        "Delete rows 1, 2, so that the column names come first. [data.title-rows]"
    )


def test_what_else_is_wrong_under_a_title_is_told_with_its_row(folder: Path) -> None:
    problems = told(folder, ["Rekisteri", HEADER, *ROWS, "d;2020;neljä;x;"])
    assert [problem.split(": ")[0] for problem in problems] == [", row 1", ", row 6, column grant"]


def test_empty_rows_above_the_column_names_are_no_problem(folder: Path) -> None:
    assert told(folder, ["", ";;;;", HEADER, *ROWS]) == []
    assert read_tables(folder)["t"].index.tolist() == [4, 5, 6]


def test_a_file_without_column_names_is_told_once(folder: Path) -> None:
    (problem,) = told(folder, ROWS)
    assert problem == (
        ', row 1: the first row holds none of the column names but "a", "2019", "yksi", "100", '
        '"200"; allowed: id, call, name, grant, cost. Put the column names in the first row. '
        "[data.header]"
    )


@pytest.mark.parametrize(
    "notes",
    [["* ei lopullinen;;;;", "Lähde: ministeriö;;;;"], ['"Lähde: ministeriö";;;;'],
     [";;Lähde: ministeriö;;"]],
)  # fmt: skip
def test_notes_under_a_table_are_told_once(folder: Path, notes: list[str]) -> None:
    (problem,) = told(folder, [HEADER, *ROWS, *notes])
    assert "hold" in problem
    assert problem.endswith(f"{BEFORE}. Delete notes and headings from the table. [data.note-row]")


def test_column_names_that_are_repeated_are_told_once(folder: Path) -> None:
    assert told(folder, [HEADER, *ROWS[:2], HEADER, ROWS[2]]) == [
        ", row 4: the row repeats the column names. Delete it. [data.header-twice]"
    ]


def test_a_row_that_lacks_several_required_cells_is_told_once(folder: Path) -> None:
    assert told(folder, [HEADER, *ROWS, "d;;;70;80"]) == [
        ', row 5: the row lacks call, name; it has "d", "70", "80"; allowed: rows of the table '
        "only, with all that is required. Fill in what is missing, or delete the row. "
        "[data.row-incomplete]"
    ]


def test_a_single_missing_cell_is_told_in_its_column(folder: Path) -> None:
    (problem,) = told(folder, [HEADER, *ROWS, "d;2020;;70;80"])
    assert problem.startswith(", row 5, column name: the cell is empty")


def test_a_short_row_is_told_once_and_nothing_that_follows_from_it(folder: Path) -> None:
    assert told(folder, [HEADER, ROWS[0], "b;2019", ROWS[2]]) == [
        ", row 3: the row has 2 cells, the header 5. Add what is missing; where a line break has "
        "split a row, put the text that holds it between quotation marks. [data.row-width]"
    ]


def test_rows_that_the_delimiter_splits_are_one_problem(folder: Path) -> None:
    lines = [HEADER.replace(";", ","), *(f"r{n},2019,x,100,5{n},7" for n in range(30))]
    (folder / "u.csv").write_text("t\n")
    assert told(folder, lines) == [
        ", row 2: rows 2 to 31 have 6 cells, the header 5. Put texts and numbers that hold the "
        "delimiter between quotation marks, or save with another delimiter. [data.row-width]"
    ]


def test_bars_may_part_cells(folder: Path) -> None:
    assert told(folder, [line.replace(";", "|") for line in [HEADER, *ROWS]]) == []
    assert read_tables(folder)["t"]["grant"].tolist() == [100, 1000.5, 50]


def test_a_sum_below_a_table_whose_only_required_column_names_it(tmp_path: Path) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "x", "type": "number"}]
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource]}))
    (tmp_path / "t.csv").write_text("id;x\na;1000\nb;250\nYhteensä;1250\n")
    (problem,) = check_data(tmp_path)
    assert problem.code == "data.totals-row"
    (tmp_path / "t.csv").write_text("id;x\na;1\nb;2\nc;3\n")
    assert check_data(tmp_path) == []


@pytest.mark.parametrize(
    "row", ["{0};;;{0};{0}", ";2019;;{0};{0}", ";;;;a note of several words"], ids=str
)
def test_many_odd_rows_are_read_in_one_pass(folder: Path, row: str) -> None:
    def seconds(count: int) -> float:
        lines = [HEADER, *ROWS, *(row.format(number) for number in range(7, 7 + count))]
        (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        start = time.process_time()
        assert check_data(folder)
        return time.process_time() - start

    # Sixteen times as many; what looked at all rows above or below each would take 256 times.
    assert min(seconds(8_000) for _ in range(2)) < 64 * min(seconds(500) for _ in range(2))

"""What a point or a comma stands for is told by the numbers around it, or the number is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaltools.evidence import read_tables
from evaltools.problems import ProblemError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fields = [{"name": "id", "type": "string"}, {"name": "n", "type": "integer"},
              {"name": "x", "type": "number"}, {"name": "y", "type": "number"}]  # fmt: skip
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource]}))
    return tmp_path


def write(folder: Path, x: list[str], y: str = "", n: str = "") -> None:
    rows = [f"r{place};{n};{value};{y}" for place, value in enumerate(x)]
    (folder / "t.csv").write_text("\n".join(["id;n;x;y", *rows]), encoding="utf-8")


@pytest.mark.parametrize(
    ("x", "values"),
    [
        (["123.250", "85.5"], [123.25, 85.5]), (["123.250", "1234.567"], [123.25, 1234.567]),
        (["123.250", "0.125"], [123.25, 0.125]), (["123.250", "1 234.5"], [123.25, 1234.5]),
        (["123.250", "1.234,5"], [123250, 1234.5]), (["123.250", "1.234.567"], [123250, 1234567]),
        (["123,250", "85,5"], [123.25, 85.5]), (["123,250", "1,234.5"], [123250, 1234.5]),
        (["-1,250", "1,234,567"], [-1250, 1234567]), (["123.250 €", "85.5 €"], [123.25, 85.5]),
        (["0.123", "0,5"], [0.123, 0.5]), (["1 250", "1'250"], [1250, 1250]),
        (["12\u00a0345,678", "1\u202f250"], [12345.678, 1250]), (["85.5", "100"], [85.5, 100]),
        (["1.2500", "12345.678"], [1.25, 12345.678]),
    ],
)  # fmt: skip
def test_the_column_shows_what_is_meant(folder: Path, x: list[str], values: list[float]) -> None:
    write(folder, x)
    assert read_tables(folder)["t"]["x"].tolist() == values


@pytest.mark.parametrize(
    "x",
    [["123.250"], ["123.250", "493000"], ["123.250", "1.000"], ["123,250", "1 000"], ["1.250 €"],
     ["-1.250", "+3.000"], ["123.250", "12,5"], ["123,250", "12.5"], ["012.345"],
     ["123.250", "85.5", "1.234,5"], ["123.250", "85.5", "12,5"]],
)  # fmt: skip
def test_where_nothing_shows_it_or_it_is_contradicted_the_column_is_told_once(
    folder: Path, x: list[str]
) -> None:
    write(folder, x)
    with pytest.raises(ProblemError) as error:
        read_tables(folder)
    (problem,) = error.value.problems
    assert problem.code == "data.number-ambiguous"
    assert problem.where.endswith("t.csv, row 2, column x")


@pytest.mark.parametrize(("y", "value"), [("85.5", 123.25), ("1.234,50", 123250)])
def test_other_columns_of_the_file_show_what_is_meant(folder: Path, y: str, value: float) -> None:
    write(folder, ["123.250"], y)
    assert read_tables(folder)["t"]["x"].tolist() == [value]


def test_whole_numbers_follow_the_same_rule(folder: Path) -> None:
    write(folder, ["1"], n="1.000")
    with pytest.raises(ProblemError, match="number-ambiguous"):
        read_tables(folder)
    write(folder, ["1.234.567"], n="1.000")
    assert read_tables(folder)["t"]["n"].tolist() == [1000]


def test_dates_with_points_are_in_doubt_only_among_dates_of_another_notation(
    tmp_path: Path,
) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "day", "type": "date"},
              {"name": "end", "type": "date"}]  # fmt: skip
    resource = {"name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource]}))

    def days(*rows: str) -> list[str]:
        (tmp_path / "t.csv").write_text("\n".join(["id;day;end", *rows]), encoding="utf-8")
        return read_tables(tmp_path)["t"]["day"].dt.strftime("%Y-%m-%d").tolist()

    assert days("a;1.2.2020;", "b;3.4.2020;") == ["2020-02-01", "2020-04-03"]
    assert days("a;1.2.2020;", "b;2020-05-06;31.12.2020") == ["2020-02-01", "2020-05-06"]
    assert days("a;13.2.2020;", "b;2020-05-06;") == ["2020-02-13", "2020-05-06"]
    assert days("a;2.2.2020;", "b;2020-05-06;") == ["2020-02-02", "2020-05-06"]
    for rows in (("a;1.2.2020;", "b;2020-05-06;"), ("a;1.2.2020;", "b;12.31.2020;")):
        with pytest.raises(ProblemError, match="date-ambiguous"):
            days(*rows)

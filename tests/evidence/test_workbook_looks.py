"""What a person sees of a workbook is read; what is hidden, joined or struck is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sheet_files import Cell, Page, Seen, number, ods, text, xlsx

from evaltools.evidence import read_tables
from evaltools.problems import ProblemError

COLUMNS = {"id": "string", "code": "string", "n": "integer", "x": "number", "day": "date"}
HEADER: list[Cell | None] = [text(name) for name in COLUMNS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fields = [{"name": name, "type": kind} for name, kind in COLUMNS.items()]
    fields[0]["constraints"] = {"required": True}  # type: ignore[assignment]
    resource = {
        "name": "t", "path": "t.csv", "schema": {"fields": fields, "primaryKey": ["id"]},
    }  # fmt: skip
    data = tmp_path / "data"
    data.mkdir()
    (data / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [resource]}))
    return data


def row(name: str, code: Cell | None = None, n: Cell | None = None, x: Cell | None = None,
        day: Cell | None = None) -> list[Cell | None]:  # fmt: skip
    return [text(name), code, n, x, day]


def told(folder: Path, content: bytes, suffix: str = ".xlsx") -> list[str]:
    (folder / f"t{suffix}").write_bytes(content)
    try:
        read_tables(folder)
    except ProblemError as error:
        return [str(problem).removeprefix(f"data/t{suffix}") for problem in error.problems]
    return []


def frame(folder: Path, content: bytes, suffix: str = ".xlsx"):  # type: ignore[no-untyped-def]
    (folder / f"t{suffix}").write_bytes(content)
    return read_tables(folder)["t"]


ROWS: list[list[Cell | None]] = [
    row("a", text("7"), number(1), number("2.5"), number(43790, "d.m.yyyy")),
    row("b", text("8"), number(2), number("1.234"), number(43791, "d.m.yyyy")),
    row("c", text("9"), number(3), number("85"), number(43792, "d.m.yyyy")),
]


def test_numbers_of_cells_are_decimal_whatever_texts_beside_them_show(folder: Path) -> None:
    found = frame(folder, xlsx([Page([HEADER, *ROWS, row("d", x=text("1.234.567,5"))])]))
    assert found["x"].tolist() == [2.5, 1.234, 85.0, 1234567.5]


def test_numbers_of_cells_show_nothing_of_the_points_in_texts(folder: Path) -> None:
    assert told(folder, xlsx([Page([HEADER, *ROWS, row("d", x=text("123.250"))])])) == [
        ', row 5, column x: "123.250" can be read in two ways; allowed: a number. Write 123250 or '
        "123.2500, whichever is meant. [data.number-ambiguous]"
    ]


def test_noughts_and_letters_of_a_format_are_part_of_a_code(folder: Path) -> None:
    codes = [number(5, "000"), number(12, '"EX/"0000'), number(43790), text("7", '"K"@'),
             number(12345, "000-000")]  # fmt: skip
    rows = [row(name, code) for name, code in zip("abcde", codes, strict=True)]
    assert frame(folder, xlsx([Page([HEADER, *rows])]))["code"].tolist() == [
        "005", "EX/0012", "43790", "K7", "012-345"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "what"),
    [
        ("x", number("0.85", "0%"), 'the cell is shown as "85%", but holds 0.85'),
        ("x", number(123250, '0.0,"k"'), 'the cell is shown as "123.3k", but holds 123250'),
        ("x", number("9.6", "0"), 'the cell is shown as "10", but holds 9.6'),
        ("x", number(-4, "0;0"), 'the cell is shown as "4", but holds -4'),
        ("x", number(4, ";;;"), "the cell does not show what it holds, 4"),
        ("n", number(43790, "yyyy-mm-dd"), '"2019-11-21" is a date'),
        ("n", number(43790, "mmm-yy"), 'the cell is shown as "2019-11", but holds 43790'),
        ("day", number(43790, "mmm-yy"), 'the cell is shown as "2019-11", but holds 43790'),
        ("day", number("0.5", "h:mm"), 'the cell is shown as "12:00", but holds 0.5'),
        ("code", number(43790, "d.m.yyyy"), '"2019-11-21" is a date'),
        ("code", text("a", ";;;"), '"a" is not shown by the format of its cell'),
        ("code", number("1234567890123456"), '"1234567890123460" has more than 15 digits, of '
                                             "which a spreadsheet keeps 15"),
        ("x", Cell("", formula="A1*2"), "the cell holds a formula without a stored value"),
        *((column, Cell(error, "e"), f'"{error}" is an error of a spreadsheet')
          for error in ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
                        "#GETTING_DATA", "#SPILL!")
          for column in ("x", "n", "code", "day")),
        ("x", Cell("#REF!", "e", formula="A1+#REF!"), '"#REF!" is an error of a spreadsheet'),
        ("code", text("#PUUTTUU!"), '"#PUUTTUU!" is an error of a spreadsheet'),
        ("x", text("Err:502"), '"Err:502" is an error of a spreadsheet'),
        ("day", text("########"), '"########" is what a spreadsheet shows of a cell that is too '
                                  "narrow"),
    ],
)  # fmt: skip
def test_a_cell_that_says_something_else_is_told(
    folder: Path, column: str, cell: Cell, what: str
) -> None:
    odd = row("d", **{column: cell})
    (problem,) = told(folder, xlsx([Page([HEADER, *ROWS, odd])]))
    assert problem.startswith(f", row 5, column {column}: {what}")


def test_many_cells_of_one_cause_are_one_problem(folder: Path) -> None:
    rows = [row(f"r{place}", x=number("0.5", "0%")) for place in range(40)]
    (problem,) = told(folder, xlsx([Page([HEADER, *rows])]))
    assert problem.startswith(
        ', row 2, column x: the cell is shown as "50%", but holds 0.5 (also rows 3 to 41).'
    )


@pytest.mark.parametrize(
    ("page", "what"),
    [
        (Page([HEADER, *ROWS], hidden_rows={3}), ", row 3: 1 row is hidden (row 3)"),
        (Page([HEADER, *ROWS], hidden_rows={2, 3}, filtered=True),
         ", row 2: 2 rows are hidden by a filter (rows 2, 3)"),
        (Page([HEADER, *ROWS], hidden_columns={3}), ", row 1, column x: the column is hidden"),
        (Page([HEADER, *ROWS], merged=["D2:D4"]), ", row 2: cells are merged"),
        (Page([HEADER, [text("a"), None, None, None, None], *ROWS[1:]], merged=["C2:D3"]),
         ", row 2: cells are merged"),
        (Page([HEADER, *ROWS], merged=["C3:D3"]), ", row 3: cells are merged"),
        (Page([HEADER, *ROWS], state="hidden"), ': the sheet "Sheet1" is hidden'),
        (Page([HEADER, *ROWS[:2], row("c", x=Cell("5", struck=True))]),
         ", row 4: cells of row 4 (x) are struck through"),
        (Page([HEADER, *ROWS[:2], row("c", x=Cell("5", white=True))]),
         ", row 4: cells of row 4 (x) are written in white on white"),
        (Page([[*HEADER, None], [*ROWS[0], None, text("huom")]]),
         ", row 2: values stand to the right of the last column, day (row 2)"),
    ],
)  # fmt: skip
def test_what_is_not_seen_or_not_clear_in_a_sheet_is_told_once(
    folder: Path, page: Page, what: str
) -> None:
    (problem,) = told(folder, xlsx([page]))
    assert problem.startswith(what)


@pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
def test_another_sheet_with_rows_of_the_table_is_told(folder: Path, state: str) -> None:
    more = Page([HEADER, row("z")], name="2022", state=state)
    (problem,) = told(folder, xlsx([Page([HEADER, *ROWS], name="t"), more]))
    hidden = "" if state == "visible" else "hidden "
    assert problem.startswith(f': the {hidden}sheet "2022" holds 1 row under the same column names')


@pytest.mark.parametrize(
    "page",
    [
        Page([HEADER, *ROWS], filtered=True),
        Page([HEADER, *ROWS], hidden_rows={9}, hidden_columns={7}),
        Page([HEADER, *ROWS, []], merged=["A9:C9"]),
        Page([HEADER, *ROWS], merged=["E2:G2"]),
        Page([HEADER, ROWS[0], [None], *ROWS[1:]], hidden_rows={3}),
    ],
)
def test_what_hides_and_joins_nothing_is_no_problem(folder: Path, page: Page) -> None:
    assert told(folder, xlsx([page])) == []


def test_a_sheet_of_notes_beside_the_table_is_no_problem(folder: Path) -> None:
    notes = Page([[text("id"), text("selite")], [text("a"), text("b")]], name="ohje")
    assert told(folder, xlsx([Page([HEADER, *ROWS], name="t"), notes])) == []


def test_formats_that_show_the_number_are_no_problem(folder: Path) -> None:
    codes = ["0.00", "#,##0.00", "#,##0.00 €", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-']
    rows = [row(f"r{place}", x=number("1234.5", code)) for place, code in enumerate(codes)]
    found = frame(folder, xlsx([Page([HEADER, *rows, row("z", x=number(0, codes[3]))])]))
    assert found["x"].tolist() == [1234.5] * 4 + [0.0]


ODS_HEADER = [Seen(name) for name in COLUMNS]


def ods_row(name: str, code: Seen | None = None, n: Seen | None = None, x: Seen | None = None,
            day: Seen | None = None) -> list[Seen | None]:  # fmt: skip
    return [Seen(name), code, n, x, day]


def ods_told(folder: Path, rows: Sequence[Sequence[Seen | None]], **looks: object) -> list[str]:
    return told(folder, ods([ODS_HEADER, *rows], **looks), ".ods")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "value"),
    [(Seen("1 234,50 €", "1234.5", "currency"), 1234.5),
     (Seen("123,250", "123.25", "float"), 123.25),
     (Seen("1.234,5", "1234.5", "float"), 1234.5), (Seen("(5)", "-5", "float"), -5.0),
     (Seen("33,3333333333", "33.3333333333333", "float"), 33.3333333333),
     (Seen("-", "0", "float"), 0.0), (Seen("1,23E+06", "1230000", "float"), 1230000.0)],
)  # fmt: skip
def test_an_ods_gives_the_number_that_it_shows(folder: Path, seen: Seen, value: float) -> None:
    content = ods([ODS_HEADER, ods_row("a", x=seen)])
    assert frame(folder, content, ".ods")["x"].tolist() == [value]


@pytest.mark.parametrize(
    ("column", "seen", "what"),
    [
        ("x", Seen("85 %", "0.85", "percentage"), 'the cell is shown as "85 %", but holds 0.85'),
        ("x", Seen("123,25 k€", "123.25", "float"), 'the cell is shown as "123,25 k€"'),
        ("x", Seen("1235", "1234.567", "float"), 'the cell is shown as "1235"'),
        ("x", Seen("", "5", "float"), "the cell does not show what it holds, 5"),
        ("x", Seen("100 kr", "100", "currency"), 'the cell is shown as "100 kr"'),
        ("x", Seen("#DIV/0!", kind="error"), '"#DIV/0!" is an error of a spreadsheet'),
        ("code", Seen("Err:502", kind="error"), '"Err:502" is an error of a spreadsheet'),
        ("code", Seen("1.1.2019", "2019-01-01", "date"), '"2019-01-01" is a date'),
        ("code", Seen("12:30", kind="time"), 'the cell is shown as "12:30"'),
        ("day", Seen("marras 2019", "2019-11-21", "date"), 'the cell is shown as "marras 2019"'),
    ],
)  # fmt: skip
def test_a_cell_of_an_ods_that_says_something_else_is_told(
    folder: Path, column: str, seen: Seen, what: str
) -> None:
    (problem,) = ods_told(folder, [ods_row("a", **{column: seen})])
    assert problem.startswith(f", row 2, column {column}: {what}")


def test_what_is_not_seen_or_not_clear_in_an_ods_is_told_once(folder: Path) -> None:
    five = Seen("5", "5", "float")
    rows = [ods_row(name, x=five) for name in "abc"]
    assert ods_told(folder, rows, hidden=[3])[0].startswith(", row 3: 1 row is hidden (row 3)")
    assert ods_told(folder, rows, hidden_columns=[3])[0].startswith(", row 1, column x: the column")
    struck = Seen("5", "5", "float", style="struck")
    assert ods_told(folder, [*rows, ods_row("d", x=struck)])[0].startswith(
        ", row 5: cells of row 5 (x) are struck through"
    )
    joined = Seen("5", "5", "float", spans='table:number-rows-spanned="2"')
    assert ods_told(folder, [*rows, ods_row("d", x=joined), ods_row("e")])[0].startswith(
        ", row 5: cells are merged, so that only the first of each area has its value: D5:D6"
    )

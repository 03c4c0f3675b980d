"""Columns are shared by what stands in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdf_samples as samples
import pytest

from evaltools.report.renderer.print.shapes import column_shares, set_widths


def table_of(folder: Path, text: str) -> Any:
    return samples.resolved(folder, text)["blocks"][0]


def widths(table: Any) -> list[float | None]:
    return [width.get("c") for _, width in table["c"][2]]


@pytest.mark.parametrize("columns", [2, 5, 11, 20])
def test_column_widths_fill_at_most_the_line(tmp_path: Path, columns: int) -> None:
    shares = column_shares(table_of(tmp_path, samples.wide_table(columns)))
    assert len(shares) == columns
    assert all(share > 0 for share in shares)
    assert sum(shares) <= 1.0 + 1e-3


def test_columns_with_longer_words_are_wider(tmp_path: Path) -> None:
    text = "| a | Kannustinrahajärjestelmä |\n|--|--|\n| 1 | 2 |\n"
    narrow, wide = column_shares(table_of(tmp_path, text))
    assert wide > 3 * narrow


def given(folder: Path, text: str, shares: tuple[float, ...]) -> Any:
    table = table_of(folder, text)
    for (_, width), share in zip(table["c"][2], shares, strict=True):
        width["c"] = share
    return table


SHORT = "| Aihe | Hankkeita |\n|--|--|\n| tieto | 12 |\n"
LONG = "| Aihe | Hankkeita |\n|--|--|\n" + f"| {'monta sanaa ' * 30} | 12 |\n" * 3


def test_widths_that_the_report_gives_are_kept_where_they_serve_the_table(tmp_path: Path) -> None:
    assert widths(set_widths(given(tmp_path, SHORT, (0.6, 0.4)), True)) == [0.6, 0.4]


def test_widths_that_break_a_word_of_the_head_are_not_kept(tmp_path: Path) -> None:
    found = widths(set_widths(given(tmp_path, SHORT, (0.95, 0.05)), True))
    assert found[1] is not None
    assert found[1] > 0.1


def test_widths_that_make_rows_higher_than_they_need_be_are_not_kept(tmp_path: Path) -> None:
    found = widths(set_widths(given(tmp_path, LONG, (0.5, 0.5)), True))
    first = found[0]
    assert first is not None
    assert first > 0.8


@pytest.mark.parametrize("columns", [4, 6, 8])
def test_no_word_of_a_head_is_broken_where_all_have_room(tmp_path: Path, columns: int) -> None:
    names = ["Luetuista raporteista", "Raportteja", "Ratkaisuja", "Hankkeita"]
    head = ["Haaste", *(names[at % 4] for at in range(columns - 1))]
    rows = f"| {'kumppanien erilaiset lähtökohdat ' * 3} |{' 12/52 |' * (columns - 1)}\n" * 9
    text = f"| {' | '.join(head)} |\n|{'--|' * columns}\n{rows}"
    shares = column_shares(table_of(tmp_path, text))
    size = {4: 9.0, 6: 8.5, 8: 8.0}[columns]
    for name, share in zip(head, shares, strict=True):
        # Letters of Fira Sans are 0.5 em wide on average.
        assert share * 453.5 > max(map(len, name.split())) * 0.5 * size, name


def test_equal_widths_by_dashes_are_taken_as_left_open(tmp_path: Path) -> None:
    table = table_of(tmp_path, samples.long_table())
    given = widths(table)
    assert len(set(given)) == 1
    found = widths(set_widths(table, only_full=False))
    assert len(set(found)) == 4
    assert found[0] == max(width for width in found if width is not None)


def test_narrow_tables_are_left_to_the_setter(tmp_path: Path) -> None:
    table = table_of(tmp_path, "| a | b |\n|--|--|\n| 1 | 2 |\n")
    assert set_widths(table, only_full=True) is table
    assert None not in widths(set_widths(table, only_full=False))


def test_in_word_letters_of_long_tables_are_no_smaller_and_numbers_stay_whole(
    tmp_path: Path,
) -> None:
    rows = "| brist på personal eller personalomsättning | samordning och styrning | 3 | 0,217 |\n"
    text = f"| Utmaning | Åtgärd | Kopplade | p |\n|--|--|--:|--:|\n{rows * 12}"
    found = widths(set_widths(table_of(tmp_path, text), only_full=False))
    assert found[3] is not None
    # Digits of Calibri are 0.507 em wide, commas 0.25; the cell has margins of 8 points.
    assert found[3] * 453.5 >= 9 * (4 * 0.507 + 0.25) + 8


def sheet(folder: Path) -> Any:
    rows = "".join(f"| Muut kieliversiot | {'kunnat, digitalisaatio ' * n} |\n" for n in (1, 4, 9))
    table = table_of(folder, f"| Tieto | Sisältö |\n|--|--|\n{rows * 4}")
    table["c"][0][1].append("key-value")
    table["c"][0][2].append(["row-headers", "1"])
    return table


def test_names_of_a_sheet_have_room_in_its_larger_type(tmp_path: Path) -> None:
    found = set_widths(sheet(tmp_path), only_full=True)
    assert ["whole-names", "1"] in found["c"][0][2]
    first = widths(found)[0]
    assert first is not None
    # These letters of Fira Sans are 0.46 em wide on average, and a cell has margins of 12 points.
    assert first * 453.5 - 12 > len("Muut kieliversiot") * 0.46 * 10.5


def test_comments_take_no_room_in_a_column(tmp_path: Path) -> None:
    table = table_of(tmp_path, LONG)
    plain = widths(set_widths(table, only_full=False))
    comment = {"t": "Span", "c": [["c1", ["comment-start"], []], [{"t": "Str", "c": "x" * 900}]]}
    for row in table["c"][4][0][3]:
        row[1][1][4][0]["c"].insert(0, comment)
    assert widths(set_widths(table, only_full=False)) == plain

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


def test_widths_that_the_report_gives_are_kept(tmp_path: Path) -> None:
    table = table_of(tmp_path, samples.long_table())
    for (_, width), share in zip(table["c"][2], (0.4, 0.3, 0.2, 0.1), strict=True):
        width["c"] = share
    assert set_widths(table, only_full=True) is table


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

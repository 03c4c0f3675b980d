"""Cells of exchange tables: text that a spreadsheet shows and does not compute, and back.

A text that looks like a formula gets an apostrophe before it, as in all files of evaltools; so
does one that begins with an apostrophe, so that taking one away gives back what there was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from evaltools.problems import ProblemError
from evaltools.qda.model import refusal

_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
_LARGEST_CELL = 50_000_000


def escape_formula(text: str) -> str:
    """The text as it is written into a cell."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unescape_formula(cell: str) -> str:
    """The text that a cell was written from."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_GUARDED) else cell


def write_cells(header: Sequence[str], rows: Iterable[Sequence[str]], *, guard: bool = True) -> str:
    """Delimited text: commas, LF, a header; cells quoted where they need it."""
    lines = [",".join(map(_cell, header))]
    for row in rows:
        lines.append(",".join(_cell(escape_formula(cell) if guard else cell) for cell in row))
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    # csv.writer leaves a lone CR bare when lines end by LF, and no reader would take it back.
    if any(character in text for character in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def read_cells(data: bytes, where: str) -> list[dict[str, str]]:
    """Rows of delimited text that `write_cells` wrote, cells unguarded, by column.

    Arguments:
        data: bytes of the file.
        where: what problems call it.

    Raises ProblemError where it is not UTF-8, or a row has another number of cells.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise broken_table(where, "it is not UTF-8") from None
    limit = csv.field_size_limit(_LARGEST_CELL)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        what = f"it cannot be split into cells ({error})"
        raise broken_table(where, what) from None
    finally:
        csv.field_size_limit(limit)
    if not records:
        raise broken_table(where, "it is empty")
    header, *rows = records
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            what = f"{len(row)} cells under {len(header)} column names"
            raise broken_table(f"{where}, row {number}", what)
    return [dict(zip(header, map(unescape_formula, row), strict=True)) for row in rows]


def broken_table(where: str, what: str) -> ProblemError:
    """The error of a table that is not as it was written."""
    return refusal(where, what, remedy="Export the coding again.")

"""Delimited text as the world writes it: four delimiters, four encodings, one grid.

A register exported in Finland or Sweden is as often Windows-1252 with semicolons as UTF-8 with
commas. What can be told for certain is read; what cannot is refused with its place.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable
from itertools import islice

from evaltools.evidence.encodings import decoded
from evaltools.evidence.grid import CONTROL, LATEST_HEADER, Grid, Unreadable, to_grid

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_HEAD = 100_000
_QUOTED_VALUE = re.compile(r'="([^"]*)"')


def read_delimited(data: bytes, expected: Iterable[str]) -> Grid:
    """Cells of a delimited text file.

    Arguments:
        data: bytes of the file: UTF-8 with or without byte order mark, UTF-16 or Windows-1252;
            delimited by comma, semicolon, tab or bar; lines ended by LF, CRLF or CR.
        expected: names the header should hold; they decide which delimiter it is.

    Raises Unreadable where it is not such a file.
    """
    text = decoded(data)
    if text.startswith("sep=") and text[5:6] in ("\r", "\n"):
        text = text[5:].lstrip("\r\n")  # Excel's own first line; its table begins below
    expected = list(expected)
    delimiter = _delimiter(text, expected)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
    except csv.Error as error:
        raise Unreadable(
            f"the row cannot be split into cells ({error})",
            'Put text with quotation marks between quotation marks and double them inside: "".',
            "data.quoting",
            row=len(records) + 1,
        ) from None
    if '="' in text:
        records = [[_unwrapped(cell) for cell in record] for record in records]
    return to_grid(records, expected)


def _delimiter(text: str, expected: Iterable[str]) -> str:
    names = {name.casefold() for name in expected}
    head = text.lstrip("\ufeff\r\n")[:_LONGEST_HEAD]

    def fit(delimiter: str) -> tuple[int, int]:
        # The names may stand below title rows, which hold few of the delimiters or none.
        best = (0, 0)
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        with contextlib.suppress(csv.Error):
            for cells in islice(reader, LATEST_HEADER):
                matched = sum(" ".join(cell.split()).casefold() in names for cell in cells)
                best = max(best, (matched, len(cells)))
        return best

    return max(_DELIMITERS, key=fit)


def _unwrapped(cell: str) -> str:
    # ="005" is how Excel is made to keep leading zeros: a value, although written as a formula.
    found = _QUOTED_VALUE.fullmatch(cell)
    return found.group(1) if found else cell


def has_control_characters(text: str) -> bool:
    """Whether a cell holds characters that no register has: they hide or break what is shown."""
    return CONTROL.search(text) is not None

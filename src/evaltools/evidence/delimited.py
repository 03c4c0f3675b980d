"""Delimited text as the world writes it: three delimiters, four encodings, one grid.

A register exported in Finland or Sweden is as often Windows-1252 with semicolons as UTF-8 with
commas. What can be told for certain is read; what cannot is refused with its place.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable

from evaltools.evidence.grid import CONTROL, REPLACED, Grid, Unreadable, to_grid

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-8 once read as Windows-1252: Ã¤ for ä, Ã¶ for ö, Ã¥ for å and their capitals, â€ for dashes.
_TWICE = re.compile("Ã[¤¶¥„–…]|â€[“”™˜œ]")
_LONGEST_HEADER = 100_000
_QUOTED_VALUE = re.compile(r'="([^"]*)"')


def read_delimited(data: bytes, expected: Iterable[str]) -> Grid:
    """Cells of a delimited text file.

    Arguments:
        data: bytes of the file: UTF-8 with or without byte order mark, UTF-16 or Windows-1252;
            delimited by comma, semicolon or tab; lines ended by LF, CRLF or CR.
        expected: names the header should hold; they decide which delimiter it is.

    Raises Unreadable where it is not such a file.
    """
    text = decoded(data)
    if text.startswith("sep=") and text[5:6] in ("\r", "\n"):
        text = text[5:].lstrip("\r\n")  # Excel's own first line; its table begins below
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
    return to_grid(records)


def decoded(data: bytes) -> str:
    """Text of the bytes; raises Unreadable where the encoding is none of those that are read."""
    if not data:
        raise Unreadable("the file is empty", "Give it at least its header.", "data.empty")
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding or _guess(data))
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte {error.start + 1} is not text in any encoding that is read",
            "Save the file as UTF-8.",
            "data.encoding",
            allowed="UTF-8, UTF-16, Windows-1252",
            row=data.count(b"\n", 0, error.start) + 1,
        ) from None
    broken = _TWICE.search(text) or re.search(REPLACED, text)
    if broken:
        raise Unreadable(
            f'letters were broken by an earlier conversion ("{broken.group()}")',
            "Export the file again as UTF-8; an open and save does not mend it.",
            "data.encoding",
            row=text.count("\n", 0, broken.start()) + 1,
        )
    return text


def _guess(data: bytes) -> str:
    head = data[:4000]
    if head.count(0) > len(head) // 4:  # mostly Latin text in UTF-16 is nought in every other byte
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str, expected: Iterable[str]) -> str:
    names = {name.casefold() for name in expected}
    line = re.split(r"[\r\n]", text.lstrip("\ufeff\r\n")[:_LONGEST_HEADER], maxsplit=1)[0]

    def fit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(" ".join(cell.split()).casefold() in names for cell in cells), len(cells)

    return max((",", ";", "\t"), key=fit)


def _unwrapped(cell: str) -> str:
    # ="005" is how Excel is made to keep leading zeros: a value, although written as a formula.
    found = _QUOTED_VALUE.fullmatch(cell)
    return found.group(1) if found else cell


def has_control_characters(text: str) -> bool:
    """Whether a cell holds characters that no register has: they hide or break what is shown."""
    return CONTROL.search(text) is not None

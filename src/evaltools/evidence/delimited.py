"""Delimited text as the world writes it: four delimiters, four encodings, one grid.

A register exported in Finland or Sweden is as often Windows-1252 with semicolons as UTF-8 with
commas. What can be determined for certain is read; what cannot is refused with its place.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from evaltools.evidence.messages import quote_value
from evaltools.evidence.raw_table import (
    LATEST_HEADER,
    REPLACED,
    RawTable,
    UnreadableTableError,
    make_raw_table,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# UTF-8 once read as Windows-1252: Ã¤ for ä, Ã¶ for ö, Ã¥ for å and their capitals, â€ for dashes.
_TWICE = re.compile("Ã[¤¶¥„–…©¼¨¸¦]|â€[“”™˜œ]")
_WINDOWS = "cp1252"
_OTHERS = {
    "mac_roman": "Mac Roman",
    "cp850": "DOS code page 850",
    "cp437": "DOS code page 437",
}
_IN_WORD = r"[^\s\x00-\x2f\x3a-\x40]"
_WORD = re.compile(rf"{_IN_WORD}*[^\x00-\x7f]{_IN_WORD}*")
_COMMON = frozenset("åäöÅÄÖ")
_USUAL = frozenset("éüøæõèàáíóñçßÉÜØÆÕ–—’‘“”•…§°€£½«»·\u00a0\u00ad´")
_JOINING = "’‘–—·\u00ad\u00a0´"
_OPENING = _JOINING + "“”«»„‚•°§…"
_RARE, _IMPOSSIBLE = 2, 10
_MOST_WORDS = 20_000


def decode(data: bytes) -> str:
    """Text of the bytes; raises Unreadable where the encoding is none of those that are read."""
    if not data:
        raise UnreadableTableError(
            "the file is empty", "Give it at least its header.", "data.empty"
        )
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    encoding = encoding or _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        guessed = data.decode(encoding, errors="replace")
        if encoding == _WINDOWS and _implausibility(guessed)[1].cost >= _IMPOSSIBLE:
            _check_letters(data, guessed)
        raise UnreadableTableError(
            f"byte {error.start + 1} is not text in any encoding that is read",
            "Save the file as UTF-8.",
            "data.encoding",
            allowed="UTF-8, UTF-16, Windows-1252",
            row=data.count(b"\n", 0, error.start) + 1,
        ) from None
    broken = _TWICE.search(text) or re.search(REPLACED, text)
    if broken:
        what = f'letters were broken by an earlier conversion ("{broken.group()}")'
        remedy = "Export the file again as UTF-8; an open and save does not mend it."
        raise UnreadableTableError(
            what, remedy, "data.encoding", row=text.count("\n", 0, broken.start()) + 1
        )
    if encoding == _WINDOWS:
        _check_letters(data, text)
    return text


def _guess(data: bytes) -> str:
    head = data[:4000]
    if head.count(0) > len(head) // 4:  # mostly Latin text in UTF-16 is zero in every other byte
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _WINDOWS
    return "utf-8"


def _check_letters(data: bytes, text: str) -> None:
    """Refuse text of Windows-1252 whose letters another encoding explains better."""
    cost, worst = _implausibility(text)
    if not cost:
        return
    better = []
    for encoding, name in _OTHERS.items():
        other = data.decode(encoding)
        other_cost, _ = _implausibility(other)
        if other_cost <= cost - _RARE:
            better.append((other_cost, name, other))
    if not better and worst.cost < _IMPOSSIBLE:
        return
    what = f"its letters make no words in Windows-1252 ({quote_value(worst.word)})"
    if better:
        _, name, other = min(better)
        # Each of these encodings has one byte a character, so places are the same.
        word = other[worst.start : worst.start + len(worst.word)]
        what += f"; in {name} they would be {quote_value(word)}"
    raise UnreadableTableError(
        what,
        "Open the file in the program it was made with and save it as UTF-8.",
        "data.encoding",
        allowed="UTF-8, UTF-16, Windows-1252",
        row=text.count("\n", 0, worst.start) + 1,
    )


class _Word:
    """A word with letters beyond ASCII, and how unlikely they are."""

    def __init__(self, word: str, start: int, cost: int) -> None:
        self.word, self.start, self.cost = word, start, cost


def _implausibility(text: str) -> tuple[int, _Word]:
    """How unlikely the characters beyond ASCII are, in all, and the word with the worst."""
    worst = _Word("", 0, 0)
    total = 0
    for found in islice(_WORD.finditer(text), _MOST_WORDS):
        word = found.group()
        cost = sum(_cost(word, place) for place, one in enumerate(word) if one > "\x7f")
        if len(word) > 3 and all(one > "\x7f" for one in word):
            cost += _IMPOSSIBLE  # Cyrillic or Greek letters, read as Latin ones
        if cost > worst.cost:
            worst = _Word(word, found.start(), cost)
        total += cost
    return total, worst


def _cost(word: str, place: int) -> int:
    one = word[place]
    before, after = word[place - 1 : place], word[place + 1 : place + 2]
    if one.isalpha():
        within = before.isalpha() and after.islower()
        if one.isupper() and (within or (before.islower() and not after)):
            return _IMPOSSIBLE
        return 0 if one in _COMMON else 1 if one in _USUAL else _RARE
    if after.isalpha() and one not in (_JOINING if before.isalpha() else _OPENING):
        return _IMPOSSIBLE
    if unicodedata.category(one) in ("Cc", "Cn", "Co"):
        return _IMPOSSIBLE
    return 0 if one in _USUAL else _RARE


_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_HEAD = 100_000
_QUOTED_VALUE = re.compile(r'="([^"]*)"')


def read_delimited(data: bytes, expected: Iterable[str]) -> RawTable:
    """Cells of a delimited text file.

    Arguments:
        data: bytes of the file: UTF-8 with or without byte order mark, UTF-16 or Windows-1252;
            delimited by comma, semicolon, tab or bar; lines ended by LF, CRLF or CR.
        expected: names the header should hold; they decide which delimiter it is.

    Raises Unreadable where it is not such a file.
    """
    text = decode(data)
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
        what = f"the row cannot be split into cells ({error})"
        remedy = 'Put text with quotation marks between quotation marks and double them inside: "".'
        raise UnreadableTableError(what, remedy, "data.quoting", row=len(records) + 1) from None
    if '="' in text:
        records = [[_unwrap(cell) for cell in record] for record in records]
    return make_raw_table(records, expected)


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


def _unwrap(cell: str) -> str:
    # ="005" is how Excel is made to keep leading zeros: a value, although written as a formula.
    match = _QUOTED_VALUE.fullmatch(cell)
    return match.group(1) if match else cell

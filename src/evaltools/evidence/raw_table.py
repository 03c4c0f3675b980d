"""A grid: what a file holds before anything is understood, as text in rows and columns.

The text of a cell is what a person sees there. Where a spreadsheet keeps something else than it
shows, the cell is in doubt; where its rows, columns or sheets are not all meant or not all seen,
there is a remark. Whoever reads a grid tells both.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from evaltools.problems import quote_value

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
REPLACED = "\ufffd"
LATEST_HEADER = 25
FURTHER_SHEET = "data.sheet-further"


@dataclass(frozen=True)
class Doubt:
    """Why the text of a cell cannot be taken for what the cell says.

    `what` is the rest of a sentence that begins with the text of the cell (`of_text`) or with "the
    cell"; in columns of the types `unless` there is nothing wrong with it.
    """

    what: str
    remedy: str
    code: str
    unless: tuple[str, ...] = ()
    of_text: bool = False

    def sentence(self, text: str) -> str:
        """What is wrong with a cell of that text."""
        return f"{quote_value(text) if self.of_text else 'the cell'} {self.what}"


@dataclass(frozen=True)
class Remark:
    """Something about a file, its rows from `row` on, or one column, that has to be reported."""

    row: int | None
    column: str | None
    what: str
    remedy: str
    code: str


@dataclass(frozen=True)
class RawTable:
    """Cells as text.

    Arguments:
        header: names over the columns, trimmed; empty columns at the end are left out.
        rows: cells of each row that holds anything, as many as the header has.
        numbers: for each of `rows`, its number as a spreadsheet shows it.
        workbook: whether the cells come from a workbook, in which dates may be bare numbers.
        day_zero: the day from which bare numbers count days ("1899-12-30" or "1904-01-01").
        ragged: (row, cells found) of rows with more or fewer cells than the header.
        header_row: row of the header.
        exact: by row and place, the number that a cell stores, where it is to be read and not
            guessed from the text.
        doubts: by row and place, cells whose text is not what they say.
        remarks: what has to be reported of the file as a whole.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    workbook: bool = False
    day_zero: str = "1899-12-30"
    ragged: tuple[tuple[int, int], ...] = ()
    header_row: int = 1
    exact: Mapping[tuple[int, int], str] = field(default_factory=dict)
    doubts: Mapping[tuple[int, int], Doubt] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


class UnreadableTableError(Exception):
    """A file that cannot be turned into a grid, reported as the parts of a problem."""

    def __init__(
        self, what: str, remedy: str, code: str, *, allowed: str = "", row: int | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code
        self.allowed = allowed
        self.row = row


def refuse_doubts(grid: RawTable, accepted: Iterable[str] = ()) -> RawTable:
    """The grid, where all its cells can be taken as text; dates may be any text.

    Arguments:
        grid: as it was read.
        accepted: codes of remarks that whoever reads it has settled.

    Raises Unreadable with the first remark or doubt.
    """
    for remark in grid.remarks:
        if remark.code in accepted:
            continue
        raise UnreadableTableError(remark.what, remark.remedy, remark.code, row=remark.row)
    for (row, place), doubt in sorted(grid.doubts.items()):
        if "date" not in doubt.unless and row in grid.numbers:
            text = grid.rows[grid.numbers.index(row)][place]
            what = f"column {grid.header[place]}: {doubt.sentence(text)}"
            raise UnreadableTableError(what, doubt.remedy, doubt.code, row=row)
    return grid


def find_header(records: Sequence[Sequence[str]], names: Iterable[str]) -> int:
    """Which of the first records is the header: the one with most of the names.

    Where no later record is clearly better, it is the first that holds anything.
    """
    expected = {name.casefold() for name in names}
    first = next(
        (place for place, record in enumerate(records[:LATEST_HEADER]) if any(map(_bare, record))),
        0,
    )
    counts = [
        len({_bare(cell).casefold() for cell in record} & expected)
        for record in records[:LATEST_HEADER]
    ]
    best = max(range(len(counts)), key=counts.__getitem__, default=0)
    better = counts[best] > max(1, 2 * counts[first]) if counts else False
    return best if better else first


def make_raw_table(
    records: Sequence[Sequence[str]],
    names: Iterable[str] = (),
    *,
    workbook: bool = False,
    day_zero: str = "1899-12-30",
    exact: Mapping[tuple[int, int], str] | None = None,
    doubts: Mapping[tuple[int, int], Doubt] | None = None,
) -> RawTable:
    """Split records into header and rows, dropping rows and columns that are empty at the end.

    The header is found below title rows by `names`; the rest is as in `RawTable`. Raises
    UnreadableTableError for a file without a header.
    """
    names = list(names)
    top = find_header(records, names)
    header = [_bare(name) for name in records[top]] if records else []
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableTableError(
            "the first row holds no column names", "Put the column names there.", "data.header"
        )
    width = len(header)
    remarks: list[Remark] = []
    titles = [place + 1 for place, record in enumerate(records[:top]) if any(map(_bare, record))]
    if titles:
        shown = next(cell for cell in map(_bare, records[titles[0] - 1]) if cell)
        what = f"the column names stand in row {top + 1}, under a title, {quote_value(shown, 40)}"
        remedy = f"Delete {list_rows(range(1, top + 1))}, so that the column names come first."
        remarks.append(Remark(titles[0], None, what, remedy, "data.title-rows"))
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, int]] = []
    beyond: list[int] = []
    for number, record in enumerate(records[top + 1 :], start=top + 2):
        if len(record) != width:
            filled = len(record)
            while filled > width and not record[filled - 1].strip():
                filled -= 1
            record = record[:filled]
            if workbook:
                if filled > width:
                    beyond.append(number)
                record = [*record[:width], *("",) * (width - len(record))]
            elif filled != width:
                if any(cell.strip() for cell in record):
                    ragged.append((number, filled))
                continue
        if not any(map(str.strip, record)):
            continue
        rows.append(tuple(record))
        numbers.append(number)
    if beyond:
        what = f"values stand to the right of the last column, {header[-1]} ({list_rows(beyond)})"
        remedy = "Name their column, or delete them."
        remarks.append(Remark(beyond[0], None, what, remedy, "data.column-unnamed"))
    return RawTable(
        tuple(header),
        tuple(rows),
        tuple(numbers),
        workbook,
        day_zero,
        tuple(ragged),
        top + 1,
        exact or {},
        doubts or {},
        tuple(remarks),
    )


def list_rows(rows: Iterable[int], most: int = 12) -> str:
    """Rows in words: `row 4`, `rows 2 to 38, 41 and 50`, of many ranges the first."""
    ranges: list[list[int]] = []
    count = 0
    for row in sorted(set(rows)):
        count += 1
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    texts = [
        str(low) if low == high else f"{low}, {high}" if high == low + 1 else f"{low} to {high}"
        for low, high in ranges
    ]
    left = sum(high - low + 1 for low, high in ranges[most:])
    if left:
        return f"rows {', '.join(texts[:most])} and {left} more"
    if len(texts) > 1:
        texts[-2:] = [f"{texts[-2]} and {texts[-1]}"]
    return ("row " if count == 1 else "rows ") + ", ".join(texts)


def _bare(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


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

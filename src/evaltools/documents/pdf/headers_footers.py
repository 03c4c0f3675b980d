"""Running headers, footers and page numbers of a PDF: recognised by repetition, left out by name.

A line is one only if it is outermost: nothing of the page's own stands beyond it, and it is set
apart from what follows. A sentence that happens to begin several pages is neither.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from evaltools.documents.pdf.lines import Line

_OUTER = 3  # rows at the top and at the bottom of a page that may be headers or footers
_MARGIN = 0.09  # of the height of a page: where a page number stands
_APART = 1.6  # times the usual distance of lines: what is further off is set apart
_LEADING = 1.25  # of the size: distance of lines where a page has too few to tell
_NUMBER = re.compile(
    r"(?:(?:sivu|sida|page|s\.)\s*)?[-–]?\s*(\d{1,4})\s*[-–]?\s*(?:(?:/|\(|av|of)\s*\d{1,4}\s*\)?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")

Row = list[Line]


def find_headers_footers(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[Line]:
    """Lines that are headers, footers or page numbers.

    The same line, but for a number that counts the pages, stands at the same height of two pages
    or more and of every third at least; or it is a page number in the margin.

    Arguments:
        pages: lines of each page from top to bottom.
        heights: of each page, in points.
    """
    rows = [_rows(lines) for lines in pages]
    again = _repeated_rows(rows, len(pages)) | _page_numbers(rows, heights)
    margins: set[Line] = set()
    for page in rows:
        usual = _leading(page)
        for inwards in (page, page[::-1]):
            margins.update(line for line in _outermost(inwards, usual, again))
    return margins


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Lines of a page by height, from top to bottom."""
    rows: dict[int, Row] = defaultdict(list)
    for line in lines:
        rows[round(line.y)].append(line)
    return [rows[y] for y in sorted(rows)]


def _outermost(inwards: Sequence[Row], usual: float, again: set[Line]) -> Iterator[Line]:
    """Headers or footers of the outermost rows, up to where the page's own text begins."""
    outer: list[Row] = []
    for row in inwards[:_OUTER]:
        if not any(line in again for line in row):
            break
        outer.append(row)
    while outer and len(outer) < len(inwards):
        if _is_apart(outer[-1], inwards[len(outer)], usual):
            break
        outer.pop()
    for row in outer:
        yield from (line for line in row if line in again)


def _is_apart(row: Row, own: Row, usual: float) -> bool:
    """Whether a row is set apart from the text of its page, by distance or by its letters."""
    one, other = row[0], own[0]
    return (
        abs(one.y - other.y) > _APART * usual
        or abs(one.size - other.size) > 0.6
        or one.bold != other.bold
    )


def _leading(rows: Sequence[Row]) -> float:
    gaps = [below[0].y - above[0].y for above, below in itertools.pairwise(rows)]
    if len(gaps) >= 4:
        return median(gaps)
    return _LEADING * max((row[0].size for row in rows), default=0.0)


def _repeated_rows(pages: Sequence[Sequence[Row]], count: int) -> set[Line]:
    places: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for rows in pages:
        outer = {id(line): line for row in (*rows[:_OUTER], *rows[-_OUTER:]) for line in row}
        for line in outer.values():
            for shape in _shapes(line):
                for place in (round(line.y / 6), round((line.y + 3) / 6) + 10_000):
                    places[shape, place].append(line)
    repeated: set[Line] = set()
    for same in places.values():
        if len({line.page for line in same}) >= max(2, count / 3):
            repeated.update(same)
    return repeated


def _shapes(line: Line) -> Iterator[str]:
    """What a line has in common with those of other pages: all of it, or all but a page number."""
    text = line.text.strip()
    yield text
    for number in itertools.islice(_DIGITS.finditer(text), 6):
        if len(number[0]) <= 4:
            ahead = int(number[0]) - line.page
            yield f"{text[: number.start()]}\0{ahead}\0{text[number.end() :]}"


def _page_numbers(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> set[Line]:
    """Numbers in the margin that count the pages."""
    ahead: dict[int, list[Line]] = defaultdict(list)
    for rows, height in zip(pages, heights, strict=True):
        for line in (line for row in rows for line in row):
            number = _NUMBER.fullmatch(line.text.strip())
            if number and not _MARGIN * height <= line.y <= (1 - _MARGIN) * height:
                ahead[int(number[1]) - line.page].append(line)
    return {
        line
        for by, lines in ahead.items()
        if by == 0 or len({line.page for line in lines}) > 1
        for line in lines
    }

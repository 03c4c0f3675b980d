"""Running headers, footers and page numbers of a PDF: told by repetition, left out by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from evaltools.documents.pdf.lines import Line

_OUTER = 3  # lines at the top and at the bottom of a page that may be furniture
_MARGIN = 0.09  # of the height of a page: where a page number stands
_NUMBER = re.compile(
    r"(?:(?:sivu|sida|page|s\.)\s*)?[-–]?\s*\d{1,4}\s*[-–]?\s*(?:(?:/|\(|av|of)\s*\d{1,4}\s*\)?)?",
    re.IGNORECASE,
)


def furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[Line]:
    """Lines that are furniture.

    A line is if the same one, numbers aside, stands at the same height among the outermost lines
    of two pages or more and of every third at least; or if it is a page number in the margin.

    Arguments:
        pages: lines of each page from top to bottom.
        heights: of each page, in points.
    """
    places: dict[tuple[str, int], list[Line]] = defaultdict(list)
    found: set[Line] = set()
    for lines, height in zip(pages, heights, strict=True):
        for line in _outermost(lines):
            for place in (round(line.y / 6), round((line.y + 3) / 6) + 10_000):
                places[_shape(line), place].append(line)
            at_edge = line.y < _MARGIN * height or line.y > (1 - _MARGIN) * height
            if at_edge and _NUMBER.fullmatch(line.text.strip()):
                found.add(line)
    for same in places.values():
        there = {line.page for line in same}
        if len(there) >= max(2, len(pages) / 3):
            found.update(same)
    return found


def _outermost(lines: Sequence[Line]) -> list[Line]:
    """Parts of the first and last lines of a page."""
    heights = sorted({round(line.y) for line in lines})
    outer = {*heights[:_OUTER], *heights[-_OUTER:]}
    return [line for line in lines if round(line.y) in outer]


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.strip())

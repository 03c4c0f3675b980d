"""Reading order of what stands on a page: down the columns where there are columns of prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from evaltools.documents.pdf.lines import Line
from evaltools.documents.pdf.tables import Grid

Item = Line | Grid
Gap = tuple[float, float]

_GUTTER = 3.0  # points; where lines are close, `gutters` has told that there is one
_LEVEL = 0.15  # of the size: base lines that differ less are one
_FIRST_LINE = 12.0  # points from the upper edge of a table to its first base line
_PROSE_LINES = 4
_PROSE_CHARACTERS = 22


def order(items: Sequence[Item]) -> list[Item]:
    """Put lines and grids of one page in reading order."""
    result: list[Item] = []
    for gaps, group in _groups(_bands(items)):
        gap = next((g for g in gaps if _prose(group, g)), None)
        if gap is None:
            result.extend(_by_row(group))
            continue
        result.extend(order([item for item in group if _right(item) <= gap[0]]))
        result.extend(order([item for item in group if _left(item) >= gap[1]]))
    return result


def _by_row(items: Sequence[Item]) -> Iterator[Item]:
    """Items from top to bottom; those on one base line from left to right, however large."""
    row: list[Item] = []
    for item in sorted(items, key=lambda item: (round(_base(item)), _left(item))):
        if row and not _level(row[0], item):
            yield from sorted(row, key=_left)
            row = []
        row.append(item)
    yield from sorted(row, key=_left)


def _level(one: Item, other: Item) -> bool:
    if not isinstance(one, Line) or not isinstance(other, Line):
        return False
    return abs(one.y - other.y) <= _LEVEL * min(one.size, other.size)


def _base(item: Item) -> float:
    """Base line of a line; of a grid, where its first line would have it."""
    return item.y if isinstance(item, Line) else item.box[1] + _FIRST_LINE


def _bands(items: Sequence[Item]) -> list[list[Item]]:
    """Items whose heights overlap, from top to bottom."""
    bands: list[list[Item]] = []
    bottom = 0.0
    for item in sorted(items, key=lambda i: (_top(i), _left(i))):
        if bands and _top(item) < bottom:
            bands[-1].append(item)
            bottom = max(bottom, _bottom(item))
        else:
            bands.append([item])
            bottom = _bottom(item)
    return bands


def _groups(bands: Sequence[list[Item]]) -> list[tuple[list[Gap], list[Item]]]:
    """Consecutive bands that leave a gutter free together."""
    groups: list[tuple[list[Gap], list[Item]]] = []
    for band in bands:
        if groups and groups[-1][0]:
            gaps = _free(groups[-1][0], band)
            if gaps:
                groups[-1] = (gaps, [*groups[-1][1], *band])
                continue
        groups.append((_between(band), list(band)))
    return groups


def _between(band: Sequence[Item]) -> list[Gap]:
    gaps: list[Gap] = []
    right = None
    for item in sorted(band, key=_left):
        if right is not None and _left(item) - right >= _GUTTER:
            gaps.append((right, _left(item)))
        right = max(_right(item), right or 0.0)
    return gaps


def _free(gaps: Sequence[Gap], band: Sequence[Item]) -> list[Gap]:
    """What is left of gutters when the items of a band are put beside them."""
    for item in band:
        rest: list[Gap] = []
        for left, right in gaps:
            if _right(item) <= left or _left(item) >= right:
                rest.append((left, right))
            else:
                rest.extend([(left, _left(item)), (_right(item), right)])
        gaps = [gap for gap in rest if gap[1] - gap[0] >= _GUTTER]
    return list(gaps)


def _prose(group: Sequence[Item], gap: Gap) -> bool:
    """Whether running text stands on both sides of a gutter, rather than labels and values."""
    sides = (
        [i for i in group if isinstance(i, Line) and i.x1 <= gap[0]],
        [i for i in group if isinstance(i, Line) and i.x0 >= gap[1]],
    )
    return all(
        len(side) >= _PROSE_LINES and median(len(line.text) for line in side) >= _PROSE_CHARACTERS
        for side in sides
    )


def _top(item: Item) -> float:
    return item.y - 0.8 * item.size if isinstance(item, Line) else item.box[1]


def _bottom(item: Item) -> float:
    return item.y + 0.2 * item.size if isinstance(item, Line) else item.box[3]


def _left(item: Item) -> float:
    return item.x0 if isinstance(item, Line) else item.box[0]


def _right(item: Item) -> float:
    return item.x1 if isinstance(item, Line) else item.box[2]

"""Lines of a PDF page: runs of characters that were drawn in one go, put side by side.

Two runs that stand above one another are two lines, however close they are: letters of different
lines are never mixed. A small run that stands a little higher or lower beside a larger one is a
superscript or a subscript of its line.

A gap between two words is no wider than a gutter between columns that stand close together. What
tells them apart is that a gutter goes down through many lines, and that what stands right of it
begins at one edge.

Where a program says how far letters are spaced, its word is taken (`TextState.spacing`). Elsewhere
a row of single letters at even distances is a spaced word, and only wider gaps part words. Digits
alone are not: they may be the heads of columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from evaltools.documents.pdf.characters import Box, Glyph, group_while
from evaltools.documents.pdf.glyph_names import HYPHENS
from evaltools.documents.superscripts import shift_runs

_SPACE = 0.2  # of the size: a wider gap between characters is a blank
_GAP = 0.9  # of the size: a wider gap may part columns
_LEVEL = 0.3  # of the size: base lines that differ less are one
_SHIFT = 0.55  # of the larger size: how far a superscript or subscript may stand off the line
_SMALLER = 0.85  # of the larger size: what is smaller can be a superscript
_BESIDE = 0.4  # of the larger size: how far a superscript may be from what it belongs to
_LONGEST_SCRIPT = 12  # characters of a superscript
_MOST_DIGITS = 3  # of a superscript that is as large as its line
_LEAST_SHIFT = 0.12  # of the larger size: what stands off less is on the line
_TINY = 0.45  # of the larger size: letters that are smaller are no superscripts
_LOOK_BACK = 12  # lines: how many above may still be on the line of a run
_OVERLAP = 0.3  # of the smaller size: how far letters of two runs may reach over one another
_NARROWEST_GUTTER = 0.3  # of the size
_GUTTER_LINES = 5  # lines that have something on both sides
_EDGE = 0.7  # points by which the right column's lines may begin apart
_FLUSH = 0.8  # share of them that begin at its edge
_FAR = 3.0  # times the size: lines further apart are not of one column
_APART = 0.15  # of the size: letters of an ordinary word are closer
_FARTHEST = 1.5  # of the size: what is further apart are columns
_LETTERS = 4  # a spaced word has at least so many
_EVEN = 1.75  # times the usual gap: what is wider parts words
_ACCENTS = frozenset("´`¨^~˜ˆ°¯ˇ˘˙˚˝¸˛")

Piece = tuple[float, float]
"""From where to where."""


@dataclass(frozen=True)
class Line:
    """A line, or the part of one that stands in a column or cell."""

    text: str  # with blanks where there are gaps
    x0: float
    x1: float
    y: float  # its base line
    size: float  # of most of its characters
    bold: bool  # whether all of its characters are
    page: int  # from 1
    first: float  # width of its first word, in points

    @property
    def box(self) -> Box:
        """Where it stands."""
        return self.x0, self.y - 0.8 * self.size, self.x1, self.y + 0.2 * self.size


class _Run:
    """Characters that are drawn one after the other on one base line, from left to right."""

    def __init__(self, glyphs: list[Glyph]) -> None:
        inked = [g for g in glyphs if g.text.strip()]
        self.glyphs = glyphs
        self.text = "".join(g.text for g in glyphs).strip()
        self.inked = len(inked)  # how many are no blanks
        inked = inked or glyphs
        self.x0, self.x1 = inked[0].x0, max(g.x1 for g in inked)
        self.last = inked[-1].x0  # where the last of them begins
        self.size, self.y = inked[0].size, inked[0].y
        self.shift = 1 if glyphs[0].raised else 0  # above its line, -1 below it
        self.over: _Run | None = None  # what stands right above, as a numerator does

    @property
    def place(self) -> float:
        """Where it stands in its line: a mark after what it hangs over, and what is below a
        numerator after that."""
        return self.over.place + 0.01 if self.over else self.x0

    @property
    def weight(self) -> tuple[float, int]:
        """By which the run is found whose base line is that of its line."""
        return self.size * min(self.inked, 4), self.inked


class _Row:
    """Runs of one line; `anchor` is the one with the most and largest letters."""

    def __init__(self, run: _Run) -> None:
        self.runs = [run]
        self.anchor = run

    def add(self, run: _Run) -> None:
        self.runs.append(run)
        if not run.shift and run.weight > self.anchor.weight:
            self.anchor = run

    def is_level(self, run: _Run) -> bool:
        """Whether a run stands on the base line, beside all that is there."""
        off = abs(self.anchor.y - run.y)
        if off >= _LEVEL * min(self.anchor.size, run.size):
            return False
        return all(_are_side_by_side(other, run) for other in self.runs)

    def neighbour(self, run: _Run) -> _Run | None:
        """The run of the line that a superscript or subscript would belong to; None if none is."""
        if run.inked > _LONGEST_SCRIPT or not run.inked:
            return None
        for base in sorted(self.runs, key=lambda one: abs(run.x0 - one.x1)):
            if base is run or base.shift:
                continue
            off = abs(base.y - run.y)
            if not _LEAST_SHIFT * base.size <= off < _SHIFT * base.size:
                continue
            near = max(run.x0 - base.x1, base.x0 - run.x1)
            over_last = base.last <= run.x0 <= base.x1  # a mark may hang over the letter before it
            if near > _BESIDE * base.size or not (over_last or near >= -_OVERLAP * run.size):
                continue
            if run.size > _SMALLER * base.size and not _is_mark(run, base):
                continue
            others = (one for one in self.runs if one is not run and one is not base)
            across = [one for one in others if not _are_side_by_side(one, run)]
            if all(_are_stacked(other, run) for other in across):
                return base
        return None

    def attach(self, run: _Run, base: _Run) -> None:
        """Add a run that stands above or below the line beside `base`."""
        run.shift = _shift(run, base)
        run.over = next((one for one in self.runs if _are_stacked(one, run)), None)
        self.runs.append(run)

    def remove(self, run: _Run) -> None:
        """Give a run to another line."""
        self.runs.remove(run)
        if run is self.anchor and self.runs:
            self.anchor = max(self.runs, key=lambda one: one.weight)


def lines_in_order(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """Lines of characters that are in reading order, as marked content is."""
    rows: list[_Row] = []
    for run in _runs(glyphs):
        row = rows[-1] if rows else None
        if row is None or run.x0 < row.runs[-1].x0 - 2 * run.size:
            rows.append(_Row(run))
        elif row.is_level(run):
            row.add(run)
        elif (base := row.neighbour(run)) is not None:
            row.attach(run, base)
        elif len(row.runs) == 1 and not row.anchor.shift and _Row(run).neighbour(row.anchor):
            # All that there is of the line is a superscript of what follows.
            row.anchor.shift = _shift(row.anchor, run)
            row.runs.append(run)
            row.anchor = run
        else:
            rows.append(_Row(run))
    lines = (_line(row.runs, page, _find_tracking(row.runs)) for row in rows)
    return [line for line in lines if line is not None]


def lines_by_position(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """Lines of characters by where they stand; lines are split where a wide gap is."""
    rows: list[_Row] = []
    for run in sorted(_runs(glyphs), key=lambda run: (run.y, run.x0)):
        level = [row for row in rows[-_LOOK_BACK:] if row.is_level(run)]
        if level:
            min(level, key=lambda row: (abs(row.anchor.y - run.y), -row.anchor.y)).add(run)
        else:
            rows.append(_Row(run))
    _attach(rows)
    rows.sort(key=lambda row: row.anchor.y)
    for row in rows:
        row.runs.sort(key=lambda run: run.place)
    gutters = _find_gutters(rows)
    lines: list[Line] = []
    for number, row in enumerate(rows):
        tracking = _find_tracking(row.runs)
        parts = _split(row.runs, tracking, gutters.get(number, ()))
        lines.extend(line for part in parts if (line := _line(part, page, tracking)) is not None)
    return sorted(lines, key=lambda line: (line.y, line.x0))


def _runs(glyphs: Iterable[Glyph]) -> list[_Run]:
    """Runs of characters in the order in which they are drawn."""

    def continues(run: list[Glyph], glyph: Glyph) -> bool:
        last = run[-1]
        return (
            (last.y, last.size, last.raised) == (glyph.y, glyph.size, glyph.raised)
            and -0.5 * glyph.size < _gap(last, glyph) < _SPACE * glyph.size
            and glyph.x0 >= last.x0
        )

    return [_Run(run) for run in group_while((g for g in glyphs if g.text), continues)]


def _gap(before: Glyph, glyph: Glyph) -> float:
    """Points between two characters, but for those that a program puts between all letters."""
    return glyph.x0 - before.x1 - before.drawn.spacing


def _attach(rows: list[_Row]) -> None:
    """Move runs that are superscripts or subscripts to the lines that they belong to."""
    for at, row in enumerate(rows):
        near = rows[max(at - _LOOK_BACK, 0) : at] + rows[at + 1 : at + 1 + _LOOK_BACK]
        for run in list(row.runs):
            homes = [
                (base, other)
                for other in near
                if abs(other.anchor.y - run.y)
                < _SHIFT * max((one.size for one in other.runs), default=0.0)
                and (base := other.neighbour(run)) is not None
            ]
            if homes:
                base, home = min(homes, key=lambda item: abs(item[0].y - run.y))
                row.remove(run)
                home.attach(run, base)
    rows[:] = [row for row in rows if row.runs]
    for row in rows:
        for run in row.runs:
            if run.size <= _SMALLER * row.anchor.size and not run.shift:
                run.shift = _shift(run, row.anchor)


def _are_side_by_side(one: _Run, other: _Run) -> bool:
    """Whether two runs stand side by side, so that reading them one by one mixes no letters."""
    left, right = (one, other) if one.x0 <= other.x0 else (other, one)
    if abs(one.y - other.y) < 0.05 * min(one.size, other.size):
        # Some fonts are measured too wide; on one base line the order of beginnings is enough.
        accented = any(run.inked == 1 and run.text in _ACCENTS for run in (left, right))
        return left.last < right.x0 or accented
    return right.x0 >= left.x1 - _OVERLAP * min(one.size, other.size)


def _shift(run: _Run, base: _Run) -> int:
    """Whether a run stands above (1) or below (-1) the base line of another; else 0."""
    if abs(run.y - base.y) < _LEAST_SHIFT * base.size:
        return 0
    if run.size < _TINY * base.size and not any(c.isdigit() for c in run.text):
        return 0  # a unit beside a large number
    return 1 if run.y < base.y else -1


def _are_stacked(one: _Run, other: _Run) -> bool:
    """Whether two runs are numbers above one another on both sides of a line."""
    return (
        bool(one.shift)
        and not _are_side_by_side(one, other)
        and (one.y < other.y) == (one.shift > 0)
        and all(run.text.isdigit() for run in (one, other))
        and abs(one.size - other.size) < 0.2 * one.size
        and not one.over
    )


def _is_mark(run: _Run, base: _Run) -> bool:
    """Whether a run that is as large as its line is a number that stands higher on purpose."""
    return (
        len(run.text) <= _MOST_DIGITS
        and run.text.isdigit()
        and run.size <= 1.05 * base.size
        and run.y < base.y
        and base.inked > run.inked
    )


@dataclass
class _Gutter:
    """White that goes down between lines: its edges, where it ends, and the lines beside it."""

    left: float
    right: float
    y: float
    lines: list[tuple[int, float]]  # number, where what is right of it begins


def _find_gutters(rows: Sequence[_Row]) -> dict[int, list[float]]:
    """Left edges of the columns right of gutters, by number of the line, of a page's lines."""
    gutters: list[_Gutter] = []
    open_: list[_Gutter] = []
    for number, row in enumerate(rows):
        pieces = _pieces(row.runs)
        wide = _NARROWEST_GUTTER * row.anchor.size
        gaps = [(a[1], b[0]) for a, b in pairwise(pieces) if b[0] - a[1] >= wide]
        open_ = [gutter for gutter in open_ if _continues(gutter, number, row, pieces, gaps)]
        taken = {start for gutter in open_ for at, start in gutter.lines[-1:] if at == number}
        begun = [
            _Gutter(end, start, row.anchor.y, [(number, start)])
            for end, start in gaps
            if start not in taken
        ]
        gutters.extend(begun)
        open_.extend(begun)
    edges: dict[int, list[float]] = {}
    for gutter in gutters:
        starts = sorted(start for _, start in gutter.lines)
        edge = starts[len(starts) // 2]
        flush = sum(abs(start - edge) <= _EDGE for start in starts)
        if len(starts) >= _GUTTER_LINES and flush >= _FLUSH * len(starts):
            for number, start in gutter.lines:
                edges.setdefault(number, []).append(start)
    return edges


def _pieces(runs: Sequence[_Run]) -> list[Piece]:
    """Where each piece of a line without a gap begins and ends, from left to right."""
    pieces: list[Piece] = []
    for run in runs:
        if run.inked and pieces and run.x0 <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], run.x1))
        elif run.inked:
            pieces.append((run.x0, run.x1))
    return pieces


def _continues(
    gutter: _Gutter, number: int, row: _Row, pieces: Sequence[Piece], gaps: Sequence[Piece]
) -> bool:
    """Whether a gutter goes on through a line; if so, it is made as narrow as that needs."""
    size, y = row.anchor.size, row.anchor.y
    if y - gutter.y > _FAR * size:
        return False
    for end, start in gaps:
        left, right = max(end, gutter.left), min(start, gutter.right)
        if right - left >= _NARROWEST_GUTTER * size:
            gutter.left, gutter.right, gutter.y = left, right, y
            gutter.lines.append((number, start))
            return True
    if all(right <= gutter.left or left >= gutter.right for left, right in pieces):
        gutter.y = y
        return True
    return False


def _split(runs: Sequence[_Run], tracking: _Tracking, gutters: Sequence[float]) -> list[list[_Run]]:
    """Parts of a line between which a wide gap or a gutter is."""
    parts: list[list[_Run]] = []
    end = 0.0
    for run in runs:
        blank = not run.inked
        more = tracking.slack.get(id(run.glyphs[0]), 0.0)
        wide = not blank and run.x0 - end - more > _GAP * run.size
        if not parts or wide or (not blank and run.x0 in gutters):
            parts.append([])
            end = run.x1
        parts[-1].append(run)
        if not blank:
            end = max(run.x1, end)
    return parts


@dataclass
class _Tracking:
    """How letters of a line are spaced, by identity of the character."""

    # Points that letter-spacing puts before a character within a word.
    gaps: dict[int, float] = field(default_factory=dict)
    # Points by which the gap before one may be wider than elsewhere, although it parts words.
    slack: dict[int, float] = field(default_factory=dict)

    def add(self, stretch: Sequence[tuple[Glyph, float]]) -> None:
        """Add characters at even distances, each with the gap before it, if they are a word."""
        gaps = [gap for _, gap in stretch if gap]
        letters = sum(glyph.text.isalpha() for glyph, _ in stretch)
        if len(gaps) < _LETTERS - 1 or letters < _LETTERS or letters * 2 < len(stretch):
            return
        usual = median(gaps)
        self.slack |= {id(glyph): 2 * usual for glyph, _ in stretch}
        self.gaps |= {id(glyph): gap for glyph, gap in stretch if 0 < gap <= _EVEN * usual}


def _find_tracking(runs: Sequence[_Run]) -> _Tracking:
    """Find letter-spaced words in a line; a spaced letter is a run by itself."""
    tracking = _Tracking()
    if sum(run.inked == 1 for run in runs) < 4:
        return tracking
    stretch: list[tuple[Glyph, float]] = []  # with the gap before each; 0 after a blank
    before: Glyph | None = None
    for glyph in (glyph for run in runs for glyph in run.glyphs):
        if glyph.text.strip():
            gap = 0.0
            if before is not None and before.text.strip():
                gap = _gap(before, glyph)
                if not _APART * glyph.size <= gap <= _FARTHEST * glyph.size:
                    tracking.add(stretch)
                    stretch, gap = [], 0.0
            stretch.append((glyph, gap))
        before = glyph
    tracking.add(stretch)
    return tracking


def _line(runs: Sequence[_Run], page: int, tracking: _Tracking) -> Line | None:
    inked = [glyph for run in runs for glyph in run.glyphs if glyph.text.strip()]
    if not inked:
        return None
    pieces: list[tuple[str, int]] = []
    first: float | None = None
    before: Glyph | None = None
    after_blank = True
    after_letter: dict[int, bool] = {}  # whether a run stands right behind one, as an exponent does
    for run in runs:
        after_letter[id(run)] = before is not None and before.text.isalpha()
        if run.over and before is not None and not after_letter[id(run.over)]:
            pieces.append(("⁄", 0))  # the slash of fractions: 12³⁄₄
        for glyph in run.glyphs:
            blank = not glyph.text.strip()
            if before is not None and not after_blank:
                gap = _gap(before, glyph) - tracking.gaps.get(id(glyph), 0.0)
                mark = run.shift and glyph is run.glyphs[0]  # it may stand off what it belongs to
                if blank or gap > (_BESIDE * before.size if mark else _SPACE * glyph.size):
                    first = before.x1 - inked[0].x0 if first is None else first
                    pieces.append((glyph.text if blank else " ", 0))
            if not blank:
                text = glyph.text
                ends = glyph is inked[-1] and before is not None and before.text[-1:].isalpha()
                # A soft hyphen elsewhere is a plain one: it is drawn, as a minus, or the dash of
                # a range.
                if text in HYPHENS and glyph.x1 > glyph.x0 and not ends:
                    text = "-"
                pieces.append((text, run.shift))
            after_blank = blank
            before = glyph
    on_line = [glyph for run in runs if not run.shift for glyph in run.glyphs if glyph.text.strip()]
    measured = on_line or inked
    return Line(
        shift_runs(pieces).strip(" "),
        inked[0].x0,
        max(g.x1 for g in inked),
        median(g.y for g in measured),
        median(g.size for g in measured),
        all(g.bold for g in inked),
        page,
        inked[-1].x1 - inked[0].x0 if first is None else first,
    )

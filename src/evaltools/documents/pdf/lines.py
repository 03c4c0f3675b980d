"""Lines of a PDF page: runs of characters that were drawn in one go, put side by side.

Two runs that stand above one another are two lines, however close they are: letters of different
lines are never mixed. A small run that stands a little higher or lower beside a larger one is a
superscript or a subscript of its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from evaltools.documents.pdf.characters import Box, Glyph
from evaltools.documents.pdf.glyph_names import HYPHENS
from evaltools.documents.pdf.spacing import Span, Tracking, find_gutters, find_tracking
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
_ACCENTS = frozenset("´`¨^~˜ˆ°¯ˇ˘˙˚˝¸˛")


@dataclass(frozen=True)
class Line:
    """A line, or the part of one that stands in a column or cell.

    Arguments:
        text: with blanks where there are gaps.
        x0, x1, y: where it begins and ends, and its base line.
        size: of most of its characters.
        bold: whether all of its characters are.
        page: from 1.
        first: width of its first word, in points.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    page: int
    first: float

    @property
    def box(self) -> Box:
        """Where it stands."""
        return self.x0, self.y - 0.8 * self.size, self.x1, self.y + 0.2 * self.size


@dataclass(eq=False)
class _Run:
    """Characters that are drawn one after the other on one base line.

    Arguments:
        glyphs: from left to right.
        shift: 1 above the line that it belongs to, -1 below it, 0 on it.
        over: the run that stands right above this one, as a numerator does.
        x0, x1: where the first of them that is no blank begins and the last ends.
        last: where the last of them begins.
        inked: how many are no blanks.
    """

    glyphs: list[Glyph]
    shift: int = 0
    over: _Run | None = None
    x0: float = field(init=False)
    x1: float = field(init=False)
    last: float = field(init=False)
    size: float = field(init=False)
    y: float = field(init=False)
    inked: int = field(init=False)

    def close(self) -> _Run:
        """Take the measures of a run that is complete."""
        inked = [g for g in self.glyphs if g.text.strip()]
        self.inked = len(inked)
        inked = inked or self.glyphs
        self.x0, self.x1 = inked[0].x0, max(g.x1 for g in inked)
        self.last = inked[-1].x0
        self.size, self.y = inked[0].size, inked[0].y
        return self

    @property
    def place(self) -> float:
        """Where the run stands in its line: a mark after what it hangs over, and what is below a
        numerator after that."""
        return self.over.place + 0.01 if self.over else self.x0

    @property
    def text(self) -> str:
        """Its characters, without blanks around them."""
        return "".join(g.text for g in self.glyphs).strip()


class _Row:
    """Runs of one line; `anchor` is the one with the most and largest letters."""

    def __init__(self, run: _Run) -> None:
        self.runs = [run]
        self.anchor = run

    def add(self, run: _Run) -> None:
        self.runs.append(run)
        if not run.shift and _weight(run) > _weight(self.anchor):
            self.anchor = run

    @property
    def tallest(self) -> float:
        """The largest size of its letters."""
        return max((run.size for run in self.runs), default=0.0)

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
            self.anchor = max(self.runs, key=_weight)


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
        elif _is_leading_mark(row, run):
            row.anchor.shift = _shift(row.anchor, run)
            row.runs.append(run)
            row.anchor = run
        else:
            rows.append(_Row(run))
    lines = (_line(row.runs, page, _tracking(row.runs)) for row in rows)
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
    ordered = [sorted(row.runs, key=lambda run: run.place) for row in rows]
    gutters = find_gutters([_span(row, runs) for row, runs in zip(rows, ordered, strict=True)])
    lines = []
    for number, runs in enumerate(ordered):
        tracking = _tracking(runs)
        for part in _split(runs, tracking, gutters.get(number, ())):
            line = _line(part, page, tracking)
            if line is not None:
                lines.append(line)
    return sorted(lines, key=lambda line: (line.y, line.x0))


def _runs(glyphs: Iterable[Glyph]) -> list[_Run]:
    """Runs of characters in the order in which they are drawn."""
    runs: list[_Run] = []
    for glyph in glyphs:
        if not glyph.text:
            continue
        if runs:
            last = runs[-1].glyphs[-1]
            gap = glyph.x0 - last.x1 - last.drawn.spacing
            if (
                last.y == glyph.y
                and last.size == glyph.size
                and last.raised == glyph.raised
                and -0.5 * glyph.size < gap < _SPACE * glyph.size
                and glyph.x0 >= last.x0
            ):
                runs[-1].glyphs.append(glyph)
                continue
        runs.append(_Run([glyph], 1 if glyph.raised else 0))
    return [run.close() for run in runs]


def _attach(rows: list[_Row]) -> None:
    """Move runs that are superscripts or subscripts to the lines that they belong to."""
    for at, row in enumerate(rows):
        near = rows[max(at - _LOOK_BACK, 0) : at] + rows[at + 1 : at + 1 + _LOOK_BACK]
        for run in list(row.runs):
            candidates = [
                (abs(base.y - run.y), other, base)
                for other in near
                if abs(other.anchor.y - run.y) < _SHIFT * other.tallest
                and (base := other.neighbour(run)) is not None
            ]
            if not candidates:
                continue
            _, home, base = min(candidates, key=lambda item: item[0])
            row.remove(run)
            home.attach(run, base)
    rows[:] = [row for row in rows if row.runs]
    for row in rows:
        for run in row.runs:
            if run.size <= _SMALLER * row.anchor.size and not run.shift:
                run.shift = _shift(run, row.anchor)


def _is_leading_mark(row: _Row, run: _Run) -> bool:
    """Whether all that there is of a line is a superscript of what follows."""
    only = row.runs[0]
    return len(row.runs) == 1 and not only.shift and _Row(run).neighbour(only) is not None


def _weight(run: _Run) -> tuple[float, int]:
    return run.size * min(run.inked, 4), run.inked


def _are_side_by_side(one: _Run, other: _Run) -> bool:
    """Whether two runs stand side by side, so that reading them one by one mixes no letters."""
    left, right = (one, other) if one.x0 <= other.x0 else (other, one)
    if abs(one.y - other.y) < 0.05 * min(one.size, other.size):
        # Some fonts are measured too wide; on one base line the order of beginnings is enough.
        return left.last < right.x0 or _is_accent(left) or _is_accent(right)
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
        and one.text.isdigit()
        and other.text.isdigit()
        and abs(one.size - other.size) < 0.2 * one.size
        and not one.over
    )


def _is_accent(run: _Run) -> bool:
    return run.inked == 1 and all(g.text in _ACCENTS or not g.text.strip() for g in run.glyphs)


def _is_mark(run: _Run, base: _Run) -> bool:
    """Whether a run that is as large as its line is a number that stands higher on purpose."""
    return (
        len(run.text) <= _MOST_DIGITS
        and run.text.isdigit()
        and run.size <= 1.05 * base.size
        and run.y < base.y
        and base.inked > run.inked
    )


def _span(row: _Row, runs: Sequence[_Run]) -> Span:
    pieces: list[tuple[float, float]] = []
    for run in runs:
        if run.inked:
            if pieces and run.x0 <= pieces[-1][1]:
                pieces[-1] = (pieces[-1][0], max(pieces[-1][1], run.x1))
            else:
                pieces.append((run.x0, run.x1))
    return Span(row.anchor.y, row.anchor.size, tuple(pieces))


def _split(runs: Sequence[_Run], tracking: Tracking, gutters: Sequence[float]) -> list[list[_Run]]:
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


def _tracking(runs: Sequence[_Run]) -> Tracking:
    """How letters of a line are spaced; a spaced letter is a run by itself."""
    if sum(run.inked == 1 for run in runs) < 4:
        return Tracking()
    return find_tracking([glyph for run in runs for glyph in run.glyphs])


def _follows_letter(run: _Run, runs: Sequence[_Run]) -> bool:
    """Whether a run stands right behind a letter, as an exponent does."""
    at = next(i for i, one in enumerate(runs) if one is run)
    return at > 0 and runs[at - 1].glyphs[-1].text.isalpha()


def _shown_hyphen(glyph: Glyph) -> str:
    """Text of a character that does not part a word at the end of a line.

    A soft hyphen elsewhere is a plain one: it is drawn, as a minus, or the dash of a range.
    """
    return "-" if glyph.text in HYPHENS and glyph.x1 > glyph.x0 else glyph.text


def _line(runs: Sequence[_Run], page: int, tracking: Tracking) -> Line | None:
    seen = [glyph for run in runs for glyph in run.glyphs]
    inked = [glyph for glyph in seen if glyph.text.strip()]
    if not inked:
        return None
    pieces: list[tuple[str, int]] = []
    first: float | None = None
    before: Glyph | None = None
    after_blank = True
    for run in runs:
        if run.over and before is not None and not _follows_letter(run.over, runs):
            pieces.append(("⁄", 0))  # the slash of fractions: 12³⁄₄
        for glyph in run.glyphs:
            blank = not glyph.text.strip()
            wide = False
            if before is not None:
                gap = (
                    glyph.x0 - before.x1 - before.drawn.spacing - tracking.gaps.get(id(glyph), 0.0)
                )
                mark = run.shift and glyph is run.glyphs[0]  # it may stand off what it belongs to
                wide = gap > (_BESIDE * before.size if mark else _SPACE * glyph.size)
            if (wide or blank) and not after_blank and before is not None:
                if first is None:
                    first = before.x1 - inked[0].x0
                pieces.append((glyph.text if blank else " ", 0))
            after_blank = blank
            if not blank:
                last = glyph is inked[-1] and before is not None and before.text[-1:].isalpha()
                pieces.append((glyph.text if last else _shown_hyphen(glyph), run.shift))
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

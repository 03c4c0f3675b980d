"""Paragraphs and headings of a PDF without structure, from where its lines stand."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from evaltools.documents.blocks import Block, Paragraph
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.pdf.characters import PageContent, group_while
from evaltools.documents.pdf.glyph_names import HYPHENS
from evaltools.documents.pdf.lines import Line, lines_by_position

_MARKER = re.compile(r"(?:[•◦▪‣·●○■□☐☒✓✗]|[-–—]|\(?(?:\d{1,2}|[a-zåäö])[.)])\s+\S")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_ENDS = re.compile(r"[.!?:;…][)\]\"'”’»]*$")
_LONGEST_HEADING = 200
_WIDER = 1.12  # than the usual leading: what parts paragraphs
_HANGING = 3.5  # points: how far a hyphen or full stop may hang over the edge
_FLUSH_FROM = 6  # lines by which one can tell that text is flush right
_SOFT = tuple(HYPHENS)  # of a line's end, which typesetting put in
_HARD = ("-", "\u2010")
# After these words' hyphen a part of a compound was left out: palvelu- ja tukipyynnöt.
_CONJUNCTIONS = frozenset(
    ["ja", "tai", "eli", "sekä", "että", "vai", "och", "eller", "samt", "respektive", "and", "or"]
)
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


@dataclass
class PdfContent:
    """What was read of a document: blocks in reading order, and (what, text) of what was not."""

    blocks: list[Block] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def leave_artifacts(self, page: PageContent) -> None:
        """Leave out what a page marks as no part of the text, as running headers are."""
        lines = lines_by_position((glyph for glyph in page.glyphs if glyph.artifact), page.number)
        if lines:
            what = HeaderOrFooter(f"page {page.number}: header, footer or other artifact")
            self.left_out.append((what, " ".join(line.text for line in lines)))


@dataclass(frozen=True)
class Typography:
    """How the running text of a document is set."""

    size: float  # in points, of most characters
    bold: bool  # whether most of it is
    leading: float  # usual distance of base lines as a multiple of the size
    ranks: tuple[tuple[float, bool], ...]  # (size, bold) of what looks like headings, highest first


def measure_typography(lines: Sequence[Line]) -> Typography:
    """Find out how a document is set."""
    weights: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        weights[_style(line)] += len(line.text)
    size, bold = max(weights, key=lambda style: (weights[style], style)) if weights else (10, False)
    gaps = [
        (below.y - above.y) / size
        for above, below in itertools.pairwise(lines)
        if above.page == below.page
        and _style(above) == _style(below) == (size, bold)
        and 0.9 * size < below.y - above.y < 2.5 * size
    ]
    # The usual leading is the small one: wider gaps part paragraphs.
    leading = sorted(gaps)[len(gaps) // 4] if gaps else 1.2
    ranks = sorted(
        (s for s in weights if s[0] > 1.08 * size or (s[1] and not bold and s[0] > 0.95 * size)),
        reverse=True,
    )
    return Typography(size, bold, leading, tuple(ranks))


def make_paragraphs(lines: Sequence[Line], type_: Typography, words: WordList) -> list[Paragraph]:
    """Rebuild the paragraphs of lines that are in reading order, over the ends of pages too."""
    columns = _find_columns(lines)
    below = {id(line): after for line, after in itertools.pairwise(lines)}
    groups = group_while(
        lines, lambda group, line: not _begins(group, line, type_, columns, below.get(id(line)))
    )
    return [join_lines(group, words, _heading_level(group, type_)) for group in groups]


def _heading_level(group: Sequence[Line], type_: Typography) -> int:
    """Level of a heading by size, weight or number; 0 for running text."""
    text = " ".join(line.text for line in group).strip()
    style = _style(group[0])
    if len(text) > _LONGEST_HEADING or len(group) > 3 or not any(c.isalpha() for c in text):
        return 0
    if style in type_.ranks and not text.endswith((".", ",", ";")):
        return min(type_.ranks.index(style) + 1, 9)
    numbered = _NUMBERED.match(text)
    if numbered and len(group) == 1 and len(text) <= 80 and not _ENDS.search(text):
        return min(len(type_.ranks) + numbered[1].count(".") + 1, 9)
    return 0


def _begins(
    group: Sequence[Line],
    line: Line,
    type_: Typography,
    columns: dict[int, _Column],
    below: Line | None,
) -> bool:
    """Whether a line begins a paragraph, after the lines of `group` and before the one below."""
    above = group[-1]
    if abs(above.size - line.size) > 0.6 or above.bold != line.bold:
        return not _continues_style(above, line, type_)
    if _MARKER.match(line.text):
        return True
    after_heading = _heading_level(group, type_) > 0
    if line.page == above.page and line.y > above.y:
        if line.y - above.y > type_.leading * max(line.size, type_.size * 0.8) * _WIDER:
            return True
    elif after_heading or _heading_level([line], type_):
        return True  # a heading does not run over a page or column
    if after_heading and _NUMBERED.match(line.text):
        return True
    column, column_above = columns[id(line)], columns[id(above)]
    indent = line.x0 - column.left
    hangs = below is not None and abs(below.x0 - line.x0) < 1 and below.page == line.page
    indented = indent > 0.8 * line.size and above.x0 - column_above.left < 0.4 * line.size
    if indented and not hangs:
        return True
    if column_above.edge:  # set flush right: only a last line ends before the edge
        return above.x1 < column_above.edge - _HANGING
    return (
        column_above.right - above.x1 > line.first + 0.35 * line.size
        and (_ENDS.search(above.text) is not None or line.page != above.page)
        and not above.text.endswith(("\u00ad", "-"))
    )


def _continues_style(above: Line, line: Line, type_: Typography) -> bool:
    """Whether two lines differ in style only because a word of one is set apart."""
    return (
        abs(above.size - line.size) <= 0.6
        and above.bold != line.bold
        and above.page == line.page
        and not _ENDS.search(above.text)
        and len(above.text) > 40
        and 0 < line.y - above.y <= type_.leading * line.size * _WIDER
    )


@dataclass(frozen=True)
class _Column:
    """The column that a line stands in; `edge` is its right one in text that is set flush right."""

    left: float
    right: float
    edge: float


def _find_columns(lines: Sequence[Line]) -> dict[int, _Column]:
    """Columns by identity of their lines: runs of lines on one page that go down."""
    runs = group_while(
        lines, lambda run, line: run[-1].page == line.page and line.y > run[-1].y - 1
    )
    widest = max((line.x1 for run in runs if len(run) > 3 for line in run), default=0.0)
    columns: dict[int, _Column] = {}
    for run in runs:
        ends = sorted(line.x1 for line in run)
        left, right = min(line.x0 for line in run), ends[-1]
        if len(run) <= 3 and left < widest / 2:  # too few to tell an edge: believe the document's
            right = max(right, widest)
        # Hyphens and full stops may hang over the edge a little, so it is where most lines end.
        edge = ends[len(ends) // 2]
        flush = sum(abs(end - edge) <= _HANGING for end in ends)
        column = _Column(
            left, right, edge if len(run) >= _FLUSH_FROM and flush >= 0.5 * len(run) else 0.0
        )
        columns.update((id(line), column) for line in run)
    return columns


def _style(line: Line) -> tuple[float, bool]:
    return round(line.size * 2) / 2, line.bold


class WordList:
    """Words of a document that stand whole in it: the witnesses for those that are parted."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
        self.doubtful_hyphens = 0

    def join(self, before: str, after: str) -> str:
        """Join two lines of a paragraph.

        A soft hyphen goes, except before a digit. A hyphen that is drawn like any other stays,
        unless the document has the word without it and not with it; before `ja` and its like a
        blank follows it.
        """
        before, after = before.rstrip(" "), after.lstrip(" ")
        if not before or not after:
            return before + after
        if before.endswith(_SOFT):
            return before.rstrip("".join(_SOFT)) + ("-" if after[0].isdigit() else "") + after
        if not before.endswith(_HARD) or not before[-2:-1].isalnum():
            return f"{before} {after}"
        next_word = re.match(r"[^\W_]+", after)
        if next_word is None or next_word[0].lower() in _CONJUNCTIONS:
            return f"{before} {after}"
        head, tail = _WORD.findall(before[:-1])[-1:], _WORD.match(after)
        if head and tail and before[:-1].endswith(head[0]):
            unparted = (head[0] + tail[0]).lower()
            parted = f"{head[0]}-{tail[0]}".lower()
            if self._known[unparted] and not self._known[parted] and tail[0][0].islower():
                return before[:-1] + after
        self.doubtful_hyphens += 1
        return before + after


def join_lines(lines: Sequence[Line], words: WordList, level: int = 0) -> Paragraph:
    """The paragraph, or heading of a level, that lines were broken from."""
    text, page, breaks = "", lines[0].page, []
    for line in lines:
        joined = words.join(text, line.text) if text else line.text
        if line.page != page:
            breaks.append((len(joined) - len(line.text.lstrip(" ")), line.page))
            page = line.page
        text = joined
    if text.endswith(_SOFT):  # no other part of a word follows: it is what is drawn
        text = text.rstrip("".join(_SOFT)) + "-"
    return Paragraph(text, level, lines[0].page, tuple(breaks))

"""What readers of formats hand over: paragraphs, headings and tables in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evaltools.documents.model import Heading
from evaltools.documents.text_normalisation import clean, normalise

# A table is reported as lines of cells unless a cell is longer than this or has several paragraphs.
LONGEST_CELL = 200
LONGEST_LABEL = 300
CHECKED, UNCHECKED = "☒", "☐"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or, with a level, a heading.

    Arguments:
        text: may hold single line feeds.
        level: 0 for running text, 1 for the highest heading.
        page: on which it begins, from 1; 0 where there are no pages.
        breaks: (offset in text, page) where it runs over to another page.
    """

    text: str
    level: int = 0
    page: int = 0
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: rows of cells, each a row of blocks."""

    rows: tuple[tuple[tuple[Block, ...], ...], ...]


Block = Paragraph | Table
Cell = tuple[Block, ...]


@dataclass(frozen=True)
class ComposedText:
    """Blocks put together.

    Arguments:
        text: normalised.
        headings: with their positions in it.
        starts: (code point, page) in order, where something on a page begins.
        tables: how many tables came in.
    """

    text: str
    headings: tuple[Heading, ...]
    starts: tuple[tuple[int, int], ...]
    tables: int


@dataclass
class _Piece:
    """A stretch of text with what begins in it, at offsets from its start."""

    text: str
    headings: list[tuple[int, int, int]] = field(default_factory=list)  # level, start, end
    marks: list[tuple[int, int]] = field(default_factory=list)  # offset, page


def compose(blocks: Iterable[Block]) -> ComposedText:
    """Put blocks together into one normalised text.

    A table whose cells are short becomes consecutive lines with a tab between cells; any other
    table stands as the paragraphs of its cells, row by row.
    """
    parts: list[str] = []
    headings: list[Heading] = []
    starts: list[tuple[int, int]] = []
    at = tables = 0
    for block in blocks:
        tables += count_tables(block)
        for piece in _pieces(block):
            if parts:
                parts.append("\n\n")
                at += 2
            headings.extend(
                Heading(level, piece.text[start:end], at + start, at + end)
                for level, start, end in piece.headings
            )
            starts.extend((at + offset, page) for offset, page in piece.marks if page)
            parts.append(piece.text)
            at += len(piece.text)
    text = "".join(parts) + ("\n" if parts else "")
    return ComposedText(text, tuple(headings), tuple(starts), tables)


def page_starts(starts: Sequence[tuple[int, int]], pages: int, length: int) -> tuple[int, ...]:
    """Start of each of `pages` pages; an empty page starts where the next one does."""
    result = [length] * pages
    for start, page in starts:
        result[page - 1] = min(result[page - 1], start)
    for index in range(pages - 2, -1, -1):
        result[index] = min(result[index], result[index + 1])
    return (0, *result[1:]) if pages else ()


def count_tables(block: Block) -> int:
    """Number of tables in a block, itself and those in its cells."""
    if isinstance(block, Paragraph):
        return 0
    return 1 + sum(count_tables(inner) for row in block.rows for cell in row for inner in cell)


def paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """All paragraphs of blocks in reading order, those of cells too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from paragraphs(cell)


def to_text(blocks: Iterable[Block]) -> str:
    """The text of blocks, paragraphs parted by an empty line; without an end of line."""
    return compose(blocks).text.rstrip("\n")


def row_answers(row: Sequence[Cell]) -> list[tuple[str, str]]:
    """Questions and answers in a row of a form; none where it is no such row.

    It has two cells, or more in pairs whose first ends with a colon.
    """
    if not row or len(row) % 2 or any(isinstance(block, Table) for cell in row for block in cell):
        return []
    labels = [to_line(to_text(cell)) for cell in row[::2]]
    if len(row) > 2 and not all(label.endswith(":") for label in labels):
        return []
    if not all(0 < len(label) <= LONGEST_LABEL for label in labels):
        return []
    return [(label, to_text(cell).strip()) for label, cell in zip(labels, row[1::2], strict=True)]


def to_line(text: str) -> str:
    """A text in one line without tabs, as it can stand in a cell."""
    return clean(text).replace("\t", " ").replace("\n", " ").strip()


def _pieces(block: Block) -> Iterator[_Piece]:
    if isinstance(block, Paragraph):
        yield from _paragraph(block)
    elif _short(block):
        yield from _lines(block)
    else:
        for row in block.rows:
            for cell in row:
                for inner in cell:
                    yield from _pieces(inner)


def _paragraph(paragraph: Paragraph) -> Iterator[_Piece]:
    text = normalise(paragraph.text).strip()
    if not text:
        return
    skipped = len(normalise(paragraph.text)) - len(normalise(paragraph.text).lstrip())
    marks = [(0, paragraph.page)]
    for offset, page in paragraph.breaks:
        # Normalising what comes before a break tells where the break is in the whole.
        place = len(normalise(paragraph.text[:offset] + "|")) - 2 - skipped
        marks.append((min(max(place, 0), len(text)), page))
    level = paragraph.level
    yield _Piece(text, [(level, 0, len(text))] if level else [], marks)


def _short(table: Table) -> bool:
    for row in table.rows:
        for cell in row:
            if any(isinstance(block, Table) for block in cell):
                return False
            filled = [text for paragraph in paragraphs(cell) if (text := to_line(paragraph.text))]
            if len(filled) > 1 or any(len(text) > LONGEST_CELL for text in filled):
                return False
    return True


def _lines(table: Table) -> Iterator[_Piece]:
    """The lines of a table as one piece; a page may begin at any of them."""
    piece = _Piece("")
    lines: list[str] = []
    at = 0
    for row in table.rows:
        cells = [next(_fill_cell(cell), Paragraph("")) for cell in row]
        line = "\t".join(to_line(cell.text) for cell in cells).rstrip()
        if not line:
            continue
        offset = at
        for cell in cells:
            text = to_line(cell.text)
            if text and cell.page and (not piece.marks or piece.marks[-1][1] < cell.page):
                piece.marks.append((offset, cell.page))
            if text and cell.level:
                piece.headings.append((cell.level, offset, offset + len(text)))
            offset += len(text) + 1
        lines.append(line)
        at += len(line) + 1
    piece.text = "\n".join(lines)
    if piece.text:
        yield piece


def _fill_cell(cell: Cell) -> Iterator[Paragraph]:
    return (paragraph for paragraph in paragraphs(cell) if to_line(paragraph.text))


@dataclass(frozen=True)
class DocumentContent:
    """A document taken apart.

    Arguments:
        blocks: paragraphs, headings and tables in reading order.
        fields: (label, answer) of the form.
        present: every piece of text in the file, gathered apart from `blocks`.
        left_out: (what it is, its text) of all that is not in `blocks` on purpose.
        tables: how many tables the running text of the file has.
        notes: sentences for whoever reads the text.
        pages: how many; None where the format has none.
        replaced: (characters of the file, what the blocks have for them), of symbol fonts.
    """

    blocks: tuple[Block, ...]
    fields: tuple[tuple[str, str], ...]
    present: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    tables: int = 0
    notes: tuple[str, ...] = ()
    pages: int | None = None
    replaced: tuple[tuple[str, str], ...] = ()

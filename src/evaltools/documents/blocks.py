"""What readers of formats hand over: paragraphs, headings and tables in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evaltools.documents.model import Heading
from evaltools.documents.text_normalisation import clean, normalise

# A table is reported as lines of cells unless a cell is longer than this or has several paragraphs.
LONGEST_CELL = 200
LONGEST_LABEL = 300


def check_sign(checked: bool) -> str:
    """What stands in the text for a box that can be ticked."""
    return "☒" if checked else "☐"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or, with a level, a heading."""

    text: str  # may hold single line feeds
    level: int = 0  # 0 for running text, 1 for the highest heading
    page: int = 0  # on which it begins, from 1; 0 where there are no pages
    breaks: tuple[tuple[int, int], ...] = ()  # (offset in text, page) where it runs over to another


@dataclass(frozen=True)
class Table:
    """A table: rows of cells, each a row of blocks."""

    rows: tuple[tuple[tuple[Block, ...], ...], ...]


Block = Paragraph | Table
Cell = tuple[Block, ...]


@dataclass(frozen=True)
class ComposedText:
    """Blocks put together into one normalised text."""

    text: str
    headings: tuple[Heading, ...]
    starts: tuple[tuple[int, int], ...]  # (code point, page) where something on a page begins
    tables: int  # how many came in


@dataclass(frozen=True)
class DocumentContent:
    """A document taken apart."""

    blocks: tuple[Block, ...]  # in reading order
    fields: tuple[tuple[str, str], ...]  # (label, answer) of the form
    present: tuple[str, ...]  # every piece of text in the file, gathered apart from `blocks`
    left_out: tuple[tuple[str, str], ...] = ()  # (what it is, its text), not in `blocks` on purpose
    tables: int = 0  # how many the running text of the file has
    notes: tuple[str, ...] = ()  # sentences for whoever reads the text
    pages: int | None = None  # None where the format has none
    # (characters of the file, what the blocks have for them), of symbol fonts.
    replaced: tuple[tuple[str, str], ...] = ()


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
        for between, text, level, pages in _pieces(block):
            before = between if parts else ""
            parts.extend((before, text))
            at += len(before)
            if level:
                headings.append(Heading(level, text, at, at + len(text)))
            starts.extend((at + offset, page) for offset, page in pages if page)
            at += len(text)
    text = "".join(parts) + ("\n" if parts else "")
    return ComposedText(text, tuple(headings), tuple(starts), tables)


def _pieces(block: Block) -> Iterator[tuple[str, str, int, list[tuple[int, int]]]]:
    """Pieces of text of a block.

    Each with what parts it from the one before, its level, and (offset, page) of what begins in it.
    """
    if isinstance(block, Paragraph):
        if text := normalise(block.text).strip():
            yield "\n\n", text, block.level, [(0, block.page), *_breaks(block, len(text))]
    elif _is_short(block):
        between = "\n\n"
        for row in block.rows:
            found = [next(_filled(cell), Paragraph("")) for cell in row]
            while found and not to_line(found[-1].text):
                found.pop()
            for paragraph in found:
                text = to_line(paragraph.text)
                level, pages = (paragraph.level, [(0, paragraph.page)]) if text else (0, [])
                yield between, text, level, pages
                between = "\t"
            between = "\n" if found else between
    else:
        for inner in (inner for row in block.rows for cell in row for inner in cell):
            yield from _pieces(inner)


def _breaks(paragraph: Paragraph, length: int) -> Iterator[tuple[int, int]]:
    whole = normalise(paragraph.text)
    skipped = len(whole) - len(whole.lstrip())
    for offset, page in paragraph.breaks:
        # Normalising what comes before a break tells where the break is in the whole.
        place = len(normalise(paragraph.text[:offset] + "|")) - 2 - skipped
        yield min(max(place, 0), length), page


def _is_short(table: Table) -> bool:
    """Whether its cells are one line each."""
    for cell in (cell for row in table.rows for cell in row):
        if any(isinstance(block, Table) for block in cell):
            return False
        texts = [to_line(paragraph.text) for paragraph in _filled(cell)]
        if len(texts) > 1 or any(len(text) > LONGEST_CELL for text in texts):
            return False
    return True


def _filled(cell: Cell) -> Iterator[Paragraph]:
    return (paragraph for paragraph in paragraphs(cell) if to_line(paragraph.text))


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
            yield from paragraphs(inner for row in block.rows for cell in row for inner in cell)


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

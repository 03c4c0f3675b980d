"""A PDF taken apart: by its structure where it has a sound one, else by its layout."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pikepdf
import pypdfium2
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException

from evaltools.documents import guard
from evaltools.documents.blocks import Block, Paragraph, Table, flat, told
from evaltools.documents.guard import Limits
from evaltools.documents.normalising import count
from evaltools.documents.pdf import forms, layout, tagged, untagged
from evaltools.documents.pdf.checking import opened
from evaltools.documents.pdf.glyphs import UNTOLD, Scribe, Sheet
from evaltools.documents.pdf.joining import Words
from evaltools.documents.pdf.lines import by_place
from evaltools.documents.pdf.tags import Node, read_tree
from evaltools.documents.record import PageFurniture
from evaltools.documents.source import Source

_PICTURE = 0.4  # of a page: pictures that cover more may be a scan of it
_FEW = 20  # characters: fewer on a page with such a picture are a stamp or a number


def read(data: bytes, limits: Limits, structure: bool = True) -> Source:
    """Read a PDF.

    Arguments:
        data: the file.
        structure: whether to believe the structure that the file carries.

    Raises ProblemError: encrypted, truncated, scanned, bomb, too large.
    """
    with opened(data, limits) as (pdf, notes):
        sheets = _sheets(data, limits)
        counted = _counted(data)
        answers = forms.read_fields(pdf)
        _refuse_scans(sheets, counted, answers, pdf)
        words = Words(line for sheet in sheets for line in by_place(sheet.glyphs, sheet.number))
        tree = read_tree(pdf) if structure else None
        if tree is not None and tagged.believable(tree, sheets):
            blocks, left_out, tables = _by_structure(tree, sheets, words)
            notes = (*notes, "Paragraphs, headings and tables: by the file's own structure.")
        else:
            laid = untagged.read(sheets, words)
            blocks, left_out, tables = laid.blocks, laid.left_out, laid.tables
            notes = (*notes, "Paragraphs, headings and tables: rebuilt from the layout of pages.")
    filled = [(label, value) for label, value in answers if value.strip()]
    if filled:
        blocks.append(Table(tuple(((Paragraph(a),), (Paragraph(b),)) for a, b in filled)))
        tables += 1
    return Source(
        blocks=tuple(blocks),
        fields=(*_rows(blocks[: -1 if filled else None]), *answers),
        present=(*counted, *(text for pair in filled for text in pair)),
        left_out=(*left_out, *_scans(sheets, counted)),
        tables=tables,
        notes=(*notes, *_sentences(sheets, words, pdf_pages=len(counted))),
        pages=len(sheets),
    )


def _sheets(data: bytes, limits: Limits) -> list[Sheet]:
    manager = PDFResourceManager()
    scribe = Scribe(manager)
    interpreter = PDFPageInterpreter(manager, scribe)
    sheets: list[Sheet] = []
    total = 0
    try:
        for page in PDFPage.get_pages(BytesIO(data), check_extractable=False):
            interpreter.process_page(page)
            if scribe.sheet is not None:
                sheets.append(scribe.sheet)
                total += len(scribe.sheet.glyphs)
            if total > limits.characters or len(sheets) > limits.pages:
                raise guard.too_large(f"{total} characters", f"{limits.characters} characters")
    except (PDFSyntaxError, PSException, RecursionError, KeyError, ValueError, TypeError) as error:
        raise guard.broken(f"page {len(sheets) + 1} cannot be read") from error
    return sheets


def _counted(data: bytes) -> list[str]:
    """Text of each page by another library than the one that reads."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise guard.broken("a second reader cannot open it") from error
    texts = []
    try:
        for page in document:
            text = page.get_textpage()
            texts.append(_untied(text.get_text_range()))
            text.close()
            page.close()
    finally:
        document.close()
    return texts


def _untied(text: str) -> str:
    for ligature, letters in (("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl")):
        text = text.replace(ligature, letters)
    return text


def _by_structure(
    tree: Node, sheets: Sequence[Sheet], words: Words
) -> tuple[list[Block], list[tuple[str, str]], int]:
    result = tagged.read(tree, sheets, words)
    left_out = result.left_out
    for sheet in sheets:
        artifacts = "".join(g.text for g in sheet.glyphs if g.artifact)
        if artifacts.strip():
            what = PageFurniture(f"page {sheet.number}: header, footer or other artifact")
            left_out.append((what, artifacts))
        rest = by_place(tagged.unmarked(tree, sheet), sheet.number)
        if rest:
            type_ = layout.typography(rest)
            result.blocks.extend(layout.paragraphs(rest, type_, words))
    return result.blocks, left_out, result.tables


def _rows(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """Questions and answers: rows of two cells."""
    found = []
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                label = flat(told(row[0])) if len(row) == 2 else ""
                if label and len(label) <= 300:
                    found.append((label, told(row[1])))
    return found


def _is_scan(sheet: Sheet, text: str) -> bool:
    return sheet.pictures >= _PICTURE and count(text) < _FEW


def _refuse_scans(
    sheets: Sequence[Sheet], counted: Sequence[str], answers: Sequence[object], pdf: pikepdf.Pdf
) -> None:
    scans = [s.number for s, text in zip(sheets, counted, strict=False) if _is_scan(s, text)]
    silent = [s.number for s, text in zip(sheets, counted, strict=False) if not count(text)]
    if forms.is_xfa(pdf) and not answers:
        raise guard.unread("a form that only Adobe's programs draw (XFA)")
    if answers:
        return
    if scans and len(set(scans) | set(silent)) == len(sheets):
        raise guard.scanned(f"page {_numbers(scans)} of {len(sheets)} are pictures")
    if len(silent) == len(sheets):
        what = "drawn as shapes" if any(s.paths > 50 for s in sheets) else "blank"
        raise guard.scanned(f"none of its {len(sheets)} pages has text; they are {what}")


def _scans(sheets: Sequence[Sheet], counted: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (f"page {sheet.number}: a scan without text, to be recognised (OCR) and imported again", "")
        for sheet, text in zip(sheets, counted, strict=False)
        if _is_scan(sheet, text)
    ]


def _sentences(sheets: Sequence[Sheet], words: Words, pdf_pages: int) -> list[str]:
    notes = []
    if len(sheets) != pdf_pages:
        notes.append(f"Two readers disagree on the number of pages: {len(sheets)}, {pdf_pages}.")
    if words.kept:
        notes.append(
            f"Words at line ends whose hyphen was kept, though it may be of the line: {words.kept}."
        )
    untold = sum(g.text == UNTOLD for sheet in sheets for g in sheet.glyphs)
    if untold:
        notes.append(f"Characters whose font does not tell what they are: {untold}.")
    return notes


def _numbers(numbers: Sequence[int]) -> str:
    """Numbers as ranges: 1-3, 5."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in ranges)

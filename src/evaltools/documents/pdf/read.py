"""A PDF taken apart: by its structure where it has a sound one, else by its layout.

Only what can be seen on its pages is text of it; the rest is left out by name. What is there is
counted, and drawn, by another library than the one that reads.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import chain

import pikepdf
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException

from evaltools.documents import limits as guard
from evaltools.documents.blocks import DocumentContent, Paragraph, Table, row_answers
from evaltools.documents.limits import Limits
from evaltools.documents.pdf import layout_blocks, structure_tree
from evaltools.documents.pdf.annotations import (
    TypedText,
    is_xfa,
    lay_out,
    read_annotations,
    read_fields,
)
from evaltools.documents.pdf.characters import CharacterDevice, Interpreter, PageContent, layers_off
from evaltools.documents.pdf.glyph_names import LOST
from evaltools.documents.pdf.lines import lines_by_position
from evaltools.documents.pdf.paragraphs import WordList
from evaltools.documents.pdf.second_reader import SecondReading, read_with_pdfium
from evaltools.documents.pdf.structure_tree import read_tree
from evaltools.documents.pdf.visibility import find_visible, remove_redrawn
from evaltools.documents.text_normalisation import count_characters

_STUMBLES = (
    PDFSyntaxError,
    PSException,
    RecursionError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
_PICTURE = 0.4  # of a page: pictures that cover more may be a scan of it
_FEW = 20  # characters: fewer on a page with such a picture are a stamp or a number
_CHUNK = 1 << 20
_TAIL = 4096


def read(data: bytes, limits: Limits, structure: bool = True) -> DocumentContent:
    """Read a PDF.

    Arguments:
        data: the file.
        structure: whether to believe the structure that the file carries.

    Raises ProblemError: encrypted, truncated, scanned, bomb, too large.
    """
    with open_pdf(data, limits) as (pdf, notes):
        typed = read_annotations(pdf, data)
        typed_on = {one.page for one in typed.typed}
        drawn, second = _read_twice(typed.data, pdf, typed_on, limits)
        if not len(drawn) == len(second.texts) == len(pdf.pages):
            # Libraries look for pages in different ways; one that writes the file anew mends that.
            rewritten = BytesIO()
            pdf.save(rewritten)
            drawn, second = _read_twice(rewritten.getvalue(), pdf, typed_on, limits)
            notes = (*notes, "The file's list of its pages is damaged and was rebuilt.")
        if not len(drawn) == len(second.texts) == len(pdf.pages):
            counts = f"{len(drawn)}, {len(second.texts)} and {len(pdf.pages)}"
            raise guard.broken(f"three readers find different numbers of pages in it ({counts})")
        sheets, hidden, recognised = _visible_pages(drawn, second, typed.typed)
        answers = read_fields(pdf)
        _refuse_scans(sheets, second.texts, answers, pdf)
        lost = _refuse_lost(sheets, limits)
        words = WordList(
            line for sheet in sheets for line in lines_by_position(sheet.glyphs, sheet.number)
        )
        # Typed text is nowhere in the structure, and has its place only by the layout.
        tree = read_tree(pdf) if structure and not (typed.typed or typed.moved) else None
        if tree is not None and structure_tree.is_sound(tree, sheets):
            found, how = structure_tree.read(tree, sheets, words), "by the file's own structure"
        else:
            found, how = layout_blocks.read(sheets, words), "rebuilt from the layout of pages"
    notes = (*notes, f"Paragraphs, headings and tables: {how}.")
    blocks, tables = found.blocks, found.tables
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    filled = [(label, value) for label, value in answers if value.strip()]
    if filled:
        blocks.append(Table(tuple(((Paragraph(a),), (Paragraph(b),)) for a, b in filled)))
        tables += 1
    return DocumentContent(
        blocks=tuple(blocks),
        fields=(*chain.from_iterable(map(row_answers, rows)), *answers),
        present=(*second.texts, *second.typed, *(text for pair in filled for text in pair)),
        left_out=(*found.left_out, *hidden, *typed.left_out, *_scans(sheets, second.texts)),
        tables=tables,
        notes=(*notes, *_sentences(words, lost, recognised)),
        pages=len(sheets),
    )


def _read_twice(
    data: bytes, pdf: pikepdf.Pdf, typed_on: Collection[int], limits: Limits
) -> tuple[list[PageContent], SecondReading]:
    """The pages as one library finds them, and as a second does."""
    sheets, charted = _sheets(data, layers_off(pdf), limits)
    return sheets, read_with_pdfium(data, typed_on, charted)


def _sheets(
    data: bytes, off: frozenset[int], limits: Limits
) -> tuple[list[PageContent], frozenset[str]]:
    """The pages, and the names of fonts that are read by the charts of symbol fonts."""
    manager = PDFResourceManager()
    device = CharacterDevice(manager)
    interpreter = Interpreter(manager, device, off)
    sheets: list[PageContent] = []
    total = 0
    try:
        for page in PDFPage.get_pages(BytesIO(data), check_extractable=False):
            interpreter.process_page(page)
            if device.sheet is not None:
                sheets.append(device.sheet)
                total += len(device.sheet.glyphs)
            if total > limits.characters or len(sheets) > limits.pages:
                raise guard.too_large(f"{total} characters", f"{limits.characters} characters")
    except _STUMBLES as error:
        raise guard.broken(f"page {len(sheets) + 1} cannot be read") from error
    return sheets, device.charted


def _visible_pages(
    drawn: Sequence[PageContent], second: SecondReading, typed: Sequence[TypedText]
) -> tuple[list[PageContent], list[tuple[str, str]], list[int]]:
    """Pages with what can be seen of them, what cannot, and the pages with recognised text."""
    sheets: list[PageContent] = []
    hidden: list[tuple[str, str]] = []
    recognised: list[int] = []
    for sheet, picture in zip(drawn, second.pictures(), strict=True):
        seen = find_visible(sheet, picture)
        more = [g for one in typed if one.page == sheet.number for g in lay_out(one)]
        once, again = remove_redrawn(seen.glyphs)
        sheets.append(sheet._replace(glyphs=(*once, *more)))
        hidden.extend(
            (f"page {sheet.number}: text that cannot be seen ({why})", text)
            for why, text in seen.hidden
        )
        # A library that counts may take letters that make one another bold for one, or not.
        drawn_letters = sum(count_characters(g.text) for g in sheet.glyphs)
        if again and count_characters(
            second.texts[sheet.number - 1]
        ) > drawn_letters - count_characters(again):
            hidden.append((f"page {sheet.number}: letters drawn twice in one place", again))
        if seen.recognised:
            recognised.append(sheet.number)
    return sheets, hidden, recognised


def _is_scan(sheet: PageContent, text: str) -> bool:
    return sheet.pictures >= _PICTURE and count_characters(text) < _FEW


def _refuse_scans(
    sheets: Sequence[PageContent],
    counted: Sequence[str],
    answers: Sequence[object],
    pdf: pikepdf.Pdf,
) -> None:
    scans = [s.number for s, text in zip(sheets, counted, strict=False) if _is_scan(s, text)]
    silent = [
        s.number for s, text in zip(sheets, counted, strict=False) if not count_characters(text)
    ]
    if is_xfa(pdf) and not answers:
        raise guard.unread("a form that only Adobe's programs draw (XFA)")
    if answers:
        return
    if scans and len(set(scans) | set(silent)) == len(sheets):
        raise guard.scanned(f"page {_numbers(scans)} of {len(sheets)} are pictures")
    if len(silent) == len(sheets):
        what = "drawn as shapes" if any(s.paths > 50 for s in sheets) else "blank"
        raise guard.scanned(f"none of its {len(sheets)} pages has text; they are {what}")


def _scans(sheets: Sequence[PageContent], counted: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (f"page {sheet.number}: a scan without text, to be recognised (OCR) and imported again", "")
        for sheet, text in zip(sheets, counted, strict=False)
        if _is_scan(sheet, text)
    ]


def _refuse_lost(sheets: Sequence[PageContent], limits: Limits) -> int:
    """Number of letters whose font does not say what they are; too many are refused."""
    letters = sum(bool(g.text.strip()) for sheet in sheets for g in sheet.glyphs)
    lost = sum(LOST in g.text for sheet in sheets for g in sheet.glyphs)
    if lost > limits.lost_share * letters:
        allowed = f"{limits.lost_share:.0%} of the letters at most"
        raise guard.letters_lost(f"{lost} of {letters}", allowed)
    return lost


def _sentences(words: WordList, lost: int, recognised: Sequence[int]) -> list[str]:
    notes = []
    if words.doubtful_hyphens:
        notes.append(
            "Words at line ends whose hyphen was kept, though it may be of the line: "
            f"{words.doubtful_hyphens}."
        )
    if lost:
        notes.append(
            f"Letters whose font does not tell what they are, {LOST} in the text: {lost}. Compare "
            "the text with the document, and correct it in the document if it matters."
        )
    if recognised:
        notes.append(
            f"The text of page {_numbers(recognised)} was recognised in a picture (OCR): compare "
            "amounts and names with the page."
        )
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


@contextmanager
def open_pdf(data: bytes, limits: Limits) -> Iterator[tuple[pikepdf.Pdf, tuple[str, ...]]]:
    """Open a PDF that is fit to be read, with notes on what had to be mended.

    Raises ProblemError: encrypted, truncated, too many pages, a bomb.
    """
    notes: list[str] = []
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise guard.encrypted("PDF encryption") from error
    except pikepdf.PdfError:
        pdf = _repair(data)
        notes.append(
            "The file's own table of its objects is damaged and was rebuilt; compare the text with "
            "the document, since pages may be missing."
        )
    with pdf:
        try:
            pages = len(pdf.pages)
        except (pikepdf.PdfError, ValueError, RecursionError) as error:
            raise guard.broken("its list of pages has no end or leads nowhere") from error
        if pages > limits.pages:
            raise guard.too_large(f"{pages} pages", f"{limits.pages} pages")
        if not pages:
            raise guard.broken("it has no pages")
        _unpack(pdf, limits)
        yield pdf, tuple(notes)


def _repair(data: bytes) -> pikepdf.Pdf:
    """Open a PDF whose table of objects is damaged, unless its end is missing."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise guard.broken("its end is missing")
    try:
        return pikepdf.open(BytesIO(data))
    except pikepdf.PasswordError as error:
        raise guard.encrypted("PDF encryption") from error
    except pikepdf.PdfError as error:
        raise guard.broken("its table of objects cannot be read") from error


def _unpack(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Unpack every compressed stream that a reader would, and stop at the limit."""
    total = 0
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") == "/Image":
            continue
        filters = item.get("/Filter")
        names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
        if not names or str(names[0]) not in ("/FlateDecode", "/Fl"):
            continue
        raw = item.read_raw_bytes()
        for _ in range(sum(str(name) in ("/FlateDecode", "/Fl") for name in names)):
            raw = _inflate(raw, limits.member_bytes)
            total += len(raw)
        if total > limits.unpacked_bytes:
            raise guard.decompression_bomb(
                f"its streams exceed {limits.unpacked_bytes / 1e6:.0f} MB",
                f"{limits.unpacked_bytes / 1e6:.0f} MB unpacked",
            )


def _inflate(raw: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj()
    pieces: list[bytes] = []
    size = 0
    rest = raw
    try:
        while rest and not inflater.eof:
            piece = inflater.decompress(rest, _CHUNK)
            rest = inflater.unconsumed_tail
            size += len(piece)
            if size > limit:
                raise guard.decompression_bomb(
                    f"one of its streams exceeds {limit / 1e6:.0f} MB",
                    f"{limit / 1e6:.0f} MB a stream",
                )
            pieces.append(piece)
            if not piece and not rest:
                break
    except zlib.error:
        pass  # what comes out until then is what a reader gets
    return b"".join(pieces)

"""A PDF taken apart: by its structure where it has a sound one, else by its layout.

Only what can be seen on its pages is text of it; the rest is left out by name. What is there is
counted, and drawn, by another library than the one that reads.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import pikepdf
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage

from evaltools.documents import limits as guard
from evaltools.documents.blocks import DocumentContent, Paragraph, Table, count_tables, row_answers
from evaltools.documents.limits import Limits
from evaltools.documents.pdf import characters, layout_blocks, structure_tree
from evaltools.documents.pdf.annotations import is_xfa, read_annotations, read_fields, save
from evaltools.documents.pdf.glyph_names import LOST
from evaltools.documents.pdf.lines import lines_by_position
from evaltools.documents.pdf.paragraphs import WordList
from evaltools.documents.pdf.second_reader import draw_pages, read_texts
from evaltools.documents.pdf.visibility import find_visible, remove_redrawn
from evaltools.documents.text_normalisation import count_characters

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
    with _open_pdf(data, limits) as (pdf, notes):
        given, (data, typed, remarks) = data, read_annotations(pdf, data)
        structure = structure and not typed and data is given
        drawn, texts, typed_texts = _read_twice(data, pdf, typed, limits)
        if not len(drawn) == len(texts) == len(pdf.pages):
            # Libraries look for pages in different ways; one that writes the file anew mends that.
            data = save(pdf)
            drawn, texts, typed_texts = _read_twice(data, pdf, typed, limits)
            notes.append("The file's list of its pages is damaged and was rebuilt.")
        if not len(drawn) == len(texts) == len(pdf.pages):
            counts = f"{len(drawn)}, {len(texts)} and {len(pdf.pages)}"
            raise guard.broken(f"three readers find different numbers of pages in it ({counts})")
        pages, hidden, recognised = _visible_pages(drawn, texts, data, typed)
        answers = read_fields(pdf)
        scans = _find_scans(pages, texts, bool(answers), pdf)
        lost = _count_lost(pages, limits)
        words = WordList(
            line for page in pages for line in lines_by_position(page.glyphs, page.number)
        )
        # Typed text is nowhere in the structure, and has its place only by the layout.
        tree = structure_tree.read_tree(pdf) if structure else None
        if tree is not None and structure_tree.is_sound(tree, pages):
            found, how = structure_tree.read(tree, pages, words), "by the file's own structure"
        else:
            found, how = layout_blocks.read(pages, words), "rebuilt from the layout of pages"
    rows = [row for block in found.blocks if isinstance(block, Table) for row in block.rows]
    filled = [(label, value) for label, value in answers if value.strip()]
    form = Table(tuple(((Paragraph(a),), (Paragraph(b),)) for a, b in filled))
    blocks = (*found.blocks, *((form,) if filled else ()))
    scan = "a scan without text, to be recognised (OCR) and imported again"
    return DocumentContent(
        blocks=blocks,
        fields=(*itertools.chain.from_iterable(map(row_answers, rows)), *answers),
        present=(*texts, *typed_texts, *itertools.chain.from_iterable(filled)),
        left_out=(
            *found.left_out,
            *hidden,
            *remarks,
            *((f"page {number}: {scan}", "") for number in scans),
        ),
        tables=sum(map(count_tables, blocks)),
        notes=(
            *notes,
            f"Paragraphs, headings and tables: {how}.",
            *_sentences(words, lost, recognised),
        ),
        pages=len(pages),
    )


def _read_twice(
    data: bytes, pdf: pikepdf.Pdf, typed_on: Collection[int], limits: Limits
) -> tuple[list[characters.PageContent], list[str], list[str]]:
    """The pages as one library finds them, and their texts and typed texts as a second does."""
    manager = PDFResourceManager()
    device = characters.CharacterDevice(manager)
    interpreter = characters.Interpreter(manager, device, characters.layers_off(pdf))
    total = 0
    try:
        for page in PDFPage.get_pages(BytesIO(data), check_extractable=False):
            interpreter.process_page(page)
            total += len(device.pages[-1].glyphs)
            if total > limits.characters or len(device.pages) > limits.pages:
                raise guard.too_large(f"{total} characters", f"{limits.characters} characters")
    except characters.STUMBLES as error:
        raise guard.broken(f"page {len(device.pages) + 1} cannot be read") from error
    return device.pages, *read_texts(data, typed_on, device.charted)


def _visible_pages(
    drawn: Sequence[characters.PageContent],
    texts: Sequence[str],
    data: bytes,
    typed: dict[int, list[characters.Glyph]],
) -> tuple[list[characters.PageContent], list[tuple[str, str]], list[int]]:
    """Pages with what can be seen of them, what cannot, and the pages with recognised text."""
    pages: list[characters.PageContent] = []
    hidden: list[tuple[str, str]] = []
    recognised: list[int] = []
    for page, text, picture in zip(drawn, texts, draw_pages(data), strict=True):
        seen = find_visible(page, picture)
        once, again = remove_redrawn(seen.glyphs)
        pages.append(replace(page, glyphs=[*once, *typed.get(page.number, ())]))
        hidden.extend(
            (f"page {page.number}: text that cannot be seen ({why})", unseen)
            for why, unseen in seen.hidden
        )
        # A library that counts may take letters that make one another bold for one, or not.
        letters = sum(count_characters(g.text) for g in page.glyphs)
        if again and count_characters(text) > letters - count_characters(again):
            hidden.append((f"page {page.number}: letters drawn twice in one place", again))
        if seen.recognised:
            recognised.append(page.number)
    return pages, hidden, recognised


def _find_scans(
    pages: Sequence[characters.PageContent], texts: Sequence[str], answered: bool, pdf: pikepdf.Pdf
) -> list[int]:
    """Numbers of pages that are scans without text; a document of such pages is refused."""
    counts = [(page, count_characters(text)) for page, text in zip(pages, texts, strict=True)]
    scans = [p.number for p, count in counts if p.pictures >= _PICTURE and count < _FEW]
    silent = [page.number for page, count in counts if not count]
    if answered:
        return scans
    if is_xfa(pdf):
        raise guard.unread("a form that only Adobe's programs draw (XFA)")
    if scans and len({*scans, *silent}) == len(pages):
        raise guard.scanned(f"page {_numbers(scans)} of {len(pages)} are pictures")
    if len(silent) == len(pages):
        what = "drawn as shapes" if any(page.paths > 50 for page in pages) else "blank"
        raise guard.scanned(f"none of its {len(pages)} pages has text; they are {what}")
    return scans


def _count_lost(pages: Sequence[characters.PageContent], limits: Limits) -> int:
    """Number of letters whose font does not say what they are; too many are refused."""
    letters = sum(bool(g.text.strip()) for page in pages for g in page.glyphs)
    lost = sum(LOST in g.text for page in pages for g in page.glyphs)
    if lost > limits.lost_share * letters:
        allowed = f"{limits.lost_share:.0%} of the letters at most"
        raise guard.letters_lost(f"{lost} of {letters}", allowed)
    return lost


def _sentences(words: WordList, lost: int, recognised: Sequence[int]) -> Iterator[str]:
    if words.doubtful_hyphens:
        yield (
            "Words at line ends whose hyphen was kept, though it may be of the line: "
            f"{words.doubtful_hyphens}."
        )
    if lost:
        yield (
            f"Letters whose font does not tell what they are, {LOST} in the text: {lost}. Compare "
            "the text with the document, and correct it in the document if it matters."
        )
    if recognised:
        yield (
            f"The text of page {_numbers(recognised)} was recognised in a picture (OCR): compare "
            "amounts and names with the page."
        )


def _numbers(numbers: Sequence[int]) -> str:
    """Numbers as ranges: 1–3, 5."""
    runs = characters.group_while(numbers, lambda run, number: number == run[-1] + 1)
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


@contextmanager
def _open_pdf(data: bytes, limits: Limits) -> Iterator[tuple[pikepdf.Pdf, list[str]]]:
    """Open a PDF that is fit to be read, with notes on what had to be mended.

    Raises ProblemError: encrypted, truncated, too many pages, a bomb.
    """
    notes: list[str] = []
    try:
        try:
            pdf = pikepdf.open(BytesIO(data), attempt_recovery=False)
        except pikepdf.PasswordError:
            raise
        except pikepdf.PdfError as error:
            if b"%%EOF" not in data[-_TAIL:]:
                raise guard.broken("its end is missing") from error
            pdf = pikepdf.open(BytesIO(data))
            notes.append(
                "The file's own table of its objects is damaged and was rebuilt; compare the text "
                "with the document, since pages may be missing."
            )
    except pikepdf.PasswordError as error:
        raise guard.encrypted("PDF encryption") from error
    except pikepdf.PdfError as error:
        raise guard.broken("its table of objects cannot be read") from error
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
        yield pdf, notes


def _unpack(pdf: pikepdf.Pdf, limits: Limits) -> None:
    """Unpack every compressed stream that a reader would, and stop at the limit."""
    total = 0
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") == "/Image":
            continue
        filters = item.get("/Filter")
        names = list(filters) if isinstance(filters, pikepdf.Array) else [filters]
        flate = [str(name) in ("/FlateDecode", "/Fl") for name in names]
        if not flate or not flate[0]:
            continue
        raw = item.read_raw_bytes()
        for _ in range(sum(flate)):
            raw = _inflate(raw, limits.member_bytes)
            total += len(raw)
        if total > limits.unpacked_bytes:
            raise guard.decompression_bomb(
                f"its streams exceed {limits.unpacked_bytes / 1e6:.0f} MB",
                f"{limits.unpacked_bytes / 1e6:.0f} MB unpacked",
            )


def _inflate(raw: bytes, limit: int) -> bytes:
    """What a reader gets of a compressed stream, which may end before it should."""
    inflater = zlib.decompressobj()
    unpacked = bytearray()
    try:
        while len(unpacked) <= limit and (piece := inflater.decompress(raw, _CHUNK)):
            unpacked += piece
            raw = inflater.unconsumed_tail
    except zlib.error:
        pass
    if len(unpacked) > limit:
        megabytes = f"{limit / 1e6:.0f} MB"
        raise guard.decompression_bomb(
            f"one of its streams exceeds {megabytes}", f"{megabytes} a stream"
        )
    return bytes(unpacked)

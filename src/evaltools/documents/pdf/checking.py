"""Whether a PDF may be read at all: password, damage, pages, and streams that unpack too far."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pikepdf

from evaltools.documents import guard
from evaltools.documents.guard import Limits

_CHUNK = 1 << 20
_TAIL = 4096


@contextmanager
def opened(data: bytes, limits: Limits) -> Iterator[tuple[pikepdf.Pdf, tuple[str, ...]]]:
    """Open a PDF that is fit to be read, with notes on what had to be mended.

    Raises ProblemError: encrypted, truncated, too many pages, a bomb.
    """
    notes: list[str] = []
    try:
        pdf = pikepdf.open(BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise guard.encrypted("PDF encryption") from error
    except pikepdf.PdfError:
        pdf = _mended(data)
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


def _mended(data: bytes) -> pikepdf.Pdf:
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
            raise guard.bomb(
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
                raise guard.bomb(
                    f"one of its streams exceeds {limit / 1e6:.0f} MB",
                    f"{limit / 1e6:.0f} MB a stream",
                )
            pieces.append(piece)
            if not piece and not rest:
                break
    except zlib.error:
        pass  # what comes out until then is what a reader gets
    return b"".join(pieces)

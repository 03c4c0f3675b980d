"""One document, read in this process: what the reading child runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from evaltools.documents import guard
from evaltools.documents.blocks import compose, page_starts
from evaltools.documents.coverage import measure
from evaltools.documents.guard import LIMITS, Limits
from evaltools.documents.kinds import kind_of, misnamed
from evaltools.documents.language import detect
from evaltools.documents.packages import Package
from evaltools.documents.record import DocumentText, Field, Kind
from evaltools.documents.source import Source


def read(path: Path, limits: Limits = LIMITS) -> DocumentText:
    """Read a document within this process; hostile ones may take it with them.

    Raises ProblemError; `where` of its problems is empty, for the caller to fill in.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise guard.too_large(f"{size / 1e6:.0f} MB", f"{limits.file_bytes / 1e6:.0f} MB")
    data = path.read_bytes()
    kind, package = kind_of(data, limits)
    source = _source(kind, package, data, limits)
    composed = compose(source.blocks)
    if len(composed.text) > limits.characters:
        raise guard.too_large(f"{len(composed.text)} characters", f"{limits.characters} characters")
    pages = None
    if source.pages is not None:
        pages = page_starts(composed.starts, source.pages, len(composed.text))
    note = misnamed(kind, path.suffix)
    return DocumentText(
        kind=kind,
        text=composed.text,
        language=detect(composed.text),
        pages=pages,
        headings=composed.headings,
        fields=tuple(Field(label, value) for label, value in source.fields),
        coverage=measure(
            source.present,
            composed.text,
            source.left_out,
            (source.tables, composed.tables),
            (*((note,) if note else ()), *source.notes),
            source.replaced,
        ),
        file_sha256=hashlib.sha256(data).hexdigest(),
        text_sha256=hashlib.sha256(composed.text.encode()).hexdigest(),
    )


def _source(kind: Kind, package: Package | None, data: bytes, limits: Limits) -> Source:
    # Imported where it is needed, so that a spreadsheet does not wait for a PDF library.
    if package is None:
        from evaltools.documents.pdf import reading as pdf

        return pdf.read(data, limits)
    if kind == "docx":
        from evaltools.documents.word import reading as word

        return word.read(package)
    if kind == "odt":
        from evaltools.documents.odf import text as odt

        return odt.read(package)
    if kind == "ods":
        from evaltools.documents.odf import sheets as ods

        return ods.read(package, limits)
    from evaltools.documents.sheets import reading as xlsx

    return xlsx.read(package, limits)

"""One document, read in this process: its kind, its text, and what of it came into the text."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from evaltools.documents import limits as guard
from evaltools.documents.blocks import DocumentContent, compose, page_starts, to_line
from evaltools.documents.language import detect
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.model import Coverage, DocumentText, Field, HeaderOrFooter, Kind, LeftOut
from evaltools.documents.symbol_fonts import UNKNOWN, is_private
from evaltools.documents.text_normalisation import visible
from evaltools.documents.zip_package import Package

LONGEST_TEXT = 1_000  # characters of what was left out that are kept
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {
    "WordDocument": "an old Word document (.doc)",
    "Workbook": "an old Excel workbook (.xls)",
    "Book": "an old Excel workbook (.xls)",
}
_ODF: dict[str, Kind] = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ods",
}
READERS: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "docx": ("word", (".docx", ".docm", ".dotx", ".dotm")),
    "odt": ("odf", (".odt", ".ott")),
    "ods": ("spreadsheets", (".ods", ".ots")),
    "xlsx": ("spreadsheets", (".xlsx", ".xlsm", ".xltx", ".xltm")),
    "pdf": ("pdf", (".pdf",)),
}
"""The package that reads each kind, and endings of its files' names."""


def read(path: Path, limits: Limits = LIMITS) -> DocumentText:
    """Read a document within this process; hostile ones may take it with them.

    Raises ProblemError; `where` of its problems is empty, for the caller to fill in.
    """
    return add_language(read_text(path, limits))


def add_language(document: DocumentText) -> DocumentText:
    """The document with the language of its text."""
    return replace(document, language=detect(document.text))


def read_text(path: Path, limits: Limits = LIMITS) -> DocumentText:
    """Read a document as `read` does, but for its language.

    Telling that takes a model, which the process that starts the readers loads once for all.
    """
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise guard.too_large(f"{size / 1e6:.0f} MB", f"{limits.file_bytes / 1e6:.0f} MB")
    data = path.read_bytes()
    kind, package = detect_kind(data, limits)
    source = load_reader(kind)(data if package is None else package, limits)
    composed = compose(source.blocks)
    text, pages = composed.text, None
    if len(text) > limits.characters:
        raise guard.too_large(f"{len(text)} characters", f"{limits.characters} characters")
    if source.pages is not None:
        pages = page_starts(composed.starts, source.pages, len(text))
    notes = list(source.notes)
    if path.suffix.lower() not in READERS[kind][1]:
        named = f"named {path.suffix}" if path.suffix else "named without an ending"
        notes.insert(0, f"The file is {named}, its content is {kind.upper()}; it was read as that.")
    tables = (source.tables, composed.tables)
    return DocumentText(
        kind=kind,
        text=text,
        language="",
        pages=pages,
        headings=composed.headings,
        fields=tuple(Field(label, value) for label, value in source.fields),
        coverage=measure(source.present, text, source.left_out, tables, notes, source.replaced),
        file_sha256=hashlib.sha256(data).hexdigest(),
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def load_reader(kind: Kind) -> Callable[[Any, Limits], DocumentContent]:
    """The reader of a kind, so that a spreadsheet does not wait for a PDF library."""
    module = import_module(f"evaltools.documents.{READERS[kind][0]}.read")
    reader: Callable[[Any, Limits], DocumentContent] = module.read
    return reader


def detect_kind(data: bytes, limits: Limits) -> tuple[Kind, Package | None]:
    """Tell the kind of a document, and open it if it is a package.

    Raises ProblemError: it is empty, encrypted, cut off, a bomb, or of a kind that is not read.
    """
    if not data:
        raise guard.empty()
    if data.startswith(_ZIP):
        package = Package(data, limits)
        return _kind_of_package(package), package
    # A PDF may have some bytes before its header; readers look for it in the first kilobyte.
    if b"%PDF-" in data[:1024]:
        return "pdf", None
    if data.startswith(_OLE):
        raise _refuse_ole(data)
    if data.lstrip()[:5] == b"{\\rtf":
        raise guard.unread("rich text (RTF)")
    if not any(data[:4096]):
        raise guard.broken("its first bytes are all zero")
    raise guard.unknown()


def _kind_of_package(package: Package) -> Kind:
    if "mimetype" in package:
        kind = _ODF.get(package.read("mimetype").decode("ascii", "replace").strip())
        if kind:
            manifest = "META-INF/manifest.xml"
            if manifest in package and b"encryption-data" in package.read(manifest):
                raise guard.encrypted("OpenDocument encryption")
            return kind
    folders = {name.partition("/")[0] for name in package.names if "/" in name}
    if "word" in folders:
        return "docx"
    if "xl" in folders:
        return "xlsx"
    if "ppt" in folders:
        raise guard.unread("a presentation (PPTX)")
    if any(name.lower().endswith(".iwa") for name in package.names):
        raise guard.unread("an Apple iWork document (Pages, Numbers)")
    raise guard.unknown(": a zip archive of other files")


def _refuse_ole(data: bytes) -> Exception:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return guard.encrypted("Office encryption")
    for stream, what in _OLE_STREAMS.items():
        if stream.encode("utf-16-le") in data:
            return guard.unread(what)
    return guard.unread("a document of an old Office program")


def measure(
    present: Iterable[str],
    text: str,
    left_out: Iterable[tuple[str, str]] = (),
    tables: tuple[int, int] = (0, 0),
    notes: Iterable[str] = (),
    replaced: Iterable[tuple[str, str]] = (),
) -> Coverage:
    """Hold the characters of a file against those of the text that was made of it.

    Characters are matched one by one as a bag: each character of the file must be found in the
    text, or else among what was left out by name, or else it counts as unread. The order of the
    text is not judged. A character that says nothing by itself, private or U+FFFD, is never read,
    though it stands in the text. For the arguments see `DocumentContent`; `tables` are how many
    the file has, and how many were read.
    """
    expected = _count(present)
    replaced = tuple(replaced)
    expected -= _count(given for given, _ in replaced)
    expected += _count(shown for _, shown in replaced)
    inside = _count([text])
    unread = expected - Counter(
        {c: n for c, n in inside.items() if c != UNKNOWN and not is_private(c)}
    )
    read = expected.total() - unread.total()
    named: dict[str, LeftOut] = {}
    for what, piece in left_out:
        bag = _count([piece])
        unread -= bag
        so_far = named.get(what) or LeftOut(str(what), 0, isinstance(what, HeaderOrFooter))
        named[what] = replace(
            so_far,
            characters=so_far.characters + bag.total(),
            text=f"{so_far.text} {to_line(piece)}".strip()[:LONGEST_TEXT],
        )
    return Coverage(
        characters_present=expected.total(),
        characters_read=read,
        characters_unread=unread.total(),
        tables_present=tables[0],
        tables_read=tables[1],
        left_out=tuple(named.values()),
        notes=tuple(dict.fromkeys(notes)),
    )


def _count(pieces: Iterable[str]) -> Counter[str]:
    return Counter(itertools.chain.from_iterable(map(visible, pieces)))

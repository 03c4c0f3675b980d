"""One document, read in this process: its kind, its text, and what of it came into the text."""

from __future__ import annotations

import hashlib
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
_ODF: dict[str, Kind] = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.spreadsheet-template": "ods",
}
_SUFFIXES: dict[str, tuple[str, ...]] = {
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    "odt": (".odt", ".ott"),
    "ods": (".ods", ".ots"),
    "pdf": (".pdf",),
}
READERS: dict[Kind, str] = {
    "docx": "evaltools.documents.word.read",
    "odt": "evaltools.documents.odf.read",
    "ods": "evaltools.documents.spreadsheets.read",
    "xlsx": "evaltools.documents.spreadsheets.read",
    "pdf": "evaltools.documents.pdf.read",
}


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
    if len(composed.text) > limits.characters:
        raise guard.too_large(f"{len(composed.text)} characters", f"{limits.characters} characters")
    pages = None
    if source.pages is not None:
        pages = page_starts(composed.starts, source.pages, len(composed.text))
    note = describe_misnamed(kind, path.suffix)
    return DocumentText(
        kind=kind,
        text=composed.text,
        language="",
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


def load_reader(kind: Kind) -> Callable[[Any, Limits], DocumentContent]:
    """The reader of a kind, so that a spreadsheet does not wait for a PDF library."""
    reader: Callable[[Any, Limits], DocumentContent] = import_module(READERS[kind]).read
    return reader


def detect_kind(data: bytes, limits: Limits) -> tuple[Kind, Package | None]:
    """Tell the kind of a document, and open it if it is a package.

    Raises ProblemError for a file that is empty, encrypted, cut off, a bomb, or of a kind that
    is not read.
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


def describe_misnamed(kind: Kind, suffix: str) -> str:
    """A sentence on a file whose name says another kind than its content; empty if it does not."""
    if suffix.lower() in _SUFFIXES[kind]:
        return ""
    named = f"named {suffix}" if suffix else "named without an ending"
    return f"The file is {named}, its content is {kind.upper()}; it was read as that."


def _kind_of_package(package: Package) -> Kind:
    if "mimetype" in package:
        kind = _ODF.get(package.read("mimetype").decode("ascii", "replace").strip())
        if kind:
            manifest = "META-INF/manifest.xml"
            if manifest in package and b"encryption-data" in package.read(manifest):
                raise guard.encrypted("OpenDocument encryption")
            return kind
    if any(name.startswith("word/") for name in package.names):
        return "docx"
    if any(name.startswith("xl/") for name in package.names):
        return "xlsx"
    if any(name.startswith("ppt/") for name in package.names):
        raise guard.unread("a presentation (PPTX)")
    if any(name.lower().endswith(".iwa") for name in package.names):
        raise guard.unread("an Apple iWork document (Pages, Numbers)")
    raise guard.unknown(": a zip archive of other files")


def _refuse_ole(data: bytes) -> Exception:
    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return guard.encrypted("Office encryption")
    if holds("WordDocument"):
        return guard.unread("an old Word document (.doc)")
    if holds("Workbook") or holds("Book"):
        return guard.unread("an old Excel workbook (.xls)")
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
    though it stands in the text.

    Arguments:
        present: every piece of text in the file, found without the reader's help.
        text: the reader's result.
        left_out: (what it is, its text; empty where it has none), merged by what it is.
        tables: how many the file has, and how many were read.
        notes: kept in order, each once.
        replaced: (characters of the file, those that the text has for them), of symbol fonts.
    """
    expected = _count_words(present)
    replaced = tuple(replaced)
    expected -= _count_words(given for given, _ in replaced)
    expected += _count_words(shown for _, shown in replaced)
    inside = Counter(visible(text))
    unread = expected - Counter({c: n for c, n in inside.items() if not _is_ignorable(c)})
    read = expected.total() - unread.total()
    named: dict[str, int] = {}
    samples: dict[str, str] = {}
    for what, piece in left_out:
        bag = Counter(visible(piece))
        named[what] = named.get(what, 0) + bag.total()
        samples[what] = f"{samples.get(what, '')} {to_line(piece)}".strip()[:LONGEST_TEXT]
        unread -= bag
    return Coverage(
        characters_present=expected.total(),
        characters_read=read,
        characters_unread=unread.total(),
        tables_present=tables[0],
        tables_read=tables[1],
        left_out=tuple(
            LeftOut(str(what), characters, isinstance(what, HeaderOrFooter), samples[what])
            for what, characters in named.items()
        ),
        notes=tuple(dict.fromkeys(notes)),
    )


def _is_ignorable(character: str) -> bool:
    return character == UNKNOWN or is_private(character)


def _count_words(pieces: Iterable[str]) -> Counter[str]:
    bag: Counter[str] = Counter()
    for piece in pieces:
        bag.update(visible(piece))
    return bag

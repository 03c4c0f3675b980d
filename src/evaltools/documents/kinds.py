"""What kind of document a file is, by its content: names are given by people."""

from __future__ import annotations

from evaltools.documents import guard
from evaltools.documents.guard import Limits
from evaltools.documents.packages import Package
from evaltools.documents.record import Kind

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


def kind_of(data: bytes, limits: Limits) -> tuple[Kind, Package | None]:
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
    raise guard.unknown("")


def misnamed(kind: Kind, suffix: str) -> str:
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

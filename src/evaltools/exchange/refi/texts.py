"""Texts of sources: from the package, from the XML, or from the rich text beside."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from evaltools.documents.packages import first
from evaltools.exchange.refi.archive import LARGEST_TEXT, Archive, file_name
from evaltools.exchange.refi.guids import plain
from evaltools.problems import ProblemError


@dataclass(frozen=True)
class Loaded:
    """The text of a source.

    Arguments:
        text: as the file has it, without a byte order mark; None where there is none.
        bom: whether a mark stood before it.
        sha256: of its bytes.
        told: why there is none, or whence it was taken if not from where the project says.
    """

    text: str | None
    bom: bool = False
    sha256: str = ""
    told: str = ""


def load(archive: Archive, source: etree._Element) -> Loaded:
    """The text of a `TextSource`, `Representation` or `Note`."""
    path = source.get("plainTextPath") or ""
    told = ""
    if path:
        member = archive.find(path)
        if member is not None:
            loaded = _decoded(archive, member)
            outside = not path.lower().startswith("internal:")
            if outside and not loaded.told:
                told = f"its text was taken from {member} in the file and not from {path}"
                return Loaded(loaded.text, loaded.bom, loaded.sha256, told)
            return loaded
        told = f"its text {file_name(path)} is not in the file"
    content = first(source, "PlainTextContent")
    if content is not None:
        text = content.text or ""
        bom = text.startswith("\ufeff")
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return Loaded(text.removeprefix("\ufeff"), bom, digest)
    guid = plain(source.get("guid"))
    by_guid = archive.find(f"{guid}.txt") if guid else None
    if by_guid is not None:
        loaded = _decoded(archive, by_guid)
        note = loaded.told or f"its text was taken from {by_guid} in the file, by its GUID"
        return Loaded(loaded.text, loaded.bom, loaded.sha256, note)
    rich = source.get("richTextPath") or ""
    member = archive.find(rich) if rich else None
    if member is not None and member.casefold().endswith(".docx"):
        return _from_docx(archive, member)
    return Loaded(None, told=told or "the file holds no text of it")


def _decoded(archive: Archive, member: str) -> Loaded:
    if archive.size(member) > LARGEST_TEXT:
        return Loaded(None, told=f"its text {member} is larger than {LARGEST_TEXT // 10**6} MB")
    data = archive.read(member)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return Loaded(None, told=f"its text {member} is neither UTF-8 nor UTF-16")
    bom = encoding == "utf-16" or text.startswith("\ufeff")
    return Loaded(text.removeprefix("\ufeff"), bom, hashlib.sha256(data).hexdigest())


def _from_docx(archive: Archive, member: str) -> Loaded:
    from evaltools.documents import read_document  # starts a process, which few files need

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "source.docx"
        path.write_bytes(archive.read(member))
        try:
            text = read_document(path).text
        except ProblemError as error:
            return Loaded(None, told=f"its text {member}: {error.problems[0].what}")
    return Loaded(text, told=f"its text was taken from the rich text {member}")

"""Zip packages (DOCX, XLSX, ODT, ODS) opened with suspicion, and their XML parsed with none left.

What a package says about itself is not believed: bytes are counted while they are unpacked.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator, Mapping
from io import BytesIO
from pathlib import PurePosixPath

from lxml import etree

from evaltools.documents import limits as guard
from evaltools.documents.limits import Limits

_CHUNK = 1 << 20
_RATIO_FROM = 10_000_000  # smaller parts may be as repetitive as they like
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252")


class Package:
    """A zip package whose parts are unpacked one at a time and within limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self._limits = limits
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
            raise guard.broken("its table of contents at the end is missing or wrong") from error
        self._infos = _check_entries(self._zip.infolist(), limits)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts, in the order of the package."""
        return tuple(self._infos)

    def size(self, name: str) -> int:
        """Unpacked size of a part as the package declares it."""
        return self._infos[name].file_size

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Unpack one part, counting while it grows."""
        info = self._infos[name]
        content = bytearray()
        try:
            with self._zip.open(info) as part:
                while piece := part.read(_CHUNK):
                    content += piece
                    self._unpacked += len(piece)
                    _hold(name, len(content), info.compress_size, self._limits)
                    if self._unpacked > self._limits.unpacked_bytes:
                        raise guard.decompression_bomb(
                            "its parts together exceed the limit",
                            f"{_mb(self._limits.unpacked_bytes)} unpacked",
                        )
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
            raise guard.broken(f"its part {name} cannot be unpacked") from error
        except RuntimeError as error:  # zipfile says so of a part under a password
            raise guard.encrypted(f"part {name}") from error
        return bytes(content)

    def parse(self, name: str) -> etree._Element:
        """Parse one part as XML; see `parse`."""
        return parse(self.read(name), name)


def parse(data: bytes, name: str) -> etree._Element:
    """Parse XML that declares no document type and no entities; refuse any other.

    Raises ProblemError `document.entities` before a parser sees the data, and
    `document.truncated` for what is no well-formed XML.
    """
    if _declares(data):
        raise guard.entities(name)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise guard.broken(f"its part {name} is no well-formed XML") from error
    if root is None:
        raise guard.broken(f"its part {name} is empty")
    if root.getroottree().docinfo.internalDTD is not None:
        raise guard.entities(name)
    return root


def _declares(data: bytes) -> bool:
    """Whether XML has a DOCTYPE or ENTITY, or hides its text from this question."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode()
    elif b"\0" in head:
        return True  # UTF-16 or UTF-32 that does not say so: no office program writes it
    else:
        named = _ENCODING.match(head)
        if named and named[1].decode().lower() not in _ENCODINGS:
            return True
    return _DECLARES.search(data) is not None


def local_name(element: etree._Element) -> str:
    """Name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children with a local name, whatever their namespace."""
    return (child for child in element if local_name(child) == name)


def first(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child along a path of local names; None where it ends."""
    for name in path:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def count_outside(root: etree._Element, name: str, hidden: Container[str]) -> int:
    """How many elements of a local name stand in none of the hidden ones."""
    found = (node for node in root.iter() if local_name(node) == name)
    return sum(not any(local_name(a) in hidden for a in node.iterancestors()) for node in found)


def style_chain(
    name: str,
    known: Mapping[str, etree._Element],
    parent: Callable[[etree._Element], str],
) -> Iterator[etree._Element]:
    """A style and those it is based on, nearest first; a circle is walked once.

    Arguments:
        known: styles by name.
        parent: names what a style is based on.
    """
    seen: set[str] = set()
    while name in known and name not in seen:
        seen.add(name)
        yield known[name]
        name = parent(known[name])


def attribute_value(element: etree._Element | None, name: str = "val") -> str:
    """An attribute by its local name; empty where there is none."""
    if element is None:
        return ""
    return next((str(v) for k, v in element.items() if str(k).rpartition("}")[2] == name), "")


def _check_entries(infos: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > limits.members:
        raise guard.decompression_bomb(f"{len(infos)} parts", f"{limits.members} parts")
    known: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()  # part names are the same whatever their case
    for info in infos:
        name = info.filename.replace("\\", "/")  # some programs for Windows write these
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise guard.unsafe(f"a part lies outside of it ({name!r})")
        if name.lower() in folded:
            raise guard.unsafe(f"it has two parts of the name {name!r}")
        if info.flag_bits & 0x1:
            raise guard.encrypted(f"part {name}")
        _hold(name, info.file_size, info.compress_size, limits)
        known[name] = info
        folded.add(name.lower())
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked_bytes:
        allowed = f"{_mb(limits.unpacked_bytes)} unpacked"
        raise guard.decompression_bomb(f"{_mb(total)} unpacked", allowed)
    return known


def _hold(name: str, size: int, packed: int, limits: Limits) -> None:
    if size > limits.unpacked_bytes:
        raise guard.decompression_bomb(
            f"part {name} alone exceeds", f"{_mb(limits.unpacked_bytes)} unpacked"
        )
    if size > _RATIO_FROM and size > limits.ratio * max(packed, 1):
        raise guard.decompression_bomb(
            f"part {name} becomes more than {limits.ratio} times larger",
            f"up to {limits.ratio} times",
        )
    if name.endswith((".xml", ".rels")) and size > limits.member_bytes:
        raise guard.too_large(f"part {name} exceeds", f"{_mb(limits.member_bytes)} a part")


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB".replace(",", " ")

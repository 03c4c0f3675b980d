"""What stands in the HTML, PDF and DOCX files of a report, as they are delivered: one reader of
each for every gate and search. Nothing is rendered and no link is followed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import lxml.html
import pikepdf
import pypdfium2

from evaltools.problems import Problem, ProblemError

LARGEST = 200_000_000
"""Bytes that a file, or a part of a zip when unpacked, may have."""
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_NOT_SHOWN = ("script", "style", "title", "template")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_DECORATIVE = "{http://schemas.openxmlformats.org/drawingml/2006/main}decorative"
_BREAK = re.compile(r"[\u00ad\ufffe\x02](?:\r?\n)?")
"""Where pdfium says that a word is broken at the end of a line."""


class UnreadableError(ValueError):
    """A file that cannot be examined, and why."""


@dataclass(frozen=True)
class Html:
    """An HTML file."""

    path: Path

    @cached_property
    def _root(self) -> lxml.html.HtmlElement:
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        content = self.path.read_bytes()
        try:
            content.decode("utf-8")
            return lxml.html.document_fromstring(content, parser=parser)
        except (UnicodeDecodeError, lxml.etree.LxmlError) as error:
            raise _unreadable(self.path, error) from None

    @property
    def language(self) -> str:
        """Language of the document, `fi`, or an empty text."""
        return str(self._root.get("lang") or "")

    def text(self) -> str:
        """What is shown."""
        hidden = "|".join(f"ancestor::{name}" for name in _NOT_SHOWN)
        return "".join(self._root.xpath(f"//text()[not({hidden})]"))

    def without_alternative(self) -> Iterator[str]:
        """Pictures without words in their place, by their number."""
        number = 0
        for element in self._root.iter("img", "svg"):
            hidden = element.get("aria-hidden") == "true"
            if element.tag == "svg" and hidden:
                continue
            number += 1
            words = element.get("alt" if element.tag == "img" else "aria-label")
            if not (hidden or element.get("role") == "presentation" or (words or "").strip()):
                yield f"picture {number}"

    def sections(self) -> frozenset[str]:
        """Identifiers of the sections, but for those that are in a language of their own."""
        own = "ancestor-or-self::*[@lang][ancestor::body]"
        return frozenset(
            map(str, self._root.xpath(f"//body//*[starts-with(@id, 'sec-')][not({own})]/@id"))
        )

    def sentences(self, finding: str) -> list[str]:
        """The text of every sentence that is bound to a finding."""
        bound = self._root.xpath("//*[@data-finding=$finding]", finding=finding)
        return [element.xpath("string()") for element in bound]


@dataclass(frozen=True)
class Pdf:
    """A PDF file."""

    path: Path

    @cached_property
    def _pdf(self) -> pikepdf.Pdf:
        try:
            return pikepdf.open(self.path)
        except pikepdf.PdfError as error:
            raise _unreadable(self.path, error) from None

    @property
    def language(self) -> str:
        """Language of the document, `fi-FI`, or an empty text."""
        return str(self._pdf.Root.get("/Lang", ""))

    @property
    def tagged(self) -> bool:
        """Whether the file has a structure that a screen reader follows."""
        info = self._pdf.Root.get("/MarkInfo", pikepdf.Dictionary())
        return bool(info.get("/Marked", False)) and "/StructTreeRoot" in self._pdf.Root

    def pages(self) -> list[str]:
        """The text of each page."""
        try:
            return pdf_pages(self.path.read_bytes())
        except pypdfium2.PdfiumError as error:
            raise _unreadable(self.path, error) from None

    def figures(self) -> Iterator[str]:
        """The alternative text of every figure in the structure, empty where there is none."""
        root = self._pdf.Root.get("/StructTreeRoot")
        waiting: list[Any] = [root] if root is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, pikepdf.Array):
                waiting += reversed(list(node))
            elif isinstance(node, pikepdf.Dictionary):
                if node.get("/S") == "/Figure":
                    yield str(node.get("/Alt", "")).strip()
                if "/K" in node:
                    waiting.append(node["/K"])


def pdf_pages(content: bytes) -> list[str]:
    """The text of each page of a PDF file, words whole that a line breaks."""
    with pypdfium2.PdfDocument(content) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [_BREAK.sub("", text).replace("\r\n", "\n") for text in texts]


@dataclass(frozen=True)
class Docx:
    """A DOCX file."""

    path: Path

    @cached_property
    def parts(self) -> dict[str, ElementTree.Element]:
        """The XML parts below `word/`, by name.

        Raises:
            ProblemError: the file is not what it says, or declares entities, which none needs.
        """
        try:
            with zipfile.ZipFile(self.path) as package:
                return {
                    name: xml_part(package, name)
                    for name in sorted(package.namelist())
                    if re.fullmatch(r"word/\w+\.xml", name)
                }
        except (zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError) as error:
            raise _unreadable(self.path, error) from None

    @property
    def language(self) -> str:
        """Language of the document, `fi-FI`, or an empty text."""
        styles = self.parts.get("word/styles.xml")
        found = styles.find(f".//{WORD}docDefaults//{WORD}lang") if styles is not None else None
        return (found.get(f"{WORD}val") or "") if found is not None else ""

    def headers(self) -> list[str]:
        """The texts that its pages repeat at their heads."""
        return [
            "".join(item.text or "" for item in part.iter(f"{WORD}t"))
            for name, part in self.parts.items()
            if name.startswith("word/header")
        ]

    def without_alternative(self) -> Iterator[str]:
        """Drawings that have no description, by their names."""
        for name, part in self.parts.items():
            for item in part.iter(_DRAWING):
                decorative = item.find(f".//{_DECORATIVE}") is not None
                if not (item.get("descr") or "").strip() and not decorative:
                    yield f"{item.get('name') or item.get('id') or 'a drawing'} in {name}"


def zip_part(package: zipfile.ZipFile, name: str) -> bytes:
    """A part of a package, unpacked.

    Raises:
        UnreadableError: it is too large.
    """
    if package.getinfo(name).file_size > LARGEST:
        raise UnreadableError("holds a part that is too large to be examined")
    return package.read(name)


def xml_part(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """A part of a package as XML.

    Raises:
        UnreadableError: it is too large, or declares entities.
    """
    content = zip_part(package, name)
    if _DECLARATION.search(content):
        raise UnreadableError("declares entities, which no report needs")
    return ElementTree.fromstring(content)


def squeezed(text: str) -> str:
    """Text without spaces and soft hyphens: lines are broken differently in every format."""
    return re.sub(r"[\s\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}]+", "", text)


def _unreadable(path: Path, error: Exception) -> ProblemError:
    what = f"cannot be read: {error}"
    return ProblemError([Problem(path.name, what, "", "Render it again.", "publish.unreadable")])

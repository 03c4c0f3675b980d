"""What a reader finds in the report's files: words, languages, pictures and what stands for them.

Files are read as they are delivered. HTML by its elements, DOCX by its parts, PDF by its pages and
its structure tree. Nothing is rendered and no link is followed.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from evaltools.problems import Problem, ProblemError

_SILENT = frozenset({"script", "style", "title", "template"})
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWN = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}decorative",
)


@dataclass
class Page(HTMLParser):
    """An HTML file: text that is shown, its language, and pictures without alternative text."""

    language: str = ""
    words: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    pictures: int = 0
    _hidden: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note language and pictures."""
        found = dict(attrs)
        if tag in _SILENT:
            self._hidden += 1
        if tag == "html":
            self.language = found.get("lang") or ""
        if tag == "img" or (tag == "svg" and found.get("aria-hidden") != "true"):
            self.pictures += 1
            decorative = found.get("role") == "presentation" or found.get("aria-hidden") == "true"
            told = found.get("alt") if tag == "img" else found.get("aria-label")
            if not decorative and not (told or "").strip():
                self.bare.append(f"picture {self.pictures}")

    def handle_endtag(self, tag: str) -> None:
        """Leave what is not shown."""
        if tag in _SILENT and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._hidden:
            self.words.append(data)


def read_html(path: Path) -> Page:
    """Text, language and pictures of an HTML file."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def docx_parts(path: Path) -> dict[str, ElementTree.Element]:
    """The XML parts below `word/` of a DOCX file, by name.

    Raises:
        ProblemError: the file is not what it says, or has a document type, which none needs.
    """
    try:
        with zipfile.ZipFile(path) as package:
            names = [name for name in package.namelist() if re.fullmatch(r"word/\w+\.xml", name)]
            parts = {name: package.read(name) for name in sorted(names)}
        if any(_DECLARATION.search(content) for content in parts.values()):
            raise ValueError("it declares a document type")
        return {name: ElementTree.fromstring(content) for name, content in parts.items()}
    except (zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError) as error:
        raise _unreadable(path, error) from None


def docx_text(part: ElementTree.Element) -> str:
    """The text of a part."""
    return "".join(item.text or "" for item in part.iter(f"{WORD}t"))


def docx_bare(part: ElementTree.Element) -> list[str]:
    """Names of drawings that have no description."""
    return [
        item.get("name") or item.get("id") or "a drawing"
        for item in part.iter(_DRAWN[0])
        if not (item.get("descr") or "").strip() and item.find(f".//{_DRAWN[1]}") is None
    ]


def squeezed(text: str) -> str:
    """Text without spaces and soft hyphens: lines are broken differently in every format."""
    return re.sub(r"[\s\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}]+", "", text)


def _unreadable(path: Path, error: Exception) -> ProblemError:
    what = f"cannot be read: {error}"
    return ProblemError([Problem(path.name, what, "", "Render it again.", "publish.unreadable")])

"""A small staged project to which a test adds the one thing it is about."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render, resolve
from evaltools.report.renderer.pandoc_tree import nodes

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">'
    '<rect width="40" height="20" fill="#17395c"/></svg>'
)


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def figure_output() -> dict[str, Any]:
    """What a cell with a figure puts out."""
    data = {"image/svg+xml": SVG, "image/png": base64.b64encode(png()).decode()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def table_output(markdown: str) -> dict[str, Any]:
    """What a cell with a table puts out."""
    data = {"text/markdown": markdown, "text/plain": "table"}
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}


def cell(source: str, *outputs: Mapping[str, Any]) -> dict[str, Any]:
    """An executed cell."""
    return {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": 1,
            "source": source, "outputs": list(outputs)}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))


@dataclass
class Report:
    """A staged project in a folder."""

    folder: Path
    front: dict[str, str] = field(default_factory=lambda: {"title": "Raportti"})
    formats: Sequence[str] = ("html",)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def notebook(self, name: str, *cells: Mapping[str, Any]) -> None:
        content = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        self.file(name, json.dumps(content))

    def write(self, body: str) -> Path:
        front = "".join(f"{key}: {value}\n" for key, value in self.front.items())
        return self.file("fi/report.qmd", f"---\n{front}---\n{body}")

    def html(self, body: str) -> str:
        """The page made of a text."""
        self.write(body)
        (path,) = render(self.project, Path("fi/report.qmd"), ["html"], self.folder / "out")
        return path.read_text(encoding="utf-8")

    def content(self, body: str) -> str:
        """The page's main part."""
        return self.html(body).partition("<main")[2].partition("</main>")[0]

    def elements(self, body: str) -> list[tuple[str, dict[str, str]]]:
        reader = _Reader()
        reader.feed(self.content(body))
        return reader.elements

    def tree(self, body: str, format_name: str = "html") -> list[dict[str, Any]]:
        """The resolved document's blocks."""
        path = self.write(body)
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        (result,) = resolve(self.project, path, [format_name], scratch)
        blocks: list[dict[str, Any]] = result.document["blocks"]
        return blocks

    def kind(self, body: str, kind: str, format_name: str = "html") -> Iterator[dict[str, Any]]:
        """Nodes of one kind in the resolved document."""
        return (node for node in nodes(self.tree(body, format_name)) if node["t"] == kind)

    def problems(self, body: str, formats: Sequence[str] = ("html",)) -> list[str]:
        """What is wrong with a text, as `file:line: what`."""
        path = self.write(body)
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        with pytest.raises(ProblemError) as caught:
            resolve(self.project, path, formats, scratch)
        return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A project with one document; front matter takes its first three lines."""
    return staged(tmp_path)


def staged(folder: Path) -> Report:
    """A project in a folder."""
    made = Report(folder)
    made.file("_quarto.yml", "lang: fi\nnumber-sections: true\nbibliography: references.bib\n"
              "format:\n  html: default\n  typst: default\n  docx: default\n")  # fmt: skip
    made.file("references.bib", "@book{patton2008, author={Patton, M.}, title={Use}, year={2008}}")
    made.file("_variables.yml", 'staff:\n  share: "37 %"\n  n: "19"\n')
    made.file("img/a.svg", SVG)
    made.file("img/a.png", png())
    return made

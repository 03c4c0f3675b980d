"""What a reader can find in a published file: paragraphs, alternative texts, rows, metadata."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from evaltools.findings.disclosure.pages import page_units
from evaltools.findings.disclosure.readable import Unit, UnreadableError, values_of

LARGEST = 200_000_000
"""Bytes that a file, or a part of a zip when unpacked, may have."""
SKIPPED = frozenset({".png", ".jpg", ".jpeg", ".woff", ".woff2", ".ttf", ".otf", ".css", ".ico"})


def units(file: Path) -> Iterator[Unit]:
    """Everything readable in a file, by its ending.

    PDF is not read: the same sources make the HTML that stands beside it.

    Raises:
        UnreadableError: the file is not what its ending says, too large, or declares entities.
    """
    if file.stat().st_size > LARGEST:
        raise UnreadableError("is too large to be examined")
    reader = _READERS.get(file.suffix.lower(), _plain)
    try:
        yield from reader(file.read_bytes())
    except (ValueError, zipfile.BadZipFile, ElementTree.ParseError, csv.Error, KeyError) as error:
        raise UnreadableError(f"cannot be read as {file.suffix.lower().lstrip('.')}") from error
    except Exception as error:
        if type(error).__module__.startswith("python_calamine"):
            raise UnreadableError("cannot be read as xlsx") from error
        raise


def _plain(content: bytes) -> Iterator[Unit]:
    for number, line in enumerate(content.decode("utf-8").splitlines(), start=1):
        if line.strip():
            yield Unit(f"line {number}", line)


def _csv(content: bytes) -> Iterator[Unit]:
    text = content.decode("utf-8-sig")
    first = text.partition("\n")[0]
    lines = csv.reader(
        io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    header: list[str] = []
    for number, cells in enumerate(lines, start=1):
        header = header or cells
        names = [header[i] if i < len(header) else "" for i in range(len(cells))]
        fields = tuple(zip(names, cells, strict=True))
        yield Unit(f"row {number}", " | ".join(c for c in cells if c), fields, sheet=True)


def _xlsx(content: bytes) -> Iterator[Unit]:
    for name, part in _parts(content):
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            root = _xml(part)
            for cell in root.iter():
                if cell.tag.endswith("}f"):
                    yield Unit(
                        f"{name}, a formula", "", (("", "=" + (cell.text or "…")),), sheet=True
                    )
        elif name.startswith("docProps/") and name.endswith(".xml"):
            yield from _properties(name, part)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        header: list[str] = []
        for number, row in enumerate(book.get_sheet_by_name(sheet).to_python(), start=1):
            cells = [_cell(value) for value in row]
            header = header or cells
            fields = tuple(zip(header, cells, strict=False))
            yield Unit(
                f"sheet {sheet}, row {number}",
                " | ".join(c for c in cells if c),
                fields,
                sheet=True,
            )


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _docx(content: bytes) -> Iterator[Unit]:
    for name, part in _parts(content):
        if name.startswith("docProps/") and name.endswith(".xml"):
            yield from _properties(name, part)
        if not (name.startswith("word/") and name.endswith(".xml")):
            continue
        root = _xml(part)
        for number, paragraph in enumerate(root.iter(f"{_WORD}p"), start=1):
            text = "".join(node.text or "" for node in paragraph.iter(f"{_WORD}t"))
            style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
            reference = style is not None and style.get(f"{_WORD}val") == "Bibliography"
            if text.strip():
                yield Unit(f"{name}, paragraph {number}", text, reference=reference)
        for node in root.iter():
            for attribute in ("descr", "title", f"{_WORD}author"):
                if node.get(attribute):
                    plain = attribute.rpartition("}")[2]
                    yield Unit(f"{name}, {plain}", str(node.get(attribute)))


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _properties(name: str, part: bytes) -> Iterator[Unit]:
    for node in _xml(part).iter():
        if node.text and node.text.strip():
            yield Unit(f"{name}, {node.tag.rpartition('}')[2]}", node.text)


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if info.file_size > LARGEST:
                raise UnreadableError("holds a part that is too large to be examined")
            if info.filename.endswith(".xml"):
                yield info.filename, archive.read(info)


def _xml(part: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableError("declares entities, which no report needs")
    return ElementTree.fromstring(part)


def _json(content: bytes) -> Iterator[Unit]:
    yield from values_of(json.loads(content.decode("utf-8")), "")


def _notebook(content: bytes) -> Iterator[Unit]:
    for number, cell in enumerate(json.loads(content.decode("utf-8"))["cells"], start=1):
        yield from _lines(f"cell {number}, source", _joined(cell.get("source", "")))
        for output in cell.get("outputs", []):
            yield from _lines(f"cell {number}, output", _joined(output.get("text", "")))
            yield from _lines(f"cell {number}, error", _joined(output.get("traceback", "")))
            for kind, data in output.get("data", {}).items():
                place = f"cell {number}, {kind}"
                if kind.endswith("json"):
                    inner: Iterator[Unit] = values_of(data, "")
                elif kind in ("text/html", "image/svg+xml"):
                    inner = page_units(_joined(data).encode())
                elif kind.startswith("text/"):
                    inner = _lines("", _joined(data))
                else:
                    continue
                for unit in inner:
                    yield Unit(f"{place} {unit.where}".rstrip(), unit.text, unit.row)


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _lines(where: str, text: str) -> Iterator[Unit]:
    for line in text.splitlines():
        if line.strip():
            yield Unit(where, line)


_READERS: dict[str, Callable[[bytes], Iterator[Unit]]] = {
    ".html": page_units, ".htm": page_units, ".svg": page_units,
    ".csv": _csv, ".xlsx": _xlsx, ".docx": _docx,
    ".json": _json, ".jsonld": _json, ".ipynb": _notebook,
}  # fmt: skip

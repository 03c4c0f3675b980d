"""What a reader can find in a published file, by its kind: paragraphs, alternative texts, rows,
metadata.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
from python_calamine import CalamineWorkbook

from evaltools.disclosure.rendered_files import (
    LARGEST,
    WORD,
    UnreadableError,
    pdf_pages,
    xml_part,
    zip_part,
)
from evaltools.disclosure.text_units import (
    Unit,
    page_units,
    paragraphs,
    picture_units,
    values_of,
    without_escapes,
)

KINDS_TEXT = (".txt", ".yml", ".yaml", ".css", ".js", ".bib")


def units(file: Path) -> Iterator[Unit]:
    """Everything readable in a file, by its ending.

    Words that a bitmap shows are not read, only those that its file holds beside the picture.

    Raises:
        UnreadableError: the file is of no kind that is known, not what its ending says, too large,
            or declares entities.
    """
    if file.stat().st_size > LARGEST:
        raise UnreadableError("is too large to be examined")
    kind = file.suffix.lower()
    reader = _READERS.get(kind)
    if reader is None:
        raise UnreadableError("is of a kind that cannot be examined")
    try:
        yield from reader(file.read_bytes())
    except UnreadableError:
        raise
    except (
        ValueError, TypeError, AttributeError, KeyError, zipfile.BadZipFile, csv.Error,
        ElementTree.ParseError, RecursionError,
    ) as error:  # fmt: skip
        raise UnreadableError(f"cannot be read as {kind.lstrip('.')}") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("python_calamine", "pikepdf", "pypdfium2"):
            raise UnreadableError(f"cannot be read as {kind.lstrip('.')}") from error
        raise


def _plain(content: bytes) -> Iterator[Unit]:
    yield from paragraphs(content.decode("utf-8"))


def _markdown(content: bytes) -> Iterator[Unit]:
    yield from paragraphs(without_escapes(content.decode("utf-8")))


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
    with _package(content) as package:
        for name in _xml_names(package):
            if name.startswith("xl/worksheets/"):
                for cell in xml_part(package, name).iter():
                    if cell.tag.endswith("}f"):
                        formula = (("", "=" + (cell.text or "…")),)
                        yield Unit(f"{name}, a formula", "", formula, sheet=True)
            elif name.startswith("docProps/"):
                yield from _properties(name, xml_part(package, name))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        header: list[str] = []
        for number, row in enumerate(book.get_sheet_by_name(sheet).to_python(), start=1):
            cells = [_cell(value) for value in row]
            header = header or cells
            text = " | ".join(c for c in cells if c)
            fields = tuple(zip(header, cells, strict=False))
            yield Unit(f"sheet {sheet}, row {number}", text, fields)


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _docx(content: bytes) -> Iterator[Unit]:
    """Paragraphs of every part with their deleted words and field codes, attributes, targets of
    links, properties, and what pictures say of themselves."""
    with _package(content) as package:
        for name in package.namelist():
            if _KINDS_PICTURE.search(name):
                data = zip_part(package, name)
                for unit in page_units(data) if name.endswith(".svg") else picture_units(data):
                    yield Unit(f"{name}, {unit.where}", unit.text, unit.row)
        for name in _xml_names(package):
            root = xml_part(package, name)
            if name.startswith(("docProps/", "customXml/")):
                yield from _properties(name, root)
                continue
            for number, paragraph in enumerate(root.iter(f"{WORD}p"), start=1):
                text = "".join(_word_text(node) for node in paragraph.iter())
                if text.strip():
                    yield Unit(f"{name}, paragraph {number}", text)
            seen = {
                (attribute.rpartition("}")[2], value)
                for node in root.iter()
                for attribute, value in node.items()
                if _TELLING.search(value) and not _BITS.fullmatch(value)
            }
            for attribute, value in sorted(seen):
                if attribute not in _FONTS:
                    yield Unit(f"{name}, {attribute}", value)


_FONTS = frozenset({"typeface", "ascii", "hAnsi", "cs", "eastAsia"})
_BITS = re.compile(r"[0-9A-F]{8}(?:[0-9A-F]{12})?")
"""What a font covers, and when a paragraph was edited: hexadecimal digits of a fixed number."""
_KINDS_PICTURE = re.compile(r"\.(?:png|jpe?g|svg)$", re.IGNORECASE)
_TELLING = re.compile(r"[^\W\d_].*\W|\+\d|\d{6}\W?.")
_WORD_TEXTS = {f"{WORD}{name}" for name in ("t", "delText", "instrText", "delInstrText")}


def _word_text(node: ElementTree.Element) -> str:
    if node.tag in _WORD_TEXTS:
        return node.text or ""
    return {f"{WORD}tab": " ", f"{WORD}br": "\n"}.get(node.tag, "")


def _properties(name: str, root: ElementTree.Element) -> Iterator[Unit]:
    for node in root.iter():
        if node.text and node.text.strip():
            yield Unit(f"{name}, {node.tag.rpartition('}')[2]}", node.text)


def _package(content: bytes) -> zipfile.ZipFile:
    package = zipfile.ZipFile(io.BytesIO(content))
    if any(info.file_size > LARGEST for info in package.infolist()):
        raise UnreadableError("holds a part that is too large to be examined")
    return package


def _xml_names(package: zipfile.ZipFile) -> list[str]:
    return [name for name in package.namelist() if name.endswith((".xml", ".rels"))]


def _pdf(content: bytes) -> Iterator[Unit]:
    """Pages as they are read aloud, then every text that the file holds outside of its pages."""
    for number, text in enumerate(pdf_pages(content), 1):
        yield Unit(f"page {number}", text)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if len(pdf.objects) > _MOST_OBJECTS:
            raise UnreadableError("has too many parts to be examined")
        seen: set[str] = set()
        for number, thing in enumerate(pdf.objects):
            if isinstance(thing, pikepdf.Stream) and thing.get("/Type") == "/Metadata":
                text = bytes(thing.read_bytes()).decode("utf-8", "replace")
                found = [" ".join(re.sub(r"<[^<>]*>", " ", text).split())]
                found += re.findall(r'="([^"]{2,})"', text)
            else:
                found = list(_strings(thing, 0))
            for text in found:
                if text not in seen and _SAYS.search(text):
                    seen.add(text)
                    yield Unit(f"object {number}", text)


_SAYS = re.compile(r"[^\W\d_]{2}|\d{6}")
_MOST_OBJECTS = 2_000_000
_DEEPEST = 20


def _strings(thing: Any, depth: int) -> Iterator[str]:
    """Texts within an object, not within those that it refers to, which have their own turn."""
    if isinstance(thing, pikepdf.String):
        yield str(thing)
        return
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if "/EF" in thing:
            raise UnreadableError("holds other files")
        values = [value for _, value in thing.items()]
    else:
        values = list(thing) if isinstance(thing, pikepdf.Array) else []
    for value in values:
        elsewhere = isinstance(value, pikepdf.Object) and value.is_indirect
        if depth < _DEEPEST and not elsewhere:
            yield from _strings(value, depth + 1)


def _json(content: bytes) -> Iterator[Unit]:
    yield from values_of(json.loads(content.decode("utf-8")), "")


def _notebook(content: bytes) -> Iterator[Unit]:
    notebook = json.loads(content.decode("utf-8"))
    for number, cell in enumerate(notebook["cells"], start=1):
        place = f"cell {number}"
        source, prose = _joined(cell.get("source", "")), cell.get("cell_type") == "markdown"
        for unit in paragraphs(without_escapes(source) if prose else source, f"{place}, source"):
            yield replace(unit, shown=prose)
        yield from values_of(cell.get("metadata", {}), f"{place}, metadata")
        for name, bundle in cell.get("attachments", {}).items():
            yield Unit(f"{place}, attachment", str(name))
            yield from _rich(bundle, f"{place}, attachment")
        for output in cell.get("outputs", []):
            yield from paragraphs(_joined(output.get("text", "")), f"{place}, output")
            error = (output.get("ename", ""), output.get("evalue", ""))
            yield from paragraphs(" ".join(map(str, error)).strip(), f"{place}, error")
            yield from paragraphs("\n".join(output.get("traceback", [])), f"{place}, error")
            yield from values_of(output.get("metadata", {}), f"{place}, metadata")
            yield from _rich(output.get("data", {}), place)
    yield from values_of(notebook.get("metadata", {}), "metadata")


def _rich(data: Mapping[str, Any], place: str) -> Iterator[Unit]:
    """The forms of an output, each by its media type."""
    for kind, value in data.items():
        if kind.endswith("json"):
            inner: Iterator[Unit] = values_of(value, "")
        elif kind in ("text/html", "image/svg+xml"):
            inner = page_units(_joined(value).encode())
        elif kind in ("image/png", "image/jpeg"):
            inner = picture_units(base64.b64decode(_joined(value)))
        elif kind.startswith("text/") or kind == "application/javascript":
            text = _joined(value)
            inner = paragraphs(without_escapes(text) if kind == "text/markdown" else text)
        else:
            raise UnreadableError(f"has an output of the kind {kind}, which cannot be examined")
        for unit in inner:
            yield replace(unit, where=f"{place}, {kind} {unit.where}".rstrip())


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


_READERS: dict[str, Callable[[bytes], Iterator[Unit]]] = {
    **dict.fromkeys(KINDS_TEXT, _plain),
    ".md": _markdown, ".qmd": _markdown,
    ".html": page_units, ".htm": page_units, ".svg": page_units,
    ".csv": _csv, ".xlsx": _xlsx, ".docx": _docx, ".pdf": _pdf,
    ".json": _json, ".jsonld": _json, ".ipynb": _notebook,
    ".png": picture_units, ".jpg": picture_units, ".jpeg": picture_units,
}  # fmt: skip

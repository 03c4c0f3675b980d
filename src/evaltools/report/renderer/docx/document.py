"""A resolved document as a Word document: written by pandoc, finished here, always the same."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.renderer.docx.reference import (
    DECLARATION,
    Page,
    W,
    reference_docx,
    unzip,
    zip_parts,
)
from evaltools.report.renderer.docx.shapes import ROW_HEADERS, shape_for_word
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import Node
from evaltools.report.renderer.print.checks import (
    WORD_KINDS,
    accessibility_problems,
    raw_problems,
    stage_images,
)
from evaltools.report.renderer.print.document import Facts, read_facts
from evaltools.report.renderer.print.shapes import shape_for_print

_DROPPED = ("docProps/custom.xml", "word/comments.xml", "word/webSettings.xml")
_SMALL_FROM = 8  # columns
_WHOLE_UP_TO = 12  # rows of a table that stays on one page
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_NAME = f"{{{W}}}"
_PLAIN_STYLES = (None, "Compact", "BodyText", "FirstParagraph", "Normal")


def write_docx(tree: Node, context: Context) -> bytes:
    """Write a resolved document as a Word document.

    Arguments:
        tree: pandoc's JSON tree.

    Returns the document; the same input gives the same bytes on every machine.
    Raises ProblemError with everything that keeps it from being written and read by everyone.
    """
    refuse((*accessibility_problems(tree, context), *raw_problems(tree, context)))
    facts = read_facts(tree, context)
    page = Page(
        facts.language_tag,
        facts.short_title,
        facts.imprint,
        facts.notice,
        facts.chapters_on_new_page,
    )
    try:
        with TemporaryDirectory(prefix="evaltools-") as name:
            folder = Path(name)
            staged = stage_images(shape_for_print(tree, context), context, folder, WORD_KINDS)
            (folder / "reference.docx").write_bytes(reference_docx(page))
            arguments = ["-t", "docx", "--syntax-highlighting=none",
                         "--reference-doc=reference.docx", "-o", "-"]  # fmt: skip
            words = shape_for_word(staged, facts)
            document, messages = pandoc(arguments, words, context.epoch, folder)
        refuse(message_problems(messages, context))
        return _finish_package(document, facts, context.epoch)
    except PandocError as error:
        what = f"it cannot be written: {error}"
        problem = Problem(context.document_name, what, code="render.docx")
    except ET.ParseError as error:
        what, remedy = f"raw Word content is malformed: {error}", "Write it as markdown"
        problem = Problem(context.document_name, what, remedy=remedy, code="render.raw")
    raise ProblemError([problem])


def _finish_package(document: bytes, facts: Facts, epoch: int) -> bytes:
    """What pandoc wrote, made ready to hand out.

    Rows do not break over pages, header rows repeat, first columns that name the row are
    flagged, no part carries paths, no clock is in it.
    """
    parts = {name: data for name, data in unzip(document).items() if not name.endswith("/")}
    for name in _DROPPED:
        if parts.pop(name, None) is not None:
            _remove_part(parts, name)
    parts["word/document.xml"] = _body(parts["word/document.xml"])
    parts["word/settings.xml"] = _settings(parts["word/settings.xml"], facts.language_tag)
    parts["docProps/core.xml"] = _core(facts, epoch)
    parts["docProps/app.xml"] = (
        f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>Microsoft Office Word</Application>'
        "<AppVersion>16.0000</AppVersion></Properties>"
    ).encode()
    return zip_parts(parts)


def _remove_part(parts: dict[str, bytes], name: str) -> None:
    """Take a part out of the content types and the relationships."""
    base = name.rsplit("/", 1)[1]
    for owner, pattern in (
        ("[Content_Types].xml", rf'<Override PartName="/{re.escape(name)}"[^>]*/>'),
        ("_rels/.rels", rf'<Relationship [^>]*Target="{re.escape(name)}"[^>]*/>'),
        ("word/_rels/document.xml.rels", rf'<Relationship [^>]*Target="{re.escape(base)}"[^>]*/>'),
    ):
        if owner in parts:
            parts[owner] = re.sub(pattern, "", parts[owner].decode("utf-8")).encode()


def _body(data: bytes) -> bytes:
    for _, (prefix, uri) in ET.iterparse(io.BytesIO(data), events=("start-ns",)):
        ET.register_namespace(prefix, uri)
    root = ET.fromstring(data)
    for table in root.iter(f"{_NAME}tbl"):
        _table(table)
    for picture in root.iter(f"{{{_DRAWING}/picture}}cNvPr"):
        picture.set("descr", "")  # pandoc writes the file name here; the text is in docPr
    for inline in root.iter(f"{{{_DRAWING}/wordprocessingDrawing}}inline"):
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")  # left out, it is a margin to some word processors
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _table(table: ET.Element) -> None:
    style = table.find(f"{_NAME}tblPr/{_NAME}tblStyle")
    look = table.find(f"{_NAME}tblPr/{_NAME}tblLook")
    name = "" if style is None else style.get(f"{_NAME}val", "")
    rows = table.findall(f"{_NAME}tr")
    if style is not None and name.endswith(ROW_HEADERS):
        style.set(f"{_NAME}val", name.removesuffix(ROW_HEADERS) or "Table")
        if look is not None:
            look.set(f"{_NAME}firstColumn", "1")
            first = int(look.get(f"{_NAME}firstRow", "0"))
            look.set(f"{_NAME}val", f"{0x0080 + 0x0020 * first:04X}")
    if name == "LayoutTable" or name.startswith("Callout"):
        return
    wide = max((len(row.findall(f"{_NAME}tc")) for row in rows), default=0) >= _SMALL_FROM
    whole = len(rows) <= _WHOLE_UP_TO
    for row in rows:
        _child(_child(row, "trPr"), "cantSplit")
        for paragraph in row.iter(f"{_NAME}p"):
            properties = _child(paragraph, "pPr")
            style = _child(properties, "pStyle")
            if style.get(f"{_NAME}val") in _PLAIN_STYLES:
                style.set(f"{_NAME}val", "TableTextSmall" if wide else "TableText")
            if whole and row is not rows[-1]:
                _child(properties, "keepNext", 1)


def _child(element: ET.Element, name: str, at: int = 0) -> ET.Element:
    """The child of a name; made at a place among the others where there is none."""
    child = element.find(f"{_NAME}{name}")
    if child is None:
        child = ET.Element(f"{_NAME}{name}")
        element.insert(at, child)
    return child


def _settings(data: bytes, language: str) -> bytes:
    """Hyphenation on, the document's language, no compatibility mode."""
    text = data.decode("utf-8")
    text = re.sub(r'(<w:themeFontLang w:val=")[^"]*', rf"\g<1>{escape(language)}", text)
    text = re.sub(r"<w:rsids>.*?</w:rsids>", "", text, flags=re.DOTALL)
    text = re.sub(
        r"(<w:defaultTabStop [^>]*/>)",
        r'\1<w:autoHyphenation/><w:hyphenationZone w:val="425"/>',
        text,
    )
    compatibility = (
        '<w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    return re.sub(r"(<m:mathPr|<w:themeFontLang)", compatibility + r"\1", text, count=1).encode()


def _core(facts: Facts, epoch: int) -> bytes:
    stamp = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = (
        ("dc:title", facts.title),
        ("dc:creator", facts.author or facts.publisher),
        ("cp:keywords", ", ".join(facts.keywords)),
        ("dc:description", facts.description),
        ("dc:language", facts.language_tag),
    )
    texts = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields if value)
    stamps = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{texts}{stamps}'
        "</cp:coreProperties>"
    ).encode()

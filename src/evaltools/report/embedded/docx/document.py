"""A resolved document as a Word document."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.embedded.ast import Node
from evaltools.report.embedded.docx.reference import DECLARATION, Page, W, reference_docx, zipped
from evaltools.report.embedded.docx.shapes import ROW_HEADERS, for_word
from evaltools.report.embedded.format_context import Context
from evaltools.report.embedded.pandoc import PandocError, pandoc
from evaltools.report.embedded.print.checks import (
    WORD_KINDS,
    accessibility_problems,
    document_name,
    message_problems,
    raw_problems,
    stage_images,
)
from evaltools.report.embedded.print.document import Facts, facts_of
from evaltools.report.embedded.print.shapes import printed


def render_docx(resolved: Path, context: Context) -> bytes:
    """Write a resolved document as a Word document.

    Arguments:
        resolved: pandoc's JSON tree after the core pass.
        context: surroundings of the document.

    Returns the document; the same input gives the same bytes on every machine.
    Raises ProblemError with everything that keeps it from being written and read by everyone.
    """
    tree = json.loads(resolved.read_text(encoding="utf-8"))
    refuse((*accessibility_problems(tree, context), *raw_problems(tree, context)))
    facts = facts_of(tree, context)
    with TemporaryDirectory(prefix="evaltools-") as name:
        folder = Path(name)
        staged = stage_images(printed(tree, context), context, folder, WORD_KINDS)
        (folder / "reference.docx").write_bytes(reference_docx(_page(facts)))
        words = for_word(staged, facts.cover(), facts.language_tag, facts.contents_title,
                         facts.contents_depth)  # fmt: skip
        document = _pandoc(words, context, folder)
    try:
        return finished(document, facts.properties(), context.epoch)
    except ParseError as error:
        problem = Problem(document_name(context), f"raw Word content is malformed: {error}",
                          remedy="Write it as markdown", code="render.raw")  # fmt: skip
        raise ProblemError([problem]) from None


def _page(facts: Facts) -> Page:
    return Page(
        language=facts.language_tag,
        title=facts.short_title,
        publisher=facts.imprint,
        notice=facts.notice,
        chapters_on_new_page=facts.chapters_on_new_page,
    )


def _pandoc(tree: Node, context: Context, folder: Path) -> bytes:
    arguments = ["-f", "json", "-t", "docx", "--syntax-highlighting=none",
                 "--reference-doc=reference.docx", "-o", "-"]  # fmt: skip
    try:
        document, messages = pandoc(arguments, json.dumps(tree), context.epoch, folder)
    except PandocError as error:
        problem = Problem(document_name(context), f"it cannot be written: {error}",
                          code="render.docx")  # fmt: skip
        raise ProblemError([problem]) from None
    refuse(message_problems(messages, context))
    return document


DROPPED = ("docProps/custom.xml", "word/comments.xml", "word/webSettings.xml")
SMALL_FROM = 8  # columns
WHOLE_UP_TO = 12  # rows of a table that stays on one page
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
NAME = f"{{{W}}}"


def finished(document: bytes, properties: Mapping[str, str], epoch: int) -> bytes:
    """A Word document made ready to hand out.

    Arguments:
        document: what pandoc wrote.
        properties: `title`, `author`, `keywords`, `description`, `language`.
        epoch: seconds since 1970 that stand for now.

    Returns the document: rows do not break over pages, header rows repeat, first columns that
    name the row are flagged, no part carries paths, no clock is in it.
    """
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in DROPPED:
        if parts.pop(name, None) is not None:
            _forget(parts, name)
    parts = {name: data for name, data in parts.items() if not name.endswith("/")}
    parts["word/document.xml"] = _body(parts["word/document.xml"])
    parts["word/settings.xml"] = _settings(parts["word/settings.xml"], properties["language"])
    parts["docProps/core.xml"] = _core(properties, epoch)
    parts["docProps/app.xml"] = (
        f'{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>Microsoft Office Word</Application>'
        "<AppVersion>16.0000</AppVersion></Properties>"
    ).encode()
    return zipped(parts)


def _forget(parts: dict[str, bytes], name: str) -> None:
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
    for table in root.iter(f"{NAME}tbl"):
        _table(table)
    for picture in root.iter(f"{{{DRAWING}/picture}}cNvPr"):
        picture.set("descr", "")  # pandoc writes the file name here; the text is in docPr
    for inline in root.iter(f"{{{DRAWING}/wordprocessingDrawing}}inline"):
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")  # left out, it is a margin to some word processors
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _table(table: ET.Element) -> None:
    style = table.find(f"{NAME}tblPr/{NAME}tblStyle")
    look = table.find(f"{NAME}tblPr/{NAME}tblLook")
    name = "" if style is None else style.get(f"{NAME}val", "")
    rows = table.findall(f"{NAME}tr")
    if style is not None and name.endswith(ROW_HEADERS):
        style.set(f"{NAME}val", name.removesuffix(ROW_HEADERS) or "Table")
        if look is not None:
            look.set(f"{NAME}firstColumn", "1")
            first = int(look.get(f"{NAME}firstRow", "0"))
            look.set(f"{NAME}val", f"{0x0080 + 0x0020 * first:04X}")
    if name == "LayoutTable" or name.startswith("Callout"):
        return
    wide = max((len(row.findall(f"{NAME}tc")) for row in rows), default=0) >= SMALL_FROM
    for row in rows:
        _keep_whole(row)
        for paragraph in row.iter(f"{NAME}p"):
            _cell_style(paragraph, "TableTextSmall" if wide else "TableText")
    if len(rows) <= WHOLE_UP_TO:
        for row in rows[:-1]:
            for paragraph in row.iter(f"{NAME}p"):
                _keep_with_next(paragraph)


def _keep_whole(row: ET.Element) -> None:
    properties = row.find(f"{NAME}trPr")
    if properties is None:
        properties = ET.Element(f"{NAME}trPr")
        row.insert(0, properties)
    if properties.find(f"{NAME}cantSplit") is None:
        properties.insert(0, ET.Element(f"{NAME}cantSplit"))


def _cell_style(paragraph: ET.Element, name: str) -> None:
    properties = paragraph.find(f"{NAME}pPr")
    if properties is None:
        properties = ET.Element(f"{NAME}pPr")
        paragraph.insert(0, properties)
    style = properties.find(f"{NAME}pStyle")
    if style is None:
        style = ET.Element(f"{NAME}pStyle")
        properties.insert(0, style)
    if style.get(f"{NAME}val") in (None, "Compact", "BodyText", "FirstParagraph", "Normal"):
        style.set(f"{NAME}val", name)


def _keep_with_next(paragraph: ET.Element) -> None:
    """Every cell's paragraphs have a style by now, and so properties."""
    properties = paragraph.find(f"{NAME}pPr")
    if properties is not None and properties.find(f"{NAME}keepNext") is None:
        properties.insert(1, ET.Element(f"{NAME}keepNext"))


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


def _core(properties: Mapping[str, str], epoch: int) -> bytes:
    stamp = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = [
        ("dc:title", properties["title"]),
        ("dc:creator", properties["author"]),
        ("cp:keywords", properties["keywords"]),
        ("dc:description", properties["description"]),
        ("dc:language", properties["language"]),
    ]
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        + _elements(fields)
        + "".join(
            f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{stamp}</dcterms:{name}>'
            for name in ("created", "modified")
        )
        + "</cp:coreProperties>"
    ).encode()


def _elements(fields: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields if value)

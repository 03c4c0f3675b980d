"""A resolved document as a Word document: written by pandoc, finished here, always the same.

Styles come from `styles.xml` and faces from `fonts.xml`, by way of a reference document.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.renderer.docx.headings import add_lists, bind_numbers, number_styles
from evaltools.report.renderer.docx.shapes import ROW_HEADERS, shape_for_word
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import Node
from evaltools.report.renderer.print.document import (
    WORD_KINDS,
    Facts,
    accessibility_problems,
    raw_problems,
    read_facts,
    shorten,
    stage_images,
    walk,
)
from evaltools.report.renderer.print.shapes import shape_for_print

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STAMP = (1980, 1, 1, 0, 0, 0)
FACE = "Calibri"  # Word has it; LibreOffice has Carlito of the same widths for it
HEADER_LENGTH = 95  # characters of the running title on one line
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# A4 with margins of 25 mm, header and footer; the first page has empty ones.
_SECTION = (
    f'<w:sectPr xmlns:r="{R}"><w:headerReference w:type="default" r:id="rIdPage1"/>'
    '<w:headerReference w:type="first" r:id="rIdPage2"/>'
    '<w:footerReference w:type="default" r:id="rIdPage3"/>'
    '<w:footerReference w:type="first" r:id="rIdPage4"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1588" w:right="1417" w:bottom="1417" w:left="1418" w:header="709"'
    ' w:footer="624" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
_PAGE_NUMBER = (
    '<w:r><w:tab/></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


# Of a document of one page: the sizes of its letters, and the room around them. There is room to
# spare, since a word processor without the face sets it in another that is wider by an eighth.
_SMALLER = {
    '<w:spacing w:after="120" w:line="276" w:lineRule="auto"/>':
        '<w:spacing w:after="100" w:line="252" w:lineRule="auto"/>',
    '<w:spacing w:before="0" w:after="140"/>': '<w:spacing w:before="0" w:after="100"/>',
    '<w:sz w:val="21"/><w:szCs w:val="21"/>': '<w:sz w:val="20"/><w:szCs w:val="20"/>',
    '<w:pPr><w:spacing w:after="240"/></w:pPr>': '<w:pPr><w:spacing w:after="120"/></w:pPr>',
    '<w:spacing w:before="600" w:after="1800"/>': '<w:spacing w:before="0" w:after="120"/>',
    '<w:sz w:val="60"/><w:szCs w:val="60"/>': '<w:sz w:val="36"/><w:szCs w:val="36"/>',
    '<w:spacing w:before="480" w:after="280" w:line="252" w:lineRule="auto"/>':
        '<w:spacing w:before="200" w:after="80" w:line="252" w:lineRule="auto"/>',
    '<w:sz w:val="40"/><w:szCs w:val="40"/>': '<w:sz w:val="24"/><w:szCs w:val="24"/>',
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What stands on every page.

    Arguments:
        language: language tag of the text, `fi-FI`.
        title: running title. publisher: left in the footer. notice: a line above the running
            title; each may be empty.
        chapters_on_new_page: whether a chapter begins a page.
        one_page: whether all of it is to stand on one page: a title in smaller letters, and no
            cover, so that the first page has header and footer as well.
    """

    language: str
    title: str
    publisher: str
    notice: str
    chapters_on_new_page: bool
    one_page: bool = False


@cache
def _default() -> dict[str, str]:
    parts = unzip(pandoc(["--print-default-data-file", "reference.docx"], "")[0])
    return {name: data.decode("utf-8") for name, data in parts.items()}


def _kept(name: str) -> str:
    """A part that is kept beside this file, where every element of the first level has a line."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return re.sub(r"(?<!\?)>\n(?=<|$)", ">", text)


def unzip(document: bytes) -> dict[str, bytes]:
    """The parts of a document by name."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def reference_docx(page: Page) -> bytes:
    """A reference document: A4, house styles, header and footer but none on the first page.

    The same page gives the same bytes.
    """
    parts = dict(_default())
    new_page = "<w:pageBreakBefore/>" if page.chapters_on_new_page else ""
    styles = _kept("styles.xml").replace("@@new-page@@", new_page)
    section = _SECTION
    if page.one_page:
        section = section.replace("<w:titlePg/>", "")
        for large, small in _SMALLER.items():
            styles = styles.replace(large, small)
    parts["word/styles.xml"] = styles.replace("@@language@@", escape(page.language))
    parts["word/fontTable.xml"] = _kept("fonts.xml")
    parts["word/document.xml"] = re.sub(
        r"<w:sectPr>.*?</w:sectPr>", section, parts["word/document.xml"], flags=re.DOTALL
    )
    parts["word/theme/theme1.xml"] = re.sub(
        r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*',
        rf"\g<1>{FACE}",
        parts["word/theme/theme1.xml"],
    )
    running = "" if page.one_page else shorten(page.title, HEADER_LENGTH)
    lines = (("HeaderNotice", page.notice), ("header", running))
    header = "".join(_paragraph(name, text) for name, text in lines if text)
    footer = _paragraph("footer", page.publisher, _PAGE_NUMBER)
    frames = {"header1": header, "header2": "", "footer1": footer, "footer2": ""}
    overrides = relations = ""
    for number, (name, content) in enumerate(frames.items(), 1):
        kind, tag = name[:6], {"header": "hdr", "footer": "ftr"}[name[:6]]
        parts[f"word/{name}.xml"] = (
            f'{DECLARATION}<w:{tag} xmlns:w="{W}" xmlns:r="{R}">{content or "<w:p/>"}</w:{tag}>'
        )
        overrides += f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{kind}+xml"/>'
        relations += f'<Relationship Type="{R}/{kind}" Id="rIdPage{number}" Target="{name}.xml"/>'
    for name, end, text in (
        ("[Content_Types].xml", "</Types>", overrides),
        ("word/_rels/document.xml.rels", "</Relationships>", relations),
    ):
        parts[name] = parts[name].replace(end, text + end)
    return zip_parts({name: text.encode() for name, text in parts.items()})


def _paragraph(style: str, text: str, more: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(text)}</w:t></w:r>{more}</w:p>"
    )


def zip_parts(parts: dict[str, bytes]) -> bytes:
    """Parts as an archive in fixed order with fixed stamps; the content types come first."""
    first = "[Content_Types].xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(parts, key=lambda name: (name != first, name)):
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, parts[name])
    return out.getvalue()


_XML = "<?xml version='1.0' encoding='utf-8'?>\n"  # as ElementTree writes it
_DROPPED = ("docProps/custom.xml", "word/webSettings.xml")
COMMENTS = "word/comments.xml"
_SMALL_FROM = 8  # columns
_WHOLE_UP_TO = 8  # rows of a table that stays on one page
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_NAME = f"{{{W}}}"
_PLAIN_STYLES = (None, "Compact", "BodyText", "FirstParagraph", "Normal")


def write_docx(tree: Node, context: Context) -> bytes:
    """Write a resolved document as a Word document."""
    places = list(walk(tree))
    refuse((*accessibility_problems(tree, places, context), *raw_problems(places, context)))
    facts = read_facts(tree, context)
    page = Page(
        facts.language_tag,
        facts.short_title,
        facts.imprint,
        facts.notice,
        facts.chapters_on_new_page,
        facts.one_page,
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
    commented = b"<w:comment " in parts.get(COMMENTS, b"")
    for name in (*_DROPPED, *(() if commented else (COMMENTS,))):
        if parts.pop(name, None) is not None:
            _remove_part(parts, name)
    parts["word/document.xml"], label = _body(parts["word/document.xml"])
    if label:
        for name, change in (
            ("word/numbering.xml", lambda lists: add_lists(lists, label)),
            ("word/styles.xml", number_styles),
        ):
            parts[name] = change(parts[name].decode("utf-8")).encode()
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


class _Prefixes(ET.TreeBuilder):
    """Has what was read written again with the prefixes that it had."""

    def start_ns(self, prefix: str, uri: str) -> None:
        ET.register_namespace(prefix, uri)


def _body(data: bytes) -> tuple[bytes, str]:
    root = ET.fromstring(data, ET.XMLParser(target=_Prefixes()))
    for table in root.iter(f"{_NAME}tbl"):
        _table(table)
    for picture in root.iter(f"{{{_DRAWING}/picture}}cNvPr"):
        picture.set("descr", "")  # pandoc writes the file name here; the text is in docPr
    for inline in root.iter(f"{{{_DRAWING}/wordprocessingDrawing}}inline"):
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")  # left out, it is a margin to some word processors
    label = bind_numbers(root)
    return (_XML + ET.tostring(root, encoding="unicode")).encode(), label


def _table(table: ET.Element) -> None:
    style = table.find(f"{_NAME}tblPr/{_NAME}tblStyle")
    look = table.find(f"{_NAME}tblPr/{_NAME}tblLook")
    name = "" if style is None else style.get(f"{_NAME}val", "").removesuffix(ROW_HEADERS)
    rows = table.findall(f"{_NAME}tr")
    if style is not None and style.get(f"{_NAME}val", "").endswith(ROW_HEADERS):
        style.set(f"{_NAME}val", name or "Table")
        if look is not None:
            look.set(f"{_NAME}firstColumn", "1")
            first = int(look.get(f"{_NAME}firstRow", "0"))
            look.set(f"{_NAME}val", f"{0x0080 + 0x0020 * first:04X}")
    if name == "LayoutTable" or name.startswith("Callout"):
        return
    wide = max((len(row.findall(f"{_NAME}tc")) for row in rows), default=0) >= _SMALL_FROM
    # Of a longer table the first four rows stay with its head, and the last three together.
    whole = len(rows) <= _WHOLE_UP_TO or name == "KeyValue"  # a sheet has less than a page
    held = rows[:-1] if whole else [*rows[:4], *rows[-3:-1]]
    for row in rows:
        _child(_child(row, "trPr"), "cantSplit")
        for paragraph in row.iter(f"{_NAME}p"):
            properties = _child(paragraph, "pPr")
            style = _child(properties, "pStyle")
            if style.get(f"{_NAME}val") in _PLAIN_STYLES:
                style.set(f"{_NAME}val", "TableTextSmall" if wide else "TableText")
            if row in held:
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
        # Contents and page counts are filled when the document is opened.
        '<w:updateFields w:val="true"/><w:compat><w:compatSetting w:name="compatibilityMode"'
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

"""The reference document that pandoc takes styles, page and footer from.

The styles are kept in `styles.xml`, the faces in `fonts.xml`; all else is pandoc's own.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.print.document import shorten

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STAMP = (1980, 1, 1, 0, 0, 0)
FACE = "Fira Sans"
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


@dataclass(frozen=True)
class Page:
    """What stands on every page.

    Arguments:
        language: language tag of the text, `fi-FI`.
        title: running title. publisher: left in the footer. notice: a line above the running
            title; each may be empty.
        chapters_on_new_page: whether a chapter begins a page.
    """

    language: str
    title: str
    publisher: str
    notice: str
    chapters_on_new_page: bool


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
    parts["word/styles.xml"] = styles.replace("@@language@@", escape(page.language))
    parts["word/fontTable.xml"] = _kept("fonts.xml")
    parts["word/document.xml"] = re.sub(
        r"<w:sectPr>.*?</w:sectPr>", _SECTION, parts["word/document.xml"], flags=re.DOTALL
    )
    parts["word/theme/theme1.xml"] = re.sub(
        r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*',
        rf"\g<1>{FACE}",
        parts["word/theme/theme1.xml"],
    )
    lines = (("HeaderNotice", page.notice), ("header", shorten(page.title, HEADER_LENGTH)))
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

"""The reference document that pandoc takes styles, page and footer from, made by script."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from evaltools.report.renderer.docx.styles import (
    CODE_FACE,
    FACE,
    FALLBACK,
    style_xml,
    styles,
    table_styles_xml,
)
from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.print.document import shorten

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
STAMP = (1980, 1, 1, 0, 0, 0)
HEADER_LENGTH = 95  # characters of the running title on one line
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


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
def _default() -> dict[str, bytes]:
    return unzip(pandoc(["--print-default-data-file", "reference.docx"], "")[0])


def unzip(document: bytes) -> dict[str, bytes]:
    """The parts of a document by name."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def reference_docx(page: Page) -> bytes:
    """A reference document: A4, house styles, header and footer but none on the first page.

    The same page gives the same bytes.
    """
    parts = dict(_default())
    parts["word/styles.xml"] = _styles(parts["word/styles.xml"].decode("utf-8"), page).encode()
    parts["word/fontTable.xml"] = _fonts().encode()
    parts["word/document.xml"] = _section(parts["word/document.xml"].decode("utf-8")).encode()
    frames = {"header1": _header(page), "header2": _frame("hdr", "<w:p/>"),
              "footer1": _footer(page), "footer2": _frame("ftr", "<w:p/>")}  # fmt: skip
    parts |= {f"word/{name}.xml": content.encode() for name, content in frames.items()}
    theme = parts["word/theme/theme1.xml"].decode("utf-8")
    parts["word/theme/theme1.xml"] = re.sub(
        r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{FACE}", theme
    ).encode()
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{name[:6]}+xml"/>'
        for name in frames
    )
    relations = "".join(
        f'<Relationship Type="{R}/{name[:6]}" Id="rIdPage{number}" Target="{name}.xml"/>'
        for number, name in enumerate(frames, 1)
    )
    _insert(parts, "[Content_Types].xml", "</Types>", overrides)
    _insert(parts, "word/_rels/document.xml.rels", "</Relationships>", relations)
    return zip_parts(parts)


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


def _insert(parts: dict[str, bytes], name: str, before: str, text: str) -> None:
    parts[name] = parts[name].decode("utf-8").replace(before, text + before).encode()


def _styles(given: str, page: Page) -> str:
    """Pandoc's styles with ours in the place of those of the same name."""
    ours = {style.identifier: style_xml(style) for style in styles(page.chapters_on_new_page)}
    ours.update(table_styles_xml())
    kept = [
        re.sub(r"<w:link [^>]*/>", "", text)  # to character styles that are not kept
        for text in re.findall(r"<w:style .*?</w:style>", given, flags=re.DOTALL)
        if _identifier(text) not in ours and not _identifier(text).endswith("Char")
    ]
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FACE}" w:hAnsi="{FACE}"'
        f' w:eastAsia="{FACE}" w:cs="{FACE}"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
        f'<w:lang w:val="{escape(page.language)}" w:eastAsia="{escape(page.language)}"'
        ' w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    )
    body = "".join((*ours.values(), *kept))
    return f'{DECLARATION}<w:styles xmlns:w="{W}" xmlns:r="{R}">{defaults}{body}</w:styles>'


def _identifier(style: str) -> str:
    found = re.search(r'w:styleId="([^"]+)"', style)
    return found.group(1) if found else ""


def _fonts() -> str:
    """The faces, with what stands in where a machine has no Fira Sans."""
    fonts = ((FACE, FALLBACK, "swiss", "variable"), (CODE_FACE, "Courier New", "modern", "fixed"))
    return (
        f'{DECLARATION}<w:fonts xmlns:w="{W}" xmlns:r="{R}">'
        + "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="00"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="{pitch}"/></w:font>'
            for name, other, family, pitch in fonts
        )
        + "</w:fonts>"
    )


def _section(document: str) -> str:
    """A4 with margins of 25 mm, header and footer; the first page has empty ones."""
    references = "".join(
        f'<w:{kind}Reference w:type="{page}" r:id="rIdPage{number}"/>'
        for number, (kind, page) in enumerate(
            (("header", "default"), ("header", "first"), ("footer", "default"),
             ("footer", "first")), 1)
    )  # fmt: skip
    section = (
        f'<w:sectPr xmlns:r="{R}">{references}<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1588" w:right="1417" w:bottom="1417" w:left="1418" w:header="709"'
        ' w:footer="624" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )
    return re.sub(r"<w:sectPr>.*?</w:sectPr>", section, document, flags=re.DOTALL)


def _frame(kind: str, content: str) -> str:
    return f'{DECLARATION}<w:{kind} xmlns:w="{W}" xmlns:r="{R}">{content}</w:{kind}>'


def _header(page: Page) -> str:
    lines = [("HeaderNotice", page.notice), ("header", shorten(page.title, HEADER_LENGTH))]
    content = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{name}"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(text)}</w:t></w:r></w:p>"
        for name, text in lines
        if text
    )
    return _frame("hdr", content or "<w:p/>")


def _footer(page: Page) -> str:
    number = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return _frame(
        "ftr",
        '<w:p><w:pPr><w:pStyle w:val="footer"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(page.publisher)}</w:t></w:r><w:r><w:tab/></w:r>{number}</w:p>",
    )

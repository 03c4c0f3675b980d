"""Documents of one page, written as XML, and what was left out of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read

RECEIVED = Path(__file__).parent / "received"
WORD = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
STYLES = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>'
    '<w:style w:type="character" w:styleId="Viite"><w:rPr><w:vertAlign w:val="superscript"/>'
    "</w:rPr></w:style>"
    '<w:style w:type="character" w:styleId="Oma"><w:basedOn w:val="Viite"/></w:style>'
    '<w:style w:type="character" w:styleId="Kuvat"><w:rPr><w:rFonts w:ascii="Wingdings" '
    'w:hAnsi="Wingdings"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Piilo"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Piilokappale"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Sininen"><w:pPr><w:spacing w:line="20"/>'
    '<w:shd w:val="clear" w:fill="0000FF" w:themeFill="accent1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Oma2"><w:basedOn w:val="Sininen"/></w:style>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"/>'
    '<w:style w:type="table" w:styleId="Tumma"><w:tblStylePr w:type="firstRow"><w:tcPr>'
    '<w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:tblStylePr></w:style>'
)
THEME = (
    "<a:themeElements><a:clrScheme><a:accent1><a:srgbClr val='4472C4'/></a:accent1></a:clrScheme>"
    "<a:fontScheme><a:majorFont><a:latin typeface='Symbol'/></a:majorFont>"
    "<a:minorFont><a:latin typeface='Calibri'/></a:minorFont></a:fontScheme></a:themeElements>"
)


def run(text: str, properties: str = "") -> str:
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{text}</w:t></w:r>'


def word(tmp_path: Path, *paragraphs: str, **parts: str) -> DocumentText:
    path = tmp_path / "r.docx"
    with zipfile.ZipFile(path, "w") as archive:
        body = "".join(p if p.startswith("<w:tbl") else f"<w:p>{p}</w:p>" for p in paragraphs)
        archive.writestr(
            "word/document.xml", f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/styles.xml", f"<w:styles {WORD}>{STYLES}</w:styles>")
        archive.writestr("word/theme/theme1.xml", f"<a:theme {WORD}>{THEME}</a:theme>")
        for name, inside in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {WORD}>{inside}</w:{name}>")
    return read(path)


def left(found: DocumentText) -> dict[str, int]:
    return {item.what: item.characters for item in found.coverage.left_out}

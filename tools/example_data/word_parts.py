"""The parts of a Word file around its text: styles, header, footer, properties."""

from __future__ import annotations

from xml.sax.saxutils import escape

from tools.example_data.form import Form

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org"
_W = f"{_OFFICE}/wordprocessingml/2006/main"
NAMESPACES = f'xmlns:w="{_W}" xmlns:r="{_OFFICE}/officeDocument/2006/relationships"'
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = f"{_OFFICE}/officeDocument/2006/relationships"

NAMES = {"fi": ("Normaali", "Otsikko", "Otsikko1"), "sv": ("Normal", "Rubrik", "Rubrik1")}
"""Identifiers that Word in that language gives to the styles Normal, Title and Heading 1."""

_CONTENT_TYPES = (
    f'{DECLARATION}<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
    f'<Override PartName="/word/settings.xml" ContentType="{_TYPES}.settings+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_TYPES}.header+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_TYPES}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    '<Override PartName="/docProps/app.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>'
)
_PACKAGE_LINKS = (
    f'{DECLARATION}<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/package/2006/relationships/metadata/'
    'core-properties" Target="docProps/core.xml"/>'
    f'<Relationship Id="rId3" Type="{_KINDS}/extended-properties" Target="docProps/app.xml"/>'
    "</Relationships>"
)
_DOCUMENT_LINKS = (
    f'{DECLARATION}<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_KINDS}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_KINDS}/settings" Target="settings.xml"/>'
    f'<Relationship Id="rId3" Type="{_KINDS}/header" Target="header1.xml"/>'
    f'<Relationship Id="rId4" Type="{_KINDS}/footer" Target="footer1.xml"/></Relationships>'
)
_APP = (
    f'{DECLARATION}<Properties xmlns="{_OFFICE}/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Office Word</Application><AppVersion>16.0000</AppVersion></Properties>"
)
_SETTINGS = (
    f"{DECLARATION}<w:settings {NAMESPACES}><w:autoHyphenation/>"
    '<w:defaultTabStop w:val="720"/><w:hyphenationZone w:val="425"/><w:compat><w:compatSetting '
    'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    "</w:compat></w:settings>"
)


def fixed_parts(form: Form) -> dict[str, str]:
    """All parts but the text, by their name in the file."""
    return {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_LINKS,
        "docProps/app.xml": _APP,
        "docProps/core.xml": _core(form),
        "word/_rels/document.xml.rels": _DOCUMENT_LINKS,
        "word/footer1.xml": _footer(form),
        "word/header1.xml": _header(form),
        "word/settings.xml": _SETTINGS,
        "word/styles.xml": _styles(form.language),
    }


def _core(form: Form) -> str:
    moment = f"{form.received.isoformat()}T09:00:00Z"
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_OFFICE}/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(form.title)}</dc:title><dc:creator>evaltools.example</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
        f"<dc:language>{form.language}-FI</dc:language></cp:coreProperties>"
    )


def _styles(language: str) -> str:
    normal, title, heading = NAMES[language]

    def style(name: str, identifier: str, paragraph: str, run: str, default: str = "") -> str:
        based = "" if default else f'<w:basedOn w:val="{normal}"/><w:next w:val="{normal}"/>'
        return (
            f'<w:style w:type="paragraph"{default} w:styleId="{identifier}">'
            f'<w:name w:val="{name}"/>{based}<w:qFormat/><w:pPr>{paragraph}</w:pPr>'
            f"<w:rPr>{run}</w:rPr></w:style>"
        )

    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F7F7F"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f"{DECLARATION}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/>'
        '<w:sz w:val="21"/><w:szCs w:val="21"/>'
        f'<w:lang w:val="{language}-FI" w:eastAsia="en-US" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="269" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        + style("Normal", normal, "", "", ' w:default="1"')
        + style("Title", title, '<w:spacing w:after="240"/>', '<w:b/><w:sz w:val="34"/>')
        + style(
            "heading 1",
            heading,
            '<w:keepNext/><w:spacing w:before="320" w:after="120"/><w:outlineLvl w:val="0"/>',
            '<w:b/><w:color w:val="1F3864"/><w:sz w:val="26"/>',
        )
        + '<w:style w:type="table" w:customStyle="1" w:styleId="Lomake">'
        '<w:name w:val="Lomake"/><w:pPr><w:spacing w:before="50" w:after="50"/></w:pPr><w:tblPr>'
        f"<w:tblBorders>{edges}</w:tblBorders><w:tblCellMar>"
        '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
        "</w:tblPr></w:style></w:styles>"
    )


def _header(form: Form) -> str:
    return (
        f"{DECLARATION}<w:hdr {NAMESPACES}><w:p><w:pPr><w:pBdr>"
        '<w:bottom w:val="single" w:sz="4" w:space="4" w:color="7F7F7F"/></w:pBdr></w:pPr>'
        f'<w:r><w:rPr><w:sz w:val="17"/></w:rPr><w:t>{escape(form.name)}</w:t></w:r></w:p></w:hdr>'
    )


def _footer(form: Form) -> str:
    before, rest = form.page.split("{page}")
    between = rest.split("{pages}")[0]

    def said(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'

    def counted(field: str) -> str:
        return f'<w:fldSimple w:instr=" {field} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    return (
        f'{DECLARATION}<w:ftr {NAMESPACES}><w:p><w:pPr><w:jc w:val="right"/></w:pPr>'
        f"{said(before)}{counted('PAGE')}{said(between)}{counted('NUMPAGES')}</w:p></w:ftr>"
    )

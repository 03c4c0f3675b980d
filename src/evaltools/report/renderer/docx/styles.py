"""The styles of the Word document: what each is called, and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaltools.charts import style as house

Kind = Literal["paragraph", "character"]
FACE = "Fira Sans"
FALLBACK = "Calibri"
CODE_FACE = "Consolas"
TEXT_WIDTH = 9071  # 160 mm in twentieths of a point
CALLOUTS = {
    "Note": (house.DEEP_BLUE, house.DEEP_BLUE, "EDF2F6"),
    "Tip": (house.TEAL, "1B5E61", "EBF5F4"),
    "Important": (house.OCHRE, "5C4206", "FCF5E6"),
    "Warning": (house.OCHRE, "5C4206", "FCF5E6"),
    "Caution": (house.RUST, "8F3518", "FAEEEA"),
}


@dataclass(frozen=True)
class Style:
    """One style of paragraphs or characters.

    Arguments:
        name: as Word shows it; pandoc finds it by this name.
        based_on: identifier of the style that it refines.
        next: identifier of the style of the following paragraph.
        size: half points. before, after: twentieths of a point. line: 240ths of a line.
        keep: stays on the page of the next paragraph. rule: colour of the rule on its left.
        under: colour of a rule beneath. shade: colour behind it.
        level: outline level, 0 for chapters; None outside the outline.
    """

    name: str
    based_on: str = "Normal"
    next: str = ""
    kind: Kind = "paragraph"
    size: int = 0
    colour: str = ""
    bold: bool | None = None
    italic: bool | None = None
    underline: bool = False
    superscript: bool = False
    face: str = ""
    before: int | None = None
    after: int | None = None
    line: int | None = None
    left: int | None = None
    hanging: int | None = None
    keep: bool = False
    lines_together: bool = False
    new_page: bool = False
    rule: str = ""
    under: str = ""
    shade: str = ""
    tabs: tuple[tuple[str, int], ...] = ()
    level: int | None = None

    @property
    def identifier(self) -> str:
        """The style's identifier: its name without spaces, large where Word has it large."""
        kind, _, level = self.name.partition(" ")
        if level.isdigit() and kind in ("heading", "toc"):
            return {"heading": "Heading", "toc": "TOC"}[kind] + level
        return self.name.replace(" ", "")


def styles(chapters_on_new_page: bool) -> Iterator[Style]:
    """Every style that the document uses beside pandoc's own."""
    deep, quiet, teal = house.DEEP_BLUE, house.QUIET, house.DIVERGING[-1]
    yield Style("Normal", based_on="", size=21, colour=house.INK, after=120, line=276)
    yield Style("Body Text", before=0, after=140)
    yield Style("First Paragraph", based_on="BodyText", next="BodyText")
    yield Style("Compact", based_on="BodyText", before=20, after=20)
    yield from _cover(deep, teal)
    yield from _headings(deep, teal, chapters_on_new_page)
    yield Style("Caption", size=18, colour=house.INK, italic=False, before=0, after=120,
                lines_together=True)  # fmt: skip
    yield Style("Table Caption", based_on="Caption", before=240, after=80, keep=True)
    yield Style("Image Caption", based_on="Caption", before=60, after=280)
    yield Style("Figure", before=200, after=0)
    yield Style("Captioned Figure", based_on="Figure", keep=True)
    yield Style("Table Text", size=18, before=30, after=30, line=252)
    yield Style("Table Text Small", based_on="TableText", size=15)
    yield Style("Table End", size=8, before=0, after=180, line=240)
    yield Style("Block Text", based_on="BodyText", colour=house.QUIET, left=240, rule=house.GRID)
    yield Style("Side Note", based_on="BodyText", size=18, colour=quiet, left=200,
                rule=house.TEAL)  # fmt: skip
    yield Style("Evidence", based_on="BodyText", size=16, after=50, line=240)
    yield Style("Evidence Term", kind="character", based_on="", bold=True, colour=deep)
    yield Style("Evidence Label", kind="character", based_on="", bold=True)
    yield Style("Evidence Context", kind="character", based_on="", colour=quiet)
    yield Style("Notice", based_on="BodyText", bold=True, colour="5C4206", left=160, before=160,
                after=200, rule=house.OCHRE, shade="FCF5E6")  # fmt: skip
    yield Style("Footnote Text", size=17, after=40, line=252)
    yield Style("Footnote Reference", kind="character", based_on="", superscript=True)
    yield Style("Bibliography", size=19, left=340, hanging=340, after=120)
    yield Style("Equation", before=160, after=200,
                tabs=(("center", TEXT_WIDTH // 2), ("right", TEXT_WIDTH)))  # fmt: skip
    yield Style("Source Code", face=CODE_FACE, size=17, before=80, after=160, line=252,
                shade="F4F6F7")  # fmt: skip
    yield Style("Verbatim Char", kind="character", based_on="", face=CODE_FACE, size=19)
    yield Style("Hyperlink", kind="character", based_on="", colour=teal, underline=True)
    yield Style("Cross Reference", kind="character", based_on="", colour=teal)
    yield Style("Caption Label", kind="character", based_on="", bold=True, colour=deep)
    yield Style("Section Number", kind="character", based_on="", colour=teal, bold=False)
    yield Style("Definition Term", bold=True, after=20, keep=True)
    yield Style("Definition", left=320, after=120)
    yield Style("header", size=16, colour=quiet, after=0)
    yield Style("Header Notice", based_on="header", bold=True, colour="5C4206", shade="FCF5E6",
                after=40)  # fmt: skip
    yield Style("footer", size=16, colour=quiet, after=0, tabs=(("right", TEXT_WIDTH),))
    for name, (_, ink, _) in CALLOUTS.items():
        yield Style(f"Callout Title {name}", next="BodyText", bold=True, colour=ink, before=60,
                    after=80, keep=True)  # fmt: skip


def _cover(deep: str, teal: str) -> Iterator[Style]:
    yield Style("Cover Series", size=22, colour=teal, bold=True, before=600, after=1800)
    yield Style("Title", next="Subtitle", size=60, bold=True, colour=deep, before=0, after=240,
                line=252, under=house.OCHRE)  # fmt: skip
    yield Style("Subtitle", size=30, colour=deep, before=120, after=2400)
    yield Style("Author", size=24, colour=deep, after=60)
    yield Style("Cover Publisher", size=24, bold=True, colour=deep, after=60)
    yield Style("Date", size=22, colour=deep, after=240)


def _headings(deep: str, teal: str, new_page: bool) -> Iterator[Style]:
    yield Style("heading 1", next="BodyText", size=40, bold=True, colour=deep, before=480,
                after=280, line=252, keep=True, lines_together=True, new_page=new_page,
                level=0)  # fmt: skip
    yield Style("heading 2", next="BodyText", size=29, bold=True, colour=deep, before=400,
                after=140, line=252, keep=True, lines_together=True, level=1)  # fmt: skip
    yield Style("heading 3", next="BodyText", size=24, bold=True, colour=teal, before=320,
                after=100, line=252, keep=True, lines_together=True, level=2)  # fmt: skip
    for level in (4, 5, 6):
        yield Style(f"heading {level}", next="BodyText", size=21, bold=True, italic=False,
                    colour=deep, before=240, after=80, keep=True, lines_together=True,
                    level=level - 1)  # fmt: skip
    yield Style("TOC Heading", next="BodyText", size=40, bold=True, colour=deep, before=480,
                after=280, keep=True, new_page=True)  # fmt: skip
    yield Style("toc 1", bold=True, colour=deep, before=120, after=30)
    yield Style("toc 2", left=280, after=30)
    yield Style("toc 3", left=560, after=30)


def style_xml(style: Style) -> str:
    """A style as WordprocessingML, its properties in the order of the schema."""
    default = ' w:default="1"' if style.name == "Normal" else ""
    parts = [f'<w:style w:type="{style.kind}"{default} w:styleId="{style.identifier}">',
             f'<w:name w:val="{style.name}"/>']  # fmt: skip
    if style.based_on:
        parts.append(f'<w:basedOn w:val="{style.based_on}"/>')
    if style.next:
        parts.append(f'<w:next w:val="{style.next}"/>')
    parts.append("<w:qFormat/>")
    if style.kind == "paragraph":
        parts.append(f"<w:pPr>{''.join(_paragraph(style))}</w:pPr>")
    parts.append(f"<w:rPr>{''.join(_run(style))}</w:rPr></w:style>")
    return "".join(parts)


def _paragraph(style: Style) -> Iterator[str]:
    if style.keep:
        yield "<w:keepNext/>"
    if style.lines_together:
        yield "<w:keepLines/>"
    if style.new_page:
        yield "<w:pageBreakBefore/>"
    if style.rule or style.under:
        left = _border("left", style.rule, 24, 8) if style.rule else ""
        under = _border("bottom", style.under, 18, 10) if style.under else ""
        yield f"<w:pBdr>{left}{under}</w:pBdr>"
    if style.shade:
        yield f'<w:shd w:val="clear" w:color="auto" w:fill="{_colour(style.shade)}"/>'
    if style.tabs:
        stops = "".join(f'<w:tab w:val="{kind}" w:pos="{at}"/>' for kind, at in style.tabs)
        yield f"<w:tabs>{stops}</w:tabs>"
    spacing = {"before": style.before, "after": style.after, "line": style.line}
    given = "".join(f' w:{key}="{value}"' for key, value in spacing.items() if value is not None)
    if given:
        yield f"<w:spacing{given}" + (' w:lineRule="auto"/>' if style.line else "/>")
    if style.left is not None:
        hanging = f' w:hanging="{style.hanging}"' if style.hanging else ""
        yield f'<w:ind w:left="{style.left}"{hanging}/>'
    if style.kind == "paragraph":
        yield '<w:jc w:val="left"/>' if style.based_on == "" else ""
    if style.level is not None:
        yield f'<w:outlineLvl w:val="{style.level}"/>'


def _border(side: str, colour: str, width: int, space: int) -> str:
    return (
        f'<w:{side} w:val="single" w:sz="{width}" w:space="{space}" w:color="{_colour(colour)}"/>'
    )


def _run(style: Style) -> Iterator[str]:
    if style.face:
        yield f'<w:rFonts w:ascii="{style.face}" w:hAnsi="{style.face}" w:cs="{style.face}"/>'
    for name, value in (("b", style.bold), ("i", style.italic)):
        if value is not None:
            yield f'<w:{name} w:val="{int(value)}"/>'
    if style.colour:
        yield f'<w:color w:val="{_colour(style.colour)}"/>'
    if style.size:
        yield f'<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/>'
    if style.underline:
        yield '<w:u w:val="single"/>'
    if style.superscript:
        yield '<w:vertAlign w:val="superscript"/>'


def _colour(value: str) -> str:
    return value.lstrip("#").upper()


def table_styles_xml() -> dict[str, str]:
    """WordprocessingML of the styles of tables, by identifier."""
    deep, line = _colour(house.DEEP_BLUE), _colour(house.GRID)
    lined = _table_border("insideH", 4, line)
    framed = _table_border("top", 8, deep) + _table_border("bottom", 8, deep) + lined
    first_row = (
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="{deep}"/></w:rPr><w:tcPr>'
        f"<w:tcBorders>{_table_border('bottom', 6, deep)}</w:tcBorders>"
        '<w:shd w:val="clear" w:color="auto" w:fill="EDF2F6"/><w:vAlign w:val="bottom"/></w:tcPr>'
        "</w:tblStylePr>"
    )
    first_column = '<w:tblStylePr w:type="firstCol"><w:rPr><w:b/></w:rPr></w:tblStylePr>'
    closed = _table_border("bottom", 4, line) + lined
    found = {
        "Table": _table_style("Table", framed, first_row + first_column, default=True),
        "KeyValue": _table_style("Key Value", closed, first_column),
        "LayoutTable": _table_style("Layout Table", "", "", margins=(0, 0, 0, 180)),
    }
    for name, (rule, _, shade) in CALLOUTS.items():
        fill = f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{shade}"/></w:tcPr>'
        left = _table_border("left", 24, _colour(rule))
        for plain in (False, True):  # a callout of simple appearance has no shade
            title = f"Callout {name} Plain" if plain else f"Callout {name}"
            found[title.replace(" ", "")] = _table_style(
                title, left, "" if plain else fill, margins=(60, 200, 20, 200)
            )
    return found


def _table_border(side: str, width: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'


def _table_style(
    name: str,
    borders: str,
    more: str,
    margins: tuple[int, int, int, int] = (20, 80, 20, 80),
    default: bool = False,
) -> str:
    """A style of tables; margins of cells are top, left, bottom, right in twentieths of a point."""
    sides = zip(("top", "left", "bottom", "right"), margins, strict=True)
    inside = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in sides)
    flag = ' w:default="1"' if default else ""
    frame = f"<w:tblBorders>{borders}</w:tblBorders>" if borders else ""
    return (
        f'<w:style w:type="table"{flag} w:styleId="{name.replace(" ", "")}">'
        f'<w:name w:val="{name}"/><w:qFormat/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        f"{frame}<w:tblCellMar>{inside}</w:tblCellMar></w:tblPr>{more}</w:style>"
    )

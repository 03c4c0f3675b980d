"""What stands raised, in a symbol font or unseen on the page of a DOCX, ODT or workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read
from evaltools.documents.superscripts import (
    flatten_superscripts,
    note_mark,
    remove_superscripts,
    shift,
)
from evaltools.documents.symbol_fonts import UNKNOWN, shown_character

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


def test_the_mark_of_a_note_is_no_digit_of_an_amount() -> None:
    found = read(RECEIVED / "sup.docx")
    assert "We saved 750¹ euros" in found.text
    assert "7501" not in found.text
    assert found.coverage.complete


@pytest.mark.parametrize(
    "properties",
    [
        '<w:vertAlign w:val="superscript"/>',
        '<w:rStyle w:val="Viite"/>',
        '<w:rStyle w:val="Oma"/>',
        '<w:position w:val="6"/><w:sz w:val="14"/>',
    ],
)
def test_raised_characters_are_told_by_run_style_and_place(tmp_path: Path, properties: str) -> None:
    found = word(tmp_path, run("750") + run("1", properties) + run(" euroa"))
    assert found.text == "750¹ euroa\n"
    assert found.coverage.complete


def test_what_is_set_back_on_the_line_stands_there(tmp_path: Path) -> None:
    back = '<w:rStyle w:val="Viite"/><w:vertAlign w:val="baseline"/>'
    shifted = run("750", '<w:position w:val="2"/>')  # a line of a form moved by a point
    assert word(tmp_path, run("75") + run("1", back), shifted).text == "751\n\n750\n"


def test_powers_formulas_and_words_are_kept(tmp_path: Path) -> None:
    up, down = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    found = word(
        tmp_path,
        run("5 m") + run("2", up) + run(", 10") + run("−6", up) + run(", CO") + run("2", down),
        run("1") + run("s", up) + run("t", up) + run(" ja ") + run("han", up) + run("ke", up),
    )
    assert found.text == "5 m², 10⁻⁶, CO₂\n\n1ˢᵗ ja hanke\n"


def test_a_formula_does_not_run_its_parts_together(tmp_path: Path) -> None:
    def part(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    found = word(
        tmp_path,
        f"<m:oMath><m:sSup>{part('e', '10')}{part('sup', '6')}</m:sSup></m:oMath>",
        f"<m:oMath><m:f>{part('num', '1')}{part('den', '2')}</m:f></m:oMath>",
        f"<m:oMath><m:sSubSup>{part('e', 'x')}{part('sub', '1')}{part('sup', 'Q')}</m:sSubSup>"
        "</m:oMath>",
    )
    assert found.text == "10⁶\n\n1/2\n\nx₁^(Q)\n"


def test_a_fraction_stands_apart_from_digits_and_letters(tmp_path: Path) -> None:
    def part(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    half = f"<m:f>{part('num', '1')}{part('den', '2')}</m:f>"
    power = f"<m:sSup>{part('e', '10')}{part('sup', '3')}</m:sSup>"
    up = '<w:vertAlign w:val="superscript"/>'
    found = word(
        tmp_path,
        run("75") + f"<m:oMath>{half}</m:oMath>" + run("kuntaa"),
        f"<m:oMath>{half}{power}{half}{half}</m:oMath>",
        f"<m:oMath><m:sSup><m:e>{half}</m:e>{part('sup', '2')}</m:sSup></m:oMath>",
        run("75 ") + f"<m:oMath>{half}</m:oMath>" + run(", (") + f"<m:oMath>{half}</m:oMath>)",
        run("x") + f"<m:oMath><m:f>{part('num', 'a+b')}{part('den', '2')}</m:f></m:oMath>",
        f"<m:oMath>{half}</m:oMath>" + run("1", up),
        run("75") + f"<w:sdt><w:sdtContent><m:oMath>{half}</m:oMath></w:sdtContent></w:sdt>",
    )
    assert found.text.split("\n\n") == [
        "75 1/2 kuntaa", "1/2 10³ 1/2 1/2", "(1/2)²", "75 1/2, (1/2",
        "x (a+b)/2", "1/2¹", "75 1/2\n",
    ]  # fmt: skip
    assert found.coverage.complete


def test_notes_have_the_marks_that_word_gives_them(tmp_path: Path) -> None:
    def note(kind: str, number: int, text: str) -> str:
        inside = f"<w:p><w:r><w:{kind}Ref/></w:r>{run(' ' + text)}</w:p>"
        return f'<w:{kind} w:id="{number}">{inside}</w:{kind}>'

    def mark(kind: str, number: int, more: str = "") -> str:
        return f'<w:r><w:{kind}Reference w:id="{number}"{more}/></w:r>'

    found = word(
        tmp_path,
        run("750") + mark("footnote", 7) + run(" ja 20") + mark("endnote", 3),
        run("oma") + mark("footnote", 8, ' w:customMarkFollows="1"') + run("*"),
        run("80") + mark("footnote", 9),
        footnotes=note("footnote", 7, "Yksi.")
        + note("footnote", 9, "Kaksi.")
        + f'<w:footnote w:id="8"><w:p>{run("* Tähti.")}</w:p></w:footnote>',
        endnotes=note("endnote", 3, "Loppu."),
    )
    assert found.text == (
        "750¹ ja 20ⁱ\n\noma*\n\n80²\n\n¹ Yksi.\n\n* Tähti.\n\n² Kaksi.\n\nⁱ Loppu.\n"
    )
    assert found.coverage.complete


@pytest.mark.parametrize(
    ("number", "numbering", "mark"),
    [
        (4, "decimal", "⁴"),
        (12, "lowerRoman", "ˣⁱⁱ"),
        (3, "upperLetter", "ᶜ"),
        (17, "lowerLetter", "⁽q⁾"),
    ],
)
def test_marks_of_notes(number: int, numbering: str, mark: str) -> None:
    assert note_mark(number, numbering) == mark


def test_raised_text_can_be_laid_flat_and_left_out() -> None:
    assert flatten_superscripts(shift("12+3", 1) + shift("i0", -1)) == "12+3i0"
    assert remove_superscripts("tavoite¹²⁾ CO₂") == "tavoite CO"


def test_symbols_of_the_received_documents_are_their_characters() -> None:
    found = read(RECEIVED / "cr-nbh-sym.docx")
    assert "☒ Kyllä ☐ Ei α=0,8\toikea" in found.text
    assert found.coverage.complete
    other = read(RECEIVED / "symbol-pua.docx")
    assert "≥ 50 % ja ≤ 10 % → nuoli ☺" in other.text
    assert other.coverage.complete


# By the Adobe Symbol encoding, and by the names of Wingdings' characters in Unicode 7.0.
@pytest.mark.parametrize(
    ("font", "code", "character"),
    [
        ("Symbol", 0xF061, "α"), ("Symbol", 0x57, "Ω"), ("SymbolMT", 0xB3, "≥"),
        ("Symbol", 0xF0A0, "€"), ("Symbol", 0x35, "5"), ("Symbol", 0x2D, "−"),
        ("Wingdings", 0x4A, "☺"), ("Wingdings", 0xF0FC, "✓"), ("Wingdings-Regular", 0x28, "🕿"),
        ("Wingdings", 0x81, "➀"), ("Wingdings 2", 0xF052, "☒"), ("Wingdings 2", 0x6A, "①"),
        ("Wingdings 3", 0x70, "▲"), ("Webdings", 0x61, "✔"), ("ZapfDingbats", 0x34, "✔"),
        ("ITC Zapf Dingbats", 0xBD, "❽"), ("MS Gothic", 0x2612, "☒"), ("Arial", 0x41, "A"),
        ("Arial", 0xF061, UNKNOWN), ("Marlett", 0x61, UNKNOWN), ("Symbol", 0xF0F0, UNKNOWN),
        ("Wingdings", 0x1, UNKNOWN), ("x", 0xD800, UNKNOWN), ("x", 0x110000, UNKNOWN),
    ],
)  # fmt: skip
def test_symbol_fonts_have_their_own_charts(font: str, code: int, character: str) -> None:
    assert shown_character(font, code) == character


@pytest.mark.parametrize(
    "properties",
    [
        '<w:rStyle w:val="Kuvat"/>',
        '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>',
        '<w:rFonts w:ascii="Arial" w:hAnsi="Wingdings"/>',
    ],
)
def test_text_in_a_symbol_font_shows_pictures(tmp_path: Path, properties: str) -> None:
    found = word(tmp_path, run("\uf0fc", properties) + run(" Kyllä"))
    assert found.text == "✓ Kyllä\n"
    assert found.coverage.complete


def test_a_font_of_the_theme_goes_before_the_one_named(tmp_path: Path) -> None:
    themed = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:asciiTheme="majorAscii"/>'
    assert word(tmp_path, run("a", themed) + run(" a")).text == "α a\n"


def test_a_symbol_that_is_not_known_is_counted_as_not_read(tmp_path: Path) -> None:
    symbol = '<w:r><w:sym w:font="Marlett" w:char="F061"/></w:r>'
    found = word(tmp_path, run("a ") + symbol + run(" \uf0b3"))
    assert found.text == "a � �\n"
    assert found.coverage.characters_unread == 2
    assert not found.coverage.complete
    assert found.coverage.notes == (
        "Characters of symbol fonts that are not known: Marlett F061 (1), no font F0B3 (1).",
    )


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ("<w:vanish/>", "hidden text"),
        ('<w:rStyle w:val="Piilo"/>', "hidden text"),
        ('<w:color w:val="FFFFFF"/>', "white text on a white page"),
        ('<w:color w:val="FEFEFE"/>', "white text on a white page"),
        ('<w:sz w:val="2"/>', "text too small to be seen"),
    ],
)
def test_what_nobody_sees_is_left_out_by_name(tmp_path: Path, properties: str, what: str) -> None:
    found = word(tmp_path, run("näkyy") + run("kätketty", properties))
    assert found.text == "näkyy\n"
    assert left(found) == {what: 8}
    assert found.coverage.complete


def test_text_that_a_style_hides_and_the_run_shows_is_seen(tmp_path: Path) -> None:
    style = '<w:pPr><w:pStyle w:val="Piilokappale"/></w:pPr>'
    shown = run("näkyy", '<w:vanish w:val="0"/>')
    twice = run("kahdesti", '<w:rStyle w:val="Piilo"/>')  # two styles switch it on and off again
    found = word(tmp_path, style + run("piilossa") + shown, style + twice)
    assert found.text == "näkyy\n\nkahdesti\n"
    assert left(found) == {"hidden text": 8}


def test_white_text_on_colour_is_seen(tmp_path: Path) -> None:
    white = '<w:color w:val="FFFFFF"/>'
    shade = '<w:shd w:val="clear" w:fill="1F4E79"/>'
    styled = '<w:tblPr><w:tblStyle w:val="Tumma"/></w:tblPr>'
    cell = f"<w:tc><w:p>{run('otsikko', white)}</w:p></w:tc>"
    dark = f"<w:tc><w:tcPr>{shade}</w:tcPr><w:p>{run('solu', white)}</w:p></w:tc>"
    found = word(
        tmp_path,
        run("ajo", white + shade),
        f"<w:pPr>{shade}</w:pPr>" + run("kappale", white),
        run("korostus", white + '<w:highlight w:val="red"/>'),
        f"<w:tbl>{styled}<w:tr>{cell}</w:tr></w:tbl>",
        f"<w:tbl><w:tr>{dark}</w:tr></w:tbl>",
    )
    assert found.text == "ajo\n\nkappale\n\nkorostus\n\notsikko\n\nsolu\n"


def test_instructions_of_fields_are_no_text(tmp_path: Path) -> None:
    def field(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    inner = field("begin") + field("separate") + run("sisällä") + field("end")
    whole = field("begin") + inner + field("separate") + run("tulos") + field("end")
    found = word(tmp_path, run("a ") + whole, field("begin") + run("ei loppua"))
    assert found.text == "a tulos\n\nei loppua\n"
    assert left(found) == {"instruction of a field": 7}
    assert found.coverage.complete


@pytest.mark.parametrize("line", ["<w:strike/>", "<w:dstrike/>"])
def test_struck_text_is_left_out_by_name(tmp_path: Path, line: str) -> None:
    kept = run("9", '<w:strike w:val="0"/>')
    found = word(tmp_path, run("jää ") + run("12", line) + run("15 kuntaa, ") + kept)
    assert found.text == "jää 15 kuntaa, 9\n"
    assert left(found) == {"struck-through text": 2}
    assert found.coverage.complete


def shade(fill: str) -> str:
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'


def colour(value: str, more: str = "") -> str:
    return f'<w:color w:val="{value}"{more}/>'


BACKGROUND = "text in the colour of its background"
WHITE = "white text on a white page"


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        (colour("000000") + '<w:highlight w:val="black"/>', BACKGROUND),
        (colour("0000FF") + shade("0000FF"), BACKGROUND),
        (colour("0000FF") + '<w:shd w:val="solid" w:color="0000FE"/>', BACKGROUND),
        (colour("00B050") + '<w:shd w:val="clear" w:fill="00b050"/>', BACKGROUND),
        (colour("auto", ' w:themeColor="background1"'), WHITE),
        ('<w:color w:themeColor="bg1"/>', WHITE),
        ('<w:color w:themeColor="light1"/>' + shade("FFFFFF"), WHITE),
        (colour("FFFFFF") + '<w:highlight w:val="white"/>', WHITE),
        ('<w:w w:val="5"/>', "text too small to be seen"),
        ('<w:w w:val="1%"/>', "text too small to be seen"),
        ("<w:specVanish/>", "hidden text"),
        ('<w:position w:val="3200"/>', "text moved off the page"),
    ],
)
def test_runs_that_nobody_reads_are_left_out(tmp_path: Path, properties: str, what: str) -> None:
    found = word(tmp_path, run("näkyy") + run("kätketty", properties))
    assert found.text == "näkyy\n"
    assert left(found) == {what: 8}
    assert found.coverage.complete


@pytest.mark.parametrize(
    "properties",
    [
        colour("000000") + '<w:highlight w:val="yellow"/>',
        colour("0000FF") + shade("1F4E79"),
        colour("0000FF") + '<w:shd w:val="pct50" w:color="0000FF" w:fill="FFFFFF"/>',
        colour("D9D9D9", ' w:themeColor="background1" w:themeShade="D9"'),
        colour("0000FF") + '<w:highlight w:val="white"/>' + shade("0000FF"),
        '<w:w w:val="80"/>',
        '<w:position w:val="6"/>',
        '<w:specVanish w:val="0"/>',
    ],
)
def test_runs_that_differ_from_what_is_behind_are_seen(tmp_path: Path, properties: str) -> None:
    found = word(tmp_path, run("a ") + run("näkyy", properties))
    assert "näkyy" in flatten_superscripts(found.text)
    assert left(found) == {}


def test_automatic_colour_on_black_is_read_and_told(tmp_path: Path) -> None:
    found = word(tmp_path, run("a ") + run("musta", '<w:highlight w:val="black"/>'))
    assert found.text == "a musta\n"
    assert found.coverage.notes == (
        "Characters in the text that may not be seen, of no colour of their own on black: 5.",
    )


def test_the_nearest_colour_behind_a_text_counts(tmp_path: Path) -> None:
    blue = run("sininen", colour("0000FF"))
    table = (
        f"<w:tbl><w:tblPr>{shade('0000FF')}</w:tblPr><w:tr><w:tc><w:tcPr>{shade('FFFF00')}"
        f"</w:tcPr><w:p>{blue}</w:p></w:tc><w:tc><w:p>{blue}</w:p></w:tc></w:tr></w:tbl>"
    )
    lifted = f"<w:pPr>{shade('FFFFFF')}</w:pPr>" + run("valkea", colour("FFFFFF"))
    found = word(tmp_path, f"<w:pPr>{shade('0000FF')}</w:pPr>" + blue, table, lifted)
    assert found.text.count("sininen") == 1
    assert left(found) == {BACKGROUND: 14, WHITE: 6}


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ('<w:spacing w:line="20" w:lineRule="exact"/>', "text in lines too low to be seen"),
        ('<w:ind w:left="-20000"/>', "text moved off the page"),
        ('<w:ind w:firstLine="15000"/>', "text moved off the page"),
        ('<w:ind w:start="700pt"/>', "text moved off the page"),
        ('<w:framePr w:x="30000" w:y="1"/>', "text moved off the page"),
        ('<w:spacing w:line="20" w:lineRule="auto"/>', ""),
        ('<w:spacing w:line="240" w:lineRule="exact"/>', ""),
        ('<w:ind w:left="13000" w:hanging="13000"/>', ""),
        ('<w:ind w:left="720"/>', ""),
    ],
)
def test_paragraphs_too_low_or_off_the_page(tmp_path: Path, properties: str, what: str) -> None:
    found = word(tmp_path, run("näkyy"), f"<w:pPr>{properties}</w:pPr>" + run("kätketty"))
    assert found.text == ("näkyy\n" if what else "näkyy\n\nkätketty\n")
    assert left(found) == ({what: 8} if what else {})
    assert found.coverage.complete


def test_styles_and_the_theme_say_what_is_unseen_too(tmp_path: Path) -> None:
    style = '<w:pStyle w:val="Oma2"/>'
    themed = run("a", colour("000000", ' w:themeColor="accent1"'))
    found = word(
        tmp_path,
        f"<w:pPr>{style}</w:pPr>" + run("sininen", colour("0000FF")) + themed,
        f"<w:pPr>{style}{shade('auto')}</w:pPr>" + themed,
        f'<w:pPr>{style}<w:spacing w:lineRule="exact"/></w:pPr>' + run("matala"),
    )
    assert found.text == "sininen\n\na\n"
    assert left(found) == {BACKGROUND: 1, "text in lines too low to be seen": 6}


def test_a_box_anchored_in_an_unseen_line_is_seen(tmp_path: Path) -> None:
    box = f"<w:r><w:pict><w:txbxContent><w:p>{run('laatikko')}</w:p></w:txbxContent></w:pict></w:r>"
    low = '<w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr>'
    found = word(tmp_path, low + run("matala") + box)
    assert found.text == "laatikko\n"
    assert left(found) == {"text in lines too low to be seen": 6}


@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ("<w:hidden/>", "hidden row"),
        ('<w:trHeight w:val="20" w:hRule="exact"/>', "row too low to be seen"),
        ('<w:trHeight w:val="20" w:hRule="atLeast"/>', ""),
        ('<w:hidden w:val="0"/>', ""),
    ],
)
def test_rows_that_nobody_sees(tmp_path: Path, properties: str, what: str) -> None:
    def row(text: str, inside: str = "") -> str:
        return f"<w:tr>{inside}<w:tc><w:p>{run(text)}</w:p></w:tc></w:tr>"

    rows = row("näkyy") + row("kätketty", f"<w:trPr>{properties}</w:trPr>")
    found = word(tmp_path, f"<w:tbl>{rows}</w:tbl>")
    assert ("kätketty" in found.text) == (not what)
    assert left(found) == ({what: 8} if what else {})
    assert found.coverage.complete


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)


def odf(tmp_path: Path, kind: str, body: str, styles: str = "") -> DocumentText:
    path = tmp_path / ("r.odt" if kind == "text" else "r.ods")
    face = '<style:font-face style:name="S1" svg:font-family="Wingdings"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {ODF}><office:font-face-decls>{face}"
            f"</office:font-face-decls><office:automatic-styles>{styles}"
            f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        )
    return read(path)


def odf_style(name: str, properties: str, parent: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="text"{based}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def test_an_odt_is_read_as_its_page_shows_it(tmp_path: Path) -> None:
    styles = (
        odf_style("up", 'style:text-position="super 58%"')
        + odf_style("child", 'fo:color="#000000"', "up")
        + odf_style("high", 'style:text-position="33% 58%"')
        + odf_style("low", 'style:text-position="-33% 58%"')
        + odf_style("hid", 'text:display="none"')
        + odf_style("white", 'fo:color="#ffffff"')
        + odf_style("dark", 'fo:color="#ffffff" fo:background-color="#000080"')
        + odf_style("tiny", 'fo:font-size="1pt"')
        + odf_style("pic", 'style:font-name="S1"')
    )
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Viite."
        "</text:p></text:note-body></text:note>"
    )
    body = (
        f"<text:p>750{span('up', '1')} 20{span('child', '2')} m{span('high', '2')} "
        f"CO{span('low', '2')} 80{note}</text:p>"
        f"<text:p>a{span('hid', 'piilo')}{span('white', 'valko')}{span('tiny', 'pikku')}"
        f"{span('dark', 'näkyy')}{span('pic', 'ü')}</text:p>"
        '<text:p>poissa<text:hidden-paragraph text:is-hidden="true"/></text:p>'
        '<text:section text:display="condition" text:is-hidden="true"><text:p>osa</text:p>'
        "</text:section>"
    )
    found = odf(tmp_path, "text", body, styles)
    assert found.text == "750¹ 20² m² CO₂ 80¹\n\nanäkyy✓\n\n¹ Viite.\n"
    assert left(found) == {
        "hidden text": 11,
        "white text on a white page": 5,
        "text too small to be seen": 5,
        "hidden section": 3,
    }
    assert found.coverage.complete


def test_hidden_columns_of_an_ods_are_left_out_by_name(tmp_path: Path) -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>'
        for t in ("a", "b", "c", "d")
    )
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse" '
        'table:number-columns-repeated="2"/><table:table-column/>'
    )
    found = odf(
        tmp_path,
        "spreadsheet",
        f'<table:table table:name="T">{columns}<table:table-row>{cells}</table:table-row>'
        "</table:table>",
    )
    assert found.text == "T\n\na\td\n"
    assert left(found) == {"hidden column of sheet T": 2}
    assert found.coverage.complete


def test_a_workbook_is_read_as_its_sheet_shows_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
    sheet["A1"] = CellRichText("Säästö 750", raised, " euroa")
    sheet["A2"], sheet["A2"].font = "ü", Font(name="Wingdings")
    sheet["A3"], sheet["A3"].font = "valko", Font(color="FFFFFFFF")
    sheet["A4"], sheet["A4"].font = "otsikko", Font(color="FFFFFFFF")
    sheet["A4"].fill = PatternFill("solid", fgColor="FF1F4E79")
    sheet["A5"], sheet["A5"].number_format = 12, ";;;"
    sheet["A6"], sheet["A6"].number_format = 123250, '#,##0.00," k€"'
    sheet["B1"], sheet.column_dimensions["B"].width = "kapea", 7.25
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(tmp_path / "a.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():  # openpyxl writes no width of nought
            target.writestr(name, source.read(name).replace(b'width="7.25"', b'width="0"'))
    found = read(path)
    assert found.text == "Sheet\n\nSäästö 750¹ euroa\n✓\notsikko\n123.25 k€\n"
    assert left(found) == {
        "hidden column of sheet Sheet": 5,
        "white text of sheet Sheet": 5,
        "format of sheet Sheet that shows nothing": 2,
    }


def test_a_workbook_with_backslashes_in_its_part_names_is_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nimi", 5])
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "b.xlsx"
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as source,
        zipfile.ZipFile(path, "w") as target,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo()
            info.filename = name.replace("/", "\\")
            target.writestr(info, source.read(name))
    found = read(path)
    assert found.kind == "xlsx"
    assert found.text == "Sheet\n\nNimi\t5\n"

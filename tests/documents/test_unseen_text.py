"""What nobody sees on the page of a DOCX: hidden, struck, in the colour of its background."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.documents.superscripts import flatten_superscripts

from .seen_pages import left, run, word


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

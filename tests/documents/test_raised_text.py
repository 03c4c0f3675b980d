"""What stands raised or in a symbol font on the page of a DOCX."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.documents.reader import read
from evaltools.documents.superscripts import (
    flatten_superscripts,
    note_mark,
    remove_superscripts,
    shift,
)
from evaltools.documents.symbol_fonts import UNKNOWN, shown_character

from .seen_pages import RECEIVED, run, word


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

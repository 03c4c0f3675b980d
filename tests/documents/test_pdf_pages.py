"""Pages written by hand: what is seen is read as it stands, what is not is left out by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import typst

from evaltools.documents.blocks import compose
from evaltools.documents.isolation import read_document
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.pdf import read as reading
from evaltools.documents.reader import measure
from evaltools.problems import ProblemError

from .page_programs import Page, document, escaped, width

Change = Callable[[pikepdf.Pdf], None]
BODY = "Hanke toteutettiin vuonna 2020 ja se maksoi 1500 euroa kaikkiaan."
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
STORY = """
hanke toteutettiin kunnan palvelut henkilöstö koulutus raportti tavoite tulokset säästö euroa
vuonna kehittäminen yhdessä sekä uusi malli käyttöön asiakkaat prosessi
"""
WORDS = STORY.split()


def read(data: bytes) -> tuple[str, dict[str, str]]:
    """Text of a file, and what was left out; nothing may be lost."""
    source = reading.read(data, LIMITS)
    composed = compose(source.blocks)
    tables = (source.tables, composed.tables)
    coverage = measure(source.present, composed.text, source.left_out, tables)
    assert coverage.complete, coverage
    return composed.text.strip(), {item.what: item.text for item in coverage.left_out}


def with_body() -> Page:
    page = Page()
    page.put(60, 780, BODY)
    return page


def last(page: Page, change: Change | None = None) -> str:
    return read(document(page, change=change))[0].split("\n\n")[-1]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("1 g {} 0 g", "in the colour of what is behind it"),
        ("0.98 g {} 0 g", "in the colour of what is behind it"),
        ("0 0 0.5 rg 55 590 200 30 re f {} 0 g", "in the colour of what is behind it"),
        ("BT 3 Tr ET {} BT 0 Tr ET", "drawn invisibly"),
        ("q 10 10 5 5 re W n {} Q", "covered or cut off"),
        ("{} 1 g 50 590 200 30 re f 0 g", "covered or cut off"),
        ("q 0.02 0 0 0.02 60 600 cm {} Q", "smaller than 1 point"),
        ("q 1 0 0 1 600 0 cm {} Q", "outside of the page as it is shown"),
    ],
)
def test_hidden_text_is_left_out_by_name(program: str, why: str) -> None:
    page = with_body()
    page.raw(program.format("BT /F1 11 Tf 60 600 Td (piilossa 99) Tj ET"))
    text, left = read(document(page))
    assert text == BODY
    assert left == {f"page 1: text that cannot be seen ({why})": "piilossa 99"}


def test_white_letters_on_a_dark_ground_and_grey_ones_are_seen() -> None:
    page = with_body()
    page.raw("0 0 0.5 rg 55 595 200 20 re f 1 g")
    page.put(60, 600, "Valkoinen otsikko 2021")
    page.raw("0.75 g")
    page.put(60, 560, "harmaa teksti", 7)
    assert read(document(page)) == (f"{BODY}\n\nValkoinen otsikko 2021\n\nharmaa teksti", {})


def test_a_word_painted_over_gives_way_to_the_one_written_in_its_place() -> None:
    page = with_body()
    page.put(60, 600, "Summa oli 1000 euroa.")
    page.raw("1 g 55 595 200 20 re f 0 g")
    page.put(60, 600, "Summa oli 2000 euroa.")
    text, left = read(document(page))
    assert text.endswith("Summa oli 2000 euroa.")
    assert left["page 1: text that cannot be seen (covered or cut off)"] == "1000"


def test_of_a_line_that_is_cut_off_the_words_that_are_seen_are_read() -> None:
    page = with_body()
    page.raw("q 50 590 100 30 re W n")
    page.put(60, 600, "Alku näkyy mutta loppu on leikattu pois")
    page.raw("Q")
    text, left = read(document(page))
    assert text.endswith("Alku näkyy mutta")
    assert list(left.values()) == ["loppu on leikattu pois"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_and_cropped_pages_are_read_as_they_are_shown(turn: int) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = turn
        pdf.pages[0].obj.MediaBox = pikepdf.Array([-100, -50, 595, 842])
        pdf.pages[0].obj.CropBox = pikepdf.Array([0, 100, 595, 842])

    page = with_body()
    page.put(60, 80, "rajattu pois")
    text, left = read(document(page, change=change))
    assert text == BODY
    assert list(left.values()) == ["rajattu pois"]


def test_sideways_text_is_read_and_a_stamp_across_the_page_left_out_by_name() -> None:
    page = with_body()
    page.raw("BT /F1 11 Tf 0 1 -1 0 40 300 Tm (Pystyteksti 12) Tj ET")
    page.raw("BT /F1 60 Tf 0.7071 0.7071 -0.7071 0.7071 150 300 Tm (LUONNOS) Tj ET")
    text, left = read(document(page))
    assert text == f"{BODY}\n\nPystyteksti 12"
    assert left == {"page 1: text set across the page": "LUONNOS"}


@pytest.mark.parametrize("name", ["A", "B", "C", "D", "none"])
def test_an_odd_colour_space_does_not_keep_a_page_from_being_read(name: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Resources.ColorSpace = pikepdf.Dictionary(
            A=pikepdf.Array([pikepdf.Name.ICCBased, pdf.make_stream(b"x")]),
            B=pikepdf.Array([]),
            C=pikepdf.Name.Foo,
            D=pikepdf.Array([pikepdf.Name.DeviceN, 3, pikepdf.Name.DeviceRGB]),
        )

    page = with_body()
    page.raw(f"/{name} cs 0.2 scn")
    page.put(60, 600, "Väri 42")
    assert last(page, change) == "Väri 42"


def test_powers_formulas_fractions_and_large_numbers_keep_their_meaning() -> None:
    page = with_body()
    x = page.put(60, 600, "Alue on 12")
    page.put(x, 604, "3", 7)
    x = page.put(x, 597, "4", 7)
    x = page.put(x + 3, 600, "km")
    x = page.put(x, 604, "2", 7)
    x = page.put(x + 3, 600, "ja CO")
    x = page.put(x, 598, "2", 7)
    page.put(x + 3, 600, "500 kg")
    assert last(page) == "Alue on 12³⁄₄ km² ja CO₂ 500 kg"
    page = with_body()
    page.put(page.put(60, 600, "25", 28) + 2, 600, "kg", 9)
    page.put(300, 600, "40", 28)
    assert last(page).split() == ["25", "kg", "40"]


def test_superscripts_of_a_font_of_its_own_are_told_by_where_their_ink_is() -> None:
    body = "Säästö oli 750#footnote[Arvio 500 euroa.] euroa, 10#super[6] ja 12 m#super[2]."
    text, _ = read(typst.compile(body.encode()))
    assert text == "Säästö oli 750¹ euroa, 10⁶ ja 12 m².\n\n¹Arvio 500 euroa."


def test_a_document_is_refused_beyond_the_declared_share_of_lost_letters(tmp_path: Path) -> None:
    path = tmp_path / "lost.pdf"
    path.write_bytes((Path(__file__).parent / "cases/lig-null2.pdf").read_bytes())
    with pytest.raises(ProblemError) as raised:
        read_document(path, Limits(lost_share=0.01))
    assert raised.value.problems[0].code == "document.letters-lost"
    assert "1% of the letters" in raised.value.problems[0].allowed


def test_recognised_text_of_a_scan_is_its_text_and_a_note_says_so() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        # Stripes, as lines of writing are: dark where the words stand, white elsewhere.
        rows = b"".join((b"\x00" if 156 <= row < 160 else b"\xff") * 10 for row in range(842))
        picture = pdf.make_stream(rows)
        picture.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=10, Height=842,
                ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
            )
        )  # fmt: skip
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(I=picture)

    page = Page()
    page.raw("q 595 0 0 842 0 0 cm /I Do Q")
    page.raw("BT 3 Tr /F1 11 Tf 60 680 Td (Tunnistettu teksti 1500 euroa) Tj ET")
    page.raw("BT 3 Tr /F1 11 Tf 60 300 Td (piilossa) Tj ET")
    source = reading.read(document(page, change=change), LIMITS)
    assert compose(source.blocks).text == "Tunnistettu teksti 1500 euroa\n"
    assert any("page 1 was recognised in a picture" in note for note in source.notes)
    assert source.left_out == (("page 1: text that cannot be seen (drawn invisibly)", "piilossa"),)


def test_symbols_are_the_characters_that_their_fonts_show() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        name = pikepdf.Name
        for key, font in (("/S", name.Symbol), ("/Z", name.ZapfDingbats)):
            pdf.pages[0].Resources.Font[key] = pikepdf.Dictionary(
                Type=name.Font, Subtype=name.Type1, BaseFont=font
            )

    page = with_body()
    page.raw("BT /S 11 Tf 60 600 Td (a) Tj ET BT /Z 11 Tf 90 600 Td (4) Tj ET")
    assert last(page, change).split() == ["α", "✔"]


def test_codes_of_symbol_fonts_beyond_letters_are_of_their_charts_and_their_own_names_stay() -> (
    None
):
    # Codes in octal: Adobe's Symbol and ZapfDingbats encodings, PDF 32000-1:2008, annex D.5, D.6.
    name = pikepdf.Name

    def change(pdf: pikepdf.Pdf) -> None:
        renamed = pikepdf.Dictionary(Differences=pikepdf.Array([0o263, name.degree]))
        for key, base, encoding in (
            ("/S", name.Symbol, None),
            ("/W", name.Symbol, name.WinAnsiEncoding),
            ("/N", name.Symbol, renamed),
            ("/Z", name.ZapfDingbats, None),
        ):
            font = pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=base)
            if encoding is not None:
                font.Encoding = encoding
            pdf.pages[0].Resources.Font[key] = font

    for font, shown in (("S", "≥±≤α5"), ("W", "≥±≤α5"), ("N", "°±≤α5"), ("Z", "⑧⑥❣❁✕")):
        page = with_body()
        page.raw(
            f"BT /F1 11 Tf 60 600 Td (osuus ) Tj /{font} 11 Tf (\\263\\261\\243a5) Tj"
            " /F1 11 Tf ( 80 prosenttia) Tj ET"
        )
        assert last(page, change) == f"osuus {shown} 80 prosenttia"


@pytest.mark.parametrize(
    ("base", "shown"),
    [("ABCDEF+SymbolMT", "≥≤α♣"), ("Symbol,Bold", "≥≤α♣"), ("ABCDEF+Wingdings-Regular", "⯏🞈♋▪")],
)
def test_symbols_with_an_encoding_of_letters_are_read_and_counted(base: str, shown: str) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        name = pikepdf.Name
        pdf.pages[0].Resources.Font["/S"] = pikepdf.Dictionary(
            Type=name.Font, Subtype=name.TrueType, BaseFont=name("/" + base),
            Encoding=name.WinAnsiEncoding, FirstChar=0, LastChar=255,
            Widths=pikepdf.Array([600] * 256),
            FontDescriptor=pikepdf.Dictionary(
                Type=name.FontDescriptor, FontName=name("/" + base), Flags=4,
                FontBBox=pikepdf.Array([0, -200, 1000, 800]), Ascent=800, Descent=-200,
            ),
        )  # fmt: skip

    page = with_body()
    page.raw("BT /S 11 Tf 60 600 Td (\\263\\243a\\247) Tj ET")
    assert last(page, change) == shown


def test_the_hyphen_that_winansi_has_twice_is_a_minus_or_a_dash_or_parts_a_word() -> None:
    page = with_body()
    page.put(60, 600, "(2019\xad2020 muutos \xad5 prosenttia, 12\xad15, väli\xadaika")
    page.put(60, 500, "tammi\xad")
    assert read(document(page))[0].split("\n\n")[1:] == [
        "(2019-2020 muutos -5 prosenttia, 12-15, väli-aika",
        "tammi-",
    ]
    for end, start, joined in (
        ("kehittä", "minen", "kehittäminen"),
        ("vuonna 12", "15", "vuonna 12-15"),
        ("COVID", "19", "COVID-19"),
    ):
        page = with_body()
        page.put(60, 600, f"Hankkeen aikana tehty laaja ja monivuotinen {end}\xad")
        page.put(60, 587, f"{start} jatkui.")
        assert last(page).endswith(f"monivuotinen {joined} jatkui.")


def test_running_heads_go_by_name_and_amounts_in_the_margin_stay() -> None:
    pages = []
    for number in range(1, 5):
        page = Page()
        page.put(60, 810, "Loppuraportti 2021", 8)
        for row in range(20):
            page.put(60, 760 - 14 * row, f"Rivi {number * 37 + row} kertoo hankkeesta.")
        page.put(300, 40, str(number), 9)
        page.put(60, 60, f"{1000 + number * 250}")
        pages.append(page)
    text, left = read(document(*pages))
    for number in range(1, 5):
        assert str(1000 + number * 250) in text.split()
        said = left[f"page {number}: running header, footer or page number"]
        assert said == f"Loppuraportti 2021 {number}"


def generated(seed: int) -> tuple[bytes, list[str], str]:
    """A PDF, the words that are seen on it in their order, and the text that is hidden."""
    draw = random.Random(seed)
    page = Page()
    size = draw.choice([8, 9, 10, 11, 12])
    leading = size * draw.choice([1.0, 1.1, 1.25, 1.5, 2])
    way = draw.choice(["line", "words", "letters", "kerned", "justified"])
    columns, gutter = draw.choice([1, 1, 2]), draw.choice([9, 12, 20])
    want = spaced_heading(page, draw.choice(["Tc", "TJ", "letters", "twice", "plain"]))
    measure_ = (475 - (columns - 1) * gutter) / columns
    marks = 0
    for column in range(columns):
        left, y = 60 + column * (measure_ + gutter), 740.0
        for line in lines_of(draw, size, measure_ - 8):
            at = draw.randrange(len(line)) + 1 if draw.random() < 0.3 else len(line) + 1
            x = page.line(left, y, " ".join(line[:at]), size, way)
            if at <= len(line):
                marks += 1
                x = mark(page, x, y, str(marks), size, draw.choice(["small", "rise", "large"]))
                line[at - 1] += str(marks).translate(RAISED)
                if line[at:]:
                    page.line(x + width(" ", size), y, " ".join(line[at:]), size, way)
            want += line
            y -= leading
    hidden = "piilossa oleva 12345"
    page.raw(
        draw.choice(["1 g {}", "BT 3 Tr ET {}", "q 600 0 0 1 600 0 cm {}", "q 9 9 5 5 re W n {}"])
        .format(f"BT /F1 11 Tf 60 100 Td ({hidden}) Tj ET")
    )  # fmt: skip
    return document(page), want, hidden


def lines_of(draw: random.Random, size: float, most: float) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for _ in range(60):
        word = draw.choice(WORDS) if draw.random() > 0.15 else str(draw.randint(2, 99999))
        if lines[-1] and width(" ".join([*lines[-1], word]), size) > most:
            lines.append([])
        lines[-1].append(word)
    return lines


def spaced_heading(page: Page, way: str) -> list[str]:
    text = "TULOKSET JA VAIKUTUKSET"
    if way == "Tc":
        page.put(60, 780, text, 13, "F2", before="4 Tc", after="0 Tc")
    elif way == "TJ":
        pieces = b" -400 ".join(map(escaped, text))
        page.raw(b"BT /F2 13 Tf 60 780 Td [" + pieces + b"] TJ ET")
    elif way == "letters":
        x = 60.0
        for letter in text:
            if letter != " ":
                page.put(x, 780, letter, 13, "F2")
            x += width(letter, 13) + 5
    else:
        page.put(60, 780, text, 15, "F2")
        if way == "twice":
            page.put(60.4, 780, text, 15, "F2")
    return text.split()


def mark(page: Page, x: float, y: float, text: str, size: float, way: str) -> float:
    if way == "rise":
        return page.put(x, y, text, size * 0.6, before=f"{size * 0.35:.2f} Ts", after="0 Ts")
    return page.put(x, y + 0.4 * size, text, size * (0.65 if way == "small" else 1))


def test_every_word_of_generated_pages_is_read_in_its_order_and_no_amount_changes() -> None:
    for seed in range(100):
        data, want, hidden = generated(seed)
        text, left = read(data)
        assert text.split() == want, seed
        assert hidden in left.values(), seed

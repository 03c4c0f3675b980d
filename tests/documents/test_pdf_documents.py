"""PDF: paragraphs, headings and tables come back as they were typeset, with and without tags."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
import typst

from evaltools.documents.blocks import compose
from evaltools.documents.limits import LIMITS
from evaltools.documents.model import DocumentText, LeftOut
from evaltools.documents.pdf import read as pdf
from evaltools.documents.reader import measure, read
from evaltools.problems import ProblemError

SET = """
#set page(paper: "a4", margin: 2.5cm, header: [Loppuraportti 2021],
  footer: context align(center)[#counter(page).display()])
#set text(lang: "fi", size: 11pt, hyphenate: true)
#set par(justify: true, spacing: 1.3em)
"""
LONG = (
    "Verkkopalvelun käyttöönottovalmistelut aloitettiin sivistyspalveluissa, ja "
    "henkilöstötiedonhallinnan kehittämistyöryhmä kokoontui säännöllisesti. Käyttäjäkokemuksia "
    "kerättiin kyselylomakkeella sekä palvelu- ja tukipyyntöjen luettelosta. Å och Ö på svenska. "
)


def typeset(body: str) -> bytes:
    return typst.compile((SET + body).encode())


def both(data: bytes) -> list[tuple[str, list[tuple[int, str]]]]:
    """Text and headings by structure and by layout; nothing may be missing in either."""
    results = []
    for structure in (True, False):
        source = pdf.read(data, LIMITS, structure)
        told = compose(source.blocks)
        found = measure(
            source.present, told.text, source.left_out, (source.tables, told.tables), ()
        )
        assert found.complete, found
        results.append((told.text, [(h.level, h.text) for h in told.headings]))
    return results


def stored(tmp_path: Path, data: bytes) -> DocumentText:
    path = tmp_path / "r.pdf"
    path.write_bytes(data)
    return read(path)


def test_paragraphs_headings_and_hyphens_come_back() -> None:
    paragraphs = [LONG * 3, LONG * 2, LONG * 4] * 3
    body = "= Loppuraportti\n\n== 1 Perustiedot\n\n" + "\n\n".join(paragraphs)
    want = "Loppuraportti\n\n1 Perustiedot\n\n" + "\n\n".join(p.strip() for p in paragraphs) + "\n"
    for text, headings in both(typeset(body)):
        assert text == want
        assert headings == [(1, "Loppuraportti"), (2, "1 Perustiedot")]


def test_running_heads_and_page_numbers_are_left_out_by_name(tmp_path: Path) -> None:
    found = stored(tmp_path, typeset("\n\n".join([LONG * 5] * 8)))
    assert "Loppuraportti 2021" not in found.text
    assert found.coverage.left_out[0] == LeftOut(
        "page 1: header, footer or other artifact", 18, True, "Loppuraportti 2021 1"
    )
    for text, _ in both(typeset("\n\n".join([LONG * 5] * 8))):
        assert text.count("Loppuraportti") == 0


def test_pages_start_where_their_first_words_stand(tmp_path: Path) -> None:
    found = stored(
        tmp_path, typeset("Eka sivu.\n#pagebreak()\nToka sivu.\n#pagebreak()\nViimeinen.")
    )
    assert found.pages is not None
    starts = [found.text[start:].split()[0] for start in found.pages]
    assert starts == ["Eka", "Toka", "Viimeinen."]
    assert found.page_at(found.text.index("sivu", 12)) == 2


def test_ruled_tables_are_lines_and_form_fields(tmp_path: Path) -> None:
    body = "Alku.\n\n#table(columns: (4cm, 8cm), [Asianumero], [EX/1], [Hanke], [Åäö])\n\nLoppu."
    for text, _ in both(typeset(body)):
        assert text == "Alku.\n\nAsianumero\tEX/1\nHanke\tÅäö\n\nLoppu.\n"
    assert [(f.label, f.value) for f in stored(tmp_path, typeset(body)).fields] == [
        ("Asianumero", "EX/1"),
        ("Hanke", "Åäö"),
    ]


def test_a_table_over_two_pages_is_one() -> None:
    rows = "".join(f"[Rivi {n}], [Arvo {n}]," for n in range(90))
    want = "\n".join(f"Rivi {n}\tArvo {n}" for n in range(90)) + "\n"
    for text, _ in both(typeset(f"#table(columns: 2, table.header([Nimi], [Arvo]), {rows})")):
        assert text == "Nimi\tArvo\n" + want


def test_columns_are_read_one_after_the_other() -> None:
    paragraphs = [LONG * 2, LONG * 2, "Oikea palsta. " + LONG * 3]
    left = "\n\n".join(paragraphs[:2])
    for text, _ in both(typeset(f"#columns(2)[{left}\n\n#colbreak()\n\n{paragraphs[2]}]")):
        assert text == "\n\n".join(p.strip() for p in paragraphs) + "\n"


def test_a_scan_is_told_with_its_pages_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="ocrmypdf") as raised:
        stored(tmp_path, scan(2))
    assert raised.value.problems[0].code == "document.scanned"
    assert "1–2 of 2" in raised.value.problems[0].what


def test_of_a_document_with_some_scanned_pages_the_rest_is_read(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(typeset(LONG))) as text, pikepdf.open(io.BytesIO(scan(1))) as page:
        text.pages.extend(page.pages)
        target = io.BytesIO()
        text.save(target)
    found = stored(tmp_path, target.getvalue())
    assert found.text.startswith("Verkkopalvelun")
    assert any(item.what.startswith("page 2: a scan") for item in found.coverage.left_out)


def test_answers_in_form_fields_are_read(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(typeset("Lomake, johon vastataan."))) as document:
        name, dictionary = pikepdf.Name, pikepdf.Dictionary
        document.Root.AcroForm = dictionary(
            Fields=[
                dictionary(FT=name.Tx, T="f1", TU="Hankkeen nimi", V="Åäö-hanke"),
                dictionary(FT=name.Btn, T="yhteistyö", V=name.Yes),
                dictionary(FT=name.Tx, T="tyhjä"),
            ]
        )
        target = io.BytesIO()
        document.save(target)
    found = stored(tmp_path, target.getvalue())
    assert [(f.label, f.value) for f in found.fields] == [
        ("Hankkeen nimi", "Åäö-hanke"),
        ("yhteistyö", "☒"),
        ("tyhjä", ""),
    ]
    assert found.text.endswith("\n\nHankkeen nimi\tÅäö-hanke\nyhteistyö\t☒\n")
    assert found.coverage.complete


def scan(pages: int) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
        picture = document.make_stream(b"\x00" * 100)
        picture.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=10, Height=10,
                ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
            )
        )  # fmt: skip
        page = document.pages[-1]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))
        page.Contents = document.make_stream(b"595 0 0 842 0 0 cm /I Do")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()

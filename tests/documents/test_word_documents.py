"""DOCX: everything that people write in one comes into the text, or is left out by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read
from evaltools.documents.text_normalisation import normalise, visible

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = (
    '<w:style w:styleId="O1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Rubrik2"><w:name w:val="Rubrik 2"/></w:style>'
    '<w:style w:styleId="Oma"><w:name w:val="Oma"/><w:basedOn w:val="O1"/></w:style>'
    '<w:style w:styleId="Taso"><w:name w:val="x"/>'
    '<w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    '<w:style w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:styleId="Piilo"><w:rPr><w:vanish/></w:rPr></w:style>'
)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(inside: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{inside}</w:p>"


def said(text: str, style: str = "") -> str:
    return par(run(text), style)


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def control(content: str, properties: str = '<w:alias w:val="Nimi"/>') -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def document(tmp_path: Path, body: str, **parts: str) -> DocumentText:
    path = tmp_path / "r.docx"
    with zipfile.ZipFile(path, "w") as archive:
        content = f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
        archive.writestr("word/document.xml", content)
        archive.writestr("word/styles.xml", f"<w:styles {NAMESPACES}>{STYLES}</w:styles>")
        for name, inside in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {NAMESPACES}>{inside}</w:{name}>")
    found = read(path)
    assert found.coverage.complete, found.coverage
    return found


def left(found: DocumentText) -> dict[str, int]:
    return {item.what: item.characters for item in found.coverage.left_out}


def test_paragraphs_are_parted_by_an_empty_line_and_short_tables_are_lines(tmp_path: Path) -> None:
    body = said("Alku") + table((said("Vuosi"), said("Euroa")), (said("2020"), said("10")))
    assert document(tmp_path, body).text == "Alku\n\nVuosi\tEuroa\n2020\t10\n"


def test_a_table_with_a_long_answer_stands_as_paragraphs(tmp_path: Path) -> None:
    body = table((said("Kysymys"), said("Yksi.") + said("Kaksi.")), (said("B"), said("C")))
    found = document(tmp_path, body)
    assert found.text == "Kysymys\n\nYksi.\n\nKaksi.\n\nB\n\nC\n"
    assert [(f.label, f.value) for f in found.fields] == [
        ("Kysymys", "Yksi.\n\nKaksi."),
        ("B", "C"),
    ]


def test_content_controls_of_every_level_are_read(tmp_path: Path) -> None:
    row = control("<w:tr>" + control(f"<w:tc>{said('solu')}</w:tc>") + "</w:tr>", "")
    body = par(control(run("rivi"))) + control(said("lohko")) + f"<w:tbl>{row}</w:tbl>"
    found = document(tmp_path, body)
    assert found.text == "rivi\n\nlohko\n\nsolu\n"
    assert ("Nimi", "rivi") in [(f.label, f.value) for f in found.fields]


def test_a_prompt_is_no_answer(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        said("A") + control(said("Kirjoita"), ('<w:tag w:val="tavoite"/><w:showingPlcHdr/>')),
    )
    assert found.text == "A\n"
    assert found.fields[0].value == ""
    assert left(found) == {"prompt of an unanswered field": 8}


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{said('laatikko')}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    found = document(tmp_path, par(run("teksti") + both))
    assert found.text == "teksti\n\nlaatikko\n"
    assert left(found) == {"second copy of a text box, kept for other programs": 8}


def test_insertions_are_kept_and_deletions_dropped_by_name(tmp_path: Path) -> None:
    body = par(
        f"<w:ins>{run('uusi')}</w:ins><w:del><w:r><w:delText>vanha</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('pois')}</w:moveFrom><w:moveTo>{run(' siirretty')}</w:moveTo>"
    )
    found = document(tmp_path, body)
    assert found.text == "uusi siirretty\n"
    assert left(found) == {"tracked deletion": 9}


def test_a_deleted_paragraph_end_joins_paragraphs(tmp_path: Path) -> None:
    ended = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("alku ") + "</w:p>"
    assert document(tmp_path, ended + said("loppu")).text == "alku loppu\n"


def test_boxes_symbols_breaks_and_fields_are_shown_as_in_word(tmp_path: Path) -> None:
    checked = control("", '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>')
    legacy = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="v"/><w:checkBox>'
        '<w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar></w:r>'
    )
    body = par(
        checked
        + legacy
        + (
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t>'
            "<w:noBreakHyphen/><w:t>c</w:t><w:softHyphen/><w:t>d</w:t></w:r>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r><m:oMath><m:r><m:t>x²</m:t></m:r></m:oMath>"
        )
    )
    assert document(tmp_path, body).text == "☒☐☒\ta\nb\u2011cdx²\n"


def test_headings_are_told_by_style_name_base_and_level(tmp_path: Path) -> None:
    body = "".join(
        said(t, s)
        for t, s in (
            ("Yksi", "O1"),
            ("Två", "Rubrik2"),
            ("Oma", "Oma"),
            ("Taso", "Taso"),
            ("teksti", ""),
        )
    )
    found = document(tmp_path, body)
    assert [(h.level, h.text) for h in found.headings] == [
        (1, "Yksi"),
        (2, "Två"),
        (1, "Oma"),
        (3, "Taso"),
    ]
    assert all(found.text[h.start : h.end] == h.text for h in found.headings)


def test_what_stands_beside_the_text_is_left_out_by_name(tmp_path: Path) -> None:
    body = (
        said("Alku1", "T1")
        + said("piilo", "Piilo")
        + par(
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>kätketty</w:t></w:r>"
            + run("näkyy")
            + '<w:r><w:footnoteReference w:id="2"/></w:r>'
        )
    )
    found = document(
        tmp_path,
        body,
        header1=said("Ylä"),
        comments=f"<w:comment>{said('huomio')}</w:comment>",
        footnotes=f'<w:footnote w:id="2">{said("Viite.")}</w:footnote>',
    )
    assert found.text == "näkyy¹\n\nViite.\n"
    assert left(found) == {
        "table of contents": 5,
        "hidden text": 13,
        "header: word/header1.xml": 3,
        "comment: word/comments.xml": 6,
    }


def test_nested_tables_are_read_in_order_and_counted(tmp_path: Path) -> None:
    inner = table((said("c"), said("d")))
    found = document(tmp_path, table((said("a"), said("b") + inner + said("e"))))
    assert found.text == "a\n\nb\n\nc\td\n\ne\n"
    assert found.coverage.tables_read == 2


def test_an_unread_part_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage is counted apart from the reader: one that forgets tables is found out."""
    from evaltools.documents.word.read import Body

    monkeypatch.setattr(Body, "_rows", lambda self, node: iter(()))
    path = tmp_path / "r.docx"
    made = docx.Document()
    made.add_table(1, 1).cell(0, 0).text = "Kadonnut"
    made.save(str(path))
    assert read(path).coverage.characters_unread == 8


TEXT = st.text(st.sampled_from("abcÅäö é\u0301\u00adẍ😀\u00a01. -–\u200b"), min_size=1, max_size=30)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 2) -> str:
    block = [
        TEXT.map(said),
        TEXT.map(lambda t: said(t, "O1")),
        TEXT.map(lambda t: control(said(t))),
        TEXT.map(lambda t: par(control(run(t)) + run("x"))),
        TEXT.map(lambda t: par(f"<w:ins>{run(t)}</w:ins><w:del>{run(t)}</w:del>")),
        TEXT.map(lambda t: par(f"<w:r><w:txbxContent>{said(t)}</w:txbxContent></w:r>")),
    ]
    if depth:
        cell = bodies(depth - 1)
        rows = st.lists(st.tuples(cell, cell), min_size=1, max_size=2)
        block.append(rows.map(lambda r: table(*r)))
    return "".join(draw(st.lists(st.one_of(block), max_size=4)))


@settings(max_examples=80, deadline=None)
@given(body=bodies())
def test_nothing_is_lost_silently(tmp_path_factory: pytest.TempPathFactory, body: str) -> None:
    found = document(tmp_path_factory.mktemp("d"), body)
    assert found.text == normalise(found.text)
    assert all(found.text[h.start : h.end] == h.text for h in found.headings)
    coverage = found.coverage
    named = sum(item.characters for item in coverage.left_out)
    assert coverage.characters_present <= coverage.characters_read + named
    assert len(visible(found.text)) == coverage.characters_present - named

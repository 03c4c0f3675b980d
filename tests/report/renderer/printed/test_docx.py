"""What a reader, a co-writer and a reader's aid find in the Word document."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pdf_samples as samples
import pytest
from docx.oxml.ns import qn

from evaltools.problems import ProblemError
from evaltools.report.renderer.docx.document import write_docx
from evaltools.report.renderer.docx.shapes import bookmark

HEAD = "---\ntitle: T\nlang: fi\n---\n\n"
ALTS = ["Vaakapylväät: henkilöstön vaihtuvuus on yleisin haaste, 19 hanketta.", "Vasen kuva",
        "Oikea kuva"]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("docx")
    return write_docx(samples.resolved(folder, samples.demanding()), samples.context(folder))


@pytest.fixture(scope="module")
def document(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def rendered(folder: Path, text: str) -> Any:
    file = samples.resolved(folder, text)
    return docx.Document(io.BytesIO(write_docx(file, samples.context(folder))))


def every(document: Any, tag: str) -> list[Any]:
    return list(document.element.body.iter(qn(tag)))


def tables(document: Any, style: str) -> list[Any]:
    return [t for t in every(document, "w:tbl") if style_of(t, "w:tblPr/w:tblStyle") == style]


def style_of(element: Any, path: str) -> str:
    found = element.find("/".join(qn(step) for step in path.split("/")))
    return "" if found is None else str(found.get(qn("w:val")))


def texts(paragraphs: list[Any]) -> Iterator[tuple[str, str]]:
    for each in paragraphs:
        yield each.style.name, each.text


def test_pictures_have_their_alternative_texts(document: Any) -> None:
    assert [each.get("descr") for each in every(document, "wp:docPr")] == ALTS


def test_no_part_tells_of_the_machine(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        content = b"".join(archive.read(name) for name in names)
    assert "docProps/custom.xml" not in names
    assert b"/tmp" not in content
    assert b"pytest" not in content
    assert b"kuva.png" not in content


def test_every_part_has_a_type_and_every_relation_a_part(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        types = archive.read("[Content_Types].xml").decode()
        relations = archive.read("word/_rels/document.xml.rels").decode()
        roots = archive.read("_rels/.rels").decode()
    assert set(re.findall(r'PartName="/([^"]+)"', types)) <= names
    inner = re.findall(r'<Relationship (?![^>]*TargetMode)[^>]*Target="([^"]+)"', relations)
    assert {f"word/{target}" for target in inner} <= names
    assert set(re.findall(r'Target="([^"]+)"', roots)) <= names


def test_archive_is_in_fixed_order_with_fixed_stamps(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    assert entries[0].filename == "[Content_Types].xml"
    assert [e.filename for e in entries[1:]] == sorted(e.filename for e in entries[1:])
    assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_properties_are_those_of_the_report(document: Any) -> None:
    properties = document.core_properties
    assert properties.title.startswith("Kuntien digitalisaation")
    assert properties.author == "Arviointiryhmä"
    assert properties.language == "fi-FI"
    assert properties.keywords == "digitalisaatio, kunnat, arviointi"
    assert properties.created.isoformat().startswith("2022-06-03")


def test_page_is_a4_and_its_first_has_neither_header_nor_footer(document: Any) -> None:
    (section,) = document.sections
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert section.different_first_page_header_footer
    assert section.first_page_footer.paragraphs[0].text == ""
    assert "Esimerkkivirasto" in section.footer.paragraphs[0].text
    assert "PAGE" in section.footer._element.xml
    assert section.header.paragraphs[0].text == "Esimerkkiaineisto – luvut ovat keksittyjä"


def test_the_cover_has_a_page_of_its_own(document: Any) -> None:
    paragraphs = document.paragraphs
    sheet = next(at for at, each in enumerate(paragraphs) if each.style.name == "Heading 1")
    assert 'w:type="page"' in paragraphs[sheet - 1]._p.xml


def test_language_is_set_for_the_document_and_for_passages(document: Any) -> None:
    (default,) = document.styles.element.iter(qn("w:lang"))
    assert default.get(qn("w:val")) == "fi-FI"
    assert "sv" in {each.get(qn("w:val")) for each in every(document, "w:lang")}


def numbering_of(properties: Any) -> tuple[int | None, int]:
    """The list that a paragraph's or a style's properties name, and the level in it."""
    found = properties.find(qn("w:numPr")) if properties is not None else None
    if found is None:
        return None, 0
    level = found.find(qn("w:ilvl"))
    return int(found.find(qn("w:numId")).get(qn("w:val"))), (
        0 if level is None else int(level.get(qn("w:val")))
    )


def counted_headings(document: Any) -> list[tuple[str, str, str]]:
    """Style, words behind the number that a word processor counts, and bookmarks, of headings."""
    numbering = document.part.numbering_part.element
    lists = {
        int(each.get(qn("w:numId"))): each.find(qn("w:abstractNumId")).get(qn("w:val"))
        for each in numbering.iter(qn("w:num"))
    }
    labels = {
        (made.get(qn("w:abstractNumId")), int(level.get(qn("w:ilvl")))):
            level.find(qn("w:lvlText")).get(qn("w:val"))
        for made in numbering.iter(qn("w:abstractNum"))
        for level in made.iter(qn("w:lvl"))
    }  # fmt: skip
    counts: dict[int, list[int]] = {}
    out = []
    for each in document.paragraphs:
        if not each.style.name.startswith("Heading"):
            continue
        number, level = numbering_of(each._p.pPr)
        if number is None:
            number, level = numbering_of(each.style.element.pPr)
        shown = each.text
        if number:
            before = counts.setdefault(number, [0] * 9)
            counts[number] = [*before[:level], before[level] + 1, *([0] * (8 - level))]
            label = labels[lists[number], level]
            for at, count in enumerate(counts[number], 1):
                label = label.replace(f"%{at}", str(count))
            shown = f"{label} {shown}"
        named = each._p.find(f".//{qn('w:bookmarkStart')}")
        out.append((each.style.name, shown, "" if named is None else named.get(qn("w:name"))))
    return out


ANNEXES = """---
title: T
lang: en
---

# [1]{.section-number} First {#sec-one}

See chapter [1.1](#sec-deep){.crossref} and [section 1](#sec-one){.crossref}.

## [1.1]{.section-number} In it {#sec-deep}

# Between

# [2]{.section-number} Second {#sec-two}

# Annexes

## Annex 1. Methods {#sec-methods}

## Annex 2. Data {#sec-data}

### 1.1 A question of its own
"""


def test_a_word_processor_counts_chapters_and_annexes_and_references_follow(tmp_path: Path) -> None:
    document = rendered(tmp_path, ANNEXES)
    found = counted_headings(document)
    assert [words for _, words, _ in found] == [
        "1 First", "1.1 In it", "Between", "2 Second", "Annexes", "Annex 1. Methods",
        "Annex 2. Data", "1.1 A question of its own",
    ]  # fmt: skip
    typed = [each.text for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert typed[1:] == ["In it", "Between", "Second", "Annexes", "Methods", "Data",
                         "1.1 A question of its own"]  # fmt: skip
    names = {words.split()[-1]: name for _, words, name in found if name}
    for style in (1, 2, 3):
        number, level = numbering_of(document.styles[f"Heading {style}"].element.pPr)
        assert number
        assert level == style - 1
    line = next(each for each in document.paragraphs if each.text.startswith("See chapter"))
    assert fields(line._p) == [
        (f"REF {names['it']} \\r \\h", "1.1"), (f"REF {names['First']} \\r \\h", "1"),
    ]  # fmt: skip


def test_a_number_that_a_list_would_count_otherwise_stays_as_it_is_written(tmp_path: Path) -> None:
    text = "# [1]{.section-number} One {#a}\n\n# [3]{.section-number} Three {#b}\n"
    document = rendered(tmp_path, HEAD + text + "\n[3](#b){.crossref}\n")
    headings = [each for each in document.paragraphs if each.style.name.startswith("Heading")]
    assert [each.text for each in headings] == ["1 One", "3 Three"]
    assert numbering_of(document.styles["Heading 1"].element.pPr) == (None, 0)
    assert not [each for each in every(document, "w:instrText") if "\\r" in each.text]


def test_headings_are_headings_with_their_numbers(document: Any) -> None:
    headings = [(style, text) for style, text, _ in counted_headings(document)]
    assert headings[:4] == [
        ("Heading 1", "Kuvailulehti"), ("Heading 1", "1 Johdanto"),
        ("Heading 2", "1.1 Tausta ja tarkoitus"), ("Heading 3", "1.1.1 Käsitteet"),
    ]  # fmt: skip
    assert ("Heading 3", "Kaupunkimaiset kunnat") in headings


def test_chapters_begin_pages_and_headings_stay_with_their_text(document: Any) -> None:
    style = document.styles["Heading 1"].paragraph_format
    assert style.page_break_before
    assert all(document.styles[f"Heading {n}"].paragraph_format.keep_with_next for n in (1, 2, 3))


def test_contents_are_filled_and_their_links_lead_to_headings(document: Any) -> None:
    (contents,) = every(document, "w:sdt")
    entries = [
        ("".join(t.text or "" for t in link.iter(qn("w:t"))), link.get(qn("w:anchor")))
        for link in contents.iter(qn("w:hyperlink"))
    ]
    assert [text for text, _ in entries] == [
        "1 Johdanto", "1.1 Tausta ja tarkoitus", "1.1.1 Käsitteet", "2 Tulokset", "2.1 Maakunnat",
        "2.2 Lisää", "Lähteet",
    ]  # fmt: skip
    instructions = "".join(each.text for each in contents.iter(qn("w:instrText")))
    assert "TOC" not in instructions  # LibreOffice would show its stored text, without numbers
    kinds = [each.get(qn("w:fldCharType")) for each in contents.iter(qn("w:fldChar"))]
    numbered = [text for text, _ in entries if text[0].isdigit()]
    assert kinds == ["begin", "separate", "end"] * (len(entries) + len(numbered))


def test_every_inner_link_has_its_bookmark(document: Any) -> None:
    names = {each.get(qn("w:name")) for each in every(document, "w:bookmarkStart")}
    anchors = [each.get(qn("w:anchor")) for each in every(document, "w:hyperlink")]
    inner = {anchor for anchor in anchors if anchor}
    assert len(inner) > 8
    assert inner <= names
    assert {"fig-bars", "tbl-short", "eq-share", "lst-read"} <= names


def test_long_identifiers_are_named_as_pandoc_names_them(tmp_path: Path) -> None:
    name = "a-" + "pitkä" * 12
    document = rendered(tmp_path, HEAD + f"# A {{#{name}}}\n")
    assert len(name) > 40
    assert bookmark(name) in {e.get(qn("w:name")) for e in every(document, "w:bookmarkStart")}


def test_captions_are_captions_and_stay_with_what_they_name(document: Any) -> None:
    found = [item for item in texts(document.paragraphs) if item[0].endswith("Caption")]
    assert [name for name, _ in found] == ["Table Caption", "Image Caption", "Table Caption",
                                           "Table Caption", "Table Caption"]  # fmt: skip
    assert found[0][1].startswith("Taulukko 1. Yleisimmät")
    for name in ("Table Caption", "Captioned Figure"):
        assert document.styles[name].paragraph_format.keep_with_next


def fields(element: Any) -> list[tuple[str, str]]:
    """Instructions of the fields of an element with their results."""
    found, code, shown, part = [], "", "", ""
    for node in element.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        kind = node.get(qn("w:fldCharType"))
        if kind == "begin":
            code, shown = "", ""
        if kind == "end":
            found.append((code.strip(), shown))
        part = kind or part
        if kind is None and part == "begin":
            code += node.text
        elif kind is None and part == "separate":
            shown += node.text
    return found


def test_captions_count_themselves_and_references_follow_them(tmp_path: Path) -> None:
    document = rendered(
        tmp_path,
        HEAD
        + "Ks. [taulukkoa\u00a01](#tbl-a){.crossref} ja [2](#tbl-b){.crossref}.\n\n"
        + "".join(
            "| A | B |\n|---|---|\n| 1 | 2 |\n\n"
            f": [Taulukko\u00a0{number}.]{{.caption-label}} Nimi {{#tbl-{name}}}\n\n"
            for number, name in ((1, "a"), (2, "b"))
        ),
    )
    found = fields(document.element.body)
    assert [shown for code, shown in found if code.startswith("SEQ Taulukko")] == ["1", "2"]
    references = {code.split()[1]: shown for code, shown in found if code.startswith("REF ")}
    assert references == {"tbl-a-number": "1", "tbl-b-number": "2"}
    marks = {each.get(qn("w:name")): each for each in every(document, "w:bookmarkStart")}
    for name, shown in references.items():
        own = marks[name].getnext()
        texts_within = ""
        while own.tag != qn("w:bookmarkEnd"):
            texts_within += "".join(each.text for each in own.iter(qn("w:t")))
            own = own.getnext()
        assert texts_within == shown


def test_header_rows_repeat_and_no_row_breaks(document: Any) -> None:
    data = tables(document, "Table")
    assert len(data) == 3
    for table in data:
        first, *rest = table.findall(qn("w:tr"))
        assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        for row in (first, *rest):
            assert row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None


def test_tables_whose_rows_have_names_say_so(document: Any) -> None:
    flags = [
        table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}").get(qn("w:firstColumn"))
        for table in (*tables(document, "KeyValue"), *tables(document, "Table"))
    ]
    assert flags == ["1", "1", "1", "0"]


def test_no_table_is_wider_than_the_line(document: Any) -> None:
    for table in every(document, "w:tbl"):
        widths = [int(each.get(qn("w:w"))) for each in table.iter(qn("w:gridCol"))]
        assert 0 < sum(widths) <= 9100


def test_short_tables_stay_on_one_page_and_of_long_ones_no_row_stands_alone(document: Any) -> None:
    def held(table: Any) -> list[bool]:
        return [bool(list(row.iter(qn("w:keepNext")))) for row in table.iter(qn("w:tr"))]

    short, long, _ = tables(document, "Table")
    assert held(short) == [True] * (len(held(short)) - 1) + [False]
    assert held(long) == [True] * 4 + [False] * (len(held(long)) - 7) + [True] * 2 + [False]


def test_callouts_are_boxes_with_a_title(document: Any) -> None:
    (note,) = tables(document, "CalloutNote")
    (warning,) = tables(document, "CalloutWarningPlain")
    assert next(style_of(p, "w:pPr/w:pStyle") for p in note.iter(qn("w:p"))) == "CalloutTitleNote"
    assert "Varoitus: pieni aineisto" in "".join(t.text for t in warning.iter(qn("w:t")))
    assert len(list(note.iter(qn("w:numPr")))) == 2


def test_layouts_have_no_borders_and_pictures_fit_their_cells(document: Any) -> None:
    (layout,) = tables(document, "LayoutTable")
    assert 'styleId="LayoutTable"' in document.styles.element.xml
    extents = [int(each.get("cx")) / 36000 for each in layout.iter(qn("wp:extent"))]
    assert extents == pytest.approx([74.0, 74.0], abs=0.5)


def test_every_style_in_use_is_defined(document: Any) -> None:
    defined = {style.style_id for style in document.styles}
    used = {
        each.get(qn("w:val"))
        for tag in ("w:pStyle", "w:rStyle", "w:tblStyle")
        for each in every(document, tag)
    }
    assert used <= defined


def test_numbered_formula_has_its_number_at_the_end_of_the_line(document: Any) -> None:
    (line,) = [p for p in document.paragraphs if p.style.name == "Equation"]
    assert line._p.find(qn("m:oMath")) is not None
    assert line.text.endswith("(1)")
    assert len(list(line._p.iter(qn("w:tab")))) == 2


def test_notes_of_the_margin_become_footnotes_or_asides(document: Any, data: bytes) -> None:
    assert ("Side Note", "Reunahuomautus, joka kertoo lisää.") in set(texts(document.paragraphs))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "reunahuomautus rivillä" in archive.read("word/footnotes.xml").decode()


def test_cover_can_be_written_in_the_report(tmp_path: Path) -> None:
    text = HEAD + "::: cover\n[Sarja 5]{.series}\n\n# Oma nimi\n\nISBN 1\n:::\n\n# A\n"
    found = list(texts(rendered(tmp_path, text).paragraphs))[:3]
    assert found == [("Cover Series", "Sarja 5"), ("Title", "Oma nimi"), ("Body Text", "ISBN 1")]


def test_malformed_raw_content_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="malformed"):
        rendered(tmp_path, HEAD + "# A\n\n`<w:r><w:foo>`{=openxml} x\n")


def test_formula_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="nosuchcommand"):
        rendered(tmp_path, HEAD + "# A\n\n$\\nosuchcommand{x}$\n")

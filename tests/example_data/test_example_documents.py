"""The reports as Word files and PDF: they open elsewhere, and reading them gives what was coded."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import docx
import pypdf
import pytest

from evaltools.documents.isolation import read_documents
from evaltools.documents.model import DocumentText
from evaltools.problems import ProblemError
from tools.example_data import generate
from tools.example_data.form import LONGEST_CELL, layouts
from tools.example_data.phrases import load
from tools.example_data.report_files import as_files, pages_of, with_files
from tools.example_data.rng import Draws

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def documents(table):
    return table("reports/documents")


@pytest.fixture(scope="module")
def files(data, documents):
    return {row["file"]: (data / row["file"]).read_bytes() for row in documents}


@pytest.fixture(scope="module")
def example(data):
    return generate(data)


@pytest.fixture(scope="module")
def read(data, documents):
    """Every document as the importer reads it."""
    found = {}
    for row, (_, one) in zip(
        documents, read_documents([data / row["file"] for row in documents]), strict=True
    ):
        assert isinstance(one, DocumentText), one
        found[row["document_id"]] = one
    return found


@pytest.fixture(scope="module")
def printed(files):
    """The pages of each PDF as another library reads them."""
    return {
        path: [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
        for path, content in files.items()
        if path.endswith(".pdf")
    }


@pytest.fixture(scope="module")
def shown(files, printed):
    """Everything each document says, its properties, header and footer included."""
    said = {}
    for path, content in files.items():
        if path in printed:
            about = pypdf.PdfReader(io.BytesIO(content)).metadata.values()
            pieces = [page.replace("\u00ad\n", "") for page in printed[path]] + [*map(str, about)]
        else:
            pieces = [
                " ".join([*root.itertext(), *(v for e in root.iter() for v in e.attrib.values())])
                for root in parts(content).values()
            ]
        said[path] = "\n".join(pieces)
    return said


def test_reading_the_72_files_gives_the_very_texts_that_were_coded(read, documents, data):
    assert len(read) == 72
    for row in documents:
        one = read[row["document_id"]]
        assert one.text == (data / row["text_file"]).read_text(encoding="utf-8")
        assert (one.text_sha256, one.file_sha256) == (row["text_sha256"], row["file_sha256"])
        assert one.language == row["language"]


def test_reading_leaves_nothing_behind_but_headers_and_page_numbers(read):
    for one in read.values():
        assert one.coverage.complete
        for item in one.coverage.left_out:
            assert "header" in item.what or "footer" in item.what


def test_pages_and_sections_are_where_reading_finds_them(read, documents, table):
    sections = table("reports/sections")
    for row in documents:
        one = read[row["document_id"]]
        assert row["pages"] == ("" if one.pages is None else str(len(one.pages)))
        rows = [s for s in sections if s["document_id"] == row["document_id"]]
        title, *headings = one.headings
        assert title.start == 0
        assert [(s["heading"], int(s["start"])) for s in rows] == [
            (heading.text, heading.start) for heading in headings
        ]
        ends = [*(heading.start - 2 for heading in headings[1:]), len(one.text) - 1]
        assert [int(s["end"]) for s in rows] == ends
        for place in rows:
            assert place["page"] == str(one.page_at(int(place["start"])) or "")
    for row in table("coding/segments"):
        assert row["page"] == str(read[row["document_id"]].page_at(int(row["start"])) or "")


def test_the_form_tells_which_project_it_is_of(read, documents, table):
    projects = {row["project_id"]: row for row in table("register/projects")}
    for row in documents:
        project = projects[row["project_id"]]
        labels = load(f"frame_{row['language']}.yml")["form"]["labels"]
        told = {field.label: field.value for field in read[row["document_id"]].fields}
        assert told[labels["register_number"]] == project["register_number"]
        assert told[labels["project"]] in (project["title_fi"], project["title_sv"])
        assert re.sub(r"\D", "", told[labels["grant"]]) == project["grant_eur"]


def test_register_numbers_are_unique_and_of_generated_projects_only(table):
    projects = table("register/projects")
    numbers = [row["register_number"] for row in projects if row["origin"] == "example"]
    assert len(numbers) == len(set(numbers)) == 101
    for row in projects:
        form = rf"EX/\d{{4}}/{row['call_id'][:4]}"
        assert bool(re.fullmatch(form, row["register_number"])) == (row["origin"] == "example")
        assert row["origin"] == "example" or row["register_number"] == ""


def test_sections_are_the_nine_of_the_form(table, documents):
    ids = list(load("frame_fi.yml")["headings"])
    found: dict[str, list[str]] = {}
    for row in table("reports/sections"):
        found.setdefault(row["document_id"], []).append(row["section"])
    assert found == {row["document_id"]: ids for row in documents}


def test_half_of_each_language_came_as_word_and_half_as_pdf(documents):
    found = Counter((row["language"], Path(row["file"]).suffix) for row in documents)
    assert found == {("fi", ".docx"): 30, ("fi", ".pdf"): 30, ("sv", ".docx"): 6, ("sv", ".pdf"): 6}
    assert {row["public_status"] for row in documents} == {"public"}


def test_files_are_what_their_hashes_say_small_and_alone(files, documents, data):
    for row in documents:
        assert hashlib.sha256(files[row["file"]]).hexdigest() == row["file_sha256"]
        assert len(files[row["file"]]) < 60_000
    there = {f"reports/received/{file.name}" for file in (data / "reports/received").iterdir()}
    assert there == set(files)
    assert sum(map(len, files.values())) < 3_000_000


def test_files_are_the_same_whenever_they_are_made(example, files):
    assert as_files(example.forms) == files


def test_every_word_file_opens_and_holds_the_form(files, documents):
    for row in documents:
        if not row["file"].endswith(".docx"):
            continue
        document = docx.Document(io.BytesIO(files[row["file"]]))
        numbered = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
        assert len(numbered) == 9
        assert document.paragraphs[0].style.name == "Title"
        assert len(document.tables) in (1, 10)
        assert document.core_properties.language == f"{row['language']}-FI"
        assert document.core_properties.created.date() == date.fromisoformat(row["received"])


def test_word_styles_have_the_names_of_the_language(example, files):
    for path, (form, layout) in example.forms.items():
        if layout.kind == "docx":
            body = parts(files[path])["word/document.xml"]
            styles = {one.get(f"{WORD}val") for one in body.iter(f"{WORD}pStyle")}
            heading = {"fi": "Otsikko1", "sv": "Rubrik1"}[form.language]
            assert styles == {heading.removesuffix("1"), heading}


def parts(content: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


def test_word_files_hold_what_importing_has_to_undo(example, files):
    elements: Counter[str] = Counter()
    for path, (form, layout) in example.forms.items():
        if layout.kind != "docx":
            continue
        body = parts(files[path])["word/document.xml"]
        found = Counter(one.tag.removeprefix(WORD) for one in body.iter())
        assert found["sdt"] == len(form.questions) + layout.boxed * len(form.answers)
        assert found["tbl"] == 1 + layout.boxed * len(form.answers)
        elements += found
    assert elements["softHyphen"] > 5
    assert elements["proofErr"] > 100


def test_no_word_file_carries_the_moment_or_machine_it_was_made_on(files):
    for path, content in files.items():
        if path.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                infos = archive.infolist()
            assert infos[0].filename == "[Content_Types].xml"
            for info in infos:
                assert info.date_time == (1980, 1, 1, 0, 0, 0)
                # Compressed bytes differ between machines, stored ones do not.
                assert (info.compress_type, info.create_system) == (zipfile.ZIP_STORED, 0)


def test_every_pdf_opens_is_tagged_and_has_its_language(files, documents):
    for row in documents:
        if not row["file"].endswith(".pdf"):
            continue
        reader = pypdf.PdfReader(io.BytesIO(files[row["file"]]))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (pypdf's own boolean)
        assert root["/StructTreeRoot"]["/K"]
        assert root["/Lang"] == f"{row['language']}-FI"
        assert len(reader.pages) == int(row["pages"])
        assert reader.metadata.title
        assert reader.metadata.creation_date.date() == date.fromisoformat(row["received"])
        box = reader.pages[0].mediabox
        assert (round(float(box.width)), round(float(box.height))) == (595, 842)


def test_pdfs_hold_what_importing_has_to_undo(printed):
    hyphens, headers = 0, 0
    for pages in printed.values():
        hyphens += sum(page.count("\u00ad\n") for page in pages)
        for number, page in enumerate(pages, start=1):
            assert f" {number} / {len(pages)}" in page
            headers += "lomake" in page or "blankett" in page
    assert hyphens > 100
    assert headers > 100


def test_every_document_says_that_it_is_an_example(shown):
    for text in shown.values():
        assert re.search(r"Esimerkkiaineistoa:|Exempelmaterial:", text)


def test_no_real_municipality_is_named_in_any_file(shown, real_names):
    assert len(shown) == 72
    for path, text in shown.items():
        assert not real_names.search(text), (path, real_names.search(text))


def test_rows_of_the_opening_table_are_short_enough_to_be_read_as_rows(example):
    for form, _ in example.forms.values():
        assert all(len(one.answer) <= LONGEST_CELL for one in form.questions)


def test_how_a_report_came_in_moves_nothing_of_what_it_says(data, example):
    for row in example.tables["documents"]:
        form, _ = example.forms[row["file"]]
        text = example.texts[row["text_file"]]
        rows = "\n".join(f"{one.label}\t{one.answer}" for one in form.questions)
        prose = [block for one in form.answers for block in (one.heading, *one.paragraphs)]
        assert text == "\n\n".join([form.title, rows, *prose]) + "\n"


def test_layouts_are_drawn_the_same_for_the_same_seed(example):
    class Named:
        def __init__(self, number):
            self.document_id, self.language = f"d{number}", "fi" if number % 3 else "sv"

    reports = [Named(number) for number in range(30)]
    first, again = (layouts(reports, Draws(5, "layout")) for _ in range(2))
    assert first == again
    assert first != layouts(reports, Draws(6, "layout"))
    assert not any(one.boxed and one.kind == "pdf" for one in first.values())


def test_a_file_that_is_read_otherwise_than_composed_stops_the_making(documents, files, data, read):
    row = next(row for row in documents if row["file"].endswith(".pdf"))
    text = (data / row["text_file"]).read_text(encoding="utf-8")
    pages = {row["document_id"]: read[row["document_id"]].pages}
    assert pages_of([row], files, {row["text_file"]: text}) == pages
    with pytest.raises(ProblemError, match="another text than it was composed as"):
        pages_of([row], files, {row["text_file"]: text + "more"})
    broken = {row["file"]: files[row["file"]][:2000]}
    with pytest.raises(ProblemError, match=re.escape(Path(row["file"]).name)):
        pages_of([row], broken, {row["text_file"]: text})


def test_a_passage_that_begins_a_page_is_on_that_page():
    tables = {
        "documents": [{"document_id": "d", "file": "f", "pages": "", "file_sha256": ""}],
        "sections": [],
        "segments": [
            {"document_id": "d", "start": start, "page": ""} for start in ("0", "9", "10", "30")
        ],
    }
    filled = with_files(tables, {"f": b"x"}, {"d": (0, 10, 20)})
    assert [row["page"] for row in filled["segments"]] == ["1", "1", "2", "3"]
    assert filled["documents"][0]["pages"] == "3"
    assert filled["documents"][0]["file_sha256"] == hashlib.sha256(b"x").hexdigest()

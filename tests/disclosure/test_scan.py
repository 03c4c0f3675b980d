"""Published files are searched, whatever their form, for what must not be in them."""

from __future__ import annotations

import base64
import json
import zipfile
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from evaltools.disclosure.persons import KnownNames
from evaltools.disclosure.scan import (
    ScanContext,
    WithheldCount,
    cited_words,
    is_formula,
    scan_outputs,
    withheld_counts,
)
from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import effects
from evaltools.indicators.indicator import to_record
from evaltools.pipeline.outputs import escape_formula
from evaltools.problems import ProblemError
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
LABEL = "Hanke saavutti tavoitteensa"
SECRET = WithheldCount(("goal_attainment", LABEL), "2", 3, 40)
SOUGHT = ScanContext(secrets=(SECRET,))


def codes(folder, sought=SOUGHT):
    return {problem.code.removeprefix("disclosure.") for problem in scan_outputs(folder, sought)}


def page(body, head=""):
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


PERSON = "Yhteyshenkilö on Matti Virtanen."
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><desc>{LABEL}: 2: 3</desc></svg>'
DATA_URI = "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"<p>{PERSON}</p>", {"person"}),
        ("<p>Yhteyshenkilö on Matti <b>Virtanen</b>.</p>", {"person"}),
        (f'<img alt="{PERSON}">', {"person"}),
        (f'<img alt="{PERSON}" alt="x">', {"person"}),
        ('<a title="matti@kunta.fi" href="#">x</a>', {"email"}),
        (f"<!-- {PERSON} -->", {"person"}),
        (f'<script type="application/json">{json.dumps({"who": PERSON})}</script>', {"person"}),
        ("<p>Tunnus 131052-308T ja 040 123 4567.</p>", {"identity-code", "phone"}),
        (f'<img alt="{LABEL}: 1: 12; 2: 3; 4: 20">', {"withheld"}),
        (f'<img alt="{LABEL}: 1: 12; 2: 8\u00a0%">', {"withheld"}),
        (f'<img alt="{LABEL}: 1–3, ei eritelty: 12; 4: 20">', set()),
        (f'<img alt="Muu asia: 2: 3. {LABEL}: 1: 12. Toinen kysymys: 2: 3">', set()),
        (f"<figcaption>{LABEL}: 2: 3</figcaption>", {"withheld"}),
        (f'<img src="{DATA_URI}" alt="">', {"withheld"}),
        (
            f"<table><tr><th>Kysymys</th><th>1</th><th>2</th></tr>"
            f"<tr><td>{LABEL}</td><td>12</td><td>3</td></tr></table>",
            {"withheld"},
        ),
        (
            f"<table><tr><th>Kysymys</th><th>1</th><th>2</th></tr>"
            f"<tr><td>{LABEL}</td><td>3</td><td>–</td></tr></table>",
            set(),
        ),
        (
            '<script type="application/json">'
            + json.dumps([{"key": "rating.answers.share", "n": 3,
                           "dimensions": {"item": "goal_attainment", "value": "2"}}])
            + "</script>",
            {"withheld"},
        ),
        *(
            (
                '<script type="application/json">'
                + json.dumps([{"key": "rating.answers.share", "estimand": "D", "n": n, "x": x,
                               "dimensions": {"item": "goal_attainment", "value": answer}}],
                             sort_keys=True)
                + "</script>",
                told,
            )
            # How many answered at all tells nothing of an answer, nor does another answer's mark.
            for answer, n, x, told in (
                ("2", 36, 3, {"withheld"}), ("2", 3, None, set()), ("3", 2, None, set()),
            )
        ),
        ("<p>Tiedosto /home/analyst/data.csv luettiin.</p>", {"path"}),
        ('<p data-source="C:\\Users\\Analyst\\data.csv">x</p>', {"path"}),
        ("<p>Hankkeita oli 122, ja ne olivat Pirkanmaalla.</p>", set()),
    ],
)  # fmt: skip
def test_a_page_is_searched_where_readers_and_machines_look(tmp_path, body, found):
    (tmp_path / "report.html").write_text(page(body), encoding="utf-8")
    assert codes(tmp_path) == found


def test_tables_are_searched_row_by_row(tmp_path):
    (tmp_path / "ratings.csv").write_text(
        "item_id,value,count,who\ngoal_attainment,2,3,\nother,2,3,\ngoal_attainment,3,9,\n",
        encoding="utf-8",
    )
    (problem,) = scan_outputs(tmp_path, SOUGHT)
    assert problem.where == "ratings.csv, row 2"
    assert problem.code == "disclosure.withheld"
    assert "3" not in problem.what


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+SUM(A1)", "-2+3+cmd|' /C calc'!A0", "@x"])
def test_a_formula_in_a_project_name_is_told(tmp_path, name):
    (tmp_path / "projects.csv").write_text(f'id,name\n1,"{name}"\n', encoding="utf-8")
    assert codes(tmp_path) == {"formula"}
    (tmp_path / "projects.csv").write_text(
        f'id,name\n1,"{escape_formula(name)}"\n', encoding="utf-8"
    )
    assert codes(tmp_path) == set()


@pytest.mark.parametrize("number", ["-0.12", "+5", "-1 250,5", "-12 %", "-", "1e-5", "-3.2e-7"])
def test_signed_numbers_are_no_formulas(number):
    assert not is_formula(number)


def test_workbooks_are_searched_for_formulas_and_persons(tmp_path):
    book = Workbook()
    book.active.append(["id", "name"])
    book.active.append([1, "=1+1"])
    book.active.append([2, PERSON])
    book.properties.creator = "matti.virtanen@kunta.fi"
    book.save(tmp_path / "data.xlsx")
    assert codes(tmp_path) == {"formula", "person", "email"}


def test_documents_are_searched_with_their_metadata_and_alternative_texts(tmp_path):
    document = Document()
    document.add_paragraph(PERSON.replace(" ", "\n"))  # a break of line parts no name
    document.core_properties.last_modified_by = "matti.virtanen@kunta.fi"
    document.save(tmp_path / "report.docx")
    assert codes(tmp_path) == {"person", "email"}


def test_documents_that_declare_entities_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "report.docx", "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert codes(tmp_path) == {"unreadable"}


def test_notebooks_are_searched_in_every_kind_of_output(tmp_path):
    outputs = [
        {"output_type": "stream", "text": ["matti@kunta.fi"]},
        {"output_type": "display_data", "data": {"application/x+json": {"alt": f"{LABEL}: 2: 3"}}},
        {"output_type": "display_data", "data": {"text/html": f"<p>{PERSON}</p>"}},
        {"output_type": "error", "traceback": ["File /home/analyst/x.py"]},
    ]
    cells = [{"cell_type": "code", "source": "x", "outputs": outputs}]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert codes(tmp_path) == {"email", "withheld", "person", "path"}


def test_a_drawing_within_data_is_read_as_a_drawing(tmp_path):
    head = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>"
    drawing = f"{head}<text style=\"font-family: 'DejaVu Sans'\">%s</text></svg>"
    for name, said in (("plain", "hankkeita"), ("named", "Matti <tspan>Virtanen</tspan>")):
        figure = {"wide": drawing % said, "more": [drawing % said, "1"]}
        output = {"output_type": "display_data", "data": {"application/x+json": figure}}
        cells = [{"cell_type": "code", "source": "x", "outputs": [output]}]
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert codes(tmp_path / "plain") == set()
    assert codes(tmp_path / "named") == {"person"}


def test_a_path_or_a_person_in_a_document_name_is_told(tmp_path):
    (tmp_path / "Matti_Virtanen_raportti.txt").write_text("x\n", encoding="utf-8")
    (tmp_path / "list.csv").write_text("document\n../../etc/passwd\n/home/x/y.pdf\n", "utf-8")
    assert codes(tmp_path) == {"person", "path"}


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text(PERSON, encoding="utf-8")
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "inside.txt").symlink_to(outside)
    assert codes(folder) == {"link"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", b"{"), ("a.html", b"\xff\xfe"), ("a.docx", b"no zip"), ("a.xlsx", b"no zip"),
     ("a.ipynb", b"{}"), ("a.xyz", b"\xff\x00\xff"), ("a.pdf", b"%PDF-1.7"),
     ("a.png", b"no picture"), ("a.zip", b"PK")],
)  # fmt: skip
def test_what_cannot_be_examined_is_told(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert codes(tmp_path) == {"unreadable"}


def test_authors_of_the_bibliography_are_no_find_but_its_notes_are(tmp_path):
    (tmp_path / "a.bib").write_text(
        "@book{a,\n  author = {Virtanen, Matti and Hiltunen, {\\'E}va},\n"
        "  note = {Pekka Jokela}\n}\n",
        encoding="utf-8",
    )
    cited = cited_words(tmp_path)
    (tmp_path / "a.bib").unlink()
    entry = '<div class="csl-entry">Matti Virtanen, 2020. Teos.</div>'
    (tmp_path / "a.html").write_text(page(entry), encoding="utf-8")
    assert codes(tmp_path) == {"person"}
    assert codes(tmp_path, ScanContext(cited=cited)) == set()
    (tmp_path / "a.html").write_text(page("<p>Sen teki Pekka Jokela.</p>"), encoding="utf-8")
    assert codes(tmp_path, ScanContext(cited=cited)) == {"person"}


def test_allowed_words_are_left(tmp_path):
    (tmp_path / "a.txt").write_text("Palaute: kirjaamo@ministerio.fi\n", encoding="utf-8")
    assert codes(tmp_path) == {"email"}
    assert codes(tmp_path, ScanContext(allowed=frozenset({"kirjaamo@ministerio.fi"}))) == set()


def test_problems_do_not_repeat_what_they_found(tmp_path):
    (tmp_path / "a.txt").write_text(PERSON + "\n", encoding="utf-8")
    (problem,) = scan_outputs(tmp_path, SOUGHT)
    assert "Virtanen" not in str(problem)
    assert "M… V…" in problem.what


def test_secrets_are_the_withheld_answers_of_a_run():
    study = load_study(ROOT)
    tables = read_tables(study.data)
    evidence = Evidence.select(study, tables, study.parameters({}))
    secrets = withheld_counts(evidence)
    assert secrets
    assert all(secret.count > 0 and len(secret.subjects) == 4 for secret in secrets)
    # The generated texts and tables of the example name nobody.
    folder = ROOT / "reports" / "fi"
    assert scan_outputs(folder, ScanContext(KnownNames.of(tables), secrets)) == []


def test_protected_numbers_of_every_region_pass_however_few_answered(tmp_path):
    """What a run withholds it can publish: where one or two answered, or marks equal counts."""
    study = load_study(ROOT)
    tables = read_tables(study.data)
    searched = 0
    for region in sorted(set(tables["regions"]["region_code"].astype(str))):
        chosen = study.parameters({"region": region, "wave": "2023", "calls": ["2020"]})
        try:
            evidence = Evidence.select(study, tables, chosen)
        except ProblemError:  # nobody there has reported
            continue
        secrets = withheld_counts(evidence)
        records = [to_record(each) for each in effects.compute(evidence)]
        folder = tmp_path / region
        folder.mkdir()
        (folder / "indicators.json").write_text(json.dumps(records, sort_keys=True), "utf-8")
        assert scan_outputs(folder, ScanContext(secrets=secrets)) == []
        searched += bool(secrets)
    assert searched > 5

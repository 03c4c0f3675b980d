"""What must not be published, planted in every place that a bundle is made from, is stopped."""

from __future__ import annotations

import base64
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst
from PIL import Image, PngImagePlugin
from published_study import docx_file, html_file, make_candidate, published, render, whole_report

from evaltools.disclosure.scan import ScanContext, scan_outputs
from evaltools.disclosure.single_projects import SingleProjects
from evaltools.problems import ProblemError
from evaltools.publish.gates import Candidate

NAME, CODE, EMAIL = "Matti Virtanen", "131052−308t", "matti.virtanen(at)kunta.fi"
MARK, CLAIM = "d-17 cooperation 4", "säästö 47 531 €"
CANARIES = {
    "person": NAME, "identity-code": CODE, "email": EMAIL, "marks": MARK, "claim": CLAIM,
    "credential": "password=hunter2hunter2", "path": "/home/analyst/study/x.csv",
}  # fmt: skip
SOUGHT = ScanContext(
    projects=SingleProjects(frozenset({"d-17"}), frozenset({"cooperation"}), frozenset({47531}))
)


def cell(source: str = "x", kind: str = "code", **more: Any) -> str:
    outputs: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    one = {"cell_type": kind, "id": "c", "metadata": {}, "source": source, **outputs, **more}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [one]})


def output(**more: Any) -> str:
    return cell(outputs=[{"output_type": "display_data", "metadata": {}, "data": {}, **more}])


def shown(kind: str, content: Any) -> str:
    return output(data={kind: content})


def page(body: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html lang='fi'><head>{head}</head><body>{body}</body></html>"


def picture(text: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("Comment", text)
    made = io.BytesIO()
    Image.new("RGB", (2, 2)).save(made, "PNG", pnginfo=chunks)
    return made.getvalue()


def document(part: str, content: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx_file())) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr(part, content)
    return made.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def words(text: str, tag: str = "t") -> str:
    half = len(text) // 2  # Word cuts runs wherever it likes
    return (
        f"<w:comments {W}><w:p><w:r><w:{tag}>{text[:half]}</w:{tag}></w:r>"
        f"<w:r><w:{tag}>{text[half:]}</w:{tag}></w:r></w:p></w:comments>"
    )


def printed(text: str) -> bytes:
    return bytes(
        typst.compile(
            f"#set page(width: 20cm)\n#raw({json.dumps(text, ensure_ascii=False)})".encode()
        )
    )


def printed_about(text: str, place: str) -> bytes:
    pdf = pikepdf.open(io.BytesIO(printed("Teksti")))
    if place == "info":
        pdf.docinfo["/Subject"] = text
    elif place == "xmp":
        with pdf.open_metadata() as about:
            about["dc:description"] = text
    else:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents=text
        )
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([note]))
    made = io.BytesIO()
    pdf.save(made)
    return made.getvalue()


def svg(text: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{text}</svg>'


def embedded(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


PLACES: dict[str, Callable[[str], str | bytes]] = {
    "a.ipynb:code": lambda x: cell(f"# {x}"),
    "a.ipynb:prose": lambda x: cell(f"Ensin. {x}.", "markdown"),
    "a.ipynb:stream": lambda x: output(output_type="stream", name="stdout", text=["1\n", x]),
    "a.ipynb:error": lambda x: output(output_type="error", ename="E", evalue=x, traceback=[]),
    "a.ipynb:traceback": lambda x: output(output_type="error", ename="", evalue="", traceback=[x]),
    "a.ipynb:plain": lambda x: shown("text/plain", x),
    "a.ipynb:markdown": lambda x: shown("text/markdown", [x]),
    "a.ipynb:html": lambda x: shown("text/html", f"<table><tr><td>{x}</td></tr></table>"),
    "a.ipynb:latex": lambda x: shown("text/latex", x),
    "a.ipynb:json": lambda x: shown("application/json", {"a": [{"b": x}]}),
    "a.ipynb:own json": lambda x: shown("application/vnd.x+json", [x]),
    "a.ipynb:script": lambda x: shown("application/javascript", f"// {x}"),
    "a.ipynb:svg": lambda x: shown("image/svg+xml", svg(f"<!-- {x} -->")),
    "a.ipynb:svg title": lambda x: shown("image/svg+xml", svg(f"<title>{x}</title>")),
    "a.ipynb:png": lambda x: shown("image/png", base64.b64encode(picture(x)).decode()),
    "a.ipynb:output metadata": lambda x: output(metadata={"a": {"b": x}}),
    "a.ipynb:cell metadata": lambda x: cell(metadata={"a": x}),
    "a.ipynb:attachment": lambda x: cell(
        kind="markdown",
        attachments={"a.png": {"image/png": base64.b64encode(picture(x)).decode()}},
    ),
    "a.csv:cell": lambda x: f'a,b\n1,"{x}"\n',
    "a.csv:header": lambda x: f'a,"{x}"\n1,2\n',
    "a.json:value": lambda x: json.dumps({"a": {"b": [1, x]}}),
    "a.json:key": lambda x: json.dumps({"a": {x: {"b": 1}}}),
    "a.yml:comment": lambda x: f"# {x}\na: 1\n",
    "a.yml:value": lambda x: f"a:\n  - b: '{x}'\n",
    "a.md:prose": lambda x: f"# Otsikko\n\nEnsin. {x}.\n",
    "a.html:text": lambda x: page(f"<p>Ensin. {x}.</p>"),
    "a.html:alt": lambda x: page(f'<img src="data:," alt="{x}">'),
    "a.html:title": lambda x: page(f'<a href="#" title="{x}">a</a>'),
    "a.html:link": lambda x: page(f'<a href="mailto:{x}">a</a>'),
    "a.html:own attribute": lambda x: page(f'<p data-x="{x}">a</p>'),
    "a.html:comment": lambda x: page(f"<!-- {x} -->"),
    "a.html:meta": lambda x: page(head=f'<meta name="author" content="{x}">'),
    "a.html:page title": lambda x: page(head=f"<title>{x}</title>"),
    "a.html:script": lambda x: page(f"<script>var a = 1; // {x}</script>"),
    "a.html:style": lambda x: page(head=f"<style>/* {x} */</style>"),
    "a.html:data": lambda x: page(
        f"<script type='application/json'>{json.dumps([{'a': x}])}</script>"
    ),
    "a.html:template": lambda x: page(f"<template><p>{x}</p></template>"),
    "a.html:hidden": lambda x: page(f"<p hidden style='display:none'>{x}</p>"),
    "a.html:svg": lambda x: page(svg(f"<desc>{x}</desc>")),
    "a.html:embedded png": lambda x: page(f'<img src="{embedded("image/png", picture(x))}">'),
    "a.html:embedded svg": lambda x: page(
        f'<img src="{embedded("image/svg+xml", svg(f"<text>{x}</text>").encode())}">'
    ),
    "a.docx:text": lambda x: document("word/footnotes.xml", words(x)),
    "a.docx:comment": lambda x: document("word/comments.xml", words(x)),
    "a.docx:deleted": lambda x: document("word/comments.xml", words(x, "delText")),
    "a.docx:field": lambda x: document("word/comments.xml", words(x, "instrText")),
    "a.docx:alt": lambda x: docx_file(alt=x),
    "a.docx:author": lambda x: document(
        "docProps/core.xml", f'<c xmlns:d="urn:d"><d:creator>{x}</d:creator></c>'
    ),
    "a.docx:custom": lambda x: document("customXml/item1.xml", f"<a><b>{x}</b></a>"),
    "a.docx:link": lambda x: document(
        "word/_rels/document.xml.rels", f'<r><a Target="mailto:{x}"/></r>'
    ),
    "a.docx:picture": lambda x: document("word/media/image1.png", picture(x)),  # type: ignore[arg-type]
    "a.pdf:page": printed,
    "a.pdf:info": lambda x: printed_about(x, "info"),
    "a.pdf:xmp": lambda x: printed_about(x, "xmp"),
    "a.pdf:note": lambda x: printed_about(x, "note"),
    "a.svg:text": lambda x: svg(f"<text>{x}</text>"),
    "a.png:comment": picture,
}


@pytest.mark.parametrize("place", PLACES)
def test_every_kind_is_stopped_in_every_place_and_named(place: str, tmp_path: Path) -> None:
    name, made = place.partition(":")[0], PLACES[place](" ; ".join(CANARIES.values()))
    (tmp_path / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    problems = scan_outputs(tmp_path, SOUGHT)
    found = {problem.code for problem in problems}
    assert {f"disclosure.{kind}" for kind in CANARIES} <= found
    assert all(problem.where.startswith(name) and problem.remedy for problem in problems)
    assert not [
        problem for problem in problems if any(x in str(problem) for x in CANARIES.values())
    ]


@pytest.mark.parametrize("place", PLACES)
def test_harmless_words_are_stopped_nowhere(place: str, tmp_path: Path) -> None:
    name, made = place.partition(":")[0], PLACES[place]("Yleisin haaste on aikataulu")
    (tmp_path / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    assert scan_outputs(tmp_path, SOUGHT) == []


@pytest.mark.parametrize(
    "text",
    [
        "   document_id      item_id  value\n0         d-17  cooperation      4",
        "   item_id  value  rater_kind\n0  other  4  project",
        "cooperation  other\nd-17  4  5",
        "claim_id  amount_eur\n0  m1  900",
        "claim_id  amount\n0  m1  900",
        "d-17: 4 (cooperation)",
        "Hanke säästi 47\u00a0531 euroa.",
        "Säästö 47.531,00 euroa, 47531.0",
    ],
)
def test_a_cell_that_prints_marks_or_claims_of_single_projects_is_stopped(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "a.ipynb").write_text(shown("text/plain", text))
    found = {problem.code for problem in scan_outputs(tmp_path, SOUGHT)}
    assert found & {"disclosure.marks", "disclosure.claim"}


@pytest.mark.parametrize(
    "text", ["d-17 ja d-18", "cooperation: 12/52", "47 531 asukasta", "2 000 €"]
)
def test_what_speaks_of_many_is_not(text: str, tmp_path: Path) -> None:
    sought = ScanContext(projects=SingleProjects(SOUGHT.projects.places, SOUGHT.projects.items,
                                            frozenset({47000})))  # fmt: skip
    (tmp_path / "a.ipynb").write_text(shown("text/plain", text))
    assert scan_outputs(tmp_path, sought) == []


def planted(number: int) -> str:
    return f"kanari.{number}@kunta.fi"


def write(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def test_what_stands_in_a_source_is_absent_or_stopped_in_every_file_made_from_it(
    tmp_path: Path,
) -> None:
    plain = make_candidate(tmp_path / "study", whole_report())
    root = plain.study.root
    # The sources of a study, each with an address of its own.
    write(root / "data" / "codes.csv", lambda text: text.replace(
        "codable\n", "codable,include\n").rstrip() + f",{planted(1)}\n")  # fmt: skip
    write(root / "data" / "datapackage.json", lambda text: text.replace(
        '{"name": "codable", "type": "boolean"}',
        '{"name": "codable", "type": "boolean"}, {"name": "include", "type": "string"}',
    ))  # fmt: skip
    write(
        root / "data" / "coders.csv", lambda text: text.replace("coder,2022", f"{planted(2)},2022")
    )
    write(root / "data" / "readings.csv", lambda text: text.replace("d1,", f"{planted(3)},"))
    write(root / "evaluation.yml", lambda text: f"# {planted(4)}\n" + text.replace(
        "Kuntien digitalisaation", f"{planted(5)} Kuntien digitalisaation"))  # fmt: skip
    (root / "reports" / "waivers.yml").write_text(f"# {planted(6)}\n", "utf-8")
    (root / "uv.lock").write_text(f"version = 1\n# {planted(7)}\n", "utf-8")
    from evaltools.study import load_study

    study = load_study(root)
    run_folder = plain.run.folder
    write(run_folder / "notebooks" / "01_one.ipynb", lambda text: text.replace(
        '"outputs": [',
        '"outputs": [{"output_type": "stream", "name": "stdout", "text": "' + planted(8) + '"}, ',
    ))  # fmt: skip
    files = {
        **whole_report(), "tiny-fi.html": html_file(alt=planted(9)),
        "tiny-fi.docx": docx_file(alt=planted(10)),
    }  # fmt: skip
    report = render(study, study.parameters(), plain.run, files)
    candidate = Candidate(study, study.parameters(), report, plain.run)
    from evaltools.publish.bundle import assemble_bundle

    folder = tmp_path / "assembled"
    folder.mkdir()
    assemble_bundle(folder, candidate, None)
    problems = scan_outputs(folder, ScanContext())
    named = {
        problem.where.partition(",")[0] for problem in problems if problem.code.endswith("email")
    }
    holding = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and b"kanari." in unpacked(path)
    }
    assert holding == named
    assert {"study/evaluation.yml", "tables/codebook.csv", "notebooks/01_one.ipynb",
            "report/tiny-fi.html", "report/tiny-fi.docx", "study/waivers.yml", "method-card.html",
            "method-card.md", "ro-crate-metadata.json",
            "report/indicators.xlsx"} <= named  # fmt: skip
    for number in (3, 7):  # passages read and the lock are in no file
        assert not [
            p for p in folder.rglob("*") if p.is_file() and planted(number).encode() in unpacked(p)
        ]
    shutil.rmtree(folder)


def unpacked(path: Path) -> bytes:
    """A file's bytes, those of its parts where it is a package."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as package:
            return b"".join(package.read(name) for name in package.namelist())
    return path.read_bytes()


def test_nothing_is_published_while_the_search_finds_anything(tmp_path: Path) -> None:
    candidate = make_candidate(
        tmp_path / "study", {**whole_report(), "tiny-fi.html": html_file(alt=EMAIL)}
    )
    registered: list[str] = []
    with pytest.raises(ProblemError) as refused:
        published(candidate, tmp_path / "out" / "one",
                  examine=lambda folder: scan_outputs(folder, ScanContext()),
                  register=registered.append)  # fmt: skip
    assert [problem.where for problem in refused.value.problems] == [
        "report/tiny-fi.html, line 1, alt of img"
    ]
    assert registered == []
    assert not (tmp_path / "out").exists()

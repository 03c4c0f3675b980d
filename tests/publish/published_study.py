"""A small study with a run and a report made by hand; nothing keeps it from being published."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import typst
import yaml

from evaltools.evidence import load_descriptor, read_tables
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import MIME_TYPE, Indicator, to_record
from evaltools.pipeline.ingredients import plan_run
from evaltools.pipeline.run import Run, current_run
from evaltools.provenance.manifest import Manifest, hash_outputs
from evaltools.publish.bundle import Bundle, write_bundle
from evaltools.publish.gates import Candidate
from evaltools.report import engines
from evaltools.report.build import ReportStore, compute_render_key
from evaltools.report.data_files import data_files
from evaltools.report.glossary import Glossary
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
NOTICE = Words("fi")("report.example_notice")
HOSTILE = '=HYPERLINK("http://x","a")<script>alert(1)</script>|`'

INDICATORS = (
    Indicator("reports.read.share", 0.4, "share", 2, 5, source="made.by.hand"),
    Indicator("reports.scheme.share", 0.4, "share", 2, 5, source="made.by.hand"),
    Indicator("challenge.staff.share", 0.5, "share", 1, 2, source="made.by.hand"),
    Indicator(
        "challenge.staff.share",
        0.5,
        "share",
        1,
        2,
        None,
        "S",
        0.1,
        0.9,
        "wilson",
        0.95,
        source="by.hand",
    ),
    Indicator(
        "grants.total.money", 1000.5, "money", n=2, dimensions=(("project", HOSTILE),), note=HOSTILE
    ),
    Indicator("savings.median.money", None, "money", suppressed=True),
)

TABLES = {
    "codes": (
        'code_id,kind,label_fi,codable\nchallenge.staff,challenge,"'
        + HOSTILE[1:].replace('"', '""')
        + '",true\n'
    ),
    "coders": "coder_id,role,trained_on\ncoder-1,coder,2022-04-11\nconsensus,consensus,\n",
    "projects": "project_id\np1\n",
    "documents": "document_id,project_id,kind\nd1,p1,final\nd2,p1,final\n",
    "readings": "document_id,coder_id,round,complete\nd1,coder-1,1,true\nd2,coder-1,1,false\n",
}
TYPES = {"codable": "boolean", "complete": "boolean", "trained_on": "date", "round": "integer"}

DOCX = {
    "word/document.xml": '<w:document xmlns:w="{w}" xmlns:wp="{wp}"><w:body><w:drawing>'
    '<wp:docPr id="1" name="Kuva 1" descr="{alt}"/></w:drawing></w:body></w:document>',
    "word/header1.xml": '<w:hdr xmlns:w="{w}"><w:p><w:r><w:t>{notice}</w:t></w:r></w:p></w:hdr>',
    "word/styles.xml": '<w:styles xmlns:w="{w}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:lang w:val="{language}"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>',
}
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="9" height="9"/></svg>'
)


def html_file(notice: str = NOTICE, language: str = "fi", alt: str = "Piste.") -> bytes:
    page = f'<p>{notice}</p><img src="data:," alt="{alt}">'
    return f'<!DOCTYPE html><html lang="{language}"><body>{page}</body></html>'.encode()


def docx_file(notice: str = NOTICE, language: str = "fi-FI", alt: str = "Piste.") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, text in DOCX.items():
            values = {"w": WORD, "wp": DRAWING, "notice": notice, "language": language, "alt": alt}
            package.writestr(zipfile.ZipInfo(name), text.format(**values))
    return made.getvalue()


def pdf_file(notice: str = NOTICE, language: str = "fi", alt: str | None = "Piste.") -> bytes:
    """A cover and two pages, each with the notice above it; the last has a figure."""
    told = f", alt: {json.dumps(alt)}" if alt is not None else ""
    source = (
        f"#set document(title: [T])\n#set text(lang: {json.dumps(language)})\nKansi\n#pagebreak()\n"
        f"#set page(header: [{notice}])\nSivu\n#pagebreak()\n"
        f'#figure(image(bytes({json.dumps(DOT)}), format: "svg"{told}), caption: [K]{told})'
    )
    return bytes(typst.compile(source.encode()))


def whole_report() -> dict[str, bytes]:
    """The report in its formats, as it should be."""
    return {"tiny-fi.html": html_file(), "tiny-fi.pdf": pdf_file(), "tiny-fi.docx": docx_file()}


def make_candidate(root: Path, files: dict[str, bytes], example: bool = True) -> Candidate:
    write_sources(root, example)
    study = load_study(root)
    parameters = study.parameters()
    needed = plan_run(study, parameters)
    key = needed.ingredients.key()
    folder = study.build / "runs" / key[:16]
    write_run(folder)
    made = {name: (f"notebooks/{Path(name).name}",) for name in needed.cells}
    Manifest(key, needed.ingredients, made, hash_outputs(folder)).write(folder)
    run = current_run(study, parameters)
    assert run is not None
    return Candidate(study, parameters, render(study, parameters, run, files), run)


def write_sources(root: Path, example: bool) -> None:
    declared = declaration()
    root.mkdir(parents=True)
    text = yaml.safe_dump(declared, allow_unicode=True, sort_keys=False)
    (root / "evaluation.yml").write_text(text, "utf-8")
    (root / "uv.lock").write_text("version = 1\n")
    (root / "reports" / "fi").mkdir(parents=True)
    (root / "reports" / "fi" / "report.qmd").write_text(
        "# Tiivistelmä {#sec-tiivistelma}\n\nSana.\n"
    )
    (root / "data").mkdir()
    resources = []
    for name, content in TABLES.items():
        (root / "data" / f"{name}.csv").write_text(content, "utf-8")
        columns = content.partition("\n")[0].split(",")
        fields = [{"name": column, "type": TYPES.get(column, "string")} for column in columns]
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": fields}})
    package = {"name": "tiny", "evaltools:example": example, "resources": resources}
    (root / "data" / "datapackage.json").write_text(json.dumps(package))
    (root / "notebooks").mkdir()
    names = "\n".join(f"{name} = None" for name in declared["parameters"])
    write_notebook(root / "notebooks" / "01_one.ipynb", names, ())


@cache
def declaration() -> dict[str, Any]:
    """The study's own declaration with less to read: one notebook, one question, no regions."""
    declared: dict[str, Any] = yaml.safe_load((ROOT / "evaluation.yml").read_text("utf-8"))
    regions = declared["parameters"]["region"]
    regions["choices"] = {"all": regions["choices"]["all"]}
    return declared | {
        "scenarios": {},
        "dimensions": {},
        "notebooks": ["notebooks/01_one.ipynb"],
        "chapters": {},
        "reports": {"fi": {"source": "reports/fi/report.qmd", "name": "tiny"}},
        "press_release": None,
        "slides": None,
        "publication": {k: v for k, v in declared["publication"].items() if k != "languages"},
        "questions": [question(declared)],
    }


def question(declared: dict[str, Any]) -> dict[str, Any]:
    main = declared["questions"][0]
    part = main["parts"][2] | {"indicators": ["challenge.*.share"], "findings": []}
    return main | {"parts": [part]}


def write_notebook(path: Path, source: str, indicators: tuple[Indicator, ...]) -> None:
    records = [to_record(item) for item in indicators]
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME_TYPE: records}}
    cell = {
        "cell_type": "code", "id": "c", "metadata": {"tags": ["parameters"]}, "source": source,
        "outputs": [output] if records else [], "execution_count": None,
    }  # fmt: skip
    prose = {"cell_type": "markdown", "id": "p", "metadata": {}, "source": f"# {HOSTILE}"}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [prose, cell]}
    path.write_text(json.dumps(content), "utf-8")


def write_run(folder: Path) -> None:
    (folder / "notebooks").mkdir(parents=True)
    write_notebook(folder / "notebooks" / "01_one.ipynb", "", INDICATORS)
    ordered = sorted(INDICATORS, key=lambda item: item.identity)
    records = json.dumps([to_record(item) for item in ordered], ensure_ascii=False)
    (folder / "indicators.json").write_text(records, "utf-8")


def render(study: Any, parameters: Any, run: Run, files: dict[str, bytes]) -> Path:
    shelf = ReportStore(study.build)
    engine = engines.choose_engine("embedded")
    descriptor = load_descriptor(study.data)
    tables, words = read_tables(study.data, descriptor), study.words(parameters.language)
    glossary = Glossary.of(tables, words, study.declaration)
    files = files | data_files(study, parameters, run, glossary, descriptor.example)
    with shelf.open_new() as building:
        for name, content in files.items():
            (building / name).write_bytes(content)
        record = {
            "key": compute_render_key(run.key, study.root / "reports", engine, parameters.language),
            "run": run.key,
            "engine": [engine.name, engine.version],
            "parameters": parameters.as_values(),
            "files": sorted(files),
        }
        return shelf.publish(building, "default", record)


def published(
    candidate: Candidate, to: Path, *gates: Any, judgements: Any = (), **more: Any
) -> Bundle:
    judged = replace(candidate, judgements=tuple(judgements))
    return write_bundle(judged, to, gates, **more)

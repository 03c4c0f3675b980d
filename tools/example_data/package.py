"""The example as a whole: made from the public rows and a seed, and written as a data folder."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.example_data import assumptions, municipalities
from tools.example_data.coders import CODERS, CONSENSUS, code_reports
from tools.example_data.coding import coding_tables
from tools.example_data.form import Form, Layout
from tools.example_data.form import layouts as draw_layouts
from tools.example_data.organisations import example_organisations
from tools.example_data.prevalence import draw_chances
from tools.example_data.prior_ties import prior_ties
from tools.example_data.projects import generate_projects, participations
from tools.example_data.public import Descriptor, Row, Tables, only_public, read_public
from tools.example_data.ratings import rating_items, ratings
from tools.example_data.redactions import redactions
from tools.example_data.report_contents import Author
from tools.example_data.report_files import as_files, pages_of, with_files
from tools.example_data.reporting import received_reports
from tools.example_data.rng import Draws
from tools.example_data.texts import ReportText, compose


@dataclass(frozen=True)
class Example:
    """The whole data set.

    Arguments:
        tables: rows of text by table name, public and generated; what only the files of the
            reports tell, their hashes and pages, is empty.
        texts: text of each report by path from the data folder.
        forms: each report as it was filled in, by path of its file from the data folder.
    """

    tables: Mapping[str, list[Row]]
    texts: Mapping[str, str]
    forms: Mapping[str, tuple[Form, Layout]]


def generate(public: Path | Mapping[str, list[Row]], seed: int = assumptions.SEED) -> Example:
    """Make the example around public rows.

    Arguments:
        public: a data folder, or tables of text; rows that are not public are left out.
        seed: any whole number; the same seed and rows give the same example.

    Returns:
        The public rows and the generated ones.

    Raises:
        ProblemError: the folder cannot be read, or is not of an example.
    """
    given = read_public(public) if isinstance(public, Path) else only_public(public)
    organisations, ties = _organisations(given, seed)
    projects = generate_projects(given, organisations, ties, Draws(seed, "projects"))
    reports = received_reports(projects, Draws(seed, "reporting"))
    codes = [row["code_id"] for row in given["codes"] if row["codable"] == "true"]
    chances = draw_chances(codes, Draws(seed, "chances"))
    contents = [
        Author(report, chances, Draws(seed, f"contents/{report.document_id}")).write()
        for report in reports
    ]
    texts = [
        compose(
            content,
            {"fi": project.row["title_fi"], "sv": project.row["title_sv"]},
            Draws(seed, f"text/{content.report.document_id}"),
        )
        for content, project in ((content, content.report.project) for content in contents)
    ]
    layouts = draw_layouts(reports, Draws(seed, "layout"))
    coded = code_reports(texts, codes, Draws(seed, "coders"))
    coding = coding_tables(coded)
    parts = participations(projects, Draws(seed, "participations"))
    known = {row["org_id"] for row in parts}
    known |= {tie[end] for tie in ties for end in ("org_a", "org_b")}
    taking_part = [row for row in organisations if row["org_id"] in known]
    tables: Tables = {
        **given,
        "organisations": [*given["organisations"], *taking_part],
        "projects": [*given["projects"], *(project.row for project in projects)],
        "participations": [*given["participations"], *parts],
        "prior_ties": ties,
        "documents": [_document(text, _file(text, layouts)) for text in texts],
        "sections": [row for text in texts for row in _sections(text)],
        "coders": [*(coder.row for coder in CODERS), CONSENSUS],
        "rating_items": rating_items(),
        "ratings": ratings(contents, Draws(seed, "ratings")),
        **coding,
        "redactions": redactions(coding["segments"], coding["saving_claims"]),
    }
    return Example(
        tables,
        {text.contents.report.text_file: text.text for text in texts},
        {
            _file(text, layouts): (text.form, layouts[text.contents.report.document_id])
            for text in texts
        },
    )


def write_example(
    folder: Path, *, public: Path | None = None, seed: int = assumptions.SEED
) -> None:
    """Write the example into a data folder, over the generated rows it holds.

    Arguments:
        folder: the data folder; with `public` it may be new.
        public: the data folder that holds the public rows; `folder` itself by default.
        seed: see `generate`.

    Raises:
        ProblemError: the data folder is not of an example; it is then left as it was.
    """
    source = public or folder
    descriptor = Descriptor.load(source)
    example = generate(source, seed)
    files = as_files(example.forms)
    pages = pages_of(example.tables["documents"], files, example.texts)
    tables = with_files(example.tables, files, pages)
    if source.resolve() != folder.resolve():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "datapackage.json", folder / "datapackage.json")
    for name, path in descriptor.paths.items():
        key = descriptor.keys[name]
        rows = tables[name]
        if descriptor.origins[name] != "public":
            rows = sorted(rows, key=lambda row: [_sortable(row[column]) for column in key])
        _write(folder / path, as_csv(rows, descriptor.columns[name]).encode("utf-8"))
    for old in sorted((folder / "reports").glob("*/ex-*.*")):
        if old.suffix in (".txt", ".docx", ".pdf"):
            old.unlink()
    for path, text in example.texts.items():
        _write(folder / path, text.encode("utf-8"))
    for path, content in files.items():
        _write(folder / path, content)


def _sortable(value: str) -> str:
    """Text by which positions stand in the order of numbers."""
    return value.zfill(12) if value.isdecimal() else value


def as_csv(rows: list[Row], columns: tuple[str, ...]) -> str:
    """Rows as CSV with LF line ends."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _organisations(public: Tables, seed: int) -> tuple[list[Row], list[Row]]:
    towns = municipalities.example_municipalities(public, Draws(seed, "municipalities"))
    weights = municipalities.region_weights(public)
    unserved = sorted(set(weights) - {row["region_code"] for row in towns})
    others = example_organisations(weights, unserved, Draws(seed, "organisations"))
    organisations = [*towns, *others]
    return organisations, prior_ties(organisations, Draws(seed, "ties"))


def _file(text: ReportText, layouts: Mapping[str, Layout]) -> str:
    name = text.contents.report.document_id
    return f"reports/received/{name}.{layouts[name].kind}"


def _document(text: ReportText, file: str) -> Row:
    report = text.contents.report
    return {
        "document_id": report.document_id,
        "project_id": report.project.project_id,
        "kind": "final",
        "wave": str(report.wave),
        "received": report.received.isoformat(),
        "language": report.language,
        "pages": "",
        "text_file": report.text_file,
        "text_sha256": hashlib.sha256(text.text.encode("utf-8")).hexdigest(),
        "file": file,
        "file_sha256": "",
        "public_status": "public",
    }


def _sections(text: ReportText) -> list[Row]:
    return [
        {
            "document_id": text.contents.report.document_id,
            "section": section.key,
            "heading": section.heading,
            "start": str(section.start),
            "end": str(section.end),
            "page": "",
        }
        for section in text.sections
    ]

"""The example as a whole: made from the public rows and a seed, and written as a data folder."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltools.example import assumptions, municipalities
from evaltools.example.coders import CODERS, CONSENSUS, code_reports
from evaltools.example.coding import coding_tables
from evaltools.example.contents import Author
from evaltools.example.draws import Draws
from evaltools.example.organisations import example_organisations
from evaltools.example.prevalence import draw_chances
from evaltools.example.projects import generate_projects, participations
from evaltools.example.public import Descriptor, Row, Tables, only_public, read_public
from evaltools.example.ratings import rating_items, ratings
from evaltools.example.redactions import redactions
from evaltools.example.reporting import received_reports
from evaltools.example.texts import ReportText, compose
from evaltools.example.ties import prior_ties


@dataclass(frozen=True)
class Example:
    """The whole data set.

    Arguments:
        tables: rows of text by table name, public and generated.
        texts: text of each report by path from the data folder.
    """

    tables: Mapping[str, list[Row]]
    texts: Mapping[str, str]


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
        "documents": [_document(text) for text in texts],
        "coders": [*(coder.row for coder in CODERS), CONSENSUS],
        "rating_items": rating_items(),
        "ratings": ratings(contents, Draws(seed, "ratings")),
        **coding,
        "redactions": redactions(coding["segments"], coding["saving_claims"]),
    }
    return Example(tables, {text.contents.report.text_file: text.text for text in texts})


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
    if source.resolve() != folder.resolve():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "datapackage.json", folder / "datapackage.json")
    for name, path in descriptor.paths.items():
        key = descriptor.keys[name]
        rows = example.tables[name]
        if descriptor.origins[name] != "public":
            rows = sorted(rows, key=lambda row: [row[column] for column in key])
        _write(folder / path, as_csv(rows, descriptor.columns[name]))
    text_folder = folder / "reports" / "text"
    for old in sorted(text_folder.glob("ex-*.txt")):
        old.unlink()
    for path, text in example.texts.items():
        _write(folder / path, text)


def as_csv(rows: list[Row], columns: tuple[str, ...]) -> str:
    """Rows as CSV with LF line ends."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8"))


def _organisations(public: Tables, seed: int) -> tuple[list[Row], list[Row]]:
    towns = municipalities.example_municipalities(public, Draws(seed, "municipalities"))
    weights = municipalities.region_weights(public)
    unserved = sorted(set(weights) - {row["region_code"] for row in towns})
    others = example_organisations(weights, unserved, Draws(seed, "organisations"))
    organisations = [*towns, *others]
    return organisations, prior_ties(organisations, Draws(seed, "ties"))


def _document(text: ReportText) -> Row:
    report = text.contents.report
    return {
        "document_id": report.document_id,
        "project_id": report.project.project_id,
        "kind": "final",
        "wave": str(report.wave),
        "received": report.received.isoformat(),
        "language": report.language,
        "pages": str(text.page(len(text.text) - 1)),
        "text_file": report.text_file,
        "text_sha256": hashlib.sha256(text.text.encode("utf-8")).hexdigest(),
    }

"""A small study with two coded reports, and files of other tools that code them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from data_desk import Desk, make_data

from evaltools.ingest.codings import CodingJob, CodingsImported, import_into_study
from evaltools.problems import Problem

TEXT = (
    "Loppuraportti\n\nHenkilöstö vaihtui 👩🏽‍💻 usein, ja työ \u201dviivästyi\u201d.\n\n"
    "Förseningar i upphandlingen. Ei tietoa.\n\nYhteistyö onnistui. Ei tietoa.\n"
)
SECOND = "Slutrapport\n\nPersonalen byttes ut.\n"
DOCUMENTS = {"p-1-final": ("p-1", TEXT), "p-2-final": ("p-2", SECOND)}
CODES = (
    ("challenge.people", "", "ihmiset", "människor", "people", "false"),
    ("challenge.staff", "challenge.people", "henkilöstön vaihtuvuus", "personalomsättning",
     "staff turnover", "true"),
    ("challenge.schedule", "", "aikataulu", "tidtabell", "schedule", "true"),
    ("response.help", "", "lisäapu", "hjälp", "help", "true"),
)  # fmt: skip

QUALCODER = """
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text);
CREATE TABLE code_cat (catid integer primary key, name text, memo text, supercatid integer);
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, color text);
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
  pos0 integer, pos1 integer, owner text, date text, memo text, important integer);
"""


def make_study(folder: Path) -> Desk:
    """A valid data folder: two reports, read by one coder, of whom one coding is there."""
    desk = Desk(make_data(folder / "data"), folder)
    for name, (project, text) in DOCUMENTS.items():
        path = desk.data / "reports" / "text" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        desk.add(
            "reports/documents.csv",
            {
                "document_id": name,
                "project_id": project,
                "kind": "final",
                "wave": "2022",
                "received": "2022-01-04",
                "language": "fi",
                "pages": "1",
                "text_file": f"reports/text/{name}.txt",
                "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            },
        )
        desk.add(
            "coding/readings.csv",
            {"document_id": name, "coder_id": "coder-1", "round": "1", "complete": "true"},
        )
    for code, parent, fi, sv, en, codable in CODES:
        desk.add(
            "coding/codes.csv",
            {
                "code_id": code,
                "codebook_version": "1.0",
                "parent_id": parent,
                "kind": code.split(".")[0],
                "label_fi": fi,
                "label_sv": sv,
                "label_en": en,
                "definition_fi": fi,
                "definition_sv": sv,
                "definition_en": en,
                "codable": codable,
            },
        )
    desk.add(
        "coding/coders.csv",
        {"coder_id": "coder-1", "pseudonym": "Lukija A", "role": "coder"},
        {"coder_id": "consensus", "pseudonym": "Yhteinen", "role": "consensus"},
    )
    start = TEXT.index("Yhteistyö onnistui.")
    desk.add(
        "coding/segments.csv",
        {
            "segment_id": "own-1",
            "document_id": "p-1-final",
            "start": str(start),
            "end": str(start + 19),
            "quote": "Yhteistyö onnistui.",
        },
    )
    desk.add(
        "coding/codings.csv",
        {
            "coding_id": "own-c1",
            "segment_id": "own-1",
            "code_id": "response.help",
            "coder_id": "coder-1",
            "polarity": "affirm",
            "round": "1",
            "created": "2022-05-01",
        },
    )
    return desk


Marked = tuple[str, str, str, str]  # document, quote, code, owner
MARKED: tuple[Marked, ...] = (
    (
        "p-1-final.docx",
        "Henkilöstö vaihtui 👩🏽‍💻 usein",
        "Henkilöstön vaihtuvuus",
        "Minna Mallinen",
    ),
    ("p-1-final.docx", "Förseningar i upphandlingen.", "tidtabell", "Olli Oikea"),
    ("p-1-final.docx", "Yhteistyö onnistui.", "help", "Minna Mallinen"),
    ("p-2-final.docx", "Personalen byttes ut.", "challenge.staff", "Minna Mallinen"),
)


def make_qualcoder(
    path: Path, marked: Sequence[Marked] = MARKED, texts: dict[str, str] | None = None
) -> Path:
    """A QualCoder database that codes the texts of the study, or others."""
    texts = texts or {f"{name}.docx": text for name, (_, text) in DOCUMENTS.items()}
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous=OFF")
        database.executescript(QUALCODER)
        files = {name: number for number, name in enumerate(texts, start=1)}
        for name, number in files.items():
            database.execute(
                "INSERT INTO source VALUES (?, ?, ?, NULL, '')", [number, name, texts[name]]
            )
        codes = {code: number for number, code in enumerate(dict.fromkeys(m[2] for m in marked), 1)}
        for code, number in codes.items():
            database.execute("INSERT INTO code_name VALUES (?, ?, '', NULL, '')", [number, code])
        for name, quote, code, owner in marked:
            start = texts[name].index(quote)
            database.execute(
                "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner, date, memo)"
                " VALUES (?, ?, ?, ?, ?, ?, '2024-03-01 10:00:00', '')",
                [codes[code], files[name], quote, start, start + len(quote), owner],
            )
    database.close()
    return path


def bring(desk: Desk, path: Path, **given: object) -> CodingsImported:
    """Import a file into the study."""
    job = CodingJob(path, desk.data, **given, coder_word="Koodaaja")  # type: ignore[arg-type]
    return import_into_study(job)


def codings(desk: Desk) -> list[tuple[str, str, str]]:
    """Quote, code and coder of every coding, in the order of the table."""
    quotes = {row["segment_id"]: row["quote"] for row in desk.rows("coding/segments.csv")}
    return [
        (quotes[row["segment_id"]], row["code_id"], row["coder_id"])
        for row in desk.rows("coding/codings.csv")
    ]


def told(problems: Sequence[Problem]) -> str:
    return "\n".join(map(str, problems))

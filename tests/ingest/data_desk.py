"""A small data folder, and documents that are read by a stand-in for the real readers."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from evaltools.documents.model import Coverage, DocumentText, Field, Heading
from evaltools.evidence import check_data
from evaltools.ingest import reports
from evaltools.ingest.document_metadata import Options
from evaltools.ingest.summary import ReportsImported
from evaltools.problems import Problem
from evaltools.study.report_form import DocumentsDeclaration

DESCRIPTOR = Path(__file__).parents[2] / "data" / "datapackage.json"

NUMBERS = {"p-1": "VN/1/2020", "p-2": "VN/2/2020", "p-3": "VN/3/2020", "p/4": "VN/4/2020"}

STUDY = Path(__file__).parents[2] / "evaluation.yml"
FORM = DocumentsDeclaration.model_validate(
    yaml.safe_load(STUDY.read_text(encoding="utf-8"))["documents"]
    | {
        "sections": [
            {
                "id": name,
                "title": {"fi": name, "sv": name, "en": name},
                "headings": {"fi": [heading]},
                "required": True,
            }
            for name, heading in (("goals", "Tavoitteet"), ("results", "Tulokset"))
        ]
    }
)


def final(number: str, goals: str = "Paremmat palvelut.", results: str = "Syntyi.") -> str:
    """A report as it comes in, for the stand-in: `# ` marks headings, a tab a field."""
    return (
        f"# Loppuraportti: hanke\n\nAsianumero\t{number}\nSaapunut\t4.1.2022\n\n"
        f"# 1 Tavoitteet\n\n{goals}\n\n# 2 Tulokset\n\n{results}\n"
    )


def wrong_in(data: Path) -> list[str]:
    """What else than that reports wait for a coder is wrong in a data folder."""
    return [str(found) for found in check_data(data) if found.code != "data.unread"]


def read_stand_in(
    paths: Iterable[Path], processes: int = 2
) -> Iterator[tuple[Path, DocumentText | Problem]]:
    """Read files of plain text as the contract of `evaltools.documents` has it."""
    for path in paths:
        data = path.read_bytes()
        if data.startswith(b"!"):
            yield path, Problem(str(path), data[1:].decode().strip(), code="document.broken")
            continue
        yield path, made(data, path.suffix[1:])


def made(data: bytes, kind: str) -> DocumentText:
    text, headings, fields = "", [], []
    for line in unicodedata.normalize("NFC", data.decode()).split("\n"):
        words = line.removeprefix("# ")
        if line.startswith("# "):
            headings.append(Heading(1, words, len(text), len(text) + len(words)))
        if "\t" in line:
            fields.append(Field(*line.split("\t", 1)))
        text += words + "\n"
    text = text.rstrip("\n") + "\n"
    letters = len("".join(text.split()))
    return DocumentText(
        kind=kind if kind in ("docx", "pdf") else "docx",  # type: ignore[arg-type]
        text=text,
        language="sv" if "och" in text else "" if "???" in text else "fi",
        pages=(0,) if kind == "pdf" else None,
        headings=tuple(headings),
        fields=tuple(fields),
        coverage=Coverage(letters, letters, 0),
        file_sha256=hashlib.sha256(data).hexdigest(),
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


WAVES = Options(waves={2022: date(2022, 4, 30), 2023: date(2023, 4, 30)})


@dataclass
class Desk:
    """A data folder, and a folder of documents that came in."""

    data: Path
    inbox: Path
    options: Options = WAVES

    def receive(self, **documents: str) -> Desk:
        """Put documents in the inbox, `p_1__docx` as p_1.docx."""
        for name, text in documents.items():
            (self.inbox / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return self

    def empty_inbox(self) -> Desk:
        for path in self.inbox.iterdir():
            path.unlink()
        return self

    def job(self, **given: object) -> reports.ImportJob:
        return reports.ImportJob(self.inbox, self.data, FORM, self.options, **given)  # type: ignore[arg-type]

    def bring(self, **given: object) -> ReportsImported:
        return reports.import_reports(self.job(**given))

    def state(self) -> dict[str, bytes]:
        """Every file of the data folder."""
        return {
            path.relative_to(self.data).as_posix(): path.read_bytes()
            for path in sorted(self.data.rglob("*"))
            if path.is_file()
        }

    def rows(self, table: str) -> list[dict[str, str]]:
        text = (self.data / table).read_text(encoding="utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def add(self, table: str, *rows: dict[str, str]) -> Desk:
        """Put rows in a table, empty where no value is given."""
        path = self.data / table
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        out = io.StringIO()
        writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
        writer.writerows(rows)
        path.write_text(path.read_text(encoding="utf-8") + out.getvalue(), encoding="utf-8")
        return self


def make_data(folder: Path) -> Path:
    """A data folder with a few projects and otherwise empty tables."""
    package = json.loads(DESCRIPTOR.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        path = folder / resource["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        header = ",".join(field["name"] for field in resource["schema"]["fields"])
        path.write_text(header + "\n", encoding="utf-8")
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    desk = Desk(folder, folder)
    desk.add(
        "register/calls.csv",
        {
            "call_id": "2020",
            "year": "2020",
            "subject_fi": "a",
            "subject_sv": "b",
            "subject_en": "c",
            "source": "https://example.org",
            "joint_only": "false",
        },
    )
    desk.add(
        "register/organisations.csv",
        {"org_id": "o", "kind": "company", "name_fi": "Oy", "origin": "example"},
    )
    desk.add(
        "register/projects.csv",
        *(
            {
                "project_id": name,
                "call_id": "2020",
                "title_fi": "hanke",
                "lead_org_id": "o",
                "decided": "2020-12-01",
                "origin": "example",
                "register_number": number,
            }
            for name, number in NUMBERS.items()
        ),
    )
    desk.add(
        "register/participations.csv",
        *({"project_id": name, "org_id": "o", "role": "lead"} for name in NUMBERS),
    )
    return folder

"""Segments for the quote rule, read by the csv module and only for a report that quotes."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from evaltools.files import read_text
from evaltools.findings.lint.marked import read_marked
from evaltools.problems import Problem

SEGMENTS, DOCUMENTS = "coding/segments.csv", "reports/documents.csv"
REDACTIONS = "coding/redactions.csv"
CODE = "E05"


@dataclass(frozen=True)
class Segment:
    """A passage of a report.

    Arguments:
        document: where it was cut from.
        start, end: in code points of the document's text, end exclusive; -1 where not a number.
        quote: its words.
        public: the words that may be published instead, empty where it was not redacted.
    """

    document: str
    start: int
    end: int
    quote: str
    public: str = ""


@dataclass(frozen=True)
class Segments:
    """All segments by name, and where the text of each document is: file and SHA-256."""

    folder: Path
    by_name: Mapping[str, Segment]
    documents: Mapping[str, tuple[str, str]]

    def get(self, name: str) -> Segment | None:
        """The segment of a name."""
        return self.by_name.get(name)

    def names(self) -> list[str]:
        """All names."""
        return list(self.by_name)

    def drift(self, segment: Segment) -> str:
        """Why the segment is not what the document's text says; empty where it is.

        The text counts only when its SHA-256 is the recorded one.
        """
        name, digest = self.documents.get(segment.document, ("", ""))
        path = _inside(self.folder, name) if name else None
        if path is None or not path.is_file():
            return f"the text of {segment.document} is not there"
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            return f"the text of {segment.document} is not the one that was read (its hash differs)"
        if content.decode("utf-8", "replace")[segment.start : segment.end] != segment.quote:
            return f"the text of {segment.document} says something else there"
        return ""


def read_segments(root: Path) -> tuple[Segments, list[Problem]]:
    """The segments of the study in a folder, and what hinders reading them."""
    folder = _data_folder(root)
    if folder is None:
        what = "no data folder inside the study can be made out"
        return Segments(root, {}, {}), [Problem("evaluation.yml", what, "", "", CODE)]
    problems: list[Problem] = []
    redacted = {
        row.get("segment_id", ""): row.get("text_public") or ""
        for row in _rows(folder, REDACTIONS, [])
    }
    segments = {
        row.get("segment_id", ""): Segment(
            row.get("document_id", ""),
            _whole(row.get("start")),
            _whole(row.get("end")),
            row.get("quote", ""),
            redacted.get(row.get("segment_id", ""), ""),
        )
        for row in _rows(folder, SEGMENTS, problems)
    }
    documents = {
        row.get("document_id", ""): (row.get("text_file", ""), row.get("text_sha256", ""))
        for row in _rows(folder, DOCUMENTS, problems)
    }
    return Segments(folder, segments, documents), problems


def _data_folder(root: Path) -> Path | None:
    """The folder that `evaluation.yml` names; `data` where it names none."""
    path = root / "evaluation.yml"
    if not path.is_file():
        return root / "data"
    try:
        declared, _ = read_marked(read_text(path, path.name))
    except yaml.YAMLError:
        return None
    name = declared.get("data", "data") if isinstance(declared, dict) else "data"
    return _inside(root, str(name))


def _rows(folder: Path, name: str, problems: list[Problem]) -> list[dict[str, str]]:
    path = folder / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "Quotations cannot be held against it until it can be read."
        what = f"cannot be read: {type(error).__name__}"
        problems.append(Problem(f"{folder.name}/{name}", what, "", remedy, CODE))
        return []


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1


def _inside(folder: Path, name: str) -> Path | None:
    if "\0" in name or "\\" in name:
        return None
    found = Path(os.path.realpath(folder / name))
    return found if found.is_relative_to(folder.resolve()) else None

"""What the prose refers to: quotations by their segments and sources (E05), figures and tables by
their labels (E15).
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

from evaltools.files import read_text, resolve_inside
from evaltools.lint.problem_formats import excerpt
from evaltools.lint.prose_blocks import PLACEHOLDER, Block, Span
from evaltools.lint.source import Report, Source
from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml

SEGMENTS, DOCUMENTS = "coding/segments.csv", "reports/documents.csv"
REDACTIONS = "coding/redactions.csv"
FEWEST_WORDS = 5
"""Fewer words between quotation marks are a term, not a quotation."""

_MARKS = "”“„\"»«’‘'"
_OMISSION = re.compile(r"\[(?:…|\.{3}|\. \. \.)\]")
_BETWEEN_MARKS = re.compile(r"[”“„\"»«]([^”“„\"»«]{10,2000})[”“\"»«]")
_CITED = re.compile(rf"[.,]? ?[(\[]?(?:[^\W\d]{{1,10}} )?{PLACEHOLDER}")
_FLOATS = ("fig-", "tbl-")


def check_quotes(report: Report) -> list[Problem]:
    """E05: a quotation is word for word what its segment holds, in the text its hash vouches for.

    `[…]{.quote segment="s1"}` names the segment. Left-out words are marked `[…]`. A block
    quotation, or five words or more between quotation marks, without such a span needs a citation
    right after.
    """
    problems = []
    segments: Segments | None = None
    attributed: set[tuple[str, int]] = set()
    for source, block in report.blocks():
        for span in block.spans:
            if "quote" in span.classes:
                attributed.add((source.name, block.quotation))
                if segments is None:
                    segments, unreadable = read_segments(report.root)
                    problems += unreadable
                problems += _against_segment(source, block, span, segments)
        problems += _without_span(source, block)
    return problems + _block_quotations(report, attributed)


def _against_segment(source: Source, block: Block, span: Span, segments: Segments) -> list[Problem]:
    where = source.where(block, span.start)
    name = span.get("segment")
    if not name:
        remedy = 'Name it: {.quote segment="…"}.'
        return [Problem(where, "a quotation without its segment", "", remedy, "E05")]
    segment = segments.by_name.get(name)
    if segment is None:
        near = get_close_matches(name, list(segments.by_name), 1)
        remedy = f"Did you mean {near[0]}?" if near else "See data/coding/segments.csv."
        return [Problem(where, f"there is no segment {excerpt(name)}", "", remedy, "E05")]
    quoted = block.text[span.start : span.end]
    if not any(is_verbatim(quoted, text) for text in (segment.quote, segment.public) if text):
        what = f"{excerpt(quoted)} is not what the segment {name} says"
        remedy = f"It says {excerpt(segment.quote, 200)}; mark left-out words with […]."
        return [Problem(where, what, "", remedy, "E05")]
    drift = segments.drift(segment)
    if drift:
        what = f"the segment {name} cannot be trusted: {drift}"
        return [Problem(where, what, "", "Run the validation of the data.", "E05")]
    return []


def is_verbatim(quoted: str, text: str) -> bool:
    """Whether a quotation stands in a text word for word, but for what `[…]` leaves out.

    Compares composed characters (NFC) and takes any run of white space for one space;
    quotation marks around the quotation are the report's own.
    """
    quoted, text = _normal(quoted), _normal(text)
    if quoted not in text:
        quoted = quoted.strip(_MARKS + " ")
    parts = [part.strip() for part in _OMISSION.split(quoted)]
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return any(parts)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _without_span(source: Source, block: Block) -> list[Problem]:
    problems = []
    for found in _BETWEEN_MARKS.finditer(block.text):
        spans = [span for span in block.spans if "quote" in span.classes]
        inside = any(s.start <= found.start(1) < s.end or found.start() <= s.start < found.end()
                     for s in spans)  # fmt: skip
        reference = {piece.at for piece in block.references}
        cited = _CITED.match(block.text, found.end())
        by_work = cited is not None and cited.end() - 1 in reference
        if inside or by_work or block.quotation or len(found[1].split()) < FEWEST_WORDS:
            continue
        what = f"{excerpt(found[0])} is quoted without its segment or source"
        remedy = 'Mark it [...]{.quote segment="…"}, or cite the work right after it.'
        problems.append(Problem(source.where(block, found.start()), what, "", remedy, "E05"))
    return problems


def _block_quotations(report: Report, attributed: set[tuple[str, int]]) -> list[Problem]:
    first: dict[tuple[str, int], tuple[Source, Block]] = {}
    for source, block in report.blocks():
        if block.quotation and block.text:
            key = (source.name, block.quotation)
            first.setdefault(key, (source, block))
            if block.references:
                attributed.add(key)
    what = "a block quotation without its segment or source"
    remedy = 'Mark its words [...]{.quote segment="…"}, or cite the work in it.'
    return [
        Problem(source.where(block, 0), what, "", remedy, "E05")
        for key, (source, block) in first.items()
        if key not in attributed
    ]


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

    def drift(self, segment: Segment) -> str:
        """Why the segment is not what the document's text says; empty where it is.

        The text counts only when its SHA-256 is the recorded one.
        """
        name, digest = self.documents.get(segment.document, ("", ""))
        path = resolve_inside(self.folder, name) if name else None
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
        return Segments(root, {}, {}), [Problem("evaluation.yml", what, "", "", "E05")]
    problems: list[Problem] = []
    redacted = {
        row.get("segment_id", ""): row.get("text_public") or ""
        for row in _rows(folder, REDACTIONS, [])
    }
    segments = {
        row.get("segment_id", ""): Segment(
            row.get("document_id", ""),
            _integer(row.get("start")),
            _integer(row.get("end")),
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
        declared, _ = load_yaml(read_text(path, path.name))
    except yaml.YAMLError:
        return None
    name = declared.get("data", "data") if isinstance(declared, dict) else "data"
    return resolve_inside(root, str(name))


def _rows(folder: Path, name: str, problems: list[Problem]) -> list[dict[str, str]]:
    path = folder / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "Quotations cannot be held against it until it can be read."
        what = f"cannot be read: {type(error).__name__}"
        problems.append(Problem(f"{folder.name}/{name}", what, "", remedy, "E05"))
        return []


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1


def check_floats(report: Report) -> list[Problem]:
    """E15: a figure or table that the text never speaks of is left to the reader's guess."""
    if report.headed:
        return []
    mentioned = {piece.content for _, block in report.blocks() for piece in block.references}
    problems = []
    for source, block in report.blocks():
        for label, at in _shown_floats(block):
            if label not in mentioned:
                kind = "figure" if label.startswith("fig-") else "table"
                what = f"the {kind} {label} is shown and no text refers to it"
                remedy = f"Refer to it where it is read: @{label}."
                problems.append(Problem(source.where(block, at), what, "", remedy, "E15"))
    return problems


def _shown_floats(block: Block) -> list[tuple[str, int]]:
    """Labels of the floats of a block, each with a place in its text."""
    written = [(name, 0) for name in dict.fromkeys(block.identifiers)]
    return [(label, at) for label, at in (*block.embedded, *written) if label.startswith(_FLOATS)]

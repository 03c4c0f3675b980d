"""Documents: whether files and texts are those that were coded, and hold what was quoted.

A file is what its SHA-256 in `documents` says it is. So is a text: Unicode in composed form (NFC),
lines ended by LF. Offsets count code points. A quote that has drifted is found again where it
stands. Labels are there in every language of the study.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from evaltools.evidence.cell_values import ROW, CellProblem, NumberedTables
from evaltools.evidence.descriptor import Descriptor
from evaltools.files import resolve_inside
from evaltools.problems import quote_value

LARGEST = {"text": 20_000_000, "file": 200_000_000}
_COLUMNS = ("document_id", "text_file", "text_sha256", "file", "file_sha256", ROW)


@dataclass(frozen=True)
class _NamedFile:
    """A file that a row of documents names, and what is said where it is not as it should be."""

    row: int
    column: str
    path: str
    digest: str | None
    role: str
    missing: str
    changed: str

    def problem(
        self, what: str, allowed: str, remedy: str, code: str, *, hash_: bool = False
    ) -> CellProblem:
        """A problem of the cell that names the file, or of its hash."""
        column = f"{self.role}_sha256" if hash_ else self.column
        message = f"{quote_value(self.path)} {what}"
        return CellProblem("documents", self.row, column, message, allowed, remedy, code)

    def locate(self, folder: Path) -> Path | CellProblem:
        """The file, where it is there and is the one that was meant."""
        file = resolve_inside(folder, self.path)
        if file is None:
            allowed = "a relative path below the data folder"
            return self.problem(
                "leads out of the data folder", allowed, f"Put the {self.role} there.", "data.path"
            )
        if not file.is_file():
            what = f"there is no file {quote_value(self.path)}"
            allowed, code = "a file below the data folder", f"data.{self.role}-missing"
            return CellProblem(
                "documents", self.row, self.column, what, allowed, self.missing, code
            )
        if file.stat().st_size > LARGEST[self.role]:
            what = f"is larger than {LARGEST[self.role] // 1_000_000} MB"
            meant = {"text": "the text of a report", "file": "a report as it was received"}
            return self.problem(what, meant[self.role], "Is it the right file?", "data.too-large")
        with file.open("rb") as stream:
            computed = hashlib.file_digest(stream, "sha256").hexdigest()
        if self.digest is None and self.role == "file":
            what = f"it is not told which file {quote_value(self.path)} has to be"
            remedy = "Put the SHA-256 there, or import the document."
            code = "data.file-unknown"
            return CellProblem("documents", self.row, "file_sha256", what, computed, remedy, code)
        if self.digest is not None and computed != self.digest:
            what, code = f"has another SHA-256, {computed}", f"data.{self.role}-changed"
            return self.problem(what, quote_value(self.digest, 64), self.changed, code, hash_=True)
        return file


def check_documents(frames: NumberedTables, folder: Path) -> Iterator[CellProblem]:
    """Flaws of the files and texts of documents, and of the passages and sections in the texts.

    Arguments:
        frames: tables with their rows numbered; nothing is checked without documents.
        folder: the data folder, from which `file` and `text_file` lead to the files.
    """
    if "documents" not in frames:
        return
    quotes = {table: _by_document(frames, table) for table in ("segments", "sections")}
    columns = (frames["documents"][name] for name in _COLUMNS)
    for document, text_file, text_hash, file, file_hash, row in zip(*columns, strict=True):
        if not pd.isna(text_file):
            text = _text(_NamedFile(
                int(row), "text_file", str(text_file), _recorded_digest(text_hash), "text",
                "Put the text there, or correct the path.",
                "Put the text back that was coded, or code the new one.",
            ), folder)  # fmt: skip
            if isinstance(text, CellProblem):
                yield text
            else:
                for table, wrong in (("segments", _wrong_passages), ("sections", _wrong_sections)):
                    if str(document) in quotes[table]:
                        yield from wrong(quotes[table][str(document)], text, str(text_file))
        if not pd.isna(file):
            file_or_problem = _NamedFile(
                int(row), "file", str(file), _recorded_digest(file_hash), "file",
                "Put the file there, or empty the cell.",
                "Put the file back that was imported, or import the new one.",
            ).locate(folder)  # fmt: skip
            if isinstance(file_or_problem, CellProblem):
                yield file_or_problem
        elif not pd.isna(file_hash):
            what, allowed = "a SHA-256 is given and no file", "the file it is of"
            hash_column = frames.name_in_file("documents", "file_sha256")
            remedy = f"Put the path of the file there, or empty {hash_column}."
            yield CellProblem(
                "documents", int(row), "file", what, allowed, remedy, "data.file-missing"
            )


def _recorded_digest(digest: object) -> str | None:
    return None if pd.isna(digest) else str(digest)  # type: ignore[call-overload]


def _by_document(frames: Mapping[str, pd.DataFrame], table: str) -> dict[str, pd.DataFrame]:
    if table not in frames:
        return {}
    return {str(name): group for name, group in frames[table].groupby("document_id")}


def _text(named: _NamedFile, folder: Path) -> str | CellProblem:
    file = named.locate(folder)
    if isinstance(file, CellProblem):
        return file
    remedy, code = "Import the document again.", "data.text-form"
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return named.problem("is not UTF-8", "UTF-8", remedy, code)
    if "\r" in text or not unicodedata.is_normalized("NFC", text):
        return named.problem("is not normalised", "NFC, lines ended by LF", remedy, code)
    return text


def _text_problem(
    table: str, row: int, code: str, column: str, what: str, allowed: str, remedy: str
) -> CellProblem:
    return CellProblem(table, row, column, what, allowed, remedy, code)


def _wrong_passages(passages: pd.DataFrame, text: str, path: str) -> Iterator[CellProblem]:
    columns = ("start", "end", "quote", "prefix", "suffix", ROW)
    for start, end, quote, prefix, suffix, row in zip(
        *(passages[name] for name in columns), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(quote):
            continue
        problem = partial(_text_problem, "segments", int(row), "data.quote")
        if not 0 <= start < end <= len(text):
            allowed = f"0 ≤ start < end ≤ {len(text)}"
            what = f"{start} to {end} is no passage of {path}"
            yield problem("end", what, allowed, _quote_problem(text, quote))
        elif text[start:end] != quote:
            what = f"{quote_value(quote)} is not what stands at {start} to {end} of {path}"
            yield problem("quote", what, quote_value(text[start:end]), _quote_problem(text, quote))
        else:
            around = (
                ("prefix", prefix, text[:start].endswith),
                ("suffix", suffix, text[end:].startswith),
            )
            for column, found, fits in around:
                if not pd.isna(found) and not fits(found):
                    what = f"{quote_value(found)} does not stand beside the passage in {path}"
                    yield problem(column, what, "", "Cut the passage again.")


def _wrong_sections(sections: pd.DataFrame, text: str, path: str) -> Iterator[CellProblem]:
    for start, end, heading, row in zip(
        *(sections[name] for name in ("start", "end", "heading", ROW)), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(heading):
            continue
        problem = partial(_text_problem, "sections", int(row), "data.section")
        stretch = text[start : start + len(heading)]
        if not 0 <= start < end <= len(text):
            allowed = f"0 ≤ start < end ≤ {len(text)}"
            what = f"{start} to {end} is no stretch of {path}"
            yield problem("end", what, allowed, _quote_problem(text, heading, "heading"))
        elif stretch != heading:
            what = f"{quote_value(heading)} is not what stands at {start} of {path}"
            yield problem(
                "heading", what, quote_value(stretch), _quote_problem(text, heading, "heading")
            )
        elif start + len(heading) > end:
            what = f"the section ends at {end}, within its heading"
            yield problem("end", what, f"at least {start + len(heading)}", "Correct the end.")


def _quote_problem(text: str, quote: str, called: str = "quote") -> str:
    first = text.find(quote)
    if first < 0:
        return f"The text does not hold the {called}: correct it, or the document."
    if text.find(quote, first + 1) >= 0:
        return f"The {called} stands in more than one place: choose the right one."
    return f"The {called} stands at {first} to {first + len(quote)}."


_PRINTED = (
    ("codes", "code_id", "label"),
    ("codes", "code_id", "definition"),
    ("rating_items", "item_id", "label"),
)
"""Texts that are printed: their table, what names a row of it, and how the columns begin."""
_SAID = {"definition": "has no definition"}
CODE = "data.untranslated"


def check_texts(frames: NumberedTables, descriptor: Descriptor) -> Iterator[CellProblem]:
    """Labels and definitions of codes, labels of rating items and names on maps that lack a
    language of the study.

    Names of organisations, areas and projects are data: they stand in the language that they have.
    """
    vocabulary = frames.vocabulary
    maps = ((one.map, one.column, "name") for one in vocabulary.dimensions.values() if one.map)
    for table, key, stem in (*_PRINTED, *dict.fromkeys(maps)):
        if table not in frames:
            continue
        frame, fields = frames[table], {one.name: one for one in descriptor.resource(table).fields}
        columns = [f"{stem}_{language}" for language in vocabulary.languages]
        if not set(columns) & set(fields):
            continue  # nothing is called in any language; identifiers stand for it
        for column in columns:
            if column not in fields:
                what = f"there is no column {column}, though the study has the language"
                remedy = "Add it, or take the language out of evaluation.yml."
                yield CellProblem(table, None, column, what, ", ".join(columns), remedy, CODE)
            elif column in frame and not fields[column].required:  # told already
                empty = frame[column].isna() | (frame[column].astype("string").str.strip() == "")
                yield from frames.tell(
                    frame[empty], f"{table}.{column}", CODE,
                    f"{{{key}}} {_SAID.get(stem, 'is called nothing')} in this language",
                    f"a text in each of {', '.join(vocabulary.languages)}", "Translate it.",
                )  # fmt: skip

"""The reports as files that came in, and what only reading those files can tell."""

from __future__ import annotations

import hashlib
import tempfile
from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path

from evaltools.documents.isolation import read_documents
from evaltools.documents.model import DocumentText
from evaltools.problems import Problem, refuse
from tools.example_data.form import Form, Layout
from tools.example_data.pdf import pdf_file
from tools.example_data.public import Row, Tables
from tools.example_data.word import word_file

Pages = Mapping[str, tuple[int, ...]]
"""Start of each page in code points, by document; a document without pages is not there."""


def as_files(forms: Mapping[str, tuple[Form, Layout]]) -> dict[str, bytes]:
    """The files that the reports came in as, by path from the data folder."""
    return {
        path: pdf_file(form, layout) if layout.kind == "pdf" else word_file(form, layout)
        for path, (form, layout) in forms.items()
    }


def pages_of(documents: list[Row], files: Mapping[str, bytes], texts: Mapping[str, str]) -> Pages:
    """Where the pages of the reports begin, from reading those that have pages.

    Arguments:
        documents: rows of `documents`.
        files: by `file` of the row.
        texts: by `text_file` of the row: what reading each file has to give.

    Raises:
        ProblemError: a file is read as another text than was composed, so that every position in
            it would be wrong.
    """
    pages: dict[str, tuple[int, ...]] = {}
    problems: list[Problem] = []
    paged = [row for row in documents if row["file"].endswith(".pdf")]
    with tempfile.TemporaryDirectory() as name:
        places = [Path(name) / Path(row["file"]).name for row in paged]
        for row, place in zip(paged, places, strict=True):
            place.write_bytes(files[row["file"]])
        for row, (_, found) in zip(paged, read_documents(places), strict=True):
            if isinstance(found, DocumentText) and found.text == texts[row["text_file"]]:
                pages[row["document_id"]] = found.pages or ()
            else:
                what = "is read as another text than it was composed as"
                told = found if isinstance(found, Problem) else Problem(row["file"], what)
                problems.append(told)
    refuse(problems)
    return pages


def with_files(tables: Mapping[str, list[Row]], files: Mapping[str, bytes], pages: Pages) -> Tables:
    """The tables with what is known of the files: their hashes, and pages where they have any."""
    filled: Tables = {name: list(rows) for name, rows in tables.items()}
    filled["documents"] = [
        row
        | {
            "file_sha256": hashlib.sha256(files[row["file"]]).hexdigest(),
            "pages": str(len(pages[row["document_id"]])) if row["document_id"] in pages else "",
        }
        for row in tables["documents"]
    ]
    for name in ("segments", "sections"):
        filled[name] = [
            row | {"page": str(bisect_right(pages[row["document_id"]], int(row["start"])))}
            if row["document_id"] in pages
            else row
            for row in tables[name]
        ]
    return filled

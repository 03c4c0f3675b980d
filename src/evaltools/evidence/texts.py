"""Texts: whether quotes and headings stand in the documents word for word.

A text is what its document's `text_sha256` says it is: Unicode in composed form (NFC), lines
ended by LF. Offsets count code points. A quote that has drifted is found again where it stands.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from evaltools.evidence.flaws import ROW, Flaw
from evaltools.evidence.paths import inside
from evaltools.evidence.quoting import quoted

LARGEST_TEXT = 20_000_000


def wrong_texts(frames: Mapping[str, pd.DataFrame], folder: Path) -> Iterator[Flaw]:
    """Flaws of the text files of documents, and of the passages and sections in them.

    Arguments:
        frames: tables with their rows numbered; nothing is checked without documents.
        folder: the data folder, from which `text_file` leads to the text.
    """
    documents = frames.get("documents")
    if documents is None or "text_file" not in documents.columns:
        return
    passages, sections = _by_document(frames, "segments"), _by_document(frames, "sections")
    rows = zip(
        documents["document_id"],
        documents["text_file"],
        documents["text_sha256"],
        documents[ROW],
        strict=True,
    )
    for document, path, digest, row in rows:
        if pd.isna(path):
            continue
        found = _text(folder, str(path), digest, int(row))
        if isinstance(found, Flaw):
            yield found
            continue
        if str(document) in passages:
            yield from _wrong_passages(passages[str(document)], found, str(path))
        if str(document) in sections:
            yield from _wrong_sections(sections[str(document)], found, str(path))


def _by_document(frames: Mapping[str, pd.DataFrame], table: str) -> dict[str, pd.DataFrame]:
    if table not in frames:
        return {}
    return {str(name): group for name, group in frames[table].groupby("document_id")}


def _text(folder: Path, path: str, digest: object, row: int) -> str | Flaw:
    def flaw(column: str, what: str, allowed: str, remedy: str, code: str) -> Flaw:
        return Flaw("documents", row, column, what, allowed, remedy, code)

    file = inside(folder, path)
    if file is None:
        return flaw(
            "text_file",
            f"{quoted(path)} leads out of the data folder",
            "a relative path below the data folder",
            "Put the text there.",
            "data.path",
        )
    if not file.is_file():
        return flaw(
            "text_file",
            f"there is no file {quoted(path)}",
            "a file below the data folder",
            "Put the text there, or correct the path.",
            "data.text-missing",
        )
    if file.stat().st_size > LARGEST_TEXT:
        return flaw(
            "text_file",
            f"{quoted(path)} is larger than 20 MB",
            "the text of a report",
            "Is it the right file?",
            "data.too-large",
        )
    content = file.read_bytes()
    computed = hashlib.sha256(content).hexdigest()
    if not pd.isna(digest) and computed != digest:  # type: ignore[call-overload]
        return flaw(
            "text_sha256",
            f"{quoted(path)} has another SHA-256, {computed}",
            quoted(digest, 64),
            "Put the text back that was coded, or code the new one.",
            "data.text-changed",
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return flaw(
            "text_file",
            f"{quoted(path)} is not UTF-8",
            "UTF-8",
            "Import the document again.",
            "data.text-form",
        )
    if "\r" in text or not unicodedata.is_normalized("NFC", text):
        return flaw(
            "text_file",
            f"{quoted(path)} is not normalised",
            "NFC, lines ended by LF",
            "Import the document again.",
            "data.text-form",
        )
    return text


def _wrong_passages(passages: pd.DataFrame, text: str, path: str) -> Iterator[Flaw]:
    columns = ("start", "end", "quote", "prefix", "suffix", ROW)
    for start, end, quote, prefix, suffix, row in zip(
        *(passages[name] for name in columns), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(quote):
            continue
        if not 0 <= start < end <= len(text):
            yield Flaw(
                "segments",
                int(row),
                "end",
                f"{start} to {end} is no passage of {path}",
                f"0 ≤ start < end ≤ {len(text)}",
                _found_again(text, quote),
                "data.quote",
            )
        elif text[start:end] != quote:
            yield Flaw(
                "segments",
                int(row),
                "quote",
                f"{quoted(quote)} is not what stands at {start} to {end} of {path}",
                quoted(text[start:end]),
                _found_again(text, quote),
                "data.quote",
            )
        else:
            around = (
                ("prefix", prefix, text[:start].endswith),
                ("suffix", suffix, text[end:].startswith),
            )
            for column, found, fits in around:
                if not pd.isna(found) and not fits(found):
                    yield Flaw(
                        "segments",
                        int(row),
                        column,
                        f"{quoted(found)} does not stand beside the passage in {path}",
                        "",
                        "Cut the passage again.",
                        "data.quote",
                    )


def _wrong_sections(sections: pd.DataFrame, text: str, path: str) -> Iterator[Flaw]:
    for start, end, heading, row in zip(
        *(sections[name] for name in ("start", "end", "heading", ROW)), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(heading):
            continue
        if not 0 <= start < end <= len(text):
            yield Flaw(
                "sections",
                int(row),
                "end",
                f"{start} to {end} is no stretch of {path}",
                f"0 ≤ start < end ≤ {len(text)}",
                _found_again(text, heading, "heading"),
                "data.section",
            )
        elif text[start : start + len(heading)] != heading:
            yield Flaw(
                "sections",
                int(row),
                "heading",
                f"{quoted(heading)} is not what stands at {start} of {path}",
                quoted(text[start : start + len(heading)]),
                _found_again(text, heading, "heading"),
                "data.section",
            )
        elif start + len(heading) > end:
            yield Flaw(
                "sections",
                int(row),
                "end",
                f"the section ends at {end}, within its heading",
                f"at least {start + len(heading)}",
                "Correct the end.",
                "data.section",
            )


def _found_again(text: str, quote: str, called: str = "quote") -> str:
    first = text.find(quote)
    if first < 0:
        return f"The text does not hold the {called}: correct it, or the document."
    if text.find(quote, first + 1) >= 0:
        return f"The {called} stands in more than one place: choose the right one."
    return f"The {called} stands at {first} to {first + len(quote)}."

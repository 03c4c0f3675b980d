"""Whom a bibliography names: authors, editors and titles of works, which are public."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_FIELD = re.compile(
    r"^\s*(?:author|editor|translator|title|subtitle|booktitle|journal|journaltitle|publisher"
    r"|institution|organization)\s*=\s*(.{1,2000}?)\s*,?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


def cited_words(folder: Path) -> frozenset[str]:
    """Words of the authors and titles in the BibTeX files of a folder; notes are not among them."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.bib")))
    return words_of(field for text in texts for field in _FIELD.findall(text))


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts, without braces and marks."""
    return frozenset(word for text in texts for word in re.findall(r"[^\W\d_]+", text))

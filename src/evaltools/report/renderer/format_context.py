"""The renderer's own lists and words, and what a writer (HTML, PDF, DOCX) is given to go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from evaltools.report.part_store import PartStore
from evaltools.yaml_text import load_trusted

LANGUAGES = ("fi", "sv", "en")
Format = Literal["html", "typst", "docx"]
SUFFIXES: Mapping[str, str] = {"html": ".html", "typst": ".pdf", "docx": ".docx"}
QUARTO_SUFFIXES: Mapping[str, str] = {**SUFFIXES, "revealjs": ".html"}
"""Those of all formats that Quarto makes; slides for the screen are made by it alone."""


@dataclass(frozen=True)
class Context:
    """Surroundings of one document in one format.

    Arguments:
        project: the staged project folder, absolute.
        document: the .qmd file, absolute.
        media: folder to which image paths of the resolved document are relative.
        format: the merged options and metadata of this format, as plain values.
        language: `fi`, `sv` or `en`, the base of `lang`.
        words: the renderer's words in that language, overrides of the project applied.
        epoch: seconds since 1970 that stand for now (SOURCE_DATE_EPOCH).
        parts: what was made before from the same texts.
    """

    project: Path
    document: Path
    media: Path
    format: Mapping[str, Any]
    language: str
    words: Mapping[str, str]
    epoch: int
    parts: PartStore = field(default_factory=PartStore)

    @property
    def document_name(self) -> str:
        """The document's path as the evaluator knows it, from the project folder."""
        if self.document.is_relative_to(self.project):
            return self.document.relative_to(self.project).as_posix()
        return self.document.name


@cache
def _table(name: str) -> Mapping[str, Any]:
    table: dict[str, Any] = load_trusted(files(__package__).joinpath(name).read_text("utf-8"))
    return table


def words(language: str) -> Mapping[str, str]:
    """The renderer's own words in one language, by Quarto's names where Quarto has the word."""
    chosen: Mapping[str, str] = _table("words.yml")[language]
    return chosen


def options() -> Mapping[str, Any]:
    """The lists of `options.yml`: what this renderer knows, what it refuses."""
    return _table("options.yml")


def option_names(key: str) -> frozenset[str]:
    """One list, as a set."""
    return frozenset(map(str, options()[key]))

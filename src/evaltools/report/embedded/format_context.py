"""What a finisher (HTML, PDF, DOCX) is told beside the resolved document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where it is there: ten times as fast, and as safe."""

LANGUAGES = ("fi", "sv", "en")


@dataclass(frozen=True)
class Context:
    """Surroundings of one document in one format.

    Arguments:
        project: the staged project folder, absolute.
        document: the .qmd file, absolute.
        media: folder to which image paths of the resolved document are relative.
        format: the merged options of this format (`toc`, `number-sections`, `papersize`, ...).
        metadata: the merged metadata as plain values (strings are markdown source).
        language: `fi`, `sv` or `en`, the base of `lang`.
        words: the renderer's words in that language, overrides of the project applied.
        epoch: seconds since 1970 that stand for now (SOURCE_DATE_EPOCH).
    """

    project: Path
    document: Path
    media: Path
    format: Mapping[str, Any]
    metadata: Mapping[str, Any]
    language: str
    words: Mapping[str, str]
    epoch: int


@cache
def words(language: str) -> Mapping[str, str]:
    """The renderer's own words in one language.

    Arguments:
        language: `fi`, `sv` or `en`.

    Returns a mapping from word keys (Quarto's names where Quarto has the word) to text.
    Raises KeyError for another language; the project reader refuses those before.
    """
    text = files(__package__).joinpath("words.yml").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = yaml.load(text, Loader=YAML_LOADER)
    return table[language]


@cache
def options() -> Mapping[str, Any]:
    """All lists by name."""
    text = files(__package__).joinpath("options.yml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return table


def names(key: str) -> frozenset[str]:
    """One list, as a set."""
    return frozenset(map(str, options()[key]))

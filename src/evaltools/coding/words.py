"""Words of the panels in three languages, from words.yml."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from evaltools.study import Language


@cache
def _all() -> dict[str, dict[str, str]]:
    text = (files("evaltools.coding") / "words.yml").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = yaml.safe_load(text)
    return words


def load_words(language: Language) -> dict[str, str]:
    """Every word of the panels in a language, by key."""
    return {key: entry[language] for key, entry in _all().items()}

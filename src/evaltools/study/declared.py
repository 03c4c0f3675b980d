"""What every part of `evaluation.yml` is made of: frozen records, words in three languages."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")


class Declared(BaseModel):
    """A part of the declaration: frozen, and nothing in it that is not known here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Declared):
    """The same words in the three languages."""

    fi: str
    sv: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in one of the languages."""
        words: str = getattr(self, language)
        return words

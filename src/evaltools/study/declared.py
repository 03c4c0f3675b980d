"""Frozen records, and words in the study's languages, of which `evaluation.yml` is made."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Declared(BaseModel):
    """A part of the declaration: frozen, and nothing in it that is not known here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Declared):
    """The same words in each language of the study.

    The languages come as `context={"languages": (...)}` of the validation; words in others are
    allowed. Without a context one language suffices.
    """

    fi: str | None = None
    sv: str | None = None
    en: str | None = None

    @model_validator(mode="after")
    def _has_words(self, info: ValidationInfo) -> Text:
        wanted = tuple((info.context or {}).get("languages", ()))
        if missing := [name for name in wanted if not (getattr(self, name) or "").strip()]:
            raise ValueError(f"has no words in {', '.join(missing)}")
        if not wanted and all(getattr(self, name) is None for name in LANGUAGES):
            raise ValueError(f"has no words in any of {', '.join(LANGUAGES)}")
        return self

    def in_language(self, language: Language) -> str:
        """The words in a language; where there are none, in the first one that has some."""
        for name in (language, *LANGUAGES):
            words: str | None = getattr(self, name)
            if words is not None:
                return words
        raise AssertionError("a text without words is refused when it is made")

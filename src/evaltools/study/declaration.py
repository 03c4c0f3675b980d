"""What `evaluation.yml` may say: the study, its parameters, scenarios, notebooks and reports."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")


def _stays_inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path:
        raise ValueError(f"'{path}' leads out of the study's folder")
    return path


StudyPath = Annotated[str, AfterValidator(_stays_inside)]
"""A path below the study's folder, with forward slashes."""


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


class ByParameter(Declared):
    """A default that follows from another parameter, worked out anew whenever that changes."""

    by: str
    values: dict[str, Any]


class ParameterDeclaration(Declared):
    """One typed parameter.

    Arguments:
        type: choice (one of `choices`), choices (one or several of them), date, integer, number.
        default: a value, or `{by: other, values: {…}}` when it follows from another parameter.
        choices: allowed values of choice and choices, each with a label in three languages.
        minimum, maximum: inclusive limits of date, integer and number.
        label, help: name and explanation in three languages.
    """

    type: Literal["choice", "choices", "date", "integer", "number"]
    default: Any
    choices: dict[str, Text] = Field(default_factory=dict)
    minimum: Any = None
    maximum: Any = None
    label: Text
    help: Text

    @model_validator(mode="after")
    def _fits_its_type(self) -> ParameterDeclaration:
        if self.type in ("choice", "choices") and not self.choices:
            raise ValueError(f"a parameter of type {self.type} needs choices")
        if isinstance(self.default, dict):
            ByParameter.model_validate(self.default)
        for limit in (self.minimum, self.maximum):
            if limit is not None and self.type == "date" and not isinstance(limit, date):
                raise ValueError("minimum and maximum of a date must be dates")
        return self

    @property
    def derived(self) -> ByParameter | None:
        """How the default follows from another parameter, if it does."""
        return ByParameter.model_validate(self.default) if isinstance(self.default, dict) else None


class Scenario(Declared):
    """A named set of parameter values, which may build on another scenario."""

    help: Text
    based_on: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)


class ReportTarget(Declared):
    """A report to render: its main document, its formats, and the name of the files made."""

    source: StudyPath
    formats: tuple[Literal["html", "typst", "docx"], ...] = ("html", "typst", "docx")
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class StudyDeclaration(Declared):
    """The whole of `evaluation.yml`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text
    subtitle: Text
    publisher: Text
    data: StudyPath
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ParameterDeclaration]
    scenarios: dict[str, Scenario] = Field(default_factory=dict)
    notebooks: tuple[StudyPath, ...]
    notebook_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    reports: dict[Language, ReportTarget]

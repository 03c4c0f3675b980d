"""The words of a study: its languages, currency, dimensions, kinds of codes, raters, areas."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

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


Role = Literal["goal", "result", "challenge", "response", "sustainability", "steering", "saving"]
"""What the codes of a kind are in the standard chapters."""

ROLES: tuple[Role, ...] = get_args(Role)
ColumnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Dimension(Declared):
    """A parameter that selects projects by a column of theirs; its value `all` selects every one.

    Arguments:
        column: name of the column.
        of: whose column it is: the project's, its call's, or that of the organisation that leads
            it (where the table of areas has the column as well, that of the lead's area in the
            year of the decision goes first).
        map: the table that gives each value of the column its place on a map of tiles, in the
            columns `tile_row` and `tile_column`; none where there is no map.
    """

    column: ColumnName
    of: Literal["project", "call", "lead"] = "lead"
    map: ColumnName | None = None


class CodeKind(Declared):
    """A kind of codes: how it is called, and its role in the standard chapters, if it has one."""

    label: Text
    role: Role | None = None


class Rater(Declared):
    """A kind of rater: how it is called, and whether it rates its own project."""

    label: Text
    own: bool = False


class Labelled(Declared):
    """Something that is only called something."""

    label: Text


class SizeClass(Declared):
    """A class of areas by their inhabitants: those with fewer than `below`; the last has none."""

    label: Text
    below: Annotated[int, Field(gt=0)] | None = None


class Areas(Declared):
    """How areas are told apart.

    Arguments:
        organisation: kind of those organisations that stand for an area themselves, such as a
            local authority; grants are shared between them. None: of any kind.
        size_classes: from the smallest to the largest; none where areas are not classed by size.
    """

    organisation: Name | None = None
    size_classes: dict[Name, SizeClass] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _grow(self) -> Areas:
        limits = [one.below for one in self.size_classes.values()]
        if limits and (
            limits[-1] is not None
            or None in limits[:-1]
            or sorted(set(limits[:-1]), key=lambda one: one or 0) != limits[:-1]
        ):
            raise ValueError("each size class but the last has a larger `below` than that before")
        return self


def _as_text(value: object) -> object:
    """A year or a wave that YAML took for a number, as the text that it is in the data."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole else value


Label = Annotated[str, BeforeValidator(_as_text)]


class ReportsDue(Declared):
    """From which funded projects a final report can be due; one of the two is named.

    Arguments:
        calls: by wave, the years of those calls whose time to report has come.
        after: column with the day after which a project's report can be due, `calls.closes` or
            `projects.ended`; it can be once that day is not later than the cut-off. Where the day
            is not known it can be.

    A project that has reported is one of them in any case.
    """

    calls: dict[Label, Annotated[tuple[Label, ...], Field(min_length=1)]] | None = None
    after: Annotated[str, Field(pattern=r"^(calls|projects)\.[a-z][a-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.calls is None) == (self.after is None):
            raise ValueError(
                "name either `calls` (by wave the years of the calls whose time has come) or "
                "`after` (a column of days, calls.… or projects.…)"
            )
        return self


class Vocabulary(Declared):
    """What of `evaluation.yml` the data are read by.

    Arguments:
        languages: of the study's words; those of its title where none are named.
        currency: of all sums, as ISO 4217 has it.
        dimensions: parameters that select projects, by name.
        code_kinds: by what stands in the column `kind` of codes. Where none are declared, those
            named like a role have it.
        raters: by what stands in the column `rater_kind` of ratings. Where none are declared,
            `project` rates itself.
        organisation_kinds: by what stands in the column `kind` of organisations; any where none
            are declared.
        areas: how areas are told apart.
        codes_of_numbers: code that stands behind a number, by the key of the number without its
            measure, where it is not the code that the key begins with.
        reports_due: from which funded projects a final report can be due; where it is not
            declared, from every one in scope.
    """

    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = LANGUAGES
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    dimensions: dict[ColumnName, Dimension] = Field(default_factory=dict)
    code_kinds: dict[Name, CodeKind] = Field(default_factory=dict)
    raters: dict[Name, Rater] = Field(default_factory=dict)
    organisation_kinds: dict[Name, Labelled] = Field(default_factory=dict)
    areas: Areas = Areas()
    codes_of_numbers: dict[str, str] = Field(default_factory=dict)
    reports_due: ReportsDue | None = None

    @model_validator(mode="after")
    def _area_is_a_kind(self) -> Self:
        kind = self.areas.organisation
        if kind is not None and self.organisation_kinds and kind not in self.organisation_kinds:
            known = ", ".join(self.organisation_kinds)
            raise ValueError(f"areas.organisation is '{kind}', organisation_kinds are {known}")
        return self

    def role_of(self, kind: str) -> Role | None:
        """The role of a kind of codes in the standard chapters."""
        if self.code_kinds:
            return self.code_kinds[kind].role if kind in self.code_kinds else None
        return next((role for role in ROLES if role == kind), None)

    def kinds_of(self, *roles: Role) -> tuple[str, ...]:
        """The kinds of codes that have one of the roles, in the order of declaration."""
        return tuple(kind for kind in self.code_kinds or ROLES if self.role_of(kind) in roles)

    @property
    def own_raters(self) -> tuple[str, ...]:
        """The kinds of rater that rate their own project."""
        if not self.raters:
            return ("project",)
        return tuple(name for name, rater in self.raters.items() if rater.own)

    def size_class(self, population: int) -> str | None:
        """The size class of an area by its inhabitants; None where there are no classes."""
        for name, one in self.areas.size_classes.items():
            if one.below is None or population < one.below:
                return name
        return None

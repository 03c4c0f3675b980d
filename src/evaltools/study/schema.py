"""What `evaluation.yml` may say: the study, its parameters, scenarios, notebooks and reports."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evaltools.study.publication import Publication
from evaltools.study.report_form import DocumentsDeclaration
from evaltools.study.vocabulary import Declared, Language, Text, Vocabulary


def _stays_inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path:
        raise ValueError(f"'{path}' leads out of the study's folder")
    return path


StudyPath = Annotated[str, AfterValidator(_stays_inside)]
"""A path below the study's folder, with forward slashes."""


ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$")]
"""The full name of an installed module."""


class ByParameter(Declared):
    """A default that follows from another parameter, worked out anew whenever that changes."""

    by: str
    values: dict[str, Any]


class ParameterDeclaration(Declared):
    """One typed parameter.

    Arguments:
        type: choice (one of `choices`), choices (one or several of them), date, integer, number.
        default: a value, or `{by: other, values: {…}}` when it follows from another parameter.
            Of choices from a table `all` stands for every one.
        choices: allowed values of choice and choices, each with a label.
        from: column of a table, `areas.code`, whose values are choices as well.
        minimum, maximum: inclusive limits of date, integer and number.
        label, help: name and explanation.
    """

    type: Literal["choice", "choices", "date", "integer", "number"]
    default: Any
    choices: dict[str, Text] = Field(default_factory=dict)
    table_column: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")] | None = (
        Field(default=None, alias="from")
    )
    minimum: Any = None
    maximum: Any = None
    label: Text
    help: Text

    @model_validator(mode="after")
    def _fits_its_type(self) -> ParameterDeclaration:
        if self.type in ("choice", "choices") and not (self.choices or self.table_column):
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


FileStem = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class Companion(Declared):
    """A document that is made and published beside each report, of the same findings.

    Arguments:
        name: of the files made, before the language; one of each language, or one for all.
        sources: the document of each language, `reports/release/fi.qmd`.
    """

    kind: ClassVar[Literal["press_release", "slides"]]
    name: FileStem | dict[Language, FileStem]
    sources: Annotated[dict[Language, StudyPath], Field(min_length=1)]

    @model_validator(mode="after")
    def _named_in_each(self) -> Self:
        if isinstance(self.name, dict) and (lacking := self.sources.keys() - self.name.keys()):
            raise ValueError(f"name: lacks {', '.join(sorted(lacking))}")
        return self

    def file_of(self, language: Language) -> str:
        """Name of the files in a language, without what tells their format."""
        name = self.name[language] if isinstance(self.name, dict) else self.name
        return f"{name}-{language}"

    def language_of(self, file: str) -> Language | None:
        """The language of one of its files by name; None for a file of something else."""
        stem = file.rpartition(".")[0]
        return next((each for each in self.sources if stem == self.file_of(each)), None)

    def languages_beside(self, report: Language) -> tuple[Language, ...]:
        """In which languages it is made beside the report in one."""
        return tuple(self.sources)

    def formats_by(self, engine: str) -> tuple[str, ...]:
        """The formats that an engine makes of it."""
        raise NotImplementedError


class PressRelease(Companion):
    """The press release of a report: a page in each language, made anew with every build.

    Arguments:
        title: the finding whose sentence is the title.
        contact: whom readers can ask, as printed.
    """

    kind = "press_release"
    title: str
    formats: tuple[Literal["html", "docx"], ...] = ("html", "docx")
    contact: Text | None = None

    def formats_by(self, engine: str) -> tuple[str, ...]:
        """Those that are declared, whatever the engine."""
        return self.formats


class Slides(Companion):
    """The deck of a report: a message a slide with its figure.

    Figures are drawn in the language of the run, so each report has the deck of its language.
    """

    kind = "slides"

    def languages_beside(self, report: Language) -> tuple[Language, ...]:
        """That of the report, where the deck has it."""
        return tuple(each for each in self.sources if each == report)

    def formats_by(self, engine: str) -> tuple[str, ...]:
        """A PDF, or reveal.js (a page) where Quarto renders."""
        return ("revealjs",) if engine == "quarto" else ("typst",)


Regime = Literal["open", "cells", "group"]
"""How the numbers of a kind are protected. `open`: not at all. `cells`: every count, and what is
left when it is taken from all, is of enough projects. `group`: the projects that a number speaks of
are enough."""

SENSITIVE: dict[str, Regime] = {
    "rating.*": "cells",
    "optimism_gap.*": "cells",
    "savings.claimed.*": "cells",
    "saving.*": "cells",
    "savings.*": "group",
    "steering.*": "group",
    "*.denied.share": "group",
}
"""What a study protects that declares nothing of its own."""

UNGUARDED = frozenset(
    {
        "answered", "appropriations", "calls", "challenge", "coding", "goal", "goal_quality",
        "goals", "grants", "group_difference", "areas", "network", "pair", "population",
        "prevalence_by_rule", "projects", "reports", "response", "result", "sustainability",
        "saturation", "selection", "takeup", "unseen", "wave_difference",
    }
)  # fmt: skip
"""Numbers whose figures and tables withhold nothing: declaring them sensitive would be in vain."""


def _can_be_withheld(pattern: str) -> str:
    family = pattern.partition(".")[0]
    if pattern != "*.denied.share" and (family in UNGUARDED or re.search(r"[^a-z0-9_]", family)):
        raise ValueError(
            f"'{pattern}' cannot be withheld everywhere; name ratings, savings, their gap, codes "
            "of other kinds than goal, result, challenge and response, or '*.denied.share'"
        )
    return pattern


class Disclosure(Declared):
    """What of sensitive matter may be published; the register of grants is public and not meant.

    Arguments:
        quotes: how passages of reports are printed: not at all, as an approved paraphrase, word
            for word but for approved deletions, or word for word.
        sensitive: patterns of keys of indicators, and how those that fit are protected; the first
            that fits holds, and what no pattern fits is open.
        minimum_projects: sensitive numbers of fewer projects are withheld. A run may ask for
            more by its parameter `minimum_cell`, never for less.
        dominance_n, dominance_share: sensitive euros are withheld, whatever is worked out from
            them, when so many of the largest contributions make up more than this share of
            their sum.
        p_percent: they are withheld as well when the second largest contributor could work out
            the largest contribution more closely than within so many per cent.
        rounding: base to which shown counts of the regime `cells` are rounded, or none.
        allowed: words that may be published although they look like a person or an address.
        corrections: why the numbers of an earlier release were wrong, by its name.
    """

    quotes: Literal["none", "paraphrase", "redacted", "verbatim"] = "none"
    sensitive: dict[Annotated[str, AfterValidator(_can_be_withheld)], Regime] = Field(
        default_factory=lambda: dict(SENSITIVE)
    )
    minimum_projects: Annotated[int, Field(ge=1, le=50)] = 5
    dominance_n: Annotated[int, Field(ge=1, le=10)] = 2
    dominance_share: Annotated[float, Field(gt=0, le=1)] = 0.9
    p_percent: Annotated[float, Field(ge=0, le=100)] = 10
    rounding: Annotated[int, Field(ge=2, le=100)] | None = None
    allowed: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    corrections: dict[str, Text] = Field(default_factory=dict)


Criterion = Literal[
    "relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability"
]
"""The evaluation criteria of the OECD's Development Assistance Committee.

Source: OECD DAC Network on Development Evaluation 2019, Better Criteria for Better Evaluation.
"""

QuestionId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,15}$")]


class Departure(Declared):
    """Something that was done otherwise than planned, and why."""

    what: Text
    why: Text


class EvidenceDeclaration(Declared):
    """What an answer rests on.

    Arguments:
        codes: ids of the codebook, or patterns of them such as `goal.*`.
        tables: tables of the data package.
    """

    codes: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


class PlannedMethod(Declared):
    """How a question was to be answered.

    Arguments:
        text: in words.
        intervals: methods of intervals that the plan names, as indicators have them (`wilson`);
            one that none of the question's indicators has is a departure.
    """

    text: Text
    intervals: tuple[str, ...] = ()


class Question(Declared):
    """A question that the evaluation answers, and with what.

    Arguments:
        indicators: keys, or patterns of keys such as `challenge.*.share`.
        findings: ids of `reports/findings.yml`.
        departures: where the evaluation left its plan; a departure that is found by the build and
            not told here is a problem.
    """

    id: QuestionId
    text: Text
    criterion: Criterion
    indicators: tuple[str, ...] = ()
    evidence: EvidenceDeclaration = EvidenceDeclaration()
    findings: tuple[str, ...] = ()
    method: PlannedMethod
    departures: tuple[Departure, ...] = ()


class MainQuestion(Declared):
    """A question that the evaluation was asked, made up of those that it answers one by one."""

    id: QuestionId
    text: Text
    parts: Annotated[tuple[Question, ...], Field(min_length=1)]


class Statement(Declared):
    """What the study itself says on an item of a checklist that no section of a report answers.

    Arguments:
        item: checklist and item, `srqr.20`.
        status: the item is answered by the text, answered in part, or does not apply.
    """

    item: Annotated[str, Field(pattern=r"^[a-z]+\.[0-9.]+$")]
    status: Literal["present", "partly", "not_applicable"]
    text: Text


Topic = Literal[
    "annexes", "conclusions", "context", "data", "description", "findings", "inference", "limits",
    "methods", "object", "programme", "protection", "questions", "recommendations", "results",
    "selection", "summary", "units",
]  # fmt: skip
"""What checklists of reporting ask a report for."""


class Judging(Declared):
    """What a finding needs before the report may say it.

    Arguments:
        least_reports: of fewer reports nothing is concluded; the sentences say so.
        least_group: fewer reports on one side of a comparison of groups, and it is none.
        least_alpha: Krippendorff's alpha below which coders are said to disagree on a code.

    Source of the default: Krippendorff 2018, Content Analysis, 4th ed., chapter 12.
    """

    least_reports: Annotated[int, Field(ge=1, le=1000)] = 10
    least_group: Annotated[int, Field(ge=2, le=1000)] = 10
    least_alpha: Annotated[float, Field(ge=0, le=1)] = 0.667


class Matters(Declared):
    """How large a change must be to be told in the chapter on what changed, besides being sure.

    Arguments:
        share: of shares, 0.1 being ten percentage points.
        amount: of counts and sums, as a part of what they were.
    """

    share: Annotated[float, Field(ge=0, le=1)] = 0.1
    amount: Annotated[float, Field(ge=0, le=100)] = 0.1


class PredecessorDeclaration(Declared):
    """The published report that the next one follows.

    Arguments:
        path: of its bundle, or of the record that publishing it left (`releases/…-record.json`).
        sha256: of the record, or of the bundle's checklist; whatever stands at the path where it
            is not given.
        matters: how large a change must be to be told.
    """

    path: StudyPath
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    matters: Matters = Matters()


class StudyDeclaration(Vocabulary):
    """The whole of `evaluation.yml`: what the data are read by (`Vocabulary`), and what is done.

    Arguments:
        short_title: in the head of pages; the title where there is none.
        notebooks: in the order of chapters. Where none are named, `load_study` takes those of the
            folder `notebooks`.
        reports: by language. Where none are named, `load_study` takes those of
            `reports/<language>/report.qmd`.
        press_release: made and published beside each report, in all its languages.
        slides: a deck, made and published beside each report in its language.
        notebook_seconds, notebook_megabytes: what one notebook may take of time and of memory.
        coder_word: before the number in pseudonyms that an import makes.
        chapters: for a notebook the module whose `compute(evidence)` it calls, and all of whose
            indicators it hands over. A notebook without one hands over what it likes.
        sections: anchors of the report's sections on the topics of checklists, where they are not
            called `sec-<topic>`.
        judging: what a finding needs before the report may say it.
        predecessor: the published report that this one follows; its chapter on what changed has
            nothing to say without one.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text | None = None
    subtitle: Text | None = None
    publisher: Text | None = None
    data: StudyPath = "data"
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ParameterDeclaration] = (
        Field(default_factory=dict)
    )
    scenarios: dict[str, Scenario] = Field(default_factory=dict)
    notebooks: tuple[StudyPath, ...] = ()
    notebook_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    notebook_megabytes: Annotated[int, Field(ge=512, le=1_048_576)] = 4096
    coder_word: Annotated[str, Field(min_length=1)] = "Coder"
    chapters: dict[StudyPath, ModuleName] = Field(default_factory=dict)
    reports: dict[Language, ReportTarget] = Field(default_factory=dict)
    press_release: PressRelease | None = None
    slides: Slides | None = None
    questions: tuple[MainQuestion, ...] = ()
    statements: tuple[Statement, ...] = ()
    sections: dict[Topic, tuple[Annotated[str, Field(pattern=r"^sec-[a-z0-9-]+$")], ...]] = Field(
        default_factory=dict
    )
    publication: Publication | None = None
    disclosure: Disclosure = Disclosure()
    judging: Judging = Judging()
    predecessor: PredecessorDeclaration | None = None
    documents: DocumentsDeclaration = DocumentsDeclaration()

    @property
    def companions(self) -> tuple[Companion, ...]:
        """The documents that are made beside each report."""
        return tuple(each for each in (self.press_release, self.slides) if each is not None)

    def published_with(self, language: Language) -> tuple[Language, ...]:
        """The languages of the bundle of a report in one of them, which is the first."""
        declared = self.publication.languages if self.publication else ()
        others = declared if language in declared else ()
        return (language, *(each for each in others if each != language))

    def printed(
        self, part: Literal["short_title", "subtitle", "publisher"], language: Language
    ) -> str:
        """One of the texts of the title page that a study may do without; empty where it does."""
        text: Text | None = getattr(self, part)
        if text is None and part == "short_title":
            text = self.title
        return text.in_language(language) if text else ""

    def whole_title(self, language: Language) -> str:
        """The title, with the subtitle where there is one."""
        parts = self.title.in_language(language), self.printed("subtitle", language)
        return ". ".join(part for part in parts if part)

"""`reports/cases.yml`: by which rules projects and quotations are chosen."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Annotated, Final

from pydantic import Field, model_validator

from evaltools.indicators.case_selection import CaseRule
from evaltools.problems import Problem, refuse
from evaltools.study import Study
from evaltools.study.declaration_files import read_declaration
from evaltools.study.vocabulary import Declared

FILE_NAME: Final = "reports/cases.yml"
CODE: Final = "cases"

Few = Annotated[int, Field(ge=0, le=3)]
Length = Annotated[int, Field(ge=1, le=1000)]
CaseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class QuoteLength(Declared):
    """Quotations of so many characters are short enough to read and long enough to say something.

    Arguments:
        least, most: characters.
    """

    least: Length = 40
    most: Length = 240

    @model_validator(mode="after")
    def _is_a_range(self) -> QuoteLength:
        if self.least > self.most:
            raise ValueError(f"least ({self.least}) is more than most ({self.most})")
        return self


class Voices(Declared):
    """Which findings have quotations beside them, and how many.

    Arguments:
        findings: by id.
        supporting, contradicting: quotations for and against each, at most.
    """

    findings: Annotated[tuple[str, ...], Field(min_length=1)]
    supporting: Few = 1
    contradicting: Few = 1


class CaseDeclaration(Declared):
    """The whole file.

    Arguments:
        cases: rules by name; each gives a project.
        quotes_a_case: quotations of each project, at most.
        voices: quotations beside findings.
        characters: length of all quotations.
    """

    cases: Annotated[dict[CaseName, CaseRule], Field(max_length=4)] = Field(default_factory=dict)
    quotes_a_case: Few = 2
    voices: Voices | None = None
    characters: QuoteLength = QuoteLength()


def load_cases(study: Study, findings: Collection[str]) -> CaseDeclaration | None:
    """What a study declares; None where it has no such file.

    Arguments:
        findings: ids of all findings of the study.

    Raises:
        ProblemError: everything that is wrong with it, each with its line.
    """
    if not os.path.lexists(study.root / FILE_NAME):
        return None
    made, where = read_declaration(study.root, FILE_NAME, CaseDeclaration, CODE)
    named = made.voices.findings if made.voices else ()
    refuse(
        Problem(where("voices", "findings"), f"no finding is called '{name}'", "",
                "See reports/findings.yml.", CODE)
        for name in named
        if name not in findings
    )  # fmt: skip
    return made

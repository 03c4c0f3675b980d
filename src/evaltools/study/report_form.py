"""`documents:` of `evaluation.yml`: the form that reports are written on, and its wordings."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from evaltools.study.vocabulary import Declared, Text


class Wordings(Declared):
    """Alternative wordings in each language; `*` stands for any words."""

    fi: tuple[str, ...] = ()
    sv: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The wordings of every language."""
        return (*self.fi, *self.sv, *self.en)


class FormSection(Declared):
    """A section of the form that reports are written on.

    Arguments:
        id: short name, `goals`.
        title: what it is called in tables and figures.
        headings: what its heading may be; numbers before it, capitals and small misspellings
            make no difference.
        required: whether a document without it is told.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    title: Text
    headings: Wordings
    required: bool = False

    @model_validator(mode="after")
    def _has_headings(self) -> FormSection:
        if not any(wording.strip(" *") for wording in self.headings.all):
            raise ValueError(f"section '{self.id}' has no heading to be known by")
        return self


def _is_pattern(pattern: str) -> str:
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression ({error})") from None
    if found.match(""):
        raise ValueError(f"'{pattern}' also fits where there is no register number")
    return pattern


class FormFields(Declared):
    """Labels of the form's fields from which an import takes what it must know."""

    register_number: Wordings = Wordings(
        en=("Register number", "Case number", "Reference number", "Project number")
    )
    kind: Wordings = Wordings(en=("Kind of report", "Type of document"))
    received: Wordings = Wordings(en=("Received", "Date received"))


KindName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class DocumentsDeclaration(Declared):
    """How documents that were received are told apart and taken in.

    Arguments:
        register_numbers: regular expressions of the register numbers in use, written with `/`;
            numbers with spaces around the strokes, or dashes in their place, fit as well. Where
            there are none, the numbers of the study's projects are looked for as they are.
        fields: labels of the form's fields.
        kinds: wordings of titles and of a field of the form that tell the kinds of documents
            apart, by what stands in the column `kind` of documents.
        sections: sections of the form, in its order.
    """

    register_numbers: tuple[Annotated[str, AfterValidator(_is_pattern)], ...] = ()
    fields: FormFields = FormFields()
    kinds: dict[KindName, Wordings] = Field(
        default={
            "final": Wordings(en=("Final report*", "*final report")),
            "interim": Wordings(en=("Interim report*", "*interim report")),
            "application": Wordings(en=("Application*", "*grant application")),
            "decision": Wordings(en=("Decision*", "*grant decision")),
        }
    )
    sections: tuple[FormSection, ...] = ()

    @model_validator(mode="after")
    def _sections_differ(self) -> DocumentsDeclaration:
        ids = [section.id for section in self.sections]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"more than one section has the id {', '.join(twice)}")
        owners: dict[str, str] = {}
        for section in self.sections:
            for wording in section.headings.all:
                other = owners.setdefault(" ".join(wording.casefold().split()), section.id)
                if other != section.id:
                    raise ValueError(
                        f"the heading '{wording}' is of both '{other}' and '{section.id}'"
                    )
        return self

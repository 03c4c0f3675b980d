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
        """The wordings of every language, Finnish first."""
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

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
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
        fi=("Diaarinumero", "Asianumero", "Asiatunnus", "Päätöksen numero", "Dnro"),
        sv=("Diarienummer", "Ärendenummer", "Beslutets nummer", "Dnr"),
        en=("Register number", "Case number", "Reference number"),
    )
    kind: Wordings = Wordings(
        fi=("Raportin laji", "Asiakirjan laji"),
        sv=("Rapportens art", "Typ av rapport", "Typ av handling"),
        en=("Kind of report", "Type of document"),
    )
    received: Wordings = Wordings(
        fi=("Saapunut", "Saapumispäivä", "Vastaanotettu"),
        sv=("Inkommit", "Ankomstdag", "Mottagen"),
        en=("Received", "Date received"),
    )


class KindWordings(Declared):
    """Titles and field values that tell what kind of document it is."""

    final: Wordings = Wordings(
        fi=("Loppuraportti*", "*loppuraportti"),
        sv=("Slutrapport*", "*slutrapport"),
        en=("Final report*", "*final report"),
    )
    interim: Wordings = Wordings(
        fi=("Väliraportti*", "*väliraportti"),
        sv=("Mellanrapport*", "*mellanrapport"),
        en=("Interim report*", "*interim report"),
    )
    application: Wordings = Wordings(
        fi=("Hakemus*", "*avustushakemus", "Avustushakemus*"),
        sv=("Ansökan*", "Ansökan om understöd*"),
        en=("Application*", "*grant application"),
    )
    decision: Wordings = Wordings(
        fi=("Päätös*", "*avustuspäätös", "Avustuspäätös*"),
        sv=("Beslut*", "*understödsbeslut"),
        en=("Decision*", "*grant decision"),
    )


class DocumentsDeclaration(Declared):
    """How documents that were received are told apart and taken in.

    Arguments:
        register_numbers: regular expressions of the register numbers in use, written with `/`;
            numbers with spaces around the strokes, or dashes in their place, fit as well. The
            usual one is letters, a running number, perhaps the class of the case, and the year:
            `VN/1234/2020`, `VM/1234/02.02.03.04/2017`.
        fields: labels of the form's fields.
        kinds: what tells final reports, interim reports, applications and decisions apart.
        sections: sections of the form, in its order.
    """

    register_numbers: tuple[Annotated[str, AfterValidator(_is_pattern)], ...] = (
        r"[A-ZÅÄÖ]{2,8}/\d{1,7}(?:/\d{2}(?:\.\d{2}){0,4})?/\d{4}",
    )
    fields: FormFields = FormFields()
    kinds: KindWordings = KindWordings()
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

"""What a study may declare of its publication: authors, licence, series and identifiers."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from evaltools.study.vocabulary import Declared, Language, Text


class Licence(Declared):
    """A licence by name and address."""

    name: str
    url: Annotated[str, Field(pattern=r"^https://[^\s]+$")]


class Author(Declared):
    """Someone who answers for a publication.

    Arguments:
        name: as printed.
        kind: person or organisation.
        url: an address that identifies them, such as an ORCID.
    """

    name: str
    kind: Literal["person", "organisation"] = "person"
    url: Annotated[str, Field(pattern=r"^https://[^\s]+$")] | None = None


def _checks_isbn(written: str) -> str:
    digits = written.replace("-", "")
    if not re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        raise ValueError(f"'{written}' is no ISBN of 13 digits")
    if sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10:
        raise ValueError(f"'{written}' is no ISBN: its last digit does not fit the others")
    return written


def _checks_issn(written: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{3}[\dX]", written, re.ASCII):
        raise ValueError(f"'{written}' is no ISSN, such as 1797-9714")
    digits = [10 if sign == "X" else int(sign) for sign in written.replace("-", "")]
    if sum(digit * weight for digit, weight in zip(digits, range(8, 0, -1), strict=True)) % 11:
        raise ValueError(f"'{written}' is no ISSN: its last sign does not fit the others")
    return written


Isbn = Annotated[str, AfterValidator(_checks_isbn)]
"""An ISBN of 13 digits, with or without hyphens (ISO 2108)."""
Issn = Annotated[str, AfterValidator(_checks_issn)]
"""An ISSN (ISO 3297)."""
Urn = Annotated[str, Field(pattern=r"^(?i:urn):[A-Za-z0-9][A-Za-z0-9-]{0,31}:[!-~]+$")]
"""A uniform resource name (RFC 8141)."""


class Publication(Declared):
    """What only people can say of a publication.

    Arguments:
        published: the day of publication; nothing here reads a clock.
        authors: those who answer for it.
        licence: of the report and its tables.
        series, number, issn: the series that it appears in, and its number there.
        programme: that it is a part of.
        isbn, urn: of the report in each language.
        keywords: in each language; general ones where none are declared.
        languages: that are published together in one bundle; each by itself where none are named.
    """

    published: date
    authors: Annotated[tuple[Author, ...], Field(min_length=1)]
    licence: Licence
    series: Text | None = None
    number: str | None = None
    issn: Issn | None = None
    programme: Text | None = None
    isbn: dict[Language, Isbn] = Field(default_factory=dict)
    urn: dict[Language, Urn] = Field(default_factory=dict)
    keywords: tuple[Text, ...] = ()
    languages: tuple[Language, ...] = ()

    @model_validator(mode="after")
    def _number_has_series(self) -> Publication:
        if self.series is None and (self.number or self.issn):
            raise ValueError("a number or an ISSN is one of a series: declare `series`")
        return self

    @model_validator(mode="after")
    def _each_language_once(self) -> Publication:
        if len(set(self.languages)) < len(self.languages):
            raise ValueError("languages: names one twice")
        return self

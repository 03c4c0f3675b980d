"""How a report is cited and catalogued: from what the study declares of it, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.study.schema import StudyDeclaration


@dataclass(frozen=True)
class Citation:
    """What a library records of a report, in one of its languages; empty where not declared.

    Arguments:
        authors: those who answer for it, as printed. title: with the subtitle.
        series: with the number in it. programme: of which the report is a part.
        publisher: as printed. month: of publication, `marraskuu 2026`. year: of publication.
        isbn, urn: of the report in this language. issn: of the series.
        licence: its name.
    """

    authors: tuple[str, ...]
    title: str
    series: str = ""
    programme: str = ""
    publisher: str = ""
    month: str = ""
    year: str = ""
    isbn: str = ""
    issn: str = ""
    urn: str = ""
    licence: str = ""

    @property
    def text(self) -> str:
        """How to cite the report, as plain text: authors, year, title, series, publisher, ids."""
        authors = "; ".join(self.authors) or self.publisher
        begun = " ".join(part for part in (authors, f"({self.year})" if self.year else "") if part)
        # An author that publishes its own work is named once.
        publisher = self.publisher if self.publisher != authors else ""
        isbn = f"ISBN {self.isbn}" if self.isbn else ""
        issn = f"ISSN {self.issn}" if self.issn else ""
        parts = (begun, self.title, self.series, publisher, isbn, issn, self.urn)
        return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def cite(declared: StudyDeclaration, language: Language) -> Citation:
    """The report of a study in a language, as it is cited.

    Arguments:
        declared: the study; without `publication` only title and publisher are known.
    """
    title, publisher = declared.whole_title(language), declared.printed("publisher", language)
    made = declared.publication
    if made is None:
        return Citation((), title, publisher=publisher)
    series = made.series.in_language(language) if made.series else ""
    return Citation(
        authors=tuple(author.name for author in made.authors),
        title=title,
        series=f"{series} {made.number}".strip() if made.number else series,
        programme=made.programme.in_language(language) if made.programme else "",
        publisher=publisher,
        month=say.month(made.published, language),
        year=str(made.published.year),
        isbn=made.isbn.get(language, ""),
        issn=made.issn or "",
        urn=made.urn.get(language, ""),
        licence=made.licence.name,
    )


def catalogue_rows(
    declared: StudyDeclaration, language: Language, words: Words
) -> list[tuple[str, str]]:
    """Fields of a description sheet with their labels, in its order; absent ones are left out."""
    cited = cite(declared, language)
    rows = [
        ("title", cited.title),
        ("authors", "; ".join(cited.authors)),
        ("publisher", cited.publisher),
        ("series", cited.series),
        ("programme", cited.programme),
        ("month", cited.month),
        ("isbn", cited.isbn),
        ("issn", cited.issn),
        ("urn", cited.urn),
        ("licence", cited.licence),
        ("cite", cited.text),
    ]
    return [(words(f"report.sheet.{name}"), text) for name, text in rows if text]


def catalogue_record(declared: StudyDeclaration, language: Language) -> dict[str, object]:
    """What a page tells catalogues of the report; empty without `publication`."""
    cited, made = cite(declared, language), declared.publication
    if made is None:
        return {}
    texts = {
        "title": cited.title,
        "publisher": cited.publisher,
        "published": made.published.isoformat(),
        "language": language,
        "series": cited.series,
        "issn": cited.issn,
        "isbn": cited.isbn,
        "urn": cited.urn,
        "licence": made.licence.url,
    }
    authors = [{"name": each.name, "kind": each.kind} for each in made.authors]
    return {name: text for name, text in texts.items() if text} | {"authors": authors}

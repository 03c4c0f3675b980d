"""What the printed formats say of a document: its metadata as plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from evaltools.report.embedded.ast import Node
from evaltools.report.embedded.context import Context
from evaltools.report.embedded.print_tree import meta_flag, meta_list, meta_text


@dataclass(frozen=True)
class Facts:
    """The facts of a document; texts that it does not give are empty.

    Arguments:
        language, region: `fi`, `FI`; the region may be empty.
        notice: a line for every page, such as that the data are made up.
        contents_depth: how many levels of headings the contents list.
    """

    title: str
    short_title: str
    subtitle: str
    authors: tuple[str, ...]
    date: str
    series: str
    publisher: str
    description: str
    keywords: tuple[str, ...]
    language: str
    region: str
    notice: str
    contents_title: str
    contents_depth: int
    chapters_on_new_page: bool

    @property
    def language_tag(self) -> str:
        """Language and region as one tag, `fi-FI`."""
        return f"{self.language}-{self.region}" if self.region else self.language

    @property
    def imprint(self) -> str:
        """Who answers for the document, at the foot of its pages."""
        return self.publisher or ", ".join(self.authors)

    def cover(self) -> dict[str, str]:
        """The texts of the cover by its parts."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "series": self.series,
            "publisher": self.publisher,
            "author": ", ".join(self.authors),
            "date": self.date,
            "notice": self.notice,
        }

    def properties(self) -> dict[str, str]:
        """The texts of a file's properties."""
        return {
            "title": self.title,
            "author": ", ".join(self.authors) or self.publisher,
            "keywords": ", ".join(self.keywords),
            "description": self.description,
            "language": self.language_tag,
        }


REGIONS = {"fi": "FI", "sv": "FI", "en": "GB"}


def facts_of(tree: Node, context: Context) -> Facts:
    """The facts of a resolved document.

    Arguments:
        tree: pandoc's JSON tree.
        context: surroundings; its options and words stand in where metadata say nothing.
    """
    title = meta_text(tree, "title", "pagetitle")
    base, _, region = (meta_text(tree, "lang") or context.language).partition("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", base):
        base = context.language
    depth = meta_text(tree, "toc-depth") or str(context.format.get("toc-depth", 3))
    wanted = meta_flag(tree, "example-notice", False)
    return Facts(
        title=title,
        short_title=meta_text(tree, "short-title") or title,
        subtitle=meta_text(tree, "subtitle"),
        authors=meta_list(tree, "author"),
        date=publication_date(meta_text(tree, "date"), context.language),
        series=meta_text(tree, "series"),
        publisher=meta_text(tree, "publisher"),
        description=meta_text(tree, "description", "abstract"),
        keywords=meta_list(tree, "keywords"),
        language=base.lower(),
        region=region.upper() if re.fullmatch(r"[A-Za-z]{2}", region) else REGIONS.get(base, ""),
        notice=meta_text(tree, "example-notice") if wanted else "",
        contents_title=meta_text(tree, "toc-title") or context.words["toc-title-document"],
        contents_depth=int(depth) if depth.isdigit() else 3,
        chapters_on_new_page=meta_flag(tree, "chapters-on-new-page", True),
    )


def shortened(text: str, length: int) -> str:
    """Whole words of a text up to a number of characters, with an ellipsis where some are cut."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0] + " …"


def publication_date(text: str, language: str) -> str:
    """A date as it is written in the language; text that is no ISO date stays as it is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    pattern = "d.M.y" if language == "fi" else "d MMMM y"
    return format_date(date.fromisoformat(text), pattern, locale=language)

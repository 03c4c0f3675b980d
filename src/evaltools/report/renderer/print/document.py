"""A walk through the resolved document that knows where it is, and its metadata as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel.dates import format_date

from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc_tree import Node, attributes, text_of

_WORDS = frozenset(("Str", "Space", "SoftBreak", "LineBreak"))
REGIONS = {"fi": "FI", "sv": "FI", "en": "GB"}


@dataclass(frozen=True)
class Place:
    """Where in the document a node stands.

    Arguments:
        section: text of the nearest heading before it; empty before the first.
        boxes: what it is inside of, outermost first: `Table`, or with classes `Div.callout`.
        figure: identifier of the innermost figure or table around it; may be empty.
        row_headers: whether something around it says that first cells are row headers.
    """

    section: str = ""
    boxes: tuple[str, ...] = ()
    figure: str = ""
    row_headers: bool = False

    def inside(self, name: str) -> bool:
        """Whether a box of this element type, or div of this class, is around the place."""
        return any(name in box.split(".") for box in self.boxes)

    def located(self, context: Context) -> str:
        """The place in words: document, section, and figure where there is one."""
        section = f"section “{self.section}”" if self.section else ""
        return ", ".join(part for part in (context.document_name, section, self.figure) if part)


def walk(tree: Node) -> Iterator[tuple[Node, Place]]:
    """Every element of a document but words and spaces, in reading order, with its place."""
    yield from _walk(tree["blocks"], Place(), [""])


def _walk(content: Any, place: Place, section: list[str]) -> Iterator[tuple[Node, Place]]:
    if isinstance(content, list):
        for item in content:
            if isinstance(item, list | dict):
                yield from _walk(item, place, section)
    elif isinstance(content, dict) and "t" in content and content["t"] not in _WORDS:
        if content["t"] == "Header":
            section[0] = text_of(content["c"][2])
        yield content, replace(place, section=section[0])
        if isinstance(content.get("c"), list):
            yield from _walk(content["c"], _enter_node(content, place), section)


def _enter_node(node: Node, place: Place) -> Place:
    identifier, classes, pairs = attributes(node)
    numbered = identifier and node["t"] in ("Figure", "Table")
    return Place(
        boxes=(*place.boxes, ".".join((node["t"], *classes))),
        figure=identifier if numbered else place.figure,
        row_headers=pairs.get("row-headers", "0") != "0" or place.row_headers,
    )


def meta_text(tree: Node, *names: str) -> str:
    """Plain text of the first of the named metadata values that is there; else empty."""
    texts = (", ".join(meta_list(tree, name)) for name in names)
    return next((text for text in texts if text), "")


def meta_list(tree: Node, name: str) -> tuple[str, ...]:
    """Plain texts of a metadata list; a single value is a list of one.

    Of maps (authors with affiliations) it takes the name.
    """
    value = tree["meta"].get(name)
    if value is None:
        return ()
    items = value["c"] if value["t"] == "MetaList" else [value]
    return tuple(text for item in items if (text := _value_text(item)))


def meta_flag(tree: Node, name: str, default: bool) -> bool:
    """A metadata value that is yes or no."""
    value = tree["meta"].get(name)
    if value is None:
        return default
    if value["t"] == "MetaBool":
        return bool(value["c"])
    return _value_text(value).lower() not in ("false", "no", "0", "")


def _value_text(value: Node) -> str:
    if value["t"] == "MetaMap":
        names = [key for key in ("name", "literal", "text") if key in value["c"]]
        return _value_text(value["c"][names[0]]) if names else ""
    if value["t"] == "MetaString":
        return str(value["c"])
    return "" if value["t"] == "MetaBool" else text_of(value["c"])


@dataclass(frozen=True)
class Facts:
    """The metadata of a document as plain text; texts that it does not give are empty.

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
    def author(self) -> str:
        """The authors in one text."""
        return ", ".join(self.authors)

    @property
    def imprint(self) -> str:
        """Who answers for the document, at the foot of its pages."""
        return self.publisher or self.author

    def cover(self) -> dict[str, str]:
        """The texts of the cover by its parts."""
        names = ("title", "subtitle", "series", "publisher", "author", "date", "notice")
        return {name: getattr(self, name) for name in names}


def read_facts(tree: Node, context: Context) -> Facts:
    """The facts of a resolved document; options and words stand in where metadata say nothing."""
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


def publication_date(text: str, language: str) -> str:
    """A date as it is written in the language; text that is no ISO date stays as it is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    pattern = "d.M.y" if language == "fi" else "d MMMM y"
    return format_date(date.fromisoformat(text), pattern, locale=language)


def shorten(text: str, length: int) -> str:
    """Whole words of a text up to a number of characters, with an ellipsis where some are cut."""
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + " …"

"""The resolved document of the printed formats: where things stand, its facts, what is wrong.

PDF/UA-1 (ISO 14289-1:2014) asks for alternative texts, headings that skip no level and tables
with headers; the setter refuses some of these one by one and without saying where.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evaltools.problems import Problem, refuse
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.media import write_picture
from evaltools.report.renderer.pandoc_tree import (
    RAW_KINDS,
    Node,
    attributes,
    is_div,
    nodes,
    rewrite,
    text_of,
)

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
    section = ""
    waiting: list[tuple[Any, Place]] = [(tree["blocks"], Place())]
    while waiting:
        content, place = waiting.pop()
        if type(content) is list:
            if content and type(content[0]) is not str:  # attributes hold nothing
                for each in reversed(content):
                    if type(each) in _HOLDERS:
                        waiting.append((each, place))
        elif content.get("t", "Str") not in _WORDS:
            if content["t"] == "Header":
                section = text_of(content["c"][2])
            if place.section != section:
                place = replace(place, section=section)
            yield content, place
            if type(content.get("c")) is list:
                waiting.append((content["c"], _enter_node(content, place)))


_HOLDERS = (list, dict)


def _enter_node(node: Node, place: Place) -> Place:
    identifier, classes, pairs = attributes(node)
    numbered = identifier and node["t"] in ("Figure", "Table")
    return Place(
        section=place.section,
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
        date: as printed; the month where the report is published in one.
        language, region: `fi`, `FI`; the region may be empty.
        notice: a line for every page, such as that the data are made up.
        contents_depth: how many levels of headings the contents list.
        one_page: whether all of it is to stand on one page, without a cover.
        slides: whether each chapter is a slide.
        source_line: where slides come from, at the foot of each.
    """

    title: str
    short_title: str
    subtitle: str
    authors: tuple[str, ...]
    date: str
    series: str
    publisher: str
    programme: str
    description: str
    keywords: tuple[str, ...]
    language: str
    region: str
    notice: str
    contents_title: str
    contents_depth: int
    chapters_on_new_page: bool
    one_page: bool = False
    slides: bool = False
    source_line: str = ""

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
        date=meta_text(tree, "month", "date"),
        series=meta_text(tree, "series"),
        publisher=meta_text(tree, "publisher"),
        programme=meta_text(tree, "programme"),
        description=meta_text(tree, "description", "abstract"),
        keywords=meta_list(tree, "keywords"),
        language=base.lower(),
        region=region.upper() if re.fullmatch(r"[A-Za-z]{2}", region) else REGIONS.get(base, ""),
        notice=meta_text(tree, "example-notice") if wanted else "",
        contents_title=meta_text(tree, "toc-title") or context.words["toc-title-document"],
        contents_depth=int(depth) if depth.isdigit() else 3,
        chapters_on_new_page=meta_flag(tree, "chapters-on-new-page", True),
        one_page=meta_flag(tree, "one-page", False),
        slides=meta_flag(tree, "slides", False),
        source_line=meta_text(tree, "source-line"),
    )


def shorten(text: str, length: int) -> str:
    """Whole words of a text up to a number of characters, with an ellipsis where some are cut."""
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + " …"


PRINT_KINDS = (".svg", ".png", ".jpg", ".jpeg")
WORD_KINDS = (".png", ".jpg", ".jpeg")
_ACTIVE_RAW = {
    "typst": re.compile(r"\b(?:import|include|eval|read|plugin)\b"),
    "openxml": re.compile(r"\b(?:instrText|fldSimple|altChunk|object|control|attachedTemplate)\b"),
}
# What no page can end in, as problems call it; divs by their class.
_BOXES = {
    "BlockQuote": "a quotation", "BulletList": "a list", "OrderedList": "a list",
    "DefinitionList": "a list", "Table": "a table", "Note": "a footnote", "Figure": "a figure",
}  # fmt: skip
_BOX_CLASSES = ("callout", "layout", "cell", "margin", "aside", "listing", "example-notice",
                "cover", "description-sheet")  # fmt: skip


Places = Sequence[tuple[Node, Place]]
"""What `walk` gives of a document, found once for all that looks for something wrong in it."""


def accessibility_problems(tree: Node, places: Places, context: Context) -> tuple[Problem, ...]:
    """Everything in a resolved document that its readers' aids would stumble over."""
    found: list[Problem] = []
    if not meta_text(tree, "title", "pagetitle"):
        what, remedy = "the document has no title", "Give `title` in its metadata"
        found.append(Problem(context.document_name, what, "", remedy, "render.title"))
    for check in (_images, _headings, _tables, _targets):
        found += check(places, context)
    return tuple(found)


def _images(places: Places, context: Context) -> Iterator[Problem]:
    for node, place in places:
        if node["t"] != "Image":
            continue
        _, classes, pairs = attributes(node)
        alt = pairs.get("alt", "" if place.inside("Figure") else text_of(node["c"][1]))
        if not alt.strip() and "decorative" not in classes:
            what = f"the image {node['c'][2][0]} has no alternative text"
            remedy = "Give `fig-alt`, what a reader who does not see it has to know"
            yield Problem(place.located(context), what, "", remedy, "render.alt")


def _headings(places: Places, context: Context) -> Iterator[Problem]:
    last = 0
    for node, place in places:
        if node["t"] != "Header" or place.inside("cover"):
            continue
        level, text = node["c"][0], text_of(node["c"][2])
        where, code = place.located(context), "render.heading"
        if not text:
            yield Problem(where, "a heading has no text", code=code)
        if level > last + 1:
            before = f"after one of level {last}" if last else "and is the first of the document"
            what = f"the heading “{text}” is of level {level} {before}"
            allowed = ", ".join(str(number) for number in range(1, last + 2))
            yield Problem(where, what, allowed, "Headings skip no level", code)
        last = level


def _tables(places: Places, context: Context) -> Iterator[Problem]:
    for node, place in places:
        if node["t"] != "Table" or any(
            text_of(cell[4]) for row in node["c"][3][1] for cell in row[1]
        ):
            continue
        _, classes, pairs = attributes(node)
        named = pairs.get("row-headers", "0") != "0" or place.row_headers
        if named or "key-value" in classes or place.inside("description-sheet"):
            continue
        first = text_of(node["c"][4][:1])[:60]
        what = f"a table has no header row (it begins “{first}”)" if first else "a table is empty"
        remedy = 'Give it one, or mark its first column with `row-headers="1"`'
        yield Problem(place.located(context), what, "", remedy, "render.table-header")


def _targets(places: Places, context: Context) -> Iterator[Problem]:
    names = Counter(name for node, _ in places if (name := attributes(node)[0]))
    for name, count in sorted(names.items()):
        if count > 1:
            what = f"the identifier {name} is used {count} times"
            where, remedy = context.document_name, "Give each its own"
            yield Problem(where, what, "", remedy, "render.identifier")
    for node, place in places:
        target = node["c"][2][0] if node["t"] == "Link" else ""
        if target.startswith("#") and target[1:] not in names:
            shown = text_of(node["c"][1])
            what = f"the link “{shown}” leads to {target}, which is not there"
            yield Problem(place.located(context), what, "", "Correct the target", "render.link")


def page_problems(places: Places, context: Context) -> tuple[Problem, ...]:
    """Page breaks and chapter headings that stand inside a box, where no page can end."""
    found = []
    for node, place in places:
        breaks = is_div(node, "pagebreak")
        if not breaks and not (node["t"] == "Header" and node["c"][0] == 1):
            continue
        box = next((name for box in place.boxes if (name := _box(box))), "")
        if not box or (not breaks and box in ("cover", "description-sheet")):
            continue
        what = "a page break" if breaks else f"the chapter heading “{text_of(node['c'][2])}”"
        what = f"{what} stands inside {_BOXES.get(box, box)}"
        where, remedy = place.located(context), "Move it out of there"
        found.append(Problem(where, what, "", remedy, "render.page-break"))
    return tuple(found)


def _box(name: str) -> str:
    """What of an element keeps a page from ending in it; empty where nothing does."""
    kind, *classes = name.split(".")
    if kind != "Div":
        return kind
    return next((each for each in classes if each in _BOX_CLASSES), "")


def raw_problems(places: Places, context: Context) -> tuple[Problem, ...]:
    """Raw Typst or Word content that would fetch, read or run something."""
    found = []
    for node, place in places:
        if node["t"] in RAW_KINDS and node["c"][0] in _ACTIVE_RAW:
            kind, content = node["c"]
            if match := _ACTIVE_RAW[kind].search(content):
                what, remedy = f"raw {kind} content uses {match[0]}", "Write it as markdown"
                found.append(Problem(place.located(context), what, "", remedy, "render.raw"))
    return tuple(found)


def stage_images(tree: Node, context: Context, folder: Path, kinds: tuple[str, ...]) -> Node:
    """Copy every image into a folder and name it there by its content."""
    sources = {node["c"][2][0] for node in nodes(tree["blocks"]) if node["t"] == "Image"}
    files = {source: next(_candidates(source, context, kinds), None) for source in sources}
    if None in files.values():
        refuse(_unusable(tree, context, files, kinds))
    names = {
        source: write_picture(folder, file.read_bytes(), file.suffix.lower())
        for source, file in files.items()
        if file is not None
    }

    def renamed(node: Node) -> list[Node] | None:
        if node["t"] != "Image":
            return None
        triple, text, (source, title) = node["c"]
        return [{"t": "Image", "c": [triple, text, [names[source], title]]}]

    return {**tree, "blocks": rewrite(tree["blocks"], renamed, kinds={"Image"})}


def _unusable(
    tree: Node, context: Context, files: Mapping[str, Path | None], kinds: tuple[str, ...]
) -> Iterator[Problem]:
    for node, place in walk(tree):
        if node["t"] == "Image" and files[source := node["c"][2][0]] is None:
            what = f"the image {source} cannot be used"
            allowed = "a file of the project ending in " + ", ".join(kinds)
            where, remedy = place.located(context), "Check its path and kind"
            yield Problem(where, what, allowed, remedy, "render.image")


def _candidates(source: str, context: Context, kinds: tuple[str, ...]) -> Iterator[Path]:
    """Files that may stand for an image, best first; none leaves the project or its media."""
    if "://" in source or source.startswith("data:"):
        return
    roots = (context.media.resolve(), context.project.resolve())
    for base in roots:
        path = base / unquote(source)
        own = path.suffix.lower()
        for kind in sorted(kinds, key=lambda kind: kind != own):
            file = path.with_suffix(kind).resolve()
            if file.is_file() and any(file.is_relative_to(root) for root in roots):
                yield file

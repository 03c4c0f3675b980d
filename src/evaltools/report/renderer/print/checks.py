"""What keeps a document from being readable by everyone, found before it is set.

PDF/UA-1 (ISO 14289-1:2014) asks for alternative texts, headings that skip no level and tables
with headers; the setter refuses some of these one by one and without saying where.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from evaltools.problems import Problem, refuse
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.media import write_picture
from evaltools.report.renderer.pandoc_tree import (
    RAW_KINDS,
    Node,
    attributes,
    is_div,
    rewrite,
    text_of,
)
from evaltools.report.renderer.print.document import Place, meta_text, walk

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


def accessibility_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Everything in a resolved document that its readers' aids would stumble over.

    Returns problems in reading order: no title, image without alternative text, skipped heading
    level, table without headers, link to nowhere, identifier used twice.
    """
    found: list[Problem] = []
    if not meta_text(tree, "title", "pagetitle"):
        what, remedy = "the document has no title", "Give `title` in its metadata"
        found.append(Problem(context.document_name, what, "", remedy, "render.title"))
    places = list(walk(tree))
    for check in (_images, _headings, _tables, _targets):
        found += check(places, context)
    return tuple(found)


Places = Sequence[tuple[Node, Place]]


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


def header_rows(table: Node) -> int:
    """Number of header rows of a table that hold any text."""
    return sum(any(text_of(cell[4]) for cell in row[1]) for row in table["c"][3][1])


def _tables(places: Places, context: Context) -> Iterator[Problem]:
    for node, place in places:
        if node["t"] != "Table" or header_rows(node):
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


def page_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Page breaks and chapter headings that stand inside a box, where no page can end."""
    found = []
    for node, place in walk(tree):
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


def raw_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Raw Typst or Word content that would fetch, read or run something."""
    found = []
    for node, place in walk(tree):
        if node["t"] in RAW_KINDS and node["c"][0] in _ACTIVE_RAW:
            kind, content = node["c"]
            if match := _ACTIVE_RAW[kind].search(content):
                what, remedy = f"raw {kind} content uses {match[0]}", "Write it as markdown"
                found.append(Problem(place.located(context), what, "", remedy, "render.raw"))
    return tuple(found)


def stage_images(tree: Node, context: Context, folder: Path, kinds: tuple[str, ...]) -> Node:
    """Copy every image into a folder and name it there by its content.

    Arguments:
        tree: pandoc's JSON tree; image paths are relative to `context.media`.
        folder: where to copy to.
        kinds: file name endings that the format takes, best first. An image of another kind
            is taken from the file beside it that has the same stem and a fitting ending.

    Returns the tree with the new names, which hold nothing of this machine.
    Raises ProblemError naming every image that is missing, remote, of an unknown kind, or
    outside the project.
    """
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for node, place in walk(tree):
        if node["t"] != "Image" or (source := node["c"][2][0]) in names:
            continue
        file = next(_candidates(source, context, kinds), None)
        if file is None:
            what = f"the image {source} cannot be used"
            allowed = "a file of the project ending in " + ", ".join(kinds)
            where, remedy = place.located(context), "Check its path and kind"
            problems.append(Problem(where, what, allowed, remedy, "render.image"))
        else:
            names[source] = write_picture(folder, file.read_bytes(), file.suffix.lower())
    refuse(problems)

    def renamed(node: Node) -> list[Node] | None:
        if node["t"] != "Image":
            return None
        triple, text, (source, title) = node["c"]
        return [{"t": "Image", "c": [triple, text, [names[source], title]]}]

    return {**tree, "blocks": rewrite(tree["blocks"], renamed)}


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

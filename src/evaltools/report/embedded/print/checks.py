"""What keeps a document from being readable by everyone, found before it is set.

PDF/UA-1 (ISO 14289-1:2014) asks for alternative texts, headings that skip no level and tables
with headers; the setter refuses some of these one by one and without saying where.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from evaltools.problems import Problem, refuse
from evaltools.report.embedded.ast import Node, rewrite
from evaltools.report.embedded.final_pass import REMEDY, UNCONVERTED, reason, unconverted
from evaltools.report.embedded.format_context import Context
from evaltools.report.embedded.pandoc import Message
from evaltools.report.embedded.print.document import Place, attributes, meta_text, text_of, walk

BOXES = frozenset(
    ("callout", "layout", "cell", "margin", "aside", "listing", "example-notice", "cover",
     "description-sheet")
)  # fmt: skip
ACTIVE_RAW = {
    "typst": re.compile(r"\b(?:import|include|eval|read|plugin)\b"),
    "openxml": re.compile(r"\b(?:instrText|fldSimple|altChunk|object|control|attachedTemplate)\b"),
}
BOX_NAMES = {
    "BlockQuote": "a quotation", "BulletList": "a list", "OrderedList": "a list",
    "DefinitionList": "a list", "Table": "a table", "Note": "a footnote", "Figure": "a figure",
}  # fmt: skip


def document_name(context: Context) -> str:
    """The document's path as the evaluator knows it, from the project folder."""
    if context.document.is_relative_to(context.project):
        return context.document.relative_to(context.project).as_posix()
    return context.document.name


def located(context: Context, place: Place) -> str:
    """A place in words: document, section, and figure where there is one."""
    parts = [document_name(context)]
    if place.section:
        parts.append(f"section “{place.section}”")
    if place.figure:
        parts.append(place.figure)
    return ", ".join(parts)


def accessibility_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Everything in a resolved document that its readers' aids would stumble over.

    Arguments:
        tree: pandoc's JSON tree after the core pass.
        context: surroundings of the document.

    Returns problems in reading order: no title, image without alternative text, skipped heading
    level, table without headers, link to nowhere, identifier used twice.
    """
    found: list[Problem] = []
    if not meta_text(tree, "title", "pagetitle"):
        found.append(
            Problem(document_name(context), "the document has no title",
                    remedy="Give `title` in its metadata", code="render.title")
        )  # fmt: skip
    found += _images(tree, context)
    found += _headings(tree, context)
    found += _tables(tree, context)
    found += _targets(tree, context)
    return tuple(found)


def page_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Page breaks and chapter headings that stand inside a box, where no page can end."""
    found = []
    for node, place in walk(tree):
        _, classes, _ = attributes(node)
        breaks = node["t"] == "Div" and "pagebreak" in classes
        chapter = node["t"] == "Header" and node["c"][0] == 1
        if not (breaks or chapter):
            continue
        box = next((name for box in place.boxes if (name := _box(box))), "")
        if not box or (chapter and box in ("cover", "description-sheet")):
            continue
        what = "a page break" if breaks else f"the chapter heading “{text_of(node['c'][2])}”"
        found.append(
            Problem(located(context, place), f"{what} stands inside {BOX_NAMES.get(box, box)}",
                    remedy="Move it out of there", code="render.page-break")
        )  # fmt: skip
    return tuple(found)


def raw_problems(tree: Node, context: Context) -> tuple[Problem, ...]:
    """Raw Typst or Word content that would fetch, read or run something."""
    found = []
    for node, place in walk(tree):
        if node["t"] not in ("RawInline", "RawBlock"):
            continue
        kind, content = node["c"]
        match = ACTIVE_RAW[kind].search(content) if kind in ACTIVE_RAW else None
        if match:
            found.append(
                Problem(located(context, place), f"raw {kind} content uses {match.group(0)}",
                        remedy="Write it as markdown", code="render.raw")
            )  # fmt: skip
    return tuple(found)


def message_problems(messages: Iterable[Message], context: Context) -> tuple[Problem, ...]:
    """What pandoc logged of content that would be printed otherwise than it is meant."""
    found = []
    for message in messages:
        if message.kind == UNCONVERTED:
            found.append(
                Problem(document_name(context), unconverted(message.about, reason(message)),
                        remedy=REMEDY, code="render.math")
            )  # fmt: skip
        elif message.kind == "CouldNotFetchResource":
            what = f"the image {message.about} cannot be read"
            found.append(Problem(document_name(context), what, code="render.image"))
    return tuple(found)


def _box(name: str) -> str:
    """What of an element keeps a page from ending in it; empty where nothing does."""
    kind, *classes = name.split(".")
    if kind != "Div":
        return kind
    return next((each for each in classes if each in BOXES), "")


def _images(tree: Node, context: Context) -> Iterator[Problem]:
    for node, place in walk(tree):
        if node["t"] != "Image":
            continue
        _, classes, pairs = attributes(node)
        alt = pairs.get("alt", "" if place.inside("Figure") else text_of(node["c"][1]))
        if not alt.strip() and "decorative" not in classes:
            yield Problem(
                located(context, place),
                f"the image {node['c'][2][0]} has no alternative text",
                remedy="Give `fig-alt`, what a reader who does not see it has to know",
                code="render.alt",
            )


def _headings(tree: Node, context: Context) -> Iterator[Problem]:
    last = 0
    for node, place in walk(tree):
        if node["t"] != "Header" or place.inside("cover"):
            continue
        level = node["c"][0]
        text = text_of(node["c"][2])
        if not text:
            yield Problem(located(context, place), "a heading has no text", code="render.heading")
        if level > last + 1:
            what = f"the heading “{text}” is of level {level}"
            before = f"after one of level {last}" if last else "and is the first of the document"
            yield Problem(
                located(context, place),
                f"{what} {before}",
                allowed=", ".join(str(number) for number in range(1, last + 2)),
                remedy="Headings skip no level",
                code="render.heading",
            )
        last = level


def header_rows(table: Node) -> int:
    """Number of header rows of a table that hold any text."""
    rows = table["c"][3][1]
    return sum(1 for row in rows if any(text_of(cell[4]) for cell in row[1]))


def _tables(tree: Node, context: Context) -> Iterator[Problem]:
    for node, place in walk(tree):
        if node["t"] != "Table" or header_rows(node):
            continue
        _, classes, pairs = attributes(node)
        named = pairs.get("row-headers", "0") != "0" or place.row_headers
        if named or "key-value" in classes or place.inside("description-sheet"):
            continue
        first = text_of(node["c"][4][:1])[:60]
        yield Problem(
            located(context, place),
            f"a table has no header row (it begins “{first}”)" if first else "a table is empty",
            remedy='Give it one, or mark its first column with `row-headers="1"`',
            code="render.table-header",
        )


def _targets(tree: Node, context: Context) -> Iterator[Problem]:
    elements = list(walk(tree))
    names = Counter(name for node, _ in elements if (name := attributes(node)[0]))
    for name, count in sorted(names.items()):
        if count > 1:
            yield Problem(
                document_name(context), f"the identifier {name} is used {count} times",
                remedy="Give each its own", code="render.identifier",
            )  # fmt: skip
    for node, place in elements:
        target = node["c"][2][0] if node["t"] == "Link" else ""
        if target.startswith("#") and target[1:] not in names:
            yield Problem(
                located(context, place),
                f"the link “{text_of(node['c'][1])}” leads to {target}, which is not there",
                remedy="Correct the target",
                code="render.link",
            )


PRINT_KINDS = (".svg", ".png", ".jpg", ".jpeg")
WORD_KINDS = (".png", ".jpg", ".jpeg")


def stage_images(tree: Node, context: Context, folder: Path, kinds: tuple[str, ...]) -> Node:
    """Copy every image into a folder and name it there by its content.

    Arguments:
        tree: pandoc's JSON tree; image paths are relative to `context.media`.
        context: surroundings of the document.
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
        if node["t"] != "Image":
            continue
        source = node["c"][2][0]
        if source in names:
            continue
        file = next(_candidates(source, context, kinds), None)
        if file is None:
            problems.append(
                Problem(
                    located(context, place),
                    f"the image {source} cannot be used",
                    allowed="a file of the project ending in " + ", ".join(kinds),
                    remedy="Check its path and kind",
                    code="render.image",
                )
            )
            continue
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()[:16] + file.suffix.lower()
        (folder / name).write_bytes(content)
        names[source] = name
    refuse(problems)

    def renamed(node: Node) -> list[Node] | None:
        if node["t"] != "Image":
            return None
        attribute, text, (source, title) = node["c"]
        return [{"t": "Image", "c": [attribute, text, [names[source], title]]}]

    return {**tree, "blocks": rewrite(tree["blocks"], renamed)}


def _candidates(source: str, context: Context, kinds: tuple[str, ...]) -> Iterator[Path]:
    """Files that may stand for an image, best first; none leaves the project or its media."""
    if "://" in source or source.startswith("data:"):
        return
    roots = (context.media.resolve(), context.project.resolve())
    for base in roots:
        path = base / unquote(source)
        own = path.suffix.lower()
        order = (own, *(kind for kind in kinds if kind != own)) if own in kinds else kinds
        for kind in order:
            file = path.with_suffix(kind).resolve()
            if file.is_file() and any(file.is_relative_to(root) for root in roots):
                yield file

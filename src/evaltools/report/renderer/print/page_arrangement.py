"""The source of a printed report arranged on pages, by the heights that its parts have in a draft.

Setting a document until nothing moves any more would take ten times as long as setting it once. A
draft is set once, on pages as high as their text; `page_filling` then says what goes where.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path

import fontpkg_fira_sans
import typst

from evaltools.report.renderer.pandoc_tree import Node, find_classes, find_identifier, stringify
from evaltools.report.renderer.print.page_filling import PAGE, Kind, Part, fill_pages

PART = "// part"  # stands before each block in the source; texts of the report hold no comments
_FRONT = frozenset(("cover", "description-sheet", "contents"))
_TOP = 76.54  # points above the text of a page
_NOT_IN_DRAFT = "evidence-entries"  # the last annex, which has columns and no figures


@functools.cache
def load_fonts() -> typst.Fonts:
    """The typefaces of the house, and none of the machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_fira_sans.ROOT / "files"])


def arrange_pages(main: Path, blocks: Sequence[Node]) -> list[Node]:
    """Put figures and tables in the source where pages are full; the blocks in their new order.

    What no draft can be set of stays as it is, and setting the document tells why.
    """
    opening, *texts = re.split(f"(?m)^{PART}\n", main.read_text(encoding="utf-8"))
    start = 1 + max(
        (at for at, block in enumerate(blocks) if _FRONT & {*find_classes(block)}), default=-1
    )
    body = blocks[start:]
    drafted = [
        f'#part("{at}")\n{"" if _NOT_IN_DRAFT in find_classes(block) else text}'
        for at, (block, text) in enumerate(zip(body, texts[start:], strict=True))
    ]
    draft = main.with_name("draft.typ")
    draft.write_text("\n".join([opening, *drafted, '#part("end")\n']), encoding="utf-8")
    inputs = {"draft": "true"}
    compiler = typst.Compiler(draft, root=main.parent, font_paths=load_fonts(), sys_inputs=inputs)
    try:
        (places,) = json.loads(compiler.query("<places>", field="value"))
    except RuntimeError:
        return list(blocks)
    parts = read_parts(body, places)
    order, whole, new_pages = fill_pages(parts)
    kept = {
        find_identifier(_alone(body[at])): "whole"
        if at in whole or not part.breaks
        else round(part.first, 2)
        for at, part in enumerate(parts)
        if part.kind == "table" and part.first < PAGE
    }
    settings = main.with_name("settings.json")
    given = json.loads(settings.read_text("utf-8")) | {"kept": kept}
    settings.write_text(json.dumps(given), encoding="utf-8")
    places_of = [*range(start), *(start + at for at in order)]
    breaks = {start + at: "#pagebreak(weak: true)\n" for at in new_pages}
    arranged = "".join(breaks.get(at, "") + texts[at] for at in places_of)
    main.write_text(opening + arranged, encoding="utf-8")
    return [blocks[at] for at in places_of]


def read_parts(blocks: Sequence[Node], places: Sequence[tuple[str, int, float]]) -> list[Part]:
    """The parts of a text, from where its draft has them and the rows of their tables.

    `places` holds a name, a page and a height in points each, in the order of the text: the
    number of a block, `row` or `end`.
    """
    starts = [at for at, (name, _, _) in enumerate(places) if name != "row"]
    parts: list[Part] = []
    for number, (at, end) in enumerate(itertools.pairwise(starts)):
        (_, page, top), (_, next_page, bottom) = places[at], places[end]
        rows = [height for _, on, height in places[at + 1 : end] if on == page]
        before = blocks[number - 1] if number else None
        parts.append(
            Part(
                kind="break" if next_page > page else _kind(blocks[number]),
                height=bottom - (_TOP if next_page > page else max(top, _TOP)),
                rows=tuple(height - top for height in rows),
                stays=before is not None and _announces(before),
                level=blocks[number]["c"][0] if blocks[number]["t"] == "Header" else 0,
            )
        )
    return parts


def _alone(block: Node) -> Node:
    """What stands alone in divs that are no box."""
    while block["t"] == "Div" and len(block["c"][1]) == 1 and not block["c"][0][1]:
        block = block["c"][1][0]
    return block


def _kind(block: Node) -> Kind:
    block = _alone(block)
    if block["t"] == "Header":
        return "heading"
    if block["t"] == "Figure":
        return "figure"
    captioned = block["t"] == "Table" and block["c"][1][1] and find_identifier(block)
    return "table" if captioned else "text"


def _announces(block: Node) -> bool:
    paragraph = block["t"] == "Para" and stringify(block["c"]).endswith(":")
    return paragraph or "announces" in find_classes(block)

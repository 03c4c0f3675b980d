"""The source of a printed report arranged on pages, by the heights that its parts have in a draft.

Setting a document until nothing moves any more would take ten times as long as setting it once. A
draft is set once, on pages as high as their text; `page_filling` then says what goes where. Each
chapter has a draft of its own, which is kept as long as the chapter is the same.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from evaltools.provenance.hashes import hash_value
from evaltools.report.part_store import PartStore
from evaltools.report.renderer.pandoc_tree import Node, find_classes, find_identifier, stringify
from evaltools.report.renderer.print.page_filling import PAGE, Kind, Part, fill_pages
from evaltools.report.renderer.print.typesetter import TypstError, find_places

PART = "// part"  # stands before each block in the source; texts of the report hold no comments
_FRONT = frozenset(("cover", "description-sheet", "contents"))
_TOP = 76.54  # points above the text of a page
_NOT_IN_DRAFT = "evidence-entries"  # the last annex, which has columns and no figures
_HOLDS_ON = re.compile(
    r"#(?:footnote|counter|state)\b|^#(?:set|show|let|import|include)\b", re.MULTILINE
)
Place = tuple[str, int, float]
"""A `part`, a `row` or the `end`, its page in a draft, and its height there in points."""
Recall = Callable[[str, list[str], Callable[[list[str]], dict[str, Any]]], dict[str, Any]]
"""`PartStore.recall_each`."""


def arrange_pages(main: Path, blocks: Sequence[Node], store: PartStore) -> list[Node]:
    """Put figures and tables in the source where pages are full; the blocks in their new order.

    What no draft can be set of stays as it is, and setting the document tells why.

    Arguments:
        store: drafts of the same chapters from before.
    """
    opening, *texts = re.split(f"(?m)^{PART}\n", main.read_text(encoding="utf-8"))
    start = 1 + max(
        (at for at, block in enumerate(blocks) if _FRONT & {*find_classes(block)}), default=-1
    )
    body = blocks[start:]
    settings = main.with_name("settings.json")
    given = settings.read_text(encoding="utf-8")
    sources = list(_draft_sources(body, texts[start:]))
    try:
        drafts = _set_drafts(main, opening, sources, store.recall_each, given)
    except TypstError:
        return list(blocks)
    parts = read_parts(body, drafts)
    order, whole, new_pages = fill_pages(parts)
    kept = {
        find_identifier(_alone(body[at])): "whole"
        if at in whole or not part.breaks
        else round(part.first, 2)
        for at, part in enumerate(parts)
        if part.kind == "table" and part.first < PAGE
    }
    settings.write_text(json.dumps(json.loads(given) | {"kept": kept}), encoding="utf-8")
    places_of = [*range(start), *(start + at for at in order)]
    breaks = {start + at: "#pagebreak(weak: true)\n" for at in new_pages}
    arranged = "".join(breaks.get(at, "") + texts[at] for at in places_of)
    main.write_text(opening + arranged, encoding="utf-8")
    return [blocks[at] for at in places_of]


def _draft_sources(body: Sequence[Node], texts: Sequence[str]) -> Iterator[str]:
    """What the draft of each chapter is set of, between a text before it and the next heading.

    All in one where notes are numbered on, or where the text sets what holds from there on.
    """
    drafted = [
        "" if _NOT_IN_DRAFT in find_classes(block) else text
        for block, text in zip(body, texts, strict=True)
    ]
    starts = [0]
    for at, block in enumerate(body):
        if block["t"] == "Header" and block["c"][0] == 1:
            start = at - (at > 0 and "pagebreak" in find_classes(body[at - 1]))
            starts += [start] if start else []
    if any(map(_HOLDS_ON.search, drafted)):
        starts = [0]
    for start, end in itertools.pairwise([*starts, len(body)]):
        before = "text\n\n" if start else ""
        parts = "".join(f'#part("part")\n{text}' for text in drafted[start:end])
        yield f'{before}{parts}#part("end")\n{"".join(drafted[end : end + 1])}'


def _set_drafts(
    main: Path, opening: str, sources: list[str], recall: Recall, settings: str
) -> list[list[Place]]:
    """Where the parts of each chapter are in its draft, which begins on a page of its own.

    Raises:
        TypstError: one cannot be set.
    """

    def set_drafts(fresh: list[str]) -> dict[str, list[Place]]:
        path = main.with_name("draft.typ")
        path.write_text(opening + "\n#pagebreak()\n".join(fresh), encoding="utf-8")
        (places,) = json.loads(find_places(path))
        ends = [0, *(at for at, (name, *_) in enumerate(places, 1) if name == "end")]
        drafts = [places[start:end] for start, end in itertools.pairwise(ends)]
        return dict(zip(fresh, drafts, strict=True))

    known = recall(f"drafts, {hash_value([opening, settings])}", sources, set_drafts)
    return [known[source] for source in sources]


def read_parts(blocks: Sequence[Node], drafts: Sequence[Sequence[Place]]) -> list[Part]:
    """The parts of a text, from where the drafts of its chapters have them and their rows."""
    spans = [
        places[at : end + 1]
        for places in drafts
        for at, end in itertools.pairwise(
            at for at, (name, *_) in enumerate(places) if name != "row"
        )
    ]
    parts: list[Part] = []
    for number, ((_, page, top), *rows, (_, next_page, bottom)) in enumerate(spans):
        tops = [height - top for _, on, height in rows if on == page]
        before = blocks[number - 1] if number else None
        parts.append(
            Part(
                kind="break" if next_page > page else _kind(blocks[number]),
                height=bottom - (_TOP if next_page > page else max(top, _TOP)),
                rows=tuple(tops),
                stays=before is not None and _announces(before),
                announces="announces" in find_classes(blocks[number]),
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

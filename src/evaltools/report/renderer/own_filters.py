"""Filters of evaltools: what of a document they look at, which is all that they are given.

A study may have filters of its own, which are given the whole document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from evaltools.report.part_store import PartStore
from evaltools.report.renderer.format_context import SUFFIXES
from evaltools.report.renderer.pandoc import run_filters
from evaltools.report.renderer.pandoc_tree import Node, find_classes, find_texts, nodes, plain
from evaltools.report.renderer.project import Project

Meta = dict[str, Any]

_FOLDER = Path(__file__).parents[1] / "project" / "style"
_OF_FINDINGS = ("publication.lua", "findings.lua")
_OF_EVIDENCE = ("evidence.lua", "quarto_output.lua")
_FILLED = frozenset(("evidence-text", "evidence-line", "evidence-go", "evidence-uses"))
_WITHIN = frozenset(("evidence", "evidence-passages"))


def has_own_filters_only(project: Project) -> bool:
    """Whether no filter of the project is the study's own, which may look at single words."""
    paths = {
        project.root / written.removeprefix(">").lstrip("/")
        for name in SUFFIXES
        for written in project.format(name).get("filters", [])
    }
    names = [path.name for path in _FOLDER.glob("*.lua")]
    return _are_own([path for path in paths if path.is_file()], names)


def _are_own(filters: Iterable[Path], names: Sequence[str]) -> bool:
    """Whether filters are those of evaltools of some names, and not a study's own."""
    own = {(_FOLDER / name).read_bytes() for name in names}
    return all(path.read_bytes() in own for path in filters)


def mark_findings(
    blocks: list[Node], meta: Meta, filters: list[Path], name: str, scratch: Path, root: Path
) -> tuple[list[Node], Meta]:
    """Blocks and metadata after the filters that run first.

    Those of evaltools look at findings alone.
    """
    texts = find_texts(blocks, _is_finding) if _are_own(filters, _OF_FINDINGS) else None
    given = blocks if texts is None else texts
    made, meta = run_filters(given, meta, filters, name, scratch, root)
    if texts is None:
        return made, meta
    for one, new in zip(texts, made, strict=True):
        one.update(new)
    return blocks, meta


def _is_finding(node: Node) -> bool:
    return node["t"] == "Span" and "finding" in node["c"][0][1]


def lead_to_evidence(
    blocks: list[Node],
    meta: Meta,
    filters: list[Path],
    name: str,
    scratch: Path,
    root: Path,
    store: PartStore,
    document: str,
) -> tuple[list[Node], Meta]:
    """Blocks and metadata after the filters that run last.

    Those of evaltools look at headings, findings, links to the evidence and the evidence itself.
    So after an edit of other words they have nothing new to look at.

    Arguments:
        name: of the format.
        store: what became of the same before.
        document: by which it is kept there.
    """
    places = _find_places(blocks) if _are_own(filters, _OF_EVIDENCE) else None
    if places is None or not filters:
        return run_filters(blocks, meta, filters, name, scratch, root)
    # An inline needs a block around it to be given alone.
    given = [node if block else plain([node]) for node, block, _, _ in places]
    known = {"evidence-in": meta["evidence-in"]} if "evidence-in" in meta else {}

    def run(fresh: list[str]) -> dict[str, Any]:
        return {text: run_filters(given, known, filters, name, scratch, root)[0] for text in fresh}

    text = json.dumps([given, known], ensure_ascii=False)
    made = store.recall_each(f"evidence of {document} as {name}", [text], run)[text]
    # From the last to the first, since one inline may become several.
    for (_, block, among, index), new in reversed(list(zip(places, made, strict=True))):
        among[index : index + 1] = [new] if block else new["c"]
    return blocks, meta


_Place = tuple[Node, bool, list[Any], int]
"""A node, whether it is a block, and the list that it stands in, with its place there."""


def _find_places(blocks: list[Node]) -> list[_Place] | None:
    """What `evidence.lua` looks at, in reading order; None where evidence stands among prose."""
    found: list[_Place] = []
    waiting: list[tuple[Any, list[Any], int]] = [(blocks, [], 0)]
    while waiting:
        item, among, index = waiting.pop()
        if type(item) is list and item and type(item[0]) is not str:
            waiting += [(each, item, place) for place, each in enumerate(item)][::-1]
        elif type(item) is dict and "t" not in item:
            waiting += [(each, [], 0) for each in reversed(item.values())]
        elif type(item) is dict:
            kind, classes = item["t"], find_classes(item)
            if kind in ("Div", "CodeBlock") and _WITHIN.intersection(classes):
                return None
            # A note is given whole: what stands in it gets no comment.
            if kind == "Header" or "evidence-entries" in classes:
                found.append((item, True, among, index))
            elif any(map(_is_looked_at, nodes(item["c"]) if kind == "Note" else [item])):
                found.append((item, False, among, index))
            else:
                waiting.append((item.get("c"), [], 0))
    return found


def _is_looked_at(node: Node) -> bool:
    classes = find_classes(node)
    if node["t"] == "Span":
        return "finding" in classes or not _FILLED.isdisjoint(classes[:1])
    return node["t"] == "Link" and "evidence-link" in classes

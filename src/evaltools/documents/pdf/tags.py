"""The structure that a tagged PDF carries: which content is a heading, a paragraph, a cell.

Office programs write it for readers with assistive technology, and the law asks public bodies
for it; where it is there and sound, nothing needs to be guessed from the layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_DEEPEST = 60
_INLINE = frozenset(
    [
        "Span",
        "Em",
        "Strong",
        "Link",
        "Reference",
        "Quote",
        "Code",
        "BibEntry",
        "Annot",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Sub",
        "Lbl",
        "Formula",
        "Form",
    ]
)
_OF_TEXT = _INLINE | {"P", "TD", "TH", "LBody", "Caption", "NonStruct"}
_HEADINGS = {"Title": 1, "H": 1, **{f"H{level}": level for level in range(1, 10)}}
_LEFT_OUT = {"TOC": "table of contents", "TOCI": "table of contents", "Artifact": "artifact"}
_NOTES = frozenset(("Note", "FENote"))
_CELLS = frozenset(("TD", "TH"))


@dataclass
class Node:
    """An element of the structure.

    Arguments:
        role: standard name, such as P, H1, Table, TR, TD.
        inside: nodes, and (page, mark) of content, in reading order.
    """

    role: str
    inside: list[Node | tuple[int, int]] = field(default_factory=list)

    def marks(self) -> Iterator[tuple[int, int]]:
        """All content below, in reading order."""
        for item in self.inside:
            if isinstance(item, Node):
                yield from item.marks()
            else:
                yield item


def read_tree(pdf: pikepdf.Pdf) -> Node | None:
    """Read the structure tree; None where the file has none or a broken one."""
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, pikepdf.Dictionary) or "/K" not in root:
        return None
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    roles = root.get("/RoleMap")
    top = Node("Document")
    try:
        _walk(root.get("/K"), top, 0, pages, roles, set(), 0)
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError):
        return None
    return top if next(top.marks(), None) else None


def _walk(
    item: Any,
    parent: Node,
    page: int,
    pages: dict[tuple[int, int], int],
    roles: Any,
    seen: set[tuple[int, int]],
    depth: int,
) -> None:
    if depth > _DEEPEST:
        raise RecursionError("the structure is deeper than any document's")
    if isinstance(item, pikepdf.Array):
        for one in item:
            _walk(one, parent, page, pages, roles, seen, depth + 1)
        return
    if isinstance(item, int):
        parent.inside.append((page, int(item)))
        return
    if not isinstance(item, pikepdf.Dictionary):
        return
    own = item.get("/Pg")
    page = pages.get(own.objgen, page) if own is not None else page
    kind = item.get("/Type")
    if kind == "/MCR":
        if isinstance(item.get("/MCID"), int):
            parent.inside.append((page, int(item["/MCID"])))
    elif kind != "/OBJR":
        if item.is_indirect:
            if item.objgen in seen:
                return
            seen.add(item.objgen)
        node = Node(_role(item, roles))
        parent.inside.append(node)
        if "/K" in item:
            _walk(item.get("/K"), node, page, pages, roles, seen, depth + 1)


def _role(item: Any, roles: Any) -> str:
    name = str(item.get("/S", "/Span"))
    for _ in range(5):
        standard = roles.get(name) if isinstance(roles, pikepdf.Dictionary) else None
        if standard is None or name.lstrip("/") in {*_HEADINGS, *_CELLS, "P", "Table", "TR"}:
            break
        name = str(standard)
    return name.lstrip("/")


def heading_level(node: Node) -> int:
    """Level of a heading, 0 for anything else."""
    return _HEADINGS.get(node.role, 0)


def is_inline(node: Node, parent: Node) -> bool:
    """Whether a node is part of a paragraph; browsers write superscripts as NonStruct in one."""
    if node.role == "NonStruct":
        return parent.role in _OF_TEXT or heading_level(parent) > 0
    return node.role in _INLINE


def left_out(node: Node) -> str:
    """Why a node is no running text; empty if it is."""
    return _LEFT_OUT.get(node.role, "")


def is_note(node: Node) -> bool:
    """Whether a node is a footnote or endnote."""
    return node.role in _NOTES


def is_cell(node: Node) -> bool:
    """Whether a node is a cell of a table."""
    return node.role in _CELLS

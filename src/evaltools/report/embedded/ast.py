"""Pandoc's document tree as JSON values: builders, walks, plain text.

A node is pandoc's own JSON, `{"t": "Para", "c": [...]}`; nothing is wrapped, so what a pass does
not know it leaves exactly as pandoc made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Node = dict[str, Any]
Attr = list[Any]
NBSP = "\u00a0"


def attr(
    identifier: str = "", classes: Iterable[str] = (), pairs: Mapping[str, str] | None = None
) -> Attr:
    """Pandoc's attribute triple."""
    return [identifier, list(classes), [[key, value] for key, value in (pairs or {}).items()]]


def text(value: str) -> Node:
    """One word, or text without spaces."""
    return {"t": "Str", "c": value}


def space() -> Node:
    """A space between words."""
    return {"t": "Space"}


def words_of(value: str) -> list[Node]:
    """Inlines of a plain text: words with spaces between."""
    inlines: list[Node] = []
    for index, word in enumerate(value.split(" ")):
        if index:
            inlines.append(space())
        if word:
            inlines.append(text(word))
    return inlines


def para(inlines: list[Node]) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": inlines}


def plain(inlines: list[Node]) -> Node:
    """Text that is no paragraph, as in a cell."""
    return {"t": "Plain", "c": inlines}


def div(attributes: Attr, blocks: list[Node]) -> Node:
    """Blocks with attributes."""
    return {"t": "Div", "c": [attributes, blocks]}


def span(attributes: Attr, inlines: list[Node]) -> Node:
    """Inlines with attributes."""
    return {"t": "Span", "c": [attributes, inlines]}


def image(source: str, alt: str, pairs: Mapping[str, str] | None = None) -> Node:
    """A picture; its alternative text waits in `fig-alt`."""
    attributes = {**(pairs or {}), "fig-alt": alt}
    return {"t": "Image", "c": [attr(pairs=attributes), [], [source, ""]]}


def raw(format_name: str, value: str) -> Node:
    """A block in the output's own language."""
    return {"t": "RawBlock", "c": [format_name, value]}


def figure(attributes: Attr, caption: list[Node], blocks: list[Node]) -> Node:
    """A figure with its caption."""
    return {"t": "Figure", "c": [attributes, [None, [plain(caption)] if caption else []], blocks]}


_ATTR_AT = {
    "Code": 0,
    "Link": 0,
    "Image": 0,
    "Span": 0,
    "CodeBlock": 0,
    "Div": 0,
    "Figure": 0,
    "Table": 0,
    "Header": 1,
}


def attr_of(node: Node) -> Attr | None:
    """The attribute triple of a node that has one, itself and not a copy."""
    place = _ATTR_AT.get(node["t"])
    if place is None:
        return None
    triple: Attr = node["c"][place]
    return triple


def classes_of(node: Node) -> list[str]:
    """The classes of a node; none where it cannot have any."""
    triple = attr_of(node)
    return [] if triple is None else triple[1]


def identifier_of(node: Node) -> str:
    """The id of a node, empty where it has none."""
    triple = attr_of(node)
    return "" if triple is None else str(triple[0])


def get(triple: Attr, key: str) -> str | None:
    """An attribute's value, None where it is not given."""
    return next((value for name, value in triple[2] if name == key), None)


def put(triple: Attr, key: str, value: str) -> None:
    """Set an attribute, in place, keeping the order."""
    for pair in triple[2]:
        if pair[0] == key:
            pair[1] = value
            return
    triple[2].append([key, value])


def take(triple: Attr, key: str) -> str | None:
    """Remove an attribute and give its value."""
    value = get(triple, key)
    triple[2] = [pair for pair in triple[2] if pair[0] != key]
    return value


def nodes(value: Any) -> Iterator[Node]:
    """Every node below a value, in reading order, parents before children."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, dict):
        if "t" in value:
            yield value
        for item in value.values():
            if isinstance(item, list | dict):
                yield from nodes(item)


def depth(value: Any) -> int:
    """How deep a JSON value is nested, told without recursion."""
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        inner = item.values() if isinstance(item, dict) else item
        waiting.extend((each, level + 1) for each in inner if isinstance(each, list | dict))
    return deepest


Replace = Callable[[Node], list[Node] | None]


def rewrite(value: Any, replace: Replace, down: bool = False) -> Any:
    """A tree with nodes replaced.

    Arguments:
        value: a node, or any list out of a node.
        replace: gives the nodes that stand instead of a node, or None to keep it.
        down: parents before children, and what replaced a node is walked too; otherwise
            children first.

    Returns the new value; lists that hold nodes are new, leaves are shared.
    """
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            if isinstance(item, dict) and "t" in item:
                items.extend(_rewrite_node(item, replace, down))
            else:
                items.append(rewrite(item, replace, down))
        return items
    if isinstance(value, dict):
        return {
            key: rewrite(item, replace, down) if isinstance(item, list | dict) else item
            for key, item in value.items()
        }
    return value


def _rewrite_node(node: Node, replace: Replace, down: bool) -> list[Node]:
    if down:
        replaced = replace(node)
        if replaced is None:
            return [rewrite(node, replace, down)]
        return [rewrite(item, replace, down) for item in replaced]
    child = rewrite(node, replace, down)
    replaced = replace(child)
    return [child] if replaced is None else replaced


_BREAKS = {"Space", "SoftBreak", "LineBreak"}


def stringify(value: Any) -> str:
    """Plain text of inlines or blocks; footnotes are left out."""
    if isinstance(value, list):
        return "".join(stringify(item) for item in value)
    if not isinstance(value, dict) or "t" not in value:
        return ""
    kind, content = value["t"], value.get("c", [])
    if kind == "Str":
        return str(content)
    if kind in _BREAKS:
        return " "
    if kind in {"Code", "Math"}:
        return str(content[1])
    if kind in {"Note", "RawInline", "RawBlock"}:
        return ""
    if kind == "Quoted":
        mark = '"' if content[0]["t"] == "DoubleQuote" else "'"
        return mark + stringify(content[1]) + mark
    return stringify(
        [item for item in content if isinstance(item, list | dict)]
        if isinstance(content, list)
        else content
    )


def trim(inlines: list[Node]) -> list[Node]:
    """Inlines without spaces at either end."""
    start, end = 0, len(inlines)
    while start < end and inlines[start]["t"] in _BREAKS:
        start += 1
    while end > start and inlines[end - 1]["t"] in _BREAKS:
        end -= 1
    return inlines[start:end]

"""Pandoc's document tree as JSON values: builders, walks, plain text.

A node is pandoc's own JSON, `{"t": "Para", "c": [...]}`; nothing is wrapped, so what a pass does
not know it leaves exactly as pandoc made it.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any, TypeVar

Tree = TypeVar("Tree")
Node = dict[str, Any]
Attr = list[Any]
Replace = Callable[[Node], list[Node] | None]

NBSP = "\u00a0"
API_VERSION = [1, 23, 1]
RAW_KINDS = frozenset({"RawInline", "RawBlock"})
_BREAKS = frozenset({"Space", "SoftBreak", "LineBreak"})
_ATTR_AT = dict.fromkeys(
    ("Code", "Link", "Image", "Span", "CodeBlock", "Div", "Figure", "Table"), 0
) | {"Header": 1}


def make_document(blocks: list[Node], meta: Mapping[str, Any]) -> Node:
    """A document as pandoc reads it."""
    return {"pandoc-api-version": API_VERSION, "meta": meta, "blocks": blocks}


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


def text_nodes(value: str) -> list[Node]:
    """Inlines of a plain text: words with spaces between."""
    inlines: list[Node] = []
    for index, word in enumerate(value.split(" ")):
        inlines += [space()] if index else []
        inlines += [text(word)] if word else []
    return inlines


def para(inlines: list[Node]) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": inlines}


def plain(inlines: list[Node]) -> Node:
    """Text that is no paragraph, as in a cell."""
    return {"t": "Plain", "c": inlines}


def header(level: int, triple: Attr, inlines: list[Node]) -> Node:
    """A heading."""
    return {"t": "Header", "c": [level, triple, inlines]}


def div(attributes: Attr, blocks: list[Node]) -> Node:
    """Blocks with attributes."""
    return {"t": "Div", "c": [attributes, blocks]}


def span(attributes: Attr, inlines: list[Node]) -> Node:
    """Inlines with attributes."""
    return {"t": "Span", "c": [attributes, inlines]}


def image(source: str, alt: str) -> Node:
    """A picture; its alternative text waits in `fig-alt`."""
    return {"t": "Image", "c": [attr(pairs={"fig-alt": alt}), [], [source, ""]]}


def raw(format_name: str, value: str) -> Node:
    """A block in the output's own language."""
    return {"t": "RawBlock", "c": [format_name, value]}


def figure(attributes: Attr, caption: list[Node], blocks: list[Node]) -> Node:
    """A figure with its caption."""
    return {"t": "Figure", "c": [attributes, [None, [plain(caption)] if caption else []], blocks]}


def cell(blocks: list[Node]) -> list[Any]:
    """A cell of a table."""
    return [attr(), {"t": "AlignDefault"}, 1, 1, blocks]


def table(attributes: Attr, columns: list[tuple[str, float]], rows: list[list[Any]]) -> Node:
    """A table without header, its columns given as alignment and width, its rows as cells."""
    widths = [[{"t": side}, {"t": "ColWidth", "c": width}] for side, width in columns]
    body = [[attr(), 0, [], [[attr(), cells] for cells in rows]]]
    return {"t": "Table", "c": [attributes, [None, []], widths, [attr(), []], body, [attr(), []]]}


def find_attr(node: Node) -> Attr | None:
    """The attribute triple of a node that has one, itself and not a copy."""
    place = _ATTR_AT.get(node["t"])
    triple: Attr | None = None if place is None else node["c"][place]
    return triple


def find_classes(node: Node) -> list[str]:
    """The classes of a node; none where it cannot have any."""
    triple = find_attr(node)
    return [] if triple is None else triple[1]


def find_identifier(node: Node) -> str:
    """The id of a node, empty where it has none."""
    triple = find_attr(node)
    return "" if triple is None else str(triple[0])


def attributes(node: Node) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Identifier, classes and key-value pairs of a node; empty for nodes that have none."""
    triple = find_attr(node)
    return ("", (), {}) if triple is None else (triple[0], tuple(triple[1]), dict(triple[2]))


def is_div(node: Node, name: str) -> bool:
    """Whether a node is a div of a class."""
    return node["t"] == "Div" and name in node["c"][0][1]


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
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            if "t" in item:
                yield item
                content = item.get("c")  # a node holds nothing else
                if type(content) is list or type(content) is dict:
                    waiting.append(content)
            else:
                waiting.extend(reversed(item.values()))
        elif type(item) is list and item and type(item[0]) is not str:  # attributes hold no nodes
            waiting.extend(reversed(item))


_TEXTS = frozenset(("Para", "Plain", "Header"))


def find_texts(blocks: list[Node], wanted: Callable[[Node], bool]) -> list[Node] | None:
    """The paragraphs and headings that hold a node that is wanted, in order, themselves.

    None where one stands outside of any paragraph and heading.
    """
    found: list[Node] = []
    waiting: list[Any] = [blocks]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            if item.get("t") in _TEXTS:
                found += [item] if any(map(wanted, nodes(item))) else []
            elif "t" in item and wanted(item):
                return None
            else:
                waiting.extend(reversed(item.values()))
        elif type(item) is list and item and type(item[0]) is not str:
            waiting.extend(reversed(item))
    return found


def packed(value: Tree) -> bytes:
    """A tree as bytes, its texts as UTF-8."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(content: bytes) -> Any:
    """A tree that shares nothing with the one packed; several times as fast as `copy.deepcopy`."""
    return pickle.loads(content)


def copied(value: Tree) -> Tree:
    """A tree that shares nothing with the one given."""
    copy: Tree = unpacked(packed(value))
    return copy


def join_words(value: Any) -> None:
    """Make words with spaces between them one text, in place, so that there are half the nodes.

    No writer minds: that of DOCX does so itself, the others write one after the other. Left as
    they are: words with a bracket or mark that somebody looks for, boxes of task lists, and what
    citeproc takes apart.

    Arguments:
        value: a tree that no filter sees but those of this package.
    """
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            if item.get("t") != "Cite":
                waiting.extend(item.values())
            continue
        if type(item) is not list or not item or type(item[0]) is str:
            continue
        joined: list[Any] = []
        for each in item:
            if len(joined) > 1 and joined[-1] == _SPACE and _is_word(each) and _is_word(joined[-2]):
                joined.pop()
                joined[-1] = text(f"{joined[-1]['c']} {each['c']}")
            else:
                joined.append(each)
                waiting.append(each)
        item[:] = joined


_SPACE = {"t": "Space"}
_APART = re.compile(r"[{}\ue000-\uf8ff☐☒]")


def _is_word(item: Any) -> bool:
    return type(item) is dict and item.get("t") == "Str" and not _APART.search(item["c"])


def depth(value: Any) -> int:
    """How deep a JSON value is nested, told without recursion."""
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        level += 1
        for each in item.values() if type(item) is dict else item:
            if type(each) is dict or (type(each) is list and each and type(each[0]) is not str):
                waiting.append((each, level))
    return deepest


def rewrite(
    value: Tree,
    replace: Replace,
    down: bool = False,
    kinds: Set[str] | None = None,
    words: bool = True,
) -> Tree:
    """A tree whose nodes are exchanged for what `replace` gives; None keeps a node.

    Children go first; with `down` parents do, and what replaced a node is walked too. Only what
    lies around an exchanged node is new, the rest is shared with the tree that was given.

    Arguments:
        replace: gives other nodes; it may also change the one that it is given, where nobody needs
            the tree as it was.
        kinds: of which `replace` is asked; by default of every node.
        words: whether `replace` is asked of words, spaces and other nodes that hold nothing.
    """
    typed: Tree = _Rewriter(replace, down, kinds, words).content(value)
    return typed


class _Rewriter:
    """Goes through trees of hundreds of thousands of nodes, most of which stay as they are."""

    def __init__(self, replace: Replace, down: bool, kinds: Set[str] | None, words: bool) -> None:
        self._replace = replace
        self._down = down
        self._kinds = kinds
        self._words = words

    def content(self, value: Any) -> Any:
        """What a node holds; the same object where nothing in it was exchanged."""
        if type(value) is list:
            return self._items(value)
        return self._entries(value) if type(value) is dict else value

    def _items(self, values: list[Any]) -> list[Any]:
        if not values or type(values[0]) is str:  # attributes and targets hold no nodes
            return values
        result: list[Any] = []
        same = True
        for item in values:
            kind = type(item)
            if kind is list or (kind is dict and "t" not in item):
                result.append(made := self.content(item))
                same = same and made is item
            elif kind is not dict:
                result.append(item)
            else:
                found = self._node(item, item["t"])
                if found is None:
                    result.append(item)
                else:
                    result.extend(found)
                    same = False
        return values if same else result

    def _entries(self, value: Node) -> Node:
        made = {key: self.content(item) for key, item in value.items()}
        return value if all(made[key] is item for key, item in value.items()) else made

    def _node(self, node: Node, kind: str) -> list[Node] | None:
        """What stands instead of a node; None for the node itself."""
        content = node.get("c")
        holds = type(content) is list or type(content) is dict
        asked = (self._words or holds) if self._kinds is None else kind in self._kinds
        if self._down:
            replaced = self._replace(node) if asked else None
            made = [self._inside(item) for item in ([node] if replaced is None else replaced)]
            return None if len(made) == 1 and made[0] is node else made
        child = self._inside(node) if holds else node
        replaced = self._replace(child) if asked else None
        return replaced if replaced is not None or child is node else [child]

    def _inside(self, node: Node) -> Node:
        content = node.get("c")
        made = self.content(content)
        return node if made is content else {**node, "c": made}


def stringify(value: Any) -> str:
    """Plain text of inlines or blocks; footnotes and comments are left out."""
    if isinstance(value, list):
        return "".join(stringify(item) for item in value if isinstance(item, list | dict))
    if not isinstance(value, dict) or "t" not in value:
        return ""
    kind, content = value["t"], value.get("c", [])
    if kind == "Str":
        return str(content)
    if kind in _BREAKS:
        return " "
    if kind in {"Code", "Math"}:
        return str(content[1])
    if kind == "Note" or kind in RAW_KINDS:
        return ""
    if kind == "Span" and "comment-start" in content[0][1]:
        return ""
    if kind == "Quoted":
        mark = '"' if content[0]["t"] == "DoubleQuote" else "'"
        return mark + stringify(content[1]) + mark
    return stringify(content)


def text_of(content: Any) -> str:
    """Plain text with single spaces."""
    return re.sub(r"[ \n]+", " ", stringify(content)).strip()


def lone_paragraph(blocks: list[Node]) -> list[Node] | None:
    """The inlines of blocks that are one paragraph; None for others."""
    if len(blocks) != 1 or blocks[0]["t"] not in {"Para", "Plain"}:
        return None
    inlines: list[Node] = blocks[0]["c"]
    return inlines


def trim(inlines: list[Node]) -> list[Node]:
    """Inlines without spaces at either end."""
    start, end = 0, len(inlines)
    while start < end and inlines[start]["t"] in _BREAKS:
        start += 1
    while end > start and inlines[end - 1]["t"] in _BREAKS:
        end -= 1
    return inlines[start:end]

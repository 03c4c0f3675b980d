"""A document's texts as pandoc's trees, each parsed once as long as it is the same.

Values and outputs are parsed apart from the text anyway. The text is parsed a chapter at a time
where that gives the same tree: after an edit one chapter is new, and the evidence of hundreds of
kilobytes is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from evaltools.report.part_store import PartStore
from evaltools.report.renderer.located_problems import Fences
from evaltools.report.renderer.pandoc import read_texts
from evaltools.report.renderer.pandoc_tree import Node, find_identifier, join_words, nodes

_BEYOND = re.compile(r"^ {0,3}\[[^\]]*\]:|\(@|<[!/?a-zA-Z]|^ {0,3}-[- ]*$|^ {0,3}\+[-=+]|\t")
"""What may reach over the end of a chapter, or be told by what stands in another: definitions of
links and notes, numbered examples, raw HTML, tables between lines."""
_BRACKET = re.compile(r"[\[\]]")
_DIV = re.compile(r"^ {0,3}:{3,}\s*(?P<opens>[^\s:]?)")


def read_document(
    body: str, fragments: Mapping[str, str], parts: PartStore, joined: bool = False
) -> dict[str, list[Node]]:
    """The blocks of the text, as `body`, and of each fragment by its name.

    Arguments:
        fragments: texts by unique name, none of them `body`.
        parts: trees of the same texts from before.
        joined: whether words with spaces between them become one text, see `join_words`.

    Raises:
        PandocError: a text cannot be read.
    """
    chapters = list(_chapters(body))
    names = {f"chapter|{place}": text for place, text in enumerate(chapters)}
    parsed = _read({**fragments, **names}, parts, "texts", joined)
    blocks = [block for name in names for block in parsed.pop(name)]
    if len(chapters) > 1 and not _stands_apart(blocks):
        blocks = _read({"body": body}, parts, "whole text", joined)["body"]
    _number_notes(blocks)
    return {**parsed, "body": blocks}


def _read(
    texts: Mapping[str, str], parts: PartStore, called: str, joined: bool
) -> dict[str, list[Node]]:
    distinct = dict.fromkeys(texts.values())

    def make(fresh: list[str]) -> dict[str, Any]:
        made = read_texts((str(place), text) for place, text in enumerate(fresh))
        if joined:
            join_words(made)
        return {text: made[str(place)] for place, text in enumerate(fresh)}

    known = parts.recall_each(f"{called}, joined" if joined else called, list(distinct), make)
    return {name: known[text] for name, text in texts.items()}


def _chapters(body: str) -> Iterator[str]:
    """The text cut before each heading of the first level; whole where that may not be the same."""
    lines = body.split("\n")
    fences, depth, starts = Fences(), 0, [0]
    for number, line in enumerate(lines):
        if fences.step(line):
            continue
        if _BEYOND.search(line):
            yield body
            return
        if div := _DIV.match(line):
            depth += 1 if div["opens"] else -1
        elif line.startswith("# ") and not depth and not lines[number - 1].strip():
            starts.append(number)
    if fences.open or depth:
        yield body
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if start < end:
            yield "\n".join(lines[start:end]) + "\n"


def _stands_apart(blocks: list[Node]) -> bool:
    """Whether no chapter had a say in how another is read.

    A bracket that became text may be the title of a section elsewhere, which it would lead to; a
    section called like another would have got a name of its own.
    """
    names: set[str] = set()
    written: set[int] = set()  # citations as their author wrote them, brackets and all
    for node in nodes(blocks):
        if node["t"] == "Cite":
            written.update(map(id, node["c"][1]))
        if node["t"] == "Str" and _BRACKET.search(node["c"]) and id(node) not in written:
            return False
        if node["t"] == "Header":
            if (name := find_identifier(node)) in names:
                return False
            names.add(name)
    return True


def _number_notes(blocks: list[Node]) -> None:
    """Number citations as if each were a note, as pandoc does in a text that it reads whole."""
    number = 0
    noted: dict[int, int] = {}
    for node in nodes(blocks):
        if node["t"] == "Note":
            number += 1
            noted |= {id(each): number for each in nodes(node["c"]) if each["t"] == "Cite"}
        elif node["t"] == "Cite":
            number += id(node) not in noted
            for each in node["c"][0]:
                each["citationNoteNum"] = noted.get(id(node), number)

"""Blocks written in a format apart from the document around them, each once as long as it is same.

After an edit of one paragraph pandoc writes that paragraph and the headings; evidence and tables
of a megabyte are put in as they were written before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence, Set
from typing import Any

from evaltools.problems import refuse
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.pandoc_tree import Node, make_document, nodes, raw


def write_blocks(
    blocks: list[Node],
    format_name: str,
    arguments: Sequence[str],
    context: Context,
    together: Set[str],
) -> list[Node]:
    """The blocks, where those that stand for themselves are texts of the format.

    Arguments:
        format_name: of the texts, as raw content names it.
        arguments: how pandoc writes the format.
        together: kinds of nodes that the writer numbers, gathers or nests over a whole document.

    Raises:
        ProblemError: pandoc cannot write what it was given.
        PandocError: pandoc fails.
    """
    places: list[tuple[Node, str]] = []

    def visit(inner: list[Node]) -> list[Node]:
        result: list[Node] = []
        for block in inner:
            if any(node["t"] in together for node in nodes(block)):
                if block["t"] == "Div":
                    block = {"t": "Div", "c": [block["c"][0], visit(block["c"][1])]}
                result.append(block)
            elif block["t"] == "RawBlock":
                result.append(block)
            else:
                result.append(place := raw(format_name, ""))
                places.append((place, json.dumps(block, ensure_ascii=False)))
        return result

    def write(fresh: list[str]) -> dict[str, Any]:
        # Nothing in the blocks can hold a hash of all of them.
        end = hashlib.sha256("\n".join(fresh).encode()).hexdigest()
        written = [each for text in fresh for each in (json.loads(text), raw(format_name, end))]
        output, messages = pandoc(arguments, make_document(written, {}), context.epoch)
        refuse(message_problems(messages, context))
        texts = output.decode("utf-8").split(end)
        return {text: made.lstrip("\n") for text, made in zip(fresh, texts[:-1], strict=True)}

    skeleton = visit(blocks)
    distinct = list(dict.fromkeys(text for _, text in places))
    known = context.parts.recall_each(f"blocks, {format_name}", distinct, write)
    for place, text in places:
        place["c"][1] = known[text]
    return skeleton


def set_aside(blocks: list[Node]) -> tuple[list[str], str]:
    """Take out what is HTML already, so that pandoc need not carry a megabyte through.

    Returns:
        What was taken out; what stands in its place before a number and a semicolon, which
        nothing in the blocks can hold.
    """
    places = [node for node in nodes(blocks) if node["t"] == "RawBlock" and len(node["c"][1]) > 99]
    written = [str(node["c"][1]) for node in places]
    mark = hashlib.sha256("\n".join(written).encode("utf-8")).hexdigest()
    for number, node in enumerate(places):
        node["c"][1] = f"{mark}{number};"
    return written, mark

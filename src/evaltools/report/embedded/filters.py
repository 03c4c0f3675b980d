"""Runs the project's own Lua filters, each told the format that is being made."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaltools.problems import Problem
from evaltools.report.embedded.ast import Node
from evaltools.report.embedded.pandoc import PandocError, pandoc
from evaltools.report.embedded.source import relative

VERSION = [1, 23, 1]
_QUARTO_API = re.compile(r"\bquarto\s*[.\[]|\b_quarto\b")


def check_filter(root: Path, path: Path) -> list[Problem]:
    """Refuse a filter that needs Quarto's own Lua API, by line."""
    problems: list[Problem] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if _QUARTO_API.search(line.partition("--")[0]):
            problems.append(
                Problem(
                    f"{relative(root, path)}:{number}",
                    "the filter uses Quarto's Lua API",
                    remedy="Use pandoc's API only",
                    code="render.filter",
                )
            )
    return problems


def run_filters(
    blocks: list[Node],
    meta: dict[str, Any],
    filters: Sequence[Path],
    format_name: str,
    scratch: Path,
    root: Path,
) -> tuple[list[Node], dict[str, Any]]:
    """The tree after the filters, in order.

    Arguments:
        blocks, meta: the document. filters: Lua files. format_name: becomes FORMAT.
        scratch: folder for the wrappers. root: the filters' working folder.

    Raises PandocError where a filter fails.
    """
    if not filters:
        return blocks, meta
    arguments = ["-f", "json", "-t", "json"]
    for index, path in enumerate(filters):
        wrapper = scratch / f"filter-{index}-{format_name}.lua"
        # Lua's %q-style quoting is JSON's for these paths, except for a slash that JSON leaves.
        quoted = json.dumps(str(path), ensure_ascii=False)
        wrapper.write_text(
            f"FORMAT = '{'html' if format_name == 'html' else format_name}'\n"
            f"PANDOC_SCRIPT_FILE = {quoted}\nreturn dofile({quoted})\n",
            encoding="utf-8",
        )
        arguments += ["--lua-filter", str(wrapper)]
    document = {"pandoc-api-version": VERSION, "meta": meta, "blocks": blocks}
    output, _ = pandoc(arguments, json.dumps(document, ensure_ascii=False), folder=root)
    result = json.loads(output)
    return result["blocks"], result["meta"]


__all__ = ["PandocError", "check_filter", "run_filters"]

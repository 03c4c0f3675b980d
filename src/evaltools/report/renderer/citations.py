"""Citations by citeproc, and the list of references."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltools.report.renderer.located_problems import LocatedProblems
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import (
    Node,
    attr,
    div,
    find_identifier,
    header,
    make_document,
    nodes,
    rewrite,
    span,
    text_nodes,
)

_MISSING = re.compile(r"citation ([^\s]+) not found", re.IGNORECASE)


def cite(
    blocks: list[Node],
    options: Mapping[str, Any],
    words: Mapping[str, str],
    root: Path,
    epoch: int,
    problems: LocatedProblems,
) -> list[Node]:
    """The tree with citations resolved and the references in Div#refs.

    Arguments:
        blocks: tree without cross-references. options: `bibliography`, `csl`, `nocite`, `lang`.
        words: for the heading of the references, where the document has no place for them.
        root: project folder. epoch: stands for now. problems: takes unknown keys.
    """
    cited = [node for node in nodes(blocks) if node["t"] == "Cite"]
    if not cited and not options.get("nocite"):
        return blocks
    files = options.get("bibliography", [])
    if not files:
        for node in cited:
            for citation in node["c"][0]:
                _refuse_unknown(citation["citationId"], problems)
        return blocks
    if not any(find_identifier(node) == "refs" for node in nodes(blocks)):
        title = str(options.get("reference-section-title", words["section-title-references"]))
        heading = header(1, attr("references", ["unnumbered"]), text_nodes(title))
        blocks = [*blocks, heading, div(attr("refs"), [])]
    meta: dict[str, Any] = {
        "lang": {"t": "MetaString", "c": str(options.get("lang", "en"))},
        "link-citations": {"t": "MetaBool", "c": options.get("link-citations", True) is not False},
    }
    if options.get("nocite"):
        meta["nocite"] = {"t": "MetaInlines", "c": [_nocite(str(options["nocite"]))]}
    arguments = ["-t", "json", "--citeproc"]
    arguments += [f"--bibliography={_address(root, str(name))}" for name in files]
    if options.get("csl"):
        arguments.append(f"--csl={_address(root, str(options['csl']))}")
    try:
        output, messages = pandoc(arguments, make_document(blocks, meta), epoch)
    except PandocError as error:
        what = f"the bibliography cannot be read: {error}"
        problems.add("", what, code="render.citation", where=files[0].lstrip("/"))
        return blocks
    for message in messages:
        if message.kind == "CiteprocWarning" and (missing := _MISSING.search(message.text)):
            _refuse_unknown(missing[1], problems)
    # A Cite would be resolved again by writers that know citations themselves.
    resolved: list[Node] = json.loads(output)["blocks"]
    return rewrite(resolved, _drop_citations)


def _address(root: Path, name: str) -> str:
    """A file as pandoc takes it: it decodes these names as the addresses of a page."""
    return str(root / name.lstrip("/")).replace("%", "%25")


def _drop_citations(node: Node) -> list[Node] | None:
    return [span(attr(classes=["citation"]), node["c"][1])] if node["t"] == "Cite" else None


def _refuse_unknown(key: str, problems: LocatedProblems) -> None:
    what, remedy = f"unresolved citation @{key}", "Add it to the bibliography"
    problems.add(f"@{key}", what, remedy, "render.citation")


def _nocite(written: str) -> Node:
    common = {"citationPrefix": [], "citationSuffix": [], "citationMode": {"t": "AuthorInText"},
              "citationNoteNum": 0, "citationHash": 0}  # fmt: skip
    keys = re.findall(r"@(\*|[\w:.#$%&+?<>~/-]*\w)", written)
    return {"t": "Cite", "c": [[{"citationId": key, **common} for key in keys], []]}

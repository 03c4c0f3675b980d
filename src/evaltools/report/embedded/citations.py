"""Citations by citeproc, and the list of references."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaltools.report.embedded.ast import (
    Node,
    attr,
    div,
    identifier_of,
    nodes,
    rewrite,
    span,
    words_of,
)
from evaltools.report.embedded.pandoc import VERSION, PandocError, pandoc
from evaltools.report.embedded.source import Faults

_MISSING = re.compile(r"citation ([^\s]+) not found", re.IGNORECASE)


def cite(
    blocks: list[Node],
    options: Mapping[str, Any],
    words: Mapping[str, str],
    root: Path,
    epoch: int,
    faults: Faults,
) -> list[Node]:
    """The tree with citations resolved and the references in Div#refs.

    Arguments:
        blocks: tree without cross-references. options: `bibliography`, `csl`, `nocite`, `lang`.
        words: for the heading of the references, where the document has no place for them.
        root: project folder. epoch: stands for now. faults: takes unknown keys.
    """
    cited = [node for node in nodes(blocks) if node["t"] == "Cite"]
    if not cited and not options.get("nocite"):
        return blocks
    files = options.get("bibliography", [])
    if not files:
        for node in cited:
            for citation in node["c"][0]:
                _unknown(citation["citationId"], faults)
        return blocks
    if not any(identifier_of(node) == "refs" for node in nodes(blocks)):
        title = str(options.get("reference-section-title", words["section-title-references"]))
        header = {"t": "Header", "c": [1, attr("references", ["unnumbered"]), words_of(title)]}
        blocks = [*blocks, header, div(attr("refs"), [])]
    meta: dict[str, Any] = {
        "lang": {"t": "MetaString", "c": str(options.get("lang", "en"))},
        "link-citations": {"t": "MetaBool", "c": options.get("link-citations", True) is not False},
    }
    if options.get("nocite"):
        meta["nocite"] = {"t": "MetaInlines", "c": [_nocite(str(options["nocite"]))]}
    document = {"pandoc-api-version": VERSION, "meta": meta, "blocks": blocks}
    arguments = ["-f", "json", "-t", "json", "--citeproc"]
    arguments += [f"--bibliography={_address(root, str(name))}" for name in files]
    if options.get("csl"):
        arguments.append(f"--csl={_address(root, str(options['csl']))}")
    try:
        output, messages = pandoc(arguments, json.dumps(document, ensure_ascii=False), epoch)
    except PandocError as error:
        faults.add(
            "",
            f"the bibliography cannot be read: {error}",
            code="render.citation",
            where=files[0].lstrip("/"),
        )
        return blocks
    for message in messages:
        if message.kind == "CiteprocWarning" and (missing := _MISSING.search(message.text)):
            _unknown(missing[1], faults)
    # A Cite would be resolved again by writers that know citations themselves.
    result: list[Node] = rewrite(json.loads(output)["blocks"], _uncited)
    return result


def _address(root: Path, name: str) -> str:
    """A file as pandoc takes it: it decodes these names as the addresses of a page."""
    return str(root / name.lstrip("/")).replace("%", "%25")


def _uncited(node: Node) -> list[Node] | None:
    if node["t"] != "Cite":
        return None
    return [span(attr(classes=["citation"]), node["c"][1])]


def _unknown(key: str, faults: Faults) -> None:
    faults.add(
        f"@{key}", f"unresolved citation @{key}", "Add it to the bibliography", "render.citation"
    )


def _nocite(written: str) -> Node:
    keys = re.findall(r"@(\*|[\w:.#$%&+?<>~/-]*\w)", written)
    citations = [
        {
            "citationId": key,
            "citationPrefix": [],
            "citationSuffix": [],
            "citationMode": {"t": "AuthorInText"},
            "citationNoteNum": 0,
            "citationHash": 0,
        }
        for key in keys
    ]
    return {"t": "Cite", "c": [citations, []]}

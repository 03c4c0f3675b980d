"""Calls the pandoc that comes with the package, shut off from everything but its input."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaltools.problems import Problem
from evaltools.processes import pandoc_program
from evaltools.report.renderer.located_problems import relative_name
from evaltools.report.renderer.pandoc_tree import (
    Node,
    copied,
    lone_paragraph,
    make_document,
    text_nodes,
)

# Seconds; a report takes less than one. Some texts make any markdown reader slow.
PATIENCE = 120
# Quarto's reader is pandoc's markdown; front matter has been taken off before.
MARKDOWN = "markdown-yaml_metadata_block-pandoc_title_block"
# Attributes may hold values that were filled in, so they can make no raw content.
_ATTRIBUTE = (
    f"{MARKDOWN}-raw_html-raw_tex-raw_attribute-native_divs-native_spans-markdown_in_html_blocks"
)
_MARKUP = re.compile(r"[*_`\[\]{}@^~<>$\\\"'&]|--|\.\.\.|^\s*(?:[#>+-]|\d+[.)])|:")
_QUARTO_API = re.compile(r"\bquarto\s*[.\[]|\b_quarto\b")


class PandocError(RuntimeError):
    """Pandoc refused its input; its message is the text."""


@dataclass(frozen=True)
class Message:
    """One entry of pandoc's log.

    Arguments:
        kind: pandoc's name of it, such as `CouldNotConvertTeXMath`.
        about: what it is about: a formula, a file; empty where pandoc names nothing.
        text: what pandoc says.
    """

    kind: str
    about: str
    text: str


def pandoc(
    arguments: Sequence[str],
    content: str | bytes | Mapping[str, Any],
    epoch: int = 0,
    folder: Path | None = None,
) -> tuple[bytes, tuple[Message, ...]]:
    """What pandoc makes of a text, or of a document, which is read as JSON; and what it logged.

    `epoch` is the seconds since 1970 that stand for now. Raises PandocError where pandoc fails.
    """
    environment = {
        "SOURCE_DATE_EPOCH": str(epoch),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "HOME": os.devnull,
        "XDG_DATA_HOME": os.devnull,
        "PATH": os.environ.get("PATH", ""),
    }
    if isinstance(content, Mapping):
        arguments = ["-f", "json", *arguments]
        content = json.dumps(content, ensure_ascii=False)
    payload = content.encode("utf-8") if isinstance(content, str) else content
    with TemporaryDirectory(prefix="evaltools-") as scratch:
        log = Path(scratch) / "log.json"
        try:
            done = subprocess.run(
                [pandoc_program(), *arguments, f"--log={log}", "--quiet"],
                input=payload, capture_output=True, env=environment, cwd=folder, check=False,
                timeout=PATIENCE,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise PandocError(f"pandoc was not done in {PATIENCE} seconds") from error
        if done.returncode:
            error_text = done.stderr.decode("utf-8", "replace").strip()
            raise PandocError(error_text or f"pandoc ended with status {done.returncode}")
        # Pandoc writes no log where it has nothing to say.
        entries = json.loads(log.read_text(encoding="utf-8")) if log.is_file() else []
    return done.stdout, tuple(_message(entry) for entry in entries)


def _message(entry: Mapping[str, Any]) -> Message:
    about = entry.get("contents") or entry.get("path") or entry.get("resource") or ""
    text = entry.get("message") or entry.get("pretty") or ""
    return Message(str(entry["type"]), str(about), str(text))


def read_texts(texts: Iterable[tuple[str, str]], reader: str = MARKDOWN) -> dict[str, list[Node]]:
    """Parse several texts, given with a unique name each, in one run; their blocks by name."""
    items = [{"name": name, "text": text, "format": reader} for name, text in texts]
    if not items:
        return {}
    script = Path(__file__).with_name("reader.lua")
    output, _ = pandoc(["-f", str(script), "-t", "json", "--sandbox"], json.dumps(items))
    return {block["c"][0][0]: block["c"][1] for block in json.loads(output)["blocks"]}


@dataclass
class AttributeTexts:
    """Markdown in attributes and options (`title="..."`, `fig-cap="..."`), parsed in one go."""

    known: dict[str, list[Node]] = field(default_factory=dict)

    def prepare(self, texts: Iterable[str]) -> None:
        """Parse the texts that are not yet known."""
        fresh = sorted({text for text in texts if text not in self.known})
        self.known.update((text, text_nodes(text)) for text in fresh)
        marked = {str(index): text for index, text in enumerate(fresh) if _MARKUP.search(text)}
        for name, blocks in read_texts(marked.items(), _ATTRIBUTE).items():
            inlines = lone_paragraph(blocks)
            if inlines is not None:
                self.known[marked[name]] = inlines

    def of(self, text: str) -> list[Node]:
        """A fresh copy of a text's inlines."""
        if text not in self.known:
            self.prepare([text])
        return copied(self.known[text])


def check_filter(root: Path, path: Path) -> list[Problem]:
    """Refuse a filter that needs Quarto's own Lua API, by line."""
    what, remedy = "the filter uses Quarto's Lua API", "Use pandoc's API only"
    return [
        Problem(f"{relative_name(root, path)}:{number}", what, "", remedy, "render.filter")
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if _QUARTO_API.search(line.partition("--")[0])
    ]


def run_filters(
    blocks: list[Node],
    meta: dict[str, Any],
    filters: Sequence[Path],
    format_name: str,
    scratch: Path,
    root: Path,
) -> tuple[list[Node], dict[str, Any]]:
    """The document after the project's own Lua filters, in order; PandocError where one fails."""
    if not filters:
        return blocks, meta
    arguments = ["-t", "json"]
    for index, path in enumerate(filters):
        wrapper = scratch / f"filter-{index}-{format_name}.lua"
        # Lua's %q-style quoting is JSON's for these paths, except for a slash that JSON leaves.
        quoted = json.dumps(str(path), ensure_ascii=False)
        wrapper.write_text(
            f"FORMAT = '{format_name}'\nPANDOC_SCRIPT_FILE = {quoted}\nreturn dofile({quoted})\n",
            encoding="utf-8",
        )
        arguments += ["--lua-filter", str(wrapper)]
    output, _ = pandoc(arguments, make_document(blocks, meta), folder=root)
    result = json.loads(output)
    return result["blocks"], result["meta"]

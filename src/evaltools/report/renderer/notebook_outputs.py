"""Outputs of labelled cells, read from executed notebooks.

Nothing is executed. Pictures are written to the media folder under names made of their content,
SVG and PNG side by side; which of the two a format takes is decided later.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evaltools.charts.data import FIGURE_TYPE
from evaltools.problems import Problem
from evaltools.report.part_store import PartStore
from evaltools.report.renderer.format_context import option_names
from evaltools.report.renderer.media import find_active_content, write_picture
from evaltools.report.renderer.page_figures import make_sidecar, write_sidecar
from evaltools.yaml_text import load_yaml

# Options of a cell that have an effect on what is embedded.
USED = option_names("cell")
IDLE = option_names("cell-idle")
_PICTURES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Output:
    """What one cell shows.

    Arguments:
        where: `notebooks/04.ipynb#fig-x`.
        label: the cell's label, without `#`.
        options: the cell's options, from its `#|` lines.
        parts: what it put out, in order: ("markdown", text), ("text", text),
            ("image", "name.svg name.png"), whichever of the two exist.
        source: its code if that is to be shown, otherwise empty.
    """

    where: str
    label: str
    options: Mapping[str, Any]
    parts: Sequence[tuple[str, str]]
    source: str = ""


@dataclass(frozen=True)
class _Cell:
    content: Mapping[str, Any]
    options: Mapping[str, Any]
    source: str

    def is_called(self, label: str) -> bool:
        tags = self.content.get("metadata", {}).get("tags", [])
        return label in {self.options.get("label"), self.content.get("id"), *tags}


@dataclass
class Notebooks:
    """Executed notebooks of one project, each read once, and what is wrong with them.

    Arguments:
        media: folder for pictures.
        problems: no such cell, an error output, nothing but HTML.
    """

    media: Path
    problems: list[Problem] = field(default_factory=list)
    _cells: dict[Path, list[_Cell]] = field(default_factory=dict)
    _figures: list[tuple[str, str, list[Any]]] = field(default_factory=list)

    def outputs(self, path: Path, name: str, labels: Sequence[str], echo: bool) -> list[Output]:
        """Outputs of the cells with these labels, ids or tags, in the order asked."""
        if path not in self._cells:
            self._cells[path] = self._read_cells(path, name)
        cells = self._cells[path]
        found: list[Output] = []
        for label in labels:
            chosen = [cell for cell in cells if cell.is_called(label)]
            where = f"{name}#{label}"
            if not chosen and cells:
                known = sorted(
                    str(each.options["label"]) for each in cells if "label" in each.options
                )
                self._refuse(where, f"no cell is labelled {label}", ", ".join(known))
            found += [self._output(cell, where, label, echo) for cell in chosen]
        return found

    def keep_figures(self, store: PartStore, document: str) -> None:
        """Write what a page needs of the figures that were put out beside their pictures.

        Arguments:
            store: what was made of the same figures before.
            document: by which it is kept there.
        """

        def make(fresh: list[str]) -> dict[str, list[str]]:
            made: dict[str, list[str]] = {}
            for text in fresh:
                try:
                    made[text] = [make_sidecar(*json.loads(text)), ""]
                except (ValueError, TypeError, KeyError) as error:
                    made[text] = ["", f"the figure {error}"]
            return made

        texts = [json.dumps(figure, ensure_ascii=False) for *_, figure in self._figures]
        made = store.recall_each(f"figures of {document}", list(dict.fromkeys(texts)), make)
        for (picture, where, _), text in zip(self._figures, texts, strict=True):
            sidecar, wrong = made[text]
            if wrong:
                self._refuse(where, wrong, "", "Run the notebook again", "render.svg")
            else:
                write_sidecar(self.media, picture, sidecar)

    def _output(self, cell: _Cell, where: str, label: str, echo: bool) -> Output:
        if cell.content.get("cell_type") == "markdown":
            text = ("markdown", _join_text(cell.content.get("source", "")))
            return Output(where, "", cell.options, [text])
        parts = []
        for output in cell.content.get("outputs", []):
            part = self._part(output, where, label)
            parts += [part] if part is not None else []
        if not parts:
            what = "the cell shows nothing that can be embedded"
            remedy = "Run the notebook, or show a figure or a table"
            self._refuse(where, what, remedy=remedy)
        shown = echo or cell.options.get("echo") is True
        name = str(cell.options.get("label", label))
        return Output(where, name, cell.options, parts, cell.source if shown else "")

    def _part(self, output: Mapping[str, Any], where: str, label: str) -> tuple[str, str] | None:
        kind = output.get("output_type")
        role = (output.get("metadata") or {}).get("evaltools", {})
        if isinstance(role, dict) and role.get("role") == "caption":
            return None
        if kind == "error":
            what = f"the cell failed: {output.get('ename', 'error')}"
            self._refuse(where, what, remedy="Repair the notebook and run it again")
            return None
        if kind == "stream":
            return ("text", _join_text(output.get("text", "")))
        data = output.get("data", {})
        if "text/markdown" in data:
            return ("markdown", _join_text(data["text/markdown"]))
        pictures = [self._picture(data, mime, where) for mime in _PICTURES]
        found = " ".join(name for name in pictures if name)
        if found and FIGURE_TYPE in data:
            self._figures.append((found.split()[0], where, [data[FIGURE_TYPE], label]))
        if found:
            return ("image", found)
        shown = {mime for mime in data if not mime.startswith("application/vnd.evaltools")}
        if shown == {"text/plain"}:
            return ("text", _join_text(data["text/plain"]))
        if shown:
            what = f"output of the kind {', '.join(sorted(shown))}"
            allowed = "markdown, SVG, PNG, JPEG, plain text"
            remedy = "Show tables as markdown and figures as images"
            self._refuse(where, what, allowed, remedy)
        return None

    def _picture(self, data: Mapping[str, Any], mime: str, where: str) -> str:
        if mime not in data:
            return ""
        content, suffix = _join_text(data[mime]), _PICTURES[mime]
        if suffix == "svg":
            payload = content.encode("utf-8")
            if active := find_active_content(payload):
                remedy = "Draw without scripts and outside references"
                self._refuse(where, f"the SVG {active}", "", remedy, "render.svg")
                return ""
        else:
            try:
                payload = base64.b64decode("".join(content.split()), validate=True)
            except binascii.Error:
                self._refuse(where, f"{mime} is not base64")
                return ""
        return write_picture(self.media, payload, f".{suffix}")

    def _read_cells(self, path: Path, name: str) -> list[_Cell]:
        cells: list[_Cell] = []
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for number, cell in enumerate(content["cells"], 1):
                options, source = self._options(cell, f"{name}, cell {number}")
                cells.append(_Cell(cell, options, source))
        except (ValueError, KeyError, TypeError) as error:
            self._refuse(name, f"not a notebook: {error}")
        return cells

    def _options(self, cell: Mapping[str, Any], where: str) -> tuple[dict[str, Any], str]:
        """The `#|` options of a cell and its source without them."""
        lines = _join_text(cell.get("source", "")).split("\n")
        if cell.get("cell_type") != "code":
            return {}, "\n".join(lines)
        count = 0
        while count < len(lines) and lines[count].startswith("#|"):
            count += 1
        source = "\n".join(lines[count:])
        try:
            text = "\n".join(line[2:].removeprefix(" ") for line in lines[:count])
            options = load_yaml(text)[0] or {}
        except yaml.YAMLError:
            options = None
        if not isinstance(options, dict):
            self._refuse(where, "its #| options are not YAML")
            return {}, source
        for key in sorted(set(map(str, options)) - USED - IDLE):
            self._refuse(where, f"unknown cell option {key}", ", ".join(sorted(USED)))
        return options, source

    def _refuse(
        self,
        where: str,
        what: str,
        allowed: str = "",
        remedy: str = "",
        code: str = "render.embed",
    ) -> None:
        self.problems.append(Problem(where, what, allowed, remedy, code))


def _join_text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)

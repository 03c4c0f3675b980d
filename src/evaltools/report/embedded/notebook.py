"""Outputs of labelled cells, read from executed notebooks.

Nothing is executed. Pictures are written to the media folder under names made of their content,
SVG and PNG side by side; which of the two a format takes is decided later.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaltools.problems import Problem
from evaltools.report.embedded.format_context import names
from evaltools.report.embedded.media import active_content
from evaltools.yaml_text import check_yaml

# Options of a cell that have an effect on what is embedded.
USED = names("cell")
IDLE = names("cell-idle")


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


@dataclass
class Notebooks:
    """Executed notebooks of one project, each read once."""

    project: Path
    media: Path

    def __post_init__(self) -> None:
        self._cells: dict[Path, list[tuple[dict[str, Any], dict[str, Any], str]]] = {}

    def outputs(
        self, path: Path, name: str, labels: Sequence[str], echo: bool, problems: list[Problem]
    ) -> list[Output]:
        """Outputs of the cells with these labels, in the order asked.

        Arguments:
            path: the notebook. name: its name in messages.
            labels: labels, ids or tags of cells.
            echo: show the code too.
            problems: takes what is wrong: no such cell, an error output, nothing but HTML.
        """
        cells = self._read(path, name, problems)
        found: list[Output] = []
        for label in labels:
            chosen = [cell for cell in cells if _is_called(cell, label)]
            where = f"{name}#{label}"
            if not chosen and cells:
                known = sorted(
                    str(options["label"]) for _, options, _ in cells if "label" in options
                )
                problems.append(
                    Problem(
                        where,
                        f"no cell is labelled {label}",
                        allowed=", ".join(known),
                        code="render.embed",
                    )
                )
            found.extend(self._output(cell, where, label, echo, problems) for cell in chosen)
        return found

    def _read(
        self, path: Path, name: str, problems: list[Problem]
    ) -> list[tuple[dict[str, Any], dict[str, Any], str]]:
        if path in self._cells:
            return self._cells[path]
        cells: list[tuple[dict[str, Any], dict[str, Any], str]] = []
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            for number, cell in enumerate(content["cells"], 1):
                options, source = _options(cell, f"{name}, cell {number}", problems)
                cells.append((cell, options, source))
        except (ValueError, KeyError, TypeError) as error:
            problems.append(Problem(name, f"not a notebook: {error}", code="render.embed"))
        self._cells[path] = cells
        return cells

    def _output(
        self,
        cell: tuple[dict[str, Any], dict[str, Any], str],
        where: str,
        label: str,
        echo: bool,
        problems: list[Problem],
    ) -> Output:
        content, options, source = cell
        if content.get("cell_type") == "markdown":
            parts = [("markdown", _joined(content.get("source", "")))]
            return Output(where, "", options, parts)
        parts = []
        for output in content.get("outputs", []):
            part = self._part(output, where, problems)
            if part is not None:
                parts.append(part)
        if not parts:
            problems.append(
                Problem(
                    where,
                    "the cell shows nothing that can be embedded",
                    remedy="Run the notebook, or show a figure or a table",
                    code="render.embed",
                )
            )
        shown = echo or options.get("echo") is True
        name = str(options.get("label", label))
        return Output(where, name, options, parts, source if shown else "")

    def _part(
        self, output: Mapping[str, Any], where: str, problems: list[Problem]
    ) -> tuple[str, str] | None:
        kind = output.get("output_type")
        role = (output.get("metadata") or {}).get("evaltools", {})
        if isinstance(role, dict) and role.get("role") == "caption":
            return None
        if kind == "error":
            problems.append(
                Problem(
                    where,
                    f"the cell failed: {output.get('ename', 'error')}",
                    remedy="Repair the notebook and run it again",
                    code="render.embed",
                )
            )
            return None
        if kind == "stream":
            return ("text", _joined(output.get("text", "")))
        data = output.get("data", {})
        if "text/markdown" in data:
            return ("markdown", _joined(data["text/markdown"]))
        pictures = [
            self._picture(data, mime, suffix, where, problems)
            for mime, suffix in (
                ("image/svg+xml", "svg"),
                ("image/png", "png"),
                ("image/jpeg", "jpg"),
            )
        ]
        found = " ".join(name for name in pictures if name)
        if found:
            return ("image", found)
        shown = {mime for mime in data if not mime.startswith("application/vnd.evaltools")}
        if not shown:
            return None
        if shown == {"text/plain"}:
            return ("text", _joined(data["text/plain"]))
        problems.append(
            Problem(
                where,
                f"output of the kind {', '.join(sorted(shown))}",
                allowed="markdown, SVG, PNG, JPEG, plain text",
                remedy="Show tables as markdown and figures as images",
                code="render.embed",
            )
        )
        return None

    def _picture(
        self, data: Mapping[str, Any], mime: str, suffix: str, where: str, problems: list[Problem]
    ) -> str:
        if mime not in data:
            return ""
        content = _joined(data[mime])
        if suffix == "svg":
            payload = content.encode("utf-8")
            active = active_content(payload)
            if active:
                problems.append(
                    Problem(
                        where,
                        f"the SVG {active}",
                        code="render.svg",
                        remedy="Draw without scripts and outside references",
                    )
                )
                return ""
        else:
            try:
                payload = base64.b64decode("".join(content.split()), validate=True)
            except binascii.Error:
                problems.append(Problem(where, f"{mime} is not base64", code="render.embed"))
                return ""
        name = f"{hashlib.sha256(payload).hexdigest()[:16]}.{suffix}"
        self.media.mkdir(parents=True, exist_ok=True)
        (self.media / name).write_bytes(payload)
        return name


def _is_called(cell: tuple[dict[str, Any], dict[str, Any], str], label: str) -> bool:
    content, options, _ = cell
    metadata = content.get("metadata", {})
    called = {options.get("label"), content.get("id"), *metadata.get("tags", [])}
    return label in called


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _options(
    cell: Mapping[str, Any], where: str, problems: list[Problem]
) -> tuple[dict[str, Any], str]:
    """The `#|` options of a cell and its source without them."""
    lines = _joined(cell.get("source", "")).split("\n")
    if cell.get("cell_type") != "code":
        return {}, "\n".join(lines)
    count = 0
    while count < len(lines) and lines[count].startswith("#|"):
        count += 1
    text = "\n".join(line[2:].removeprefix(" ") for line in lines[:count])
    try:
        check_yaml(text)
        options = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        options = None
    if not isinstance(options, dict):
        problems.append(Problem(where, "its #| options are not YAML", code="render.embed"))
        return {}, "\n".join(lines[count:])
    for key in sorted(set(map(str, options)) - USED - IDLE):
        problems.append(
            Problem(
                where,
                f"unknown cell option {key}",
                code="render.embed",
                allowed=", ".join(sorted(USED)),
            )
        )
    return options, "\n".join(lines[count:])

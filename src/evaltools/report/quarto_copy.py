"""The copy of a staged project that Quarto gets for one format.

Two things are done to it that only help Quarto: numbers are put into the text, since its reader
looks through all that follows each shortcode, which takes minutes before a long appendix; and
for Word, notebooks keep figures as PNG alone, since Quarto would take the SVG, which Word needs
a picture beside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaltools.report.renderer.located_problems import CODE_SPAN, Fences
from evaltools.report.renderer.shortcodes import ESCAPED, SHORTCODE
from evaltools.yaml_text import load_trusted

VECTOR, BITMAP = "image/svg+xml", "image/png"
# Where markdown would not be markdown: attributes, targets of links, formulas, tags.
_NOT_TEXT = re.compile(r"\{[^{}]*\}|\]\([^()]*\)|\$[^$]+\$|<[^<>]*>")
_PLAIN_START = re.compile(r"[\w\[]")


def prepare_quarto_copy(project: Path, kind: str) -> None:
    """Make a copy of a staged project ready for one format.

    Arguments:
        project: the copy; its notebooks and texts are changed.
        kind: `html`, `typst` or `docx`.
    """
    if kind == "docx":
        for path in sorted(project.rglob("*.ipynb")):
            content = json.loads(path.read_text(encoding="utf-8"))
            _keep_bitmaps(content)
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    values = dict(_values(project / "_variables.yml"))
    for path in sorted(project.rglob("*.qmd")) if values else ():
        text = path.read_text(encoding="utf-8")
        filled = fill_values(text, values)
        if filled != text:
            path.write_text(filled, encoding="utf-8")


def _keep_bitmaps(notebook: Mapping[str, Any]) -> None:
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if BITMAP in data:
                data.pop(VECTOR, None)


def _values(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        content = load_trusted(path.read_text(encoding="utf-8"))
        yield from _leaves(content or {})


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, str):
            yield f"{above}{key}", value


def fill_values(text: str, values: Mapping[str, str]) -> str:
    """Markdown with its variables filled in, line for line.

    A variable stays for Quarto to fill in where its value would not be read as text of a
    paragraph: in front matter, code, comments, attributes, links and formulas, in a table whose
    columns it would part, at the start of a line where it would make a list or a heading.

    Arguments:
        text: a document. values: markdown by key.
    """
    lines = text.split("\n")
    fences = Fences()
    front = lines[0].rstrip() == "---"
    filled = []
    for number, line in enumerate(lines):
        if front:
            front = number == 0 or line.rstrip() not in {"---", "..."}
            filled.append(line)
        elif fences.step(line) or "{{<" not in line:
            filled.append(line)
        else:
            filled.append(_fill_line(line, values))
    return "\n".join(filled)


def _fill_line(line: str, values: Mapping[str, str]) -> str:
    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    masked = SHORTCODE.sub(blank, line)
    closed = [
        match.span() for pattern in (CODE_SPAN, _NOT_TEXT) for match in pattern.finditer(masked)
    ]
    closed += [match.span() for match in ESCAPED.finditer(line)]

    def fill(match: re.Match[str]) -> str:
        value = values.get(match["rest"].strip().strip("\"'"))
        start = match.start()
        if match["name"] != "var" or value is None or "\n" in value.strip():
            return match[0]
        if any(first <= start < last for first, last in closed):
            return match[0]
        if "|" in value and "|" in masked:
            return match[0]
        if not line[:start].strip(" >|-*+") and not _PLAIN_START.match(value):
            return match[0]
        return value.strip()

    return SHORTCODE.sub(fill, line)

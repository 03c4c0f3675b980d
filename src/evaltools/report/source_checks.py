"""What is checked once, when staging, whichever engine renders: shortcodes, variables, dates.

Quarto renders an unknown shortcode, an unknown variable or an invalid date without a word, or
with a warning; so nothing of the kind gets as far as an engine.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaltools.problems import Problem
from evaltools.report.renderer.located_problems import Source, read_source, relative_name
from evaltools.report.renderer.notebook_outputs import Notebooks
from evaltools.report.renderer.project import Level, Project, read_project
from evaltools.report.renderer.shortcodes import TextPass

# Other problems that the embedded renderer finds in sources are its own: what it cannot render.
CHECKED = frozenset(
    ("render.shortcode", "render.var", "render.meta", "render.embed", "render.include",
     "render.encoding", "render.yaml", "render.project", "report.date")
)  # fmt: skip
DATES = ("date", "date-modified")


def check_sources(
    folder: Path, document: Path, variables: Mapping[str, Any], shown: str = "reports"
) -> tuple[Problem, ...]:
    """Everything in a staged project's sources that no engine may be left to deal with.

    Arguments:
        folder: the staged project, its notebooks and metadata in place.
        document: the main document; other sources in its folder are checked, too.
        variables: what `{{< var … >}}` can ask for, nested as in `_variables.yml`.
        shown: how the project's folder is called in problems.

    Returns:
        Problems by file and line: includes that are missing or lead out of the project,
        shortcodes that are unknown, malformed or out of place, variables and metadata without
        value, cells that no notebook has, dates that are not ISO 8601.
    """
    found: dict[Problem, None] = {}
    chapters = sorted(document.parent.rglob("*.qmd"))
    read: set[str] = set()
    root = folder.resolve()
    with TemporaryDirectory(prefix="evaltools-") as scratch:
        notebooks = Notebooks(root, Path(scratch))
        for path in [document, *chapters]:
            name = relative_name(root, path)
            if name in read:
                continue
            source, problems = read_source(root, path.resolve())
            read |= {name, *(line.path for line in source.body)}
            project, others = read_project(root, path.resolve(), source, ())
            values = Level("_variables.yml", variables)
            project = dataclasses.replace(project, variables=values)
            problems += [*others, *_shortcodes(project, source, notebooks), *_dates(project)]
            found |= dict.fromkeys(each for each in problems if each.code in CHECKED)
    return tuple(replace(each, where=f"{shown}/{each.where}") for each in found)


def _shortcodes(project: Project, source: Source, notebooks: Notebooks) -> Iterable[Problem]:
    passed = TextPass(project, notebooks, project.format("html"))
    passed.body(source)
    return passed.problems


def _dates(project: Project) -> Iterator[Problem]:
    """Dates that an engine could not write out in the language of the report."""
    for name in ("html", "typst", "docx"):
        merged = project.format(name)
        for key in DATES:
            written = str(merged.get(key) or "")
            if written and not _is_iso(written):
                yield Problem(
                    project.where(key),
                    f"{key} is '{written}'",
                    "a day as year, month, day: 2022-04-30",
                    "Write it so; date-format says how it is shown.",
                    "report.date",
                )


def _is_iso(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False

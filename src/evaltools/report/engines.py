"""Which engine renders: Quarto where it is found, or the embedded renderer of the same sources."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from evaltools.problems import Problem, ProblemError
from evaltools.report.part_store import PartStore
from evaltools.report.quarto_program import find_quarto, read_version, require_quarto

VARIABLE = "SOURCE_DATE_EPOCH"
LATEST = 4_354_819_199
"""31 December 2107, 23:59:59 UTC: the last date that a part of a DOCX can carry (its zip)."""

_SECONDS = re.compile(r"[0-9]{1,20}", re.ASCII)


def read_epoch(environment: Mapping[str, str] | None = None) -> int:
    """Seconds since 1970 that stand for now; 0 where SOURCE_DATE_EPOCH is not set.

    Raises ProblemError where it is no whole number of seconds, or no date that all formats carry.
    """
    variables = os.environ if environment is None else environment
    written = variables.get(VARIABLE, "0")
    remedy = f"Set it to seconds since 1970, such as 1654214400, or unset {VARIABLE}."
    if not _SECONDS.fullmatch(written):
        shown = written if len(written) <= 40 else f"{written[:39]}…"
        what, allowed = f"{shown!r} is no number of seconds", "digits only"
    elif int(written) > LATEST:
        what, allowed = f"{written} is out of range", f"0 to {LATEST} (the end of the year 2107)"
        if len(written) > 12:
            remedy += " So many digits are milliseconds, or smaller units."
    else:
        return int(written)
    raise ProblemError([Problem(VARIABLE, what, allowed, remedy, "render.epoch")])


Choice = Literal["auto", "quarto", "embedded"]


@dataclass(frozen=True)
class Engine:
    """An engine that is at hand.

    Arguments:
        name: quarto or embedded.
        version: its version, which is part of what a rendered report depends on.
        program: Quarto's program; None for the embedded renderer.
        epoch: seconds since 1970 that stand for now, the date within files.
    """

    name: Literal["quarto", "embedded"]
    version: str
    program: Path | None = None
    epoch: int = 0

    @property
    def key(self) -> list[str | int]:
        """What the bytes of a rendered document depend on, as plain JSON values."""
        return [self.name, self.version, self.epoch]

    def __str__(self) -> str:
        return f"Quarto {self.version}" if self.program else "the embedded renderer"


def choose_engine(choice: Choice) -> Engine:
    """The engine asked for; with `auto` Quarto if it is there."""
    epoch = read_epoch()
    if choice != "embedded":
        program = find_quarto() if choice == "auto" else require_quarto()
        if program is not None:
            return Engine("quarto", read_version(program), program, epoch)
    parts = ("evaltools", "pypandoc-binary", "typst", "pikepdf", "fontpkg-fira-sans")
    return Engine("embedded", " ".join(f"{part} {version(part)}" for part in parts), None, epoch)


def render(
    engine: Engine,
    project: Path,
    document: Path,
    formats: Sequence[str],
    output: Path,
    progress: Callable[[str], None],
    parts: PartStore | None = None,
) -> list[Path]:
    """Render a staged project into an empty folder; the files made, in the order of the formats.

    Arguments:
        parts: what was made before from the same texts; by default nothing is taken from there.

    Raises ProblemError for whatever the engine does not know or cannot do.
    """
    if engine.program is not None:
        from evaltools.report import quarto

        program = quarto.Quarto(engine.program, engine.epoch)
        return quarto.render(program, project, document, formats, output, progress)
    from evaltools.report import renderer

    try:
        return renderer.render(
            project, document, formats, output, progress, epoch=engine.epoch, parts=parts
        )
    except ProblemError as error:
        raise ProblemError(_below_reports(problem, project) for problem in error.problems) from None


def _below_reports(problem: Problem, project: Path) -> Problem:
    """Places in the staged folder, told as the author knows them."""
    path = re.split(r"[:,]", problem.where, maxsplit=1)[0]
    if (project / path).exists():
        return replace(problem, where=f"reports/{problem.where}")
    return problem

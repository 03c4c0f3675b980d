"""The Quarto command: where it is, and whether it is new enough.

Loads nothing of what renders, since every build asks.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from evaltools.problems import Problem, ProblemError
from evaltools.report.quarto_messages import strip_terminal_codes

OLDEST = (1, 5)
"""The first whose Typst has the tables, and whose `embed` works as the report uses it."""

PATH_VARIABLE = "QUARTO_PATH"
REMEDY = (
    "Install Quarto 1.5 or newer from quarto.org, or choose the embedded renderer, "
    "which needs no Quarto."
)
_SECONDS_FOR_VERSION = 60.0


def find_quarto(environment: Mapping[str, str] | None = None) -> Path | None:
    """The Quarto command: named by QUARTO_PATH, else on the PATH, else beside this Python.

    Raises ProblemError where QUARTO_PATH is set, but no Quarto is there.
    """
    variables = os.environ if environment is None else environment
    if named := variables.get(PATH_VARIABLE):
        found = _command_at(Path(named).expanduser())
        if found is None:
            what = f"is '{named}', where no Quarto can be started"
            allowed = "the quarto command, or the folder it is in"
            raise ProblemError([Problem(PATH_VARIABLE, what, allowed, code="quarto.path")])
        return found
    if on_path := shutil.which("quarto", path=variables.get("PATH", os.defpath)):
        return Path(on_path)
    prefix = Path(sys.prefix)
    beside = (Path(sys.executable).parent, prefix / "bin", prefix / "Library" / "bin")
    for folder in (*beside, prefix / "Scripts"):
        if (found := _command_at(folder)) is not None:
            return found
    return None


def _command_at(place: Path) -> Path | None:
    if place.is_file():
        return place if os.access(place, os.X_OK) else None
    for folder in (place, place / "bin"):
        if found := shutil.which("quarto", path=str(folder)):
            return Path(found)
    return None


def require_quarto() -> Path:
    """The Quarto command, where it has to be there."""
    found = find_quarto()
    if found is None:
        raise ProblemError([Problem("quarto", "is not installed", "", REMEDY, "quarto.missing")])
    return found


def read_version(quarto: Path) -> str:
    """The version of a Quarto, `1.9.37`, new enough for the report."""
    try:
        answer = subprocess.run(
            [str(quarto), "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS_FOR_VERSION,
            start_new_session=True,
            check=False,
        )
        log = strip_terminal_codes(answer.stdout.decode(errors="replace")).strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        what = f"does not tell its version: {type(error).__name__}"
        raise ProblemError([Problem(str(quarto), what, "", REMEDY, "quarto.version")]) from None
    found = re.search(r"^v?(\d+)\.(\d+)(?:\.(\d+))?", log, re.MULTILINE)
    if answer.returncode or not found:
        what = f"does not tell its version, but '{log[:80]}'"
        raise ProblemError([Problem(str(quarto), what, "", REMEDY, "quarto.version")])
    if (int(found[1]), int(found[2])) < OLDEST:
        what = f"is Quarto {found[0].removeprefix('v')}, which is too old"
        allowed = f"{'.'.join(map(str, OLDEST))} or newer"
        raise ProblemError([Problem(str(quarto), what, allowed, REMEDY, "quarto.version")])
    return found[0].removeprefix("v")

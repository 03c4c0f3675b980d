"""Where the study is, without reading it: commands with nothing to do need no more."""

from __future__ import annotations

import os
from pathlib import Path

from evaltools.problems import Problem, ProblemError

FILE_NAME = "evaluation.yml"
STUDY_VARIABLE = "EVALTOOLS_STUDY"


def locate_study(start: Path | None = None) -> Path:
    """The folder named by EVALTOOLS_STUDY, or else the study's around the current folder.

    Raises:
        ProblemError: there is no `evaluation.yml` in the folder or above it.
    """
    named = os.environ.get(STUDY_VARIABLE)
    if named and start is None:
        return Path(named)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        # Whatever has the name: if it is no file, that is what is wrong.
        if os.path.lexists(folder / FILE_NAME):
            return folder
    raise ProblemError(
        [Problem(str(here), f"no {FILE_NAME} here or above", remedy="Go to the study's folder.")]
    )

"""Outputs that would not come out the same twice, so that nobody could verify the bundle."""

from __future__ import annotations

import json

from evaltools.execute.normalise import constants, find_random
from evaltools.execute.notebooks import INJECTED_TAG, cells_of
from evaltools.problems import Problem
from evaltools.publishing.gates import Candidate

_SHOWN = 3


def random_problems(candidate: Candidate) -> list[Problem]:
    """Cells of executed notebooks that show what looks random and is in no input."""
    study, run = candidate.study, candidate.run
    files = [study.root / name for name in run.manifest.ingredients.files]
    problems = []
    for name, path in zip(run.manifest.ingredients.notebooks, run.notebooks, strict=True):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = cells_of(notebook)
        constant = constants("\n".join(cell.source for cell in cells), files)
        found: dict[int, list[str]] = {}
        for index, what in find_random(notebook, constant):
            found.setdefault(index, []).append(what)
        for index, names in found.items():
            injected = sum(INJECTED_TAG in cell.tags for cell in cells[:index])
            where = f"{name}, cell {index + 1 - injected}"
            if cells[index].label:
                where += f" ({cells[index].label})"
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            what = f"shows what looks made up at random: {', '.join(names[:_SHOWN])}{more}"
            remedy = "Do not show it, or give it a fixed name or seed."
            problems.append(Problem(where, what, "", remedy, "publish.random"))
    return problems

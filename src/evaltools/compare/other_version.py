"""Computes indicators with another version of this package, which is the one on the path.

It uses only what every version has had since the first: the study, its tables, the selection and
the chapters; where its study does not declare which those are, they are the chapters of this study
that it has. What is asked for comes as JSON on standard input. The answer goes to a file, so that
whatever the code prints does not get into it.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import evaltools
from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.indicators.indicator import to_record
from evaltools.problems import ProblemError
from evaltools.study import load_study


def compute_jobs(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Records, or the first problem, of each set of data and parameters."""
    package = Path(evaltools.__path__[0]).resolve()
    if not package.is_relative_to(Path(asked["source"]).resolve()):
        raise SystemExit(f"the other version was not loaded: {package}")
    study = load_study(Path(asked["study"]))
    declared = getattr(study.declaration, "chapters", {}) if asked["own"] else {}
    chapters = sorted(set(declared.values())) or list(filter(find_spec, asked["chapters"]))
    if not chapters:
        raise SystemExit("the other version has none of the chapters of the study")
    answers: list[dict[str, Any]] = []
    tables: dict[str, Any] = {}
    for job in asked["jobs"]:
        try:
            folder = Path(job["data"])
            if job["data"] not in tables:
                tables[job["data"]] = read_tables(folder, load_descriptor(folder))
            known = study.declaration.parameters
            values = {k: v for k, v in job["parameters"].items() if k in known}
            evidence = Evidence.select(study, tables[job["data"]], study.parameters(values))
            records = [
                to_record(record)
                for chapter in chapters
                for record in import_module(chapter).compute(evidence)
            ]
            answers.append({"records": records})
        except ProblemError as error:
            answers.append({"problem": str(error.problems[0])})
    return answers


if __name__ == "__main__":
    request = json.loads(sys.stdin.read())
    Path(request["answer"]).write_text(json.dumps(compute_jobs(request)), encoding="utf-8")

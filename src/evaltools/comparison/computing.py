"""Computing all indicators anew from data and parameters, without notebooks: a second or two."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaltools.problems import Problem, ProblemError

if TYPE_CHECKING:
    import pandas as pd

    from evaltools.indicators.indicator import Indicator
    from evaltools.study import Study

SECONDS = 180
"""How long another version of the code may take for all that is asked of it."""
_NO_CHAPTERS = "the study declares no chapters, so that nothing can be computed without notebooks"

# What the other version runs. It uses only what every version has had since the first: the study,
# its tables, the selection and the chapters; where its study does not declare which those are,
# they are the chapters of this study that it has. The answer goes to a file, so that whatever the
# code prints does not get into it.
_SCRIPT = """
import json, sys
from importlib.util import find_spec
from pathlib import Path
asked = json.loads(sys.stdin.read())
sys.path.insert(0, asked["source"])
from importlib import import_module
import evaltools
home = Path(asked["source"]).resolve()
package = Path(evaltools.__path__[0]).resolve()
if not package.is_relative_to(home):
    raise SystemExit("the other version was not loaded: " + str(package))
from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.indicators.indicator import to_record
from evaltools.problems import ProblemError
from evaltools.study import load_study
study = load_study(Path(asked["study"]))
chapters = sorted(set(getattr(study.declaration, "chapters", {}).values())) if asked["own"] else []
chapters = chapters or list(filter(find_spec, asked["chapters"]))
if not chapters:
    raise SystemExit("the other version has none of the chapters of the study")
answers, tables = [], {}
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
Path(asked["answer"]).write_text(json.dumps(answers), encoding="utf-8")
"""


@dataclass(frozen=True)
class Job:
    """One set of indicators to compute.

    Arguments:
        data: the data folder.
        parameters: plain values by name.
    """

    data: Path
    parameters: Mapping[str, Any]


Answer = tuple["Indicator", ...] | str
"""All indicators in their total order, or the reason why there are none."""


@dataclass
class Computer:
    """Computes with the installed code; what was read or computed once is kept.

    Arguments:
        study: whose declaration of parameters holds.
        chapters: modules that compute; by default those that the study declares.
    """

    study: Study
    chapters: tuple[str, ...] = ()
    _tables: dict[Path, dict[str, pd.DataFrame]] = field(default_factory=dict)
    _answers: dict[tuple[Path, str], Answer] = field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that compute, sorted."""
        return self.chapters or tuple(sorted(set(self.study.declaration.chapters.values())))

    def tables(self, data: Path) -> dict[str, pd.DataFrame]:
        """The tables of a data folder.

        Raises:
            ProblemError: they cannot be read.
        """
        from evaltools.evidence import read_tables

        if data not in self._tables:
            self._tables[data] = read_tables(data)
        return self._tables[data]

    def compute(self, job: Job) -> Answer:
        """All indicators of the chapters, or why there are none."""
        name = (job.data, repr(sorted(job.parameters.items())))
        if name not in self._answers:
            self._answers[name] = self._compute(job)
        return self._answers[name]

    def _compute(self, job: Job) -> Answer:
        from evaltools.evidence import Evidence

        if not self.modules:
            return _NO_CHAPTERS
        try:
            parameters = self.study.parameters(known(self.study, job.parameters))
            evidence = Evidence.select(self.study, self.tables(job.data), parameters)
        except ProblemError as error:
            return str(error.problems[0])
        found = [record for chapter in self.modules
                 for record in import_module(chapter).compute(evidence)]  # fmt: skip
        return tuple(sorted(found, key=lambda record: record.identity))


def known(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of those parameters that the study declares."""
    return {name: value for name, value in values.items() if name in study.declaration.parameters}


def compute_elsewhere(
    source: Path, study: Path, jobs: Sequence[Job], chapters: Sequence[str], *, own: bool
) -> list[Answer]:
    """Compute with another version of this package, in a process of its own.

    Arguments:
        source: the folder that holds its `evaltools`; its code is executed, so it must be
            trusted as the installed package is.
        study: folder of the `evaluation.yml` that goes with it.
        jobs: what to compute.
        chapters: modules that compute, as far as the version has them.
        own: whether the study is that version's own; the chapters that it declares go before.

    Raises:
        ProblemError: the version cannot do it.
    """
    from evaltools.indicators.indicator import from_record

    with tempfile.TemporaryDirectory(prefix="evaltools-compare-") as scratch:
        answer = Path(scratch) / "answer.json"
        asked = {
            "source": str(source.resolve()),
            "study": str(study.resolve()),
            "answer": str(answer),
            "chapters": list(chapters),
            "own": own,
            "jobs": [
                {"data": str(job.data.resolve()), "parameters": dict(job.parameters)}
                for job in jobs
            ],
        }
        try:
            done = subprocess.run(
                [sys.executable, "-B", "-c", _SCRIPT],
                input=json.dumps(asked), capture_output=True, text=True, timeout=SECONDS,
                cwd=scratch,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _failed(f"took longer than {SECONDS} seconds") from None
        if done.returncode != 0 or not answer.is_file():
            last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
            raise _failed(f"failed: {last[0]}")
        content = json.loads(answer.read_text(encoding="utf-8"))
    found: list[Answer] = []
    for item in content:
        if "problem" in item:
            found.append(str(item["problem"]))
            continue
        records = [from_record(record) for record in item["records"]]
        found.append(tuple(sorted(records, key=lambda record: record.identity)))
    return found


def _failed(what: str) -> ProblemError:
    return ProblemError([Problem("the other version of the code", what, code="compare.code")])

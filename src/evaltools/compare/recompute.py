"""Earlier states had again, and their indicators computed anew, without notebooks: in seconds.

A state is had from a folder, a bundle, or a revision of the repository.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.indicator import Indicator, from_record
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import Artifact
from evaltools.provenance.hashes import changed_keys, hash_data, hash_files
from evaltools.provenance.indicator_changes import Identity
from evaltools.provenance.manifest import Ingredients
from evaltools.study import Study

SECONDS = 180
"""How long another version of the code may take for all that is asked of it."""
_PROGRAM = Path(__file__).with_name("other_version.py")
_START = """import runpy, sys
sys.path.insert(0, sys.argv[1])
runpy.run_path(sys.argv[2], run_name="__main__")
"""
_NO_CHAPTERS = "the study declares no chapters, so that nothing can be computed without notebooks"


@dataclass(frozen=True)
class RecomputeJob:
    """One set of indicators to compute, from a data folder."""

    data: Path
    parameters: Mapping[str, Any]


Answer = tuple[Indicator, ...] | str
"""All indicators in their total order, or the reason why there are none."""


@dataclass
class Recomputer:
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

    def select(self, data: Path, parameters: Mapping[str, Any]) -> Evidence:
        """The evidence of a data folder under those parameters that the study declares."""
        known = self.study.parameters(select_known_parameters(self.study, parameters))
        if data not in self._tables:
            self._tables[data] = read_tables(data)
        return Evidence.select(self.study, self._tables[data], known)

    def compute(self, job: RecomputeJob) -> Answer:
        """All indicators of the chapters, or why there are none."""
        name = (job.data, repr(sorted(job.parameters.items())))
        if name not in self._answers:
            self._answers[name] = self._compute(job)
        return self._answers[name]

    def _compute(self, job: RecomputeJob) -> Answer:
        if not self.modules:
            return _NO_CHAPTERS
        try:
            evidence = self.select(job.data, job.parameters)
        except ProblemError as error:
            return str(error.problems[0])
        return _in_order(record for chapter in self.modules
                         for record in import_module(chapter).compute(evidence))  # fmt: skip


def _in_order(records: Iterable[Indicator]) -> tuple[Indicator, ...]:
    return tuple(sorted(records, key=lambda record: record.identity))


def select_known_parameters(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of those parameters that the study declares."""
    return {name: value for name, value in values.items() if name in study.declaration.parameters}


def compute_with_other_version(
    source: Path, study: Path, jobs: Sequence[RecomputeJob], chapters: Sequence[str], *, own: bool
) -> list[Answer]:
    """Compute with another version of this package, in a process of its own.

    Arguments:
        source: the folder that holds its `evaltools`; its code is executed, so it must be
            trusted as the installed package is.
        study: folder of the `evaluation.yml` that goes with it.
        chapters: modules that compute, as far as the version has them.
        own: whether the study is that version's own; the chapters that it declares go before.
    """
    with TemporaryDirectory(prefix="evaltools-compare-") as scratch:
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
                [sys.executable, "-B", "-P", "-c", _START, str(source.resolve()), str(_PROGRAM)],
                input=json.dumps(asked), capture_output=True, text=True, timeout=SECONDS,
                cwd=scratch,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _failure(f"took longer than {SECONDS} seconds") from None
        if done.returncode != 0 or not answer.is_file():
            last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
            raise _failure(f"failed: {last[0]}")
        content = json.loads(answer.read_text(encoding="utf-8"))
    return [
        str(item["problem"]) if "problem" in item else _in_order(map(from_record, item["records"]))
        for item in content
    ]


def _failure(what: str) -> ProblemError:
    return ProblemError([Problem("the other version of the code", what, code="compare.code")])


Cells = tuple[int, int, int, int]
"""Reports with the property in both runs, only in the newer, only in the older, in neither."""


def pair_reports(
    study: Study, old: Artifact, new: Artifact, places: Sequence[Path]
) -> dict[Identity, Cells]:
    """Pairs of two runs that read the same reports, as far as the data of both are at hand.

    By identity of a theme's share, of the reports read and of projects of this kind. Nothing where
    the runs read different reports, where data are in none of the places, or where the counts are
    not those that were recorded, since the code that made them then counted otherwise.
    """
    folders = [folder for place in (study.data, *places)
               if (folder := find_data_folder(place, study.declaration.data))]  # fmt: skip
    computer = Recomputer(study)
    evidences = []
    for run in (old, new):
        data = find_matching_data(run.ingredients, folders)
        try:
            if data is None:
                return {}
            evidences.append(computer.select(data, run.ingredients.parameters))
        except ProblemError:
            return {}  # a scope or a parameter of then that is none any more
    first, second = evidences
    if set(first.reports["project_id"]) != set(second.reports["project_id"]):
        return {}
    before, after = map(_affirmed_codes, evidences)
    counts = [{item.identity: item.contributors for item in run.indicators} for run in (old, new)]
    found: dict[Identity, Cells] = {}
    for code in sorted({*before} & {*after}):
        both = len(before[code] & after[code])
        only_new, only_old = len(after[code]) - both, len(before[code]) - both
        cells = (both, only_new, only_old, len(first.reports) - both - only_new - only_old)
        for estimand in ("D", "S"):
            identity = (f"{code}.share", estimand, ())
            if [by.get(identity) for by in counts] == [both + only_old, both + only_new]:
                found[identity] = cells
    return found


def _affirmed_codes(evidence: Evidence) -> dict[str, set[str]]:
    """Projects that have a code, by code: every one that all reports were asked of and may show."""
    presence = evidence.presence
    state, codes = presence["state"].astype(str), presence["code_id"].astype(str)
    left_out = {*codes[state.eq("not_asked")], *withheld_codes(evidence)}
    found: dict[str, set[str]] = {code: set() for code in codes.unique() if code not in left_out}
    has = presence[state.eq("yes") & codes.isin(found)]
    for code, project in zip(has["code_id"], has["project_id"], strict=True):
        found[str(code)].add(str(project))
    return found


_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/^~@{}-]{0,200}")
_PARTS = ("evaluation.yml", "data", "notebooks", "reports", "src/evaltools")
DECLARATION = "evaluation.yml"
DESCRIPTOR = "datapackage.json"


@contextmanager
def open_earlier_state(given: str, repository: Path) -> Iterator[Path]:
    """A folder with an earlier state of the study: one that is given, or made from a revision.

    What is neither a folder nor a revision of the repository is refused.
    """
    path = Path(given)
    if given and path.is_dir():
        yield path.resolve()
        return
    with TemporaryDirectory(prefix="evaltools-revision-") as scratch:
        _export_revision(given, repository, Path(scratch))
        yield Path(scratch)


def find_data_folder(place: Path, name: str = "data") -> Path | None:
    """The data folder in a place: the place itself, its `data`, or one somewhere in a bundle."""
    if folder := next((one for one in (place, place / name) if (one / DESCRIPTOR).is_file()), None):
        return folder
    found = (path.parent for path in place.rglob(DESCRIPTOR) if "_build" not in path.parts)
    return min(found, key=_nearest, default=None)


def find_source_folder(place: Path) -> Path | None:
    """The folder that holds a version of this package: `src`, or one somewhere in a bundle."""
    inside = Path("evaltools", "indicators")
    if folder := next((one for one in (place / "src", place) if (one / inside).is_dir()), None):
        return folder
    found = (path.parent.parent for path in place.rglob(str(inside)) if path.is_dir())
    return min(found, key=_nearest, default=None)


def _nearest(path: Path) -> tuple[int, str]:
    return len(path.parts), path.as_posix()


def find_study_folder(place: Path, otherwise: Path) -> Path:
    """The folder of a whole study in a place or right above it, or else another one.

    A bundle has a declaration without the notebooks that it names, which is no whole study.
    """
    for candidate in (place, place.parent):
        if (candidate / DECLARATION).is_file() and (candidate / "notebooks").is_dir():
            return candidate
    return otherwise


def list_differing_data(then: Ingredients, folder: Path) -> list[str]:
    """Files in which a data folder is not the one that a run was made from, sorted."""
    return changed_keys(_data_files(then), hash_data(folder, folder))


def list_differing_code(then: Ingredients, package: Path) -> list[str]:
    """Source files in which a version of this package is not the one that made a run, sorted.

    Rooms that the run does not depend on are not looked at.
    """

    def first_part(name: str) -> str:
        """`indicators` of `evaltools/indicators/goals.py`, `build` of `evaltools/build.py`."""
        return name.split("/")[1].removesuffix(".py") if "/" in name else ""

    rooms = set(map(first_part, then.code))
    found = {f"{package.name}/{name}": digest
             for name, digest in hash_files(package, [package]).items()}  # fmt: skip
    return changed_keys(
        then.code, {name: found[name] for name in found if first_part(name) in rooms}
    )


def find_matching_data(then: Ingredients, candidates: Sequence[Path]) -> Path | None:
    """The first folder that holds exactly the data a run was made from."""
    return next((folder for folder in candidates if not list_differing_data(then, folder)), None)


def find_revision(then: Ingredients, repository: Path, differing: Sequence[str]) -> str | None:
    """The newest revision whose files are those that a run was made from.

    Only those are looked at that differ below the data folder now.
    """
    wanted, root = _data_files(then), _data_root(then)
    names = {f"{root}/{name}": wanted[name] for name in differing if name in wanted}
    if not names:
        return None

    def hash_at(revision: str, name: str) -> str | None:
        content = _run_git(repository, "cat-file", "blob", f"{revision}:./{name}")
        return None if content is None else hashlib.sha256(content).hexdigest()

    listed = _run_git(repository, "log", "--format=%H", "-n", "300", "--", *names) or b""
    return next(
        (
            revision
            for revision in listed.decode("ascii", "replace").split()
            if all(hash_at(revision, name) == digest for name, digest in names.items())
        ),
        None,
    )


def _data_files(then: Ingredients) -> Mapping[str, str]:
    """The run's data files by their path below the data folder."""
    root = _data_root(then)
    return {
        name.removeprefix(f"{root}/"): digest
        for name, digest in then.files.items()
        if root is not None and name.startswith(f"{root}/")
    }


def _data_root(then: Ingredients) -> str | None:
    """The data folder below the study: where the descriptor lies."""
    found = [name for name in then.files if name.endswith(f"/{DESCRIPTOR}")]
    return min(found, key=len).removesuffix(f"/{DESCRIPTOR}") if found else None


def _export_revision(revision: str, repository: Path, folder: Path) -> None:
    """Write the parts of a revision into a folder; the working copy is not touched."""
    known = _REVISION.fullmatch(revision) and _run_git(
        repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}"
    )
    if not known:
        allowed = "a folder, or a revision of the study's repository"
        what = "is neither a folder nor a revision"
        raise ProblemError([Problem(revision, what, allowed, "", "compare.data")])
    for part in _PARTS:
        content = _run_git(repository, "archive", "--format=tar", revision, "--", part)
        if content is not None:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                archive.extractall(folder, filter="data")


def _run_git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails or is not there."""
    try:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None

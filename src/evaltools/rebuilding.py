"""Rebuilding: make a report anew in a folder of its own, and say what differs and why."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.folders import REPORT, read_json
from evaltools.provenance.hashes import changed_keys, hash_file, hash_package
from evaltools.provenance.manifest import FILE_NAME, Ingredients, hash_outputs, read_manifest
from evaltools.provenance.reasons import Change, why
from evaltools.provenance.recorded import manifest_folder

if TYPE_CHECKING:
    from evaltools.study import Parameters, Study

Say = Callable[[str], None]

CauseKind = Literal["input", "parameter", "code", "lock", "python", "engine", "undetermined"]

_TOLD: Mapping[CauseKind, str] = {
    "input": "inputs are not those it was made from",
    "parameter": "parameters are not those it was made with",
    "code": "code is not that which made it",
    "lock": "installed packages are not those it was made with",
    "python": "Python is not that which made it",
    "engine": "the engine is not that which rendered it",
    "undetermined": "nothing that is recorded differs, so it does not come out the same twice",
}
_KINDS: Mapping[str, CauseKind] = {
    "data": "input",
    "parameters": "parameter",
    "code": "code",
    "notebook": "code",
    "text": "code",
    "lock": "lock",
    "python": "python",
}
CRATE = "ro-crate-metadata.json"
_SHOWN = 5
_PARTS = ("evaluation.yml", "uv.lock", "data", "notebooks", "reports")
_ROOM_NAMES = ("notebooks/", "figures/", "indicators.")


@dataclass(frozen=True)
class Cause:
    """Why something does not come out the same.

    Arguments:
        kind: what differs between then and now.
        details: which ones, sorted; empty where there is nothing to name.
    """

    kind: CauseKind
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(self.details[:_SHOWN])
        more = len(self.details) - _SHOWN
        return (
            _TOLD[self.kind]
            + (f": {shown}" if shown else "")
            + (f" and {more} more" if more > 0 else "")
        )


@dataclass(frozen=True)
class Rebuild:
    """What came of making it anew.

    Arguments:
        compared: how many files were compared.
        differing: files that came out otherwise, in the order in which they are made.
        causes: what differs between then and now; told also where all bytes are equal.
        problems: what kept it from being made; nothing was compared then.
    """

    compared: int
    differing: tuple[str, ...]
    causes: tuple[Cause, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every byte came out the same."""
        return self.compared > 0 and not self.differing and not self.problems

    @property
    def first(self) -> str | None:
        """The first file that came out otherwise: where to begin to look."""
        return self.differing[0] if self.differing else None


def rebuild(folder: Path, study: Study, say: Say) -> Rebuild:
    """Make a run, report or bundle anew from a study's inputs and compare the bytes.

    Arguments:
        folder: of the run, report or bundle.
        study: whose inputs are copied to a folder of their own; it is not touched.
        say: told what is being done.

    Raises:
        ProblemError: the record of the report cannot be read.
    """
    home = manifest_folder(folder)
    manifest = read_manifest(home)
    if manifest is None:
        problem = Problem(FILE_NAME, "does not say what to rebuild from", code="verify.manifest")
        return Rebuild(0, (), (), (problem,))
    record = read_json(home, REPORT) if (home / REPORT).is_file() else _record_of_bundle(folder)
    try:
        with tempfile.TemporaryDirectory(prefix="evaltools-verify-") as scratch:
            again, files, causes = _make(study, manifest.ingredients, record, Path(scratch), say)
    except ProblemError as error:
        causes = _causes_of_inputs(study, manifest.ingredients)
        return Rebuild(0, (), causes, error.problems)
    expected = dict(manifest.outputs)
    if record is not None:
        expected |= record["outputs"]
        again |= files
    differing = [name for name in expected if again.get(name) != expected[name]]
    if differing and not causes:
        causes = (Cause("undetermined"),)
    return Rebuild(len(expected), tuple(in_order(differing)), causes)


def _record_of_bundle(folder: Path) -> dict[str, Any] | None:
    """What a bundle tells of its report in place of `report.json`; None where it has none."""
    reports = sorted(path for path in (folder / "report").glob("*") if path.is_file())
    if not reports:
        return None
    outputs = {path.name: hash_file(path) for path in reports}
    engine = ["auto", ""]
    if (folder / CRATE).is_file():
        for item in read_json(folder, CRATE).get("@graph", ()):
            if isinstance(item, dict) and item.get("@id") == "#software/engine":
                engine = [str(item.get("name", "auto")), str(item.get("version", ""))]
    return {"engine": engine, "outputs": outputs}


def _make(
    study: Study,
    then: Ingredients,
    record: Mapping[str, Any] | None,
    scratch: Path,
    say: Say,
) -> tuple[dict[str, str], dict[str, str], tuple[Cause, ...]]:
    """Make it anew.

    Returns:
        Hashes of the run's files and of the report's, and what differs from then.
    """
    from evaltools.build import build_report, run_notebooks
    from evaltools.execute.plan import plan
    from evaltools.report import engines

    copy = _copy(study, scratch / "study")
    parameters = _parameters(copy, then)
    say("Making it anew in a folder of its own")
    causes = list(causes_between(plan(copy, parameters).ingredients, then))
    if record is None:
        run = run_notebooks(copy, parameters, say=say)
        return hash_outputs(run.folder), {}, tuple(causes)
    name, version = map(str, (*record.get("engine", ()), "auto", "")[:2])
    asked: engines.Choice = (
        "quarto" if name == "quarto" else "embedded" if name == "embedded" else "auto"
    )
    chosen = engines.choose(asked)
    if version and chosen.version != version:
        causes.append(Cause("engine", (f"{version} → {chosen.version}",)))
    causes = _merged([*causes, *_causes_of_report(copy, record)])
    report = build_report(copy, parameters, engine=asked, say=say)
    run = run_notebooks(copy, parameters, say=lambda _: None)
    files = {path.name: hash_file(path) for path in sorted(report.folder.iterdir())}
    return hash_outputs(run.folder), files, tuple(causes)


def _copy(study: Study, folder: Path) -> Study:
    """The study's inputs in another folder, without what was built; links are not followed."""
    from evaltools.study import load_study

    folder.mkdir(parents=True)
    for part in {*_PARTS, study.declaration.data.split("/")[0]}:
        source = study.root / part
        if source.is_dir():
            shutil.copytree(
                source, folder / part, symlinks=True,
                ignore=shutil.ignore_patterns("_build", ".*", "__pycache__"),
            )  # fmt: skip
        elif source.is_file():
            shutil.copyfile(source, folder / part)
    return load_study(folder)


def _parameters(study: Study, then: Ingredients) -> Parameters:
    """The recorded parameters, as far as the study still knows them."""
    known = study.declaration.parameters
    return study.parameters({k: v for k, v in then.parameters.items() if k in known})


def causes_between(now: Ingredients, then: Ingredients) -> list[Cause]:
    """What differs between two sets of ingredients, a cause a kind."""
    return _merged(_cause(change) for change in why(now, then).changes if change.kind in _KINDS)


def _cause(change: Change) -> Cause:
    return Cause(_KINDS[change.kind], change.details)


def _causes_of_inputs(study: Study, then: Ingredients) -> tuple[Cause, ...]:
    """What differs in the inputs, for a study that cannot be built as it is now."""
    changed = [
        name
        for name, digest in then.files.items()
        if not (study.root / name).is_file() or hash_file(study.root / name) != digest
    ]
    return (Cause("input", tuple(sorted(changed))),) if changed else ()


def _causes_of_report(study: Study, record: Mapping[str, Any]) -> list[Cause]:
    """What differs in the report's own ingredients, where the record tells them."""
    from evaltools.report.publication import source_hashes

    found = []
    sources, code = record.get("sources"), record.get("code")
    if isinstance(sources, dict):
        changed = changed_keys(sources, source_hashes(study.root / "reports"))
        found += [Cause("input", tuple(changed))] if changed else []
    if isinstance(code, dict):
        changed = [name.removesuffix(".py").replace("/", ".")
                   for name in changed_keys(code, hash_package())]  # fmt: skip
        found += [Cause("code", tuple(changed))] if changed else []
    return found


def _merged(causes: Iterable[Cause]) -> list[Cause]:
    """One cause a kind, in the order of the kinds."""
    details: dict[CauseKind, set[str]] = {}
    for cause in causes:
        details.setdefault(cause.kind, set()).update(cause.details)
    return [Cause(kind, tuple(sorted(details[kind]))) for kind in _TOLD if kind in details]


def in_order(files: Iterable[str]) -> list[str]:
    """Files in the order in which they are made, so that the first is where to begin to look."""
    return sorted(files, key=_place)


def _place(name: str) -> tuple[int, str]:
    """Where a file stands in the trip from notebooks to the report; the lists come last."""
    if name in (FILE_NAME, REPORT):
        return (9, name)
    for place, beginning in enumerate(_ROOM_NAMES):
        if name.startswith(beginning):
            return (place, name)
    return (5, name)

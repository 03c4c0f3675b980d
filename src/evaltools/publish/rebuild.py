"""Rebuilding: make a report anew in a folder of its own, and say what differs and why."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import (
    BUNDLE,
    CRATE,
    REPORT,
    SIGNATURE,
    ArtifactKind,
    find_artifact_kind,
    manifest_folder,
    read_json,
)
from evaltools.provenance.hashes import changed_keys, hash_file, hash_folder, hash_package
from evaltools.provenance.inventory import printable_name
from evaltools.provenance.manifest import FILE_NAME, Ingredients, read_manifest
from evaltools.provenance.rerun_reasons import Change, compare_ingredients

if TYPE_CHECKING:
    from evaltools.study import Parameters, Study

Say = Callable[[str], None]

CauseKind = Literal[
    "input", "parameter", "code", "lock", "python", "engine", "rendering", "altered"
]  # fmt: skip

_TOLD: Mapping[CauseKind, str] = {
    "input": "inputs are not those it was made from",
    "parameter": "parameters are not those it was made with",
    "code": "code is not that which made it",
    "lock": "installed packages are not those it was made with",
    "python": "Python is not that which made it",
    "engine": "the engine is not that which rendered it",
    "rendering": "the report's sources, or the code that renders and publishes, are not those it "
    "was made with",
    "altered": "forged or altered after it was made, since the inputs, parameters, code, packages, "
    "Python and engine that it names are those it was made anew with",
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
_SHOWN = 5
_PARTS = ("evaluation.yml", "uv.lock", "data", "notebooks", "reports")
_PLACES = ("notebooks/", "figures/", "indicators.", "tables/")
_LISTS = (FILE_NAME, REPORT, CRATE, BUNDLE)


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


DifferenceKind = Literal["altered", "unmade", "absent"]

_DIFFERS: Mapping[DifferenceKind, str] = {
    "altered": "differs from what the study makes anew",
    "unmade": "is nothing that the study makes",
    "absent": "is made anew and not there",
}


@dataclass(frozen=True, order=True)
class Difference:
    """One file that is not as it comes out when it is made anew."""

    file: str
    kind: DifferenceKind = "altered"

    def __str__(self) -> str:
        return f"{printable_name(self.file)} {_DIFFERS[self.kind]}"


@dataclass(frozen=True)
class Rebuild:
    """What came of making it anew.

    Arguments:
        compared: how many files were compared.
        differences: files that came out otherwise, in the order in which they are made.
        causes: what differs between then and now; told also where all bytes are equal.
        problems: what kept it from being made; nothing was compared then.
    """

    compared: int
    differences: tuple[Difference, ...]
    causes: tuple[Cause, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every byte came out the same."""
        return self.compared > 0 and not self.differences and not self.problems


@dataclass(frozen=True)
class RebuiltFiles:
    """Everything that a study makes, by content.

    Arguments:
        files: SHA-256 by path of each kind of folder that was made: of the run, and of the
            report and the bundle as far as they were wanted.
        causes: what differs between now and what the record of the old one says.
    """

    files: Mapping[ArtifactKind, Mapping[str, str]]
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class BuildRecord:
    """What a run, report or bundle says of how it was made; it may be forged.

    Arguments:
        kind: which of them it is.
        ingredients: of its run.
        outputs: SHA-256 of the files of its run.
        engine: name and version of what rendered it; empty where it does not say.
        sources, code: SHA-256 of the report's sources and of the code, where it tells them.
        render: beginning of the key of the rendering; empty where it does not say.
    """

    kind: ArtifactKind
    ingredients: Ingredients
    outputs: Mapping[str, str]
    engine: tuple[str, str] = ("", "")
    sources: Mapping[str, Any] | None = None
    code: Mapping[str, Any] | None = None
    render: str = ""


def rebuild(folder: Path, held: Mapping[str, str], study: Study, say: Say) -> Rebuild:
    """Make a run, report or bundle anew from a study's inputs and compare the bytes.

    Arguments:
        folder: of the run, report or bundle.
        held: SHA-256 of every file in it by its path.
        study: whose inputs are copied to a folder of their own; it is not touched.
        say: told what is being done.
    """
    try:
        record = read_record(folder)
    except ProblemError as error:
        return Rebuild(0, (), (), error.problems)
    try:
        return compare_files(record, held, rebuild_in_scratch(record, study, say))
    except ProblemError as error:
        return Rebuild(0, (), _causes_of_inputs(study, record.ingredients), error.problems)


def compare_files(record: BuildRecord, held: Mapping[str, str], anew: RebuiltFiles) -> Rebuild:
    """Hold every file against the one made anew, and so everything of the run that is recorded.

    Nothing that the folder says of itself is believed: its lists are files like others. What no
    study makes is the signature of a bundle, which is checked by its key.

    Arguments:
        record: what the folder says of its making.
        held: SHA-256 of every file in it by its path.
        anew: what the study makes.
    """
    there = {name: digest for name, digest in held.items() if name != SIGNATURE}
    made = anew.files[record.kind]
    kinds: dict[str, DifferenceKind] = {
        name: "altered" if name in made and name in there else
        "unmade" if name in there else "absent"
        for name in changed_keys(there, made)
    }  # fmt: skip
    run = anew.files["run"]
    if record.kind != "run":
        # Notebooks and figures of a report are not in its folder, and yet what it was made from.
        recorded = {**record.outputs, FILE_NAME: run[FILE_NAME]}
        for name in changed_keys(recorded, run):
            kinds.setdefault(name, "altered")
    compared = len({*there, *made} if record.kind == "run" else {*there, *made, *run})
    causes = anew.causes or ((Cause("altered"),) if kinds else ())
    found = tuple(Difference(name, kinds[name]) for name in sort_files(kinds))
    return Rebuild(compared, found, causes)


def read_record(folder: Path) -> BuildRecord:
    """What a run, report or bundle says of how it was made.

    Raises:
        ProblemError: its manifest, or the record of its report, cannot be read.
    """
    kind = find_artifact_kind(folder)
    home = manifest_folder(folder)
    manifest = read_manifest(home)
    if manifest is None:
        what = "does not say what to rebuild from"
        raise ProblemError([Problem(FILE_NAME, what, code="verify.manifest")])
    record = BuildRecord(kind, manifest.ingredients, manifest.outputs)
    if kind == "report":
        told = read_json(home, REPORT)
        name, version = map(str, [*_as_list(told.get("engine")), "", ""][:2])
        sources, code = told.get("sources"), told.get("code")
        return replace(
            record,
            engine=(name, version),
            sources=sources if isinstance(sources, dict) else None,
            code=code if isinstance(code, dict) else None,
            render=str(told.get("key", "")),
        )
    if kind == "bundle" and (folder / CRATE).is_file():
        for item in _as_list(read_json(folder, CRATE).get("@graph")):
            name = str(item.get("@id", "")) if isinstance(item, dict) else ""
            if name == "#software/engine":
                engine = (str(item.get("name", "")), str(item.get("version", "")))
                record = replace(record, engine=engine)
            elif name.startswith("#render/"):
                record = replace(record, render=name.removeprefix("#render/"))
    return record


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def rebuild_in_scratch(record: BuildRecord, study: Study, say: Say) -> RebuiltFiles:
    """Make a run, and the report and bundle if wanted, from a copy of a study's inputs.

    Raises:
        ProblemError: what keeps the study from being built as it is now.
    """
    with tempfile.TemporaryDirectory(prefix="evaltools-verify-") as scratch:
        return _rebuild_files(record, study, Path(scratch), say)


def _rebuild_files(record: BuildRecord, study: Study, scratch: Path, say: Say) -> RebuiltFiles:
    from evaltools.pipeline.ingredients import plan_run
    from evaltools.publish.bundle import assemble_bundle, make_release
    from evaltools.publish.candidate import Candidate
    from evaltools.report import engines
    from evaltools.report.build import build_report, current_report, run_notebooks
    from evaltools.report.material import judge_run

    copy = _copy_study(study, scratch / "study")
    then = record.ingredients
    parameters = _parameters(copy, then)
    say("Making it anew in a folder of its own")
    causes = find_causes(plan_run(copy, parameters).ingredients, then)
    if record.kind == "run":
        run = run_notebooks(copy, parameters, say=say)
        return RebuiltFiles({"run": hash_folder(run.folder)}, tuple(causes))
    name, version = record.engine
    asked: engines.Choice = (
        "quarto" if name == "quarto" else "embedded" if name == "embedded" else "auto"
    )
    chosen = engines.choose_engine(asked)
    if version and chosen.version != version:
        causes.append(Cause("engine", (printable_name(f"{version} → {chosen.version}"),)))
    causes += _causes_of_report(copy, record)
    report = build_report(copy, parameters, engine=asked, say=say)
    place, run = current_report(copy, parameters)
    key = str(read_json(report.folder, REPORT)["key"])
    if not causes and record.render and record.render[:16] != key[:16]:
        causes.append(Cause("rendering"))
    files: dict[ArtifactKind, Mapping[str, str]] = {
        "run": hash_folder(run.folder),
        "report": hash_folder(report.folder.resolve()),
    }
    if record.kind == "bundle":
        candidate = Candidate(copy, parameters, place, run, tuple(judge_run(copy, run)))
        bundle = scratch / "bundle"
        bundle.mkdir()
        assemble_bundle(bundle, candidate, make_release(candidate))
        files["bundle"] = hash_folder(bundle)
    return RebuiltFiles(files, tuple(_merge_causes(causes)))


def _copy_study(study: Study, folder: Path) -> Study:
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


def find_causes(now: Ingredients, then: Ingredients) -> list[Cause]:
    """What differs between two sets of ingredients, a cause a kind."""
    return _merge_causes(
        _cause(change) for change in compare_ingredients(now, then).changes if change.kind in _KINDS
    )


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


def _causes_of_report(study: Study, record: BuildRecord) -> list[Cause]:
    """What differs in the report's own ingredients, where the record tells them."""
    from evaltools.report.build import hash_sources

    found = []
    if record.sources is not None:
        changed = changed_keys(record.sources, hash_sources(study.root / "reports"))
        found += [Cause("input", tuple(changed))] if changed else []
    if record.code is not None:
        changed = [name.removesuffix(".py").replace("/", ".")
                   for name in changed_keys(record.code, hash_package())]  # fmt: skip
        found += [Cause("code", tuple(changed))] if changed else []
    return found


def _merge_causes(causes: Iterable[Cause]) -> list[Cause]:
    """One cause a kind, in the order of the kinds."""
    details: dict[CauseKind, set[str]] = {}
    for cause in causes:
        details.setdefault(cause.kind, set()).update(cause.details)
    return [Cause(kind, tuple(sorted(details[kind]))) for kind in _TOLD if kind in details]


def sort_files(files: Iterable[str]) -> list[str]:
    """Files in the order in which they are made, so that the first is where to begin to look."""
    return sorted(files, key=_place)


def _place(name: str) -> tuple[int, str]:
    """When a file is made, from notebooks to the report; the lists come last."""
    if name in _LISTS:
        return (9 + _LISTS.index(name), name)
    for place, beginning in enumerate(_PLACES):
        if name.startswith(beginning):
            return (place, name)
    return (5, name)

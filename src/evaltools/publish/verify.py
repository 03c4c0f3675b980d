"""Verification: is what somebody holds what was made, and does it come out the same again?

Hashes need nothing but the folder; they show damage, and whoever forges a file can make them fit.
A signature shows forgery to whoever knows the signer's key. To rebuild needs the study: its inputs
are copied to a folder of their own, everything is made anew there, and the bytes are compared.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from evaltools.pipeline.ingredients import plan_run
from evaltools.problems import Problem, ProblemError
from evaltools.provenance import artifacts, hashes
from evaltools.provenance.integrity import check_folder
from evaltools.provenance.inventory import Fault, printable_name
from evaltools.provenance.manifest import (
    FILE_NAME,
    RUN_NAME_LENGTH,
    Ingredients,
    compare_ingredients,
    read_manifest,
)
from evaltools.provenance.predecessor import hash_predecessor
from evaltools.provenance.signature import SignatureCheck, check_signature
from evaltools.publish.bundle import assemble_bundle, make_release
from evaltools.publish.gates import make_candidate
from evaltools.report import engines
from evaltools.report.build import build_report, run_notebooks
from evaltools.report.languages import in_every_language
from evaltools.study import Parameters, Study, find_study, load_study

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
_MOST_DETAILS = 5
_MOST_DIFFERENCES = 20
_PARTS = ("evaluation.yml", "uv.lock", "data", "notebooks", "reports")
_PLACES = ("notebooks/", "figures/", "indicators.", "tables/")
_LISTS = (FILE_NAME, artifacts.REPORT, artifacts.CRATE, artifacts.BUNDLE)


@dataclass(frozen=True)
class Cause:
    """Why something does not come out the same, with the names of what differs, sorted."""

    kind: CauseKind
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(self.details[:_MOST_DETAILS])
        more = len(self.details) - _MOST_DETAILS
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
    """What came of making it anew: files that came out otherwise, in the order they are made.

    Causes are told also where all bytes are equal. Where problems kept it from being made, nothing
    was compared.
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
    """SHA-256 by path of everything that a study makes, the report and the bundle where they were
    wanted, and what differs between now and what the record of the old one says.
    """

    files: Mapping[artifacts.ArtifactKind, Mapping[str, str]]
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True)
class BuildRecord:
    """What a run, report or bundle says of how it was made; it may be forged.

    `outputs` has the SHA-256 of the files of its run; `engine`, `sources`, `code` and `renders`
    (the beginnings of the keys of its renderings) are empty or None where it does not tell them.
    """

    kind: artifacts.ArtifactKind
    ingredients: Ingredients
    outputs: Mapping[str, str]
    engine: tuple[str, str] = ("", "")
    sources: Mapping[str, Any] | None = None
    code: Mapping[str, Any] | None = None
    renders: frozenset[str] = frozenset()


def _rebuild(folder: Path, held: Mapping[str, str], study: Study, say: Say) -> Rebuild:
    """Make a run, report or bundle anew from a study's inputs and compare the bytes."""
    try:
        record = read_record(folder)
    except ProblemError as error:
        return Rebuild(0, (), (), error.problems)
    try:
        return compare_files(record, held, rebuild_in_scratch(record, study, say))
    except ProblemError as error:
        # What differs in the inputs, for a study that cannot be built as it is now.
        changed = [
            name
            for name, digest in record.ingredients.files.items()
            if not (study.root / name).is_file() or hashes.hash_file(study.root / name) != digest
        ]
        causes = (Cause("input", tuple(sorted(changed))),) if changed else ()
        return Rebuild(0, (), causes, error.problems)


def compare_files(record: BuildRecord, held: Mapping[str, str], anew: RebuiltFiles) -> Rebuild:
    """Hold every file against the one made anew, and so everything of the run that is recorded.

    Nothing that the folder says of itself is believed: its lists are files like others. What no
    study makes is the signature of a bundle, which is checked by its key.
    """
    there = {name: digest for name, digest in held.items() if name != artifacts.SIGNATURE}
    made = anew.files[record.kind]
    kinds: dict[str, DifferenceKind] = {
        name: "altered" if name in made and name in there else
        "unmade" if name in there else "absent"
        for name in hashes.changed_keys(there, made)
    }  # fmt: skip
    run = anew.files["run"]
    if record.kind != "run":
        # Notebooks and figures of a report are not in its folder, and yet what it was made from.
        recorded = {**record.outputs, FILE_NAME: run[FILE_NAME]}
        for name in hashes.changed_keys(recorded, run):
            kinds.setdefault(name, "altered")
    compared = len({*there, *made} if record.kind == "run" else {*there, *made, *run})
    causes = anew.causes or ((Cause("altered"),) if kinds else ())
    found = tuple(Difference(name, kinds[name]) for name in sort_files(kinds))
    return Rebuild(compared, found, causes)


def read_record(folder: Path) -> BuildRecord:
    """What a run, report or bundle says; ProblemError where its records cannot be read."""
    kind = artifacts.find_artifact_kind(folder)
    home = artifacts.manifest_folder(folder)
    manifest = read_manifest(home)
    if manifest is None:
        what = "does not say what to rebuild from"
        raise ProblemError([Problem(FILE_NAME, what, code="verify.manifest")])
    record = BuildRecord(kind, manifest.ingredients, manifest.outputs)
    if kind == "report":
        told = artifacts.read_json(home, artifacts.REPORT)
        name, version = map(str, [*_as_list(told.get("engine")), "", ""][:2])
        sources, code = told.get("sources"), told.get("code")
        return replace(
            record,
            engine=(name, version),
            sources=sources if isinstance(sources, dict) else None,
            code=code if isinstance(code, dict) else None,
            renders=frozenset({str(told.get("key", ""))[:RUN_NAME_LENGTH]}),
        )
    if kind == "bundle" and (folder / artifacts.CRATE).is_file():
        for item in _as_list(artifacts.read_json(folder, artifacts.CRATE).get("@graph")):
            name = str(item.get("@id", "")) if isinstance(item, dict) else ""
            if name == "#software/engine":
                engine = (str(item.get("name", "")), str(item.get("version", "")))
                record = replace(record, engine=engine)
            elif name.startswith("#render/"):
                key = name.removeprefix("#render/")[:RUN_NAME_LENGTH]
                record = replace(record, renders=record.renders | {key})
    return record


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def rebuild_in_scratch(record: BuildRecord, study: Study, say: Say) -> RebuiltFiles:
    """Make a run, and the report and bundle if wanted, from a copy of a study's inputs.

    Raises:
        ProblemError: what keeps the study from being built as it is now.
    """
    with tempfile.TemporaryDirectory(prefix="evaltools-verify-") as scratch:
        copy = _copy_study(study, Path(scratch) / "study")
        then = record.ingredients
        known = study.declaration.parameters
        parameters = copy.parameters({k: v for k, v in then.parameters.items() if k in known})
        say("Making it anew in a folder of its own")
        causes = find_causes(plan_run(copy, parameters).ingredients, then)
        if record.kind == "run":
            run = run_notebooks(copy, parameters, say=say)
            return RebuiltFiles({"run": hashes.hash_folder(run.folder)}, tuple(causes))
        name, version = record.engine
        asked: engines.Choice = (
            "quarto" if name == "quarto" else "embedded" if name == "embedded" else "auto"
        )
        chosen = engines.choose_engine(asked)
        if version and chosen.version != version:
            causes.append(Cause("engine", (printable_name(f"{version} → {chosen.version}"),)))
        causes += _causes_of_report(copy, record)
        wanted: Sequence[Parameters] = [parameters]
        if record.kind == "bundle":
            together = copy.declaration.published_with(parameters.language)
            wanted = in_every_language(copy, parameters, together)
        reports = [build_report(copy, each, engine=asked, say=say) for each in wanted]
        keys = {
            str(artifacts.read_json(each.folder, artifacts.REPORT)["key"])[:RUN_NAME_LENGTH]
            for each in reports
        }
        if not causes and record.renders and record.renders != keys:
            causes.append(Cause("rendering"))
        files: dict[artifacts.ArtifactKind, Mapping[str, str]] = {
            "run": hashes.hash_folder(reports[0].run),
            "report": hashes.hash_folder(reports[0].folder.resolve()),
        }
        if record.kind == "bundle":
            candidate = make_candidate(copy, wanted)
            bundle = Path(scratch) / "bundle"
            bundle.mkdir()
            assemble_bundle(bundle, candidate, make_release(candidate))
            files["bundle"] = hashes.hash_folder(bundle)
        return RebuiltFiles(files, tuple(_merge_causes(causes)))


def _copy_study(study: Study, folder: Path) -> Study:
    """The study's inputs in another folder, without what was built; links are not followed."""
    folder.mkdir(parents=True)
    predecessor = study.declaration.predecessor
    own = {predecessor.path} if predecessor else set()
    for part in {*_PARTS, study.declaration.data.split("/")[0], *own}:
        source = study.root / part
        if source.is_dir():
            shutil.copytree(
                source, folder / part, symlinks=True, dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("_build", ".*", "__pycache__"),
            )  # fmt: skip
        elif source.is_file():
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / part)
    return load_study(folder)


def find_causes(now: Ingredients, then: Ingredients) -> list[Cause]:
    """What differs between two sets of ingredients, a cause a kind."""
    return _merge_causes(
        Cause(_KINDS[change.kind], change.details)
        for change in compare_ingredients(now, then).changes
        if change.kind in _KINDS
    )


def _causes_of_report(study: Study, record: BuildRecord) -> list[Cause]:
    """What differs in the report's own ingredients, where the record tells them."""
    found = []
    if record.sources is not None:
        now = hashes.hash_sources(study.root / "reports") | hash_predecessor(study)
        changed = hashes.changed_keys(record.sources, now)
        found += [Cause("input", tuple(changed))] if changed else []
    if record.code is not None:
        changed = [name.removesuffix(".py").replace("/", ".")
                   for name in hashes.changed_keys(record.code, hashes.hash_package())]  # fmt: skip
        found += [Cause("code", tuple(changed))] if changed else []
    return found


def _merge_causes(causes: Iterable[Cause]) -> list[Cause]:
    """One cause a kind, in the order of the kinds."""
    details: dict[CauseKind, set[str]] = {}
    for cause in causes:
        details.setdefault(cause.kind, set()).update(cause.details)
    return [Cause(kind, tuple(sorted(details[kind]))) for kind in _TOLD if kind in details]


def sort_files(files: Iterable[str]) -> list[str]:
    """Files in the order in which they are made, so that the first is where to begin to look.

    From notebooks to the report; the lists come last.
    """

    def place(name: str) -> tuple[int, str]:
        if name in _LISTS:
            return 9 + _LISTS.index(name), name
        return next((n for n, start in enumerate(_PLACES) if name.startswith(start)), 5), name

    return sorted(files, key=place)


@dataclass(frozen=True)
class Verification:
    """What is known of a run, report or bundle: how many files were hashed, and what is wrong.

    `rebuilt` and `signed` are None where that was not asked for.
    """

    kind: artifacts.ArtifactKind
    name: str
    checked: int
    faults: tuple[Fault, ...]
    rebuilt: Rebuild | None = None
    signed: SignatureCheck | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return (
            not self.faults
            and (self.rebuilt is None or self.rebuilt.same)
            and (self.signed is None or self.signed.holds)
        )

    def lines(self) -> list[str]:
        """What was found, for the terminal."""
        told = [f"{self.kind} {self.name}: {self.checked} files hashed"]
        told += [f"  {fault}" for fault in self.faults]
        if not self.faults:
            told.append("  all are as its lists say, and nothing else is there")
        if self.signed is not None:
            told.append(f"  {self.signed}")
        if self.rebuilt is not None:
            told += _rebuild_lines(self.rebuilt)
        return told


def verify(
    path: Path,
    rebuild: bool = False,
    study: Study | None = None,
    say: Say | None = None,
    signers: Path | None = None,
    on: date | None = None,
) -> Verification:
    """Check every hash of a run, report or bundle, and if asked make it anew and compare.

    Arguments:
        path: its folder.
        rebuild: make it anew in a folder of its own; takes as long as a build does.
        study: whose inputs to rebuild from; by default the one around the folder, or else
            around the current folder.
        say: told what is being done.
        signers: who may sign bundles (see `signature.check_signature`); a bundle must then be
            signed by one of them. By default it need not, but a signature that is there must fit.
        on: the day on which the signer's key must be valid; today by default.

    Raises:
        ProblemError: the folder is no run, report or bundle, there is no study to rebuild
            from, or the signers cannot be read or asked for.
    """
    folder = path.resolve()
    name = path.name or folder.name
    checked = check_folder(folder)
    signed = None
    if checked.kind == "bundle":
        signed = check_signature(folder, signers, on)
        if signers is None and signed.state == "unsigned":
            signed = None
    elif signers is not None:
        what, remedy = f"is a {checked.kind}; only bundles are signed", "Publish it with --sign."
        raise ProblemError([Problem(name, what, "a bundle", remedy, "verify.signers")])
    rebuilt = None
    if rebuild:
        held = checked.inventory.hashes()
        rebuilt = _rebuild(folder, held, study or _study_around(folder), say or (lambda _: None))
    return Verification(checked.kind, name, checked.checked, checked.faults, rebuilt, signed)


def _study_around(folder: Path) -> Study:
    """The study that a run or report was made in, or else that of the current folder."""
    for parent in folder.parents:
        if (parent / "evaluation.yml").is_file():
            return load_study(parent)
    return find_study()


def _rebuild_lines(rebuilt: Rebuild) -> list[str]:
    if rebuilt.problems:
        told = ["  it could not be made anew:"]
        told += [f"    {problem}" for problem in rebuilt.problems]
        return told + [f"    {cause}" for cause in rebuilt.causes]
    if rebuilt.same:
        told = [f"  made anew, all {rebuilt.compared} files come out byte for byte the same"]
        return told + [f"    {cause}" for cause in rebuilt.causes]
    count, differences = len(rebuilt.differences), rebuilt.differences
    told = [f"  made anew, {count} of {rebuilt.compared} files differ; the first is "
            f"{printable_name(differences[0].file)}"]  # fmt: skip
    told += [f"    {item}" for item in differences[:_MOST_DIFFERENCES]]
    if count > _MOST_DIFFERENCES:
        told.append(f"    and {count - _MOST_DIFFERENCES} more")
    if any(cause.kind == "altered" for cause in rebuilt.causes):
        return told + [f"  {cause}" for cause in rebuilt.causes]
    told.append("  made with other versions, as its own record says; whether it was altered as "
                "well cannot be told with these:")  # fmt: skip
    return told + [f"    {cause}" for cause in rebuilt.causes]

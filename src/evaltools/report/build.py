"""From the study to the report: check, run, stage, render, put in place.

On disk stands the old report or the new one, never half of either."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.files import (
    build_beside,
    check_new_folder,
    clear_leftovers,
    hold_lock,
    put_in_place,
    read_file,
)
from evaltools.interrupts import note_interrupts
from evaltools.pipeline import Run, best_progress, current_run, run
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.hashes import (
    changed_keys,
    hash_file,
    hash_package,
    hash_sources,
    hash_value,
)
from evaltools.provenance.last_check import NOTEBOOKS_UP_TO_DATE, NOTHING_TO_DO
from evaltools.provenance.manifest import Change, ChangeKind, Reason, add_seal
from evaltools.provenance.predecessor import hash_predecessor, read_predecessor
from evaltools.report import engines
from evaltools.report.engines import Engine
from evaltools.report.languages import missing_parts
from evaltools.report.part_store import PartStore
from evaltools.study import FILE_NAME, Parameters, Study
from evaltools.study.scenarios import FOLDER as SCENARIOS
from evaltools.study.vocabulary import Language

RECORD = "report.json"
_NAME_LENGTH = 16


@dataclass(frozen=True)
class ReportStore:
    """Where rendered reports stand: one folder for each content, and a link for each name.

    The link `default` is what people open. It is exchanged in one step when the new report is
    complete, so whoever looks sees the old report or the new one.

    Arguments:
        build: `reports/_build` of the study.
    """

    build: Path

    @property
    def renders(self) -> Path:
        """Folders by content."""
        return self.build / "renders"

    def link(self, name: str) -> Path:
        """The name under which people find a report."""
        return self.build / name

    def current(self, name: str, key: str) -> Mapping[str, Any] | None:
        """The record of the report under a name if it is that of the key and complete."""
        folder = self.link(name)
        record = read_record(folder)
        if record is None or record["key"] != key:
            return None
        complete = all(
            (folder / file).is_file() and hash_file(folder / file) == digest
            for file, digest in record["outputs"].items()
        )
        return record if complete else None

    @contextlib.contextmanager
    def open_new(self) -> Iterator[Path]:
        """A new folder to render into; it goes when the report is published or given up."""
        with build_beside(self.renders / secrets.token_hex(3)) as folder:
            yield folder

    def publish(self, building: Path, name: str, record: Mapping[str, Any]) -> Path:
        """Write the record, give the folder its final name and let the link point to it."""
        outputs = {path.name: hash_file(path) for path in sorted(building.iterdir())}
        text = json.dumps(add_seal({**record, "outputs": outputs}), indent=1, sort_keys=True)
        (building / RECORD).write_text(text + "\n", encoding="utf-8")
        with hold_lock(self.build / ".renders.lock"):
            final = self.renders / f"{record['key'][:_NAME_LENGTH]}-{secrets.token_hex(3)}"
            put_in_place(building, final)
            link = self.link(name)
            new = self.renders / f".link-{secrets.token_hex(4)}"
            new.symlink_to(os.path.relpath(final, link.parent), target_is_directory=True)
            new.replace(link)
            self._clear()
        return link

    def _clear(self) -> None:
        """Remove reports that no name points to, and what dead processes left."""
        clear_leftovers(self.renders)
        wanted = {path.resolve() for path in self.build.iterdir() if path.is_symlink()}
        for path in self.renders.iterdir():
            if not path.name.startswith(".") and path.resolve() not in wanted:
                shutil.rmtree(path, ignore_errors=True)


def compute_render_key(
    run: str,
    sources: Path,
    engine: Engine,
    language: str,
    predecessor: Mapping[str, str] | None = None,
) -> str:
    """The hash of all that a rendered report depends on.

    Arguments:
        run: key of the run.
        sources: the folder `reports`.
        predecessor: hash of the report that it is held against, see `hash_predecessor`.
    """
    ingredients = {
        "run": run,
        "sources": hash_sources(sources) | dict(predecessor or {}),
        "code": hash_package(),
        "engine": [engine.name, engine.version],
        "epoch": engine.epoch,
        "language": language,
    }
    return hash_value(ingredients)


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of a rendered report, or None where there is none that is understood."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record if {"key", "outputs", "files"} <= set(record) else None
    except (OSError, ValueError, TypeError):
        return None


Say = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """A rendered report in its place.

    Arguments:
        folder: where people find it.
        files: the report in its formats, what stands beside it, then the indicators as data.
        run: the folder of the run that it shows.
        engine: what rendered it.
        made: whether it was made just now; else it was up to date.
    """

    folder: Path
    files: tuple[Path, ...]
    run: Path
    engine: Engine
    made: bool = True


def build_report(
    study: Study,
    parameters: Parameters,
    engine: engines.Choice = "auto",
    force: bool = False,
    rerender: bool = False,
    say: Say = print,
) -> Report:
    """The report under some parameters: the one that is there, or else a new one.

    Arguments:
        engine: what renders.
        force: run and render even if nothing has changed.
        rerender: render even if nothing has changed.
        say: prints a line.

    Raises:
        ProblemError: whatever is wrong with the data, the notebooks or the sources; what was in
            place stays there.
    """
    study.report(parameters.language)
    chosen = engines.choose_engine(engine)
    _check_sources(study, parameters.language)
    store, name = ReportStore(study.build), parameters.slug()
    found = None if force else current_run(study, parameters)
    sources, predecessor = study.root / "reports", hash_predecessor(study)
    if found is not None and not rerender:
        key = compute_render_key(found.key, sources, chosen, parameters.language, predecessor)
        if (record := store.current(name, key)) is not None:
            say(NOTHING_TO_DO)
            return _report(store.link(name), record["files"], found, chosen, made=False)
    if predecessor:
        read_predecessor(study)  # what is wrong with it is told before anything runs
    made = found or run_notebooks(study, parameters, force=force, say=say)
    key = compute_render_key(made.key, sources, chosen, parameters.language, predecessor)
    # Loads pandas for half a second, which a build with nothing to do need not wait for.
    from evaltools.report.document_set import make_documents

    with store.open_new() as building:
        parts = PartStore.of(study.build, made.key, anew=force or rerender)
        files, told = make_documents(study, parameters, made, chosen, building, say, parts)
        record = {
            "key": key,
            "run": made.key,
            "engine": [chosen.name, chosen.version],
            "sources": hash_sources(sources) | predecessor,
            "code": hash_package(),
            "parameters": parameters.as_values(),
            "files": files,
        }
        folder = store.publish(building, name, record)
    for line in told:
        say(line)
    say("Report:")
    return _report(folder, files, made, chosen)


def _check_sources(study: Study, language: Language) -> None:
    """Tell what the report's sources lack, or cannot be read of them, before anything runs."""
    beside = (each.sources[own] for each in study.declaration.companions
              for own in each.languages_beside(language))  # fmt: skip
    for source in (study.report(language).source, *beside):
        read_file(study.root / source, source)
    hash_sources(study.root / "reports")
    refuse(missing_parts(study, language))


def run_notebooks(
    study: Study, parameters: Parameters, force: bool = False, say: Say = print
) -> Run:
    """Run the notebooks unless there is a run for exactly this study, data and parameters.

    Raises:
        ProblemError: wrong data, a scope without reports, notebooks that fail.
    """
    if not force and (found := current_run(study, parameters)) is not None:
        say(NOTEBOOKS_UP_TO_DATE)
        return found
    from evaltools.pipeline.study_checks import check_scope  # loads pandas, as above
    from evaltools.report.material import check_findings

    with note_interrupts():
        check_findings(study, check_scope(study, parameters))
        with best_progress() as progress:
            return run(study, parameters, progress, again=force)


def reason_to_render(
    study: Study, parameters: Parameters, choice: engines.Choice = "auto"
) -> Reason | None:
    """Why `build_report` would render the report; None when it would not. Renders nothing."""
    found, store = current_run(study, parameters), ReportStore(study.build)
    chosen, sources = engines.choose_engine(choice), study.root / "reports"
    record = read_record(store.link(name := parameters.slug()))
    if record is None:
        return Reason((Change("first"),))
    if found is not None:
        predecessor = hash_predecessor(study)
        key = compute_render_key(found.key, sources, chosen, parameters.language, predecessor)
        if store.current(name, key) is not None:
            return None
    changes = [Change("run")] if found is None or record["run"] != found.key else []
    differs: tuple[tuple[ChangeKind, list[str]], ...] = (
        (
            "sources",
            changed_keys(
                record.get("sources", {}), hash_sources(sources) | hash_predecessor(study)
            ),
        ),
        ("code", changed_keys(record.get("code", {}), hash_package())),
        ("engine", [str(chosen)] * (record.get("engine") != [chosen.name, chosen.version])),
    )
    changes += [Change(kind, tuple(names)) for kind, names in differs if names]
    return Reason(tuple(changes) or (Change("damaged"),))


def current_report(study: Study, parameters: Parameters) -> tuple[Path, Run]:
    """The report in place under some parameters, and the run that it shows.

    Raises:
        ProblemError: there is none, or it is out of date.
    """
    found = current_run(study, parameters)
    folder = ReportStore(study.build).link(parameters.slug())
    record = read_record(folder)
    if found is None or record is None or record["run"] != found.key:
        what, remedy = "there is no report of the current run", "Build it first."
        raise ProblemError([Problem(parameters.slug(), what, "", remedy, "report.stale")])
    return folder, found


def stage_report(study: Study, parameters: Parameters, folder: Path, say: Say = print) -> Path:
    """Write the report as a Quarto project into a new folder.

    Returns:
        The document to render.

    Raises:
        ProblemError: the folder is there already, or anything that stops a build.
    """
    refuse(check_output_folder(study, folder, "stage.folder"))
    _check_sources(study, parameters.language)
    made = run_notebooks(study, parameters, say=say)
    from evaltools.report.document_set import stage_documents  # loads pandas, as above

    with build_beside(folder) as building:
        document = stage_documents(study, parameters, made, building, say)
        put_in_place(building, folder)
    return folder / document.relative_to(building)


def _report(folder: Path, files: list[str], run: Run, engine: Engine, made: bool = True) -> Report:
    return Report(folder, tuple(folder / file for file in files), run.folder, engine, made)


def files_behind(study: Study) -> list[str]:
    """Files and folders of a study that its reports depend on, as absolute paths."""
    names = ("uv.lock", FILE_NAME, SCENARIOS, "notebooks", "reports")
    declared = study.declaration.predecessor
    own = [study.root / name for name in (*names, *((declared.path,) if declared else ()))]
    return [str(path) for path in (*own, study.data, *study.notebooks)]


def check_output_folder(study: Study, to: Path, code: str = "publish.folder") -> list[Problem]:
    """What keeps a new folder from being put at a place; looked at before anything is built."""
    remedy = "Name a folder that does not exist yet; what is published is not changed."
    if found := check_new_folder(to, remedy, code):
        return found
    place, root = to.resolve(), study.root.resolve()
    sources = (study.data.resolve(), root / "notebooks", root / "reports")
    if any(place.is_relative_to(folder) for folder in sources) and not place.is_relative_to(
        study.build.resolve()
    ):
        what = "lies among the sources of the study, which it would change"
        return [Problem(str(to), what, "", "Name a folder elsewhere.", code)]
    return []

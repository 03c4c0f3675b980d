"""A run: all notebooks of a study under one set of parameters, in a folder named by its content.

What a run depends on is hashed into its key; a run that is there under that key is current, and
one that is not is made. Nothing is ever half made: see `store`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.pipeline.ingredients import DECLARATION, Plan, plan
from evaltools.pipeline.interrupts import note_interrupts
from evaltools.pipeline.jobs import Engine, Job, Limits
from evaltools.pipeline.notebooks import read_notebook
from evaltools.pipeline.progress import Progress
from evaltools.pipeline.run_store import Store
from evaltools.problems import Problem, refuse
from evaltools.provenance.manifest import Ingredients, Manifest, hash_outputs, read_manifest
from evaltools.provenance.reasons import Change, Reason, why

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator
    from evaltools.pipeline.outputs import Collected
    from evaltools.study import Parameters, Study


@dataclass(frozen=True)
class Run:
    """A complete run on disk.

    Arguments:
        manifest: what it was made of, and what it made.
        folder: where it is.
        reason: why it was made just now; None when it was there already.
    """

    manifest: Manifest
    folder: Path
    reason: Reason | None = None

    @property
    def key(self) -> str:
        """The hash that names the run; its first 16 digits name the folder."""
        return self.manifest.key

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """The executed notebooks in the order of their chapters."""
        names = self.manifest.ingredients.notebooks
        return tuple(self.folder / "notebooks" / Path(name).name for name in names)

    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators of the run in their total order."""
        from evaltools.indicators.indicator import from_record  # loads pandas

        records = json.loads((self.folder / "indicators.json").read_text(encoding="utf-8"))
        return tuple(from_record(record) for record in records)


def run(
    study: Study,
    parameters: Parameters,
    progress: Progress | None = None,
    *,
    again: bool = False,
    engine: Engine | None = None,
    slots: int | None = None,
) -> Run:
    """The run of a study under some parameters: the one that is there, or else a new one.

    Arguments:
        progress: told what is going on, in the thread that calls.
        again: make it even if it is there.
        engine: where kernels come from; by default forked where that is safe.
        slots: notebooks at once; by default one for each usable core.

    Raises:
        ProblemError: what is wrong with notebooks or data, before anything is executed; every
            notebook that failed; or what notebooks hand over and does not fit together.
    """
    progress = progress or Progress()
    needed = plan(study, parameters)
    store = Store(study.build)
    if not again and (found := _find(store, needed.ingredients)) is not None:
        return found
    key = needed.ingredients.key()
    what = "Another process is making the same run; waiting for it."
    with (
        note_interrupts() as interrupts,
        store.building(key, lambda: progress.waiting(what)) as building,
    ):
        if not again and (found := _find(store, needed.ingredients)) is not None:
            return found  # the other process has made it meanwhile
        newest = store.newest()
        reason = _reason(store, needed.ingredients, newest, again)
        progress.started(str(reason), [(name, len(cells)) for name, cells in needed.cells.items()])
        reads = _execute(needed, building, store, newest, progress, engine, slots)
        _refuse_change(needed.ingredients, plan(study, parameters).ingredients)
        manifest = _complete(needed, key, building, reads)
        interrupts.check()
        folder = store.publish(building, key)
    return Run(manifest, folder, reason)


def current_run(study: Study, parameters: Parameters) -> Run | None:
    """The run under these parameters if it is there whole, else None; executes nothing."""
    return _find(Store(study.build), plan(study, parameters).ingredients)


def why_not_current(study: Study, parameters: Parameters) -> Reason | None:
    """Why `run` would execute the notebooks; None when it would not."""
    needed, store = plan(study, parameters), Store(study.build)
    if _find(store, needed.ingredients) is not None:
        return None
    return _reason(store, needed.ingredients, store.newest(), again=False)


def _find(store: Store, ingredients: Ingredients) -> Run | None:
    folder = store.folder(key := ingredients.key())
    manifest = read_manifest(folder)
    if manifest is None or manifest.key != key or manifest.damaged(folder):
        return None
    return Run(manifest, folder)


def _reason(store: Store, ingredients: Ingredients, newest: Manifest | None, again: bool) -> Reason:
    """Why a run is made: damage to the one that is there, or what changed since the newest."""
    folder = store.folder(ingredients.key())
    present = read_manifest(folder)
    if present is not None and (damaged := present.damaged(folder)):
        return Reason((Change("damaged", tuple(damaged)),))
    if present is not None and again:
        return Reason((Change("asked"),))
    found = why(ingredients, newest.ingredients if newest else None)
    return found if found.changes else Reason((Change("damaged"),))


def _refuse_change(before: Ingredients, after: Ingredients) -> None:
    """A run whose ingredients changed while it was made is a run of neither state."""
    refuse(
        Problem("the run", f"{change}, while it was made", "", "Run again.", "run.changed")
        for change in why(after, before).changes
    )


def _execute(
    needed: Plan,
    building: Path,
    store: Store,
    newest: Manifest | None,
    progress: Progress,
    engine: Engine | None,
    slots: int | None,
) -> dict[str, dict[str, str]]:
    """Execute all notebooks into the building folder; keep those that failed, and refuse.

    Returns:
        For each notebook the declared inputs that it read, with their SHA-256.

    Raises:
        ProblemError: every notebook that failed, and every undeclared read of any of them.
    """
    # Only where something is executed: looking whether anything is to do takes no time.
    from evaltools.pipeline.declared_reads import Read, inputs_of, undeclared
    from evaltools.pipeline.environment import kernel_environment
    from evaltools.pipeline.ingredients import declared_inputs
    from evaltools.pipeline.pool import default_engine, execute_all, usable_cores

    study = needed.study
    (building / "notebooks").mkdir()
    seconds = float(study.declaration.notebook_seconds)
    environment = kernel_environment(study.root, "")
    data = study.declaration.data
    reads: dict[str, tuple[Read, ...]] = {}

    def on_reads(name: str, read: tuple[Read, ...]) -> None:
        reads[name] = read

    def jobs() -> list[Job]:
        refuse(_absent_chapters(study))
        valid = kernel_environment(study.root, _validated(study, needed.ingredients, newest))
        # What is hidden is no ingredient of a run, and so cannot be an input of it.
        files = needed.ingredients.files
        inputs = tuple(name for name in declared_inputs(study) if name in files)
        return [
            Job(
                name=name,
                source=str(study.root / name),
                output=str(building / "notebooks" / Path(name).name),
                study=str(study.root),
                parameters=needed.parameters,
                environment=valid,
                limits=Limits(seconds, seconds, memory=study.declaration.notebook_megabytes),
                inputs=inputs,
                data=data,
                chapter=study.declaration.chapters.get(name, ""),
            )
            for name in needed.cells
        ]

    failures = execute_all(
        jobs,
        progress,
        engine=engine or default_engine(),
        slots=max(1, min(slots or usable_cores(), len(needed.cells))),
        modules=needed.modules,
        environment=environment,
        on_reads=on_reads,
    )
    shutil.rmtree(store.failed, ignore_errors=True)
    kept = []
    for name, failure in failures.items():
        partly = building / "notebooks" / Path(name).name
        if partly.is_file():
            store.failed.mkdir(parents=True, exist_ok=True)
            path = store.failed / partly.name
            shutil.copyfile(partly, path)
            failure = failure.kept_at(path.relative_to(study.root).as_posix())
        kept.append(failure.problem())
    for name in needed.cells:
        kept += undeclared(name, reads.get(name, ()), data)
    refuse(kept)
    hashes = needed.ingredients.files
    return {name: {path: hashes[path] for path in inputs_of(reads[name])} for name in needed.cells}


def _absent_chapters(study: Study) -> Iterator[Problem]:
    """Chapters whose module is not installed."""
    for notebook, module in study.declaration.chapters.items():
        try:
            found = find_spec(module)
        except ModuleNotFoundError:  # of a package above it
            found = None
        if found is None:
            where = f"{DECLARATION}, chapters, {notebook}"
            remedy = "Correct the name, or install the package in the environment of the study."
            yield Problem(where, f"there is no module {module}", "", remedy, "chapter.missing")


def _validated(study: Study, ingredients: Ingredients, newest: Manifest | None) -> str:
    """Check the data once for all notebooks; the hash of the state that has passed.

    A state that an earlier run has checked with the same code is not checked again.

    Raises:
        ProblemError: everything that is wrong with the data.
    """
    from evaltools.evidence import check_data, load_descriptor  # loads pandas
    from evaltools.evidence.data_hash import data_hash

    known = newest is not None and (
        (newest.ingredients.files, newest.ingredients.code, newest.ingredients.lock)
        == (ingredients.files, ingredients.code, ingredients.lock)
    )
    if not known:
        refuse(check_data(study.data, study.declaration))
    return data_hash(study.data, load_descriptor(study.data))


def _complete(
    needed: Plan, key: str, building: Path, reads: Mapping[str, Mapping[str, str]]
) -> Manifest:
    """Gather what the notebooks hand over, write it and the manifest into the building folder."""
    from evaltools.pipeline.outputs import collect, write_results  # loads pandas

    executed = [
        (name, read_notebook(building / "notebooks" / Path(name).name, name))
        for name in needed.cells
    ]
    found: Collected = collect(executed)
    refuse(found.problems)
    figures = write_results(found, building)
    made = {name: (f"notebooks/{Path(name).name}", *figures.get(name, ())) for name in needed.cells}
    manifest = Manifest(key, needed.ingredients, made, hash_outputs(building), reads)
    manifest.write(building)
    return manifest

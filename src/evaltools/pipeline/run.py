"""A run: all notebooks of a study under one set of parameters, in a folder named by its content.

What a run depends on is hashed into its key; a run that is there under that key is current, and
one that is not is made. It is there whole or not at all, whoever else builds at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaltools.files import build_beside, clear_leftovers, hold_lock, put_in_place, replace_file
from evaltools.interrupts import note_interrupts
from evaltools.pipeline.declared_reads import (
    Read,
    input_paths,
    parameters_read,
    undeclared_read_problems,
)
from evaltools.pipeline.environment import kernel_environment
from evaltools.pipeline.ingredients import DECLARATION, RunPlan, declared_inputs, plan_run
from evaltools.pipeline.jobs import Engine, Job, Limits
from evaltools.pipeline.notebook_reuse import NotebookState, Reusable, find_states
from evaltools.pipeline.notebooks import read_notebook
from evaltools.pipeline.pool import default_engine, execute_all, usable_cores
from evaltools.pipeline.progress import Progress
from evaltools.problems import Problem, refuse
from evaltools.provenance.manifest import (
    RUN_NAME_LENGTH,
    Change,
    Ingredients,
    Manifest,
    Reason,
    compare_ingredients,
    hash_outputs,
    read_manifest,
)

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator
    from evaltools.study import Parameters, Study


MOST_RUNS = 60
"""How many earlier runs are looked through for notebooks that need not be executed again."""


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


@dataclass(frozen=True)
class RunStore:
    """The runs of a study in its `reports/_build`, each in a folder named by its key."""

    build: Path

    @property
    def runs(self) -> Path:
        """Where the runs are."""
        return self.build / "runs"

    @property
    def failed(self) -> Path:
        """Where partly executed notebooks are kept."""
        return self.build / "failed"

    def folder(self, key: str) -> Path:
        """The folder of a run, which need not exist."""
        return self.runs / key[:RUN_NAME_LENGTH]

    def newest(self) -> Manifest | None:
        """The manifest of the run that was completed last."""
        return next((manifest for _, manifest in self.newest_first()), None)

    def newest_first(self) -> Iterator[tuple[Path, Manifest]]:
        """The folders of complete runs with their manifests, read one after the other."""
        found = []
        for path in self.runs.iterdir() if self.runs.is_dir() else ():
            with contextlib.suppress(OSError):  # another process may have put it away
                if not path.name.startswith("."):
                    found.append((path.stat().st_mtime_ns, path.name, path))
        for *_, path in sorted(found, reverse=True):
            if (manifest := read_manifest(path)) is not None:
                yield path, manifest

    @contextlib.contextmanager
    def open_new(self, key: str, waiting: Callable[[], None]) -> Iterator[Path]:
        """A new folder to build a run in; `waiting` is called if another process builds it."""
        locks = self.build / "locks"
        for folder in (locks, self.runs):
            folder.mkdir(parents=True, exist_ok=True)
        with hold_lock(locks / key[:RUN_NAME_LENGTH], waiting):
            clear_leftovers(self.runs)
            with build_beside(self.folder(key)) as building:
                yield building

    def publish(self, building: Path, key: str) -> Path:
        """Give a complete run its name; it is the newest from then on."""
        target = self.folder(key)
        put_in_place(building, target, replace=True)
        os.utime(target)
        return target


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

    A notebook that an earlier run has executed alike is taken over from there.

    Arguments:
        progress: told what is going on, in the thread that calls.
        again: make it even if it is there, and execute every notebook.
        engine: where kernels come from; by default forked where that is safe.
        slots: notebooks at once; by default one for each usable core.

    Raises:
        ProblemError: what is wrong with notebooks or data, before anything is executed; every
            notebook that failed; or what notebooks hand over and does not fit together.
    """
    progress = progress or Progress()
    needed = plan_run(study, parameters)
    store = RunStore(study.build)
    if not again and (found := _find_run(store, needed.ingredients)) is not None:
        return found
    key = needed.ingredients.key()
    what = "Another process is making the same run; waiting for it."
    with (
        note_interrupts() as interrupts,
        store.open_new(key, lambda: progress.waiting(what)) as building,
    ):
        if not again and (found := _find_run(store, needed.ingredients)) is not None:
            return found  # the other process has made it meanwhile
        newest = store.newest()
        reason = _find_reason(store, needed.ingredients, newest, again)
        earlier = islice(store.newest_first(), 0 if again else MOST_RUNS)
        kept = {
            name: state.reusable
            for name, state in find_states(needed, earlier).items()
            if state.reusable is not None
        }
        open_names = [name for name in needed.cells if name not in kept]
        progress.started(str(reason), [(name, len(needed.cells[name])) for name in open_names])
        reads = _execute(needed, kept, building, store, newest, progress, engine, slots)
        _refuse_change(needed.ingredients, plan_run(study, parameters).ingredients)
        manifest = _finish_run(needed, key, building, reads)
        interrupts.check()
        folder = store.publish(building, key)
    return Run(manifest, folder, reason)


def current_run(study: Study, parameters: Parameters) -> Run | None:
    """The run under these parameters if it is there whole, else None; executes nothing."""
    return _find_run(RunStore(study.build), plan_run(study, parameters).ingredients)


def notebook_states(study: Study, parameters: Parameters) -> dict[str, NotebookState]:
    """For each notebook by its path whether `run` would execute it, and why; executes nothing."""
    needed, store = plan_run(study, parameters), RunStore(study.build)
    if (found := _find_run(store, needed.ingredients)) is not None:
        return find_states(needed, [(found.folder, found.manifest)])
    return find_states(needed, islice(store.newest_first(), MOST_RUNS))


def reason_to_run(study: Study, parameters: Parameters) -> Reason | None:
    """Why `run` would execute the notebooks; None when it would not."""
    needed, store = plan_run(study, parameters), RunStore(study.build)
    if _find_run(store, needed.ingredients) is not None:
        return None
    return _find_reason(store, needed.ingredients, store.newest(), again=False)


def _find_run(store: RunStore, ingredients: Ingredients) -> Run | None:
    folder = store.folder(key := ingredients.key())
    manifest = read_manifest(folder)
    if manifest is None or manifest.key != key or manifest.find_damage(folder):
        return None
    return Run(manifest, folder)


def _find_reason(
    store: RunStore, ingredients: Ingredients, newest: Manifest | None, again: bool
) -> Reason:
    """Why a run is made: damage to the one that is there, or what changed since the newest."""
    folder = store.folder(ingredients.key())
    present = read_manifest(folder)
    if present is not None and (damaged := present.find_damage(folder)):
        return Reason((Change("damaged", tuple(damaged)),))
    if present is not None and again:
        return Reason((Change("asked"),))
    found = compare_ingredients(ingredients, newest.ingredients if newest else None)
    return found if found.changes else Reason((Change("damaged"),))


class NotebookReads(NamedTuple):
    """What a notebook read: paths of declared inputs, and names of parameters."""

    files: tuple[str, ...]
    parameters: tuple[str, ...]


def _refuse_change(before: Ingredients, after: Ingredients) -> None:
    """A run whose ingredients changed while it was made is a run of neither state."""
    refuse(
        Problem("the run", f"{change}, while it was made", "", "Run again.", "run.changed")
        for change in compare_ingredients(after, before).changes
    )


def _execute(
    needed: RunPlan,
    kept: Mapping[str, Reusable],
    building: Path,
    store: RunStore,
    newest: Manifest | None,
    progress: Progress,
    engine: Engine | None,
    slots: int | None,
) -> dict[str, NotebookReads]:
    """Execute notebooks into the building folder, but for those kept; put aside those that failed.

    Refused is every notebook that failed, and every undeclared read of any of them. Else what each
    notebook read comes back.
    """
    study = needed.study
    (building / "notebooks").mkdir()
    declared = study.declaration
    seconds = float(declared.notebook_seconds)
    reads: dict[str, tuple[Read, ...]] = {}

    def jobs() -> list[Job]:
        refuse(_missing_chapters(study))
        valid = kernel_environment(study.root, _check_data_once(study, needed.ingredients, newest))
        # What is hidden is no ingredient of a run, and so cannot be an input of it.
        files = needed.ingredients.files
        inputs = tuple(name for name in declared_inputs(study) if name in files)
        every = [
            Job(
                name=name,
                source=str(study.root / name),
                output=str(building / "notebooks" / Path(name).name),
                study=str(study.root),
                parameters=needed.parameters,
                environment=valid,
                limits=Limits(seconds, seconds, memory=declared.notebook_megabytes),
                inputs=inputs,
                data=declared.data,
                chapter=declared.chapters.get(name, ""),
            )
            for name in needed.cells
        ]
        if kept:
            from evaltools.pipeline.notebook_engine import take_over  # loads papermill

            for job in every:
                if job.name in kept:
                    take_over(job, kept[job.name].executed)
        return [job for job in every if job.name not in kept]

    failures = {}
    if count := len(needed.cells) - len(kept):
        failures = execute_all(
            jobs,
            progress,
            engine=engine or default_engine(),
            slots=max(1, min(slots or usable_cores(), count)),
            modules=needed.modules,
            environment=kernel_environment(study.root, ""),
            on_reads=reads.__setitem__,
        )
    else:
        jobs()
    shutil.rmtree(store.failed, ignore_errors=True)
    problems = []
    for name, failure in failures.items():
        partly = building / "notebooks" / Path(name).name
        if partly.is_file() and failure.kind != "system":
            store.failed.mkdir(parents=True, exist_ok=True)
            path = store.failed / partly.name
            replace_file(path, partly.read_bytes())
            failure = failure.with_copy(path.relative_to(study.root).as_posix())
        problems.append(failure.problem())
    for name in needed.cells:
        problems += undeclared_read_problems(name, reads.get(name, ()), declared.data)
    refuse(dict.fromkeys(problems))  # a disk that is full fails all notebooks alike
    return {
        name: NotebookReads(kept[name].files, kept[name].parameters)
        if name in kept
        else NotebookReads(input_paths(reads[name]), parameters_read(reads[name]))
        for name in needed.cells
    }


def _missing_chapters(study: Study) -> Iterator[Problem]:
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


def _check_data_once(study: Study, ingredients: Ingredients, newest: Manifest | None) -> str:
    """Check the data once for all notebooks; the hash of the state that has passed.

    A state that an earlier run has checked with the same code is not checked again.
    """
    from evaltools.evidence import check_data, hash_data, load_descriptor  # loads pandas

    known = newest is not None and (
        (newest.ingredients.files, newest.ingredients.code, newest.ingredients.lock)
        == (ingredients.files, ingredients.code, ingredients.lock)
    )
    if not known:
        refuse(check_data(study.data, study.declaration))
    return hash_data(study.data, load_descriptor(study.data))


def _finish_run(
    needed: RunPlan, key: str, building: Path, reads: Mapping[str, NotebookReads]
) -> Manifest:
    """Gather what the notebooks hand over, write it and the manifest into the building folder."""
    from evaltools.pipeline.outputs import collect_outputs, write_results  # loads pandas

    executed = [
        (name, read_notebook(building / "notebooks" / Path(name).name, name))
        for name in needed.cells
    ]
    found = collect_outputs(executed)
    refuse(found.problems)
    figures = write_results(found, building)
    made = {name: (f"notebooks/{Path(name).name}", *figures.get(name, ())) for name in needed.cells}
    hashes = needed.ingredients.files
    manifest = Manifest(
        key,
        needed.ingredients,
        made,
        hash_outputs(building),
        {name: {path: hashes[path] for path in one.files} for name, one in reads.items()},
        {name: one.parameters for name, one in reads.items()},
    )
    manifest.write(building)
    return manifest

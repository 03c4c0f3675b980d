"""A sweep: its folder, what of it is there already, and the files that are made of the whole.

Each scenario is on disk as soon as it is computed, so a sweep that is cut off goes on where it was.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from evaltools.evidence import check_data, load_descriptor
from evaltools.files import hold_lock, replace_file
from evaltools.pipeline.environment import FIXED
from evaltools.pipeline.ingredients import plan_run
from evaltools.pipeline.outputs import escape_formula
from evaltools.pipeline.run import MOST_RUNS, RunStore
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.processes import end_with_parent
from evaltools.provenance.hashes import hash_file, hash_value
from evaltools.study import Study
from evaltools.sweep.compute import Result, compute_scenario, shown_keys, state_of
from evaltools.sweep.scenario_grid import Scenario, find_alike, varying
from evaltools.sweep.sweep_page import SweepPage, write_page

SUMMARY = "sweep.json"
INDICATORS = "indicators.csv"
FINDINGS = "findings.csv"
PAGE = "index.html"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How a sweep is made.

    Arguments:
        workers: processes at once on this machine.
        scheduler: address of a Dask scheduler, in whose workers it is computed instead.
        judge: whether findings are put to the numbers of each scenario.
    """

    workers: int = 1
    scheduler: str = ""
    judge: bool = True


@dataclass(frozen=True)
class Sweep:
    """A complete sweep on disk: its folder, and what came of each scenario, in their order.

    Arguments:
        results: by name, without numbers and findings, which stay on disk (`read`).
    """

    folder: Path
    scenarios: tuple[Scenario, ...]
    results: Mapping[str, Mapping[str, Any]]

    def read(self, name: str) -> dict[str, Any]:
        """All that came of a scenario that was computed."""
        path = self.folder / "scenarios" / f"{name}.json"
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record

    def of(self, outcome: str) -> tuple[Scenario, ...]:
        """Scenarios that came out so, see `compute.Outcome`."""
        return tuple(one for one in self.scenarios if self.results[one.name]["outcome"] == outcome)


def sweep(
    study: Study, scenarios: Sequence[Scenario], folder: Path, settings: Settings, say: Say
) -> Sweep:
    """Compute what is not there yet, and write the page and the tables of the whole.

    Arguments:
        folder: of the sweep; one that is there is taken up again.
        say: prints a line.

    Raises:
        ProblemError: notebooks without a chapter, whose numbers only a kernel gives; data that are
            wrong; a folder that holds something else; no scheduler.
    """
    refuse(_without_chapter(study))
    state, shown = state_of(study.root), shown_keys(study)
    rests_on = [state, list(shown), settings.judge]
    keys = {one.name: hash_value([*rests_on, one.values]) for one in scenarios}
    if any(_read_kept(folder, name, key) is None for name, key in keys.items()):
        refuse(check_data(study.data, study.declaration))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "scenarios").is_dir():
        what, remedy = "is a folder of something else", "Name a folder that does not exist yet."
        refuse([Problem(str(folder), what, "", remedy, "sweep.folder")])
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    with hold_lock(folder / ".lock", lambda: say("Another process is at work on it; waiting.")):
        results = _compute_all(study, scenarios, keys, (state, shown), folder, settings, say)
        made = Sweep(folder, tuple(scenarios), results)
        refuse(_differing_from_builds(study, made))
        wanted = {f"{one.name}{suffix}" for one in scenarios for suffix in (".json", ".csv")}
        for path in sorted((folder / "scenarios").iterdir()):
            if path.name not in wanted:
                path.unlink()
        _write_whole(study, made)
    return made


def _without_chapter(study: Study) -> Iterator[Problem]:
    declared = study.declaration
    for name in declared.notebooks:
        if name not in declared.chapters:
            what, remedy = "has no chapter, so its numbers need a kernel", "Declare its chapter."
            yield Problem(f"evaluation.yml, chapters, {name}", what, "", remedy, "sweep.chapter")


def _differing_from_builds(study: Study, made: Sweep) -> Iterator[Problem]:
    """Scenarios that a build has as well, whose notebooks hand over other numbers."""
    done = {hash_value(one.values): one for one in made.of("done")}
    now = plan_run(study, study.parameters()).ingredients
    for folder, manifest in islice(RunStore(study.build).newest_first(), MOST_RUNS):
        then = manifest.ingredients
        one = done.get(hash_value(dict(then.parameters)))
        same = replace(then, parameters=now.parameters) == now
        if one is None or not same or manifest.find_damage(folder):
            continue
        if hash_file(folder / INDICATORS) != made.results[one.name]["csv"]:
            what = f"its indicators are not those of the run {folder.name} of its notebooks"
            remedy = "A notebook hands over what its chapter's compute does not give, or not all."
            yield Problem(f"scenario {one.name}", what, "", remedy, "sweep.differs")


def _compute_all(
    study: Study,
    scenarios: Sequence[Scenario],
    keys: Mapping[str, str],
    seen: tuple[str, tuple[str, ...]],
    folder: Path,
    settings: Settings,
    say: Say,
) -> dict[str, dict[str, Any]]:
    """What came of each scenario by its name; `keys` tell by name what it rests on.

    `seen` is what no worker may see otherwise, and the keys of the indicators to show.
    """
    results: dict[str, dict[str, Any]] = {}
    tasks: list[Task] = []
    for one in scenarios:
        record = _read_kept(folder, one.name, keys[one.name])
        if record is None:
            state, shown = seen
            arguments = (str(study.root), state, one.values, shown, settings.judge)
            tasks.append((one.name, compute_scenario, arguments))
        else:
            results[one.name] = _without_numbers(record)
    kept = len(results)
    if kept:
        say(f"{kept} of {len(scenarios)} scenarios are there already")
    counter = _Counter(len(scenarios), kept, say)
    for name, result in _run(tasks, settings):
        text = result.pop("csv")
        path = folder / "scenarios" / f"{name}.csv"
        path.unlink(missing_ok=True)
        if result["outcome"] == "done":
            replace_file(path, text.encode())
        record = {"key": keys[name], **result}
        record["csv"] = hash_file(path) if result["outcome"] == "done" else ""
        if result["outcome"] != "failed":  # it is tried again the next time
            replace_file(path.with_suffix(".json"), _json(record))
        results[name] = _without_numbers(record)
        counter.count(result["outcome"])
    return results


def _without_numbers(record: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept in memory of a scenario, so that a thousand need no more than ten."""
    kept = {name: value for name, value in record.items() if name not in ("main", "findings")}
    done = record["outcome"] == "done"
    return kept | {"content": hash_value([record["csv"], record["findings"]]) if done else ""}


def _run(tasks: Sequence[Task], settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    if not tasks:
        return iter(())
    if settings.scheduler:
        return run_on_scheduler(tasks, settings.scheduler, _lost)
    return run_locally(tasks, max(1, min(settings.workers, len(tasks))), _lost)


def _lost(what: str) -> dict[str, Any]:
    return Result("failed", problems=(what,)).as_values()


def _read_kept(folder: Path, name: str, key: str) -> dict[str, Any] | None:
    """The record of a scenario that was computed from the same, if it and its numbers are whole."""
    try:
        path = folder / "scenarios" / f"{name}.json"
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        whole = not record["csv"] or hash_file(path.with_suffix(".csv")) == record["csv"]
        return record if record["key"] == key and whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class _Counter:
    """Tells how far a sweep is, ten times at most, with the time that is left."""

    def __init__(self, total: int, kept: int, say: Say) -> None:
        self.total, self.done, self.kept, self.say = total, kept, kept, say
        self.empty = self.failed = 0
        self.first = 0.0
        self.told = time.monotonic()

    def count(self, outcome: str) -> None:
        self.done += 1
        self.empty += outcome == "nothing_to_read"
        self.failed += outcome == "failed"
        now = time.monotonic()
        self.first = self.first or now
        since = self.done - self.kept - 1  # the first waits for its process to start
        if self.done < self.total and (now - self.told < 10 or not since):
            return
        self.told = now
        left = (now - self.first) / max(since, 1) * (self.total - self.done)
        line = f"{self.done} of {self.total} scenarios"
        line += f", {self.empty} with nothing to read" if self.empty else ""
        line += f", {self.failed} failed" if self.failed else ""
        self.say(line + (f"; about {_duration(left)} left" if self.done < self.total else ""))


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _json(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()


def _write_whole(study: Study, made: Sweep) -> None:
    """Write the tables, the summary and the page; one scenario in memory at a time."""
    folder, names = made.folder, varying(made.scenarios)
    building = folder / f".{INDICATORS}"
    with building.open("w", encoding="utf-8", newline="") as out:
        head = True
        for one in made.of("done"):
            text = (folder / "scenarios" / f"{one.name}.csv").read_text(encoding="utf-8")
            lead = [one.name, *(_text(one.values[name]) for name in names)]
            rows = csv.reader(io.StringIO(text, newline=""))
            writer = csv.writer(out, lineterminator="\n")
            columns = next(rows)
            if head:
                writer.writerow(["scenario", *(f"parameter_{name}" for name in names), *columns])
                head = False
            writer.writerows([*map(escape_formula, lead), *row] for row in rows)
    building.replace(folder / INDICATORS)
    building = folder / f".{FINDINGS}"
    with building.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["scenario", "finding", "outcome", "case", "said"])
        for one in made.of("done"):
            for name, item in (made.read(one.name)["findings"] or {}).items():
                row = (one.name, name, item["outcome"], item["case"], item["said"])
                writer.writerow(map(escape_formula, row))
    building.replace(folder / FINDINGS)
    alike = find_alike(made.scenarios, made.results)
    summary = [
        {
            "name": one.name,
            "parameters": one.values,
            "same_as": alike[one.name].name if one.name in alike else "",
            **{name: made.results[one.name][name]
               for name in ("outcome", "n", "N", "funded", "problems")},
        }
        for one in made.scenarios
    ]  # fmt: skip
    replace_file(folder / SUMMARY, _json({"varying": list(names), "scenarios": summary}))
    reports = {
        one.name: f"reports/{one.name}.html"
        for one in made.scenarios
        if (folder / "reports" / f"{one.name}.html").is_file()
    }
    descriptor = load_descriptor(study.data)
    page = SweepPage(study, made.scenarios, names, made.results, made.read, reports, descriptor)
    replace_file(folder / PAGE, write_page(page).encode())


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


ATTEMPTS = 3
"""How often a scenario is begun whose worker died; it may be what kills them."""
Task = tuple[str, Callable[..., dict[str, Any]], tuple[Any, ...]]
"""A name, a function and its arguments."""
Lost = Callable[[str], dict[str, Any]]
"""Makes the result of a task that cannot be had, from what happened."""


def run_locally(
    tasks: Sequence[Task], workers: int, lost: Lost
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Results by name as they come, computed by processes of this machine."""
    waiting = list(reversed(tasks))
    attempts: dict[str, int] = {}
    while waiting:
        busy: dict[Future[dict[str, Any]], Task] = {}
        # Spawned, so that each has the variables that make numbers the same everywhere.
        before = dict(os.environ)
        os.environ.update(FIXED)
        spawned = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, spawned, end_with_parent)
        try:
            while waiting or busy:
                while waiting and len(busy) < 2 * workers:
                    task = waiting.pop()
                    attempts[task[0]] = attempts.get(task[0], 0) + 1
                    # Whoever stops the sweep by Ctrl-C stops this process, which ends the others.
                    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
                    busy[pool.submit(task[1], *task[2])] = task
                    signal.pthread_sigmask(signal.SIG_SETMASK, masked)
                for future in wait(busy, return_when=FIRST_COMPLETED).done:
                    name = busy[future][0]
                    result = future.result()
                    del busy[future]
                    yield name, result
        except BrokenProcessPool:
            for task in busy.values():
                if attempts[task[0]] < ATTEMPTS:
                    waiting.append(task)
                else:
                    yield task[0], lost("its worker process died, each time it was tried")
        finally:
            if busy:
                for process in multiprocessing.active_children():
                    process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            os.environ.clear()
            os.environ.update(before)


def run_on_scheduler(
    tasks: Sequence[Task], address: str, lost: Lost
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Results by name as they come, computed by the workers of a Dask scheduler.

    Raises ProblemError where Dask is not installed, or no scheduler answers.
    """
    where = f"--scheduler {address}"
    try:
        import distributed
    except ImportError:
        remedy = "Install evaltools[dask] here and where the workers are."
        raise ProblemError(
            [Problem(where, "Dask is not installed", "", remedy, "sweep.dask")]
        ) from None
    dask: Any = distributed  # it tells little of its types
    try:
        client = dask.Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        what = f"no scheduler answers: {' '.join(str(error).split())[:200]}"
        remedy = "Start one with 'dask scheduler', and workers with 'dask worker'."
        raise ProblemError(
            [Problem(where, what, "tcp://host:port", remedy, "sweep.dask")]
        ) from None
    with client:
        waiting = list(reversed(tasks))
        running = dask.as_completed(raise_errors=False)

        def begin() -> None:
            name, function, arguments = waiting.pop()
            # Not a function of its arguments alone for Dask: it shall not keep results.
            running.add(client.submit(function, *arguments, key=f"evaltools-{name}", pure=False))

        workers = sum(client.nthreads().values()) or 1
        for _ in range(min(len(waiting), 2 * workers)):
            begin()
        for future in running:
            name = future.key.removeprefix("evaltools-")
            if future.status == "finished":
                result = future.result()
            else:
                fault = future.exception()
                result = lost(f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]}")
            future.release()
            if waiting:
                begin()
            yield name, result

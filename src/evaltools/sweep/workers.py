"""Where scenarios are computed: processes of this machine, or the workers of a Dask scheduler.

Both are given the same function, and lose nothing when a worker dies: what it had in hand is given
to another. Only as much is under way as there are hands for it, so memory does not grow with the
number of scenarios.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from evaltools.pipeline.environment import FIXED
from evaltools.problems import Problem, ProblemError

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
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
        try:
            while waiting or busy:
                while waiting and len(busy) < 2 * workers:
                    task = waiting.pop()
                    attempts[task[0]] = attempts.get(task[0], 0) + 1
                    busy[pool.submit(task[1], *task[2])] = task
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

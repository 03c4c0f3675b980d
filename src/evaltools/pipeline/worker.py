"""A process that executes notebooks one after the other: `-m evaltools.pipeline.worker DESCRIPTOR`.

Jobs come and events go through the pipe of that descriptor. When it ends in the midst of a job,
whoever asked is dead: the kernel is ended with all it has started, and so is the worker.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from evaltools.pipeline.jobs import Job
from evaltools.pipeline.notebook_failures import NotebookFailure
from evaltools.processes import end_group


class _CurrentJob:
    """What to clear away if the worker has to stop at once."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.folder: str | None = None
        self.busy = False


def main(descriptor: int) -> None:
    """Execute the jobs that come in until there are no more."""
    pipe = Connection(descriptor)
    jobs: SimpleQueue[Job | None] = SimpleQueue()
    current = _CurrentJob()
    threading.Thread(target=_listen, args=(pipe, jobs, current), daemon=True).start()
    from evaltools.pipeline.notebook_engine import execute  # loads for a second, listening

    def emit(event: dict[str, Any]) -> None:
        current.pid = event.get("pid", current.pid)
        current.folder = event.get("folder", current.folder)
        with contextlib.suppress(OSError):  # that whoever asked is gone `_listen` hears
            pipe.send(event)

    while (job := jobs.get()) is not None:
        current.busy = True
        try:
            failure = execute(job, emit)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            failure = NotebookFailure(job.name, "worker", error="not executed", message=text)
        current.pid = current.folder = None
        current.busy = False
        emit({"event": "done", "failure": failure})
    os._exit(0)  # threads of libraries shall not hold it up


def _listen(
    pipe: Connection[dict[str, Any], Job], jobs: SimpleQueue[Job | None], current: _CurrentJob
) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            jobs.put(pipe.recv())
    if current.busy:
        if current.pid is not None:
            end_group(current.pid)
        if current.folder is not None:
            shutil.rmtree(current.folder, ignore_errors=True)
        os._exit(1)
    jobs.put(None)


if __name__ == "__main__":
    main(int(sys.argv[1]))

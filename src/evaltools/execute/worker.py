"""A process that executes notebooks one after the other: `-m evaltools.execute.worker`.

Jobs come as JSON lines on standard input, events go out as JSON lines on standard output. When
standard input ends in the midst of a job, whoever asked is dead: the kernel is ended with all
it has started, and so is the worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
from queue import SimpleQueue
from typing import Any, TextIO

from evaltools.execute.failures import NotebookFailure
from evaltools.execute.jobs import Job
from evaltools.processes import end_group


class _Current:
    """What to clear away if the worker has to stop at once."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.folder: str | None = None
        self.busy = False

    def note(self, event: dict[str, Any]) -> None:
        self.pid = event.get("pid", self.pid)
        self.folder = event.get("folder", self.folder)

    def clear(self) -> None:
        self.pid = self.folder = None
        self.busy = False


def main() -> None:
    """Execute the jobs that come in until there are no more."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # nothing that a library prints may look like an event
    jobs: SimpleQueue[Job | None] = SimpleQueue()
    current = _Current()
    threading.Thread(target=_listen, args=(jobs, current), daemon=True).start()
    from evaltools.execute.papermill_engine import execute

    while (job := jobs.get()) is not None:
        current.busy = True

        def tell(event: dict[str, Any]) -> None:
            current.note(event)
            _say(out, event)

        try:
            failure = execute(job, tell)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            failure = NotebookFailure(job.name, "worker", error="not executed", message=said)
        current.clear()
        _say(out, {"event": "done", "failure": failure.as_values() if failure else None})
    os._exit(0)  # threads of libraries shall not hold it up


def _listen(jobs: SimpleQueue[Job | None], current: _Current) -> None:
    for line in sys.stdin:
        jobs.put(Job.from_values(json.loads(line)))
    if current.busy:
        if current.pid is not None:
            end_group(current.pid)
        if current.folder is not None:
            shutil.rmtree(current.folder, ignore_errors=True)
        os._exit(1)
    jobs.put(None)


def _say(out: TextIO, event: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the end of standard input will tell the same
        out.write(json.dumps(event, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

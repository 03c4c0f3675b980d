"""Worker processes, a few at once, watched: none hangs for ever, none is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from multiprocessing import Pipe
from queue import Empty, SimpleQueue
from typing import IO, Any

from evaltools.pipeline.declared_reads import Read
from evaltools.pipeline.interrupts import note_interrupts
from evaltools.pipeline.jobs import Engine, Job
from evaltools.pipeline.notebook_failures import NotebookFailure
from evaltools.pipeline.progress import Progress
from evaltools.processes import end_group

GRACE = 90.0
"""Seconds beyond its limit after which a notebook's worker is taken to hang itself; a kernel may
take 60 to start."""

Event = tuple[str, dict[str, Any]]
_INTERRUPT: Event = ("", {"event": "interrupt"})


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_engine() -> Engine:
    """Forking where it is safe; macOS has libraries that do not survive it."""
    return "forked" if sys.platform.startswith("linux") else "spawned"


def execute_all(
    prepare: Callable[[], Sequence[Job]],
    progress: Progress,
    *,
    engine: Engine,
    slots: int,
    modules: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    on_reads: Callable[[str, tuple[Read, ...]], None] = lambda name, reads: None,
) -> dict[str, NotebookFailure]:
    """Execute notebooks in worker processes, `slots` at once, and wait for all of them.

    One that fails does not stop the others, so that all failures are known at once, by notebook.

    Arguments:
        prepare: gives the jobs; called while the processes start, so that what has to be
            checked before anything is executed costs no time of its own.
        engine: where kernels come from; where the kernel server fails they are spawned.
        modules: what the kernel server imports before it forks.
        on_reads: told what a notebook read when it has ended, in the thread that calls.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    waiting: SimpleQueue[Job] = SimpleQueue()
    stop = threading.Event()
    failures: dict[str, NotebookFailure] = {}
    with (
        note_interrupts() as interrupts,
        interrupts.report_to(lambda: events.put(_INTERRUPT)),
        contextlib.ExitStack() as stack,
    ):
        server = ""
        if engine == "forked":
            server = stack.enter_context(_kernel_server(modules, environment or {}))
        workers = [stack.enter_context(_Worker()) for _ in range(slots)]
        with interrupts.raise_again():
            jobs = [replace(job, kernel_server=server) for job in prepare()]
        for job in jobs:
            waiting.put(job)
        threads = [
            threading.Thread(target=worker.work_through, args=(waiting, events, stop))
            for worker in workers
        ]
        left = len(jobs)
        try:
            for thread in threads:
                thread.start()
            while left:
                name, event = events.get()
                if event["event"] == "interrupt":
                    raise KeyboardInterrupt
                if event["event"] == "cell":
                    progress.cell(name, event["number"], event["label"])
                elif event["event"] == "reads":
                    on_reads(name, event["reads"])
                elif event["event"] == "done":
                    left -= 1
                    if event["failure"] is not None:
                        failures[name] = event["failure"]
                    progress.finished(name, failed=event["failure"] is not None)
        finally:
            stop.set()
            if left:
                for worker in workers:
                    worker.end()  # so that no thread waits for it
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
    return {job.name: failures[job.name] for job in jobs if job.name in failures}


def _start_process(
    module: str, descriptor: int, *arguments: str, **options: Any
) -> subprocess.Popen[bytes]:
    """A process of this package in a session of its own, which is handed a descriptor."""
    program = [sys.executable, "-P", "-m", f"evaltools.pipeline.{module}"]
    command = [*program, str(descriptor), *arguments]
    return subprocess.Popen(command, pass_fds=(descriptor,), start_new_session=True, **options)


@contextlib.contextmanager
def _kernel_server(modules: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """A running kernel server; gives the path of its socket."""
    base = tempfile.gettempdir()
    base = base if len(os.fsencode(base)) < 70 else "/tmp"
    with tempfile.TemporaryDirectory("", "evaltools-", base, ignore_cleanup_errors=True) as folder:
        path = f"{folder}/kernels"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(path)
            listening.listen(64)
            process = _start_process(
                "kernel_server", listening.fileno(), *modules, env=dict(environment),
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            yield path
        except BaseException:
            end_group(process.pid)  # at once; its kernels die with it
            raise
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            end_group(process.pid)
            process.wait()


class _Worker:
    """A worker process and the pipe to it; it may end by itself when all went well."""

    def __enter__(self) -> _Worker:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.pipe.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self.kill()

    def _start(self) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the worker
        variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.pipe, theirs = Pipe()
        with theirs:
            self.process = _start_process(
                "notebook_engine", theirs.fileno(), env=variables,
                stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
            )  # fmt: skip
        self.kernel: int | None = None
        self.folder: str | None = None

    def work_through(
        self, waiting: SimpleQueue[Job], events: SimpleQueue[Event], stop: threading.Event
    ) -> None:
        """Have waiting jobs done, one after the other; a process that is lost is started anew."""
        while not stop.is_set():
            try:
                job = waiting.get_nowait()
            except Empty:
                return
            try:
                failure = self._execute(job, events, stop)
            except Exception as error:  # the run would wait for ever for a slot that is gone
                failure = NotebookFailure(job.name, "worker", error="lost", message=repr(error))
            if failure is not None and not stop.is_set():
                self.kill()
                self._start()
                events.put((job.name, {"event": "done", "failure": failure}))
        self.kill()  # somebody wants to stop, and a notebook may be at work

    def _execute(
        self, job: Job, events: SimpleQueue[Event], stop: threading.Event
    ) -> NotebookFailure | None:
        """Have a job done, passing its events on; a failure when the process itself is lost."""
        deadline = time.monotonic() + job.limits.notebook + GRACE
        with contextlib.suppress(EOFError, OSError):
            self.pipe.send(job)
            while not stop.is_set():
                if time.monotonic() > deadline:
                    what = f"it did not end after {job.limits.notebook:g} seconds"
                    text = f"{what}, nor could it be stopped"
                    return NotebookFailure(job.name, "time", error="too slow", message=text)
                if not self.pipe.poll(0.2):
                    continue
                event = self.pipe.recv()
                self.kernel = event.get("pid", self.kernel)
                self.folder = event.get("folder", self.folder)
                done = event["event"] == "done"
                if done:
                    self.kernel = self.folder = None
                events.put((job.name, event))
                if done:
                    return None
        what = "the process that executes it ended"
        return NotebookFailure(job.name, "worker", error=what, message=self._last_error_line())

    def _last_error_line(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read()[-4000:].decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def end(self) -> None:
        """End the process; the pipe stays open, since another thread may be reading it."""
        if self.process.poll() is None:
            end_group(self.process.pid)

    def kill(self) -> None:
        """End the worker, its kernel, and all that the kernel has started."""
        if self.kernel is not None:
            end_group(self.kernel)
        if self.process.poll() is None:
            end_group(self.process.pid)
            self.process.wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.kernel = self.folder = None
        self.pipe.close()
        self.errors.close()

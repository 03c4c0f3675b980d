"""Worker processes, a few at once, watched: none hangs for ever, none is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import IO, Any

from evaltools.interrupts import note_interrupts
from evaltools.pipeline.declared_reads import Read
from evaltools.pipeline.jobs import Engine, Job
from evaltools.pipeline.notebook_failures import NotebookFailure
from evaltools.pipeline.progress import Progress
from evaltools.processes import end_group

GRACE = 90.0
"""Seconds beyond its limit after which a notebook's worker is taken to hang itself; a kernel may
take 60 to start."""


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
        on_reads: told what a notebook read when it has ended.
    """
    failures: dict[str, NotebookFailure] = {}
    with (
        note_interrupts() as interrupts,
        interrupts.defer(),  # raised while a process starts, one would leave it behind
        contextlib.ExitStack() as stack,
    ):
        server = ""
        if engine == "forked":
            server = stack.enter_context(_kernel_server(modules, environment or {}))
        workers = [stack.enter_context(_Worker()) for _ in range(slots)]
        with interrupts.raise_again():
            jobs = [replace(job, kernel_server=server) for job in prepare()]
        waiting = iter(jobs)
        for worker in workers:
            worker.begin(next(waiting, None))
        while busy := [(worker, worker.job) for worker in workers if worker.job is not None]:
            ready = wait([worker.pipe for worker, _ in busy], 0.2)
            for worker, job in busy:
                interrupts.check()
                event = worker.next_event(job, worker.pipe in ready)
                if event["event"] == "cell":
                    progress.cell(job.name, event["number"], event["label"])
                elif event["event"] == "reads":
                    on_reads(job.name, event["reads"])
                elif event["event"] == "done":
                    if event["failure"] is not None:
                        failures[job.name] = event["failure"]
                    progress.finished(job.name, failed=event["failure"] is not None)
                    worker.begin(next(waiting, None))
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

    job: Job | None = None

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

    def begin(self, job: Job | None) -> None:
        """Have a job done, or none; a process that was lost is started anew."""
        self.job = job
        if job is not None:
            if self.pipe.closed:
                self._start()
            self.deadline = time.monotonic() + job.limits.notebook + GRACE
            with contextlib.suppress(OSError):  # that it is gone the next event tells
                self.pipe.send(job)

    def next_event(self, job: Job, ready: bool) -> dict[str, Any]:
        """What came of the job meanwhile; a failure when the process itself is lost."""
        if ready:
            try:
                event: dict[str, Any] = self.pipe.recv()
            except Exception:  # it ended, perhaps in the midst of a message
                what, said = "the process that executes it ended", self._last_error_line()
                failure = NotebookFailure(job.name, "worker", error=what, message=said)
            else:
                self.kernel = event.get("pid", self.kernel)
                self.folder = event.get("folder", self.folder)
                if event["event"] == "done":
                    self.kernel = self.folder = None
                return event
        elif time.monotonic() > self.deadline:
            said = f"it did not end after {job.limits.notebook:g} seconds, nor could it be stopped"
            failure = NotebookFailure(job.name, "time", error="too slow", message=said)
        else:
            return {"event": "none"}
        self.kill()
        return {"event": "done", "failure": failure}

    def _last_error_line(self) -> str:
        self.errors.seek(0)
        lines = self.errors.read()[-4000:].decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

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

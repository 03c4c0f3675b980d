"""The only module that knows papermill: one notebook, from file to executed file.

`-m evaltools.pipeline.notebook_engine DESCRIPTOR` is a process that executes notebooks one after
the other. Jobs come and events go through the pipe of that descriptor. When it ends in the midst
of a job, whoever asked is dead: the kernel is ended with all it has started, and so is the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import astuple, replace
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from evaltools.files import SYSTEM_FAULTS, check_room, fault_kind, problems_from_error
from evaltools.pipeline.declared_reads import allowed_paths, read_record, record_length
from evaltools.pipeline.environment import is_used_up
from evaltools.pipeline.jobs import Job, KernelContract, Limits
from evaltools.pipeline.kernels import Kernel, private_folder
from evaltools.pipeline.notebook_failures import (
    MEMORY_ERRORS,
    CellFault,
    Kind,
    NotebookFailure,
    find_cell_fault,
    memory_remedy,
    plain_text,
    study_frames,
)
from evaltools.pipeline.notebooks import INJECTED_TAG, find_label
from evaltools.pipeline.stable_outputs import (
    StableIds,
    make_constant_test,
    normalise_outputs,
    order_replacements,
)
from evaltools.processes import end_group

T = TypeVar("T")
EmitEvent = Callable[[dict[str, Any]], None]
"""Where events go: `{"event": "cell", "number": 3, "label": "fig-x"}` and the like."""

logging.getLogger("papermill").setLevel(logging.CRITICAL)


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with a bound on what a cell may print, and the replies to all cells."""

    def __init__(
        self, *args: Any, output_limit: int, replies: dict[int, dict[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._output_limit = output_limit
        self._replies = replies
        self._printed: dict[int, int] = {}

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take in a message of the kernel, dropping what a cell prints beyond the limit."""
        if msg["msg_type"] == "stream":
            before = self._printed.get(cell_index, 0)
            self._printed[cell_index] = before + len(msg["content"]["text"])
            if before > self._output_limit:
                return None
            if self._printed[cell_index] > self._output_limit:
                left = self._output_limit - before
                msg["content"]["text"] = f"{msg['content']['text'][:left]}\n[the rest is cut]\n"
        return super().process_message(msg, cell, cell_index)

    async def _check_raise_for_error(
        self, cell: Any, cell_index: int, exec_reply: dict[str, Any] | None
    ) -> None:
        """Keep the reply, which says what became of the cell."""
        if exec_reply is not None:
            self._replies[cell_index] = exec_reply["content"]
        await super()._check_raise_for_error(cell, cell_index, exec_reply)


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, over a kernel that it is given."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute all cells; the kernel is ended, whatever happens."""
        kernel: Kernel = options.pop("kernel")
        for name in ("log_output", "stdout_file", "stderr_file"):
            options.pop(name, None)
        client = _Client(nb_man, km=kernel, kernel_name=kernel_name, **options)
        try:
            client.execute(**kernel.start_options)
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
                client.kc = None


class _Clock:
    """Wall-clock limits of a notebook, and which of them was hit."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._end = float("inf")

    def seconds(self, cell: Any) -> float:
        """How long a cell that starts now may take; the notebook's time begins with its first."""
        self._end = min(self._end, time.monotonic() + self.limits.notebook)
        return max(0.05, min(self.limits.cell, self._end - time.monotonic()))

    def limit_hit(self) -> str:
        """The limit that was hit."""
        if time.monotonic() >= self._end - 0.05:
            return f"the notebook took longer than {self.limits.notebook:g} seconds"
        return f"the cell took longer than {self.limits.cell:g} seconds"


def execute(job: Job, emit: EmitEvent) -> NotebookFailure | None:
    """Execute a notebook in a kernel and a working folder of its own; None when all cells ran.

    The executed notebook is written to `job.output` also when a cell fails. A kernel that cannot
    be forked, because the kernel server is gone, is spawned. Events are `folder` and `kernel`, for
    whoever has to clear up, `cell`, and at the end `reads`: what it read.
    """
    failure = _execute_once(job, emit)
    if failure is not None and failure.kind == "start" and job.kernel_server:
        return _execute_once(replace(job, kernel_server=""), emit)
    return failure


def _execute_once(job: Job, emit: EmitEvent) -> NotebookFailure | None:
    folder = private_folder()
    try:
        return _execute_in(folder, job, emit)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _execute_in(folder: Path, job: Job, emit: EmitEvent) -> NotebookFailure | None:
    notebook = _Notebook(job)
    kernel = Kernel(folder, job.environment, job.kernel_server)
    at_work: int | None = None
    boundaries: list[tuple[int, int | None, str]] = []
    replies: dict[int, dict[str, Any]] = {}
    memory = job.limits.memory
    contract = KernelContract(memory, notebook.injected, tuple(job.parameters), job.chapter)
    contract.write(folder)
    clock = _Clock(job.limits)

    def started(cell: Any, cell_index: int) -> None:
        nonlocal at_work
        at_work = cell_index
        if cell_index == 0:
            emit({"event": "kernel", "pid": kernel.pid})
        number, label = notebook.number(cell_index), ""
        if cell.cell_type == "code":
            label = find_label(cell.source)
            boundaries.append((record_length(folder), number, label))
        emit({"event": "cell", "number": number, "label": label})

    emit({"event": "folder", "folder": str(folder)})
    fault: CellFault | None = None

    def note(kind: Kind, error: str, message: str) -> None:
        nonlocal fault
        remedy = memory_remedy(memory) if kind in ("died", "memory") else ""
        fault = CellFault(at_work, kind, error, message, remedy)

    try:
        _Engine.execute_notebook(
            notebook.node,
            "python3",
            output_path=None,
            progress_bar=False,
            autosave_cell_every=0,
            kernel=kernel,
            timeout_func=clock.seconds,
            startup_timeout=60,
            iopub_timeout=60,
            raise_on_iopub_timeout=True,
            record_timing=False,
            on_cell_start=started,
            output_limit=job.limits.output,
            replies=replies,
        )
    except CellTimeoutError:
        # A kernel out of memory may be unable to say so, and to go on.
        if kernel.pid is not None and is_used_up(kernel.pid, memory):
            note("memory", "its memory was used up, and it did not go on", clock.limit_hit())
        else:
            note("time", "too slow", clock.limit_hit())
    except DeadKernelError:
        check_room(folder)
        note("died", "the kernel died", _run(kernel.describe_end()))
    except (RuntimeError, OSError) as error:
        if isinstance(error, OSError) and fault_kind(error) in SYSTEM_FAULTS:
            raise
        check_room(folder)
        cause = f"{error} {_run(kernel.describe_end())}".strip()
        note("start", "the kernel did not start", cause)
    finally:
        _run(kernel.end())
        declared = allowed_paths(job.study, job.inputs, job.data, folder, job.environment)
        emit({"event": "reads", "reads": read_record(folder, boundaries, declared)})
        _write(notebook.node, job, folder)
    if (found := notebook.error()) is not None:
        return found
    fault = fault or find_cell_fault(notebook.node.cells, replies, contract)
    return notebook.failure(*astuple(fault)) if fault is not None else None


def take_over(job: Job, executed: Path) -> None:
    """Write the executed notebook as `execute` would, with outputs that its cells had earlier.

    Arguments:
        job: of the notebook as it is now; prose, comments and parameters may be others.
        executed: the same notebook as it was written when it was executed.
    """
    notebook = _Notebook(job)
    earlier = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
    cells, then = (
        [cell for cell in node.cells if cell.cell_type == "code"]
        for node in (notebook.node, earlier)
    )
    for cell, old in zip(cells, then, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    _write(notebook.node, job)


class _Notebook:
    """A notebook with the parameters injected, and nothing left of earlier runs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        read = nbformat.read(job.source, as_version=4)  # type: ignore[no-untyped-call]
        unnamed = any("id" not in cell for cell in read.cells)
        node = load_notebook_node(job.source)
        node.cells = [cell for cell in node.cells if not _is_injected(cell)]
        for cell in node.cells if unnamed else ():
            cell.metadata["evaltools_unnamed"] = True
        if job.parameters:
            node = parameterize_notebook(
                node, dict(job.parameters), kernel_name="python3", language="python"
            )
            for cell in node.cells:
                cell.metadata.setdefault("papermill", {})
        self.node = node
        self._injected = [index for index, cell in enumerate(node.cells) if _is_injected(cell)]

    @property
    def injected(self) -> str:
        """Source of the cell that sets the parameters."""
        return self.node.cells[self._injected[0]].source if self._injected else ""

    def number(self, index: int) -> int | None:
        """Position in the file that the author knows, which has no injected cell."""
        if index in self._injected:
            return None
        return index + 1 - sum(1 for at in self._injected if at < index)

    def failure(
        self,
        index: int | None,
        kind: Kind,
        error: str,
        message: str,
        remedy: str,
        line: int | None = None,
        trace: tuple[str, ...] = (),
    ) -> NotebookFailure:
        """What went wrong, told in terms of the file that the author knows."""
        source = self.node.cells[index].source if index is not None else ""
        return NotebookFailure(
            self.job.name,
            kind,
            cell=self.number(index) if index is not None else None,
            label=find_label(source) or (INJECTED_TAG if index in self._injected else ""),
            line=line,
            error=error,
            message=message,
            trace=trace,
            remedy=remedy,
        )

    def error(self) -> NotebookFailure | None:
        """The first error in the outputs that its cell does not expect."""
        for index, cell in enumerate(self.node.cells):
            if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", ()):
                continue
            for output in cell.outputs:
                if output.output_type != "error":
                    continue
                frames = study_frames(output.traceback)
                lines = [frame.line for frame in frames if frame.count == cell.execution_count]
                memory = output.ename in MEMORY_ERRORS
                return self.failure(
                    index,
                    "memory" if memory else "error",
                    output.ename,
                    plain_text(output.evalue),
                    memory_remedy(self.job.limits.memory) if memory else "",
                    lines[-1] if lines else None,
                    tuple(f"{self._place(frame.count)}{frame.told()}" for frame in frames),
                )
        return None

    def _place(self, count: int) -> str:
        """The cell with an execution count, as the author knows it."""
        for index, cell in enumerate(self.node.cells):
            if cell.cell_type == "code" and cell.execution_count == count:
                number = self.number(index)
                return f"cell {number}, " if number else ""
        return ""


def _is_injected(cell: Any) -> bool:
    return INJECTED_TAG in cell.metadata.get("tags", ())


def _write(notebook: Any, job: Job, folder: Path | None = None) -> None:
    places = [(str(folder / "work"), "<work>"), (str(folder), "<temporary>")] if folder else []
    places += [(job.study, "<study>"), (str(Path(job.study).resolve()), "<study>")]
    places += [(sys.prefix, "<python>"), (sys.base_prefix, "<python>"), (str(Path.home()), "~")]
    source = "\n".join(cell.source for cell in notebook.cells)
    inputs = (Path(job.study, name) for name in job.inputs)
    normalise_outputs(
        notebook,
        order_replacements(places),
        StableIds(job.name, make_constant_test(source, inputs)),
    )
    text = str(nbformat.writes(notebook, version=4))  # type: ignore[no-untyped-call]
    Path(job.output).write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop that nbclient has used in this thread."""
    loop = ensure_event_loop()
    assert isinstance(loop, asyncio.AbstractEventLoop)
    return loop.run_until_complete(work)


def main(descriptor: int) -> None:
    """Execute the jobs that come in until there are no more."""
    pipe: Connection[dict[str, Any], Job] = Connection(descriptor)
    jobs: SimpleQueue[Job | None] = SimpleQueue()
    current: dict[str, Any] = {}  # the job, and what to clear away if it has to stop at once
    threading.Thread(target=_listen, args=(pipe, jobs, current), daemon=True).start()

    def send(event: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # that whoever asked is gone `_listen` hears
            pipe.send(event)

    def emit(event: dict[str, Any]) -> None:
        current.update(event)
        send(event)

    while (job := jobs.get()) is not None:
        current["job"] = job.name
        try:
            failure = execute(job, emit)
        except (OSError, MemoryError) as error:
            # A write that fails does not say where; both places are written to.
            problem = problems_from_error(error, f"{job.study} or {tempfile.gettempdir()}")[0]
            failure = NotebookFailure(
                job.name, "system", error=problem.what, message=problem.where, remedy=problem.remedy
            )
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            failure = NotebookFailure(job.name, "worker", error="not executed", message=text)
        current.clear()
        send({"event": "done", "failure": failure})
    os._exit(0)  # threads of libraries shall not hold it up


def _listen(
    pipe: Connection[dict[str, Any], Job], jobs: SimpleQueue[Job | None], current: dict[str, Any]
) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            jobs.put(pipe.recv())
    if current or not jobs.empty():
        if current.get("pid") is not None:
            end_group(current["pid"])
        if "folder" in current:
            shutil.rmtree(current["folder"], ignore_errors=True)
        os._exit(1)
    jobs.put(None)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What became of each cell, as the kernel tells it with its reply.

IPython passes over much that has gone wrong: a magic that it does not know within `%%capture`, an
error while a table is laid out, one in a thread or a callback, a cell that asks the kernel to
end. Everything that it shows as an error while a cell is at work is made the error of that cell.
Standard library, IPython and its kernel only: this runs in the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import thread as pools
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path
from typing import Any

import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.error import UsageError
from IPython.core.formatters import FormatterWarning
from traitlets import Type

from evaltools.pipeline.environment import allow_reserve
from evaltools.pipeline.jobs import FIELD, KernelContract

_NEVER_RUN = {"set_next_input": "replaced", "edit_magic": "replaced", "ask_exit": "ended"}
"""What a cell may ask of a person's editor, and what that is in a run."""
_FOR_PERSONS = frozenset(
    (
        "alias", "bookmark", "cd", "debug", "macro", "pdb", "popd", "prun", "pushd", "recall",
        "rerun", "save", "store", "unalias", "unload_ext",
    )
)  # fmt: skip
"""Magics for somebody at the keyboard: they print what goes wrong, and go on."""
_AT_WORK: ContextVar[bool] = ContextVar("at work", default=False)
"""Whether what goes on comes from a cell; tasks that it starts inherit this."""
_INFRASTRUCTURE = frozenset(
    ("IPython", "anyio", "ipykernel", "jupyter_client", "matplotlib_inline", "tornado", "zmq")
)


class ObservedKernel(IPythonKernel):
    """A kernel whose reply says what its cell passed over."""

    contract = KernelContract()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._errors: list[tuple[str, str]] = []
        self._computed: list[Any] | None = None  # None where the chapter is not computed
        self._values: dict[str, Any] | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._observed = False
        self._threads = frozenset(threading.enumerate())
        assert self.shell is not None
        shell = self.shell
        show = shell.showtraceback

        @functools.wraps(show)
        def showtraceback(exc_tuple: Any = None, *arguments: Any, **named: Any) -> Any:
            allow_reserve()  # so that a cell out of memory can still be told
            with contextlib.suppress(ValueError):  # there is no error to show
                self._note(*shell._get_exc_info(exc_tuple)[:2])
            return show(exc_tuple, *arguments, **named)

        shell.showtraceback = showtraceback
        for name in ("run_line_magic", "run_cell_magic"):
            setattr(shell, name, _silence_magic(getattr(shell, name)))
        # A cell within a cell, whose result somebody drops.
        shell.events.register("post_run_cell", self._see_result)
        original_hook = threading.excepthook

        def excepthook(arguments: threading.ExceptHookArgs, /) -> None:
            if not issubclass(arguments.exc_type, SystemExit):
                self._note(arguments.exc_type, arguments.exc_value)
            original_hook(arguments)

        threading.excepthook = excepthook
        # What a formatter gives in a wrong form is left out, with a warning only.
        warnings.filterwarnings("error", category=FormatterWarning)

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: dict[str, Any] | None = None,
        cell_id: str | None = None,
    ) -> dict[str, Any]:
        """Execute a cell; its reply is an error whenever something was passed over."""
        if not self._observed:
            self._observe()
        token = _AT_WORK.set(True)
        try:
            reply: dict[str, Any] = await super().do_execute(  # type: ignore[no-untyped-call]
                code, silent, store_history, user_expressions, allow_stdin,
                cell_meta=cell_meta, cell_id=cell_id,
            )  # fmt: skip
        finally:
            _AT_WORK.reset(token)
        kind, name, message = self._fault(code, reply)
        if kind and reply["status"] == "ok":
            reply |= {"status": "error", "ename": name, "evalue": message, "traceback": []}
        computed, self._computed = self._computed, None
        self._errors.clear()
        reply[FIELD] = {"kind": kind, "computed": computed, "unfinished": self._unfinished()}
        return reply

    def _observe(self) -> None:
        """Begin to see what needs a running loop, and what the chapter computes."""
        self._observed = True
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._handle)
        loop.set_task_factory(self._make_task)
        if self.contract.chapter:
            try:
                module: Any = import_module(self.contract.chapter)
                module.compute = self._recording(module.compute)
            except Exception as error:
                self._note(type(error), error)

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, work: Any, **options: Any
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
        if _AT_WORK.get() and _is_own(task):
            self._tasks.append(task)
        return task

    def _recording(self, compute: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(compute)
        def recording(*arguments: Any, **named: Any) -> Any:
            found = list(compute(*arguments, **named))
            self._computed = [*(self._computed or ()), *(record.identity for record in found)]
            return found

        return recording

    def _see_result(self, result: Any) -> None:
        error = result and (result.error_before_exec or result.error_in_exec)
        if error:
            self._note(type(error), error)

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        task, error = context.get("task"), context.get("exception")
        if error is not None and (task is None or _is_own(task)):
            self._note(type(error), error)
        loop.default_exception_handler(context)

    def _note(self, kind: Any, error: Any) -> None:
        self._errors.append((getattr(kind, "__name__", str(kind)), str(error)))

    def _fault(self, code: str, reply: dict[str, Any]) -> tuple[str, str, str]:
        """What is wrong with a cell: its kind, the name of an error, and what that says."""
        if self._errors:
            return ("error", *self._errors[0])
        for payload in reply.get("payload", ()):
            if kind := _NEVER_RUN.get(payload.get("source", "")):
                return kind, "", ""
        assert self.shell is not None
        names = self.shell.user_ns
        if code == self.contract.injected:
            self._values = {name: copy.deepcopy(names[name]) for name in self.contract.parameters}
        for name, value in (self._values or {}).items():
            if name not in names:
                return "parameter", name, "nothing"
            now = names[name]
            if type(now) is not type(value) or now != value:
                return "parameter", name, f"{now!r}"[:80]
        return "", "", ""

    def _unfinished(self) -> list[str]:
        """Names of what a notebook has started and what is not over, or failed unseen."""
        self._tasks = [task for task in self._tasks
                       if not task.done() or getattr(task, "_log_traceback", False)]  # fmt: skip
        started = set(threading.enumerate()) - self._threads - set(pools._threads_queues)
        own = [item.name for item in started if not item.daemon
               and type(item).__module__.partition(".")[0] not in _INFRASTRUCTURE]  # fmt: skip
        return [
            *(f"task {task.get_coro().__qualname__}" for task in self._tasks),  # type: ignore[union-attr]
            *sorted(f"thread {name}" for name in own),
        ]


def _silence_magic(run_magic: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(run_magic)
    def run(magic_name: str, line: str, *arguments: Any, **named: Any) -> Any:
        if magic_name in _FOR_PERSONS:
            raise UsageError(
                f"%{magic_name} prints what goes wrong and goes on, so a run cannot rely on it. "
                "Write it in Python."
            )
        if run_magic.__name__ == "run_line_magic" and not arguments and "_stack_depth" not in named:
            named["_stack_depth"] = 2  # this function stands between the cell and the magic
        return run_magic(magic_name, line, *arguments, **named)

    return run


def _is_own(task: asyncio.Task[Any]) -> bool:
    """Whether a task is the notebook's, and not the kernel's own."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and not _INFRASTRUCTURE & set(Path(code.co_filename).parts)


_OPTIONS = (
    "--HistoryManager.enabled=False",
    "--InlineBackend.rc={}",
    "--IPKernelApp.exec_PYTHONSTARTUP=False",
    "--IPKernelApp.log_level=40",
)


class KernelApp(IPKernelApp):
    """A kernel that drops none of its messages when whoever listens is slow."""

    kernel_class = Type(ObservedKernel)
    begin_cell: Callable[[], None]

    def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        """Open the socket for outputs, without the usual bound of a thousand messages."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)  # type: ignore[no-untyped-call]

    def init_shell(self) -> None:
        """Make the shell; each of its cells has its reads noted anew."""
        super().init_shell()  # type: ignore[no-untyped-call]
        assert self.shell is not None
        self.shell.events.register("pre_run_cell", lambda info: type(self).begin_cell())


def launch(
    contract: KernelContract, arguments: Sequence[str], begin_cell: Callable[[], None]
) -> None:
    """Serve as a kernel until told to stop; `begin_cell` is called before each cell."""
    ObservedKernel.contract = contract
    KernelApp.begin_cell = staticmethod(begin_cell)
    KernelApp.launch_instance([*arguments, *_OPTIONS])

"""Processes that end when they should: with their parent, and with all that they started."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn, TypeVar

_PR_SET_PDEATHSIG = 1


@cache
def pandoc_program() -> str:
    """The pandoc that comes with pypandoc-binary.

    That package itself would ask every pandoc of the machine for its version, and take the newest.
    """
    package = find_spec("pypandoc")
    assert package is not None
    assert package.origin is not None
    return str(Path(package.origin).parent / "files" / "pandoc")


def collect_rarely() -> None:
    """Have Python look for cycles of objects seldom, and not among those that are there now.

    Trees of documents and tables of records are many objects without cycles. Going through them
    after every 700 new ones, as is the default, takes half of the time of rendering; memory that
    waits for a collection is some megabytes (benchmarks.md).
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def kill_with_parent(parent: int) -> None:
    """Have the kernel of the system kill this process as soon as `parent` is gone.

    Linux only; elsewhere the parent poller of ipykernel does the same within a second.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # here, since every command loads this module and few of them fork

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went away before the signal was asked for
        os._exit(1)


def end_with_parent() -> None:
    """Have this process, which multiprocessing started, end as soon as its parent is gone.

    Workers of a pool wait for tasks at a pipe that they hold open themselves, for ever.
    """
    from multiprocessing import connection, parent_process  # by such a process only

    parent = parent_process()
    assert parent is not None

    def follow(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=follow, args=(parent.sentinel,), daemon=True).start()


def signal_group(leader: int, number: int) -> bool:
    """Send a signal to a process group; False when nobody is left in it."""
    if leader <= 1 or leader == os.getpgrp():
        raise ValueError(f"{leader} is no process group of a child")
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):  # macOS says so when only zombies are left
        return False
    return True


def end_group(leader: int, grace: float = 0.5) -> None:
    """End a process group: politely, and after `grace` seconds by force.

    Grandchildren die as well, since they stay in the group unless they left it on purpose.
    """
    if not signal_group(leader, signal.SIGTERM):
        return
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline:
        if not group_is_alive(leader):
            return
        time.sleep(0.01)
    signal_group(leader, signal.SIGKILL)


def group_is_alive(leader: int) -> bool:
    """Whether a process that is no zombie is in the group."""
    if not signal_group(leader, 0):
        return False
    if not sys.platform.startswith("linux"):
        return True
    processes = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return any(_group(entry) == leader for entry in processes)


def _group(process: Path) -> int | None:
    """The process group of a process, None for a zombie and for one that has gone."""
    try:
        # The name in brackets may hold anything, so what counts begins after the last bracket.
        fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[2])


T = TypeVar("T")
_WAY = 3
"""Steps of niceness: two such processes leave most of a processor of two to a third."""
_THREADED = ("typst",)
"""Libraries that keep threads of their own: a forked process has none of them, and would wait."""


def call_apart(functions: Sequence[Callable[[], T]], longest: int | None = None) -> list[T]:
    """The results of some functions, in their order, each worked out in a process of its own.

    Where forking is not safe, and for a single one, they are called one after another. An error
    of a function is raised here, the first one in order.

    Arguments:
        longest: place of the one that takes longest, which the others give way to.
    """
    if len(functions) < 2:
        return [function() for function in functions]
    with contextlib.ExitStack() as running:
        waiting = [
            running.enter_context(start_apart(function, longest not in (None, place)))
            for place, function in enumerate(functions)
        ]
        return [wait() for wait in waiting]


@contextlib.contextmanager
def start_apart(function: Callable[[], T], gives_way: bool = False) -> Iterator[Callable[[], T]]:
    """Have a function worked out in a process of its own; what is given waits for its result.

    The process is forked, so the function may be anything, and its result anything that can be
    pickled. Where forking is not safe it is called when its result is asked for. Its error is
    raised there. The process ends with the context.

    Arguments:
        gives_way: whether others go before it where they want the same processor.
    """
    if not is_safe_to_fork():
        yield function
        return
    reader, writer = os.pipe()
    parent = os.getpid()
    if (pid := os.fork()) == 0:
        _send_result(function, writer, parent, gives_way)
    os.close(writer)
    ended = False

    def wait() -> T:
        nonlocal ended
        with open(reader, "rb", closefd=False) as pipe:
            content = pipe.read()
        _, status = os.waitpid(pid, 0)
        ended = True
        if not content:
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            raise OSError(
                errno.ENOMEM if killed else errno.EPROTO,  # as the system does for want of it
                "a process ended before it was done; perhaps memory ran out",
            )
        error, result = pickle.loads(content)
        if error is not None:
            raise error
        made: T = result
        return made

    try:
        yield wait
    finally:
        os.close(reader)
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def is_safe_to_fork() -> bool:
    """Whether a forked process could go on: nothing else holds a lock that it may wait for."""
    loaded = any(name in sys.modules for name in _THREADED)
    return sys.platform.startswith("linux") and threading.active_count() == 1 and not loaded


def _send_result(
    function: Callable[[], Any], writer: int, parent: int, gives_way: bool
) -> NoReturn:
    """Call a function in a process that was forked for it, and end the process."""
    try:
        kill_with_parent(parent)
        os.nice(_WAY if gives_way else 0)
        try:
            content = pickle.dumps((None, function()))
        except BaseException as error:
            content = pickle.dumps((error, None))
        with open(writer, "wb") as pipe:
            pipe.write(content)
    finally:
        os._exit(0)

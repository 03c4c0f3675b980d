"""Documents read in child processes: a hostile one costs only itself.

A small process (`serve`) forks a child for every document. It has the libraries loaded and runs
one thread only, so that a fork is quick and safe; requests and answers are a line of JSON each. The
fork server of `multiprocessing` is none: it imports the program that asks anew in each child, which
a script without a guard does not survive, and is as quick as this at best.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evaltools.documents import limits as guard
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.model import DocumentText, from_plain
from evaltools.documents.reader import READERS, add_language, load_reader, read_text
from evaltools.problems import Problem, ProblemError
from evaltools.processes import kill_with_parent

_AHEAD = 2  # documents per process that may be read before they are asked for
_LARGEST_ANSWER = 200_000_000
_LOOK_EVERY = 5.0  # seconds
_FORK = multiprocessing.get_context("fork")

Answer = dict[str, Any]
"""A `document` as plain data, or the `problem` that it is."""


def read_document(path: str | Path, limits: Limits = LIMITS) -> DocumentText:
    """Read one document as received into normalised text.

    Raises ProblemError with one problem that names the file: empty, encrypted, truncated, scanned,
    a bomb, of a kind that is not read, too large or too slow; see `limits` for the codes.
    """
    ((_, result),) = read_documents([path], processes=1, limits=limits)
    if isinstance(result, Problem):
        raise ProblemError([result])
    return result


def read_documents(
    paths: Iterable[str | Path], processes: int = 2, limits: Limits = LIMITS
) -> Generator[tuple[Path, DocumentText | Problem], None, None]:
    """Read many documents, and give each as soon as it and all before it are there.

    Each is read in a process of its own, and only a few are held at a time, however many there
    are. One that cannot be read gives a Problem, and the rest are read.

    Arguments:
        paths: in the order in which the documents are wanted.
        processes: how many are read at once.
        limits: what each may cost.
    """
    if processes < 1:
        raise ValueError("at least one process reads")
    servers = [_Server() for _ in range(processes)]
    idle = deque(servers)

    def read(path: Path) -> DocumentText | Problem:
        server = idle.pop()  # there are as many as threads
        try:
            return server.read(path, limits)
        finally:
            idle.append(server)

    pool = ThreadPoolExecutor(processes, thread_name_prefix="reading")
    waiting: deque[tuple[Path, Future[DocumentText | Problem]]] = deque()
    try:
        for path in map(Path, paths):
            waiting.append((path, pool.submit(read, path)))
            if len(waiting) > processes * _AHEAD:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        for server in servers:
            server.end()
        pool.shutdown(cancel_futures=True)
        for server in servers:
            server.close()


class _Server:
    """The process that forks a child for every document; started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def read(self, path: Path, limits: Limits) -> DocumentText | Problem:
        """Read one document in a child of its own."""
        line = b""
        if not self._ended:
            request = {"path": str(path.absolute()), "limits": asdict(limits)}
            process = self._start()
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
        if not line:
            why = "reading was stopped" if self._ended else "the process that starts readers ended"
            return replace(guard.crashed(why).problems[0], where=str(path))
        answer = json.loads(line)
        if "document" in answer:
            return add_language(from_plain(answer["document"]))
        return Problem(**{**answer["problem"], "where": str(path)})

    def end(self) -> None:
        """End the process, which has nothing to lose; nothing is read any more."""
        self._ended = True
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """Let go of an ended process; nobody may be reading."""
        if self._process is None:
            return
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # a request that nobody took
                    stream.close()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # One thread, so that forking is safe; libraries start more when they are loaded.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # an interrupt at the keyboard is the parent's to handle
            )
        return self._process


def serve() -> None:
    """Answer requests on the standard input until it ends."""
    for kind in READERS:  # what the readers need is loaded before the first fork
        load_reader(kind)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints does not get between the answers
    for line in sys.stdin:
        request = json.loads(line)
        limits = Limits(**request["limits"])
        answer = run_in_child(partial(_read, Path(request["path"]), limits), limits)
        print(json.dumps(answer), file=answers)
        answers.flush()


def _read(path: Path, limits: Limits) -> Answer:
    try:
        return {"document": asdict(read_text(path, limits))}
    except ProblemError as error:
        return _problem(error)
    except MemoryError:
        return _problem(_too_large(limits))
    except OSError as error:
        return _problem(guard.unreadable(error.strerror or str(error)))
    except Exception as error:
        # A library that stumbles over a document must cost that document only; what it said is
        # passed on, so that it can be reported.
        return _problem(guard.crashed(f"{type(error).__name__}: {str(error)[:200]}"))


def run_in_child(work: Callable[[], Answer], limits: Limits) -> Answer:
    """The answer of a child that does some work, until it ends or does nothing for too long.

    How long it may work is counted in processor time by the system (`_work`), since on a busy
    machine the clock tells nothing. The clock counts only while it uses no processor at all.
    """
    receiver, sender = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_work, args=(work, sender, limits, os.getpid()))
    spent = _time_of_children()
    child.start()
    sender.close()
    used, since = None, time.monotonic()
    data = b""
    try:
        while not receiver.poll(min(limits.stalled_seconds, _LOOK_EVERY)):
            now = _processor_time(child.pid)
            if now is not None and now != used:
                used, since = now, time.monotonic()
            elif time.monotonic() - since >= limits.stalled_seconds:
                return _problem(guard.stalled(f"{limits.stalled_seconds:.0f}"))
        data = receiver.recv_bytes(_LARGEST_ANSWER)
    except EOFError:  # it ended without a word
        child.join()
    except OSError:
        return _problem(_too_large(limits))
    finally:
        if data or child.exitcode is None:
            child.kill()
            child.join()
        receiver.close()
    if data:
        answer: Answer = json.loads(data)
        return answer
    return _problem(_exit_problem(child.exitcode or 0, _time_of_children() - spent, limits))


def _work(work: Callable[[], Answer], sender: Connection, limits: Limits, parent: int) -> None:
    """Work within limits in this process, which writes no files, so it may write none."""
    kill_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sender.send_bytes(json.dumps(work()).encode())


def _exit_problem(code: int, seconds: float, limits: Limits) -> ProblemError:
    """Why a child ended that said nothing."""
    slow = seconds >= limits.cpu_seconds
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and slow):
        allowed = f"{limits.cpu_seconds} seconds of processor time"
        return guard.too_slow(allowed, allowed)
    if code == 1:  # it could not even say that its memory was full
        return _too_large(limits)
    return guard.crashed(signal.Signals(-code).name if code < 0 else "without an answer")


def _too_large(limits: Limits) -> ProblemError:
    return guard.too_large(f"it needs more than {limits.memory_bytes / 1e6:.0f} MB of memory")


def _problem(error: ProblemError) -> Answer:
    return {"problem": asdict(error.problems[0])}


def _time_of_children() -> float:
    """Processor time, in seconds, of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _processor_time(process: int | None) -> int | None:
    """Clock ticks of processor time that a process has used; None where that is not stated."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2]
    except OSError:
        return None
    user, system = fields.split()[11:13]
    return int(user) + int(system)

"""Documents read in child processes: a hostile one costs only itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from evaltools.documents import guard
from evaltools.documents.guard import LIMITS, Limits
from evaltools.documents.reader import with_language
from evaltools.documents.record import DocumentText, from_plain
from evaltools.problems import Problem, ProblemError

_AHEAD = 2  # documents per process that may be read before they are asked for


class Nursery:
    """A process that forks a child for every document; started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def read(self, path: Path, limits: Limits) -> DocumentText | Problem:
        """Read one document in a child of its own."""
        if self._ended:
            return _problem(guard.died("reading was stopped"), path)
        request = {"path": str(path.absolute()), "limits": asdict(limits)}
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            return _problem(guard.died("the process that starts readers ended"), path)
        return _answer(json.loads(line), path, limits)

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

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "evaltools.documents.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # One thread, so that forking is safe; libraries start more when they are loaded.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # an interrupt at the keyboard is the parent's to handle
            )
        return self._process


def read_document(path: str | Path, limits: Limits = LIMITS) -> DocumentText:
    """Read one document as received into normalised text.

    Raises ProblemError with one problem that names the file: empty, encrypted, truncated, scanned,
    a bomb, of a kind that is not read, too large or too slow; see `guard` for the codes.
    """
    ((_, result),) = read_documents([path], processes=1, limits=limits)
    if isinstance(result, Problem):
        raise ProblemError([result])
    return result


def read_documents(
    paths: Iterable[str | Path], processes: int = 2, limits: Limits = LIMITS
) -> Iterator[tuple[Path, DocumentText | Problem]]:
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
    nurseries = [Nursery() for _ in range(processes)]
    idle: SimpleQueue[Nursery] = SimpleQueue()
    for nursery in nurseries:
        idle.put(nursery)

    def read(path: Path) -> DocumentText | Problem:
        nursery = idle.get()
        try:
            return nursery.read(path, limits)
        finally:
            idle.put(nursery)

    pool = ThreadPoolExecutor(processes, thread_name_prefix="reading")
    waiting: deque[tuple[Path, Future[DocumentText | Problem]]] = deque()
    try:
        for given in paths:
            path = Path(given)
            waiting.append((path, pool.submit(read, path)))
            if len(waiting) > processes * _AHEAD:
                path, future = waiting.popleft()
                yield path, future.result()
        while waiting:
            path, future = waiting.popleft()
            yield path, future.result()
    finally:
        for nursery in nurseries:
            nursery.end()
        pool.shutdown(cancel_futures=True)
        for nursery in nurseries:
            nursery.close()


def _answer(answer: dict[str, Any], path: Path, limits: Limits) -> DocumentText | Problem:
    if "document" in answer:
        return with_language(from_plain(answer["document"]))
    if "problems" in answer:
        return replace(Problem(**answer["problems"][0]), where=str(path))
    if "slow" in answer:
        return _problem(guard.too_slow(answer["slow"]), path)
    if "stalled" in answer:
        return _problem(guard.stalled(answer["stalled"]), path)
    if answer.get("died") == "memory":
        needed = f"it needs more than {limits.memory_bytes / 1e6:.0f} MB of memory"
        return _problem(guard.too_large(needed, ""), path)
    return _problem(guard.died(str(answer.get("died"))), path)


def _problem(error: ProblemError, path: Path) -> Problem:
    return replace(error.problems[0], where=str(path))

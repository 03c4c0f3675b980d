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

from evaltools.documents import limits as guard
from evaltools.documents.limits import LIMITS, Limits
from evaltools.documents.model import DocumentText, from_plain
from evaltools.documents.reader import add_language
from evaltools.problems import Problem, ProblemError

_AHEAD = 2  # documents per process that may be read before they are asked for


class ReaderServer:
    """A process that forks a child for every document; started when it is first needed."""

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
                [sys.executable, "-m", "evaltools.documents.reader_server"],
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
    servers = [ReaderServer() for _ in range(processes)]
    idle: SimpleQueue[ReaderServer] = SimpleQueue()
    for server in servers:
        idle.put(server)

    def read(path: Path) -> DocumentText | Problem:
        server = idle.get()
        try:
            return server.read(path, limits)
        finally:
            idle.put(server)

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

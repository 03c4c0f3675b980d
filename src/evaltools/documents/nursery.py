"""A small process that forks a child for every document, so that each is read by itself.

It has the libraries loaded and runs one thread only, so that a fork is quick and safe. Started by
`children.Nursery` as `python -m evaltools.documents.nursery`; it reads requests, a line of JSON
each, from its standard input and writes an answer a line to its standard output.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evaltools.documents.guard import Limits
from evaltools.problems import ProblemError
from evaltools.processes import die_with

_LARGEST_ANSWER = 200_000_000
_LOOK_EVERY = 5.0  # seconds


def main() -> None:
    """Answer requests until the input ends."""
    _preload()
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints does not get between the answers
    for line in sys.stdin:
        request = json.loads(line)
        answer = _read_in_child(Path(request["path"]), Limits(**request["limits"]))
        _write(answers, json.dumps(answer).encode() + b"\n")


def _preload() -> None:
    """Load what the readers need before the first fork."""
    import evaltools.documents.odf.text
    import evaltools.documents.pdf.reader
    import evaltools.documents.reader
    import evaltools.documents.spreadsheets.ods
    import evaltools.documents.spreadsheets.xlsx
    import evaltools.documents.word.document  # noqa: F401


def _read_in_child(path: Path, limits: Limits) -> dict[str, Any]:
    reader, writer = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _child(path, limits, writer, parent)
    os.close(writer)
    try:
        return _wait(child, reader, limits)
    finally:
        os.close(reader)


def _child(path: Path, limits: Limits, writer: int, parent: int) -> None:
    """Read the document, write what came of it, and end: nothing after this runs."""
    status = 1
    try:
        die_with(parent)
        _confine(limits)
        _write(writer, json.dumps(_outcome(path, limits)).encode())
        status = 0
    finally:
        os._exit(status)


def _confine(limits: Limits) -> None:
    """Hold this process to its limits; it writes no files, so it may write none."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _outcome(path: Path, limits: Limits) -> dict[str, Any]:
    from evaltools.documents.reader import read_text

    try:
        return {"document": asdict(read_text(path, limits))}
    except ProblemError as error:
        return {"problems": [asdict(problem) for problem in error.problems]}
    except MemoryError:
        return {"died": "memory"}
    except OSError as error:
        return {"problems": [_unreadable(error)]}
    except Exception as error:
        # A library that stumbles over a document must cost that document only; what it said is
        # passed on, so that it can be reported.
        return {"died": f"{type(error).__name__}: {str(error)[:200]}"}


def _unreadable(error: OSError) -> dict[str, str]:
    return {
        "where": "",
        "what": f"the file cannot be opened ({error.strerror})",
        "allowed": "",
        "remedy": "Check that it is there and that you may read it.",
        "code": "document.unreadable",
    }


def _wait(child: int, reader: int, limits: Limits) -> dict[str, Any]:
    """Take what the child writes until it ends, or does nothing for too long.

    How long it may work is counted in processor time by the system (`_confine`), since on a busy
    machine the clock tells nothing. The clock counts only while it uses no processor at all.
    """
    pieces: list[bytes] = []
    size = 0
    used = _processor_time(child)
    since = time.monotonic()
    while True:
        ready, _, _ = select.select([reader], [], [], min(limits.stalled_seconds, _LOOK_EVERY))
        if not ready:
            now = _processor_time(child)
            if now is not None and now != used:
                used, since = now, time.monotonic()
            elif time.monotonic() - since >= limits.stalled_seconds:
                _end(child)
                return {"stalled": limits.stalled_seconds}
            continue
        since = time.monotonic()
        piece = os.read(reader, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
        if size > _LARGEST_ANSWER:
            _end(child)
            return {"died": "memory"}
    _, status, spent = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        slow = spent.ru_utime + spent.ru_stime >= limits.cpu_seconds
        if number == signal.SIGXCPU or (number == signal.SIGKILL and slow):
            return {"slow": float(limits.cpu_seconds)}
        return {"died": signal.Signals(number).name}
    if os.WEXITSTATUS(status) or not pieces:
        return {"died": "memory" if os.WEXITSTATUS(status) == 1 else "without an answer"}
    answer: dict[str, Any] = json.loads(b"".join(pieces))
    return answer


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _processor_time(process: int) -> int | None:
    """Clock ticks of processor time that a process has used; None where that is not told."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2]
    except OSError:
        return None
    user, system = fields.split()[11:13]
    return int(user) + int(system)


def _write(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]


if __name__ == "__main__":
    main()

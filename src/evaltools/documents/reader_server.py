"""A small process that forks a child for every document, so that each is read by itself.

It has the libraries loaded and runs one thread only, so that a fork is quick and safe. Started by
`isolation.ReaderServer` as `python -m evaltools.documents.reader_server`; it reads requests, a line
of JSON each, from its standard input and writes an answer a line to its standard output.

The fork server of `multiprocessing` is none: it imports the program that asks anew in each child,
which a script without a guard does not survive, and is as quick as this at best.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evaltools.documents import limits as guard
from evaltools.documents.limits import Limits
from evaltools.documents.reader import READERS, load_reader, read_text
from evaltools.problems import ProblemError
from evaltools.processes import kill_with_parent

_LARGEST_ANSWER = 200_000_000
_LOOK_EVERY = 5.0  # seconds
_FORK = multiprocessing.get_context("fork")

Answer = dict[str, Any]
"""A `document` as plain data, or the `problem` that it is."""


def main() -> None:
    """Answer requests until the input ends."""
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

    How long it may work is counted in processor time by the system (`_confine`), since on a busy
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
    kill_with_parent(parent)
    _confine(limits)
    sender.send_bytes(json.dumps(work()).encode())


def _confine(limits: Limits) -> None:
    """Hold this process to its limits; it writes no files, so it may write none."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):  # elsewhere the address space cannot be limited
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


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


if __name__ == "__main__":
    main()

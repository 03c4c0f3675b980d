"""Kernel processes: one, or a server that forks them (`-m evaltools.pipeline.kernel_server`).

With `-f CONNECTION_FILE` it is a kernel, spawned afresh. With the descriptor of a listening socket
and names of modules it is the server. Most of the time of a short notebook goes into imports; the
server does them once, and a kernel that is forked from it is there in a few hundredths of a second,
and is otherwise the same as one that is spawned. It has a single thread, since only then is
forking safe.

Descriptor 0 of the server is its life line: when it ends, whoever asked is dead, and all kernels
are ended. One request a connection, a JSON line with `connection_file`, `folder`, `log` and
`environment`; the answers are `{"pid": …}` and, when the kernel has ended, `{"exit": …}`. A
connection that is closed ends its kernel.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evaltools.pipeline.audit_hook import RECORD, install
from evaltools.pipeline.environment import limit_memory
from evaltools.pipeline.jobs import SAFE_TO_FORK, KernelContract
from evaltools.processes import collect_rarely, end_group, kill_with_parent

ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.core.completer",
    "evaltools.pipeline.cell_outcomes",
    "evaltools.study",
)
"""What every kernel loads before its first cell."""
LATER = (
    "scipy.stats", "scipy.optimize", "statsmodels.stats.proportion",
)  # fmt: skip
"""What statistics load when they need it, which is here, once for all kernels."""


def main(descriptor: int, modules: Iterable[str]) -> None:
    """Import, then serve requests until the life line ends."""
    listening = socket.socket(fileno=descriptor)
    for name in (*ALWAYS, *modules):
        if name.partition(".")[0] in (*SAFE_TO_FORK, "ipykernel", "IPython"):
            with contextlib.suppress(Exception):  # it will fail again, and be told, in the notebook
                importlib.import_module(name)
    if "evaltools.statistics" in sys.modules:
        for name in LATER:
            importlib.import_module(name)
    try:  # threads that C libraries started are known here
        threads = len(tuple(Path("/proc/self/task").iterdir()))
    except OSError:
        threads = threading.active_count()
    if threads > 1:
        sys.exit("a preloaded module has started a thread; kernels are spawned instead")
    gc.collect()
    collect_rarely()
    _KernelServer(listening).serve()


class _KernelServer:
    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.lines: dict[int, socket.socket] = {}
        """Connection by the pid of the kernel it asked for."""
        self.selector = selectors.DefaultSelector()

    def serve(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for source in (0, reader, self.listening):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in self.selector.select()}
            if reader in ready:
                os.read(reader, 4096)
            if 0 in ready and not os.read(0, 4096):
                break
            self.reap()
            for pid, line in tuple(self.lines.items()):
                if line.fileno() in ready:  # whoever asked has nothing to say: it is gone
                    end_group(pid)
                    self.selector.unregister(line)
            if self.listening.fileno() in ready:
                self.answer(self.listening.accept()[0])
        for pid in tuple(self.lines):
            end_group(pid)
        # Whoever asked may have died without clearing up; the socket lies in a folder of its own.
        shutil.rmtree(Path(self.listening.getsockname()).parent, ignore_errors=True)

    def answer(self, line: socket.socket) -> None:
        line.settimeout(10)
        try:
            request = json.loads(line.makefile("r", encoding="utf-8").readline())
        except (OSError, ValueError):
            line.close()
            return
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            _start_kernel(request, writer)
        os.close(writer)
        os.read(reader, 1)  # from now on it leads a group, and can be ended with all it starts
        os.close(reader)
        self.lines[pid] = line
        self.selector.register(line, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            line.sendall(json.dumps({"pid": pid}).encode() + b"\n")

    def reap(self) -> None:
        while self.lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            line = self.lines.pop(pid)
            with contextlib.suppress(KeyError):
                self.selector.unregister(line)
            with contextlib.suppress(OSError):
                line.sendall(json.dumps({"exit": os.waitstatus_to_exitcode(status)}).encode())
            line.close()


def _start_kernel(request: dict[str, Any], started: int) -> None:
    """Turn this fork into the kernel that was asked for; never returns."""
    parent = os.getppid()
    status = 1
    try:
        os.setsid()
        os.write(started, b".")
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.closerange(3, 1024)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        tempfile.tempdir = None
        random.seed()  # randomness of its own, as a new process has it
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        run_kernel(request["connection_file"], parent)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_kernel(connection_file: str, parent: int) -> None:
    """Serve as an IPython kernel until told to stop; it dies with its parent."""
    kill_with_parent(parent)
    contract = KernelContract.read(Path(connection_file).parent)
    limit_memory(contract.megabytes)
    begin_cell = install(str(Path(connection_file).with_name(RECORD)))
    # Loads IPython: only now, with memory limited and everything noted that it opens.
    from evaltools.pipeline.cell_outcomes import launch

    sys.argv = ["ipykernel_launcher"]  # the same for a notebook that looks, however it started
    launch(contract, ["-f", connection_file, f"--IPKernelApp.parent_handle={parent}"], begin_cell)


if __name__ == "__main__":
    if "-f" in sys.argv:
        run_kernel(sys.argv[sys.argv.index("-f") + 1], os.getppid())
    else:
        main(int(sys.argv[1]), sys.argv[2:])

"""Kernels over private sockets: no port races, nobody else listens, nothing left behind.

Only worker processes import this module, since jupyter_client takes its time to load.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type

from evaltools.processes import end_group, signal_group

MAXIMUM_SOCKET_PATH = 107
"""Bytes in the path of a socket: sun_path of Linux less its closing zero."""


def private_folder() -> Path:
    """A new folder that only this person may enter, with a path short enough for sockets.

    The folder of temporary files may lie deep; then /tmp is used.
    """
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp")):
        folder = Path(tempfile.mkdtemp(prefix="evaltools-", dir=base)).resolve()
        if len(os.fsencode(folder / "kernel-ipc-5")) <= MAXIMUM_SOCKET_PATH:
            for name in ("work", "tmp", "ipython"):
                (folder / name).mkdir()
            return folder
        shutil.rmtree(folder)
    raise OSError(f"no folder for temporary files has a path under {MAXIMUM_SOCKET_PATH} bytes")


class KernelClient(AsyncKernelClient):
    """A client without a heartbeat: its thread may hang, and the process itself tells more."""

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Start all channels but the heartbeat."""
        super().start_channels(hb=False)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its published messages arrive here."""
        deadline = time.monotonic() + (60.0 if timeout is None else timeout)
        while True:
            self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)
                    return
            except Empty:
                pass
            if not await self._async_is_alive():
                raise RuntimeError("the kernel died while it started")
            if time.monotonic() > deadline:
                raise RuntimeError("the kernel did not answer in time")

    wait_for_ready = _async_wait_for_ready


class SpawnedKernel(LocalProvisioner):
    """A kernel process of its own, in its own session."""

    log_file: Path

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start it; what the process writes goes to its log."""
        with self.log_file.open("ab") as log:
            return await super().launch_kernel(cmd, stdout=log, stderr=log, **kwargs)

    async def wait(self) -> int | None:
        """Wait for the process to end, looking often."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it has started."""
        if self.pid is not None:
            end_group(self.pid)


class ForkedKernel(SpawnedKernel):
    """A kernel forked from the kernel server, which has imported already what notebooks need."""

    kernel_server = ""
    _line: socket.socket | None = None
    _exit: int | None = None

    @property
    def has_process(self) -> bool:
        """Whether the kernel has started and its end was not yet noted."""
        return self._line is not None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Ask for a kernel; the connection stays open, and tells when it has ended."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(60)
        line.connect(self.kernel_server)
        request = {
            "connection_file": cmd[cmd.index("-f") + 1],
            "folder": str(kwargs["cwd"]),
            "log": str(self.log_file),
            "environment": kwargs["env"],
        }
        line.sendall(json.dumps(request).encode() + b"\n")
        answer = line.makefile("r", encoding="utf-8").readline()
        if not answer:
            line.close()
            raise OSError("the kernel server is gone")
        self.pid = self.pgid = int(json.loads(answer)["pid"])
        line.setblocking(False)
        self._line = line
        return self.connection_info

    async def poll(self) -> int | None:
        """The exit status, None while the kernel runs."""
        if self._exit is None and self._line is not None:
            try:
                message = self._line.recv(100)
            except BlockingIOError:
                return None
            self._exit = json.loads(message)["exit"] if message else -9
            self._line.close()
            self._line = None
        return self._exit

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group."""
        if self.pid is not None:
            signal_group(self.pid, signum)


class Kernel(AsyncKernelManager):
    """The kernel of one notebook, over sockets in a `private_folder`; not yet started.

    It is forked from the kernel server whose socket is given; without one it is spawned.
    """

    client_factory = Type(default_value=KernelClient, klass=AsyncKernelClient)

    def __init__(
        self, folder: Path, environment: Mapping[str, str], kernel_server: str = ""
    ) -> None:
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.RECONNECT_IVL, 10)
        context.setsockopt(zmq.RCVHWM, 0)  # with a bound, messages beyond it are lost unnoticed
        path = str(folder / "kernel.json")
        super().__init__(connection_file=path, transport="ipc", context=context)
        self._created_context = True
        self.kernel_id = "evaltools"
        # Its own scratch folder, and no profile of whoever runs it.
        own = {"TMPDIR": str(folder / "tmp"), "IPYTHONDIR": str(folder / "ipython")}
        self.start_options = {"cwd": str(folder / "work"), "env": dict(environment) | own}
        # This interpreter, whatever kernel specifications are installed on the machine.
        program = [sys.executable, "-P", "-m", "evaltools.pipeline.kernel_server"]
        self._kernel_spec = KernelSpec(
            argv=[*program, "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )
        kind = ForkedKernel if kernel_server else SpawnedKernel
        process = kind(kernel_id=self.kernel_id, kernel_spec=self._kernel_spec, parent=self)
        process.log_file = folder / "kernel.log"
        if isinstance(process, ForkedKernel):
            process.kernel_server = kernel_server
        self.provisioner = self._process = process

    @property
    def pid(self) -> int | None:
        """The process, and the leader of its group."""
        return self._process.pid

    async def describe_end(self) -> str:
        """How a dead kernel died, in words, with what it wrote last, outside of any cell."""
        status = await self._process.poll()
        cause = "" if status is None else f"with status {status}"
        if status is not None and status < 0:
            cause = f"of signal {signal.Signals(-status).name}"
            if -status == signal.SIGKILL:
                cause += ", perhaps because memory ran out"
        try:
            lines = self._process.log_file.read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        words = " | ".join(line.strip() for line in lines[-6:] if line.strip())
        return f"{cause} (it said: {words})" if words else cause

    async def end(self) -> None:
        """End the kernel with all it has started; harmless when it is dead already."""
        if self.has_kernel:
            await self._async_kill_kernel()
        if self.pid is not None:
            end_group(self.pid)  # a dead kernel may have left something in its group
        await self._async_cleanup_resources()

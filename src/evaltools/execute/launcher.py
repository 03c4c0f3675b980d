"""What a kernel process runs, whether it was spawned or forked: `-m evaltools.execute.launcher`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from evaltools.execute.audit import RECORD, install
from evaltools.processes import die_with

_OPTIONS = (
    "--HistoryManager.enabled=False",
    "--InlineBackend.rc={}",
    "--IPKernelApp.exec_PYTHONSTARTUP=False",
    "--IPKernelApp.log_level=40",
)


def become_kernel(connection_file: str, parent: int) -> None:
    """Serve as an IPython kernel until told to stop.

    Arguments:
        connection_file: where the manager has written sockets and key.
        parent: the process with which the kernel dies.
    """
    die_with(parent)
    from evaltools.execute.environment import limit_memory
    from evaltools.execute.jobs import read_contract
    from evaltools.execute.outcomes import ObservedKernel

    ObservedKernel.contract = read_contract(Path(connection_file).parent)
    limit_memory(ObservedKernel.contract.megabytes)
    begin_cell = install(str(Path(connection_file).with_name(RECORD)))
    import zmq
    from ipykernel.kernelapp import IPKernelApp
    from traitlets import Type

    class App(IPKernelApp):
        """A kernel that drops none of its messages when whoever listens is slow."""

        kernel_class = Type(ObservedKernel)

        def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
            """Open the socket for outputs, without the usual bound of a thousand messages."""
            context.setsockopt(zmq.SNDHWM, 0)
            super().init_iopub(context)  # type: ignore[no-untyped-call]

        def init_shell(self) -> None:
            """Make the shell; each of its cells has its reads noted anew."""
            super().init_shell()  # type: ignore[no-untyped-call]
            assert self.shell is not None
            self.shell.events.register("pre_run_cell", lambda info: begin_cell())

    sys.argv = ["ipykernel_launcher"]  # the same for a notebook that looks, however it started
    App.launch_instance(["-f", connection_file, f"--IPKernelApp.parent_handle={parent}", *_OPTIONS])


if __name__ == "__main__":
    become_kernel(sys.argv[sys.argv.index("-f") + 1], os.getppid())

"""What a kernel process runs, whether it was spawned or forked: `-m evaltools.execute.launcher`."""

from __future__ import annotations

import os
import sys

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
    import zmq
    from ipykernel.kernelapp import IPKernelApp

    class App(IPKernelApp):
        """A kernel that drops none of its messages when whoever listens is slow."""

        def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
            """Open the socket for outputs, without the usual bound of a thousand messages."""
            context.setsockopt(zmq.SNDHWM, 0)
            super().init_iopub(context)  # type: ignore[no-untyped-call]

    sys.argv = ["ipykernel_launcher"]  # the same for a notebook that looks, however it started
    App.launch_instance(["-f", connection_file, f"--IPKernelApp.parent_handle={parent}", *_OPTIONS])


if __name__ == "__main__":
    become_kernel(sys.argv[sys.argv.index("-f") + 1], os.getppid())

"""Processes that end when they should: with their parent, and with all that they started."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def kill_with_parent(parent: int) -> None:
    """Have the kernel of the system kill this process as soon as `parent` is gone.

    Linux only; elsewhere the parent poller of ipykernel does the same within a second.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went away before the signal was asked for
        os._exit(1)


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

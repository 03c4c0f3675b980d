"""A limit to the memory of a process, which its children inherit."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_MEGABYTE = 1 << 20
_RESERVE = 128 * _MEGABYTE
_LIBRARIES = 2048 * _MEGABYTE
"""Address space that libraries may map or reserve without using it."""
_NEARLY = 0.9
_LIMITED = (resource.RLIMIT_DATA, resource.RLIMIT_AS)


def limit_memory(megabytes: int) -> None:
    """Let this process and its children take so much memory each, and no more.

    What counts is memory of its own (RLIMIT_DATA). Besides, its address space may grow by as much
    again, which bounds memory that is shared or lies in files; what libraries have reserved of
    it without using it does not count. Where the system knows neither limit, there is none.
    """
    wanted = (megabytes * _MEGABYTE, _address_space() + megabytes * _MEGABYTE + _LIBRARIES)
    for kind, size in zip(_LIMITED, wanted, strict=True):
        most = resource.getrlimit(kind)[1]
        hard = size + _RESERVE
        if most != resource.RLIM_INFINITY:
            hard = min(hard, most)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (min(size, hard), hard))


def allow_reserve() -> None:
    """Let the process take a little more, so that it can say that its memory ran out."""
    for kind in _LIMITED:
        hard = resource.getrlimit(kind)[1]
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (hard, hard))


def is_used_up(process: int, megabytes: int) -> bool:
    """Whether a process has nearly all the memory that it may take; False where none can tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    for line in lines.splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024 > (megabytes * _MEGABYTE) * _NEARLY
    return False


def _address_space() -> int:
    """Bytes of address space in use; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")

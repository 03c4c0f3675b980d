"""What every kernel is given: the same variables on every machine, and a limit to its memory."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Mapping
from pathlib import Path

VALIDATED_VARIABLE = "EVALTOOLS_VALIDATED"
FIXED: dict[str, str] = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "LANGUAGE": "",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "SOURCE_DATE_EPOCH": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONIOENCODING": "utf-8",
    "NO_COLOR": "1",
    "COLUMNS": "100",
    "LINES": "40",
}
"""One BLAS thread, because sums in another order differ in their last digit."""
_MATPLOTLIB_SETTINGS = Path(__file__).with_name("matplotlibrc")
"""matplotlib's own defaults, so that a person's matplotlibrc does not change the figures, but for
names of elements in SVG: these follow from what is drawn and not from chance."""
_REMOVED = (
    "PYTHONDONTWRITEBYTECODE",  # without bytecode everything starts twice as slowly
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PYTHONWARNINGS",
    "PYTHONUNBUFFERED",
    "PYTHONOPTIMIZE",  # it would drop the asserts of a notebook
    "FORCE_COLOR",
    "JPY_PARENT_PID",
    "JPY_SESSION_NAME",
    "PYDEVD_USE_FRAME_EVAL",
)


def kernel_environment(
    study: Path, validated: str, outer: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Environment variables of all kernels of a run, from those of this process or others.

    The hash of the data bytes that have passed validation is among them; it may be empty.
    """
    variables = dict(os.environ if outer is None else outer)
    for name in _REMOVED:
        variables.pop(name, None)
    variables.update(FIXED)
    variables["EVALTOOLS_STUDY"] = str(study)
    variables[VALIDATED_VARIABLE] = validated
    variables["MATPLOTLIBRC"] = str(_MATPLOTLIB_SETTINGS)
    return variables


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

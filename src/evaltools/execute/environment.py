"""The surroundings of a notebook: the same on every machine and in every run."""

from __future__ import annotations

import os
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
    """Environment variables of all kernels of a run.

    Arguments:
        study: the folder of `evaluation.yml`.
        validated: the hash of the data bytes that have passed validation, or empty.
        outer: what to start from; the environment of this process if not given.
    """
    variables = dict(os.environ if outer is None else outer)
    for name in _REMOVED:
        variables.pop(name, None)
    variables.update(FIXED)
    variables["EVALTOOLS_STUDY"] = str(study)
    variables[VALIDATED_VARIABLE] = validated
    variables["MATPLOTLIBRC"] = str(_MATPLOTLIB_SETTINGS)
    return variables


def private_variables(folder: Path) -> dict[str, str]:
    """Variables of one kernel: its own scratch folder, and no profile of whoever runs it."""
    return {"TMPDIR": str(folder / "tmp"), "IPYTHONDIR": str(folder / "ipython")}

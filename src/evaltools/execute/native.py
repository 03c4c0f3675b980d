"""Ways to start programs and to open files that Python raises no audit event for.

Libraries written in other languages open files by themselves. Those of the environment that take
a path are made to tell first: `evaltools.native` with `read` or `write` and the path. What is not
in the table is not seen: `ctypes`, and libraries that a study adds to its environment, such as
DuckDB, Polars or Arrow. Whoever adds one adds it here. Standard library only.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

NATIVE: dict[str, dict[str, str]] = {
    "_posixsubprocess": {"fork_exec": "start"},  # multiprocessing starts programs by it
    "lxml.etree": {"parse": "read", "iterparse": "read"},
    "python_calamine": {
        "load_workbook": "read",
        "CalamineWorkbook.from_path": "read",
        "CalamineWorkbook.from_object": "read",
    },
    "scipy.io._fast_matrix_market._fmm_core": {
        "open_read_file": "read",
        "open_write_file": "write",
    },
    "sqlite3": {"connect": "connect"},
    "sqlite3.dbapi2": {"connect": "connect"},
}
"""By module the functions whose first argument is a path, and what they do with it; those that
`connect` to a database tell by themselves, and by `ATTACH` they open further ones."""

# SQLITE_OK, SQLITE_DENY, SQLITE_ATTACH
_OK, _DENY, _ATTACH = 0, 1, 24


def have_them_tell() -> None:
    """Have these functions tell from now on, in modules that are loaded and in those to come."""
    import _posixsubprocess
    import subprocess  # noqa: F401 - takes `fork_exec` as it is, since it tells by itself

    _wrap(_posixsubprocess)
    for name in NATIVE.keys() - {"_posixsubprocess"}:
        if name in sys.modules:
            _wrap(sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def _watch_attached(connection: Any) -> None:
    """Have a connection to SQLite tell of every further database that it opens.

    One whose name is a parameter (`ATTACH ?`) is not told by SQLite, and so not authorised.
    """

    def allow(action: int, name: str | None, *_: Any) -> int:
        if action != _ATTACH:
            return _OK
        if name is None:
            return _DENY
        sys.audit("evaltools.database", name)
        return _OK

    connection.set_authorizer(allow)


class _Finder:
    """Wraps modules of the table right after they were loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in NATIVE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_wrap(module: ModuleType) -> None:
                execute(module)
                _wrap(module)

            spec.loader.exec_module = execute_and_wrap  # type: ignore[method-assign]
        return spec


def _wrap(module: ModuleType) -> None:
    for place, does in NATIVE[module.__name__].items():
        owner: Any = module
        *parents, name = place.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        telling = _telling(getattr(owner, name), does)
        setattr(owner, name, staticmethod(telling) if parents else telling)


def _telling(function: Callable[..., Any], does: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def telling(*arguments: Any, **named: Any) -> Any:
        if does == "connect":
            connection = function(*arguments, **named)
            _watch_attached(connection)
            return connection
        first = arguments[0] if arguments else next(iter(named.values()), None)
        sys.audit("evaltools.native", does, first)
        return function(*arguments, **named)

    return telling

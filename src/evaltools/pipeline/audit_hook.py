"""The hook that writes down what a kernel opens, connects to and starts.

Installed before any cell runs; an audit hook cannot be taken out again. It only
writes down, in a file of the kernel's private folder, a JSON line each: `["read", "/a/path"]`.
What may be read is for `declared_reads` to say, in the process that drives the kernel. Standard
library only, and little work for an event that is none of ours, since there are very many.

It sees what goes through Python, and what libraries of the environment written in other languages
open by a path: those of `NATIVE` are made to tell first. Not seen is what is not in that table:
`ctypes`, and libraries that a study adds to its environment, such as DuckDB, Polars or Arrow;
whoever adds one adds it there. Nor are whether a file exists and how large it is, and a path that
is relative to the descriptor of a folder (`os.open(…, dir_fd=…)`; the folder is, when opened).
"""

from __future__ import annotations

import _posixsubprocess  # noqa: F401 - as above
import functools
import json
import os
import shlex
import socket
import subprocess  # noqa: F401 - takes `fork_exec` as it is, before it is made to tell here
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any
from urllib.parse import unquote

RECORD = "reads.jsonl"
"""Name of the record in the private folder of a kernel."""
_PLACES = tuple(
    (folder + os.sep, os.path.realpath(folder) + os.sep)
    for folder in (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
)
AuditNote = tuple[str, str]
"""What is done, and to what: `read`, `write`, `make` and `list` with a path; `connect` with an
address, `socket` with a path; `run` with a command; `load` with the path of a library;
`parameter` with the name of one whose value is asked for."""
_LONGEST = 2000
_IMPORT_SYSTEM = "<frozen importlib._bootstrap_external>"


def install(record: str) -> Callable[[], None]:
    """Write down from now on what this process and all that are forked from it do.

    When the record (a file that does not exist yet) is gone later, whatever would have been noted
    raises OSError, so that nothing is read unseen. What comes back is to be called when a cell
    begins: what was noted once is then noted again.
    """
    os.close(os.open(record, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    seen: set[AuditNote] = set()
    watched = _audit_handlers()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        describe = watched.get(event)
        if describe is None or (event == "open" and arguments[0] is record):
            return
        for noted in describe(*arguments):
            if noted not in seen:
                # Opened each time: whoever closes descriptors by their number cannot close it.
                out = os.open(record, os.O_WRONLY | os.O_APPEND)
                os.write(out, json.dumps(noted).encode() + b"\n")
                os.close(out)
                seen.add(noted)

    _install_native_audit()
    sys.addaudithook(hook)
    return seen.clear


def _audit_handlers() -> dict[str, Callable[..., Iterator[AuditNote]]]:
    """How to describe each event that is watched, from its arguments."""
    return {
        "open": _note_open,
        "os.listdir": _note_listing,
        "os.scandir": _note_listing,
        "os.mkdir": _note_new_folder,
        "os.remove": lambda path, folder: _note_change((path, folder)),
        "os.rmdir": lambda path, folder: _note_change((path, folder)),
        "os.chmod": lambda path, mode, folder: _note_change((path, folder)),
        "os.chown": lambda path, user, group, folder: _note_change((path, folder)),
        "os.utime": lambda path, times, ns, folder: _note_change((path, folder)),
        "os.truncate": lambda path, length: _note_change((path, -1)),
        "os.rename": lambda old, new, source, target: _note_change((old, source), (new, target)),
        "os.symlink": lambda target, path, folder: _note_change((path, folder)),
        "os.link": _note_link,
        "sqlite3.connect": _note_database,
        "socket.connect": _note_connection,
        "socket.bind": _note_connection,
        "socket.sendto": _note_connection,
        "socket.sendmsg": _note_connection,
        "socket.getaddrinfo": lambda host, *_: _note_lookup(host),
        "socket.gethostbyname": lambda host, *_: _note_lookup(host),
        "socket.gethostbyaddr": lambda host, *_: _note_lookup(host),
        "urllib.Request": _note_request,
        "subprocess.Popen": lambda program, arguments, *_: _note_command(arguments or program),
        "os.system": _note_command,
        "os.exec": lambda path, arguments, *_: _note_command(arguments),
        "os.spawn": lambda mode, path, arguments, *_: _note_command(arguments),
        "os.posix_spawn": lambda path, arguments, *_: _note_command(arguments),
        "pty.spawn": _note_command,
        "evaltools.native": _note_native,
        "evaltools.database": _note_database,
        "ctypes.dlopen": _note_library,
        "import": lambda name, path=None, *_: _note_library(path),
        "evaltools.parameter": lambda name: iter((("parameter", name),)),
        "sqlite3.load_extension": lambda connection, path: _note_library(path),
    }


def _note_open(path: Any, mode: Any, flags: Any) -> Iterator[AuditNote]:
    full = _real_path(path)
    if full is None:
        return
    flags = flags if isinstance(flags, int) else 0
    access = flags & os.O_ACCMODE
    if access != os.O_RDONLY or flags & (os.O_CREAT | os.O_TRUNC):
        yield "write", full
    # A file that is not there gives nothing to read, and neither does one that is emptied.
    if access != os.O_WRONLY and not flags & os.O_TRUNC and os.path.exists(full):  # noqa: PTH110
        yield ("list" if os.path.isdir(full) else "read"), full  # noqa: PTH112


def _note_listing(path: Any) -> Iterator[AuditNote]:
    # Python looks for modules in all folders it knows; those it finds are noted when opened.
    if sys._getframe(2).f_code.co_filename == _IMPORT_SYSTEM:
        return
    full = _real_path("." if path is None else path)
    if full is not None and os.path.isdir(full):  # noqa: PTH112
        yield "list", full


def _note_new_folder(path: Any, mode: Any, folder: Any) -> Iterator[AuditNote]:
    full = _real_path(path, folder)
    if full is not None and not os.path.exists(full):  # noqa: PTH110 - else nothing is made
        yield "make", full


def _note_change(*places: tuple[Any, Any]) -> Iterator[AuditNote]:
    for path, folder in places:
        # What is changed is the link and not what it leads to.
        full = _real_path(path, folder, follow=False)
        if full is not None:
            yield "write", full


def _note_link(old: Any, new: Any, source: Any, target: Any) -> Iterator[AuditNote]:
    full = _real_path(old, source)
    if full is not None:
        yield "read", full
    yield from _note_change((new, target))


def _note_database(path: Any) -> Iterator[AuditNote]:
    name = _text(path)
    if name is None or name in ("", ":memory:") or "mode=memory" in name:
        return
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:").partition("?")[0])
    if name not in ("", ":memory:"):
        full = os.path.realpath(name.removeprefix("//"))
        yield ("read" if os.path.exists(full) else "write"), full  # noqa: PTH110


def _note_native(does: str, what: Any) -> Iterator[AuditNote]:
    if does == "start":
        yield from _note_command(what)
    else:
        yield from _note_open(what, None, os.O_WRONLY if does == "write" else os.O_RDONLY)


def _note_connection(connection: Any, address: Any = None) -> Iterator[AuditNote]:
    if address is None:  # the other end was told, and noted, before
        return
    if connection.family == getattr(socket, "AF_UNIX", None):
        full = _real_path(address)
        yield "socket", full or "an unnamed socket"
    elif isinstance(address, tuple) and len(address) >= 2:
        yield "connect", f"{address[0]}:{address[1]}"[:_LONGEST]
    else:
        yield "connect", str(address)[:_LONGEST]


def _note_lookup(host: Any) -> Iterator[AuditNote]:
    if host is not None:
        yield "connect", (os.fsdecode(host) if isinstance(host, bytes) else str(host))[:_LONGEST]


def _note_request(address: Any, *_: Any) -> Iterator[AuditNote]:
    if not str(address).lower().startswith(("file:", "data:")):  # files are noted when opened
        yield "connect", str(address)[:_LONGEST]


def _note_command(command: Any) -> Iterator[AuditNote]:
    if isinstance(command, list | tuple):
        yield "run", shlex.join(_text(word) or "" for word in command)[:_LONGEST]
    else:
        yield "run", (_text(command) or "an unnamed program")[:_LONGEST]


def _note_library(path: Any) -> Iterator[AuditNote]:
    name = _text(path)
    if name is not None and os.sep in name:  # a bare name is looked for in the system alone
        yield "load", os.path.realpath(name)


def _text(path: Any) -> str | None:
    """A path or a word as text; None for a descriptor, and for what the call will refuse."""
    try:
        return os.fsdecode(path)
    except TypeError:
        return None


def _real_path(path: Any, folder: Any = -1, follow: bool = True) -> str | None:
    """The place in the file system, with links followed as they are now.

    A relative path starts from the folder with that descriptor; -1 is the current one. What is
    changed by its name is followed but for its last part.
    """
    name = _text(path)
    if not name:
        return None
    if isinstance(folder, int) and folder >= 0 and not name.startswith(os.sep):
        try:
            name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)  # noqa: PTH115, PTH118
        except OSError:
            return None
    for installed, real in _PLACES:  # to follow its links one by one takes longest of all
        if name.startswith(installed) and os.pardir not in name:
            return real + name[len(installed) :]
    if follow:
        return os.path.realpath(name)
    head, tail = os.path.split(os.path.abspath(name))  # noqa: PTH100
    return os.path.join(os.path.realpath(head), tail)  # noqa: PTH118


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


def _install_native_audit() -> None:
    """Have these functions tell from now on, in modules that are loaded and in those to come."""
    for name in NATIVE.keys() & sys.modules.keys():
        _wrap(sys.modules[name])
    sys.meta_path.insert(0, _Finder())


class _Finder:
    """Wraps modules of the table right after they were loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in NATIVE else None
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
        audited = _with_audit(getattr(owner, name), does)
        setattr(owner, name, staticmethod(audited) if parents else audited)


def _with_audit(function: Callable[..., Any], does: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def audited(*arguments: Any, **named: Any) -> Any:
        if does == "connect":
            connection = function(*arguments, **named)
            connection.set_authorizer(_authorise)
            return connection
        first = arguments[0] if arguments else next(iter(named.values()), None)
        sys.audit("evaltools.native", does, first)
        return function(*arguments, **named)

    return audited


def _authorise(action: int, name: str | None, *_: Any) -> int:
    """Have a connection to SQLite tell of every further database that it opens.

    One whose name is a parameter (`ATTACH ?`) is not told by SQLite, and so not authorised.
    """
    if action == _ATTACH and name is None:
        return _DENY
    if action == _ATTACH:
        sys.audit("evaltools.database", name)
    return _OK

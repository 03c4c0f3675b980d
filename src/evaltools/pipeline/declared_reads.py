"""What a notebook read: its declared inputs, and what nobody declared, which is an error.

Declared are the description of the data, every table and text that it names, and the study's
declaration. Infrastructure is neither: the package, the Python environment, fonts, time zones,
the kernel's own folder. Everything else makes the result depend on something that is in no
manifest. `audit` notes what happened."""

from __future__ import annotations

import json
import os
import posixpath
import sys
import sysconfig
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from evaltools.pipeline.audit_hook import RECORD
from evaltools.problems import Problem

Kind = Literal["read", "list", "write", "network", "program", "library", "lost", "parameter"]
_SHOWN = 3
_LONGEST = 160
_HARMLESS_PROGRAMS = (
    *("fc-list --help", "fc-list '--format=%{file}\\n'"),
    "system_profiler -xml SPFontsDataType",
)
"""What matplotlib starts to find the fonts when it has no list of them yet."""
_FIXED_FILES = frozenset(
    {
        *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
        *("/etc/localtime", "/etc/timezone", "/etc/os-release", "/etc/mime.types"),
    }
)


class Event(NamedTuple):
    """A kind as `audit` notes it, and a path with links followed, an address or a command."""

    kind: str
    what: str


@dataclass(frozen=True)
class AllowedPaths:
    """What a notebook may read and write; all paths are absolute, with links followed.

    Arguments:
        study: folder of the study.
        data: its data folder, whose files may be listed.
        inputs: path below the study of every declared input, by its absolute path.
        readable: folders and files of the package, the environment and the system.
        writable: folders of the kernel's own, and caches; they may be read as well.
        listed: folders in which Python looks for modules, and a study for its notebooks.
        home: of whoever runs it, to name what lies there.
    """

    study: str
    data: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    home: str = ""


@dataclass(frozen=True, order=True)
class Read:
    """A declared input that a notebook read, or something undeclared.

    Arguments:
        what: path below the study; or an absolute path, an address, a command.
        kind: `read` and `list` of files and folders, `write`, `network`, `program`, `library`;
            `lost` when the record does not hold what it should; `parameter` of a value of the run.
        declared: whether it is an input of the study.
        cell: position among the notebook's cells, from 1; None for the injected parameters.
        label: label of the cell, if it has one.
    """

    what: str
    kind: Kind
    declared: bool = False
    cell: int | None = None
    label: str = ""


def classify(event: Event, declared: AllowedPaths) -> Read | None:
    """What an event is to the study; None for infrastructure, and for what a notebook may do."""
    kind, what = event
    if kind == "parameter":
        return Read(what, "parameter", declared=True)
    if kind in ("connect", "socket"):
        own = kind == "socket" and _deepest(what, declared.writable)
        return None if own else Read(what, "network")
    if kind == "run":
        return None if what in _HARMLESS_PROGRAMS else Read(what, "program")
    if kind in ("write", "make"):
        return None if _may_write(kind, what, declared) else Read(_name(what, declared), "write")
    path = _module_source(what)
    if kind == "read" and path in declared.inputs:
        return Read(declared.inputs[path], "read", declared=True)
    listed = kind == "list" and (path in declared.listed or _is_in(path, declared.data))
    if listed or _may_read(path, declared):
        return None
    kinds: dict[str, Kind] = {"load": "library", "list": "list"}
    return Read(_name(path, declared), kinds.get(kind, "read"))


def undeclared_read_problems(
    notebook: str, reads: Iterable[Read], data: str = "data"
) -> list[Problem]:
    """A problem for everything that a notebook read, wrote or started and nobody declared.

    Of one cell, all connections are one problem, and a folder is not told that was looked
    through for a file that is told.
    """
    found = [read for read in dict.fromkeys(reads) if not read.declared]
    told = {(read.cell, posixpath.dirname(read.what)) for read in found if read.kind == "read"}
    problems: list[Problem] = []
    connected: dict[str, list[str]] = {}
    for read in found:
        where = notebook if read.cell is None else f"{notebook}, cell {read.cell}"
        where += f" ({read.label})" if read.label else ""
        if read.kind == "network":
            connected.setdefault(where, []).append(_shorten(read.what))
        elif read.kind != "list" or (read.cell, read.what) not in told:
            problems.append(_problem(where, read, data))
    for where, addresses in connected.items():
        rest = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
        what = f"connects to {', '.join(addresses[:_SHOWN])}{rest}"
        remedy = f"Fetch it once, put it in {data}/ and describe it in {data}/datapackage.json."
        problems.append(Problem(where, what, "", remedy, "read.network"))
    return problems


def input_paths(reads: Iterable[Read]) -> tuple[str, ...]:
    """Paths below the study of the declared inputs among what was read, sorted."""
    return tuple(sorted({read.what for read in reads if read.declared and read.kind == "read"}))


def parameters_read(reads: Iterable[Read]) -> tuple[str, ...]:
    """Names of the parameters among what was read, sorted."""
    return tuple(sorted({read.what for read in reads if read.kind == "parameter"}))


def _problem(where: str, read: Read, data: str) -> Problem:
    name, inside = _shorten(read.what), _is_in(read.what, data)
    describe = f"describe it in {data}/datapackage.json"
    told: dict[Kind, tuple[str, str]] = {
        "write": (
            f"writes {name}",
            "Hand results over as outputs; for scratch files use the current folder.",
        ),
        "list": (
            f"looks through the folder {name}",
            f"Name the files, and put them in {data}/.",
        ),
        "program": (
            f"starts a program, and what that reads cannot be seen: {name}",
            f"Do it in Python; or do it before, and put the result in {data}/.",
        ),
        "library": (f"loads the library {name}", "Install it in the environment of the study."),
        "lost": (f"what it reads can no longer be told: {name}", "Leave the kernel's files."),
        "read": (f"reads {name}, which is not declared", f"Put it in {data}/ and {describe}."),
    }
    what, remedy = told[read.kind]
    if read.kind == "read" and inside:
        what, remedy = f"reads {name}, which is not described", f"{describe.capitalize()}."
    elif read.kind == "read" and read.what.endswith(".py"):
        what = f"runs or reads code that is no part of the study: {name}"
        remedy = "Put the code into the notebook, or into a package that is installed."
    code = "write.undeclared" if read.kind == "write" else "read.undeclared"
    return Problem(where, what, "", remedy, code)


def _may_write(kind: str, path: str, declared: AllowedPaths) -> bool:
    if path in _FIXED_FILES or _deepest(path, declared.writable):
        return True
    # The interpreter keeps the bytecode of a module beside it; who reads the module is told.
    if f"{os.sep}__pycache__" in path and (kind == "make" or ".pyc" in path):
        return True
    # To make the own folder, those above it are made first.
    return kind == "make" and any(_is_in(folder, path) for folder in declared.writable)


def _may_read(path: str, declared: AllowedPaths) -> bool:
    """Whether a path is infrastructure: the deepest folder that is known for it decides."""
    if path in _FIXED_FILES:
        return True
    free = max(_deepest(path, declared.readable), _deepest(path, declared.writable))
    return free > (len(declared.study) if _is_in(path, declared.study) else 0)


def _deepest(path: str, folders: Sequence[str]) -> int:
    """Length of the longest of some folders that a path is in; 0 when it is in none."""
    return max((len(folder) for folder in folders if _is_in(path, folder)), default=0)


def _is_in(path: str, folder: str) -> bool:
    return bool(folder) and (path == folder or path.startswith(folder.rstrip(os.sep) + os.sep))


def _module_source(path: str) -> str:
    """The source of a module for the file of its bytecode."""
    folder, name = os.path.split(path)
    if not name.endswith(".pyc") or os.path.basename(folder) != "__pycache__":  # noqa: PTH119
        return path
    return os.path.join(os.path.dirname(folder), name.partition(".")[0] + ".py")  # noqa: PTH118, PTH120


def _name(path: str, declared: AllowedPaths) -> str:
    """A path as its reader knows it: below the study, or below home."""
    if path == declared.study:
        return "the study's own folder"
    for folder, name in ((declared.study, ""), (declared.home, "~/")):
        if folder != os.sep and path != folder and _is_in(path, folder):
            return name + path[len(folder) :].lstrip(os.sep)
    return path


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


_SYSTEM = ("/proc", "/sys", "/usr/share/zoneinfo", "/usr/lib/os-release")
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/System/Library")
_FONTS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig"),
    *("/Library/Fonts", "/System/Library/Fonts"),
)
_HOME_FONTS = (".fonts", ".local/share/fonts", "Library/Fonts")


def allowed_paths(
    study: str, inputs: Iterable[str], data: str, folder: Path, environment: Mapping[str, str]
) -> AllowedPaths:
    """What a notebook of a study may read and write on this machine."""
    home = environment.get("HOME") or str(Path.home())
    package = Path(__file__).resolve().parent.parent
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    # A system's Python has the whole of /usr for its prefix; then only its own folders count.
    own = {*prefixes, *sysconfig.get_paths().values()} - {"/", "/usr", "/usr/local"}
    fonts = (*_FONTS, *(str(Path(home, name)) for name in _HOME_FONTS))
    # Where matplotlib keeps its settings and its list of the fonts.
    caches = environment.get("XDG_CACHE_HOME") or str(Path(home, ".cache"))
    settings = environment.get("XDG_CONFIG_HOME") or str(Path(home, ".config"))
    drawing = [f"{caches}/matplotlib", f"{settings}/matplotlib", f"{home}/.matplotlib"]
    if named := environment.get("MPLCONFIGDIR"):
        drawing = [named]
    return AllowedPaths(
        study=os.path.realpath(study),
        data=os.path.realpath(Path(study, data)) if data else "",
        inputs={os.path.realpath(Path(study, name)): name for name in inputs},
        readable=_resolve_paths([*own, str(package), *_SYSTEM, *_LIBRARIES, *fonts]),
        writable=_resolve_paths([str(folder), *drawing]),
        listed=_resolve_paths([*filter(None, sys.path), str(Path(study, "notebooks"))]),
        home=os.path.realpath(home),
    )


def read_record(
    folder: Path,
    boundaries: Sequence[tuple[int, int | None, str]],
    declared: AllowedPaths,
) -> tuple[Read, ...]:
    """What a kernel did while it executed cells; what it did before its first cell is its start.

    Boundaries tell of each cell that began: length of the record then in bytes (-1 when there
    was none), number of the cell and its label.
    """
    if not boundaries:
        return ()
    (position, *_), last = boundaries[0], boundaries[-1]
    path = folder / RECORD
    whole = path.read_bytes() if path.is_file() else b""
    starts = [start for start, _, _ in boundaries]
    if min(starts) < 0 or starts != sorted(starts) or len(whole) < last[0]:
        return (Read("the record is gone", "lost", cell=last[1], label=last[2]),)
    found: dict[Read, None] = {}
    for line in whole[position:].splitlines(keepends=True):
        _, cell, label = boundaries[bisect_right(starts, position) - 1]
        position += len(line)
        try:
            read = classify(Event(*json.loads(line)), declared)
        except ValueError:
            read = Read("the record is damaged", "lost")
        if read is not None:
            found[replace(read, cell=cell, label=label)] = None
    return tuple(found)


def record_length(folder: Path) -> int:
    """Bytes in the record of a kernel so far; -1 when there is none."""
    try:
        return (folder / RECORD).stat().st_size
    except OSError:
        return -1


def _resolve_paths(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))

"""What a notebook read: its declared inputs, and what nobody declared, which is an error.

Declared are the description of the data, every table and text that it names, and the study's
declaration. Infrastructure is neither: the package, the Python environment, fonts, time zones,
the kernel's own folder. Everything else makes the result depend on something that is in no
manifest. `audit` notes what happened."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from evaltools.pipeline.audit import RECORD
from evaltools.problems import Problem

Kind = Literal["read", "list", "write", "network", "program", "library", "lost"]
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


@dataclass(frozen=True)
class Event:
    """Something that a kernel did.

    Arguments:
        kind: as `audit` notes it.
        what: a path with its links followed, an address, or a command.
    """

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
            `lost` when the record does not hold what it should.
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
    """What an event is to the study; None for infrastructure.

    Arguments:
        event: what the kernel did.
        declared: what it may do.
    """
    what = event.what
    if event.kind == "connect":
        return Read(what, "network")
    if event.kind == "socket":
        return None if _deepest(what, declared.writable) else Read(what, "network")
    if event.kind == "run":
        return None if what in _HARMLESS_PROGRAMS else Read(what, "program")
    path = _module_source(what)
    if event.kind in ("write", "make"):
        return _classify_write(event.kind, what, declared)
    if event.kind == "read" and path in declared.inputs:
        return Read(declared.inputs[path], "read", declared=True)
    if _may_read(path, declared):
        return None
    if event.kind == "load":
        return Read(_display_path(path, declared), "library")
    if event.kind == "list":
        free = path in declared.listed or _is_in(path, declared.data)
        return None if free else Read(_display_path(path, declared), "list")
    return Read(_display_path(path, declared), "read")


def undeclared_read_problems(
    notebook: str, reads: Iterable[Read], data: str = "data"
) -> list[Problem]:
    """A problem for everything that a notebook read, wrote or started and nobody declared.

    Of one cell, all connections are one problem, and a folder is not told that was looked
    through for a file that is told.

    Arguments:
        notebook: path below the study.
        reads: of that notebook, in order.
        data: path of the data folder below the study.
    """
    found = [read for read in dict.fromkeys(reads) if not read.declared]
    read_folders = {
        (read.cell, os.path.dirname(read.what))  # noqa: PTH120 - text of another machine's path
        for read in found
        if read.kind == "read"
    }
    problems: list[Problem] = []
    connected: dict[tuple[int | None, str], list[str]] = {}
    for read in found:
        if read.kind == "network":
            connected.setdefault((read.cell, read.label), []).append(read.what)
        elif read.kind != "list" or (read.cell, read.what) not in read_folders:
            problems.append(_problem(_where(notebook, read.cell, read.label), read, data))
    for (cell, label), addresses in connected.items():
        shown = ", ".join(_shorten(address) for address in addresses[:_SHOWN])
        rest = f" and {len(addresses) - _SHOWN} more" if len(addresses) > _SHOWN else ""
        what = f"connects to {shown}{rest}"
        remedy = f"Fetch it once, put it in {data}/ and describe it in {data}/datapackage.json."
        problems.append(Problem(_where(notebook, cell, label), what, "", remedy, "read.network"))
    return problems


def input_paths(reads: Iterable[Read]) -> tuple[str, ...]:
    """Paths below the study of the declared inputs among what was read, sorted."""
    return tuple(sorted({read.what for read in reads if read.declared}))


def _problem(where: str, read: Read, data: str) -> Problem:
    what, name = read.what, _shorten(read.what)
    describe = f"describe it in {data}/datapackage.json"
    put = f"Put it in {data}/ and {describe}."
    if read.kind == "write":
        remedy = "Hand results over as outputs; for scratch files use the current folder."
        return Problem(where, f"writes {name}", "", remedy, "write.undeclared")
    if read.kind == "list":
        what = f"looks through the folder {name}"
        remedy = f"Name the files, and put them in {data}/."
    elif read.kind == "program":
        what = f"starts a program, and what that reads cannot be seen: {name}"
        remedy = f"Do it in Python; or do it before, and put the result in {data}/."
    elif read.kind == "library":
        what, remedy = f"loads the library {name}", "Install it in the environment of the study."
    elif read.kind == "lost":
        what, remedy = f"what it reads can no longer be told: {name}", "Leave the kernel's files."
    elif what.endswith(".py") and not _is_in(what, data):
        what = f"runs or reads code that is no part of the study: {name}"
        remedy = "Put the code into the notebook, or into a package that is installed."
    elif _is_in(what, data):
        what, remedy = f"reads {name}, which is not described", f"{describe.capitalize()}."
    else:
        what, remedy = f"reads {name}, which is not declared", put
    return Problem(where, what, "", remedy, "read.undeclared")


def _classify_write(kind: str, path: str, declared: AllowedPaths) -> Read | None:
    if path in _FIXED_FILES or _deepest(path, declared.writable):
        return None
    # The interpreter keeps the bytecode of a module beside it; who reads the module is told.
    if f"{os.sep}__pycache__" in path and (kind == "make" or ".pyc" in path):
        return None
    # To make the own folder, those above it are made first.
    if kind == "make" and any(_is_in(folder, path) for folder in declared.writable):
        return None
    return Read(_display_path(path, declared), "write")


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


def _display_path(path: str, declared: AllowedPaths) -> str:
    """A path as its reader knows it: below the study, or below home."""
    if path == declared.study:
        return "the study's own folder"
    for folder, name in ((declared.study, ""), (declared.home, "~/")):
        if folder != os.sep and path != folder and _is_in(path, folder):
            return name + path[len(folder) :].lstrip(os.sep)
    return path


def _where(notebook: str, cell: int | None, label: str) -> str:
    place = f"{notebook}, cell {cell}" if cell is not None else notebook
    return f"{place} ({label})" if label else place


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
    """What a notebook may read and write on this machine.

    Arguments:
        study: the folder of the study.
        inputs: declared inputs, as paths below it.
        data: path of the data folder below it.
        folder: the private folder of the kernel.
        environment: variables of the kernel.
    """
    home = environment.get("HOME") or str(Path.home())
    root = os.path.realpath(study)
    package = Path(__file__).resolve().parent.parent
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    fonts = (*_FONTS, *(str(Path(home, name)) for name in _HOME_FONTS))
    environments = (*prefixes, *sysconfig.get_paths().values())
    # A system's Python has the whole of /usr for its prefix; then only its own folders count.
    own = [path for path in environments if path not in ("/", "/usr", "/usr/local")]
    return AllowedPaths(
        study=root,
        data=os.path.realpath(Path(study, data)) if data else "",
        inputs={os.path.realpath(Path(study, name)): name for name in inputs},
        readable=_resolve_paths([*own, str(package), *_SYSTEM, *_LIBRARIES, *fonts]),
        writable=_resolve_paths([str(folder), *_matplotlib_folders(home, environment)]),
        listed=_resolve_paths([*filter(None, sys.path), str(Path(study, "notebooks"))]),
        home=os.path.realpath(home),
    )


def read_record(
    folder: Path,
    boundaries: Sequence[tuple[int, int | None, str]],
    declared: AllowedPaths,
) -> tuple[Read, ...]:
    """What a kernel did while it executed cells; what it did before its first cell is its start.

    Arguments:
        folder: its private folder.
        boundaries: for each cell that began: length of the record then in bytes (-1 when there
            was none), number of the cell and its label.
        declared: what it may do.
    """
    if not boundaries:
        return ()
    first, last = boundaries[0], boundaries[-1]
    path = folder / RECORD
    whole = path.read_bytes() if path.is_file() else b""
    starts = [start for start, _, _ in boundaries]
    if min(starts) < 0 or starts != sorted(starts) or len(whole) < last[0]:
        return (Read("the record is gone", "lost", cell=last[1], label=last[2]),)
    found: dict[Read, None] = {}
    position = first[0]
    for line in whole[position:].splitlines(keepends=True):
        _, cell, label = boundaries[bisect_right(starts, position) - 1]
        position += len(line)
        try:
            kind, what = json.loads(line)
        except ValueError:
            found[Read("the record is damaged", "lost", cell=cell, label=label)] = None
            continue
        if (read := classify(Event(kind, what), declared)) is not None:
            found[replace(read, cell=cell, label=label)] = None
    return tuple(found)


def record_length(folder: Path) -> int:
    """Bytes in the record of a kernel so far; -1 when there is none."""
    try:
        return (folder / RECORD).stat().st_size
    except OSError:
        return -1


def _matplotlib_folders(home: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where matplotlib keeps its settings and its list of the fonts."""
    if named := environment.get("MPLCONFIGDIR"):
        return (named,)
    caches = environment.get("XDG_CACHE_HOME") or str(Path(home, ".cache"))
    settings = environment.get("XDG_CONFIG_HOME") or str(Path(home, ".config"))
    places = (Path(caches, "matplotlib"), Path(settings, "matplotlib"), Path(home, ".matplotlib"))
    return tuple(map(str, places))


def _resolve_paths(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))

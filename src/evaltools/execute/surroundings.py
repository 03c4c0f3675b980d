"""Where things are on this machine: what a notebook may touch, and what its kernel wrote down."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evaltools.execute.audit import RECORD
from evaltools.execute.reads import Declared, Event, Read, classify

_SYSTEM = ("/proc", "/sys", "/usr/share/zoneinfo", "/usr/lib/os-release")
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/System/Library")
_FONTS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig"),
    *("/Library/Fonts", "/System/Library/Fonts"),
)
_HOME_FONTS = (".fonts", ".local/share/fonts", "Library/Fonts")


def surroundings(
    study: str, inputs: Iterable[str], data: str, folder: Path, environment: Mapping[str, str]
) -> Declared:
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
    return Declared(
        study=root,
        data=os.path.realpath(Path(study, data)) if data else "",
        inputs={os.path.realpath(Path(study, name)): name for name in inputs},
        readable=_real([*own, str(package), *_SYSTEM, *_LIBRARIES, *fonts]),
        writable=_real([str(folder), *_matplotlib(home, environment)]),
        listed=_real(path for path in sys.path if path),
        home=os.path.realpath(home),
    )


def read_record(
    folder: Path,
    boundaries: Sequence[tuple[int, int | None, str]],
    declared: Declared,
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


def _matplotlib(home: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where matplotlib keeps its settings and its list of the fonts."""
    if named := environment.get("MPLCONFIGDIR"):
        return (named,)
    caches = environment.get("XDG_CACHE_HOME") or str(Path(home, ".cache"))
    settings = environment.get("XDG_CONFIG_HOME") or str(Path(home, ".config"))
    places = (Path(caches, "matplotlib"), Path(settings, "matplotlib"), Path(home, ".matplotlib"))
    return tuple(map(str, places))


def _real(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.path.realpath(path) for path in paths))

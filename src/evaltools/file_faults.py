"""Faults of files as problems: what the system said of which file, and what to do about it.

The one place where errors of the system become problems. Commands come here with whatever they did
not expect; whoever reads a file of a study reads it by `files` and gets problems from there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from evaltools.problems import Problem

FaultKind = Literal[
    "missing", "denied", "read-only", "full", "folder", "no-folder", "not-plain", "link-loop",
    "name", "exists", "not-empty", "large", "busy", "too-many", "device", "encoding", "nested",
    "memory", "other",
]  # fmt: skip

_KINDS: Mapping[int, FaultKind] = {
    errno.ENOENT: "missing",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EROFS: "read-only",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EISDIR: "folder",
    errno.ENOTDIR: "no-folder",
    errno.ENXIO: "not-plain",
    errno.ELOOP: "link-loop",
    errno.ENAMETOOLONG: "name",
    errno.EILSEQ: "name",
    errno.EEXIST: "exists",
    errno.ENOTEMPTY: "not-empty",
    errno.EFBIG: "large",
    errno.EBUSY: "busy",
    errno.ETXTBSY: "busy",
    errno.EMFILE: "too-many",
    errno.ENFILE: "too-many",
    errno.EIO: "device",
    errno.ESTALE: "device",
    errno.ENOMEM: "memory",
}

_TOLD: Mapping[FaultKind, tuple[str, str]] = {
    "missing": ("is not there", "Put it there, or correct the name."),
    "denied": (
        "may not be read or written by you",
        "Have its permissions changed (ls -l shows them), or work as its owner.",
    ),
    "read-only": (
        "cannot be written: the disk is read-only",
        "Work on a copy of the study on a disk that can be written to.",
    ),
    "full": ("cannot be written: no space is left", "Make room on the disk and try again."),
    "folder": ("is a folder where a file is needed", "Move the folder away, or correct the name."),
    "no-folder": (
        "is no folder, where one is needed",
        "Move the file away, or correct the name.",
    ),
    "not-plain": (
        "is a pipe, socket or device and no file",
        "Put a plain file in its place.",
    ),
    "link-loop": ("is a link that leads to itself", "Put the file itself in its place."),
    "name": ("has a name that the disk cannot hold", "Give it a shorter, plainer name."),
    "exists": ("is there already", "Move it away, or name another."),
    "not-empty": ("is a folder that is not empty", "Move it away, or name another."),
    "large": ("is too large", "Is it the right file?"),
    "busy": ("is in use by another program", "Close that program and try again."),
    "too-many": ("cannot be opened: too many files are open", "Raise the limit (ulimit -n)."),
    "device": ("cannot be read or written: the disk fails", "Look after the disk first."),
    "encoding": ("is not UTF-8 text", "Save it as UTF-8."),
    "nested": ("is nested too deeply to be read", "Write it flat; no file of a study needs it."),
    "memory": ("needs more memory than there is", "Close other programs, or use less data."),
    "other": ("cannot be used", "Look after it and try again."),
}


def file_problem(kind: FaultKind, where: str, detail: str = "") -> Problem:
    """A file at fault, in words for an evaluator.

    Arguments:
        kind: what is wrong.
        where: the file as people call it.
        detail: what exactly, where there is more to say.
    """
    what, remedy = _TOLD[kind]
    return Problem(where, what + (f" ({detail})" if detail else ""), "", remedy, f"file.{kind}")


def fault_kind(error: OSError) -> FaultKind:
    """What an error of the system says is wrong with a file."""
    return _KINDS.get(error.errno or 0, "other")


def problems_of(error: BaseException, where: str = "") -> tuple[Problem, ...]:
    """The problems that an error tells of, a line each.

    Arguments:
        error: an OSError, UnicodeError, RecursionError or MemoryError.
        where: what was being read or written, where the error does not say it.
    """
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return tuple(
            Problem(relative_path(Path(source)), f"cannot be copied ({_reason(said)})", "",
                    _TOLD["other"][1], "file.other")
            for source, _, said in error.args[0]
        )  # fmt: skip
    if isinstance(error, OSError):
        return (_of_system(error, where),)
    where = where or "a file"
    if isinstance(error, UnicodeDecodeError):
        return (file_problem("encoding", where, f"byte {error.start + 1}"),)
    if isinstance(error, UnicodeError):
        return (file_problem("name", where),)
    return (file_problem("nested" if isinstance(error, RecursionError) else "memory", where),)


def _of_system(error: OSError, where: str) -> Problem:
    kind = fault_kind(error)
    name = error.filename2 if error.filename2 is not None else error.filename
    if name is None or isinstance(name, int):
        told = where or "a file"
        return file_problem(kind, told, "" if kind != "other" else _reason(error))
    path = Path(name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name))
    if kind in ("no-folder", "exists", "missing", "name", "denied", "read-only", "full"):
        kind, path = _culprit(kind, path)
    return file_problem(kind, relative_path(path), "" if kind != "other" else _reason(error))


def _culprit(kind: FaultKind, path: Path) -> tuple[FaultKind, Path]:
    """What is really in the way: a file among the folders above, or a link to nowhere."""
    with contextlib.suppress(OSError):
        for above in reversed(path.absolute().parents):
            if above.exists() and not above.is_dir():
                return "no-folder", above
        if kind == "missing" and not path.is_symlink():
            return kind, next((one for one in reversed(path.parents) if not one.exists()), path)
        if kind in ("denied", "read-only", "full") and not os.path.lexists(path):
            return kind, path.parent  # it was to be made there
    return kind, path


def relative_path(path: Path) -> str:
    """A path as short as it can be told from here, on one line."""
    text = str(path)
    with contextlib.suppress(ValueError, OSError):
        text = str(path.relative_to(Path.cwd()))
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= 300 else f"{text[:120]}…{text[-120:]}"


def _reason(said: object) -> str:
    text = (said.strerror or type(said).__name__) if isinstance(said, OSError) else str(said)
    return " ".join(text.split())[:200]

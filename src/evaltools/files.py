"""Files read with suspicion, files written completely or not at all, and what goes wrong with them.

What is read is a plain file of limited size; anything else is a problem that names it. What is
written is complete or not there, also when a process or a machine stops in between. And the one
place where errors of the system become problems: commands come here with whatever they did not
expect; whoever reads a file of a study gets problems from here.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import io
import os
import secrets
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from evaltools.problems import Problem, ProblemError, quote_value

LARGEST = 500_000_000
"""Bytes of a file that is read whole, where nothing smaller is asked for."""

LEAST_ROOM = 1_000_000
"""Bytes of a disk without which next to nothing works any more."""

FaultKind = Literal[
    "missing", "denied", "read-only", "full", "folder", "no-folder", "not-plain", "link-loop",
    "name", "exists", "not-empty", "large", "busy", "too-many", "device", "encoding", "nested",
    "memory", "other",
]  # fmt: skip

SYSTEM_FAULTS: frozenset[FaultKind] = frozenset(
    ("read-only", "full", "too-many", "device", "memory")
)
"""Faults of the machine, whatever is read or written on it."""
_KINDS: Mapping[int, FaultKind] = {
    errno.ENOENT: "missing", errno.EACCES: "denied", errno.EPERM: "denied",
    errno.EROFS: "read-only", errno.ENOSPC: "full", errno.EDQUOT: "full",
    errno.EISDIR: "folder", errno.ENOTDIR: "no-folder", errno.ENXIO: "not-plain",
    errno.ELOOP: "link-loop", errno.ENAMETOOLONG: "name", errno.EILSEQ: "name",
    errno.EEXIST: "exists", errno.ENOTEMPTY: "not-empty", errno.EFBIG: "large",
    errno.EBUSY: "busy", errno.ETXTBSY: "busy", errno.EMFILE: "too-many",
    errno.ENFILE: "too-many", errno.EIO: "device", errno.ESTALE: "device",
    errno.ENOMEM: "memory",
}  # fmt: skip
_TEXTS: Mapping[FaultKind, tuple[str, str]] = {
    "missing": ("is not there", "Put it there, or correct the name."),
    "denied": ("may not be read or written by you",
               "Have its permissions changed (ls -l shows them), or work as its owner."),
    "read-only": ("cannot be written: the disk is read-only",
                  "Work on a copy of the study on a disk that can be written to."),
    "full": ("cannot be written: no space is left", "Make room on the disk and try again."),
    "folder": ("is a folder where a file is needed", "Move the folder away, or correct the name."),
    "no-folder": ("is no folder, where one is needed", "Move the file away, or correct the name."),
    "not-plain": ("is a pipe, socket or device and no file", "Put a plain file in its place."),
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
}  # fmt: skip
_UNNAMED: Mapping[FaultKind, str] = {"full": "the disk", "memory": "this command"}
"""What is at fault where an error names no file."""


def file_problem(kind: FaultKind, where: str, detail: str = "") -> Problem:
    """A file at fault, in words for an evaluator; `detail` is what exactly, if there is more."""
    what, remedy = _TEXTS[kind]
    return Problem(where, what + (f" ({detail})" if detail else ""), "", remedy, f"file.{kind}")


def fault_kind(error: OSError) -> FaultKind:
    """What an error of the system says is wrong with a file."""
    return _KINDS.get(error.errno or 0, "other")


def problems_from_error(error: BaseException, where: str = "") -> tuple[Problem, ...]:
    """The problems that an error tells of, a line each.

    Arguments:
        error: an OSError, UnicodeError, RecursionError or MemoryError.
        where: what was being read or written, where the error does not say it.
    """
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return tuple(
            Problem(relative_path(Path(source)), f"cannot be copied ({_error_text(said)})", "",
                    _TEXTS["other"][1], "file.other")
            for source, _, said in error.args[0]
        )  # fmt: skip
    if isinstance(error, OSError):
        return (_problem_from_os_error(error, where),)
    if isinstance(error, MemoryError):
        return (file_problem("memory", where or _UNNAMED["memory"]),)
    where = where or "a file"
    if isinstance(error, UnicodeDecodeError):
        return (file_problem("encoding", where, f"byte {error.start + 1}"),)
    return (file_problem("name" if isinstance(error, UnicodeError) else "nested", where),)


def _problem_from_os_error(error: OSError, where: str) -> Problem:
    kind = fault_kind(error)
    detail = _error_text(error) if kind == "other" else ""
    name = error.filename2 if error.filename2 is not None else error.filename
    if name is None or isinstance(name, int):
        return file_problem(kind, where or _UNNAMED.get(kind, "a file"), detail)
    path = Path(name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name))
    if kind in ("no-folder", "exists", "missing", "name", "denied", "read-only", "full"):
        kind, path = _find_obstacle(kind, path)
    return file_problem(kind, relative_path(path), detail)


def _find_obstacle(kind: FaultKind, path: Path) -> tuple[FaultKind, Path]:
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


def is_safe_path(path: str) -> bool:
    """Whether a path is relative, plain and stays below the folder it starts from."""
    parts = PurePosixPath(path).parts
    return (
        bool(path)
        and not path.startswith("/")
        and not any(character in path for character in '\\:*?"<>|~')
        and all(character.isprintable() for character in path)
        and bool(parts)
        and all(part not in ("..", ".") and not part.endswith((".", " ")) for part in parts)
    )


def resolve_inside(folder: Path, path: str) -> Path | None:
    """The file at a path below a folder; None where the path, or a link on it, leads out."""
    if not is_safe_path(path):
        return None
    root = folder.resolve()
    resolved = Path(os.path.realpath(root / path))  # of a link in a circle: itself
    return resolved if resolved.is_relative_to(root) else None


def relative_path(path: Path) -> str:
    """A path as short as it can be told from here, on one line."""
    text = str(path)
    with contextlib.suppress(ValueError, OSError):
        text = str(path.relative_to(Path.cwd()))
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= 300 else f"{text[:120]}…{text[-120:]}"


def _error_text(said: object) -> str:
    text = (said.strerror or type(said).__name__) if isinstance(said, OSError) else str(said)
    return " ".join(text.split())[:200]


@contextlib.contextmanager
def open_file(path: Path, where: str = "") -> Iterator[io.BufferedReader]:
    """Open a plain file, or a link to one, to read its bytes.

    Arguments:
        where: how it is called in problems; its path by default.

    Raises ProblemError: it is missing, unreadable, or a folder, pipe or device.
    """
    # A pipe without a writer would be waited for, and a device has no end.
    with (
        errors_as_problems(where or path),
        os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file,
    ):
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ProblemError([file_problem("not-plain", where or relative_path(path))])
        yield file


def read_file(path: Path, where: str = "", most: int = LARGEST) -> bytes:
    """The bytes of a plain file, at most so many.

    Raises ProblemError: it cannot be opened (see `open_file`), or is too large.
    """
    with open_file(path, where) as file:
        content = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    if content is None or len(content) > most:
        where = where or relative_path(path)
        raise ProblemError([file_problem("large", where, f"up to {most / 1e6:g} MB are read")])
    return content


def read_text(path: Path, where: str = "", most: int = LARGEST) -> str:
    """The text of a plain UTF-8 file, with or without a byte order mark, lines ended by LF.

    Raises ProblemError: it cannot be read (see `read_file`), or is not UTF-8.
    """
    content = read_file(path, where, most)
    with errors_as_problems(where or path):
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, as `json` asks for it; raises ValueError where a key stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {quote_value(repeated)} stands twice in one object")
    return found


def walk_folder(folder: Path) -> Iterator[Path]:
    """Everything below a folder; links to folders are not followed.

    Raises OSError for a folder that may not be read: what is in it is not passed over.
    """

    def fail(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=fail):
        for name in (*folders, *names):
            yield Path(place) / name


@contextlib.contextmanager
def errors_as_problems(where: str | Path) -> Iterator[None]:
    """Tell faults of the system as problems of this file, whatever they call it themselves."""
    try:
        yield
    except (OSError, UnicodeError, RecursionError, MemoryError) as error:
        where = relative_path(where) if isinstance(where, Path) else where
        raise ProblemError(
            Problem(where, item.what, item.allowed, item.remedy, item.code)
            for item in problems_from_error(error, where)
        ) from None


@contextlib.contextmanager
def name_folder_in_errors(folder: Path) -> Iterator[None]:
    """Let errors of the system that name no file, such as a full disk's, name this folder."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(folder)
        raise


def check_new_folder(folder: Path, remedy: str, code: str) -> list[Problem]:
    """What keeps a folder from being made: something is there, or nothing can be put there.

    Arguments:
        folder: the folder to make, which must not be there yet; those above it are made as well.
        remedy: what to do where something is there already.
        code: of that problem.
    """
    above = folder.absolute().parent
    try:
        if folder.is_symlink() or folder.exists():
            return [Problem(str(folder), "is there already", "", remedy, code)]
        while not (above.exists() or above.is_symlink()):
            above = above.parent
        if not above.is_dir():
            return [file_problem("no-folder", relative_path(above))]
        with tempfile.TemporaryFile(dir=above):  # asking for rights says nothing of the disk
            pass
    except OSError as error:
        # The name of what failed was made up here: what cannot be written to is the folder.
        kind = fault_kind(error)
        if kind == "missing":  # some places, such as /proc, say so of what cannot be made there
            kind = "denied"
        return [file_problem(kind, relative_path(folder if kind == "name" else above))]
    return []


def check_room(folder: Path) -> None:
    """Raise OSError, as a write would, where the disk of a folder is as good as full.

    For whoever was let down by a program that says nothing of why.
    """
    if shutil.disk_usage(folder).free < LEAST_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def replace_file(path: Path, data: bytes) -> None:
    """Put these bytes at a path: written beside and renamed, so nobody ever sees half a file.

    Raises OSError where it cannot be written, or what is there is no plain file; what was there
    is there still.
    """
    if path.exists() and not path.is_file():  # a device would be put out of its place
        raise OSError(errno.EISDIR if path.is_dir() else errno.ENXIO, "no plain file", str(path))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with name_folder_in_errors(path.parent), os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def hold_lock(path: Path, busy: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock of a folder or file, which goes with the process, however that ends.

    Arguments:
        path: a folder that exists, or a file in one, which is made where there is none.
        busy: called once where another process holds the lock; if it raises, nobody waits.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    descriptor = os.open(path, flags, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if busy is not None:
                busy()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def build_beside(target: Path) -> Iterator[Path]:
    """A new folder beside the target, to fill and then to hand to `put_in_place`.

    It goes at the end of the block unless it was put in place, and what processes that died left
    of the same target at the beginning. Folders above the target are made.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(target.parent, target.name)
    mark = secrets.token_hex(4)
    unlocked = target.with_name(f".{target.name}.new-{mark}")
    building = target.with_name(f".{target.name}.building-{mark}")
    unlocked.mkdir()
    descriptor = os.open(unlocked, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems of a network lock no folders
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unlocked.rename(building)  # only now, with its lock, it looks like a leftover to others
        with name_folder_in_errors(target.parent):
            yield building
    finally:
        os.close(descriptor)
        shutil.rmtree(building, ignore_errors=True)


def put_in_place(building: Path, target: Path, *, replace: bool = False) -> None:
    """Give a folder from `build_beside` its name, in one step, once its bytes are on disk.

    Raises OSError where that cannot be done, as where something is there that is not to be
    replaced; what was there is there still.
    """
    sync_folder(building)
    if replace and target.exists():
        old = target.with_name(f".{target.name}.building-{secrets.token_hex(4)}")
        target.rename(old)
        try:
            building.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        building.rename(target)
    sync_to_disk(target.parent)


def clear_leftovers(folder: Path, name: str = "") -> None:
    """Remove what processes that died were building in a folder: to become `name`, or anything.

    A folder that is being built holds a lock, which has gone where its process has.
    """
    for path in tuple(folder.glob(f".{glob.escape(name) or '*'}.building-????????")):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until a folder with all that is in it is on the disk."""
    for path in (*folder.rglob("*"), folder):
        if path.is_file() or path.is_dir():
            sync_to_disk(path)


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the list of what is in a folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

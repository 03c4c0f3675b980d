"""Where an earlier state can be had again: a folder, a bundle, or a revision of the repository."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import changed_keys, hash_data, hash_files
from evaltools.provenance.manifest import Ingredients

_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/^~@{}-]{0,200}")
_PARTS = ("evaluation.yml", "data", "notebooks", "reports", "src/evaltools")
DECLARATION = "evaluation.yml"
DESCRIPTOR = "datapackage.json"


@contextmanager
def open_earlier_state(given: str, repository: Path) -> Iterator[Path]:
    """A folder with an earlier state of the study: one that is given, or made from a revision.

    What is neither a folder nor a revision of the repository is refused.
    """
    path = Path(given)
    if given and path.is_dir():
        yield path.resolve()
        return
    with TemporaryDirectory(prefix="evaltools-revision-") as scratch:
        _export_revision(given, repository, Path(scratch))
        yield Path(scratch)


def find_data_folder(place: Path, name: str = "data") -> Path | None:
    """The data folder in a place: the place itself, its `data`, or one somewhere in a bundle."""
    if folder := next((one for one in (place, place / name) if (one / DESCRIPTOR).is_file()), None):
        return folder
    found = (path.parent for path in place.rglob(DESCRIPTOR) if "_build" not in path.parts)
    return min(found, key=_nearest, default=None)


def find_source_folder(place: Path) -> Path | None:
    """The folder that holds a version of this package: `src`, or one somewhere in a bundle."""
    inside = Path("evaltools", "indicators")
    if folder := next((one for one in (place / "src", place) if (one / inside).is_dir()), None):
        return folder
    found = (path.parent.parent for path in place.rglob(str(inside)) if path.is_dir())
    return min(found, key=_nearest, default=None)


def _nearest(path: Path) -> tuple[int, str]:
    return len(path.parts), path.as_posix()


def find_study_folder(place: Path, otherwise: Path) -> Path:
    """The folder of a whole study in a place or right above it, or else another one.

    A bundle has a declaration without the notebooks that it names, which is no whole study.
    """
    for candidate in (place, place.parent):
        if (candidate / DECLARATION).is_file() and (candidate / "notebooks").is_dir():
            return candidate
    return otherwise


def list_differing_data(then: Ingredients, folder: Path) -> list[str]:
    """Files in which a data folder is not the one that a run was made from, sorted."""
    return changed_keys(_data_files(then), hash_data(folder, folder))


def list_differing_code(then: Ingredients, package: Path) -> list[str]:
    """Source files in which a version of this package is not the one that made a run, sorted.

    Rooms that the run does not depend on are not looked at.
    """

    def first_part(name: str) -> str:
        """`indicators` of `evaltools/indicators/goals.py`, `build` of `evaltools/build.py`."""
        return name.split("/")[1].removesuffix(".py") if "/" in name else ""

    rooms = set(map(first_part, then.code))
    found = {f"{package.name}/{name}": digest
             for name, digest in hash_files(package, [package]).items()}  # fmt: skip
    return changed_keys(
        then.code, {name: found[name] for name in found if first_part(name) in rooms}
    )


def find_matching_data(then: Ingredients, candidates: Sequence[Path]) -> Path | None:
    """The first folder that holds exactly the data a run was made from."""
    return next((folder for folder in candidates if not list_differing_data(then, folder)), None)


def find_revision(then: Ingredients, repository: Path, differing: Sequence[str]) -> str | None:
    """The newest revision whose files are those that a run was made from.

    Only those are looked at that differ below the data folder now.
    """
    wanted, root = _data_files(then), _data_root(then)
    names = {f"{root}/{name}": wanted[name] for name in differing if name in wanted}
    if not names:
        return None

    def hash_at(revision: str, name: str) -> str | None:
        content = _run_git(repository, "cat-file", "blob", f"{revision}:./{name}")
        return None if content is None else hashlib.sha256(content).hexdigest()

    listed = _run_git(repository, "log", "--format=%H", "-n", "300", "--", *names) or b""
    return next(
        (
            revision
            for revision in listed.decode("ascii", "replace").split()
            if all(hash_at(revision, name) == digest for name, digest in names.items())
        ),
        None,
    )


def _data_files(then: Ingredients) -> Mapping[str, str]:
    """The run's data files by their path below the data folder."""
    root = _data_root(then)
    return {
        name.removeprefix(f"{root}/"): digest
        for name, digest in then.files.items()
        if root is not None and name.startswith(f"{root}/")
    }


def _data_root(then: Ingredients) -> str | None:
    """The data folder below the study: where the descriptor lies."""
    found = [name for name in then.files if name.endswith(f"/{DESCRIPTOR}")]
    return min(found, key=len).removesuffix(f"/{DESCRIPTOR}") if found else None


def _export_revision(revision: str, repository: Path, folder: Path) -> None:
    """Write the parts of a revision into a folder; the working copy is not touched."""
    known = _REVISION.fullmatch(revision) and _run_git(
        repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}"
    )
    if not known:
        allowed = "a folder, or a revision of the study's repository"
        what = "is neither a folder nor a revision"
        raise ProblemError([Problem(revision, what, allowed, "", "compare.data")])
    for part in _PARTS:
        content = _run_git(repository, "archive", "--format=tar", revision, "--", part)
        if content is not None:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                archive.extractall(folder, filter="data")


def _run_git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails or is not there."""
    try:
        command = ["git", "-C", str(folder), *arguments]
        done = subprocess.run(command, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None

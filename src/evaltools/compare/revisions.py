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
from evaltools.provenance.hashes import hash_data, hash_files
from evaltools.provenance.manifest import Ingredients

_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/^~@{}-]{0,200}")
_PARTS = ("evaluation.yml", "data", "notebooks", "reports", "src/evaltools")
DECLARATION = "evaluation.yml"
DESCRIPTOR = "datapackage.json"


@contextmanager
def open_earlier_state(given: str, repository: Path) -> Iterator[Path]:
    """A folder with an earlier state of the study.

    Arguments:
        given: a folder, or a revision of the repository of the study.
        repository: a folder in that repository.

    Raises:
        ProblemError: it is neither.
    """
    path = Path(given)
    if given and path.is_dir():
        yield path.resolve()
        return
    with TemporaryDirectory(prefix="evaltools-revision-") as scratch:
        _export_revision(given, repository, Path(scratch))
        yield Path(scratch)


def find_data_folder(place: Path, name: str = "data") -> Path | None:
    """The data folder in a place: the place itself, its `data`, or one somewhere in a bundle.

    Arguments:
        place: a data folder, a study, or a bundle.
        name: what the study calls its data folder.
    """
    for candidate in (place, place / name):
        if (candidate / DESCRIPTOR).is_file():
            return candidate
    found = sorted(
        (path.parent for path in place.rglob(DESCRIPTOR) if "_build" not in path.parts),
        key=lambda path: (len(path.parts), path.as_posix()),
    )
    return found[0] if found else None


def find_source_folder(place: Path) -> Path | None:
    """The folder that holds a version of this package: `src`, or one somewhere in a bundle."""
    for candidate in (place / "src", place):
        if (candidate / "evaltools" / "indicators").is_dir():
            return candidate
    found = sorted(
        (path.parent.parent for path in place.rglob("evaltools/indicators") if path.is_dir()),
        key=lambda path: (len(path.parts), path.as_posix()),
    )
    return found[0] if found else None


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
    wanted = _data_files(then)
    found = hash_data(folder, folder)
    return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))


def list_differing_code(then: Ingredients, package: Path) -> list[str]:
    """Source files in which a version of this package is not the one that made a run, sorted.

    Rooms that the run does not depend on are not looked at.
    """
    rooms = {_package_name(name) for name in then.code}
    found = {
        f"{package.name}/{name}": digest
        for name, digest in hash_files(package, [package]).items()
        if _package_name(f"{package.name}/{name}") in rooms
    }
    return sorted(name for name in {*then.code, *found} if then.code.get(name) != found.get(name))


def find_matching_data(then: Ingredients, candidates: Sequence[Path]) -> Path | None:
    """The first folder that holds exactly the data a run was made from."""
    return next((folder for folder in candidates if not list_differing_data(then, folder)), None)


def find_revision(then: Ingredients, repository: Path, differing: Sequence[str]) -> str | None:
    """The newest revision whose files are those that a run was made from.

    Arguments:
        then: of the run.
        repository: root of the study.
        differing: files below the data folder that are not now as they were then.
    """
    wanted = _data_files(then)
    root = _data_root(then)
    names = [name for name in differing if name in wanted]
    if root is None or not names:
        return None
    listed = _run_git(
        repository, "log", "--format=%H", "-n", "300", "--", *(f"{root}/{n}" for n in names)
    )
    for revision in listed.decode("ascii", "replace").split() if listed else ():
        if all(_blob_hash(repository, revision, f"{root}/{n}") == wanted[n] for n in names):
            return revision
    return None


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


def _package_name(name: str) -> str:
    """`indicators` of `evaltools/indicators/goals.py`, `build` of `evaltools/build.py`."""
    return name.partition("/")[2].partition("/")[0].removesuffix(".py")


def _blob_hash(repository: Path, revision: str, name: str) -> str | None:
    content = _run_git(repository, "cat-file", "blob", f"{revision}:./{name}")
    return None if content is None else hashlib.sha256(content).hexdigest()


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
        if content is None:
            continue
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")


def _run_git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None where it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None

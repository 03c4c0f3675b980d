"""The register of releases: what a study has published, wherever the bundles went.

`releases/releases.yml` lists every release with its day, parameters and hashes; beside it stand the
tables of each as its readers see them, which later releases are held against. The register belongs
to the study and to its version control. No bundle depends on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from evaltools.disclosure.releases import Release, release_from, release_text
from evaltools.files import replace_file
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import CRATE
from evaltools.study import Parameters, Study

FOLDER = "releases"
FILE_NAME = f"{FOLDER}/releases.yml"
LARGEST = 20_000_000
_FIELDS = ("name", "published", "language", "parameters", "run", "bundle", "tables", "sha256")
_HEAD = (
    "# What this study has published, written by `evaltools publish`; "
    "keep it under version control.\n"
)


@dataclass(frozen=True)
class PreviousReleases:
    """The releases that a study registered.

    Arguments:
        releases: in the order in which they were published.
        registered: whether the study has a register at all; without one a first release cannot
            be told from one whose predecessors are unknown.
    """

    releases: tuple[Release, ...] = ()
    registered: bool = False

    def note(self) -> str:
        """What is said about them when the next one is published."""
        if not self.registered:
            return (
                f"No earlier release is known: there is no {FILE_NAME}. If there was one, what the "
                "two tell together is not checked; name its folder with --published."
            )
        names = ", ".join(one.name for one in self.releases) or "none"
        return f"Earlier releases that this one is held against: {names}"


@dataclass(frozen=True)
class ReleaseRegister:
    """The register of a study.

    Arguments:
        root: folder of the study.
    """

    root: Path

    def read(self) -> PreviousReleases:
        """Every release with its tables.

        Raises:
            ProblemError: the register or tables that it names are missing, changed or unreadable;
                all problems at once.
        """
        entries = self._entries()
        if entries is None:
            return PreviousReleases()
        problems: list[Problem] = []
        found: list[Release] = []
        for entry in entries:
            try:
                found.append(self._release(entry))
            except ProblemError as error:
                problems += error.problems
        if problems:
            raise ProblemError(sorted(set(problems)))
        return PreviousReleases(tuple(found), True)

    def add(
        self,
        name: str,
        release: Release,
        study: Study,
        parameters: Parameters,
        run: str,
        bundle: str,
    ) -> None:
        """Put a release on the register, the tables first; the same bundle is put there once.

        Arguments:
            name: of the bundle's folder.
            release: its tables and projects.
            study: declares the day of publication; no clock is read.
            run: key of the run.
            bundle: SHA-256 of the bundle's checklist.
        """
        entries = self._entries() or []
        if any(entry["bundle"] == bundle for entry in entries):
            return
        text = release_text(release).encode()
        tables = f"{FOLDER}/{bundle[:16]}.json"
        publication = study.declaration.publication
        entries.append(
            {
                "name": name,
                "published": publication.published.isoformat() if publication else "",
                "language": parameters.language,
                "parameters": parameters.as_values(),
                "run": run,
                "bundle": bundle,
                "tables": tables,
                "sha256": hashlib.sha256(text).hexdigest(),
            }
        )
        (self.root / FOLDER).mkdir(exist_ok=True)
        replace_file(self.root / tables, text)
        listed = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=100)
        replace_file(self.root / FILE_NAME, (_HEAD + listed).encode())

    def _entries(self) -> list[dict[str, Any]] | None:
        path = self.root / FILE_NAME
        if not path.exists():
            if any((self.root / FOLDER).glob("*.json")):
                raise _error(FILE_NAME, "is missing, though there are tables of releases")
            return None
        try:
            entries = yaml.safe_load(_read_register(path).decode("utf-8"))
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            raise _error(FILE_NAME, "cannot be read") from None
        problems = list(_entry_problems(entries))
        if problems:
            raise ProblemError(problems)
        return list(entries or [])

    def _release(self, entry: dict[str, Any]) -> Release:
        where = f"{FILE_NAME}, release {entry['name']}"
        try:
            content = _read_register(self.root / entry["tables"])
        except (OSError, ValueError):
            raise _error(where, f"its tables, {entry['tables']}, are missing") from None
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise _error(where, f"its tables, {entry['tables']}, are not those that it published")
        try:
            return replace(release_from(json.loads(content)), name=entry["name"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _error(where, f"its tables, {entry['tables']}, cannot be read") from None


def drop_repeated_releases(
    registered: Sequence[Release], bundles: Sequence[Release]
) -> tuple[Release, ...]:
    """Registered releases and those of bundles that are named besides, each once."""
    known = {release_text(one) for one in registered}
    return (*registered, *(one for one in bundles if release_text(one) not in known))


def find_previous_bundles(folder: Path) -> tuple[Path, ...]:
    """The bundles in a folder, sorted by name; none where there is no such folder."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if (path / CRATE).is_file()))


def _entry_problems(entries: object) -> Iterator[Problem]:
    if entries is None:
        return
    if not isinstance(entries, list):
        yield _problem(FILE_NAME, "is no list of releases")
        return
    for number, entry in enumerate(entries, 1):
        where = f"{FILE_NAME}, release {number}"
        if not isinstance(entry, dict) or not set(_FIELDS) <= set(entry):
            yield _problem(where, f"lacks one of {', '.join(_FIELDS)}")
            continue
        wrong = [
            name for name in _FIELDS if name != "parameters" and not isinstance(entry[name], str)
        ]
        if wrong:
            yield _problem(where, f"{', '.join(wrong)} should be text")
        elif Path(entry["tables"]).parent.as_posix() != FOLDER:
            yield _problem(where, f"names tables outside of {FOLDER}/")


def _read_register(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no file, or too large")
    return path.read_bytes()


def _problem(where: str, what: str) -> Problem:
    remedy = f"Restore {FOLDER}/ from version control; each bundle has its tables as well."
    return Problem(where, what, "", remedy, "publish.register")


def _error(where: str, what: str) -> ProblemError:
    return ProblemError([_problem(where, what)])

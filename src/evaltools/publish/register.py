"""The register of releases: what was published when, with which parameters and hashes.

`releases/releases.yml` lists every release, wherever the bundles went; beside it stand the tables
of each as its readers see them, which later releases are held against. It belongs to the study and
to its version control. No bundle depends on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml

from evaltools.disclosure.releases import Release, release_from, release_text
from evaltools.files import replace_file
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.artifacts import CRATE, JudgedFinding, findings_from
from evaltools.study import Parameters, Study

_Recorded = TypeVar("_Recorded")

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
    """The releases that a study registered, in the order in which they were published.

    Without a register a first release cannot be told from one whose predecessors are unknown.
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
    """The register of the study in a folder."""

    root: Path

    def read(self) -> PreviousReleases:
        """Every release with its tables.

        Raises ProblemError with all that is missing, changed or unreadable.
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
        refuse(sorted(set(problems)))
        return PreviousReleases(tuple(found), True)

    def add(
        self,
        release: Release,
        study: Study,
        parameters: Parameters,
        run: str,
        bundle: str,
        findings: Sequence[Mapping[str, Any]] = (),
        record: str = "",
    ) -> None:
        """Put a release on the register, the tables first; the same bundle is put there once.

        `bundle` is the SHA-256 of its checklist; the study declares the day, no clock is read.
        `findings` are those of `findings_record`, for later releases to be told apart from it;
        `record` is what the next report can declare as its predecessor.
        """
        entries = self._entries() or []
        if any(entry["bundle"] == bundle for entry in entries):
            return
        text = release_text(release).encode()
        tables = f"{FOLDER}/{bundle[:16]}.json"
        publication = study.declaration.publication
        together = study.declaration.published_with(parameters.language)
        said = json.dumps(list(findings), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        judged = f"{FOLDER}/{bundle[:16]}-findings.json"
        entries.append(
            {
                "name": release.name,
                "published": publication.published.isoformat() if publication else "",
                "language": parameters.language,
                **({"languages": [*together]} if len(together) > 1 else {}),
                "parameters": parameters.as_values(),
                "run": run,
                "bundle": bundle,
                "tables": tables,
                "sha256": hashlib.sha256(text).hexdigest(),
                "findings": judged,
                "findings_sha256": hashlib.sha256(said.encode()).hexdigest(),
            }
        )
        (self.root / FOLDER).mkdir(exist_ok=True)
        replace_file(self.root / tables, text)
        replace_file(self.root / judged, said.encode())
        if record:
            replace_file(self.root / record_path(bundle), record.encode())
        listed = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=100)
        replace_file(self.root / FILE_NAME, (_HEAD + listed).encode())

    def last_findings(self) -> tuple[str, Mapping[str, JudgedFinding] | None] | None:
        """Name and findings of the latest release; None where none is known, or it has none.

        Releases that an earlier version registered have no findings.

        Raises ProblemError where they are missing, changed or unreadable.
        """
        entries = self._entries()
        if not entries or "findings" not in entries[-1]:
            return None
        entry = entries[-1]
        return entry["name"], self._recorded(entry, "findings", "findings_sha256", findings_from)

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
        refuse(_entry_problems(entries))
        return list(entries or [])

    def _release(self, entry: dict[str, Any]) -> Release:
        return replace(self._recorded(entry, "tables", "sha256", release_from), name=entry["name"])

    def _recorded(
        self, entry: dict[str, Any], kind: str, digest: str, read: Callable[[Any], _Recorded]
    ) -> _Recorded:
        """What a file of a release holds, if it is the one that was published."""
        where, what = f"{FILE_NAME}, release {entry['name']}", f"its {kind}, {entry[kind]},"
        try:
            content = _read_register(self.root / entry[kind])
        except (OSError, ValueError):
            raise _error(where, f"{what} are missing") from None
        if hashlib.sha256(content).hexdigest() != entry.get(digest):
            raise _error(where, f"{what} are not those that it published")
        try:
            return read(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise _error(where, f"{what} cannot be read") from None


def record_path(bundle: str) -> str:
    """Where the record of a published bundle is, below the study, by the SHA-256 of the bundle."""
    return f"{FOLDER}/{bundle[:16]}-record.json"


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
        elif "findings" in entry and not (
            isinstance(entry["findings"], str)
            and Path(entry["findings"]).parent.as_posix() == FOLDER
        ):
            yield _problem(where, f"names findings outside of {FOLDER}/")


def _read_register(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no file, or too large")
    return path.read_bytes()


def _problem(where: str, what: str) -> Problem:
    remedy = f"Restore {FOLDER}/ from version control; each bundle has its tables as well."
    return Problem(where, what, "", remedy, "publish.register")


def _error(where: str, what: str) -> ProblemError:
    return ProblemError([_problem(where, what)])

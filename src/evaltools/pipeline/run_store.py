"""The folder of runs: a run is there whole or not at all, whoever else builds at the same time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evaltools.files import build_beside, clear_leftovers, hold_lock, put_in_place
from evaltools.provenance.manifest import RUN_NAME_LENGTH, Manifest, read_manifest


@dataclass(frozen=True)
class RunStore:
    """The runs of a study, each in a folder named by its key.

    Arguments:
        build: `reports/_build` of the study.
    """

    build: Path

    @property
    def runs(self) -> Path:
        """Where the runs are."""
        return self.build / "runs"

    @property
    def failed(self) -> Path:
        """Where partly executed notebooks are kept."""
        return self.build / "failed"

    def folder(self, key: str) -> Path:
        """The folder of a run, which need not exist."""
        return self.runs / key[:RUN_NAME_LENGTH]

    def newest(self) -> Manifest | None:
        """The manifest of the run that was completed last."""
        found = []
        with contextlib.suppress(FileNotFoundError):
            for path in self.runs.iterdir():
                with contextlib.suppress(OSError):
                    if not path.name.startswith("."):
                        found.append((path.stat().st_mtime_ns, path.name, path))
        for *_, path in sorted(found, reverse=True):
            if (manifest := read_manifest(path)) is not None:
                return manifest
        return None

    @contextlib.contextmanager
    def open_new(self, key: str, waiting: Callable[[], None]) -> Iterator[Path]:
        """A new folder to build a run in, while nobody else builds the same one.

        Arguments:
            waiting: called once when another process holds the lock.
        """
        locks = self.build / "locks"
        for folder in (locks, self.runs):
            folder.mkdir(parents=True, exist_ok=True)
        with hold_lock(locks / key[:RUN_NAME_LENGTH], waiting):
            clear_leftovers(self.runs)
            with build_beside(self.folder(key)) as building:
                yield building

    def publish(self, building: Path, key: str) -> Path:
        """Give a complete run its name; it is the newest from then on."""
        target = self.folder(key)
        put_in_place(building, target, replace=True)
        os.utime(target)
        return target

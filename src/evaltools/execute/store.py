"""The folder of runs: a run is there whole or not at all, whoever else builds at the same time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from evaltools.files import synchronise, writing_in
from evaltools.provenance.manifest import Manifest, read_manifest

NAME_LENGTH = 16
_BUILDING = ".building-"
_DISCARDED = ".discarded-"


@dataclass(frozen=True)
class Store:
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
        return self.runs / key[:NAME_LENGTH]

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
    def building(self, key: str, waiting: Callable[[], None]) -> Iterator[Path]:
        """A new folder to build a run in, while nobody else builds the same one.

        The lock belongs to an open file and so goes with the process, however that ends; and
        whatever lies in a building folder whose lock is free was left by a dead process.

        Arguments:
            waiting: called once when another process holds the lock.
        """
        name = key[:NAME_LENGTH]
        self.runs.mkdir(parents=True, exist_ok=True)
        with self._lock(name, waiting):
            self._clear_leftovers(name)
            folder = self.runs / f"{_BUILDING}{name}-{secrets.token_hex(4)}"
            folder.mkdir()
            try:
                with writing_in(self.runs):
                    yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def publish(self, building: Path, key: str) -> Path:
        """Give a complete folder its name, in one step, once its bytes are on disk."""
        _synchronise_all(building)
        target = self.folder(key)
        if target.exists():
            old = self.runs / f"{_DISCARDED}{target.name}-{secrets.token_hex(4)}"
            target.rename(old)
            building.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            building.rename(target)
        os.utime(target)
        synchronise(self.runs)
        return target

    @contextlib.contextmanager
    def _lock(self, name: str, waiting: Callable[[], None]) -> Iterator[None]:
        with self._lock_file(name) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _lock_file(self, name: str) -> IO[bytes]:
        folder = self.build / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / name).open("ab")

    def _clear_leftovers(self, own: str) -> None:
        for path in tuple(self.runs.iterdir()):
            for prefix in (_BUILDING, _DISCARDED):
                if not path.name.startswith(prefix):
                    continue
                name = path.name.removeprefix(prefix)[:NAME_LENGTH]
                if name == own:
                    shutil.rmtree(path, ignore_errors=True)
                    continue
                with self._lock_file(name) as file, contextlib.suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)


def _synchronise_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        if path.is_file() or path.is_dir():
            synchronise(path)

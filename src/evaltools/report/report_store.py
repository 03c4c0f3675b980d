"""The rendered report on disk: the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.files import build_beside, clear_leftovers, hold_lock, put_in_place
from evaltools.provenance.hashes import hash_file, hash_files, hash_package, hash_value
from evaltools.provenance.manifest import add_seal
from evaltools.report.engines import Engine

RECORD = "report.json"
_NAME_LENGTH = 16


@dataclass(frozen=True)
class ReportStore:
    """Where rendered reports stand: one folder for each content, and a link for each name.

    The link `default` is what people open. It is exchanged in one step when the new report is
    complete, so whoever looks sees the old report or the new one.

    Arguments:
        build: `reports/_build` of the study.
    """

    build: Path

    @property
    def renders(self) -> Path:
        """Folders by content."""
        return self.build / "renders"

    def link(self, name: str) -> Path:
        """The name under which people find a report."""
        return self.build / name

    def current(self, name: str, key: str) -> Mapping[str, Any] | None:
        """The record of the report under a name if it is that of the key and complete."""
        folder = self.link(name)
        record = read_record(folder)
        if record is None or record["key"] != key:
            return None
        complete = all(
            (folder / file).is_file() and hash_file(folder / file) == digest
            for file, digest in record["outputs"].items()
        )
        return record if complete else None

    @contextlib.contextmanager
    def open_new(self) -> Iterator[Path]:
        """A new folder to render into; it goes when the report is published or given up."""
        with build_beside(self.renders / secrets.token_hex(3)) as folder:
            yield folder

    def publish(self, building: Path, name: str, record: Mapping[str, Any]) -> Path:
        """Write the record, give the folder its final name and let the link point to it."""
        outputs = {path.name: hash_file(path) for path in sorted(building.iterdir())}
        text = json.dumps(add_seal({**record, "outputs": outputs}), indent=1, sort_keys=True)
        (building / RECORD).write_text(text + "\n", encoding="utf-8")
        with hold_lock(self.build / ".renders.lock"):
            final = self.renders / f"{record['key'][:_NAME_LENGTH]}-{secrets.token_hex(3)}"
            put_in_place(building, final)
            link = self.link(name)
            new = self.renders / f".link-{secrets.token_hex(4)}"
            new.symlink_to(os.path.relpath(final, link.parent), target_is_directory=True)
            new.replace(link)
            self._clear()
        return link

    def _clear(self) -> None:
        """Remove reports that no name points to, and what dead processes left."""
        clear_leftovers(self.renders)
        wanted = {path.resolve() for path in self.build.iterdir() if path.is_symlink()}
        for path in self.renders.iterdir():
            if not path.name.startswith(".") and path.resolve() not in wanted:
                shutil.rmtree(path, ignore_errors=True)


def compute_render_key(run: str, sources: Path, engine: Engine, language: str) -> str:
    """The hash of all that a rendered report depends on.

    Arguments:
        run: key of the run.
        sources: the folder `reports`.
    """
    ingredients = {
        "run": run,
        "sources": hash_sources(sources),
        "code": hash_package(),
        "engine": [engine.name, engine.version],
        "epoch": engine.epoch,
        "language": language,
    }
    return hash_value(ingredients)


def hash_sources(sources: Path) -> dict[str, str]:
    """SHA-256 of the author's files, by their path below the study; what was built is none."""
    own = [path for path in sorted(sources.iterdir()) if not path.name.startswith(("_build", "."))]
    files = {f"{sources.name}/{path.name}": hash_file(path) for path in own if path.is_file()}
    return files | hash_files(sources.parent, [path for path in own if path.is_dir()])


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record of a rendered report, or None where there is none that is understood."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return record if {"key", "outputs", "files"} <= set(record) else None
    except (OSError, ValueError, TypeError):
        return None

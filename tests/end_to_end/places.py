"""Copies of the study, in which the program is used as a person would use it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROGRAM = Path(sys.executable).with_name("evaltools")
NAMES = {
    "fi": "digikannustin-valiraportti-fi",
    "sv": "digitaliseringsincitamentet-delrapport-sv",
    "en": "digital-incentive-interim-report-en",
}
PARTS = ("evaluation.yml", "uv.lock", "data", "notebooks", "reports")


@dataclass(frozen=True)
class Place:
    """A copy of the study in which reports are built."""

    root: Path

    def evaltools(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the program here and wait for it."""
        own = {key: value for key, value in os.environ.items() if key != "EVALTOOLS_STUDY"}
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.root, env=own | environment, capture_output=True, text=True,
        )  # fmt: skip

    def build(self, *arguments: str, **environment: str) -> Path:
        """Build a report with the embedded renderer; the folder it stands in."""
        done = self.evaltools("build", "--engine", "embedded", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        last = done.stdout.strip().splitlines()[-1].strip()
        return (self.root / last).parent

    def bytes_of(self, name: str = "default") -> dict[str, bytes]:
        """Every file of a report by its name."""
        folder = self.root / "reports" / "_build" / name
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def copy_study(folder: Path) -> Place:
    """The study's own files in another folder, without what was built.

    It publishes each language by itself, which takes a third of the time; bundles of several are
    tested with a smaller study, in `tests/studies`.
    """
    folder.mkdir(parents=True)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("_build", ".*"))
        else:
            shutil.copy(source, folder / part)
    declared = folder / "evaluation.yml"
    text = declared.read_text(encoding="utf-8")
    together = "\npublication:\n", "\n  languages: [fi, sv, en]\n"
    start, _, rest = text.partition(together[0])
    assert together[1] in rest
    declared.write_text(start + together[0] + rest.replace(together[1], "\n", 1), "utf-8")
    return Place(folder)


def copy_built(built: Place, folder: Path) -> Place:
    """The study's own files and all that was built of it, in another folder."""
    place = copy_study(folder)
    made = Path("reports") / "_build"
    shutil.copytree(built.root / made, folder / made, symlinks=True)
    return place

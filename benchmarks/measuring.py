"""What benchmarks have in common: a copy of the study, what commands take, the page of results."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
EVALTOOLS = str(Path(sys.executable).with_name("evaltools"))
_INTRO = """\
# How long it takes

Written by `make bench` (`benchmarks/`), each section in one run, one way after the other. Ratios \
hold on other machines, seconds do not; where other work shares the cores, processor seconds tell \
more than seconds of the clock. Memory is the largest sum over all processes of a command; pages \
that they share count for each of them.
"""
_PROBE = """
import json, resource, subprocess, sys
for each in json.loads(sys.argv[1]):
    subprocess.run(each, check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
"""
_SAMPLED = 0.1
"""Seconds between looks at memory."""


@dataclass(frozen=True)
class Taken:
    """Seconds on the clock, seconds of processors, and megabytes of all processes together."""

    wall: float
    cpu: float
    megabytes: float

    def times(self, factor: float) -> Taken:
        """What so many times as much would take, one after another."""
        return Taken(self.wall * factor, self.cpu * factor, self.megabytes)


Row = tuple[str, Taken]


def measure(commands: Sequence[Sequence[str]], folder: Path, environment: dict[str, str]) -> Taken:
    """What some commands take, one after another; raises CalledProcessError where one fails."""
    begun, most = time.perf_counter(), 0.0
    probe = subprocess.Popen(
        [sys.executable, "-c", _PROBE, json.dumps(commands)],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    while probe.poll() is None:
        most = max(most, _megabytes_below(probe.pid))
        time.sleep(_SAMPLED)
    wall = time.perf_counter() - begun
    told = probe.communicate()[0]
    if probe.returncode:
        raise subprocess.CalledProcessError(probe.returncode, str(commands))
    return Taken(wall, float(told.split()[-1]), most)


def _megabytes_below(probe: int) -> float:
    """Resident memory of all processes that another one has begun, and those that these have."""
    parents, pages = dict[int, int](), dict[int, int]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(fields[1])
            pages[int(path.parent.name)] = int(fields[21])
    below, found = {probe}, set[int]()
    while below:
        below = {one for one, parent in parents.items() if parent in below}
        found |= below
    return sum(pages[one] for one in found) * os.sysconf("SC_PAGESIZE") / 2**20


def copy_study(folder: Path) -> Path:
    """A copy of the study of the repository, without anything built."""
    root = folder / "study"
    root.mkdir()
    for name in ("data", "notebooks", "reports"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("_build"))
    for name in ("evaluation.yml", "uv.lock"):
        shutil.copyfile(ROOT / name, root / name)
    return root


def table(rows: Iterable[Row], base: Taken) -> list[str]:
    """Rows of what was done, what it took, and how many times faster that is than a base."""
    lines = ["| what | seconds | of processors | MB | times faster | by processor seconds |",
             "|---|---:|---:|---:|---:|---:|"]  # fmt: skip
    for what, one in rows:
        ratios = f"{base.wall / one.wall:.1f} | {base.cpu / one.cpu:.1f}"
        lines.append(
            f"| {what} | {one.wall:.1f} | {one.cpu:.1f} | {one.megabytes:.0f} | {ratios} |"
        )
    return lines


def describe_machine() -> str:
    """Machine, versions and how busy it is with other things."""
    memory = os.sysconf("SC_PAGESIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("pandas", "matplotlib", "papermill")
    )
    return (
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"{memory:.0f} GB, Python {platform.python_version()}, {packages}; processes that wanted "
        f"a core at the end: {os.getloadavg()[0]:.1f}."
    )


def write_section(heading: str, lines: Sequence[str]) -> None:
    """Put a section into docs/benchmarks.md in place of what it was; the others stay."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    # What stands before the first section is that of every run.
    sections = re.split(r"(?m)^(?=## )", text)[1:]
    own = f"## {heading}\n\n" + "\n".join([*lines, "", describe_machine()]) + "\n"
    named = [one for one in sections if one.startswith(f"## {heading}\n")]
    sections = [own if one in named else one.rstrip() + "\n" for one in sections]
    PAGE.write_text("\n".join([_INTRO, *sections, *([] if named else [own])]), encoding="utf-8")

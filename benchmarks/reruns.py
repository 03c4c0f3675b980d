"""How long reruns take, side by side in one run: `make bench` writes docs/benchmarks.md.

Ratios hold on other machines, seconds do not. Every way is given the same study, in a copy, and
the same parameters, and runs by itself; what is not evaltools runs in the same environment.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from evaltools.pipeline.environment import kernel_environment
from evaltools.study import load_study

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
REGIONS = 19
"""Scenarios that a loop over regions stands for."""

_LOOP = """
import sys, papermill
for name in sys.argv[1:]:
    papermill.execute_notebook(name, f"{name}.out.ipynb", progress_bar=False)
"""


@dataclass(frozen=True)
class Taken:
    """Seconds on the clock, seconds of processors, and the largest process in megabytes."""

    wall: float
    cpu: float
    megabytes: float


def measure(*commands: list[str], folder: Path, environment: dict[str, str]) -> Taken:
    """What some commands take, one after another; raises CalledProcessError where one fails."""
    probe = (
        "import json, resource, subprocess, sys\n"
        "for each in json.loads(sys.argv[1]):\n"
        "    subprocess.run(each, check=True, stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", probe, json.dumps(commands)],
        cwd=folder, env=environment, check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    wall = time.perf_counter() - begun
    cpu, megabytes = map(float, done.stdout.split()[-2:])
    return Taken(wall, cpu, megabytes)


def main() -> int:
    """Measure everything once, and write the table."""
    with tempfile.TemporaryDirectory(prefix="evaltools-bench-") as name:
        root = Path(name) / "study"
        root.mkdir()
        for each in ("data", "notebooks", "reports"):
            shutil.copytree(ROOT / each, root / each, ignore=shutil.ignore_patterns("_build"))
        for each in ("evaluation.yml", "uv.lock"):
            shutil.copyfile(ROOT / each, root / each)
        _measure_all(root, Path(name))
    print(PAGE.read_text(encoding="utf-8"))
    return 0


def _measure_all(root: Path, scratch: Path) -> None:
    """Write rows of what was done, what it took, and its share of what it is compared with."""
    environment = kernel_environment(root, "")
    study = load_study(root)
    command = [str(Path(sys.executable).with_name("evaltools"))]
    rows: list[tuple[str, Taken, float]] = []

    def take(what: str, base: float | None, *commands: list[str]) -> Taken:
        print(what, flush=True)
        taken = measure(*commands, folder=root, environment=environment)
        rows.append((what, taken, taken.wall / (base or taken.wall)))
        PAGE.write_text(_page(rows), encoding="utf-8")  # so that what was measured is there
        return taken

    def edit(path: Path, change: Callable[[str], str]) -> None:
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    copies = [scratch / path.name for path in study.notebooks]
    for path, copy in zip(study.notebooks, copies, strict=True):
        shutil.copyfile(path, copy)
    count = len(copies)
    loop = take(f"{count} notebooks by papermill, one after another", None,
                [sys.executable, "-c", _LOOP, *map(str, copies)]).wall  # fmt: skip
    scripts = [_script(path, scratch) for path in study.notebooks]
    take("the same code as plain scripts, one after another", loop,
         *([sys.executable, str(path)] for path in scripts))  # fmt: skip
    take(f"evaltools run, {count} notebooks, nothing cached", loop, [*command, "run", "--force"])
    take("evaltools run, nothing to do", loop, [*command, "run"])
    edit(study.notebooks[0], lambda text: text.replace("## ", "## Again: ", 1))
    take("evaltools run after an edit of prose in a notebook", loop, [*command, "run"])
    table = next(study.data.rglob("prior_ties.csv"))
    edit(table, lambda text: text.rstrip("\n").rpartition("\n")[0] + "\n")
    take("evaltools run after an edit of a table that one notebook reads", loop, [*command, "run"])
    take("evaltools build, three formats on top of a run", loop, [*command, "build"])
    take("evaltools build, nothing to do", loop, [*command, "build"])
    report = study.report(study.parameters().language)
    chapter = sorted((root / report.source).parent.glob("_*.qmd"))[-1]
    edit(chapter, lambda text: f"{text}\n\nA paragraph more.\n")
    take("evaltools build after an edit of the report's prose", loop, [*command, "build"])
    for options, told in ((["--indicators-only"], "indicators"), ([], "indicators and findings")):
        folder = str(scratch / f"sweep{len(options)}")
        take(f"evaltools sweep over region, {told}; share of a papermill loop for each of "
             f"{REGIONS} regions", loop * REGIONS,
             [*command, "sweep", "--over", "region", "--to", folder, *options])  # fmt: skip


_SHOW = """
def _show(value):
    for name in ("_repr_mimebundle_", "_repr_svg_", "_repr_png_", "_repr_html_"):
        if hasattr(value, name):
            getattr(value, name)()
"""


def _script(notebook: Path, folder: Path) -> Path:
    """The code of a notebook as a script, which draws and lays out what its cells would show."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    parts = [_SHOW]
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        if tree.body and isinstance(last := tree.body[-1], ast.Expr):
            call = ast.Call(ast.Name("_show", ast.Load()), [last.value], [])
            tree.body[-1] = ast.Expr(call)
        parts.append(ast.unparse(ast.fix_missing_locations(tree)))
    path = folder / f"{notebook.stem}.py"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def _page(rows: list[tuple[str, Taken, float]]) -> str:
    memory = resource.getpagesize() * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("pandas", "matplotlib", "papermill")
    )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    lines = [
        "# How long reruns take",
        "",
        "Measured by `make bench` in one run, one way after the other. Ratios hold elsewhere, "
        "seconds do not. Megabytes are those of the largest single process.",
        "",
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"{memory:.0f} GB, Python {platform.python_version()}, {packages}; load at the end "
        f"{load:.1f}.",
        "",
        "| what | seconds | of processors | MB | ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {what} | {one.wall:.2f} | {one.cpu:.2f} | {one.megabytes:.0f} | {ratio:.3f} |"
        for what, one, ratio in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())

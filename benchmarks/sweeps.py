"""How long sweeps take beside loops over notebooks, and the memory that they need: `make bench`.

A loop over nineteen scenarios is not run to its end: a sample of them is, and what it took is
multiplied. Of the choices of the region nineteen have reports, with the whole country.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measuring import EVALTOOLS, Row, Taken, copy_study, measure, table, write_section
from reruns import MILLRUN

from evaltools.pipeline.environment import kernel_environment
from evaltools.study import load_study

SCENARIOS = 19
SAMPLE = ("01", "11")
"""Regions that the loops run: one with many reports, one with one."""
LEVELS = tuple(round(0.9 + 0.005 * step, 3) for step in range(10))
_EMPTY = "21"
"""The region that has no report."""

_LOOP = """
import json, sys, papermill
for given in json.loads(sys.argv[1]):
    for name in sys.argv[2:]:
        papermill.execute_notebook(name, "loop.ipynb", given, progress_bar=False)
"""


def main(millrun: str) -> None:
    """Measure everything once, and write the section.

    Arguments:
        millrun: folder that millrun was installed into; empty leaves it out.
    """
    with tempfile.TemporaryDirectory(prefix="evaltools-bench-") as name:
        _measure_all(copy_study(Path(name)), Path(name), millrun)


def _measure_all(root: Path, scratch: Path, millrun: str) -> None:
    environment, study = kernel_environment(root, ""), load_study(root)
    rows: list[Row] = []
    memory: list[tuple[int, Taken]] = []
    regions = [one for one in study.declaration.parameters["region"].choices if one != _EMPTY]
    given = json.dumps([{"region": region} for region in SAMPLE])
    told = f"(measured: {len(SAMPLE)} of {SCENARIOS})"

    def take(what: str, command: list[str], factor: float = 1.0) -> Taken:
        print(what, flush=True)
        taken = measure([command], root, environment).times(factor)
        rows.append((what, taken))
        _write(rows, memory)
        return taken

    def sweep(levels: tuple[float, ...], *options: str) -> list[str]:
        file = scratch / f"over{len(levels)}.yml"
        scenarios = [{"region": one, "confidence": level} for level in levels for one in regions]
        file.write_text(json.dumps(scenarios), encoding="utf-8")
        folder = str(scratch / f"sweep{len(levels)}{len(options)}")
        return [EVALTOOLS, "sweep", "--list", str(file), "--to", folder, *options]

    names = [str(path) for path in study.notebooks]
    factor = SCENARIOS / len(SAMPLE)
    take(f"{SCENARIOS} scenarios × {len(names)} notebooks by papermill, one after another {told}",
         [sys.executable, "-c", _LOOP, given, *names], factor)  # fmt: skip
    if millrun:
        folder = str(scratch / "millrun")
        command = [sys.executable, "-c", MILLRUN, millrun, str(study.notebooks[0].parent)]
        take(f"the same by millrun {told}", [*command, given, folder], factor)
    take(f"evaltools sweep, {SCENARIOS} scenarios, indicators",
         sweep(LEVELS[:1], "--indicators-only"))  # fmt: skip
    judged = take(f"evaltools sweep, {SCENARIOS} scenarios, indicators and findings",
                  sweep(LEVELS[:1]))  # fmt: skip
    take("the same once more, all of it there", sweep(LEVELS[:1]))
    print(f"{SCENARIOS * len(LEVELS)} scenarios", flush=True)
    many = measure([sweep(LEVELS)], root, environment)
    memory += [(SCENARIOS, judged), (SCENARIOS * len(LEVELS), many)]
    _write(rows, memory)


def _write(rows: list[Row], memory: list[tuple[int, Taken]]) -> None:
    lines = table(rows, rows[0][1])
    if memory:
        lines += ["", "| scenarios, indicators and findings | MB | processor seconds a scenario |",
                  "|---:|---:|---:|"]  # fmt: skip
        lines += [f"| {count} | {one.megabytes:.0f} | {one.cpu / count:.2f} |"
                  for count, one in memory]  # fmt: skip
    write_section("Sweeps", lines)


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "")

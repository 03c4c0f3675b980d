"""How long reruns take beside other ways to execute notebooks: `make bench`.

Every way is given the same study, in a copy, and the same parameters, and runs by itself; what is
not evaltools runs in the same environment.
"""

from __future__ import annotations

import ast
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measuring import EVALTOOLS, Row, Taken, copy_study, measure, table, write_section

from evaltools.pipeline.environment import kernel_environment
from evaltools.study import load_study

_LOOP = """
import sys, papermill
for name in sys.argv[1:]:
    papermill.execute_notebook(name, f"{name}.out.ipynb", progress_bar=False)
"""
_FLOOR = """
import os, runpy, sys
import evaltools.chapters, evaltools.evidence, matplotlib.pyplot, networkx, scipy.stats
running = 0
for name in sys.argv[1:]:
    if running == len(os.sched_getaffinity(0)):
        running -= os.wait() is not None
    if os.fork() == 0:
        runpy.run_path(name)
        os._exit(0)
    running += 1
for _ in range(running):
    assert os.wait()[1] == 0
"""
MILLRUN = """
import json, sys
sys.path.append(sys.argv[1])
import millrun
millrun.execute_run(sys.argv[2], json.loads(sys.argv[3]), output_dir=sys.argv[4],
                    prepend=["region"], use_multiprocessing=True, progress_bar=False)
"""
"""Its processes are as many as there are cores."""


def main(millrun: str) -> None:
    """Measure everything once, and write the section.

    Arguments:
        millrun: folder that millrun was installed into; empty leaves it out.
    """
    with tempfile.TemporaryDirectory(prefix="evaltools-bench-") as name:
        _measure_all(copy_study(Path(name)), Path(name), millrun)


def _measure_all(root: Path, scratch: Path, millrun: str) -> None:
    environment = kernel_environment(root, "")
    study = load_study(root)
    rows: list[Row] = []

    def take(what: str, *commands: list[str]) -> Taken:
        print(what, flush=True)
        taken = measure(commands, root, environment)
        rows.append((what, taken))
        write_section("Reruns", table(rows, rows[0][1]))  # what was measured is kept
        return taken

    def edit(path: Path, change: Callable[[str], str]) -> None:
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    copies = [scratch / path.name for path in study.notebooks]
    for path, copy in zip(study.notebooks, copies, strict=True):
        shutil.copyfile(path, copy)
    count, python = len(copies), [sys.executable, "-c"]
    take(f"{count} notebooks by papermill, one after another", [*python, _LOOP, *map(str, copies)])
    if millrun:
        folders = str(study.notebooks[0].parent), str(scratch / "millrun")
        given = json.dumps([{"region": "all"}])
        take("the same by millrun", [*python, MILLRUN, millrun, folders[0], given, folders[1]])
    scripts = [str(_script(path, scratch)) for path in study.notebooks]
    take("the same code as plain scripts, one after another",
         *([sys.executable, path] for path in scripts))  # fmt: skip
    take("the same, forked from a process that has imported everything (the floor)",
         [*python, _FLOOR, *scripts])  # fmt: skip
    take(f"evaltools run, {count} notebooks, nothing cached", [EVALTOOLS, "run", "--force"])
    take("evaltools run, nothing to do", [EVALTOOLS, "run"])
    edit(study.notebooks[0], lambda text: text.replace("## ", "## Again: ", 1))
    take("evaltools run after an edit of prose in a notebook", [EVALTOOLS, "run"])
    prior = next(study.data.rglob("prior_ties.csv"))
    edit(prior, lambda text: text.rstrip("\n").rpartition("\n")[0] + "\n")
    take("evaltools run after an edit of a table that one notebook reads", [EVALTOOLS, "run"])
    take("evaltools build, three formats on top of a run", [EVALTOOLS, "build"])
    take("evaltools build, nothing to do", [EVALTOOLS, "build"])
    chapters = (root / study.report(study.parameters().language).source).parent
    edit(sorted(chapters.glob("_*.qmd"))[-1], lambda text: f"{text}\n\nA paragraph more.\n")
    take("evaltools build after an edit of the report's prose", [EVALTOOLS, "build"])


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


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else "")

"""Which notebooks of a run need not be executed, since an earlier run has executed them alike.

A notebook depends on what its code means, on the parameters, tables and texts that it was seen to
read, on the modules of evaltools that it imports, and on the lock. Where one of these cannot be
known, it depends on everything. So what is taken over is what executing it again would give; it is
put below the cells as they stand now, whose prose and comments may be others.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from evaltools.pipeline.ingredients import DECLARATIONS, RunPlan
from evaltools.pipeline.jobs import SAFE_TO_FORK
from evaltools.pipeline.notebooks import (
    INJECTED_TAG,
    PARAMETERS_TAG,
    Cell,
    imported_modules,
    read_cells,
    read_notebook,
)
from evaltools.problems import ProblemError
from evaltools.provenance.hashes import changed_keys, hash_file
from evaltools.provenance.manifest import (
    Change,
    ChangeKind,
    Manifest,
    Reason,
    compare_ingredients,
)

_PACKAGE = Path(__file__).resolve().parent.parent
_ENGINE = tuple(f"{__package__}.{name}" for name in ("kernel_server", "notebook_engine", "outputs"))
"""What executes every notebook, and gathers what it hands over."""
_OWN = f"{_PACKAGE.name}/{Path(__file__).parent.name}/"
_UNSEEN_READERS = frozenset(("ctypes", "mmap"))
"""Modules of the standard library by which files can be read without being noted."""
_LOOKS_AROUND = re.compile(
    r"\b(?:globals|locals|vars|eval|exec|get_ipython|user_ns|__main__|importlib|__import__)\b"
    r"|^\s*[%!]",
    re.MULTILINE,
)
"""By which code can read variables that it does not name."""
_OPENS_EVIDENCE = "open_evidence(globals())"
"""Takes the study's parameters from the notebook, each of which is noted when it is read."""
_LOOKS_AT_SOURCE = re.compile(
    r"\b(?:In|_i+h?|_i\d+|__file__|inspect|linecache|traceback|getsource|_getframe|currentframe)\b"
    r"|^\s*[%!]",
    re.MULTILINE,
)
"""By which the results of code can depend on how it is written."""


@dataclass(frozen=True)
class Reusable:
    """A notebook as an earlier run has executed it: the file, and what it read then."""

    executed: Path
    files: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class NotebookState:
    """What there is of a notebook: what can be taken over, or else why it has to be executed."""

    reusable: Reusable | None
    reason: Reason


def find_states(plan: RunPlan, runs: Iterable[tuple[Path, Manifest]]) -> dict[str, NotebookState]:
    """For each notebook by its path whether, and if not why, it has to be executed.

    Arguments:
        plan: what the run needs now.
        runs: folders of earlier runs with their manifests, the newest first. They are asked for
            one after the other, until there is something for every notebook.
    """
    found: dict[str, NotebookState] = {}
    open_names = dict.fromkeys(plan.cells)
    closures = {name: code_files(name, plan) for name in plan.cells}
    for folder, manifest in runs:
        for name in tuple(open_names):
            state = _compare(name, plan, folder, manifest, closures[name])
            # Told is what changed since the newest run that has the notebook.
            if state.reusable is not None or name not in found:
                found[name] = state
            if state.reusable is not None:
                del open_names[name]
        if not open_names:
            break
    first = NotebookState(None, Reason((Change("first"),)))
    return {name: found.get(name, first) for name in plan.cells}


def _compare(
    name: str, plan: RunPlan, folder: Path, old: Manifest, code: frozenset[str] | None
) -> NotebookState:
    new, then = plan.ingredients, old.ingredients
    path = f"notebooks/{Path(name).name}"
    if name not in old.reads or path not in old.outputs:
        return NotebookState(None, Reason((Change("first"),)))
    cells, everything = plan.cells[name], code is None
    read = {*old.reads[name], *DECLARATIONS}
    wanted = set(old.parameters_read.get(name, new.parameters))
    wanted |= parameters_named(cells, new.parameters)
    if everything:
        read, wanted = {*new.files, *then.files}, set(new.parameters)
    every = compare_ingredients(new, then).changes
    found = [change for change in every if change.kind in ("lock", "python")]
    told = {change.kind: change.details for change in every}
    # A file or parameter more or less may change what is read without being read itself.
    files = [one for one in told.get("data", ())
             if one in read or (one in then.files) != (one in new.files)]  # fmt: skip
    values = [one for one in told.get("parameters", ())
              if (named := one.partition(" ")[0]) in wanted
              or (named in then.parameters) != (named in new.parameters)]  # fmt: skip
    modules = [one for one in changed_keys(then.code, new.code) if code is None or one in code]
    kinds: dict[ChangeKind, list[str]] = {"data": files, "parameters": values, "code": modules}
    found += [Change(kind, tuple(details)) for kind, details in kinds.items() if details]
    executed = folder / path
    if not executed.is_file() or hash_file(executed) != old.outputs[path]:
        found.append(Change("damaged", (path,)))
    elif new.notebooks[name]["code"] != then.notebooks[name]["code"] and not _means_the_same(
        cells, executed, name
    ):
        found.append(Change("notebook", (name,)))
    if found:
        return NotebookState(None, Reason(tuple(found)))
    reusable = Reusable(executed, tuple(old.reads[name]), old.parameters_read.get(name, ()))
    return NotebookState(reusable, Reason(()))


def parameters_named(cells: Sequence[Cell], declared: Iterable[str]) -> set[str]:
    """Parameters that code may read without asking the study for them.

    Those whose name stands in it, be it in a text; all where it can read variables unnamed.
    """
    names = set(declared)
    sources = [cell.source.replace(_OPENS_EVIDENCE, "") for cell in cells
               if cell.kind == "code" and PARAMETERS_TAG not in cell.tags]  # fmt: skip
    if any(_LOOKS_AROUND.search(source) for source in sources):
        return names
    return {name for name in names
            if any(re.search(rf"\b{re.escape(name)}\b", source) for source in sources)}  # fmt: skip


def _means_the_same(cells: Sequence[Cell], executed: Path, name: str) -> bool:
    """Whether cells differ from those that were executed in comments and layout alone."""
    try:
        notebook = read_notebook(executed, name)
    except ProblemError:
        return False
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):  # these tell lines of the source
            if output["output_type"] == "error" or output.get("name") == "stderr":
                return False
    old = [cell for cell in read_cells(notebook) if INJECTED_TAG not in cell.tags]
    meanings = [[_meaning(cell) for cell in some if cell.kind == "code"] for some in (cells, old)]
    return meanings[0] == meanings[1]


def _meaning(cell: Cell) -> tuple[str, ...]:
    options = [line for line in cell.source.splitlines() if line.startswith("#|")]
    try:
        tree = ast.dump(ast.parse(cell.source))
    except (SyntaxError, ValueError, RecursionError):
        tree = cell.source
    if _LOOKS_AT_SOURCE.search(cell.source):
        tree = cell.source
    return (tree, *options, *cell.tags)


def code_files(name: str, plan: RunPlan) -> frozenset[str] | None:
    """The files of evaltools that a notebook may use, by their path in the package.

    What it imports, what that imports, and so on; of a module that imports by names made up as it
    runs, its whole package; and the files beside all these that are no modules. None where that
    does not tell what it reads: it uses packages whose reads are not all noted.
    """
    imported = imported_modules(plan.cells[name])
    chapter = plan.study.declaration.chapters.get(name, "")
    for module in (*imported, chapter):
        top = module.partition(".")[0]
        known = top in (*SAFE_TO_FORK, "IPython") or top in sys.stdlib_module_names
        if top and (not known or top in _UNSEEN_READERS):
            return None
    files = plan.ingredients.code
    chapters = tuple(plan.study.declaration.chapters.values())
    found: set[str] = set()
    waiting = [*imported, chapter, *_ENGINE]
    while waiting:
        for path in _paths(waiting.pop(), files):
            if path in found:
                continue
            found.add(path)
            modules, dynamic = _imports(_PACKAGE.parent / path)
            waiting += modules
            # What the pipeline imports so is what the notebook imports, and its chapter.
            if dynamic and not path.startswith(_OWN):
                waiting += chapters
                folder = str(PurePosixPath(path).parent)
                waiting += [
                    one.removesuffix(".py").replace("/", ".")
                    for one in files
                    if one.startswith(f"{folder}/") and one.endswith(".py")
                ]
    folders = {str(PurePosixPath(path).parent) for path in found}
    found |= {
        path for path in files
        if not path.endswith(".py") and any(path.startswith(f"{one}/") for one in folders)
    }  # fmt: skip
    return frozenset(found)


def _paths(module: str, files: Mapping[str, str]) -> Iterator[str]:
    """Files of a module of evaltools and of the packages that it is in."""
    parts = module.split(".")
    if parts[0] != _PACKAGE.name:
        return
    for count in range(1, len(parts) + 1):
        stem = "/".join(parts[:count])
        yield from (path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in files)


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))",
    re.MULTILINE,
)
_DYNAMIC = re.compile(r"\bimport_module\(|\b__import__\(")


@cache
def _imports(path: Path) -> tuple[tuple[str, ...], bool]:
    """What a module may import, and whether it imports by names that are made up as it runs."""
    text = path.read_text(encoding="utf-8")
    names: set[str] = set()
    for home, given, plain in _IMPORT.findall(text):
        if home.startswith("."):  # relative, which evaltools does not use
            return tuple(sorted(names)), True
        if home:
            names.add(home)
            names |= {f"{home}.{one}" for one in re.findall(r"\w+", given)}
        else:
            names |= {one.split(" ")[0] for one in re.split(r"\s*,\s*", plain)}
    return tuple(sorted(names)), _DYNAMIC.search(text) is not None

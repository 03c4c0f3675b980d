"""What a run depends on, read once: notebooks, data, code, packages and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaltools.evidence.descriptor import FILE_NAME, load_descriptor
from evaltools.pipeline.notebooks import (
    Cell,
    check_parameters_cell,
    imported_modules,
    read_cells,
    read_notebook,
)
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.hashes import (
    hash_data,
    hash_environment,
    hash_file,
    hash_package,
    hash_value,
)
from evaltools.provenance.manifest import Ingredients

if TYPE_CHECKING:
    from evaltools.study import Parameters, Study


DECLARATION = "evaluation.yml"
DECLARATIONS = (DECLARATION, "reports/words.yml")
"""What of the study's own declarations its notebooks read, besides the data."""
UNSEEN_PACKAGES = ("cli", "compare", "explore", "ingest", "lint", "publish", "report")
"""Packages that no notebook can see; a change in them alone makes no run stale."""


@dataclass(frozen=True)
class RunPlan:
    """What a run needs: its parameters as plain values, the cells of each notebook by its path
    below the study in the order of chapters, what these import, and all that the results depend on.
    """

    study: Study
    parameters: Mapping[str, Any]
    cells: Mapping[str, tuple[Cell, ...]]
    modules: tuple[str, ...]
    ingredients: Ingredients


def plan_run(study: Study, parameters: Parameters) -> RunPlan:
    """Read what the run depends on.

    Raises:
        ProblemError: notebooks that cannot be run as they are.
    """
    values = parameters.as_values()
    problems: list[Problem] = []
    cells: dict[str, tuple[Cell, ...]] = {}
    for path in study.notebooks:
        name = path.relative_to(study.root).as_posix()
        try:
            cells[name] = read_cells(read_notebook(path, name))
        except ProblemError as error:
            problems += error.problems
            continue
        problems += check_parameters_cell(name, cells[name], values)
    file_names = [Path(name).name for name in cells]
    for name in sorted({name for name in file_names if file_names.count(name) > 1}):
        where = f"{DECLARATION}, notebooks"
        problems.append(Problem(where, f"two notebooks are called {name}", code="notebook.name"))
    refuse(problems)
    modules = imported_modules(cell for found in cells.values() for cell in found)
    seen = {module.split(".")[1] for module in modules if module.startswith("evaltools.")}
    declarations = {name: hash_file(study.root / name)
                    for name in DECLARATIONS if (study.root / name).is_file()}  # fmt: skip
    ingredients = Ingredients(
        files=hash_data(study.root, study.data) | declarations,
        parameters=values,
        code=hash_package(without=set(UNSEEN_PACKAGES) - seen),
        notebooks={name: _notebook_hashes(found) for name, found in cells.items()},
        lock=hash_environment(study.root),
    )
    return RunPlan(study, values, cells, modules, ingredients)


def _notebook_hashes(cells: Sequence[Cell]) -> dict[str, str]:
    """Hashes of what a notebook computes and of what it says; its outputs do not count."""
    code = [[cell.source, list(cell.tags)] for cell in cells if cell.kind == "code"]
    everything = [[cell.kind, cell.source, list(cell.tags)] for cell in cells]
    return {"code": hash_value(code), "text": hash_value(everything)}


_WORKBOOKS = (".xlsx", ".ods")


def declared_inputs(study: Study) -> tuple[str, ...]:
    """Paths below the study of all that its notebooks may read, sorted.

    The declaration, the descriptor, the file of each table (or the workbook in its place) and the
    texts that the documents name; not every file that lies in the data folder.
    """
    from evaltools.evidence import tables  # loads pandas

    names = [FILE_NAME]
    for resource in load_descriptor(study.data).resources:
        stem = resource.path.removesuffix(".csv")
        names += [resource.path, *(stem + suffix for suffix in _WORKBOOKS)]
        if resource.name == "documents" and "text_file" in resource.field_names:
            frame = tables.read_one(study.data, resource)
            names += [] if frame is None else map(str, frame["text_file"].dropna())
    data = study.data.relative_to(study.root).as_posix()
    found = [f"{data}/{name}" for name in names if (study.data / name).is_file()]
    own = [name for name in DECLARATIONS if (study.root / name).is_file()]
    return tuple(sorted({DECLARATION, *own, *found}))

"""Exactly those notebooks are executed again that depend on what changed; the others are taken
over, and the run is the same, byte for byte, as if every notebook had been executed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.pipeline import notebook_reuse, notebook_states, run
from evaltools.pipeline.ingredients import plan_run
from evaltools.pipeline.notebook_reuse import code_files, find_states, parameters_named
from evaltools.pipeline.notebooks import Cell
from evaltools.provenance.manifest import read_manifest
from evaltools.study import Study, load_study

from .conftest import PACKAGE, indicator_cell, notebook_text, write_study

OPEN = "from evaltools.evidence import open_evidence\nevidence = open_evidence(globals())"
ONE, TWO, THREE = (f"notebooks/{name}.ipynb" for name in ("one", "two", "three"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One reads goats and a parameter by name, two reads rats and another by the evidence."""
    study = write_study(
        tmp_path_factory.mktemp("reuse") / "study",
        one=notebook_text(
            OPEN,
            "from evaltools.charts import line_charts",
            "len(evidence.tables['goats']), wave  # both",
            indicator_cell("a.count"),
        ),
        two=notebook_text(OPEN, "len(evidence.tables['rats']), evidence.parameters.level"),
        three=notebook_text("import warnings\nwarnings.warn('noted')"),
    )
    resources = list(PACKAGE["resources"])
    for name, key in (("goats", "goat_id"), ("rats", "rat_id")):
        fields = [{"name": one, "type": "string"} for one in (key, "document_id", "code_id")]
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": fields}})
        (study.data / f"{name}.csv").write_text(f"{key},document_id,code_id\n")
    (study.data / "datapackage.json").write_text(json.dumps({**PACKAGE, "resources": resources}))
    run(study, study.parameters())
    return study.root


@pytest.fixture
def study(root: Path) -> Study:
    return load_study(root)


def would_run(study: Study, **given: str) -> dict[str, list[str]]:
    """What would be executed, with the kinds of changes for which it would."""
    states = notebook_states(study, study.parameters(given))
    return {
        name: [change.kind for change in state.reason.changes]
        for name, state in states.items()
        if state.reusable is None
    }


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> "Callable[[Path, str, str], None]":
    """Change a text in a file, and put it back in the end."""
    before: dict[Path, bytes] = {}

    def change(path: Path, old: str, new: str) -> None:
        before.setdefault(path, path.read_bytes())
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    yield change
    for path, content in before.items():
        path.write_bytes(content)


def test_nothing_is_executed_where_nothing_changed(study: Study) -> None:
    assert would_run(study) == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("data/goats.csv", "code_id\n", "code_id\n\n", {ONE: ["data"]}),
        ("data/rats.csv", "code_id\n", "code_id\n\n", {TWO: ["data"]}),
        ("data/projects.csv", "02", "03", {ONE: ["data"], TWO: ["data"]}),
        ("data/datapackage.json", '"goats.csv"', '"goats.csv" ', {ONE: ["data"], TWO: ["data"]}),
        ("notebooks/one.ipynb", "# Why?", "# Why then?", {}),
        ("notebooks/one.ipynb", "# both", "# the two", {}),
        ("notebooks/one.ipynb", "wave  # both", "wave * 2  # both", {ONE: ["notebook"]}),
        ("notebooks/three.ipynb", "# Why?", "# Why then?", {}),
        # Its output quotes a line of the source, be that a comment.
        ("notebooks/three.ipynb", "'noted')", "'noted')  # here", {THREE: ["notebook"]}),
    ],
)
def test_an_edit_executes_exactly_what_reads_it(
    study: Study, change: Callable, file: str, old: str, new: str, expected: dict
) -> None:
    change(study.root / file, old, new)
    assert would_run(study) == expected


def test_the_declaration_and_the_lock_execute_everything(study: Study, change: Callable) -> None:
    change(study.root / "evaluation.yml", "name: tiny\n", "name: tiny\n\n")
    assert set(would_run(study)) == {ONE, TWO, THREE}
    change(study.root / "evaluation.yml", "name: tiny\n\n", "name: tiny\n")
    change(study.root / "uv.lock", "version = 1", "version = 2")
    assert would_run(study) == {ONE: ["lock"], TWO: ["lock"], THREE: ["lock"]}


def test_a_file_more_executes_everything(study: Study) -> None:
    # That a file is not there may have been asked without being noted.
    (study.data / "more.csv").write_text("a\n")
    try:
        assert set(would_run(study)) == {ONE, TWO, THREE}
    finally:
        (study.data / "more.csv").unlink()


def test_a_parameter_executes_what_reads_it(study: Study) -> None:
    # Every selection goes by the wave; the third notebook has no evidence.
    assert would_run(study, wave="2023") == {ONE: ["parameters"], TWO: ["parameters"]}
    assert would_run(study, level="0.9") == {TWO: ["parameters"]}


def test_a_module_executes_what_imports_it(study: Study) -> None:
    plan = plan_run(study, study.parameters())
    folder = next((study.build / "runs").iterdir())
    manifest = read_manifest(folder)
    assert manifest is not None

    def changed(module: str) -> set[str]:
        code = {**plan.ingredients.code, module: "0" * 64}
        assert module in plan.ingredients.code
        new = replace(plan, ingredients=replace(plan.ingredients, code=code))
        return {name for name, state in find_states(new, [(folder, manifest)]).items()
                if state.reusable is None}  # fmt: skip

    # What gathers the outputs of every notebook imports these too.
    assert changed("evaltools/evidence/allocation.py") == {ONE, TWO, THREE}
    assert changed("evaltools/evidence/known_tables.yml") == {ONE, TWO, THREE}
    assert changed("evaltools/pipeline/audit_hook.py") == {ONE, TWO, THREE}
    assert changed("evaltools/charts/maps.py") == set()
    assert changed("evaltools/charts/line_charts.py") == {ONE}


def test_what_is_taken_over_is_what_executing_gives(study: Study, change: Callable) -> None:
    change(study.data / "goats.csv", "code_id\n", "code_id\n\n")
    change(study.root / "notebooks/two.ipynb", "# Why?", "# Why then?")
    made = run(study, study.parameters({"level": "0.95"}))
    taken = {path: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    assert "Why then?" in (made.folder / "notebooks/two.ipynb").read_text()
    again = run(study, study.parameters({"level": "0.95"}), again=True)
    assert again.folder == made.folder
    assert {path: path.read_bytes() for path in taken} == taken


def test_a_damaged_notebook_of_an_earlier_run_is_not_taken_over(
    study: Study, change: Callable
) -> None:
    change(study.data / "goats.csv", "code_id\n", "code_id\n\n\n")
    for folder in (study.build / "runs").iterdir():
        change(folder / "notebooks/two.ipynb", '"outputs"', '"outputs" ')
    assert would_run(study) == {ONE: ["data"], TWO: ["damaged"]}


def _code(source: str) -> list[Cell]:
    return [Cell(1, "code", source, "", ())]


def test_code_that_can_read_variables_unnamed_reads_every_parameter() -> None:
    names = ("wave", "level")
    assert parameters_named(_code("open_evidence(globals())"), names) == set()
    assert parameters_named(_code("frame.query('year == @wave')"), names) == {"wave"}
    for source in ("globals()['w' + 'ave']", "%whos", "eval(text)", "import importlib"):
        assert parameters_named(_code(source), names) == set(names), source


def test_a_notebook_whose_reads_are_not_all_noted_depends_on_everything(
    study: Study, change: Callable
) -> None:
    plan = plan_run(study, study.parameters())
    for module in ("duckdb", "ctypes", "polars.io"):
        cells = {**plan.cells, ONE: _code(f"import {module}")}
        assert code_files(ONE, replace(plan, cells=cells)) is None
    assert code_files(ONE, plan)


def test_every_module_that_a_kernel_loads_is_among_those_looked_at(
    tmp_path: Path, root: Path
) -> None:
    ask = "import sys, json\nprint(json.dumps([n for n in sys.modules if n[:9] == 'evaltools']))"
    study = write_study(
        tmp_path / "study",
        one=notebook_text(OPEN, "evidence.presence, evidence.allocations, evidence.words", ask),
    )
    made = run(study, study.parameters(), engine="spawned")
    cells = json.loads(made.notebooks[0].read_text())["cells"]
    loaded = json.loads("".join(cells[-1]["outputs"][0]["text"]))
    known = code_files(ONE, plan_run(study, study.parameters()))
    assert known is not None
    assert len(loaded) > 20
    package = Path(notebook_reuse.__file__).parents[2]
    for name in loaded:
        stem = name.replace(".", "/")
        own = [one for one in (f"{stem}.py", f"{stem}/__init__.py") if (package / one).is_file()]
        assert known.issuperset(own), name

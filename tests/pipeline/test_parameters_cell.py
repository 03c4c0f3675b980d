"""A notebook that would not take the parameters of a run is refused before anything runs."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaltools.pipeline import run
from evaltools.pipeline.notebooks import Cell, check_parameters_cell, read_cells, read_notebook
from evaltools.problems import ProblemError

from .conftest import notebook_text, write_study

ROOT = Path(__file__).parents[2]
NAMES = ("region", "level")
DEFAULTS = 'region = "all"\nlevel = None'


def cell(source: str, *tags: str, kind: str = "code") -> Cell:
    return Cell(0, kind, source, "", tags)


def problems(*cells: Cell, names: Sequence[str] = NAMES) -> list[str]:
    numbered = [
        Cell(number, one.kind, one.source, one.label, one.tags)
        for number, one in enumerate(cells, 1)
    ]
    return [str(problem) for problem in check_parameters_cell("a.ipynb", numbered, names)]


TAGGED = cell(DEFAULTS, "parameters")


def test_notebook_that_takes_them_has_no_problem() -> None:
    assert problems(cell("# Prose", kind="markdown"), TAGGED, cell("print(region)")) == []


def test_notebooks_of_the_example_take_all_parameters() -> None:
    from evaltools.study import load_study

    study = load_study(ROOT)
    for path in study.notebooks:
        cells = read_cells(read_notebook(path, path.name))
        assert check_parameters_cell(path.name, cells, study.declaration.parameters) == []


def test_lost_tag_is_told_with_the_cell_that_should_have_it() -> None:
    assert problems(cell("import os"), cell(DEFAULTS), cell("print(region)")) == [
        "a.ipynb: has no cell tagged 'parameters', so that the values of a run would not be used. "
        "Give this tag to cell 2. [notebook.parameters]"
    ]


@pytest.mark.parametrize("tag", ["Parameters", "parameter", "paramaters", "PARAMETERS"])
def test_misspelt_tag_is_told(tag: str) -> None:
    (said,) = problems(cell(DEFAULTS, tag))
    assert f"Cell 1 has the tag '{tag}': write it 'parameters'." in said


def test_notebook_without_any_such_cell_is_told_what_to_write() -> None:
    (said,) = problems(cell("print(1)"))
    assert "Add a first code cell with this tag and the lines region = None, level = None." in said


def test_study_without_parameters_asks_for_no_cell() -> None:
    assert problems(cell("print(1)"), names=()) == []


def test_tag_on_several_cells_or_on_text_is_refused() -> None:
    assert "several cells with the tag 'parameters': 1, 3" in problems(
        TAGGED, cell("1"), cell("x = 1", "parameters")
    )[0]  # fmt: skip
    (said,) = problems(cell("region = 'all'", "parameters", kind="markdown"), cell(DEFAULTS))
    assert said.startswith(
        "a.ipynb, cell 1: the tag 'parameters' is on a cell of the kind markdown"
    )
    assert len(problems(cell("", "parameters"), cell("", "parameters"), names=())) == 1


def test_cell_left_from_an_earlier_run_is_refused() -> None:
    (said,) = problems(TAGGED, cell("# Parameters\nregion = '06'", "injected-parameters"))
    assert said.startswith("a.ipynb, cell 2: was put in by an earlier run")


def test_cell_left_from_an_earlier_run_without_its_tag_sets_them_again() -> None:
    assert len(problems(TAGGED, cell('# Parameters\nregion = "06"\nlevel = 0.9'))) == 2


SETS = [
    "region = 'all'",
    "region += 'x'",
    "region: str = 'all'",
    "(region := 'all')",
    "x = [region := i for i in 'ab']",
    "for region in ('01', '06'): pass",
    "for x, (region, y) in pairs: pass",
    "while (region := step()): pass",
    "import os as region",
    "from os import path as region",
    "import region",
    "with open('x') as region: pass",
    "try: pass\nexcept ValueError as region: pass",
    "def region(): pass",
    "class region: pass",
    "async def region(): pass",
    "a, *region = b",
    "[region, a] = b",
    "if True:\n    if x:\n        region = 1",
    "match x:\n    case {'r': region}: pass",
    "def f():\n    global region\n    region = 1",
    "def f():\n    def g():\n        global region\n        del region",
    "del region",
    "globals()['region'] = 1",
    "del globals()['region']",
    "globals().update(region=1)",
    "globals().update({'region': 1})",
    "vars().pop('region')",
    "locals().setdefault('region', 1)",
    "globals().__setitem__('region', 1)",
    "get_ipython().user_ns['region'] = 1",
    "get_ipython().push({'region': 1})",
    "exec('region = 1')",
    "exec('exec(\"region = 1\")')",
    "get_ipython().run_cell('region = 1')",
    "%time region = 1",
    "%%time\nregion = 1",
    "%%capture out\nx = 1\nregion = 1",
    "x = !ls\nregion = 1",
    "region = !ls",
    "%matplotlib inline\nregion = 1",
    "await f()\nregion = 1",
]
KEEPS = [
    "x = region",
    "def f(region): region = 1; return region",
    "f = lambda region: region",
    "x = [region for region in 'ab']",
    "class A:\n    region = 1",
    "a.region = 1",
    "a['region'] = 1",
    "f(region=1)",
    "'region = 1'",
    "# region = 1",
    "def f():\n    region = 1\n    del region",
    "print(globals()['region'])",
    "x = {}\nx.update(region=1)",
    "%matplotlib inline\nprint(region)",
    "regional = 1",
    "def f():\n    nonlocal_region = 1",
    "!echo region=1",
    "this is = no python",
]


@pytest.mark.parametrize("source", SETS)
def test_value_that_is_set_again_is_told_with_its_cell(source: str) -> None:
    below = problems(TAGGED, cell("1"), cell(source))
    assert len(below) == 1
    assert below[0].startswith("a.ipynb, cell 3: ")
    assert "the parameter 'region' again, in place of the run's value" in below[0]
    above = problems(cell(source), TAGGED)
    assert "the parameter 'region' above the parameters cell" in above[0]


@pytest.mark.parametrize("source", KEEPS)
def test_other_names_and_scopes_are_left_alone(source: str) -> None:
    assert problems(TAGGED, cell(source)) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ("print(region)", "does more than set defaults, in line 3"),
        ("evidence = open_evidence(globals())", "sets 'evidence', which is no parameter"),
        ("title = f'Region {region}'", "sets 'title', which is no parameter"),
        ("title, level = 1, 2", "does more than set defaults, in line 3"),
        ("level += 1", "does more than set defaults"),
        ("if region == 'all':\n    level = 1", "does more than set defaults"),
        ("level = (wave := 1)", "does more than set defaults"),
        ("for level in (1, 2): pass", "does more than set defaults"),
        ("regoin = 1", "sets 'regoin', which is no parameter of the study"),
    ],
)
def test_parameters_cell_does_nothing_but_set_defaults(more: str, what: str) -> None:
    said = problems(cell(f"{DEFAULTS}\n{more}", "parameters"))
    assert len(said) == 1
    assert what in said[0]
    assert said[0].startswith("a.ipynb, cell 1 (parameters): ")


@pytest.mark.parametrize(
    "more", ['"""Text."""', "# a comment", "pass", "from datetime import date", "level = date(1)"]
)
def test_parameters_cell_may_hold_what_defaults_need(more: str) -> None:
    assert problems(cell(f"{DEFAULTS}\n{more}", "parameters")) == []


def test_parameter_that_is_read_but_has_no_default_is_told() -> None:
    tagged = cell("level = None", "parameters")
    (said,) = problems(tagged, cell("def f():\n    return region\nf()"))
    assert said == (
        "a.ipynb, cell 1 (parameters): does not set 'region', which cell 2 reads. "
        "Add the line 'region = None' for the default. [notebook.parameters]"
    )
    assert problems(tagged, cell("def f(region): return region")) == []


def test_everything_is_told_at_once_before_anything_runs(tmp_path: Path) -> None:
    content = json.loads(notebook_text("for level in (1, 2): pass"))
    untagged = json.loads(notebook_text("print(wave)"))
    untagged["cells"][1]["metadata"]["tags"] = []
    study = write_study(tmp_path / "s", one=json.dumps(content), two=json.dumps(untagged))
    with pytest.raises(ProblemError) as caught:
        run(study, study.parameters({}))
    assert [problem.where for problem in caught.value.problems] == [
        "notebooks/one.ipynb, cell 3",
        "notebooks/two.ipynb",
    ]
    assert not study.build.exists()


def test_looking_at_plain_cells_does_not_load_ipython() -> None:
    script = (
        "import sys\nfrom evaltools.pipeline.notebooks import Cell\n"
        "from evaltools.pipeline.notebooks import check_parameters_cell\n"
        "cells = [Cell(1, 'code', 'a = 1', '', ('parameters',))]\n"
        "check_parameters_cell('a', cells, ['a'])\nprint('IPython' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"

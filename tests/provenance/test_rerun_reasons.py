from dataclasses import replace

from evaltools.provenance.manifest import Ingredients, compare_ingredients

OLD = Ingredients(
    files={"data/a.csv": "1", "data/b.csv": "1"},
    parameters={"wave": "2022", "calls": ["2019", "2020"], "level": None},
    code={"evaltools/indicators/goals.py": "1", "evaltools/present/words.yml": "1"},
    notebooks={"n/a.ipynb": {"code": "1", "text": "1"}, "n/b.ipynb": {"code": "1", "text": "1"}},
    lock=("uv.lock", "1"),
    python="3.11.7",
)


def test_without_an_earlier_run_it_is_the_first() -> None:
    assert str(compare_ingredients(OLD, None)) == "first run"


def test_nothing_changed_is_no_reason() -> None:
    assert compare_ingredients(OLD, OLD).changes == ()


def test_files_that_came_went_or_changed_are_named() -> None:
    new = replace(OLD, files={"data/a.csv": "2", "data/c.csv": "1"})
    assert str(compare_ingredients(new, OLD)) == "data changed: data/a.csv, data/b.csv, data/c.csv"


def test_many_are_counted_in_the_line_and_kept_in_the_value() -> None:
    reason = compare_ingredients(
        replace(OLD, files={f"data/{x}.csv": "1" for x in "abcdefg"}), replace(OLD, files={})
    )
    assert str(reason) == "data changed: data/a.csv, data/b.csv, data/c.csv and 4 more"
    assert len(reason.changes[0].details) == 7


def test_parameters_are_told_with_both_values() -> None:
    new = replace(OLD, parameters={"wave": "2023", "calls": ["2019"], "level": 0.9})
    assert str(compare_ingredients(new, OLD)) == (
        "parameters changed: calls 2019, 2020 → 2019, level – → 0.9, wave 2022 → 2023"
    )


def test_code_is_told_as_modules_and_files() -> None:
    code = {"evaltools/indicators/goals.py": "2", "evaltools/present/words.yml": "2"}
    assert str(compare_ingredients(replace(OLD, code=code), OLD)) == (
        "code of evaltools changed: evaltools.indicators.goals, evaltools/present/words.yml"
    )


def test_code_and_text_of_notebooks_are_told_apart() -> None:
    notebooks = {"n/a.ipynb": {"code": "2", "text": "2"}, "n/b.ipynb": {"code": "1", "text": "2"}}
    assert str(compare_ingredients(replace(OLD, notebooks=notebooks), OLD)) == (
        "notebook changed: n/a.ipynb; text of notebook changed: n/b.ipynb"
    )


def test_order_of_notebooks_lock_and_python_are_reasons_too() -> None:
    new = replace(
        OLD, notebooks=dict(reversed(OLD.notebooks.items())), lock=("uv.lock", "2"), python="3.12.1"
    )
    assert str(compare_ingredients(new, OLD)) == (
        "notebook changed: their order; installed packages changed: uv.lock; "
        "Python changed: 3.11.7 → 3.12.1"
    )

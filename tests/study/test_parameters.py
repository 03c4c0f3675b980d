from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evaltools.problems import ProblemError
from evaltools.study import Study, find_study
from evaltools.study.parameters import validator_for
from evaltools.study.schema import ParameterDeclaration


def test_defaults_hold_when_nothing_is_given(study: Study) -> None:
    parameters = study.parameters()
    assert parameters.wave == "2022"
    assert parameters.calls == ("2019",)
    assert parameters.cutoff == date(2022, 4, 30)
    assert parameters.slug() == "default"


def test_a_derived_value_follows_the_value_it_derives_from(study: Study) -> None:
    assert study.parameters({"wave": "2023"}).cutoff == date(2023, 4, 30)
    assert "cutoff" not in study.parameters({"wave": "2023"}).slug()


def test_a_given_value_wins_over_the_derived_one_and_shows_in_the_slug(study: Study) -> None:
    parameters = study.parameters({"wave": "2023", "cutoff": "31.1.2023"})
    assert parameters.cutoff == date(2023, 1, 31)
    assert parameters.slug() == "wave-2023_cutoff-2023-01-31"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("calls", "2020,2019", ("2019", "2020")),
        ("calls", ["2020"], ("2020",)),
        ("calls", 2020, ("2020",)),
        ("wave", 2023, "2023"),
        ("cutoff", "2022-01-31", date(2022, 1, 31)),
        ("cutoff", date(2022, 1, 31), date(2022, 1, 31)),
        ("confidence", "0,9", 0.9),
        ("confidence", 0.9, 0.9),
        ("minimum_cell", "3", 3),
    ],
)
def test_values_are_read_as_people_and_notebooks_write_them(
    study: Study, name: str, value: Any, found: Any
) -> None:
    assert getattr(study.parameters({name: value}), name) == found


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("wave", "2024", "'2024' is not one of 2022, 2023 (did you mean 2023?)"),
        ("calls", "2019,2018", "'2018' is not one of 2019, 2020 (did you mean 2019?)"),
        ("calls", [], "at least one is needed"),
        ("cutoff", "31.2.2022", "'31.2.2022' is not a day of the calendar"),
        ("cutoff", "soon", "'soon' is not a date such as 2022-04-30 or 30.4.2022"),
        ("cutoff", "2018-12-31", "2018-12-31 is outside 2019-01-01 to 2026-12-31"),
        ("confidence", "2", "2.0 is outside 0.5 to 0.999"),
        ("confidence", "nan", "'nan' is not a number from 0.5 to 0.999"),
        ("confidence", True, "'True' is not a number from 0.5 to 0.999"),
        ("minimum_cell", "3.5", "'3.5' is not a whole number from 1 to 50"),
        ("minimum_cell", "0", "0 is outside 1 to 50"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(
    study: Study, name: str, value: Any, message: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        study.parameters({name: value})
    assert [problem.what for problem in caught.value.problems] == [message]


@pytest.mark.parametrize(
    ("limits", "outside", "of_what"),
    [
        ({"minimum": 2}, "1 is below 2", " of at least 2"),
        ({"maximum": 0}, "1 is above 0", " of at most 0"),
        ({}, "", ""),
    ],
)
def test_a_number_with_one_limit_or_none_is_told_of_what_there_is(
    limits: dict[str, int], outside: str, of_what: str
) -> None:
    named = {"label": {"en": "Number"}, "help": {"en": "A number."}}
    declared = {"type": "integer", "default": limits.get("minimum", 0), **named, **limits}
    read = validator_for(ParameterDeclaration.model_validate(declared))
    with pytest.raises(ValueError, match=f"^'x' is not a whole number{of_what}$"):
        read("x")
    if outside:
        with pytest.raises(ValueError, match=f"^{outside}$"):
            read("1")


def test_every_wrong_parameter_is_told_at_once(study: Study) -> None:
    with pytest.raises(ProblemError) as caught:
        study.parameters({"wav": "2023", "calls": "2018", "confidence": "2"})
    problems = caught.value.problems
    assert [problem.where for problem in problems] == [
        "parameter wav",
        "parameter calls",
        "parameter confidence",
    ]
    assert problems[0].remedy == "Did you mean wave?"


def test_a_value_that_follows_from_a_wrong_one_is_not_told_as_a_second_fault(study: Study) -> None:
    with pytest.raises(ProblemError) as caught:
        study.parameters({"wave": "2024"})
    assert [problem.where for problem in caught.value.problems] == ["parameter wave"]


def test_scenarios_build_on_each_other_and_given_values_win(study: Study) -> None:
    parameters = study.parameters({"confidence": 0.8}, scenario="later_strict")
    assert (parameters.wave, parameters.confidence) == ("2023", 0.8)
    assert study.parameters(scenario="later_strict").confidence == 0.99


def test_an_unknown_scenario_names_the_nearest(study: Study) -> None:
    with pytest.raises(ProblemError, match="Did you mean later"):
        study.parameters(scenario="latter")


def test_a_code_without_its_zeros_and_a_list_are_told_for_what_they_are() -> None:
    with pytest.raises(ProblemError, match=r"did you mean 06\?"):
        real_study().parameters({"region": 6})
    with pytest.raises(ProblemError, match="several values where one is allowed of all, 01"):
        real_study().parameters({"region": ["01", "02"]})


def test_parameters_cannot_be_changed_after_they_were_checked(study: Study) -> None:
    with pytest.raises(ValidationError):
        study.parameters().wave = "2023"


def test_a_notebook_must_set_every_parameter_and_none_stands_for_the_default(study: Study) -> None:
    cell: dict[str, Any] = {"wave": "2023", "calls": ["2020"], "cutoff": None, "confidence": None}
    with pytest.raises(ProblemError, match="does not set minimum_cell"):
        study.parameters_from(cell)
    parameters = study.parameters_from({**cell, "minimum_cell": 3, "unrelated": object()})
    assert parameters.cutoff == date(2023, 4, 30)
    assert parameters.confidence == 0.95


@cache
def real_study() -> Study:
    return find_study()


@given(
    wave=st.sampled_from(["2022", "2023"]),
    calls=st.sets(st.sampled_from(["2019", "2020", "2021", "2022"]), min_size=1),
    confidence=st.floats(0.5, 0.999),
    minimum_cell=st.integers(1, 50),
)
def test_plain_values_give_the_same_parameters_again(
    wave: str, calls: set[str], confidence: float, minimum_cell: int
) -> None:
    study = real_study()
    first = study.parameters(
        {
            "wave": wave,
            "calls": sorted(calls),
            "confidence": f"{confidence:.12f}",
            "minimum_cell": minimum_cell,
        }
    )
    assert study.parameters(first.as_values()) == first

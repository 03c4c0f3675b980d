"""Which scenarios a sweep goes through: every combination of some parameters, or a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from evaltools.files import read_text
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.hashes import hash_value
from evaltools.study import Parameters, Study
from evaltools.yaml_text import MAXIMUM_BYTES, StudyLoader, load_yaml

MOST = 20_000
"""Scenarios of one sweep; more are a mistake."""


@dataclass(frozen=True)
class Scenario:
    """A name, unique within its sweep, that says what differs from the defaults, and the values."""

    name: str
    parameters: Parameters

    @property
    def values(self) -> dict[str, Any]:
        """All parameters as plain values."""
        return self.parameters.as_values()


def make_grid(study: Study, over: Sequence[str], given: Mapping[str, Any]) -> list[Scenario]:
    """Every choice of some parameters with every choice of the others, in declared order.

    Arguments:
        over: names of parameters that are choices.
        given: values of other parameters, for all scenarios alike.

    Raises ProblemError for a name that is none, or of a parameter whose values cannot be listed.
    """
    declared = study.declaration.parameters
    listed = {name: item for name, item in declared.items() if item.choices}
    problems = []
    for name in dict.fromkeys(over):
        twice = over.count(name) > 1
        if name in listed and name not in given and not twice:
            continue
        where, allowed, code = f"--over {name}", ", ".join(listed), "sweep.over"
        what = "no such parameter"
        near = get_close_matches(name, listed, 1)
        remedy = f"Did you mean {near[0]}?" if near else ""
        if name in listed and twice:
            what, remedy = "is named twice", "Name it once."
        elif name in listed:
            what, remedy = "is given a value of its own as well", "Leave out one of the two."
        elif name in declared:
            what, remedy = "has no list of choices", "Name its values in a file (--list)."
        problems.append(Problem(where, what, allowed, remedy, code))
    if not over:
        problems.append(
            Problem("--over", "names no parameter", ", ".join(listed), "", "sweep.over")
        )
    refuse(problems)
    choices = [list(listed[name].choices) for name in over]
    count = 1
    for each in choices:
        count *= len(each)
    if count > MOST:
        what, remedy = f"{count} combinations", "Name fewer parameters, or list what you want."
        raise ProblemError([Problem("--over", what, f"at most {MOST}", remedy, "sweep.size")])
    return name_scenarios(
        [
            study.parameters({**given, **dict(zip(over, values, strict=True))})
            for values in product(*choices)
        ]
    )


def read_list(study: Study, path: Path, given: Mapping[str, Any]) -> list[Scenario]:
    """The scenarios of a YAML file: a list of mappings of parameters to values.

    Raises ProblemError with everything that is wrong in any of them.
    """
    where, allowed = path.name, "a list of mappings, such as - {region: '06'}"
    try:
        content, _ = load_yaml(read_text(path, where, MAXIMUM_BYTES), StudyLoader)
    except yaml.YAMLError as error:
        what = str(getattr(error, "problem", None) or "is not valid YAML")
        raise ProblemError([Problem(where, what, allowed, "", "sweep.list")]) from None
    if not isinstance(content, list) or not content or len(content) > MOST:
        what = "is no list of scenarios, or too long a one"
        raise ProblemError([Problem(where, what, allowed, "", "sweep.list")])
    made: list[Parameters] = []
    problems: list[Problem] = []
    for number, values in enumerate(content, 1):
        place = f"{where}, scenario {number}"
        if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
            problems.append(Problem(place, "is no mapping", allowed, "", "sweep.list"))
            continue
        try:
            made.append(study.parameters({**given, **values}))
        except ProblemError as error:
            problems += [
                Problem(f"{place}, {one.where}", one.what, one.allowed, one.remedy, one.code)
                for one in error.problems
            ]
    refuse(problems)
    return name_scenarios(made)


def name_scenarios(parameters: Sequence[Parameters]) -> list[Scenario]:
    """Each once, in the given order, under a name of its own that can name a file."""
    found: dict[str, Scenario] = {}
    for each in parameters:
        name = each.slug()
        if name in found and found[name].parameters != each:
            name = f"{name[:100]}-{hash_value(each.as_values())[:12]}"
        found.setdefault(name, Scenario(name, each))
    return list(found.values())


def varying(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Names of the parameters that are not the same in all scenarios, in declared order."""
    if not scenarios:
        return ()
    values = [scenario.values for scenario in scenarios]
    return tuple(name for name in values[0] if any(one[name] != values[0][name] for one in values))


def find_alike(
    scenarios: Sequence[Scenario], results: Mapping[str, Mapping[str, Any]]
) -> dict[str, Scenario]:
    """By name, scenarios whose numbers and findings are those of one before them, and that one.

    A parameter that changes nothing in the data gives the same report once more: they are as many
    scenarios, and fewer reports.

    Arguments:
        results: what came of each, by its name, with the hash of it (`content`).
    """
    first: dict[str, Scenario] = {}
    found: dict[str, Scenario] = {}
    for one in scenarios:
        content = results[one.name].get("content")
        if content and first.setdefault(content, one) is not one:
            found[one.name] = first[content]
    return found

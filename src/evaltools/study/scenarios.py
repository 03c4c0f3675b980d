"""Saved scenarios: sets of parameter values under a name, a file each in `scenarios/`.

`evaluation.yml` declares the scenarios that belong to the study; those of this folder are what
evaluators saved while exploring. A file has `parameters`, by name, and may have a `title`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from evaltools.files import replace_file
from evaltools.problems import Problem, ProblemError
from evaltools.study.vocabulary import Declared
from evaltools.yaml_text import line_of, read_yaml

FOLDER = "scenarios"
LONGEST_NAME = 60
_NAME = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{LONGEST_NAME - 2}}}[a-z0-9])?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|default)")
"""No names of files on Windows; and `default` is the report without a scenario."""


class SavedScenario(Declared):
    """A set of parameter values; what it does not name has its default."""

    title: str = Field(default="", max_length=200)
    parameters: dict[str, Any] = Field(default_factory=dict)


def is_scenario_name(name: str) -> bool:
    """Whether a scenario may be called so: it names a file, on every system."""
    return bool(_NAME.fullmatch(name)) and not _RESERVED.fullmatch(name)


def list_saved(root: Path) -> tuple[str, ...]:
    """Names of the saved scenarios of a study, sorted; whether they can be read is not looked at.

    Arguments:
        root: the folder of `evaluation.yml`.
    """
    found = (path.stem for path in (root / FOLDER).glob("*.yml") if path.is_file())
    return tuple(sorted(filter(is_scenario_name, found)))


def place_in(name: str, parameter: str = "", lines: Mapping[Any, int] | None = None) -> str:
    """Where in the file of a scenario a parameter is given."""
    place = f"{FOLDER}/{name}.yml"
    return f"{place}:{line_of(lines, ('parameters', parameter))}" if lines else place


def read_saved(root: Path, name: str) -> tuple[SavedScenario, Mapping[Any, int]]:
    """A saved scenario, and the lines of its file by place.

    Raises:
        ProblemError: it cannot be read, or says what no scenario can say.
    """
    content, lines = read_yaml(root / FOLDER / f"{name}.yml", place_in(name))
    try:
        return SavedScenario.model_validate(content), lines
    except ValidationError as error:
        raise ProblemError(
            Problem(
                f"{place_in(name)}:{line_of(lines, item['loc'])}",
                f"{'.'.join(map(str, item['loc']))}: "
                + ("no such name is known here" if item["type"] == "extra_forbidden"
                   else str(item["msg"])),
                "title, parameters",
                code="scenario.file",
            )
            for item in error.errors()
        ) from None  # fmt: skip


def write_saved(
    root: Path, name: str, parameters: Mapping[str, Any], title: str = "", *, replace: bool = False
) -> Path:
    """Write a scenario; the file is there whole or not at all.

    Arguments:
        root: the folder of `evaluation.yml`.
        name: lower-case letters, digits and hyphens.
        parameters: plain values by name, checked already.
        replace: whether one of the name may be written over.

    Raises:
        ProblemError: a name that cannot be a file's, or that is taken.
    """
    if not is_scenario_name(name):
        allowed = f"lower-case letters a to z, digits and hyphens, at most {LONGEST_NAME}"
        raise ProblemError(
            [Problem("name of the scenario", f"'{name[:80]}' cannot be used", allowed, "",
                     "scenario.name")]
        )  # fmt: skip
    folder = root / FOLDER
    path = folder / f"{name}.yml"
    if path.exists() and not replace:
        remedy = "Choose another name, or say that it is to be replaced."
        problem = Problem(place_in(name), "is there already", "", remedy, "scenario.taken")
        raise ProblemError([problem])
    content: dict[str, Any] = {"title": title} if title else {}
    content["parameters"] = dict(parameters)
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    replace_file(path, text.encode("utf-8"))
    return path

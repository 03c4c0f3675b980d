"""The study of the current folder, and the parameters that were given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.last_check import Check
from evaltools.study.place import locate_study

if TYPE_CHECKING:
    from evaltools.study import Parameters, Study

Command = TypeVar("Command", bound=Callable[..., Any])


def parameter_options(command: Command) -> Command:
    """Options by which a command takes parameters of the study."""
    given = click.option(
        "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE",
        help="Set a parameter of the study; may be repeated. See 'evaltools parameters'.",
    )  # fmt: skip
    scenario = click.option("--scenario", metavar="NAME", help="Start from a named scenario.")
    return given(scenario(command))


def load_study_for_command() -> Study:
    """The study of the current folder, unless an import into its data was cut off midway.

    What an import left that was killed before it changed anything is removed.

    Raises ProblemError then: some tables are of before the import and some of after it.
    """
    from evaltools.ingest.file_transaction import clear_interrupted, is_interrupted
    from evaltools.study import find_study  # loads pydantic, which nothing to do need not wait for

    study = find_study()
    if is_interrupted(study.data):
        what = "an import was cut off while it put its files in their places"
        remedy = "Run the same 'evaltools import' again: it first carries out what was decided."
        raise ProblemError([Problem(study.data.name, what, "", remedy, "import.interrupted")])
    clear_interrupted(study.data)
    return study


def choose_parameters(given: tuple[str, ...], scenario: str | None) -> tuple[Study, Parameters]:
    """The study and its parameters, with every wrong one told at once."""
    study = load_study_for_command()
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            problems.append(Problem(f"-p {text}", "has no value", "NAME=VALUE"))
        elif name in values:
            problems.append(Problem(f"-p {text}", f"{name} is given twice"))
        values[name] = value
    try:
        parameters = study.parameters(values, scenario)
    except ProblemError as error:
        raise ProblemError([*problems, *error.problems]) from None
    refuse(problems)
    return study, parameters


def locate_run(what: str) -> Path:
    """The folder of a run, report or bundle, by whatever name it was given."""
    from evaltools.provenance.artifacts import locate_artifact
    from evaltools.study import find_study

    try:
        build: Path | None = find_study().build
    except ProblemError:
        build = None
    return locate_artifact(what, build)


def command_check(command: str, **asked: Any) -> Check:
    """The note of a command that had nothing to do, for the study of the current folder.

    Raises ProblemError: there is no study.
    """
    build = locate_study().resolve() / "reports" / "_build"
    return Check(build, {"command": command, **asked})

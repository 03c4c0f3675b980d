"""The command line: parses, calls, prints; each command imports what is heavy by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evaltools.problems import Problem, ProblemError

if TYPE_CHECKING:
    from evaltools.report.engines import Choice
    from evaltools.study import Parameters, Study

Command = TypeVar("Command", bound=Callable[..., Any])


class _Group(click.Group):
    """Shows problems as lines for an evaluator, and no traceback for bad input."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            for line in told(error.problems):
                click.echo(line, err=True)
            count = len(error.problems)
            click.echo(f"{count} problem{'s' if count > 1 else ''}; nothing was changed.", err=True)
            raise SystemExit(1) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evaltools", message="%(prog)s %(version)s")
def main() -> None:
    """From a grant programme's final reports to a report that can be rerun and challenged.

    Commands work on the study (evaluation.yml) of the current folder or one above it.
    """


MOST_ALIKE = 20


def told(problems: Sequence[Problem]) -> list[str]:
    """A line for each problem; when a whole column is wrong, its first rows and how many more."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        place = re.sub(r", row \d+", "", problem.where)
        groups.setdefault((problem.code, place), []).append(problem)
    lines: list[str] = []
    for (_, place), alike in groups.items():
        lines += map(str, alike[:MOST_ALIKE])
        if len(alike) > MOST_ALIKE:
            lines.append(f"{place}: {len(alike) - MOST_ALIKE} more of this kind")
    return lines


def _parameter_options(command: Command) -> Command:
    given = click.option(
        "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE",
        help="Set a parameter of the study; may be repeated. See 'evaltools parameters'.",
    )  # fmt: skip
    scenario = click.option("--scenario", metavar="NAME", help="Start from a named scenario.")
    return given(scenario(command))


def _choose(given: tuple[str, ...], scenario: str | None) -> tuple[Study, Parameters]:
    """The study and its parameters, with every wrong one told at once."""
    from evaltools.study import find_study

    study = find_study()
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
    if problems:
        raise ProblemError(problems)
    return study, parameters


@main.command()
@_parameter_options
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto",
              help="What renders: Quarto where it is found, or the embedded renderer.")  # fmt: skip
@click.option("--force", is_flag=True, help="Compute and render even if nothing has changed.")
def build(given: tuple[str, ...], scenario: str | None, engine: Choice, force: bool) -> None:
    """Validate the data, run the notebooks and render the report."""
    study, parameters = _choose(given, scenario)
    from evaltools.build import build_report

    report = build_report(study, parameters, engine=engine, force=force, say=click.echo)
    for path in report.files:
        click.echo(f"  {_shown(path)}")


@main.command()
@_parameter_options
@click.option("--force", is_flag=True, help="Run even if nothing has changed.")
def run(given: tuple[str, ...], scenario: str | None, force: bool) -> None:
    """Run the notebooks and leave their indicators, figures and manifest in a run folder."""
    study, parameters = _choose(given, scenario)
    from evaltools.build import run_notebooks

    click.echo(f"  {_shown(run_notebooks(study, parameters, force=force, say=click.echo).folder)}")


@main.command()
@_parameter_options
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto",
              help="What renders: Quarto where it is found, or the embedded renderer.")  # fmt: skip
def render(given: tuple[str, ...], scenario: str | None, engine: Choice) -> None:
    """Render the report anew, running the notebooks only if they are out of date."""
    study, parameters = _choose(given, scenario)
    from evaltools.build import build_report

    report = build_report(study, parameters, engine=engine, rerender=True, say=click.echo)
    for path in report.files:
        click.echo(f"  {_shown(path)}")


@main.command()
@_parameter_options
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="A folder that does not exist yet.")  # fmt: skip
def stage(given: tuple[str, ...], scenario: str | None, folder: Path) -> None:
    """Write the report as a plain Quarto project that any engine can render."""
    study, parameters = _choose(given, scenario)
    from evaltools.build import stage_report

    document = stage_report(study, parameters, folder, say=click.echo)
    click.echo(f"  {_shown(document)}")


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    from evaltools.build import check_study
    from evaltools.study import find_study

    click.echo(check_study(find_study()))


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text",
              help="Lines for people, JSON, or lines that editors jump from.")  # fmt: skip
def lint(form: str) -> None:
    """Check the prose of the reports: bare numbers, shares without denominators, claims."""
    from evaltools.findings.lint import as_errors, as_json, as_lines
    from evaltools.findings.lint import lint as problems_of
    from evaltools.study import find_study

    study = find_study()
    problems = problems_of(study.root, list(study.declaration.reports))
    shown = {"text": as_lines, "json": as_json, "github": as_errors}[form](problems)
    click.echo(shown, nl=False)
    if problems:
        raise SystemExit(1)
    if form == "text":
        click.echo("The prose passes.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of the parameters.")
def parameters(as_json: bool) -> None:
    """List the study's parameters, their values and its scenarios."""
    from evaltools.study import find_study
    from evaltools.study.listing import listing, schema

    study = find_study()
    click.echo(schema(study) if as_json else listing(study))


@main.command()
@_parameter_options
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def lab(given: tuple[str, ...], scenario: str | None, port: int, browser: bool) -> None:
    """Open the notebooks in JupyterLab; with parameters, copies that hold them."""
    study, parameters = _choose(given, scenario)
    from evaltools.lab import open_lab

    open_lab(study, parameters, port, browser)


@main.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="The data folder to write the example part into.")  # fmt: skip
def example(folder: Path) -> None:
    """Generate the example data anew beside the public tables of a data folder."""
    from evaltools.example import write_example

    write_example(folder)
    click.echo(f"  {_shown(folder)}")


def _shown(path: Path) -> str:
    """A path as short as it can be told from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)

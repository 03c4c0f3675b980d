"""Commands that look at a study: its data, its prose and its parameters."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import load_study_for_command
from evaltools.lint.messages import as_errors, as_json, as_lines
from evaltools.lint.run import lint as problems_of
from evaltools.study import find_study
from evaltools.study.parameter_help import list_parameters, schema


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    # Loads pandas for a second, which `lint` and `parameters` need not wait for.
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.pipeline.study_checks import check_study
    from evaltools.report.material import check_findings

    study = load_study_for_command()
    told = check_study(study)
    check_findings(study, read_tables(study.data, load_descriptor(study.data)))
    click.echo(told)


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text",
              help="Lines for people, JSON, or lines that editors jump from.")  # fmt: skip
def lint(form: str) -> None:
    """Check the prose of the reports: bare numbers, shares without denominators, claims."""
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
    study = find_study()
    click.echo(schema(study) if as_json else list_parameters(study))

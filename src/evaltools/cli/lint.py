"""The command that checks the prose of the reports."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.lint import as_errors, as_json, as_lines
from evaltools.lint import lint as problems_of
from evaltools.study import find_study


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

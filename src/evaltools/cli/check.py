"""The commands that look at a study: its data and its parameters."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import load_study_for_command


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    from evaltools.pipeline.study_checks import check_study

    click.echo(check_study(load_study_for_command()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of the parameters.")
def parameters(as_json: bool) -> None:
    """List the study's parameters, their values and its scenarios."""
    from evaltools.study import find_study
    from evaltools.study.study import list_parameters, schema

    study = find_study()
    click.echo(schema(study) if as_json else list_parameters(study))

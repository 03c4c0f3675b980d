"""The command that lists the parameters of a study."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.study import find_study
from evaltools.study.study import list_parameters, schema


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of the parameters.")
def parameters(as_json: bool) -> None:
    """List the study's parameters, their values and its scenarios."""

    study = find_study()
    click.echo(schema(study) if as_json else list_parameters(study))

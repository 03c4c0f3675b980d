"""The command that tells where an indicator comes from."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, locate_run, parameter_options
from evaltools.provenance.artifacts import read_artifact
from evaltools.provenance.explain import explain as explained


@main.command()
@click.argument("key")
@click.option("--run", "what", default="", help="Of which run or report; by default the current.")
@parameter_options
def explain(key: str, what: str, given: tuple[str, ...], scenario: str | None) -> None:
    """Tell where an indicator comes from: counts, method, notebook, data, uses in the prose."""

    study, parameters = choose_parameters(given, scenario)
    folder = locate_run(what) if what else locate_run(parameters.slug())
    click.echo(explained(read_artifact(folder), key, study), nl=False)

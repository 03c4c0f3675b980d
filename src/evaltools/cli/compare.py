"""Commands that tell two runs, reports or bundles apart, and where a number comes from."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, locate_run, parameter_options
from evaltools.compare.attribution import compare_with_causes
from evaltools.compare.output import OutputFiles, print_comparison, write_comparison
from evaltools.compare.prose import read_code_labels
from evaltools.files import relative_path
from evaltools.provenance.artifacts import read_artifact
from evaltools.provenance.explain import explain as explained
from evaltools.study import find_study


@main.command()
@click.argument("old")
@click.argument("new")
@click.option("--data", default="", help="Where the older data are: a folder, bundle or revision.")
@click.option("--code", default="", help="Where the older code is: a folder or revision.")
@click.option("--causes/--no-causes", default=True, help="Rerun to tell what caused each change.")
@click.option("--all", "everything", is_flag=True, help="Every row, moved or not.")
@click.option("--html", type=click.Path(path_type=Path), help="Write it as a page.")
@click.option("--csv", type=click.Path(path_type=Path), help="Write it as a table.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write it as a chapter.")
@click.option("--figure", type=click.Path(path_type=Path), help="Draw the shares that moved.")
def compare(
    old: str, new: str, data: str, code: str, causes: bool, everything: bool, **files: Path | None
) -> None:
    """Compare two runs, reports or bundles: what moved, what changed its outcome, and why."""
    study = find_study()
    before, after = read_artifact(locate_run(old)), read_artifact(locate_run(new))
    comparison, attribution = compare_with_causes(study, before, after, data, code, causes)
    print_comparison(comparison, attribution, read_code_labels(study, "en"), Console(), everything)
    language = after.ingredients.parameters.get("language", study.declaration.languages[0])
    write_comparison(comparison, attribution, study, OutputFiles(**files), language)
    for path in files.values():
        if path is not None:
            click.echo(f"  {relative_path(path)}")


@main.command()
@click.argument("key")
@click.option("--run", "what", default="", help="Of which run or report; by default the current.")
@parameter_options
def explain(key: str, what: str, given: tuple[str, ...], scenario: str | None) -> None:
    """Tell where an indicator comes from: counts, method, notebook, data, uses in the prose."""
    study, parameters = choose_parameters(given, scenario)
    folder = locate_run(what) if what else locate_run(parameters.slug())
    click.echo(explained(read_artifact(folder), key, study), nl=False)

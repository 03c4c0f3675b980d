"""Commands that make the report, and those that look at the study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evaltools.cli.choosing import choose, parameter_options, whole_study
from evaltools.cli.main import main, shown

if TYPE_CHECKING:
    from evaltools.report.engines import Choice


@main.command()
@parameter_options
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto",
              help="What renders: Quarto where it is found, or the embedded renderer.")  # fmt: skip
@click.option("--force", is_flag=True, help="Compute and render even if nothing has changed.")
def build(given: tuple[str, ...], scenario: str | None, engine: Choice, force: bool) -> None:
    """Validate the data, run the notebooks and render the report."""
    study, parameters = choose(given, scenario)
    from evaltools.build import build_report

    report = build_report(study, parameters, engine=engine, force=force, say=click.echo)
    for path in report.files:
        click.echo(f"  {shown(path)}")


@main.command()
@parameter_options
@click.option("--force", is_flag=True, help="Run even if nothing has changed.")
def run(given: tuple[str, ...], scenario: str | None, force: bool) -> None:
    """Run the notebooks and leave their indicators, figures and manifest in a run folder."""
    study, parameters = choose(given, scenario)
    from evaltools.build import run_notebooks

    click.echo(f"  {shown(run_notebooks(study, parameters, force=force, say=click.echo).folder)}")


@main.command()
@parameter_options
@click.option("--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto",
              help="What renders: Quarto where it is found, or the embedded renderer.")  # fmt: skip
def render(given: tuple[str, ...], scenario: str | None, engine: Choice) -> None:
    """Render the report anew, running the notebooks only if they are out of date."""
    study, parameters = choose(given, scenario)
    from evaltools.build import build_report

    report = build_report(study, parameters, engine=engine, rerender=True, say=click.echo)
    for path in report.files:
        click.echo(f"  {shown(path)}")


@main.command()
@parameter_options
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="A folder that does not exist yet.")  # fmt: skip
def stage(given: tuple[str, ...], scenario: str | None, folder: Path) -> None:
    """Write the report as a plain Quarto project that any engine can render."""
    study, parameters = choose(given, scenario)
    from evaltools.build import stage_report

    document = stage_report(study, parameters, folder, say=click.echo)
    click.echo(f"  {shown(document)}")


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    from evaltools.build import check_study

    click.echo(check_study(whole_study()))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of the parameters.")
def parameters(as_json: bool) -> None:
    """List the study's parameters, their values and its scenarios."""
    from evaltools.study import find_study
    from evaltools.study.study import listing, schema

    study = find_study()
    click.echo(schema(study) if as_json else listing(study))


@main.command()
@parameter_options
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def lab(given: tuple[str, ...], scenario: str | None, port: int, browser: bool) -> None:
    """Open the notebooks in JupyterLab; with parameters, copies that hold them."""
    study, parameters = choose(given, scenario)
    from evaltools.lab import open_lab

    open_lab(study, parameters, port, browser)


@main.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="The data folder to write the example part into.")  # fmt: skip
def example(folder: Path) -> None:
    """Generate the example data anew beside the public tables of a data folder."""
    from evaltools.example import write_example

    write_example(folder)
    click.echo(f"  {shown(folder)}")

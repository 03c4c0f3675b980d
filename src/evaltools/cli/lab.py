"""The command that opens the notebooks."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, parameter_options
from evaltools.pipeline.jupyterlab import open_lab


@main.command()
@parameter_options
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def lab(given: tuple[str, ...], scenario: str | None, port: int, browser: bool) -> None:
    """Open the notebooks in JupyterLab; with parameters, copies that hold them."""
    study, parameters = choose_parameters(given, scenario)

    open_lab(study, parameters, port, browser)

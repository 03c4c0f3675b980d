"""Commands that open JupyterLab: on the notebooks, or for coders."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, parameter_options
from evaltools.coding.coder_view import CoderView
from evaltools.coding.consensus_session import ConsensusSession
from evaltools.explore.start_page import write_start_page
from evaltools.pipeline import jupyterlab
from evaltools.study import Language, find_study


@main.command()
@parameter_options
@click.option("--port", type=click.IntRange(1024, 65535), default=8888, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def lab(given: tuple[str, ...], scenario: str | None, port: int, browser: bool) -> None:
    """Open the study in JupyterLab, to explore it; with parameters, notebooks that hold them."""
    study, parameters = choose_parameters(given, scenario)
    jupyterlab.open_lab(study, write_start_page(study, parameters), port, browser)


@main.command()
@click.argument("coder", required=False)
@click.option("--round", "round_", type=click.IntRange(1, 9999), default=1, show_default=True,
              help="Round of coding.")  # fmt: skip
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), default="fi",
              show_default=True, help="Language of the panel.")  # fmt: skip
@click.option("--document", metavar="ID", help="The document to open first.")
@click.option("--disagreements", is_flag=True, help="Settle where coders differ instead.")
@click.option("--port", type=click.IntRange(1024, 65535), default=8889, show_default=True)
@click.option("--browser/--no-browser", default=True, help="Open a browser window.")
def code(
    coder: str | None, round_: int, language: Language, document: str | None,
    disagreements: bool, port: int, browser: bool,
) -> None:  # fmt: skip
    """Code reports in JupyterLab as CODER, or settle with --disagreements where coders differ."""
    if (coder is None) != disagreements:
        raise click.UsageError("Give a coder, or --disagreements.")
    if disagreements and document is not None:
        raise click.UsageError("--document goes with a coder.")

    study = find_study()
    if coder is None:
        # Says here what would stop it.
        ConsensusSession(study, None, None, round_, language).close()
        notebook = jupyterlab.write_disagreement_notebook(study, round_, language)
    else:
        material = CoderView(study)
        material.coder(coder)
        material.document(document)
        notebook = jupyterlab.write_coding_notebook(study, coder, round_, language, document)
    jupyterlab.open_notebook(study, notebook, port, browser)

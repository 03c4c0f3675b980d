"""The command that checks a study and its data."""

from __future__ import annotations

import click

from evaltools.cli.main import main
from evaltools.cli.options import load_study_for_command
from evaltools.pipeline.study_checks import check_study


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    click.echo(check_study(load_study_for_command()))

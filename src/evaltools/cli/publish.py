"""The command that publishes a report."""

from __future__ import annotations

from pathlib import Path

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, parameter_options
from evaltools.files import relative_path
from evaltools.publish.publish import publish_report


@main.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="The bundle to make; must not be there yet.")  # fmt: skip
@click.option("--published", type=click.Path(path_type=Path, exists=True),
              help="Folder of bundles that the register of releases lacks.")  # fmt: skip
@click.option("--sign", "key", type=click.Path(path_type=Path), metavar="KEY",
              help="SSH key that signs the bundle; one with a passphrase through the "
              "ssh-agent.")  # fmt: skip
@parameter_options
def publish(
    folder: Path,
    published: Path | None,
    key: Path | None,
    given: tuple[str, ...],
    scenario: str | None,
) -> None:
    """Publish the report as a bundle, unless anything at all stands against it."""
    study, parameters = choose_parameters(given, scenario)

    bundle = publish_report(study, parameters, folder, published, click.echo, key)
    click.echo(f"{len(bundle.files)} files, sha256 {bundle.digest}")
    click.echo(f"  {relative_path(bundle.folder)}")

"""Commands that publish a report, and that check what somebody holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, locate_run, parameter_options
from evaltools.files import relative_path
from evaltools.publish.publish import publish_report
from evaltools.publish.verify import verify as verified


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


@main.command()
@click.argument("what")
@click.option("--rebuild/--hashes-only", default=True,
              help="Make it anew in a folder of its own and compare the bytes.")  # fmt: skip
@click.option("--signers", type=click.Path(path_type=Path), metavar="FILE",
              help="Who may sign bundles (ALLOWED SIGNERS in ssh-keygen's manual); a bundle must "
              "be signed by one of them.")  # fmt: skip
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="Day on which the signer's key must be valid; today by default.")  # fmt: skip
def verify(what: str, rebuild: bool, signers: Path | None, on: datetime | None) -> None:
    """Check a run, a report or a published bundle: every hash, and whether it comes out again.

    WHAT is a folder, the name of a report (default) or the key of a run.
    """
    day = on.date() if on is not None else None
    found = verified(locate_run(what), rebuild, say=click.echo, signers=signers, on=day)
    for line in found.lines():
        click.echo(line)
    if not found.holds:
        raise SystemExit(1)

"""The command that checks whether a run, report or bundle is what it says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evaltools.cli.main import main
from evaltools.cli.options import locate_run
from evaltools.publish.verify import verify as verified


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

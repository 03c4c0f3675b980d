"""Commands that publish a report, and that check what somebody holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, locate_run, parameter_options
from evaltools.files import relative_path
from evaltools.i18n.messages import Words
from evaltools.problems import refuse
from evaltools.provenance.finding_changes import FindingPair, list_pairs
from evaltools.publish.publish import PublicationCheck, check_publication, publish_report
from evaltools.publish.verify import verify as verified


@main.command()
@click.option("--to", "folder", type=click.Path(path_type=Path),
              help="The bundle to make; must not be there yet.")  # fmt: skip
@click.option("--check", is_flag=True,
              help="Publish nothing: tell what stands against it, and each finding as the last "
              "release had it and as it is now.")  # fmt: skip
@click.option("--published", type=click.Path(path_type=Path, exists=True),
              help="Folder of bundles that the register of releases lacks.")  # fmt: skip
@click.option("--sign", "key", type=click.Path(path_type=Path), metavar="KEY",
              help="SSH key that signs the bundle; one with a passphrase through the "
              "ssh-agent.")  # fmt: skip
@parameter_options
def publish(
    folder: Path | None,
    check: bool,
    published: Path | None,
    key: Path | None,
    given: tuple[str, ...],
    scenario: str | None,
) -> None:
    """Publish the report as a bundle, unless anything at all stands against it."""
    if check == (folder is not None):
        raise click.UsageError("Give either --to FOLDER or --check.")
    study, parameters = choose_parameters(given, scenario)
    if folder is None:
        _show_check(check_publication(study, parameters, published, click.echo))
        return
    bundle = publish_report(study, parameters, folder, published, click.echo, key)
    click.echo(f"{len(bundle.files)} files, sha256 {bundle.digest}")
    click.echo(f"  {relative_path(bundle.folder)}")


def _show_check(found: PublicationCheck) -> None:
    """Print a line a finding, then and now, and what stands against publishing: exit status 1."""
    differing = [pair for pair in found.findings if pair.kind != "same"]
    if not found.earlier:
        click.echo("No earlier release recorded its findings; these are the ones of now.")
    else:
        count = len(differing)
        click.echo(f"Findings against {found.earlier}: {count} of {len(found.findings)} differ")
    for pair, row in zip(found.findings, list_pairs(found.findings, Words("en")), strict=True):
        click.echo(_tell_pair(pair, *row))
    refuse(found.problems)
    click.echo("Nothing stands against publishing it.")


def _tell_pair(
    pair: FindingPair, name: str, then: str, now: str, sentence_then: str, sentence_now: str
) -> str:
    """A finding in one line, for logs: what became of it, and what is said if that differs."""
    kind = pair.kind.replace("_", " ")
    if pair.kind == "same":
        return f"{kind:<11}  {name}: {now}"
    sides = [f"{outcome}. {said}".strip() if said else outcome
             for outcome, said in ((then, sentence_then), (now, sentence_now))]  # fmt: skip
    return f"{kind:<11}  {name}: {sides[0]} → {sides[1]}"


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

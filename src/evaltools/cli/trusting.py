"""Commands by which a report is checked, traced, compared and published."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from evaltools.cli.choosing import choose, parameter_options
from evaltools.cli.main import main, shown


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text",
              help="Lines for people, JSON, or lines that editors jump from.")  # fmt: skip
def lint(form: str) -> None:
    """Check the prose of the reports: bare numbers, shares without denominators, claims."""
    from evaltools.findings.lint import as_errors, as_json, as_lines
    from evaltools.findings.lint import lint as problems_of
    from evaltools.study import find_study

    study = find_study()
    problems = problems_of(study.root, list(study.declaration.reports))
    shown = {"text": as_lines, "json": as_json, "github": as_errors}[form](problems)
    click.echo(shown, nl=False)
    if problems:
        raise SystemExit(1)
    if form == "text":
        click.echo("The prose passes.")


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
    from evaltools.publishing.verify import verify as verified

    day = on.date() if on is not None else None
    found = verified(_located(what), rebuild, say=click.echo, signers=signers, on=day)
    for line in found.lines():
        click.echo(line)
    if not found.holds:
        raise SystemExit(1)


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
    from rich.console import Console

    from evaltools.comparison.examining import examine
    from evaltools.comparison.prose import code_labels
    from evaltools.comparison.terminal import print_comparison
    from evaltools.comparison.writing import Files, write_comparison
    from evaltools.provenance.recorded import read_recorded
    from evaltools.study import find_study

    study = find_study()
    before, after = read_recorded(_located(old)), read_recorded(_located(new))
    made, attribution = examine(study, before, after, data, code, causes)
    print_comparison(made, attribution, code_labels(study, "en"), Console(), everything)
    language = after.ingredients.parameters["language"]
    write_comparison(made, attribution, study, Files(**files), language)
    for path in files.values():
        if path is not None:
            click.echo(f"  {shown(path)}")


@main.command()
@click.argument("key")
@click.option("--run", "what", default="", help="Of which run or report; by default the current.")
@parameter_options
def explain(key: str, what: str, given: tuple[str, ...], scenario: str | None) -> None:
    """Tell where an indicator comes from: counts, method, notebook, data, uses in the prose."""
    from evaltools.provenance.explaining import explain as explained
    from evaltools.provenance.recorded import read_recorded

    study, parameters = choose(given, scenario)
    folder = _located(what) if what else _located(parameters.slug())
    click.echo(explained(read_recorded(folder), key, study), nl=False)


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
    study, parameters = choose(given, scenario)
    from evaltools.publishing.publish import publish_report

    bundle = publish_report(study, parameters, folder, published, click.echo, key)
    click.echo(f"{len(bundle.files)} files, sha256 {bundle.digest}")
    click.echo(f"  {shown(bundle.folder)}")


def _located(what: str) -> Path:
    """The folder of a run, report or bundle, by whatever name it was given."""
    from evaltools.problems import ProblemError
    from evaltools.provenance.recorded import locate
    from evaltools.study import find_study

    try:
        build: Path | None = find_study().build
    except ProblemError:
        build = None
    return locate(what, build)

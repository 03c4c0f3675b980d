"""`evaltools export coding` and `export codebook`: codings out to other tools."""

from __future__ import annotations

from pathlib import Path

import click

from evaltools.cli.groups import export_group
from evaltools.problems import Problem, ProblemError
from evaltools.qda.refi import write_qdc, write_qdpx
from evaltools.qda.study_coding import read_study_coding
from evaltools.qda.tables import write_tables
from evaltools.study import find_study

_NEW = click.Path(path_type=Path)


@export_group.command("coding")
@click.argument("target", type=_NEW, metavar="FILE.qdpx|FOLDER")
@click.option("--coder", "coders", multiple=True, metavar="NAME",
              help="Only this coder's work; by identifier or pseudonym, may be given again."
              )  # fmt: skip
@click.option("--wave", type=int, metavar="YEAR", help="Only the documents of an examination.")
@click.option("--without-consensus", is_flag=True, help="Without what coders agreed on.")
def export_coding(
    target: Path, coders: tuple[str, ...], wave: int | None, without_consensus: bool
) -> None:
    """Write the study's coding as a REFI-QDA project, or as a folder of tables."""

    found = read_study_coding(
        find_study().data, coders=coders, wave=wave, consensus=not without_consensus
    )
    if target.suffix.casefold() == ".qdpx":
        _check_is_free(target)
        write_qdpx(found, target)
    elif target.suffix and not target.is_dir():
        raise ProblemError(
            [
                Problem(
                    str(target),
                    f"nothing is written as {target.suffix}",
                    "a file .qdpx for other tools, or a folder for tables",
                    code="export.format",
                )
            ]
        )
    else:
        write_tables(found, target)
    click.echo(
        f"{len(found.codings)} codings of {len(found.segments)} passages in "
        f"{len(found.documents)} documents by {len(found.coders)} coders are in {target}"
    )


@export_group.command("codebook")
@click.argument("target", type=_NEW, metavar="FILE.qdc")
def export_codebook(target: Path) -> None:
    """Write the study's codebook as a REFI-QDA codebook."""

    found = read_study_coding(find_study().data)
    _check_is_free(target)
    write_qdc(found, target)
    click.echo(f"{len(found.codes)} codes are in {target}")


def _check_is_free(target: Path) -> None:
    if not target.parent.is_dir() or target.is_dir() or target.is_symlink():
        what = "there is no folder to write it to, or something else of that name"
        raise ProblemError([Problem(str(target), what, code="export.place")])

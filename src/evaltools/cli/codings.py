"""`evaltools import` and `export` of codings and codebooks: from other tools, and to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import yaml

from evaltools.cli.main import MOST_ALIKE, export_group, import_group
from evaltools.evidence.validation import check_data
from evaltools.files import read_text, relative_path, replace_file
from evaltools.ingest.codings import CodingJob, CodingsImported, import_into_study, import_to_folder
from evaltools.ingest.identification import UnknownCodesError, read_pairs
from evaltools.ingest.summary import describe_codings
from evaltools.problems import Problem, ProblemError, quote_value, refuse
from evaltools.qda.coding_tables import read_study_coding, write_tables
from evaltools.qda.model import Choices
from evaltools.qda.offsets.conventions import Convention
from evaltools.qda.readers import read_codes
from evaltools.qda.refi.write import write_qdc, write_qdpx
from evaltools.qda.spreadsheets import write_cells
from evaltools.study import Study, find_study
from evaltools.yaml_text import check_yaml

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_ANY = click.Path(path_type=Path, exists=True)
_NEW = click.Path(path_type=Path)
_LARGEST_COLUMNS = 1_000_000


@import_group.command()
@click.argument("file", type=_ANY)
@click.option("--to", type=_NEW, metavar="FOLDER", help="Write tables of their own there.")
@click.option("--into-study", is_flag=True, help="Add them to the tables of the study.")
@click.option("--coder", metavar="NAME", help="Who coded, where the file names nobody.")
@click.option("--coders", type=_FILE, help="CSV: name in the file, coder_id or pseudonym.")
@click.option("--codes", type=_FILE, help="CSV: name, path or identifier in the file, code_id.")
@click.option("--documents", type=_FILE, help="CSV: name in the file, document_id.")
@click.option("--columns", type=_FILE, help="YAML: which column of a spreadsheet holds what.")
@click.option("--column", "column", multiple=True, metavar="FIELD=NAME",
              help="One of these, such as quote=Teksti; may be given again.")  # fmt: skip
@click.option("--positions", metavar="CONVENTION", default="",
              help="How positions are counted, such as utf16/crlf2/nobom/exclusive; found out "
              "otherwise.")  # fmt: skip
@click.option("--complete", is_flag=True,
              help="The coders read their documents from beginning to end: where they gave no "
              "code, that says something.")  # fmt: skip
@click.option("--round", "round_", type=click.IntRange(1), default=1, show_default=True,
              help="Round of coding, where the file has none.")  # fmt: skip
@click.option("--created", type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]), metavar="DATE",
              help="Day of codings that have none.")  # fmt: skip
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook.")
@click.option("--project", metavar="NAME", help="Project of a database with several.")
@click.option("--add-codes", is_flag=True, help="Put unknown codes into the codebook.")
@click.option("--dry-run", is_flag=True, help="Read and match everything, write nothing.")
def coding(file: Path, to: Path | None, into_study: bool, **given: Any) -> None:
    """Take the coding in FILE: REFI-QDA, QualCoder, Taguette, spreadsheets, evaltools' own.

    FILE is told by what it holds. Its passages are found again in the study's texts; what is not
    in a certain place is not placed, and is listed with all that the study has no place for.
    Importing the same file again changes nothing.

    Exit status: 0 when every passage was placed, 1 when some were left behind or nothing was
    imported because the file does not fit.
    """
    if (to is None) == (not into_study):
        raise click.UsageError("give --to FOLDER or --into-study")
    study = _study_here()
    job = _make_job(file.resolve(), study, given)
    try:
        outcome = import_to_folder(job, to) if to else import_into_study(job)
    except UnknownCodesError as error:
        if study is not None and len(error.unknown) > MOST_ALIKE:
            _list_unknown(error.unknown, job, study)
        raise
    _show(outcome, job, to, study)


def _make_job(file: Path, study: Study | None, given: Mapping[str, Any]) -> CodingJob:
    """What is to be imported from a file, and how, by the options given."""
    known = ("coders", "codes", "documents")
    pairs = {name: read_pairs(given[name]) if given[name] else {} for name in known}
    created: datetime | None = given["created"]
    choices = Choices(
        coder=given["coder"] or "",
        columns=_read_columns(given["columns"], given["column"]),
        documents=pairs["documents"],
        round=given["round_"],
        positions=Convention.stated(given["positions"]),
        **{name: given[name] for name in ("project", "sheet")},
    )
    return CodingJob(
        file,
        study.data if study else None,
        choices,
        pairs["coders"],
        pairs["codes"],
        given["complete"],
        created.date() if created else None,
        given["add_codes"],
        given["dry_run"],
        partial(check_data, vocabulary=study.declaration) if study else check_data,
        study.declaration.coder_word if study else "Coder",
    )


@import_group.command()
@click.argument("file", type=_FILE)
@click.option("--to", type=_NEW, metavar="FOLDER", required=True, help="Write tables there.")
def codebook(file: Path, to: Path) -> None:
    """Take the codes in FILE, a REFI-QDA codebook (.qdc) or project."""
    study = _study_here()
    ids = frozenset(code.code_id for code in read_study_coding(study.data).codes) if study else None
    found = read_codes(file, Choices(code_ids=ids or frozenset()))
    write_tables(found, to)
    click.echo(f"Read as: {found.origin or 'a codebook'}")
    for fault in found.faults:
        click.echo(f"Fault of the file: {fault}")
    click.echo(f"{len(found.codes)} codes are in {to}")


def _study_here() -> Study | None:
    folder = Path.cwd()
    if not any((one / "evaluation.yml").is_file() for one in (folder, *folder.parents)):
        return None
    return find_study()


def _show(outcome: CodingsImported, job: CodingJob, to: Path | None, study: Study | None) -> None:
    for line in describe_codings(outcome):
        click.echo(line)
    if to is not None:
        click.echo("Nothing was written." if job.dry else f"Everything is in {to}")
    elif outcome.dropped and study is not None and not job.dry:
        click.echo(f"All that was left behind: {_list_dropped(outcome, job, study)}")
    if outcome.lost:
        raise SystemExit(1)


def _list_unknown(unknown: tuple[tuple[str, str], ...], job: CodingJob, study: Study) -> None:
    """Write codes that the codebook lacks as a table that can be completed and given by --codes."""
    place = _write_list(study, f"{job.path.name}.codes.csv", ("name", "code_id"), unknown)
    click.echo(
        f"All {len(unknown)} codes that the codebook does not have are in "
        f"{relative_path(place)}. Complete "
        "its column code_id, and give the file by --codes.",
        err=True,
    )


def _list_dropped(outcome: CodingsImported, job: CodingJob, study: Study) -> str:
    rows = [(one.where, one.what, one.why, one.loss) for one in outcome.dropped]
    columns = ("where", "what", "why", "loss")
    return relative_path(_write_list(study, f"{job.path.name}.dropped.csv", columns, rows))


def _write_list(
    study: Study, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> Path:
    place = study.build / "imports" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    replace_file(place, write_cells(columns, rows).encode())
    return place


def _read_columns(path: Path | None, given: Sequence[str]) -> dict[str, str]:
    """Column by field: of a file of `field: column`, and of `field=column`, which go before."""
    columns: dict[str, str] = {}
    if path is not None:
        text = read_text(path, path.name, _LARGEST_COLUMNS)
        try:
            check_yaml(text)
            found = yaml.safe_load(text)
        except yaml.YAMLError:
            found = None
        simple = (str, int, float)
        if not isinstance(found, dict) or not all(
            isinstance(key, str) and isinstance(value, simple) for key, value in found.items()
        ):
            what = "it is no list of fields and columns"
            remedy = "Write lines such as 'quote: Text'."
            raise ProblemError([Problem(path.name, what, "", remedy, "import.columns")])
        columns.update({key: str(value) for key, value in found.items()})
    wrong = [one for one in given if "=" not in one]
    refuse(
        Problem("--column", f"{quote_value(one)} is not FIELD=NAME", code="import.columns")
        for one in wrong
    )
    for one in given:
        field, _, name = one.partition("=")
        columns[field.strip()] = name.strip() if field.strip() != "separator" else name
    return columns


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
        what = f"nothing is written as {target.suffix}"
        allowed = "a file .qdpx for other tools, or a folder for tables"
        raise ProblemError([Problem(str(target), what, allowed, code="export.format")])
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

"""`evaltools import reports`: final reports as received, taken into the study."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evaltools.cli.groups import import_group
from evaltools.cli.main import format_problems

if TYPE_CHECKING:
    from evaltools.ingest.summary import ReportsImported

QUIET_SECONDS = 2.0
LINE_SECONDS = 5.0


@import_group.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="CSV or XLSX with a column file, and what documents do not say themselves: "
              "project_id or register_number, kind, wave, received, language, "
              "public_status.")  # fmt: skip
@click.option("--kind", metavar="KIND",
              help="What documents are that do not say so.")  # fmt: skip
@click.option("--wave", type=click.IntRange(2000, 2100), metavar="YEAR",
              help="Year of the examination; by default the first wave that had not ended "
              "when the document was received.")  # fmt: skip
@click.option("--received", type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]),
              metavar="DATE",
              help="Day on which documents were received that do not say so.")  # fmt: skip
@click.option("--to", "to", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Another data folder than the study's.")  # fmt: skip
@click.option("--drop-lost", is_flag=True,
              help="Take a new version of a coded document although coded passages are not in "
              "it; they are kept in reports/replaced.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Read and match everything, write nothing.")
def reports(
    folder: Path,
    mapping: Path | None,
    kind: str | None,
    wave: int | None,
    received: datetime | None,
    to: Path | None,
    drop_lost: bool,
    dry_run: bool,
) -> None:
    """Take the reports of FOLDER into the study: Word, PDF and spreadsheet files.

    Each is matched to its project by the mapping file, or else by the register number in its
    form, on its first page or in its name, or by the project_id in its name. What cannot be
    matched, read or told apart is named and skipped, the rest is imported, all at once.

    Exit status: 0 when every document was taken, 1 when some were skipped, or when nothing was
    imported because the mapping file or the study's tables are at fault.
    """
    # Here, and not above, since its long help is read often and shall come at once.
    from evaltools.ingest.document_metadata import Options
    from evaltools.ingest.reports import import_reports, make_job
    from evaltools.study import find_study

    study = find_study()
    kinds = tuple(study.declaration.documents.kinds)
    if kind is not None and kind not in kinds:
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(kinds)}.", param_hint="--kind")
    job = make_job(
        study,
        folder,
        Options(kind, wave, received.date() if received else None),
        to=to,
        mapping=mapping,
        dry=dry_run,
        drop_lost=drop_lost,
    )
    with _progress() as tell:
        outcome = import_reports(job, tell)
    _show(outcome)
    if not outcome.complete:
        raise SystemExit(1)


def _show(outcome: ReportsImported) -> None:
    from evaltools.ingest.summary import final_sentence, list_remarks, summarise

    for line in list_remarks(outcome):
        click.echo(line)
    for line in format_problems(outcome.skipped):
        click.echo(f"skipped: {line}", err=True)
    for note in outcome.notes:
        click.echo(note)
    rows = summarise(outcome)
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        click.echo(f"{what:<{width}}  {value}")
    click.echo(final_sentence(outcome))


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar on a terminal once it takes more than two seconds, a line now and then elsewhere."""
    if sys.stderr.isatty():
        with _bar() as tell:
            yield tell
        return
    started = last = time.monotonic()

    def line(done: int, total: int, file: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - started > QUIET_SECONDS and (now - last > LINE_SECONDS or done == total):
            last = now
            click.echo(f"{done} of {total} documents read", err=True)

    yield line


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("Reading"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.description}"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("", total=None)
    started = time.monotonic()
    shown = False

    def move(done: int, total: int, file: str) -> None:
        nonlocal shown
        bar.update(task, completed=done, total=total, description=escape(file[-40:]))
        if not shown and done < total and time.monotonic() - started > QUIET_SECONDS:
            bar.start()
            shown = True

    try:
        yield move
    finally:
        if shown:
            bar.stop()

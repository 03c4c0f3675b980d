"""`evaltools import reports`: final reports as received, taken into the study."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from evaltools.cli.main import format_problems, import_group

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
    from evaltools.ingest.summary import final_sentence, list_remarks, summarise
    from evaltools.study import find_study

    study = find_study()
    kinds = tuple(study.declaration.documents.kinds)
    if kind is not None and kind not in kinds:
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(kinds)}.", param_hint="--kind")
    options = Options(kind, wave, received.date() if received else None)
    job = make_job(study, folder, options, to=to, mapping=mapping, dry=dry_run, drop_lost=drop_lost)
    with closing(_Progress()) as progress:
        outcome = import_reports(job, progress)
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
    if not outcome.complete:
        raise SystemExit(1)


class _Progress:
    """A bar on a terminal once it takes more than two seconds, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.started = self.last = time.monotonic()
        self.bar: Any = None

    def __call__(self, done: int, total: int, file: str) -> None:
        now = time.monotonic()
        if self.bar is None and now - self.started < QUIET_SECONDS:
            return
        if not sys.stderr.isatty():
            if now - self.last > LINE_SECONDS or done == total:
                self.last = now
                click.echo(f"{done} of {total} documents read", err=True)
            return
        if self.bar is None:
            self.bar = click.progressbar(
                length=total, label="Reading", file=sys.stderr, show_pos=True, width=24,
                item_show_func=lambda name: name and name[-40:],
            )  # fmt: skip
            self.bar.__enter__()
        self.bar.update(done - self.bar.pos, file)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.render_finish()

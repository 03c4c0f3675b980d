"""The command that makes a study anew under many parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from evaltools.cli.main import main
from evaltools.cli.options import choose_parameters, parameter_options
from evaltools.files import relative_path, replace_file
from evaltools.pipeline.pool import usable_cores
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study import Study

_NAMED = 5
"""Scenarios without a report that are named; all are in the summary and on the page."""


@main.command()
@parameter_options
@click.option("--over", metavar="NAME,NAME", help="Every combination of choices of parameters.")
@click.option("--list", "listed", type=click.Path(path_type=Path), metavar="FILE",
              help="A YAML list of mappings of parameters to values.")  # fmt: skip
@click.option("--to", "folder", type=click.Path(path_type=Path),
              help="Where to; by default below reports/_build/sweeps.")  # fmt: skip
@click.option("--indicators-only", is_flag=True, help="Do not put findings to the numbers.")
@click.option("--reports", "asked", multiple=True, metavar="NAME",
              help="Render the report of a scenario, or of 'all'; may be repeated.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 256), help="Processes at once.")
@click.option("--scheduler", default="", metavar="tcp://…", help="Compute on a Dask cluster.")
def sweep(
    given: tuple[str, ...], scenario: str | None, over: str | None, listed: Path | None,
    folder: Path | None, asked: tuple[str, ...], **computing: Any,
) -> None:  # fmt: skip
    """Compute indicators and findings of many scenarios; what is there already is kept."""
    from evaltools.sweep import run  # loads pandas
    from evaltools.sweep.scenario_grid import find_alike, make_grid, read_list

    if (over is None) == (listed is None):
        what, allowed = "says nothing of what to go through, or twice", "--over or --list"
        raise ProblemError([Problem("evaltools sweep", what, allowed, "", "sweep.what")])
    study, parameters = choose_parameters(given, scenario)
    values = parameters.changed()
    if listed is not None:
        scenarios, name = read_list(study, listed, values), listed.stem
    else:
        names = list(dict.fromkeys(one.strip() for one in (over or "").split(",") if one.strip()))
        scenarios, name = make_grid(study, names, values), "-".join(names)
    known = {one.name: one for one in scenarios}
    wanted = list(known) if "all" in asked else list(dict.fromkeys(asked))
    refuse(
        Problem(
            f"--reports {one}", "no scenario is called so", ", ".join(known), "", "sweep.report"
        )
        for one in wanted
        if one not in known
    )
    to = folder or study.build / "sweeps" / "_".join(
        [name, *([parameters.slug()] if values else [])]
    )  # fmt: skip
    workers = computing["workers"] or usable_cores()
    settings = run.Settings(workers, computing["scheduler"], not computing["indicators_only"])
    made = run.sweep(study, scenarios, to, settings, click.echo)
    failed = 0
    if wanted:
        readable = {one.name for one in made.of("done")}
        chosen = [known[one] for one in wanted if one in readable]
        failed = _render(study, chosen, to)
        made = run.sweep(study, scenarios, to, settings, click.echo)
    empty = [one.name for one in made.of("nothing_to_read")]
    if empty:
        more = f" and {len(empty) - _NAMED} more" if len(empty) > _NAMED else ""
        click.echo(f"{len(empty)} with nothing to read: {', '.join(empty[:_NAMED])}{more}")
    for one in made.of("failed"):
        first, *rest = made.results[one.name]["problems"]
        more = f" (and {len(rest)} more in {run.SUMMARY})" if rest else ""
        click.echo(f"{one.name}: failed: {first}{more}")
    alike = len(find_alike(scenarios, made.results))
    again = f", {alike} of them with the numbers and findings of another" if alike else ""
    click.echo(f"{len(made.of('done'))} of {len(scenarios)} scenarios computed{again}")
    click.echo(f"  {relative_path(to / run.PAGE)}")
    if made.of("failed") or failed:
        raise SystemExit(1)


def _render(study: Study, scenarios: Sequence[Any], to: Path) -> int:
    """Build the report of each, and put its page beside the sweep; how many failed."""
    from evaltools.report.build import build_report

    failed = 0
    for number, one in enumerate(scenarios, 1):
        click.echo(f"Report {number} of {len(scenarios)}: {one.name}")
        try:
            report = build_report(study, one.parameters, say=lambda _: None)
        except ProblemError as error:
            failed += 1
            for problem in error.problems:
                click.echo(f"  {problem}", err=True)
            continue
        pages = [path for path in report.files if path.suffix == ".html"]
        for path in pages[:1]:
            (to / "reports").mkdir(exist_ok=True)
            replace_file(to / "reports" / f"{one.name}.html", path.read_bytes())
    if failed:
        click.echo(f"{failed} of {len(scenarios)} reports failed", err=True)
    return failed

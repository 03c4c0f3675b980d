"""Commands that make the report, or what goes into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evaltools.cli.main import main
from evaltools.cli.options import (
    choose_parameters,
    command_check,
    load_study_for_command,
    parameter_options,
)
from evaltools.files import relative_path
from evaltools.provenance.last_check import NOTEBOOKS_UP_TO_DATE, NOTHING_TO_DO

if TYPE_CHECKING:
    from evaltools.report.engines import Choice

_ENGINE = click.option(
    "--engine", type=click.Choice(["auto", "quarto", "embedded"]), default="auto",
    help="What renders: Quarto where it is found, or the embedded renderer.",
)  # fmt: skip


@main.command()
@parameter_options
@_ENGINE
@click.option("--force", is_flag=True, help="Compute and render even if nothing has changed.")
@click.option("--all-languages", is_flag=True,
              help="The report in each language of the study, one after another.")  # fmt: skip
@click.option("--watch", is_flag=True, help="Build again whenever a file of the study changes.")
def build(
    given: tuple[str, ...],
    scenario: str | None,
    engine: Choice,
    force: bool,
    all_languages: bool,
    watch: bool,
) -> None:
    """Validate the data, run the notebooks and render the report."""

    def update(force: bool = False) -> None:
        from evaltools.report.build import build_report, files_behind
        from evaltools.report.languages import in_every_language

        with check.watch() as watched:
            study, parameters = choose_parameters(given, scenario)
            chosen = in_every_language(study, parameters) if all_languages else (parameters,)
            reports = []
            for each in chosen:
                report = build_report(study, each, engine=engine, force=force, say=click.echo)
                for path in report.files:
                    click.echo(f"  {relative_path(path)}")
                reports.append(report)
            # Of Quarto only its name is looked at: it may be upgraded where it is.
            if not any(report.engine.program for report in reports):
                watched.roots = files_behind(study)
                for report in reports:
                    places = (report.run, report.folder, report.folder.resolve())
                    into = watched.made if report.made else watched.roots
                    into += map(str, places)
                watched.told = [[str(path) for path in report.files] for report in reports]

    check = command_check("build", given=list(given), scenario=scenario, engine=engine,
                          languages=all_languages)  # fmt: skip
    if not watch:
        if not force and (told := check.recall()) is not None:
            for files in told:
                click.echo(NOTHING_TO_DO)
                for path in files:
                    click.echo(f"  {relative_path(Path(path))}")
            return None
        return update(force)
    from evaltools.report.preview import update_forever  # loads pandas

    root = load_study_for_command().root
    return update_forever(root, update, click.echo)


@main.command()
@parameter_options
@_ENGINE
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default a free one.")
def preview(given: tuple[str, ...], scenario: str | None, engine: Choice, port: int) -> None:
    """Serve the report's page to this machine, and render it anew after every edit."""
    import threading

    from evaltools.report.preview import Preview, serve, update_forever  # loads pandas

    shown = Preview(lambda: choose_parameters(given, scenario), engine)
    root = load_study_for_command().root
    with serve(shown, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        click.echo(f"The page is at http://127.0.0.1:{server.server_port}/")
        try:
            update_forever(root, lambda: shown.update(click.echo), click.echo)
        finally:
            server.shutdown()


@main.command()
@parameter_options
@_ENGINE
def status(given: tuple[str, ...], scenario: str | None, engine: Choice) -> None:
    """Tell what a build would run and render, and why; changes nothing."""
    from evaltools.pipeline import notebook_states
    from evaltools.report.build import reason_to_render

    study, parameters = choose_parameters(given, scenario)
    for name, state in notebook_states(study, parameters).items():
        told = "up to date" if state.reusable else f"would run: {state.reason}"
        click.echo(f"{name}: {told}")
    reason = reason_to_render(study, parameters, engine)
    told = "up to date" if reason is None else f"would be rendered: {reason}"
    click.echo(f"report {parameters.slug()}: {told}")


@main.command()
@parameter_options
@click.option("--force", is_flag=True, help="Run even if nothing has changed.")
def run(given: tuple[str, ...], scenario: str | None, force: bool) -> None:
    """Run the notebooks and leave their indicators, figures and manifest in a run folder."""
    check = command_check("run", given=list(given), scenario=scenario)
    if not force and (told := check.recall()) is not None:
        click.echo(NOTEBOOKS_UP_TO_DATE)
        click.echo(f"  {relative_path(Path(told))}")
        return
    from evaltools.report.build import files_behind, run_notebooks

    with check.watch() as watched:
        study, parameters = choose_parameters(given, scenario)
        made = run_notebooks(study, parameters, force=force, say=click.echo)
        click.echo(f"  {relative_path(made.folder)}")
        watched.roots = files_behind(study)
        (watched.roots if made.reason is None else watched.made).append(str(made.folder))
        watched.told = str(made.folder)


@main.command()
@parameter_options
@_ENGINE
def render(given: tuple[str, ...], scenario: str | None, engine: Choice) -> None:
    """Render the report anew, running the notebooks only if they are out of date."""
    from evaltools.report.build import build_report

    study, parameters = choose_parameters(given, scenario)
    report = build_report(study, parameters, engine=engine, rerender=True, say=click.echo)
    for path in report.files:
        click.echo(f"  {relative_path(path)}")


@main.command()
@parameter_options
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True,
              help="A folder that does not exist yet.")  # fmt: skip
def stage(given: tuple[str, ...], scenario: str | None, folder: Path) -> None:
    """Write the report as a plain Quarto project that any engine can render."""
    from evaltools.report.build import stage_report

    study, parameters = choose_parameters(given, scenario)
    document = stage_report(study, parameters, folder, say=click.echo)
    click.echo(f"  {relative_path(document)}")

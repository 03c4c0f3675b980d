"""The command itself, and how it tells what is wrong."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from evaltools.files import SYSTEM_FAULTS, problems_from_error
from evaltools.interrupts import Interrupts, note_interrupts
from evaltools.problems import Problem, ProblemError
from evaltools.processes import collect_rarely

MOST_ALIKE = 20
MACHINE = frozenset(f"file.{kind}" for kind in SYSTEM_FAULTS)
STOPPED = "Stopped. What was complete is kept; the same command goes on from there."

COMMANDS = {
    "audit": (
        "audit",
        "Hold a text against a bundle: what of it is borne out, drifted, turned or unknown.",
    ),
    "build": ("build", "Validate the data, run the notebooks and render the report."),
    "check": ("check", "Check the study and all its data, and tell every problem."),
    "code": (
        "lab",
        "Code reports in JupyterLab as CODER, or settle with --disagreements where coders differ.",
    ),
    "compare": (
        "compare",
        "Compare two runs, reports or bundles: what moved, what changed its outcome, and why.",
    ),
    "explain": (
        "compare",
        "Tell where an indicator comes from: counts, method, notebook, data, uses in the prose.",
    ),
    "export": ("main", "Take the coding out, for another tool."),
    "import": ("main", "Bring evidence in: final reports as received, codings of other tools."),
    "lab": (
        "lab",
        "Open the study in JupyterLab, to explore it; with parameters, notebooks that hold them.",
    ),
    "lint": (
        "check",
        "Check the prose of the reports: bare numbers, shares without denominators, claims.",
    ),
    "parameters": ("check", "List the study's parameters, their values and its scenarios."),
    "preview": (
        "build",
        "Serve the report's page to this machine, and render it anew after every edit.",
    ),
    "publish": (
        "publish",
        "Publish the report as a bundle, unless anything at all stands against it.",
    ),
    "render": (
        "build",
        "Render the report anew, running the notebooks only if they are out of date.",
    ),
    "run": (
        "build",
        "Run the notebooks and leave their indicators, figures and manifest in a run folder.",
    ),
    "sign": (
        "sign",
        "Sign the sentences among the results that no data stand behind, after looking at them.",
    ),
    "stage": ("build", "Write the report as a plain Quarto project that any engine can render."),
    "status": ("build", "Tell what a build would run and render, and why; changes nothing."),
    "sweep": (
        "sweep",
        "Compute indicators and findings of many scenarios; what is there already is kept.",
    ),
    "verify": (
        "publish",
        "Check a run, a report or a published bundle: every hash, and whether it comes out again.",
    ),
}
"""Module and first sentence of the help of every command."""

IMPORTS = {
    "codebook": ("codings", "Take the codes in FILE, a REFI-QDA codebook (.qdc) or project."),
    "coding": (
        "codings",
        "Take the coding in FILE: REFI-QDA, QualCoder, Taguette, spreadsheets, evaltools' own.",
    ),
    "reports": (
        "import_reports",
        "Take the reports of FOLDER into the study: Word, PDF and spreadsheet files.",
    ),
}
EXPORTS = {
    "codebook": ("codings", "Write the study's codebook as a REFI-QDA codebook."),
    "coding": (
        "codings",
        "Write the study's coding as a REFI-QDA project, or as a folder of tables.",
    ),
}


def format_problems(problems: Sequence[Problem]) -> list[str]:
    """A line for each problem; when a whole column is wrong, its first rows and how many more."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        place = re.sub(r", row \d+", "", problem.where)
        groups.setdefault((problem.code, place), []).append(problem)
    lines: list[str] = []
    for (_, place), alike in groups.items():
        lines += map(str, alike[:MOST_ALIKE])
        if len(alike) > MOST_ALIKE:
            lines.append(f"{place}: {len(alike) - MOST_ALIKE} more of this kind")
    return lines


class CommandGroup(click.Group):
    """Commands whose modules are imported when one is called, since most load large libraries.

    Arguments:
        modules: for each command its module in this package, and the first sentence of its help,
            so that the list of commands is shown without importing any.
    """

    def __init__(
        self, *arguments: Any, modules: Mapping[str, tuple[str, str]] | None = None, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self.modules = modules or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, imported or not."""
        return sorted({*self.modules, *self.commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, whose module adds it to this group."""
        if cmd_name in self.modules:
            import_module(f"evaltools.cli.{self.modules[cmd_name][0]}")
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        names = self.list_commands(ctx)
        width = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            # The sentence is shortened as click shortens that of a command which is imported.
            known = {name: click.Command(name, help=self.modules[name][1]) for name in names}
            formatter.write_dl([(name, known[name].get_short_help_str(width)) for name in names])


class _Main(CommandGroup):
    """Shows problems as lines for an evaluator, and no traceback for bad input or a bad disk.

    Whoever stops a command is told so as well; its status is then that of the signal (130 of
    Ctrl-C), else 1.
    """

    def invoke(self, ctx: click.Context) -> Any:
        collect_rarely()
        interrupts: Interrupts | None = None
        try:
            with note_interrupts() as interrupts:
                try:
                    return super().invoke(ctx)
                except BaseException:
                    interrupts.check()  # a module that was just imported makes something else of it
                    raise
        except KeyboardInterrupt:
            click.echo(STOPPED, err=True)
            number = interrupts.number if interrupts else 0
            raise SystemExit(128 + (number or signal.SIGINT)) from None
        except ProblemError as error:
            _print_problems(error.problems)
        except (OSError, UnicodeError, RecursionError, MemoryError) as error:
            if isinstance(error, BrokenPipeError):
                raise  # whoever read the output has gone: click ends quietly
            _print_problems(problems_from_error(error))
        raise SystemExit(1)


def _print_problems(found: Sequence[Problem]) -> None:
    # What is wrong with the machine is no different in another file.
    once = {problem.code if problem.code in MACHINE else problem: problem for problem in found}
    problems = [*once.values()]
    for line in format_problems(problems):
        click.echo(line, err=True)
    count = len(problems)
    click.echo(f"{count} problem{'s' if count > 1 else ''}; nothing was changed.", err=True)


@click.group(cls=_Main, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evaltools", message="%(prog)s %(version)s")
def main() -> None:
    """From a grant programme's final reports to a report that can be rerun and challenged.

    Commands work on the study (evaluation.yml) of the current folder or one above it.
    """


@main.group("import", cls=CommandGroup, modules=IMPORTS)
def import_group() -> None:
    """Bring evidence in: final reports as received, codings of other tools."""


@main.group("export", cls=CommandGroup, modules=EXPORTS)
def export_group() -> None:
    """Take the coding out, for another tool."""

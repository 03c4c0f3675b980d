"""The command itself, and how it tells what is wrong."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from evaltools.files import SYSTEM_FAULTS, problems_from_error
from evaltools.interrupts import Interrupts, note_interrupts
from evaltools.problems import Problem, ProblemError
from evaltools.processes import collect_rarely

MOST_ALIKE = 20
MACHINE = frozenset(f"file.{kind}" for kind in SYSTEM_FAULTS)
STOPPED = "Stopped. What was complete is kept; the same command goes on from there."

_COMMANDS: Mapping[str, Mapping[str, tuple[str, str]]] = json.loads(
    Path(__file__).with_name("commands.json").read_text(encoding="utf-8")
)
"""Module and first sentence of the help of every command, by the group that it stands in."""


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


@click.group(
    cls=_Main,
    modules=_COMMANDS["commands"],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="evaltools", message="%(prog)s %(version)s")
def main() -> None:
    """From a grant programme's final reports to a report that can be rerun and challenged.

    Commands work on the study (evaluation.yml) of the current folder or one above it.
    """


@main.group("import", cls=CommandGroup, modules=_COMMANDS["import"])
def import_group() -> None:
    """Bring evidence in: final reports as received, codings of other tools."""


@main.group("export", cls=CommandGroup, modules=_COMMANDS["export"])
def export_group() -> None:
    """Take the coding out, for another tool."""

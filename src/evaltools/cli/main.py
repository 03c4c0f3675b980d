"""The command itself, and how it tells what is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from evaltools.files import problems_from_error
from evaltools.problems import Problem, ProblemError

MOST_ALIKE = 20


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


class _Group(click.Group):
    """Shows problems as lines for an evaluator, and no traceback for bad input or a bad disk."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            _print_problems(error.problems)
        except (OSError, UnicodeError, RecursionError, MemoryError) as error:
            if isinstance(error, BrokenPipeError):
                raise  # whoever read the output has gone: click ends quietly
            _print_problems(problems_from_error(error))
        raise SystemExit(1)


def _print_problems(problems: Sequence[Problem]) -> None:
    for line in format_problems(problems):
        click.echo(line, err=True)
    count = len(problems)
    click.echo(f"{count} problem{'s' if count > 1 else ''}; nothing was changed.", err=True)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="evaltools", message="%(prog)s %(version)s")
def main() -> None:
    """From a grant programme's final reports to a report that can be rerun and challenged.

    Commands work on the study (evaluation.yml) of the current folder or one above it.
    """

"""Problems of the prose as lines for people, for editors and for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from evaltools.lint.prose_blocks import PLACEHOLDER
from evaltools.problems import LONGEST, Problem, quote_value

_PLACE = re.compile(r"(?P<file>.*):(?P<line>\d+):(?P<column>\d+)")


def excerpt(text: str, longest: int = LONGEST) -> str:
    """Words of the prose between quotation marks: shortened, invisible characters written out."""
    return quote_value(text.replace(PLACEHOLDER, "…"), longest)


def place_of(where: str) -> tuple[str, int | None, int | None]:
    """File, line and column of a place of a problem; None for line and column where it has none."""
    found = _PLACE.fullmatch(where)
    if found is None:
        return where, None, None
    return found["file"], int(found["line"]), int(found["column"])


def as_lines(problems: Iterable[Problem]) -> str:
    """A line a problem: `reports/fi/_04.qmd:12:8: E13 "52" is typed … Remedy.`"""
    return "".join(f"{p.where}: {p.code} {_message(p)}\n" for p in problems)


def as_errors(problems: Iterable[Problem]) -> str:
    """A line a problem as compilers print it, which editors and code review services read:
    `file:line:column: error: message [code]`.
    """
    return "".join(f"{p.where}: error: {_message(p)} [{p.code}]\n" for p in problems)


def as_json(problems: Iterable[Problem]) -> str:
    """A JSON list of objects: file, line, column, code, message, remedy.

    Line and column are null for a problem that has no place in a file.
    """
    records = []
    for problem in problems:
        file, line, column = place_of(problem.where)
        records.append(
            {
                "file": file,
                "line": line,
                "column": column,
                "code": problem.code,
                "message": _what(problem),
                "remedy": problem.remedy,
            }
        )
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def _what(problem: Problem) -> str:
    return problem.what + (f"; allowed: {problem.allowed}" if problem.allowed else "")


def _message(problem: Problem) -> str:
    return f"{_what(problem)}." + (f" {problem.remedy}" if problem.remedy else "")

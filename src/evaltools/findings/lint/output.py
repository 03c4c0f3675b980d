"""Problems of the prose as lines for people, for editors and for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from evaltools.problems import Problem

_PLACE = re.compile(r"(?P<file>.*):(?P<line>\d+):(?P<column>\d+)")


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
        place = _PLACE.fullmatch(problem.where)
        records.append(
            {
                "file": place["file"] if place else problem.where,
                "line": int(place["line"]) if place else None,
                "column": int(place["column"]) if place else None,
                "code": problem.code,
                "message": problem.what
                + (f"; allowed: {problem.allowed}" if problem.allowed else ""),
                "remedy": problem.remedy,
            }
        )
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def _message(problem: Problem) -> str:
    text = problem.what + (f"; allowed: {problem.allowed}" if problem.allowed else "") + "."
    return text + (f" {problem.remedy}" if problem.remedy else "")

"""A figure or table that a condition hides is referred to only where the same condition holds.

Else a study of which the condition is not so cannot be rendered: the reference leads nowhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPORTS = Path(__file__).parents[2] / "reports"
_FENCE = re.compile(r"^(:{3,})\s*(\{.*\})?\s*$")
_CONDITION = re.compile(r"(?:when|unless)-meta=\"[^\"]+\"")
_FLOAT = re.compile(r"\.ipynb#((?:fig|tbl)-[\w-]+)")
_REFERENCE = re.compile(r"@((?:fig|tbl)-[\w-]+)")


def conditions_of(path: Path) -> list[tuple[str, frozenset[str]]]:
    """Each line with the conditions of the divisions around it."""
    around: list[str] = []
    found = []
    for line in path.read_text("utf-8").splitlines():
        if fence := _FENCE.match(line):
            if fence[2]:
                around.append(" ".join(_CONDITION.findall(fence[2])))
            else:
                around.pop()
        found.append((line, frozenset(filter(None, around))))
    assert not around, path
    return found


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_refers_to_a_hidden_float_is_hidden_with_it(language: str) -> None:
    lines = [one for path in (REPORTS / language).glob("*.qmd") for one in conditions_of(path)]
    hidden = {name: own for line, own in lines for name in _FLOAT.findall(line) if own}
    assert hidden
    wrong = [
        (name, line)
        for line, own in lines
        for name in _REFERENCE.findall(line)
        if not hidden.get(name, frozenset()) <= own
    ]
    assert wrong == []

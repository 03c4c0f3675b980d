"""YAML as Quarto reads it (core schema 1.2), with the line of every key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from evaltools.problems import Problem


class _Loader(yaml.SafeLoader):
    """Safe, without YAML 1.1's dates, `yes`/`no` and sexagesimals."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$",
        "-+.0123456789",
    ),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


@dataclass(frozen=True)
class Level:
    """One YAML text: its values, and where each key stands."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    def where(self, *keys: str) -> str:
        """`_quarto.yml:12` for a key given by its path; the nearest parent that has a line."""
        for count in range(len(keys), 0, -1):
            if keys[:count] in self.lines:
                return f"{self.path}:{self.lines[keys[:count]]}"
        return f"{self.path}:1"


def read_level(text: str, path: str, first: int, problems: list[Problem]) -> Level:
    """Read a YAML mapping.

    Arguments:
        text: the YAML. path: its file in messages. first: the line number of its first line.
        problems: takes syntax errors, keys given twice, aliases, and what is no mapping.
    """

    def refuse(number: int, what: str, remedy: str = "") -> None:
        problems.append(Problem(f"{path}:{number}", what, remedy=remedy, code="render.yaml"))

    empty = Level(path, {})
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                refuse(
                    first + (mark.line if mark else 0), "a YAML alias (*)", "Write the value out"
                )
                return empty
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return empty
        if not isinstance(node, yaml.MappingNode):
            refuse(first, "not a mapping of options to values")
            return empty
        lines: dict[tuple[str, ...], int] = {}
        _lines(node, (), first, lines, refuse)
        return Level(path, loader.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        refuse(first + (mark.line if mark else 0), f"not YAML: {error.problem}")
    except RecursionError:
        refuse(first, "not YAML: nested too deeply")
    except (yaml.YAMLError, ValueError, TypeError) as error:
        refuse(first, f"not YAML: {error}")
    return empty


def _lines(
    node: yaml.Node,
    above: tuple[str, ...],
    first: int,
    lines: dict[tuple[str, ...], int],
    refuse: Any,
) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _lines(item, above, first, lines, refuse)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        name, number = str(key.value), first + key.start_mark.line
        if name in seen:
            refuse(number, f"{name} is given twice", "Keep one of them")
        seen.add(name)
        lines.setdefault((*above, name), number)
        _lines(value, (*above, name), first, lines, refuse)


def merge(base: Any, over: Any) -> Any:
    """Two option values in Quarto's way: mappings by key, lists one after the other, once each."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        result = dict(base)
        for key, value in over.items():
            result[key] = merge(base[key], value) if key in base else value
        return result
    if isinstance(base, list) and isinstance(over, list):
        joined: list[Any] = []
        for item in [*base, *over]:
            if item not in joined:
                joined.append(item)
        return joined
    return over

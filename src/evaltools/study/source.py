"""YAML that says where each value stands, and refuses what YAML should not be used for."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from evaltools.files import naming, read_text
from evaltools.problems import Problem, ProblemError
from evaltools.yaml_text import check_yaml

MAXIMUM_BYTES = 1_000_000
_BOOLEAN = "tag:yaml.org,2002:bool"

Location = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Plain data only: no tags that build objects; `check_yaml` refuses what else is not needed."""


# YAML 1.1 takes on, off, yes and no for truth values; here they are words, true and false are not.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|True|false|False)$"), list("tTfF"))


def read_yaml(path: Path, name: str) -> tuple[dict[str, Any], dict[Location, int]]:
    """Read a YAML mapping and the line on which each of its values begins.

    Arguments:
        path: the file.
        name: how the file is called in problems, relative to the study.

    Returns:
        The mapping, and a line number (from 1) for each path into it.

    Raises:
        ProblemError: the file cannot be read as a plain file of UTF-8, or is no YAML mapping.
    """
    with naming(name):
        if not os.path.lexists(path):
            what, remedy = "is missing", "Start from the study's folder."
            raise ProblemError([Problem(name, what, remedy=remedy, code="study.file")])
    text = read_text(path, name, MAXIMUM_BYTES)
    loader = None
    try:
        check_yaml(text)
        with naming(name):
            loader = _Loader(text)
            node = loader.get_single_node()
            content = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        what = getattr(error, "problem", None) or "is not valid YAML"
        raise ProblemError([Problem(where, str(what), code="study.yaml")]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if content is None:
        remedy = "Put the study's declaration back, or begin with that of the example."
        raise ProblemError([Problem(name, "is empty", "a mapping", remedy, "study.yaml")])
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "must be a mapping of names to values")])
    lines: dict[Location, int] = {}
    _remember_lines(node, (), lines)
    return content, lines


def _remember_lines(node: Any, location: Location, lines: dict[Location, int]) -> None:
    lines[location] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            inner = (*location, str(key_node.value))
            _remember_lines(value_node, inner, lines)
            lines[inner] = key_node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _remember_lines(item, (*location, index), lines)


def line_of(lines: dict[Location, int], location: Location) -> int:
    """The line of a value, or of the nearest thing around it that the file does have."""
    place = tuple(location)
    while place not in lines and place:
        place = place[:-1]
    return lines.get(place, 1)

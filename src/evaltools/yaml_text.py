"""YAML read once for everybody: what no file of a study needs is refused, places are remembered."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from evaltools.files import errors_as_problems, read_text
from evaltools.problems import Problem, ProblemError

DEEPEST = 50
"""Mappings and lists in each other; a study's own files have some ten."""
MAXIMUM_BYTES = 1_000_000
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""YAML 1.1, in C where it is there: ten times as fast, and as safe."""

Location = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"


class RefusedYaml(yaml.constructor.ConstructorError):
    """YAML that `check_yaml` refuses."""


class StudyLoader(LOADER):  # type: ignore[misc]
    """YAML 1.1 in which on, off, yes and no are words, and only true and false truth values."""


class CoreLoader(LOADER):  # type: ignore[misc]
    """YAML 1.2's core schema, as Quarto reads it: no dates, no sexagesimals."""


StudyLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != f"{_TAG}bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
StudyLoader.add_implicit_resolver(
    f"{_TAG}bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)
CoreLoader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?",
     "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):  # fmt: skip
    CoreLoader.add_implicit_resolver(
        f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), list(_first)
    )


def load_trusted(text: str) -> Any:
    """The content of a YAML text that belongs to evaltools itself."""
    return yaml.load(text, Loader=LOADER)


def load_yaml(text: str, loader: Any = LOADER) -> tuple[Any, Any]:
    """The content of a YAML text and its tree of nodes, which know line and column.

    Both are None for an empty text.

    Arguments:
        loader: `LOADER`, `StudyLoader` or `CoreLoader`, which differ in what bare words mean.

    Raises:
        yaml.YAMLError: it is not YAML, holds more than plain values, or what `check_yaml` refuses.
    """
    check_yaml(text)
    parser = loader(text)
    try:
        node = parser.get_single_node()
        return (None, None) if node is None else (parser.construct_document(node), node)
    finally:
        parser.dispose()


def node_position(name: str, node: Any) -> str:
    """`reports/waivers.yml:4:5`: where a node begins."""
    return f"{name}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def read_yaml(path: Path, name: str) -> tuple[dict[str, Any], dict[Location, int]]:
    """Read a YAML mapping of a study and the line (from 1) on which each of its values begins.

    Arguments:
        path: the file.
        name: how the file is called in problems, relative to the study.

    Raises ProblemError: it cannot be read as a plain file of UTF-8, or is no YAML mapping.
    """
    with errors_as_problems(name):
        if not os.path.lexists(path):
            what, remedy = "is missing", "Start from the study's folder."
            raise ProblemError([Problem(name, what, remedy=remedy, code="study.file")])
    text = read_text(path, name, MAXIMUM_BYTES)
    try:
        with errors_as_problems(name):
            content, node = load_yaml(text, StudyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        what = getattr(error, "problem", None) or "is not valid YAML"
        raise ProblemError([Problem(where, str(what), code="study.yaml")]) from None
    if content is None:
        remedy = "Write what it declares, or take it away if it declares nothing."
        raise ProblemError([Problem(name, "is empty", "a mapping", remedy, "study.yaml")])
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "must be a mapping of names to values")])
    return content, line_numbers(node)


def line_numbers(node: Any, first: int = 1) -> dict[Location, int]:
    """The line of each value below a node, by the path to it; a mapping's are those of its keys.

    `first` is the number of the text's first line.
    """
    lines: dict[Location, int] = {}

    def remember(node: Any, location: Location) -> None:
        lines[location] = node.start_mark.line + first
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*location, str(key.value))
                remember(value, inner)
                lines[inner] = key.start_mark.line + first
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                remember(item, (*location, index))

    remember(node, ())
    return lines


def line_of(lines: Mapping[Location, int], location: Location) -> int:
    """The line of a value, or of the nearest thing around it that the file does have."""
    place = tuple(location)
    while place not in lines and place:
        place = place[:-1]
    return lines.get(place, 1)


def check_yaml(text: str) -> None:
    """Refuse nesting that exhausts a parser, aliases (of which bombs are made) and double keys.

    Works on the stream of events, so that neither depth nor width costs more than the text is long.
    Text that is no YAML passes: the parser proper says what is wrong with it in its own words.

    Raises yaml.YAMLError: one of these, with the place in `problem_mark`.
    """
    # For each mapping around the event: its keys so far and whether a key comes next; for each
    # list: None.
    around: list[tuple[set[str], bool] | None] = []
    for event in _events(text):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("an alias (*name) is used", event)
        if isinstance(event, yaml.CollectionEndEvent):
            around.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if around and (mapping := around[-1]) is not None:
            keys, is_key = mapping
            if is_key and isinstance(event, yaml.ScalarEvent):
                if event.value in keys:
                    raise _refused(f"the key '{event.value[:80]}' is given twice", event)
                keys.add(event.value)
            around[-1] = (keys, not is_key)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(around) >= DEEPEST:
                raise _refused("it is nested too deeply to be read", event)
            around.append((set(), True) if isinstance(event, yaml.MappingStartEvent) else None)


def _events(text: str) -> Iterator[Any]:
    """The events of a text up to where it is no longer YAML."""
    with contextlib.suppress(yaml.YAMLError):
        yield from yaml.parse(text, Loader=LOADER)


def _refused(what: str, event: Any) -> yaml.YAMLError:
    return RefusedYaml(None, None, what, event.start_mark)

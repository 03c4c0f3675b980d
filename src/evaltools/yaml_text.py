"""YAML from elsewhere: what no file of a study needs is refused before it is built from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import yaml

DEEPEST = 50
"""Mappings and lists in each other; a study's own files have some ten."""

_SCANNER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_yaml(text: str) -> None:
    """Refuse nesting that exhausts a parser, aliases (of which bombs are made) and double keys.

    Works on the stream of events, so that neither depth nor width costs more than the text is long.

    Text that is no YAML passes: the parser proper says what is wrong with it in its own words.

    Raises:
        yaml.YAMLError: one of these, with the place in `problem_mark`.
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
        yield from yaml.parse(text, Loader=_SCANNER)


def _refused(what: str, event: Any) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, what, event.start_mark)

"""One thing that a reader of a published file meets at once, and the values of a JSON document."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TELLING = re.compile(r"[^\W\d_]{2}.*\W|\d{6}")
"""Keys that could say something: more than one word, or a long number."""


@dataclass(frozen=True)
class Unit:
    """One thing a reader meets at once.

    Arguments:
        where: place within the file: `alt`, `row 4`, `cell 3`.
        text: in words.
        row: the same as fields, where it has any: (column, value) in order.
        sheet: a spreadsheet will read the fields.
        shown: an output of a notebook, a table or a page, and not the source of one.
    """

    where: str
    text: str
    row: tuple[tuple[str, str], ...] = ()
    sheet: bool = False
    shown: bool = True


class UnreadableError(ValueError):
    """A file that cannot be examined, and why."""


def values_of(value: Any, where: str) -> Iterator[Unit]:
    """Objects and lists within a JSON value, each with its plain members as one unit.

    Arguments:
        value: as the json module reads it.
        where: path to it, `/records/3`; empty for the whole.
    """
    if isinstance(value, dict):
        plain = _fields(value)
        if plain:
            yield Unit(where or "top", " | ".join(f"{k}: {v}" for k, v in plain), plain)
        for key, inner in value.items():
            if isinstance(inner, dict | list):
                if _TELLING.search(str(key)):
                    yield Unit(where or "top", str(key))
                yield from values_of(inner, f"{where}/{key}")
    elif isinstance(value, list):
        flat = [one for one in value if isinstance(one, str | int | float)]
        if flat:
            yield Unit(where or "top", " | ".join(map(str, flat)))
        for number, inner in enumerate(value):
            if isinstance(inner, dict | list):
                yield from values_of(inner, f"{where}/{number}")


def _fields(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = []
    for key, value in record.items():
        if isinstance(value, dict) and key == "dimensions":
            fields += [(str(name), str(inner)) for name, inner in value.items()]
        elif isinstance(value, str | int | float) and value != "":
            fields.append((str(key), str(value)))
    return tuple(fields)


def paragraphs(text: str, where: str = "") -> Iterator[Unit]:
    """Stretches of a text without an empty line, each by its first line's number.

    Arguments:
        text: plain text, code, YAML or markdown.
        where: place of the text in its file; stands before the number of the line.
    """
    first, lines = 1, list[str]()
    prefix = f"{where}, " if where else ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            first = first if lines else number
            lines.append(line)
        if lines and (not line.strip() or len(lines) >= _MOST_LINES):
            yield Unit(f"{prefix}line {first}", "\n".join(lines))
            lines = []


_MOST_LINES = 200


def without_escapes(text: str) -> str:
    """Markdown as its readers see it: `matti\\@kunta.fi` and `matti&#64;kunta.fi` are addresses."""
    return html.unescape(_ESCAPED.sub(r"\1", text))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

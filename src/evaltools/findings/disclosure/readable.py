"""One thing that a reader of a published file meets at once, and the values of a JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unit:
    """One thing a reader meets at once.

    Arguments:
        where: place within the file: `alt`, `row 4`, `cell 3`.
        text: in words.
        row: the same as fields, where it has any: (column, value) in order.
        reference: an entry of the bibliography, where authors' names belong.
        sheet: a spreadsheet will read the fields.
    """

    where: str
    text: str
    row: tuple[tuple[str, str], ...] = ()
    reference: bool = False
    sheet: bool = False


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

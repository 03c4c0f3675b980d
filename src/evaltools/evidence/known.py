"""Known tables: what the engine reads of a study's tables, and what of it has to be there.

Every table is optional, and of a table every column but those it is nothing without: what is not
there is read as empty. A study's descriptor may have tables and columns of its own beside these,
and may ask for more of its columns (`required`, `enum`, `pattern`). What the engine asks for holds
whether or not the descriptor says it: keys, references, and values that chapters tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from evaltools.evidence.descriptor import ForeignKey, Resource
from evaltools.evidence.quoting import listed, suggestion
from evaltools.problems import Problem

DTYPES: Mapping[str, Any] = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
}
"""What pandas calls the types of a descriptor."""


@dataclass(frozen=True)
class KnownTable:
    """What the engine knows of a table.

    Arguments:
        columns: type of each.
        key: columns that tell the rows apart.
        needed: columns that no row can be without, among them those of the key but for such as
            only belong to it where the table has them.
        references: column of which table each of these is.
        values: what may stand in a column, since chapters tell these apart.
    """

    columns: Mapping[str, str]
    key: tuple[str, ...]
    needed: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def known_tables() -> Mapping[str, KnownTable]:
    """The tables that the engine knows, by name, as `known_tables.yml` has them."""
    text = files(__package__).joinpath("known_tables.yml").read_text(encoding="utf-8")
    declared = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: _known(one) for name, one in declared.items()}


def _known(declared: Mapping[str, Any]) -> KnownTable:
    key = declared["key"].split()
    references = ((name, one.split(".")) for name, one in declared.get("references", {}).items())
    return KnownTable(
        columns={name: kind for kind in DTYPES for name in declared.get(kind, "").split()},
        key=tuple(name.rstrip("?") for name in key),
        needed=tuple(
            name for name in (*key, *declared.get("needed", "").split()) if name[-1] != "?"
        ),
        references={name: (table, column) for name, (table, column) in references},
        values={name: tuple(one.split()) for name, one in declared.get("values", {}).items()},
    )


LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "projects": ("register_number",),
    "documents": ("file", "file_sha256", "public_status"),
    "codes": ("retired",),
    "readings": ("codebook_version",),
    "segments": ("origin_tool", "origin_guid", "offset_convention"),
    "codings": ("certainty", "consensus_of"),
}
"""Columns that files from before them need not have, though the descriptor names them.

An evaluation goes on for years, and its folder with it: what an earlier file could not know of is
no mistake in it. Any other column that the descriptor names has to be in the file.
"""


def strengthened(
    resources: tuple[Resource, ...], where: str
) -> tuple[tuple[Resource, ...], list[Problem]]:
    """Tables as the descriptor has them, with what the engine asks for in any case.

    Arguments:
        resources: of the descriptor.
        where: how to name the descriptor.

    Returns them, and what the engine cannot read in them.
    """
    there = {resource.name: set(resource.field_names) for resource in resources}
    problems: list[Problem] = []
    made = []
    for resource in resources:
        known = known_tables().get(resource.name)
        if known is None:
            made.append(resource)
            continue
        problems += _unreadable(resource, known, f"{where}, resource {resource.name}")
        fields = tuple(
            replace(
                one,
                required=one.required or one.name in known.needed,
                enum=one.enum or known.values.get(one.name, ()),
            )
            for one in resource.fields
        )
        own = {key.fields for key in resource.foreign_keys}
        keys = tuple(
            ForeignKey((column,), table, (target,))
            for column, (table, target) in known.references.items()
            if column in there[resource.name]
            and target in there.get(table, ())
            and (column,) not in own
        )
        made.append(
            replace(
                resource,
                fields=fields,
                primary_key=resource.primary_key
                or tuple(name for name in known.key if name in there[resource.name]),
                foreign_keys=resource.foreign_keys + keys,
            )
        )
    return tuple(made), problems


def _unreadable(resource: Resource, known: KnownTable, place: str) -> Iterator[Problem]:
    names = resource.field_names
    for column in known.needed:
        if column not in names:
            near = suggestion(column, names)
            yield Problem(
                place,
                f"it has no column {column}",
                listed(known.needed),
                near or "Call the column so, here and in the file, or take the table out.",
                "descriptor.column-missing",
            )
    for one in resource.fields:
        wanted = known.columns.get(one.name, one.type)
        if one.type != wanted and (one.type, wanted) != ("integer", "number"):
            yield Problem(
                f"{place}, field {one.name}",
                f"its type is {one.type}",
                wanted,
                f"Give it the type {wanted}, or another name.",
                "descriptor.column-type",
            )
        allowed = known.values.get(one.name)
        if allowed and (others := [value for value in one.enum if value not in allowed]):
            yield Problem(
                f"{place}, field {one.name}",
                f"enum has {listed(others)}",
                listed(allowed),
                "Take out what no chapter can tell apart.",
                "descriptor.column-values",
            )


def may_be_absent(table: str, column: str) -> bool:
    """Whether a file without the column is one from before it."""
    return column in LATER_COLUMNS.get(table, ())


def completed(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with every known column and every known table, empty where the study has none.

    Arguments:
        tables: frames by name; those that lack nothing are given back as they are.

    Returns the frames in the same order, then the tables that were added.
    """
    whole = {name: with_known_columns(name, frame) for name, frame in tables.items()}
    for name, known in known_tables().items():
        if name not in whole:
            index = pd.Index(np.array([], dtype="int64"), name="row")
            values = {column: empty(kind, 0) for column, kind in known.columns.items()}
            whole[name] = pd.DataFrame(values).set_axis(index)
    return whole


def with_known_columns(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One table with every known column; a codebook that does not say it groups nothing."""
    added = {}
    for column, kind in known_tables()[name].columns.items() if name in known_tables() else ():
        if column not in frame.columns:
            added[column] = empty(kind, len(frame)).set_axis(frame.index)
            if (name, column) == ("codes", "codable"):
                added[column] = added[column].fillna(True)
        elif kind == "number" and str(frame[column].dtype) == "Int64":
            added[column] = frame[column].astype("float64")
    whole = frame.assign(**added) if added else frame
    whole.attrs = frame.attrs
    return whole


def empty(kind: str, length: int) -> pd.Series:
    """A column of a type in which nothing stands."""
    return pd.Series([None] * length, dtype=DTYPES[kind])

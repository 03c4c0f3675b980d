"""Known tables: what the engine reads of a study's tables, and what of it has to be there.

Every table is optional, and of a table every column but those it is nothing without: what is not
there is read as empty. A study's descriptor may have tables and columns of its own beside these,
and may ask for more of its columns (`required`, `enum`, `pattern`). What the engine asks for holds
whether or not the descriptor says it: keys, references, values that chapters tell apart, and that
no amount and no count is below nought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_TEXT = re.compile(r"(label|name|subject|title|definition|include|exclude)_(fi|sv|en)")

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
    """What the engine knows of a table, as `known_tables.yml` explains it; `columns` have types.

    `needed` are also those of the key, but for such as only belong to it where the table has them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: Mapping[str, str] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)


@cache
def known_tables() -> Mapping[str, KnownTable]:
    """The tables that the engine knows, by name, as `known_tables.yml` has them."""
    text = files(__package__).joinpath("known_tables.yml").read_text(encoding="utf-8")
    declared = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {name: _read_table(one) for name, one in declared.items()}


@cache
def former_names(kind: str) -> Mapping[str, str]:
    """What earlier versions called a `table` or a `column`, with the names of today."""
    text = files(__package__).joinpath("former_names.yml").read_text(encoding="utf-8")
    declared: dict[str, dict[str, str]] = yaml.load(
        text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return declared[f"{kind}s"]


def _read_table(declared: Mapping[str, Any]) -> KnownTable:
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
        patterns=declared.get("patterns", {}),
        least=declared.get("least", {}),
        defaults=declared.get("defaults", {}),
    )


IMPLIED = ("coders", "readings", "organisations")
"""Tables that others name rows of and that need not be there for it: who codes is a coder who has
read the document, and an organisation of which nothing is known is known by its identifier."""

READ_WHERE_THERE: Mapping[str, tuple[str, ...]] = {
    "projects": ("year",),
    "ratings": ("project_id",),
}
"""Columns that are read where a table has them, and are not made empty where it has not. So are
texts in a language of the study: `title_xx`, `name_xx`, `label_xx`, `subject_xx`, `definition_xx`,
`include_xx`, `exclude_xx`."""

LATER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "calls": ("largest_grant",),
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


def columns_read(table: str) -> tuple[str, ...]:
    """Columns that the engine reads of a table, without texts in a language."""
    return (*known_tables().get(table, KnownTable()).columns, *READ_WHERE_THERE.get(table, ()))


def is_text_column(name: object) -> bool:
    """Whether a column is called as texts in one of the languages are."""
    return isinstance(name, str) and bool(_TEXT.fullmatch(name))


def may_be_absent(table: str, column: str) -> bool:
    """Whether a file without the column is one from before it."""
    return column in LATER_COLUMNS.get(table, ())

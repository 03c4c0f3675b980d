"""Columns and tables that came later: a data folder from before them is read as if empty there.

An evaluation goes on for years, and its folder with it. What an earlier folder could not know of
is no mistake in it: such a column is empty, such a table has no rows. Everything else that a
descriptor names has to be there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LATER_COLUMNS: dict[str, dict[str, str]] = {
    "projects": {"register_number": "string"},
    "documents": {"file": "string", "file_sha256": "string", "public_status": "string"},
    "codes": {"retired": "string"},
    "readings": {"codebook_version": "string"},
    "segments": {
        "origin_tool": "string",
        "origin_guid": "string",
        "offset_convention": "string",
    },
    "codings": {"certainty": "string", "consensus_of": "string"},
}
"""Name and type of each column, by table."""

LATER_TABLES: dict[str, dict[str, str]] = {
    "sections": {
        "document_id": "string",
        "section": "string",
        "heading": "string",
        "start": "integer",
        "end": "integer",
        "page": "integer",
    },
    "code_changes": {
        "from_version": "string",
        "to_version": "string",
        "from_code_id": "string",
        "to_code_id": "string",
        "kind": "string",
        "note": "string",
    },
    "keywords": {
        "code_id": "string",
        "language": "string",
        "pattern": "string",
        "use": "string",
        "note": "string",
    },
}
"""The same of whole tables."""


def may_be_absent(table: str, column: str) -> bool:
    """Whether a table without the column is one from before it."""
    return column in LATER_COLUMNS.get(table, {})


def completed(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with what came later, empty where the descriptor does not know it yet.

    Arguments:
        tables: frames by name; those that lack nothing are given back as they are.

    Returns the frames in the same order, then the tables that were added.
    """
    whole: dict[str, pd.DataFrame] = {}
    for name, frame in tables.items():
        absent = {
            column: kind
            for column, kind in LATER_COLUMNS.get(name, {}).items()
            if column not in frame.columns
        }
        whole[name] = frame.assign(**{c: _empty(kind, len(frame)) for c, kind in absent.items()})
        whole[name].attrs = frame.attrs
    for name, columns in LATER_TABLES.items():
        if name not in whole:
            index = pd.Index(np.array([], dtype="int64"), name="row")
            values = {column: _empty(kind, 0) for column, kind in columns.items()}
            whole[name] = pd.DataFrame(values, index=index)
    return whole


def _empty(kind: str, length: int) -> pd.api.extensions.ExtensionArray:
    if kind == "integer":
        return pd.arrays.IntegerArray(np.zeros(length, "int64"), np.ones(length, "bool"))
    return pd.array(np.full(length, None, dtype=object), dtype="string")

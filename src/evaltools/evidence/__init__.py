"""Evidence: where data enter, are checked and are narrowed to what the parameters ask for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.evidence.allocation import allocate
    from evaltools.evidence.code_presence import compute_presence, linked_responses
    from evaltools.evidence.data_hash import hash_data
    from evaltools.evidence.descriptor import Descriptor, load_descriptor
    from evaltools.evidence.selection import Evidence, open_evidence
    from evaltools.evidence.tables import read_tables
    from evaltools.evidence.validation import check_data, validate

__all__ = [
    "Descriptor",
    "Evidence",
    "allocate",
    "check_data",
    "compute_presence",
    "hash_data",
    "linked_responses",
    "load_descriptor",
    "open_evidence",
    "read_tables",
    "validate",
]

_HOMES = {
    "Descriptor": "descriptor",
    "Evidence": "selection",
    "allocate": "allocation",
    "check_data": "validation",
    "hash_data": "data_hash",
    "linked_responses": "code_presence",
    "load_descriptor": "descriptor",
    "open_evidence": "selection",
    "compute_presence": "code_presence",
    "read_tables": "tables",
    "validate": "validation",
}


def __getattr__(name: str) -> Any:
    # On demand, so that a command that only hashes the data loads no pandas.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

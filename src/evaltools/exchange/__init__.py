"""Codings exchanged with the tools of qualitative analysis.

`read_coding` takes what any of them saves and tells what it took it for; the writers are
`evaltools.exchange.refi` for other tools and `evaltools.exchange.tables` for people.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.exchange.reading import read_coding
    from evaltools.exchange.record import Choices, CodingSet
    from evaltools.exchange.tables import read_tables, write_tables

__all__ = ["Choices", "CodingSet", "read_coding", "read_tables", "write_tables"]

_HOMES = {
    "Choices": "record",
    "CodingSet": "record",
    "read_coding": "reading",
    "read_tables": "tables",
    "write_tables": "tables",
}


def __getattr__(name: str) -> Any:
    # On demand, so that whoever needs the records alone loads no reader.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

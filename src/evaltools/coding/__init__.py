"""Coding by people: the panel, what it keeps, what it suggests, and where coders differ."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.coding.panel import CodingPanel, DisagreementPanel

__all__ = ["CodingPanel", "DisagreementPanel"]


def __getattr__(name: str) -> Any:
    # Panels need JupyterLab's parts, which are not where reports are made.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("evaltools.coding.panel"), name)

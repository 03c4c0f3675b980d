"""Coding by people: the panel, what it keeps, what it suggests, and where coders differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.coding.panel import CodingPanel, DisagreementPanel

__all__ = ["CodingPanel", "DisagreementPanel"]


def __getattr__(name: str) -> Any:
    # Panels need JupyterLab's parts, which are not where reports are made.
    if name == "CodingPanel":
        from evaltools.coding.panel import CodingPanel

        return CodingPanel
    if name == "DisagreementPanel":
        from evaltools.coding.panel import DisagreementPanel

        return DisagreementPanel
    raise AttributeError(f"module 'evaltools.coding' has no attribute '{name}'")

"""Exploring a study in JupyterLab: its parameters as a form, and what follows from them.

    from evaltools.explore import explore

    explore(region="06")

`compare_with_run` holds numbers that a notebook computed by hand against those of the batch run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.explore.by_hand import compare_with_run
    from evaltools.explore.panel import ExplorePanel, explore

__all__ = ["ExplorePanel", "compare_with_run", "explore"]

_HOMES = {"ExplorePanel": "panel", "compare_with_run": "by_hand", "explore": "panel"}


def __getattr__(name: str) -> Any:
    # The panel needs JupyterLab's parts, which are not where reports are made.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

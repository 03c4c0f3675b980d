"""The colours of figures, pages and print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEEP_BLUE: Final = "#17395c"
TEAL: Final = "#3aafa5"
OCHRE: Final = "#e0a526"
RUST: Final = "#b4431f"
GREY: Final = "#5c6369"
LIGHT: Final = "#dfe4e8"

PALETTE: Final[Mapping[str, str]] = {
    "deep_blue": DEEP_BLUE,
    "teal": TEAL,
    "ochre": OCHRE,
    "rust": RUST,
    "grey": GREY,
    "light": LIGHT,
}
"""Fills. Told apart by people with deuteranopia and protanopia (tested), and in grey print by
their lightness wherever two of them touch."""

INK: Final = "#1c2127"
"""Text: contrast against white above 15:1."""
QUIET: Final = "#59616a"
"""Axis numbers and notes: contrast against white above 6:1."""
GRID: Final = "#d3d9de"
PAPER: Final = "#ffffff"

BLUES: Final = ("#e6eef4", "#bcd3e2", "#86b0cb", "#3f7797", "#17395c")
"""Light to dark, for classes in order (tile map, heat map)."""

DIVERGING: Final = (RUST, "#e3b39c", LIGHT, "#8fc4bf", "#1f6f72")
"""Five answers from the worst to the best: ends told apart by hue and lightness alike."""

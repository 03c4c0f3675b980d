"""The figure for nothing to draw: it says so in words."""

from __future__ import annotations

from matplotlib.figure import Figure as Canvas

from evaltools.present.sheet import Sheet
from evaltools.present.style import GRID, QUIET, TEXT, TEXT_WIDTH
from evaltools.present.text import height, wrap


def draw(reason: str) -> Canvas:
    """A quiet box with the reason why there is nothing to show.

    Arguments:
        reason: a sentence in the language of the report.
    """
    lines = wrap(reason, TEXT_WIDTH - 60, TEXT, max_lines=4)
    sheet = Sheet(height(len(lines)) + 36)
    sheet.box(0.5, 0.5, TEXT_WIDTH - 1, sheet.height - 1, edge=GRID, edge_width=0.8)
    sheet.lines(TEXT_WIDTH / 2, sheet.height / 2, lines, align="center", color=QUIET)
    return sheet.canvas

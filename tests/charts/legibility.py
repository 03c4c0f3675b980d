"""Looks at a drawn figure as a reader does: is every word on the paper, and none over another?"""

from __future__ import annotations

from itertools import combinations

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from evaltools.charts.style import house_style


def boxes(canvas: Canvas) -> list[tuple[str, Bbox]]:
    """Every written text with its box, pixels at 72 dpi: points."""
    with house_style():
        renderer = canvas.canvas.get_renderer()
        return [
            (text.get_text(), text.get_window_extent(renderer))
            for text in canvas.findobj(Text)
            if text.get_text().strip()
        ]


def faults(canvas: Canvas) -> list[str]:
    """What is clipped or overlaps, in words; empty where all is legible."""
    found = []
    width, height = canvas.get_size_inches() * 72
    written = boxes(canvas)
    for words, box in written:
        if box.x0 < -0.6 or box.x1 > width + 0.6 or box.y0 < -0.6 or box.y1 > height + 0.6:
            found.append(f"{words!r} leaves the paper: {box.extents} of {width} x {height}")
    for (one, first), (other, second) in combinations(written, 2):
        # A line's box reaches from the highest accent to the lowest tail: its ink is smaller.
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        if across > 0.6 and down > 2.2:
            found.append(f"{one!r} and {other!r} overlap by {across:.1f} x {down:.1f}")
    return found


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1)."""
    parts = [
        part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
        for part in to_rgb(color)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(color: str) -> float:
    """How light a colour is in grey print, 0 to 100 (CIE L*)."""
    y = luminance(color)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27

"""The canvas that figures are drawn on: points from the top left corner, as a designer measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from evaltools.charts import text_metrics
from evaltools.charts.style import INK, PAPER, QUIET, SMALL, TEXT, Weight, face, text_width

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Lettering:
    """How words are set; `gid` says what they are, for tests that look for overlaps."""

    size: float = TEXT
    color: str = INK
    weight: Weight = "regular"
    gid: str = "label"


LABEL = Lettering()
NUMBER = Lettering(gid="number")
SMALL_NUMBER = Lettering(SMALL, gid="number")
HEADING = Lettering(weight="bold", gid="heading")
AXIS_WORDS = Lettering(SMALL, QUIET, gid="axis")
KEY_WORDS = Lettering(SMALL, QUIET, gid="key")
DIRECT = Lettering(SMALL, gid="direct")
"""Words at the marks that they are of."""
NO_MARK = Lettering(SMALL, QUIET, "italic", "mark")
"""Why there is no mark."""


@dataclass(frozen=True)
class Paint:
    """What a rectangle is filled with, and the line around it."""

    fill: str = "none"
    edge: str = "none"
    edge_width: float = 0.6
    hatch: str | None = None


class Canvas:
    """One figure of the width of the text, on which things are placed in points.

    x runs from 0 to `text_width()` to the right, y from 0 to `height` downwards. Layout is worked
    out beforehand from measured text, so nothing depends on matplotlib's automatic placement.
    What has a higher `layer` lies above.
    """

    def __init__(self, height: float) -> None:
        self.height = height
        size = (text_width() / 72, height / 72)
        self.drawing = Drawing(figsize=size, dpi=72, facecolor=PAPER)
        FigureCanvasAgg(self.drawing)
        self._axes: Axes = self.drawing.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, text_width())
        self._axes.set_ylim(height, 0)
        self._axes.set_autoscale_on(False)

    def text(
        self,
        x: float,
        y: float,
        words: str | Sequence[str],
        lettering: Lettering = LABEL,
        *,
        align: Align = "left",
        upright: bool = False,
        halo: bool = False,
    ) -> None:
        """Write one line or several, centred on y by their x-height, to sit beside a mark.

        `upright` turns a line to be read from below; `halo` puts white behind it, over lines.
        """
        lines = [words] if isinstance(words, str) else words
        size, weight = lettering.size, lettering.weight
        step = size * text_metrics.LEADING
        top = y - step * (len(lines) - 1) / 2
        font = face(weight).copy()
        font.set_size(size)
        # A baseline below the middle of the capitals; matplotlib's own centring would move a
        # line up or down with its descenders.
        shift = size * 0.35
        for number, line in enumerate(map(text_metrics.clean, lines)):
            middle = top + number * step
            if halo:
                long = text_metrics.width(line, size, weight)
                left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * long
                self.box(
                    left - 1, middle - size * 0.55, long + 2, size * 1.1, Paint(PAPER), layer=5
                )
            place = (x + shift, middle) if upright else (x, middle + shift)
            self._axes.text(
                *place, line, ha=align, va="baseline", color=lettering.color, fontproperties=font,
                rotation=90.0 if upright else 0.0, rotation_mode="anchor", parse_math=False,
                gid=lettering.gid, clip_on=False, zorder=6,
            )  # fmt: skip

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        color: str = INK,
        width: float = 0.8,
        dashes: tuple[float, float] | None = None,
        layer: float = 2.0,
    ) -> None:
        """Draw a line through points."""
        self._axes.add_line(
            Line2D(
                xs, ys, color=color, linewidth=width, linestyle=(0, dashes) if dashes else "-",
                solid_capstyle="butt", solid_joinstyle="round", zorder=layer,
            )
        )  # fmt: skip

    def segments(
        self,
        pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
        *,
        color: str,
        width: float,
        layer: float = 1.0,
    ) -> None:
        """Draw many straight lines at once."""
        gap = float("nan")
        xs = [x for (start, _), (end, _) in pairs for x in (start, end, gap)]
        ys = [y for (_, start), (_, end) in pairs for y in (start, end, gap)]
        self.line(xs, ys, color=color, width=width, layer=layer)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        paint: Paint,
        *,
        layer: float = 1.0,
    ) -> None:
        """Draw a rectangle from its top left corner."""
        self._axes.add_patch(
            Rectangle(
                (x, y), width, height, facecolor=paint.fill, edgecolor=paint.edge,
                hatch=paint.hatch, linewidth=0 if paint.edge == "none" else paint.edge_width,
                zorder=layer,
            )
        )  # fmt: skip

    def dots(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        color: str,
        diameter: float = 6.0,
        fill: str | None = None,
        marker: str = "o",
        edge_width: float = 1.0,
        layer: float = 4.0,
    ) -> None:
        """Put marks at points; `fill` other than the colour makes them hollow."""
        self._axes.add_line(
            Line2D(
                xs, ys, linestyle="none", marker=marker, markersize=diameter,
                markerfacecolor=fill or color, markeredgecolor=color,
                markeredgewidth=edge_width, zorder=layer,
            )
        )  # fmt: skip

    def area(
        self, xs: Sequence[float], ys: Sequence[float], *, fill: str, opacity: float = 1.0
    ) -> None:
        """Fill a polygon."""
        self._axes.add_collection(
            PolyCollection(
                [list(zip(xs, ys, strict=True))], facecolors=[fill], edgecolors="none",
                alpha=opacity, zorder=1.0,
            ),
            autolim=False,
        )  # fmt: skip

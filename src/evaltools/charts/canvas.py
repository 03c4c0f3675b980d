"""The canvas that figures are drawn on: points from the top left corner, as a designer measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from evaltools.charts import text_metrics as type_setting
from evaltools.charts.style import INK, PAPER, QUIET, SMALL, TEXT, TEXT_WIDTH, Weight, face

Align = Literal["left", "center", "right"]


class Canvas:
    """One figure of the width of the text, on which things are placed in points.

    x runs from 0 to `width` to the right, y from 0 to `height` downwards. Layout is worked out
    beforehand from measured text, so nothing depends on matplotlib's automatic placement.

    Arguments:
        height: points.
        width: points.
    """

    def __init__(self, height: float, width: float = TEXT_WIDTH) -> None:
        self.width = width
        self.height = height
        self.drawing = Drawing(figsize=(width / 72, height / 72), dpi=72, facecolor=PAPER)
        FigureCanvasAgg(self.drawing)
        self._axes: Axes = self.drawing.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._axes.set_autoscale_on(False)

    def text(
        self,
        x: float,
        y: float,
        words: str | Sequence[str],
        *,
        align: Align = "left",
        size: float = TEXT,
        color: str = INK,
        weight: Weight = "regular",
        rotation: float = 0.0,
        gid: str = "label",
        halo: bool = False,
    ) -> None:
        """Write one line or several, centred on y by their x-height, to sit beside a mark.

        `gid` says what the text is, for tests that look for overlaps; `halo` puts white
        behind it, over lines.
        """
        lines = [words] if isinstance(words, str) else words
        step = size * type_setting.LEADING
        top = y - step * (len(lines) - 1) / 2
        font = face(weight).copy()
        font.set_size(size)
        # A baseline below the middle of the capitals; matplotlib's own centring would move a
        # line up or down with its descenders.
        shift = size * 0.35
        for number, line in enumerate(map(type_setting.clean, lines)):
            middle = top + number * step
            if halo:
                long = type_setting.width(line, size, weight)
                left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * long
                self.box(left - 1, middle - size * 0.55, long + 2, size * 1.1, fill=PAPER, layer=5)
            self._axes.text(
                x + shift if rotation else x,
                middle if rotation else middle + shift,
                line,
                ha=align,
                va="baseline",
                color=color,
                fontproperties=font,
                rotation=rotation,
                rotation_mode="anchor",
                parse_math=False,
                gid=gid,
                clip_on=False,
                zorder=6,
            )

    def small(
        self,
        x: float,
        y: float,
        words: str | Sequence[str],
        *,
        align: Align = "left",
        color: str = QUIET,
        gid: str = "axis",
    ) -> None:
        """Write small and quiet, as numbers and words of axes and keys are."""
        self.text(x, y, words, align=align, size=SMALL, color=color, gid=gid)

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        color: str = INK,
        width: float = 0.8,
        dashes: tuple[float, float] | None = None,
        layer: float = 2.0,
        round_ends: bool = False,
    ) -> None:
        """Draw a line through points."""
        self._axes.add_line(
            Line2D(
                xs,
                ys,
                color=color,
                linewidth=width,
                linestyle=(0, dashes) if dashes else "-",
                solid_capstyle="round" if round_ends else "butt",
                solid_joinstyle="round",
                zorder=layer,
            )
        )

    def segments(
        self,
        pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]],
        *,
        color: str,
        width: float = 0.8,
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
        *,
        fill: str | None = None,
        edge: str | None = None,
        edge_width: float = 0.6,
        hatch: str | None = None,
        layer: float = 1.0,
    ) -> None:
        """Draw a rectangle from its top left corner."""
        self._axes.add_patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=fill or "none",
                edgecolor=edge or "none",
                linewidth=edge_width if edge else 0,
                hatch=hatch,
                zorder=layer,
            )
        )

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
                xs,
                ys,
                linestyle="none",
                marker=marker,
                markersize=diameter,
                markerfacecolor=fill or color,
                markeredgecolor=color,
                markeredgewidth=edge_width,
                zorder=layer,
            )
        )

    def area(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        fill: str,
        layer: float = 1.0,
        opacity: float = 1.0,
    ) -> None:
        """Fill a polygon."""
        self._axes.add_collection(
            PolyCollection(
                [list(zip(xs, ys, strict=True))],
                facecolors=[fill],
                edgecolors="none",
                alpha=opacity,
                zorder=layer,
            ),
            autolim=False,
        )

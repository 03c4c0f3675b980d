"""A figure that shows itself: picture, caption and alternative text together."""

from __future__ import annotations

import base64
import io
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.figure import Figure as Drawing

from evaltools.charts.captions import CAPTION_TYPE, show
from evaltools.charts.data import FIGURE_TYPE, FigureData
from evaltools.charts.style import house_style

LONGEST_ALT: Final = 1200
PNG_DPI: Final = 200


@dataclass(frozen=True)
class Figure:
    """A drawn figure with what a reader needs who does not see it.

    Arguments:
        figure: the drawing, of matplotlib. It is rendered at once and closed, so that a
            notebook does not show it a second time.
        caption: markdown; what is drawn, of how many, from what source. Values from data are
            escaped by whoever writes it (`escape_markdown`).
        alt: plain text that tells what the figure shows.
        note: markdown, added to the caption: symbols, what is left out.
        narrow: the same for a phone; None where the wide one has to be scrolled there.
        data: what is drawn, as a table.
        headline: markdown, what it shows in a sentence, for where no finding heads it; where this
            is empty the first sentence of the caption does.
        nothing: why there is nothing to draw, a sentence; a report then has it and no figure.

    Raises:
        ValueError: the caption or alt is empty, alt repeats the caption or is longer than
            1200 characters.
    """

    figure: Drawing
    caption: str
    alt: str
    note: str = ""
    narrow: Drawing | None = None
    data: FigureData | None = None
    nothing: str = ""
    headline: str = ""

    def __post_init__(self) -> None:
        if not self.caption.strip():
            raise ValueError("a figure needs a caption")
        if not self.alt.strip():
            raise ValueError("a figure needs an alternative text")
        if self.alt.strip() == self.caption.strip():
            raise ValueError("the alternative text repeats the caption: say what is seen")
        if len(self.alt) > LONGEST_ALT:
            raise ValueError(
                f"the alternative text has {len(self.alt)} characters; at most {LONGEST_ALT}"
            )
        # Rendering now freezes the picture: later changes to the drawing do not reach it.
        _ = self.svg, self.png, self.page
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(self.figure)

    @property
    def full_caption(self) -> str:
        """Caption and note, one paragraph of markdown."""
        return " ".join(part.strip() for part in (self.caption, self.note) if part.strip())

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, letters as shapes; the same bytes everywhere."""
        return _write_svg(self.figure, words=False)

    @cached_property
    def page(self) -> dict[str, Any]:
        """The picture for a page that has the typeface: `wide`, `narrow` and `data`, if any."""
        page: dict[str, Any] = {"wide": _write_svg(self.figure, words=True)}
        if self.narrow is not None:
            page["narrow"] = _write_svg(self.narrow, words=True)
        if self.data is not None:
            page["data"] = self.data.content()
        return page

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG at 200 dpi."""
        buffer = io.BytesIO()
        with house_style():
            self.figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
        return buffer.getvalue()

    def bundle(self) -> dict[str, Any]:
        """The notebook output: MIME type to data."""
        return {
            "image/svg+xml": self.svg,
            "image/png": base64.b64encode(self.png).decode("ascii"),
            CAPTION_TYPE: {
                "caption": self.full_caption,
                "alt": self.alt,
                "kind": "figure",
                **({"nothing": self.nothing} if self.nothing else {}),
                **({"headline": self.headline} if self.headline else {}),
            },
            FIGURE_TYPE: self.page,
            "text/plain": self.alt,
        }

    def _ipython_display_(self) -> None:
        """Show picture and caption in a notebook."""
        width, height = self.figure.get_size_inches()
        show(
            self.bundle(),
            self.full_caption,
            metadata={"image/png": {"width": round(width * 96), "height": round(height * 96)}},
        )


def _write_svg(drawing: Drawing, *, words: bool) -> str:
    buffer = io.BytesIO()
    with house_style(), rc_context({"svg.fonttype": "none" if words else "path"}):
        drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue().decode("utf-8")

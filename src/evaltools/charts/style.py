"""The house style: one typeface, one palette, one text width, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final, Literal

import fontpkg_fira_sans
import matplotlib as mpl
import matplotlib.colors
from cycler import cycler
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from evaltools.charts.palette import DEEP_BLUE, GREY, GRID, INK, OCHRE, PAPER, QUIET, RUST, TEAL

TEXT_WIDTH: Final = 160 / 25.4 * 72
"""Width of the text block on A4, points. A figure is drawn at this width and printed at it, so
sizes below are the sizes on paper."""

NARROW_WIDTH: Final = 196.0
"""Width of the layout for phones, points. Where it fills the 280 pixels that a screen of 320 has
for it, the smallest type has more than eleven."""

_drawn_width: ContextVar[float] = ContextVar("drawn_width", default=TEXT_WIDTH)


def text_width() -> float:
    """Width of the figure being drawn, points."""
    return _drawn_width.get()


def is_narrow() -> bool:
    """Whether the figure being drawn is for a phone: labels then stand above their rows."""
    return text_width() < TEXT_WIDTH / 2


@contextmanager
def drawn_at(width: float) -> Iterator[None]:
    """Draw figures at another width than that of the text block."""
    before = _drawn_width.set(width)
    try:
        yield
    finally:
        _drawn_width.reset(before)


TEXT: Final = 8.5
"""Size of labels, points."""
SMALL: Final = 8.0
"""Size of axis numbers, keys and notes, points. Nothing is smaller."""

Weight = Literal["regular", "bold", "italic"]

_FACES: Final[Mapping[Weight, str]] = {
    "regular": "FiraSans-Regular.ttf",
    "bold": "FiraSans-Bold.ttf",
    "italic": "FiraSans-Italic.ttf",
}

RC_PARAMS: Final[Mapping[str, Any]] = {
    "font.family": ["Fira Sans", "DejaVu Sans"],
    "font.size": TEXT,
    "text.color": INK,
    "text.hinting": "no_hinting",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": True,
    "axes.edgecolor": GRID,
    "axes.labelcolor": QUIET,
    "axes.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=[DEEP_BLUE, TEAL, OCHRE, RUST, GREY]),
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.figsize": (TEXT_WIDTH / 72, TEXT_WIDTH / 72 * 0.6),
    "figure.facecolor": PAPER,
    "figure.dpi": 72,
    "savefig.dpi": 200,
    "savefig.bbox": None,
    "hatch.linewidth": 0.7,
    "hatch.color": GREY,
    "lines.solid_capstyle": "butt",
    "path.simplify": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "evaltools",
    "svg.id": None,
}
"""What the house style sets, over matplotlib's own defaults and not over a user's matplotlibrc."""


@cache
def register_fonts() -> None:
    """Make matplotlib draw with the packaged faces, whatever the machine has installed.

    A system's own Fira Sans or DejaVu Sans of another version would change glyphs, so both names
    are taken away from matplotlib's list and given to the packaged files. DejaVu Sans comes with
    matplotlib and stands in for glyphs that Fira Sans lacks.
    """
    bundled = mpl.get_data_path()
    manager = font_manager.fontManager
    manager.ttflist = [
        entry
        for entry in manager.ttflist
        if entry.name != "Fira Sans"
        and (entry.name != "DejaVu Sans" or entry.fname.startswith(bundled))
    ]
    for file in sorted(_FACES.values()):
        manager.addfont(str(fontpkg_fira_sans.ROOT / "files" / file))


@cache
def face(weight: Weight = "regular") -> FontProperties:
    """The typeface in one of its weights, without a size."""
    register_fonts()
    return FontProperties(
        family=["Fira Sans", "DejaVu Sans"],
        weight="bold" if weight == "bold" else "normal",
        style="italic" if weight == "italic" else "normal",
    )


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and save in the house style; afterwards matplotlib is as it was."""
    register_fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(dict(RC_PARAMS))  # type: ignore[arg-type]
        yield


def ink_on(fill: str) -> str:
    """White or ink, whichever is read better on a fill (WCAG relative luminance)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in mpl.colors.to_rgb(fill)
    )
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return PAPER if (1.05 / (light + 0.05)) > ((light + 0.05) / 0.06) else INK

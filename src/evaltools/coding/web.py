"""The browser's side of the panels: plain files of this package, joined to one module each.

No file is fetched by the browser and none from elsewhere: an office machine may have no network.
The house's typeface goes along in the style sheet, cut down to the letters of our languages.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import fontpkg_fira_sans
from fontTools import subset
from fontTools.ttLib import TTFont

CODING = (
    *("dom", "text", "journal", "reader", "codebook", "documents", "passage", "suggestions"),
    *("help", "keys", "connection", "moving", "doing", "panel"),
)
DISAGREEMENTS = (
    *("dom", "text", "journal", "reader", "help", "settling-keys", "connection", "moving"),
    *("differences", "disagreements"),
)

# Latin with Finnish, Swedish and Sámi letters, combining marks, punctuation, arrows, signs.
_LETTERS = (
    *range(0x20, 0x250),
    *range(0x300, 0x330),
    *range(0x2009, 0x2040),
    *(0x20AC, 0x2212, 0x2190, 0x2191, 0x2192, 0x2193),
)


@cache
def module(names: Sequence[str]) -> str:
    """The files of a panel as one ES module, in order; the last one exports it."""
    folder = files("evaltools.coding") / "web"
    return "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in names)


@cache
def styles() -> str:
    """The style sheet of all panels, with the typeface in it."""
    sheet = (files("evaltools.coding") / "web" / "panel.css").read_text(encoding="utf-8")
    return _face("Regular", 400) + _face("SemiBold", 600) + sheet


def _face(name: str, weight: int) -> str:
    options = subset.Options()
    options.flavor = "woff"
    options.hinting = False
    options.recalc_timestamp = False
    # Their closure takes longer than all the rest, and a panel should open at once.
    options.drop_tables = [*options.drop_tables, "GSUB", "GPOS", "GDEF", "DSIG"]
    font = TTFont(Path(fontpkg_fira_sans.ROOT) / "files" / f"FiraSans-{name}.ttf", lazy=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_LETTERS)
    cutter.subset(font)
    font.flavor = "woff"
    made = io.BytesIO()
    font.save(made)
    data = base64.b64encode(made.getvalue()).decode()
    return (
        f'@font-face{{font-family:"Evaltools Fira Sans";font-weight:{weight};font-display:swap;'
        f'src:url("data:font/woff;base64,{data}") format("woff")}}\n'
    )

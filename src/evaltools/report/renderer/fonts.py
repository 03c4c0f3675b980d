"""The page's typeface: Fira Sans, cut down to the letters of European languages.

The cut files are kept in `faces/`, since cutting takes longer than rendering the page.
A test cuts them again from the font package and compares.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files

FACES = (("Regular", 400, "normal"), ("SemiBold", 600, "normal"), ("Italic", 400, "italic"))
# Latin with its extensions, punctuation, the signs and Greek letters of statistics.
LETTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), 0x2190, 0x2192, 0x2194,
    0x20AC, 0x2122, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x394, 0x3A3, 0x3B1, 0x3B2, 0x3BA,
    0x3BC, 0x3C3, 0x3C6, 0x3C7,
)  # fmt: skip
FEATURES = ("kern", "liga", "tnum", "lnum", "mark", "mkmk", "ccmp", "locl")


@cache
def face_rules() -> str:
    """The `@font-face` rules, fonts inside."""
    rules = []
    for name, weight, style in FACES:
        payload = files(__package__).joinpath("faces", f"FiraSans-{name}.woff").read_bytes()
        data = base64.b64encode(payload).decode("ascii")
        rules.append(
            "@font-face{font-family:'Fira Sans';font-display:swap;"
            f"font-weight:{weight};font-style:{style};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return "\n".join(rules)

"""The page's typeface: Fira Sans, cut down to the letters of European languages.

The cut files are kept in `faces/`, since cutting takes longer than rendering the page.
A test cuts them again from the font package and compares.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files

FACES = (("Regular", 400, "normal"), ("SemiBold", 600, "normal"), ("Italic", 400, "italic"))


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

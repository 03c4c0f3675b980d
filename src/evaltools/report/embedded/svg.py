"""What an SVG may not hold: scripts, handlers, references to anywhere else."""

from __future__ import annotations

import re

_HANDLER = re.compile(rb"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
_FORBIDDEN = re.compile(
    rb"<\s*(?:script|foreignObject|iframe|object|embed|handler)\b|<!ENTITY", re.IGNORECASE
)
_REFERENCE = re.compile(
    rb"""(?:xlink:)?href\s*=\s*["']\s*(?!#|data:image/(?:png|jpeg);)""", re.IGNORECASE
)
_URL = re.compile(rb"""url\(\s*["']?\s*(?!#)""", re.IGNORECASE)
_IMPORT = re.compile(rb"@import|<\?xml-stylesheet", re.IGNORECASE)


def active_content(svg: bytes) -> str:
    """What in an SVG could run or load something, as the end of a sentence; empty if nothing.

    Images cannot run scripts where `<img>` shows them; but a reader may open the file itself.
    """
    if _FORBIDDEN.search(svg) or _HANDLER.search(svg):
        return "holds a script or other active content"
    if _REFERENCE.search(svg) or _URL.search(svg) or _IMPORT.search(svg):
        return "refers to something outside itself"
    return ""

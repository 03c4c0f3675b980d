"""Stretches of a source that are not prose: front matter, code, mathematics, comments, shortcodes.

They are found first, from left to right, whichever opens first winning, as pandoc does: a
comment mark in code is code, and a backtick in a comment is a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["front", "fence", "code", "math", "comment", "shortcode"]

FILLER = "\ue000"
"""Stands for a character that no reader sees."""
OPENING = {"fence": "\ue001", "code": "\ue002", "math": "\ue003", "shortcode": "\ue004"}
"""What the first character of a region becomes, where something is shown in its place."""

_PRIVATE = re.compile("[\ue000-\ue01f]")
_METADATA = re.compile(r"^---[ \t]*\n(?=[\w-]+[ \t]*:)", re.MULTILINE)
_METADATA_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_CANDIDATE = re.compile(
    r"(?m)(?P<fence>^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<mark>`{3,}|~{3,})(?=[^`\n]*$))"
    r"|(?P<comment><!--)|(?P<element><(?P<tag>style|script)\b)|(?P<escape>\\[\s\S])"
    r"|(?P<code>`+)|(?P<math>\$\$?)|(?P<shortcode>\{\{\{?<)"
)
_PARAGRAPH_END = re.compile(r"\n[ \t>]*\n|\Z")
_BACKTICKS = re.compile(r"`+")
_MATH_END = re.compile(r"(?<![\s\\])\$(?!\d)")
_DISPLAY_END = re.compile(r"(?<!\\)\$\$")
_SHORTCODE_END = re.compile(r">\}\}\}?")


@dataclass(frozen=True)
class Region:
    """A stretch of source that is not prose.

    Arguments:
        start, end: offsets in code points, end exclusive.
        kind: what it is.
        content: the source between the marks.
    """

    start: int
    end: int
    kind: Kind
    content: str


def mask(text: str) -> tuple[str, tuple[Region, ...]]:
    """The text with all regions blanked, at the same length, and the regions in order.

    Private-use characters of the source become U+FFFD, so that none can pass for a mark.
    """
    regions = tuple(_regions(text))
    parts: list[str] = []
    at = 0
    for region in regions:
        parts.append(_PRIVATE.sub("\ufffd", text[at : region.start]))
        first = OPENING.get(region.kind, FILLER)
        parts.append(first + FILLER * (region.end - region.start - 1))
        at = region.end
    parts.append(_PRIVATE.sub("\ufffd", text[at:]))
    return "".join(parts), regions


def _regions(text: str) -> Iterator[Region]:
    metadata = _metadata(text)
    breaks = [match.start() for match in re.finditer(r"\n(?=[ \t>]*\n)", text)]
    # Marks that have no end before the paragraph's; looked for once, or a page of lone marks
    # would take for ever.
    unclosed: set[tuple[str, int]] = set()
    at = 0
    while found := _CANDIDATE.search(text, at):
        if metadata and metadata[0].start <= found.start():
            block = metadata.pop(0)
            if block.start >= at:
                yield block
                at = block.end
                continue
        if found.lastgroup == "escape" or found["escape"]:
            at = found.end()
            continue
        region = _region(text, found, breaks, unclosed)
        if region is None:
            at = found.end()
            continue
        yield region
        at = region.end
    yield from (block for block in metadata if block.start >= at)


def _metadata(text: str) -> list[Region]:
    """YAML blocks: at the head of the file, and elsewhere after a blank line."""
    blocks = []
    at = 0
    while found := _METADATA.search(text, at):
        start = found.start()
        end = _METADATA_END.search(text, found.end())
        if end is None:
            break
        if start and not text[:start].endswith("\n\n"):
            at = found.end()
            continue
        blocks.append(Region(start, end.end(), "front", text[found.end() : end.start()]))
        at = end.end()
    return blocks


def _region(
    text: str, found: re.Match[str], breaks: list[int], unclosed: set[tuple[str, int]]
) -> Region | None:
    start = found.start()
    if found["fence"]:
        return _fence(text, found)
    if found["comment"]:
        end = text.find("-->", found.end())
        return None if end < 0 else Region(start, end + 3, "comment", text[start + 4 : end])
    if found["element"]:
        close = re.compile(rf"</{found['tag']}\s*>", re.IGNORECASE).search(text, found.end())
        return None if close is None else Region(start, close.end(), "comment", "")
    place = bisect_right(breaks, start)
    limit = breaks[place] if place < len(breaks) else len(text)
    if found["code"]:
        return _code(text, found, limit, unclosed)
    if found["math"]:
        return _math(text, found, limit, unclosed)
    if ("{{<", limit) in unclosed:
        return None
    close = _SHORTCODE_END.search(text, found.end(), limit)
    if close is None:
        unclosed.add(("{{<", limit))
        return None
    content = text[found.end() : close.start()].strip()
    return Region(start, close.end(), "shortcode", content)


def _fence(text: str, found: re.Match[str]) -> Region | None:
    """A fenced block from the first mark to the end of the closing line; None when unclosed."""
    mark = found["mark"]
    close = re.compile(rf"^[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.MULTILINE)
    body = text.find("\n", found.end())
    end = close.search(text, body + 1) if body >= 0 else None
    if end is None:
        return None
    start = found.start("mark")
    return Region(start, end.end(), "fence", text[body + 1 : end.start()])


def _code(
    text: str, found: re.Match[str], limit: int, unclosed: set[tuple[str, int]]
) -> Region | None:
    length = len(found["code"])
    if (found["code"], limit) in unclosed:
        return None
    for run in _BACKTICKS.finditer(text, found.end(), limit):
        if len(run[0]) == length:
            return Region(found.start(), run.end(), "code", text[found.end() : run.start()])
    unclosed.add((found["code"], limit))
    return None


def _math(
    text: str, found: re.Match[str], limit: int, unclosed: set[tuple[str, int]]
) -> Region | None:
    start, after, mark = found.start(), found.end(), found["math"]
    if (mark, limit) in unclosed or (mark == "$" and text[after : after + 1].isspace()):
        return None
    end, first = (_DISPLAY_END, after) if mark == "$$" else (_MATH_END, after + 1)
    close = end.search(text, first, limit)
    if close is None:
        unclosed.add((mark, limit))
        return None
    return Region(start, close.end(), "math", text[after : close.start()])

"""What a reader saves of a figure: a drawing and a table that say by themselves what they show.

A figure is passed on without its page. So its number, headline, source and, where the data are
made up, that they are, stand as words in the drawing; names of files say it too.
"""

from __future__ import annotations

import csv
import html
import io
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaltools.report.renderer.inline_svg import size_of
from evaltools.report.renderer.pandoc_tree import Node, rewrite, text_of

_FONTS = 'font-family="Fira Sans, Segoe UI, Roboto, Noto Sans, sans-serif"'
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LETTER = 0.52
"""Mean width of a letter of Fira Sans, of its size; words of one line need not fill it."""
_EDGE = 10.0


@dataclass(frozen=True)
class Publication:
    """What a saved file says of the publication it is from.

    Arguments:
        name: of the report's files, without suffix. source: how to cite it.
        notice: that the data are made up; empty for real ones.
    """

    name: str = "report"
    source: str = ""
    notice: str = ""

    def file_stem(self, label: str, words: Mapping[str, str]) -> str:
        """The name of a file of a figure or table, given what it is called: `x-sv-figur-3`."""
        own = "-".join(re.findall(r"\w+", label.lower()))
        return "-".join([self.name, own, *([words["example-file"]] if self.notice else [])])


@dataclass(frozen=True)
class Caption:
    """The parts of a caption: what the figure is called, its message, and the rest."""

    label: str
    headline: str
    rest: str


def read_caption(inlines: list[Node], name: str) -> Caption:
    """The parts of a caption without links to evidence; without a number it is called by name."""

    def unmark(node: Node) -> list[Node] | None:
        marked = node["t"] == "Link" and "evidence-mark" in node["c"][0][1]
        return [] if marked else None

    found = {"caption-label": "", "figure-headline": "", "": ""}
    for node in rewrite(inlines, unmark, kinds={"Link"}):
        classes = node["c"][0][1] if node["t"] == "Span" else []
        key = next((each for each in classes if each in found), "")
        found[key] += text_of(node) if key else text_of(node) or " "
    label = found["caption-label"].strip().rstrip(".:\N{EN DASH}\N{EM DASH} ")
    rest = re.sub(" +", " ", found[""]).strip()
    return Caption(label or name, found["figure-headline"].strip(), rest)


def write_svg(
    svg: str, alt: str, caption: Caption, publication: Publication, words: Mapping[str, str]
) -> str:
    """A drawing that `clean_svg` gave as a file of its own, on white, with its caption as text."""
    width, height = size_of(svg)
    source = f"{words['source']}: {publication.source}" if publication.source else ""
    above = [
        (publication.notice, 9.0, 600, "#8a4b00"),
        (caption.label, 9.0, 600, "#1f6a65"),
        (caption.headline, 12.0, 600, "#1c2127"),
        (caption.rest, 8.5, 400, "#4d555d"),
    ]
    head, top = _lines(above, width, _EDGE)
    foot, end = _lines([(source, 8.0, 400, "#4d555d")], width, top + height + 6)
    inner = svg.partition(">")[2].rpartition("</svg>")[0]
    whole, tall = width + 2 * _EDGE, end + _EDGE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}pt" height="{tall:g}pt" {_FONTS} '
        f'viewBox="0 0 {whole:g} {tall:g}" stroke-linejoin="round"><desc>{html.escape(alt)}</desc>'
        f'<rect width="{whole:g}" height="{tall:g}" fill="#ffffff"/>{"".join(head)}'
        f'<g transform="translate({_EDGE:g} {top:g})">{inner}</g>{"".join(foot)}</svg>'
    )


def _lines(
    texts: list[tuple[str, float, int, str]], width: float, top: float
) -> tuple[list[str], float]:
    """Text in lines of a width, each with its size, weight and colour; and where it ends."""
    made = []
    for written, size, weight, color in texts:
        for line in textwrap.wrap(written, int(width / (size * _LETTER))):
            top += size * 1.3
            made.append(
                f'<text x="{_EDGE:g}" y="{top:.2f}" font-size="{size:g}" font-weight="{weight}" '
                f'fill="{color}">{html.escape(line)}</text>'
            )
        top += 3 if written else 0
    return made, round(top + 6, 2)


def write_csv(data: Mapping[str, Any], notice: str, words: Mapping[str, str]) -> str:
    """The numbers with decimal points, whatever the language; words that are no formula.

    Made up data say so in every row, in a last column, since rows are copied one by one.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    note = ([words["note"]], [notice]) if notice else ([], [])
    writer.writerow([*map(_plain, data["columns"]), *note[0]])
    writer.writerows([*map(_plain, row), *note[1]] for row in data["raw"])
    return buffer.getvalue()


def _plain(value: object) -> object:
    """A value that a spreadsheet does not take for a formula; a whole number as such."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

"""How text of a workbook looks: raised, in a symbol font, white on white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from lxml import etree

from evaltools.documents.packages import children, first, local, value
from evaltools.documents.sheets.values import read_formats
from evaltools.documents.superscripts import shift_runs
from evaltools.documents.symbol_fonts import Symbols

Item = TypeVar("Item")


@dataclass(frozen=True)
class CellStyle:
    """How cells look.

    Arguments:
        code: number format.
        font: its name.
        white: its letters are white, and nothing coloured is behind them.
    """

    code: str = ""
    font: str = ""
    white: bool = False


def read_styles(root: etree._Element | None) -> list[CellStyle]:
    """Cell styles in the order by which cells name them; none without a part for them."""
    if root is None:
        return []
    fonts = [(value(first(f, "name")), _white(first(f, "color"))) for f in _of(root, "fonts")]
    fills = [
        value(first(fill, "patternFill"), "patternType") in ("", "none")
        and first(fill, "gradientFill") is None
        for fill in _of(root, "fills")
    ]
    styles = []
    for style, code in zip_longest(_of(root, "cellXfs"), read_formats(root)):
        font, is_white = _at(fonts, value(style, "fontId")) or ("", False)
        bare = _at(fills, value(style, "fillId"))
        styles.append(CellStyle(code or "", font, is_white and bare is not False))
    return styles


def read_rich(item: etree._Element | None, style: CellStyle, symbols: Symbols) -> str:
    """Text of a string that may be made of runs, without the readings above it."""
    runs: list[tuple[str, int]] = []
    for node in item if item is not None else ():
        text = node if local(node) == "t" else first(node, "t")
        if local(node) not in ("t", "r") or text is None or not text.text:
            continue
        properties = first(node, "rPr")
        font = value(first(properties, "rFont")) or style.font
        by = {"superscript": 1, "subscript": -1}.get(value(first(properties, "vertAlign")), 0)
        runs.append((symbols.show(text.text, lambda _, font=font: font), by))  # type: ignore[misc]
    return shift_runs(runs)


def _of(root: etree._Element, name: str) -> list[etree._Element]:
    group = first(root, name)
    kind = {"fonts": "font", "fills": "fill", "cellXfs": "xf"}[name]
    return list(children(group, kind)) if group is not None else []


def _at(items: Sequence[Item], number: str) -> Item | None:
    return items[int(number)] if number.isdecimal() and int(number) < len(items) else None


def _white(colour: etree._Element | None) -> bool:
    # The first colour of every theme of Office is that of the page.
    if value(colour, "theme") == "0" and not value(colour, "tint").strip("0."):
        return True
    return value(colour, "rgb").upper() in ("FFFFFFFF", "00FFFFFF")

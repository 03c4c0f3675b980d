"""Figures on a screen: words are read on what lies behind them, light or dark, wide or narrow."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import gallery
import pytest
from legibility import contrast, faults, lightness

from evaltools.charts import bars, palette, style
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.i18n.messages import Words
from evaltools.report.renderer.inline_svg import DARK_PAPER, clean_svg, dark_of

WIDTHS = ("wide", "narrow")
DRAWINGS = [
    (name, width)
    for name in gallery.FIGURES
    for width in WIDTHS
    if width in gallery.figure(name).page
]
READABLE = 4.5
"""Contrast that WCAG 2.1 AA wants of words."""
_CORNER = re.compile(r"[ML](-?[\d.]+) (-?[\d.]+)")


def drawn(name: str, width: str) -> ElementTree.Element:
    return ElementTree.fromstring(clean_svg(gallery.figure(name).page[width], name))


def words_on_fills(root: ElementTree.Element) -> list[tuple[str, str, str]]:
    """Every text with its colour and that of the last filled box under its middle."""
    boxes: list[tuple[list[float], list[float], str]] = []
    found = []
    for element in root.iter():
        fill = element.get("fill", "")
        if element.tag == "path" and fill.startswith("#") and element.get("d", "").count("L") == 3:
            corners = [(float(x), float(y)) for x, y in _CORNER.findall(element.get("d", ""))]
            boxes.append(([x for x, _ in corners], [y for _, y in corners], fill))
        if element.tag == "text":
            size = float(element.get("font-size", "0").removesuffix("px"))
            place = element.get("transform", "")
            at = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", place)
            x, y = (float(v) for v in (at.groups() if at else (element.get("x"), element.get("y"))))
            y -= 0 if "rotate" in place else size * 0.35
            # Words begin, end or stand in the middle at x; those within a box are centred.
            behind = [
                c for xs, ys, c in boxes if min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
            ]
            found.append((element.text or "", fill, behind[-1] if behind else palette.PAPER))
    return found


@pytest.mark.parametrize(("name", "width"), DRAWINGS)
def test_words_contrast_with_what_lies_behind_them_in_light_and_dark(name: str, width: str) -> None:
    found = words_on_fills(drawn(name, width))
    assert found
    for words, ink, fill in found:
        assert contrast(ink, fill) >= READABLE, (words, ink, fill)
        dark = contrast(dark_of(ink), dark_of(fill))
        # A mark in the middle of the scale has the least room between light and dark.
        assert dark >= READABLE, (words, ink, fill, dark_of(ink), dark_of(fill), dark)


@pytest.mark.parametrize("color", [palette.DEEP_BLUE, palette.RUST, palette.GREY, palette.INK])
def test_lines_and_dots_are_seen_on_the_page(color: str) -> None:
    assert contrast(color, palette.PAPER) >= 3
    assert contrast(dark_of(color), DARK_PAPER) >= 3


@pytest.mark.parametrize(
    "touching",
    [
        palette.BLUES,
        tuple(bars.COLORS.values()),
        tuple(part.color for part in bars.state_parts(Words("en"))),
        tuple(dark_of(color) for color in palette.BLUES),
        tuple(dark_of(color) for color in bars.COLORS.values()),
    ],
)
def test_fills_that_touch_are_told_apart_in_grey_print(touching: tuple[str, ...]) -> None:
    assert all(abs(lightness(a) - lightness(b)) > 8 for a, b in pairwise(touching)), [
        round(lightness(color)) for color in touching
    ]


def test_the_dark_scheme_keeps_the_order_of_classes() -> None:
    shades = [lightness(dark_of(color)) for color in palette.BLUES]
    assert shades == sorted(shades)


@pytest.mark.parametrize("name", [name for name, width in DRAWINGS if width == "narrow"])
def test_the_layout_for_phones_is_legible(name: str) -> None:
    figure = gallery.figure(name)
    assert figure.narrow is not None
    assert faults(figure.narrow) == []
    # 280 pixels are what a screen of 320 leaves for it.
    sizes = re.findall(r'font-size="([\d.]+)px"', clean_svg(figure.page["narrow"], name))
    assert min(map(float, sizes)) * 280 / style.NARROW_WIDTH >= 11


def test_a_coder_band_is_no_interval_and_no_bounds() -> None:
    def marks(**given: float) -> str:
        chart = Dots([Dot("A", 0.5, n=26, N=52, **given)], words=Words("en"))
        return clean_svg(chart.figure("x").page["wide"], "x")

    drawn_rules = marks(rule_low=0.4, rule_high=0.6)
    interval = marks(low=0.4, high=0.6)
    bounds = marks(bound_low=0.4, bound_high=0.6)
    # In the key and in the row the coder band is an open bracket; an interval is a thick line,
    # and bounds are a filled box.
    assert len(re.findall(r'd="M[^"]*L[^"]*L[^"]*L[^"z]*" fill="none"', drawn_rules)) == 2
    assert not re.findall(r'd="M[^"]*L[^"]*L[^"]*L[^"z]*" fill="none"', interval + bounds)
    assert 'stroke-width="1.8"' in interval
    assert 'stroke-width="1.8"' not in drawn_rules


def test_the_table_of_a_figure_has_what_is_drawn() -> None:
    figure = gallery.figure("dots")
    data = figure.page["data"]
    first = dict(zip(data["columns"], data["raw"][0], strict=True))
    x = max(gallery.COUNTS)
    assert (first["lukumäärä"], first["kaikkiaan"]) == (x, 52)
    assert first["osuus"] == pytest.approx(x / 52, abs=1e-6)
    assert [row[0] for row in data["rows"]][-2:] == ["Muu", "Sitoutumisen puute"]
    assert data["rows"][-1][1] == "ei julkaista"
    assert data["raw"][-1][1:] == ["[c]"] * (len(data["columns"]) - 1)

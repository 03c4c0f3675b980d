"""Of fewer than ten units a figure counts: no percentage on its axis, in its rows or in words."""

from __future__ import annotations

import re

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from evaltools.charts.bars import Part, Stack, Stacks
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.maps import Tile, TileMap
from evaltools.i18n.messages import Words

PERCENT = re.compile(r"\d\s*%")
PARTS = [Part("yes", "#000000"), Part("no", "#777777")]


def texts_of(drawing: Figure) -> list[str]:
    return [each.get_text() for each in drawing.findobj(Text) if each.get_text().strip()]


def dots(n: int, *of: int) -> Dots:
    rows = [
        Dot(f"row {place}", n / size, 0.1, 0.9, n=n, N=size, rule_low=1 / size, rule_high=n / size,
            second=1 / size)
        for place, size in enumerate(of)
    ]  # fmt: skip
    return Dots(rows, words=Words("en"))


def stacks(*of: int) -> Stacks:
    rows = [Stack(f"row {place}", (1, size - 1)) for place, size in enumerate(of)]
    return Stacks(rows, PARTS, "share", words=Words("en"))


def axis_of(chart: Dots | Stacks) -> str:
    # The confidence level of the key is a percentage, and no share.
    return " ".join(text for text in texts_of(chart.draw()) if "confidence" not in text)


@pytest.mark.parametrize("chart", [dots(3, 5, 5), stacks(5, 5)])
def test_no_percentage_stands_on_an_axis_of_few(chart):
    assert not PERCENT.search(axis_of(chart))


@pytest.mark.parametrize("chart", [dots(3, 5, 12), stacks(5, 12)])
def test_ten_are_enough_for_an_axis_in_percentages(chart):
    assert PERCENT.search(axis_of(chart))


def test_an_axis_of_few_counts_out_of_them():
    assert {"0/5", "1/5", "5/5"} <= set(texts_of(dots(3, 5, 5).draw()))
    # Rows of different sizes have no common count.
    assert "0/5" not in texts_of(dots(3, 5, 7).draw())


def test_what_lies_outside_the_scope_of_a_map_is_not_called_missing():
    tiles = [Tile("In", 1, 1, 3.0), Tile("Out", 1, 2, None, in_scope=False)]
    maps = {
        missing: TileMap([*tiles, *more], str, "projects", words=Words("en"))
        for missing, more in ((False, []), (True, [Tile("Gap", 2, 1, None)]))
    }
    outside, lacking = "outside this report’s scope", "no data"
    for missing, chart in maps.items():
        told = " ".join(texts_of(chart.draw()))
        assert (outside in told, lacking in told) == (True, missing)
        data = chart.data()
        assert data is not None
        assert [row[0] for row in data.rows] == ["In", *(["Gap"] if missing else [])]
        assert "Out" not in chart.describe()


def test_few_are_counted_in_words_too():
    told = dots(3, 5).describe()
    assert "3/5" in told
    assert "by coder rule 1–3/5" in told
    assert "comparison 1/5" in told
    assert "interval 0–4/5" in told
    assert not PERCENT.search(told)
    assert "25% (3/12)" in dots(3, 12).describe()


def test_a_difference_has_the_counts_of_both_sides_and_its_mark_says_whether_it_stands():
    rows = [
        Gap("staff", 0.3, 0.05, 0.5, stands=False, sides=(18, 20, 12, 20)),
        Gap("aims", -0.6, -0.8, -0.3, stands=True, sides=(3, 20, 15, 20)),
    ]
    chart = Differences(rows, words=Words("en"))
    drawn = texts_of(chart.draw())
    assert {"12/20 – 18/20", "15/20 – 3/20", "beyond chance", "may be due to chance"} <= set(drawn)
    told = chart.describe()
    assert "One difference is beyond chance: aims" in told
    only = Differences(rows[:1], words=Words("en")).describe()
    assert "No difference is beyond chance." in only

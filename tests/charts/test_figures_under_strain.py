"""Figures with labels and numbers nobody planned for: still legible, or plainly empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from legibility import boxes, faults
from matplotlib.figure import Figure as Drawing

from evaltools.charts import bars, interval_charts, line_charts, maps
from evaltools.charts.chart import Chart, draw_reason
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.reliability import Group, Reliability, ReliabilityChart
from evaltools.charts.style import NARROW_WIDTH, drawn_at
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, number

# Without shrinking: to draw a figure thousands of times takes minutes, and the message says enough.
STRAIN = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LETTERS = "aeiouyäöåkstnlmrvhjpdgAKTÄ"
word = st.text(LETTERS, min_size=1, max_size=34)
label = st.lists(
    word | st.sampled_from(["$x$", "<b>", "{{<", "&", "–", "A/B", "kunta-ala"]),
    min_size=1,
    max_size=9,
).map(" ".join)
language = st.sampled_from(LANGUAGES)
share = st.floats(0, 1)
count = st.integers(0, 400)


def assert_legible(chart: Chart) -> None:
    """On paper and in the layout for phones, if it has one."""
    assert faults(chart.draw()) == []
    if chart.HAS_NARROW_LAYOUT:
        with drawn_at(NARROW_WIDTH):
            assert faults(chart.draw()) == []


@st.composite
def limits(draw: st.DrawFn) -> tuple[float, float, float]:
    """Low, value, high."""
    low, value, high = sorted(draw(st.tuples(share, share, share)))
    return low, value, high


@STRAIN
@given(st.data(), language)
def test_dots_are_legible(data: st.DataObject, tongue: Any) -> None:
    rows = []
    for _ in range(data.draw(st.integers(1, 25))):
        low, value, high = data.draw(limits())
        missing = data.draw(st.integers(0, 4)) == 0
        rows.append(
            interval_charts.Dot(
                data.draw(label),
                None if missing else value,
                low,
                high,
                data.draw(count),
                400,
                suppressed=missing and data.draw(st.booleans()),
                bound_low=low / 2 if data.draw(st.booleans()) else None,
                bound_high=(1 + high) / 2,
                second=value / 2 if data.draw(st.booleans()) else None,
            )
        )
    axis, name = data.draw(label), data.draw(label)
    assert_legible(interval_charts.Dots(rows, words=Words(tongue), axis=axis, name=name))


@STRAIN
@given(
    st.lists(
        st.builds(bars.Stack, label, st.tuples(count, count, count)),
        min_size=1,
        max_size=20,
    ),
    language,
)
def test_states_are_legible(rows: list[bars.Stack], tongue: Any) -> None:
    assert_legible(bars.states_chart(rows, Words(tongue)))


@STRAIN
@given(
    st.lists(
        st.builds(bars.Stack, label, st.tuples(count, count, count)),
        min_size=1,
        max_size=20,
    ),
    st.tuples(label, label, label),
    language,
)
def test_stacks_of_counts_are_legible(
    rows: list[bars.Stack], names: tuple[str, str, str], tongue: Any
) -> None:
    colors = ("#17395c", "#2f9c95", "#dfe4e8")
    parts = [bars.Part(name, color) for name, color in zip(names, colors, strict=True)]
    chart = bars.Stacks(rows, parts, names[0], words=Words(tongue), shares=False, heading=names[1])
    assert_legible(chart)


@STRAIN
@given(st.data(), language)
def test_differences_are_legible(data: st.DataObject, tongue: Any) -> None:
    rows = []
    for _ in range(data.draw(st.integers(1, 20))):
        low, value, high = (2 * end - 1 for end in data.draw(limits()))
        rows.append(Gap(data.draw(label), value, low, high))
    flag = data.draw(st.sampled_from([None, 0.25]))
    towards = data.draw(st.sampled_from([("", ""), (data.draw(label), data.draw(label))]))
    chart = Differences(rows, words=Words(tongue), flag=flag, towards=towards)
    assert_legible(chart)


@STRAIN
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(bars.ATTAINMENTS), st.sampled_from(bars.MEASURED_BY)),
        count,
    ),
    language,
)
def test_flow_is_legible(counts: dict[tuple[str, str], int], tongue: Any) -> None:
    assert_legible(bars.Cascade(counts, words=Words(tongue)))


@STRAIN
@given(st.data(), language)
def test_matrix_is_legible(data: st.DataObject, tongue: Any) -> None:
    rows = data.draw(st.lists(label, min_size=1, max_size=14))
    columns = data.draw(st.lists(label, min_size=1, max_size=9))
    cells = st.none() | st.integers(0, 99)
    panels = [
        maps.Panel(data.draw(label), [[data.draw(cells) for _ in columns] for _ in rows])
        for _ in range(data.draw(st.integers(1, 2)))
    ]
    assert_legible(maps.Heatmap(panels, rows, columns, words=Words(tongue)))


@STRAIN
@given(st.data(), language)
def test_tilemap_is_legible(data: st.DataObject, tongue: Any) -> None:
    values = st.none() | st.just(0.0) | st.floats(0.01, 1e6)
    tiles = [
        maps.Tile(data.draw(label), place // 4 + 1, place % 4 + 1, data.draw(values), inside)
        for inside in [data.draw(st.booleans())]
        for place in range(data.draw(st.integers(1, 24)))
    ]
    chart = maps.TileMap(
        tiles,
        words=Words(tongue),
        heading=data.draw(label),
        value_text=lambda value: number(value, tongue, 1),
    )
    assert_legible(chart)


@STRAIN
@example([bars.Call("A/B p kunta-ala", 81, None, 139_942_605.99, 270, 399)], "fi")
@given(
    st.lists(
        st.builds(
            bars.Call,
            label,
            st.none() | count,
            st.none() | count,
            st.none() | st.floats(0, 1e9),
            st.none() | count,
            st.none() | count,
        ),
        min_size=1,
        max_size=10,
    ),
    language,
)
def test_calls_are_legible(rows: list[bars.Call], tongue: Any) -> None:
    assert_legible(bars.CallBars(rows, words=Words(tongue)))


@STRAIN
@given(
    st.lists(
        st.builds(line_charts.Point, st.floats(-50, 500), share, st.none() | share, share, label),
        max_size=15,
    ),
    label,
    label,
    language,
)
def test_curve_is_legible(
    points: list[line_charts.Point], x_words: str, y_words: str, tongue: Any
) -> None:
    chart = line_charts.Line(points, x_words, y_words, words=Words(tongue))
    assert_legible(chart)


@STRAIN
@given(
    st.lists(
        st.builds(line_charts.Curve, label, st.lists(st.floats(0, 1e7), max_size=50), share),
        max_size=2,
    ),
    label,
    language,
)
def test_lorenz_is_legible(curves: list[line_charts.Curve], words: str, tongue: Any) -> None:
    assert_legible(line_charts.Lorenz(curves, words, words=Words(tongue)))


NOTHING = "Raportteja ei ole näillä valinnoilla."


@pytest.mark.parametrize(
    "draw",
    [
        interval_charts.Dots([], words=Words("fi"), nothing=NOTHING).draw,
        bars.states_chart([], Words("fi"), NOTHING).draw,
        Differences([], words=Words("fi"), nothing=NOTHING).draw,
        bars.Cascade({}, words=Words("fi"), nothing=NOTHING).draw,
        maps.Heatmap([], [], [], words=Words("fi"), nothing=NOTHING).draw,
        bars.CallBars([], words=Words("fi"), nothing=NOTHING).draw,
        line_charts.Line([], "x", "y", words=Words("fi"), nothing=NOTHING).draw,
        line_charts.Lorenz([], "x", words=Words("fi"), nothing=NOTHING).draw,
        lambda: draw_reason(NOTHING),
    ],
)
def test_nothing_to_draw_is_said_in_the_words_given(draw: Callable[[], Drawing]) -> None:
    assert [text for text, _ in boxes(draw())] == [NOTHING]


def test_withheld_numbers_change_nothing_that_is_drawn_or_told() -> None:
    def pictures(secret: int) -> list[object]:
        open_rows = [
            interval_charts.Dot("Avoin", 0.4, 0.3, 0.5, 4, 10),
            interval_charts.Dot("Toinen", 0.1, n=1, N=10),
        ]
        hidden = interval_charts.Dot("Salainen", secret / 99, 0.0, 1.0, secret, 99, suppressed=True)
        other = interval_charts.Dot(
            "Salattu", (99 - secret) / 99, 0.0, 1.0, 99 - secret, 99, suppressed=True
        )
        gaps = [
            Gap("Avoin", 0.1),
            Gap("Salainen", secret / 99, 0.0, 1.0, suppressed=True),
        ]
        said = [
            bars.Stack("Avoin", (1, 2, 3)),
            bars.Stack("Salainen", (secret, 0, 99 - secret), suppressed=True),
            bars.Stack("Salattu", (99 - secret, 0, secret), suppressed=True),
        ]
        charts = [
            interval_charts.Dots([*open_rows, hidden, other], words=Words("fi")),
            Differences(gaps, words=Words("fi")),
            bars.states_chart(said, Words("fi")),
        ]
        shown = [chart.figure("x") for chart in charts]
        return [(each.svg, each.alt, each.page) for each in shown]

    assert pictures(7) == pictures(93)


@given(st.lists(st.integers(1, 14), min_size=2, max_size=9))
@settings(STRAIN, max_examples=25)
@example([11, 11, 9, 6, 1, 4, 5])
def test_columns_of_groups_are_about_as_high_as_each_other(sizes: list[int]) -> None:
    groups = [
        Group(f"G{at}", tuple(Reliability(f"c{row}", 0.8, 0.7, 0.9) for row in range(size)))
        for at, size in enumerate(sizes)
    ]
    drawn = ReliabilityChart(groups, "alfa", 0.667, 0.8, 0.95, words=Words("fi"))._draw()
    # No column need be higher than half of all rows and the highest group.
    rows, heads = sum(sizes), len(sizes)
    most = (rows * 12.4 + heads * 15.0) / 2 + (max(sizes) * 12.4 + 15.0) / 2
    assert drawn.get_figheight() * 72 <= most + 75.0

"""Two shares a row, joined by a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from legibility import boxes, faults
from matplotlib.text import Text

from evaltools.charts.line_charts import Slope, Slopes
from evaltools.charts.style import SMALL
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES

NAMES = ("2022", "2023")
STRAIN = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
label = st.lists(
    st.text("aeiouyäöåkstnlmrvhjpdgAKTÄ", min_size=1, max_size=34)
    | st.sampled_from(["$x$", "<b>", "{{<", "&", "–", "A/B", "kunta-ala"]),
    min_size=1, max_size=9,
).map(" ".join)  # fmt: skip
share = st.none() | st.floats(0, 1)
row = st.builds(Slope, label, share, share, clear=st.booleans(), suppressed=st.booleans())


@STRAIN
@given(st.lists(row, min_size=1, max_size=20), label, label, st.sampled_from(LANGUAGES))
def test_any_rows_are_legible(rows: list[Slope], old: str, new: str, language: Any) -> None:
    assert faults(Slopes(rows, (old, new), words=Words(language)).draw()) == []


def test_withheld_shares_show_neither_in_order_nor_in_words() -> None:
    rows = [Slope("open", 0.2, 0.3), Slope("withheld", 0.111, 0.999, 1, 9, 8, 9, suppressed=True)]
    assert [item.label for item in Slopes(rows, NAMES, words=Words("en")).shown] == [
        "open",
        "withheld",
    ]
    assert Slopes(rows, NAMES, words=Words("en")).shown[1].new is None
    told = Slopes(rows, NAMES, words=Words("en")).describe()
    assert "withheld" in told
    assert "99" not in told
    drawn = " ".join(text for text, _ in boxes(Slopes(rows, NAMES, words=Words("en")).draw()))
    assert "89" not in drawn


def test_rows_go_from_what_rose_to_what_fell() -> None:
    rows = [Slope("b", 0.5, 0.1), Slope("c", 0.1, 0.5), Slope("a", 0.5, 0.5), Slope("d", None, 0.4)]
    assert [item.label for item in Slopes(rows, NAMES, words=Words("en")).shown] == [
        "c",
        "a",
        "b",
        "d",
    ]


def test_few_units_are_told_as_counts() -> None:
    told = Slopes([Slope("a", 0.25, 0.5, 2, 8, 10, 20)], NAMES, words=Words("fi")).describe()
    assert "2/8 → 50\N{NO-BREAK SPACE}%" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_figure_of_nothing_says_so(language: Any) -> None:
    figure = Slopes([], NAMES, words=Words(language)).figure("Ei mitään.")
    assert faults(figure.figure) == []


def test_nothing_is_smaller_than_the_house_allows() -> None:
    rows = [Slope(f"tavoite {n}", 0.1, 0.04 * n, 1, 9, n, 25, clear=n > 9) for n in range(20)]
    figure = Slopes(rows, NAMES, words=Words("fi")).figure("Osuudet.")
    assert faults(figure.figure) == []
    assert min(text.get_fontsize() for text in figure.figure.findobj(Text)) >= SMALL
    assert len(figure.svg) < 150_000

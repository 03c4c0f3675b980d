"""Text is measured as it is drawn, and wrapped into the room there is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legibility import boxes, faults

from evaltools.charts.canvas import Canvas, Lettering
from evaltools.charts.style import TEXT, TEXT_WIDTH
from evaltools.charts.text_metrics import clean, width, wrap

LONG = "Tietosuojavaikutustenarviointimenettelyjen keskeneräisyys kunta- ja hyvinvointialueilla"


def test_measured_width_is_the_drawn_width() -> None:
    for weight in ("regular", "bold", "italic"):
        canvas = Canvas(50)
        canvas.text(10, 20, LONG, Lettering(weight=weight))
        ((_, box),) = boxes(canvas.drawing)
        assert width(LONG, TEXT, weight) == pytest.approx(box.width, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(st.text("aeiou äö-/kstln", max_size=120), st.floats(20, 200), st.integers(1, 4))
def test_lines_fit_and_no_letter_is_lost(text: str, room: float, most: int) -> None:
    lines = wrap(text, room, max_lines=most)
    assert 1 <= len(lines) <= most
    assert all(width(line) <= room + 0.01 for line in lines)
    if not lines[-1].endswith("…"):
        kept = "".join(lines).replace("-", "").replace(" ", "")
        assert kept == clean(text).replace("-", "").replace(" ", "")


def test_lines_are_even_and_words_whole_where_they_fit() -> None:
    lines = wrap("Avainhenkilöiden vaihtuvuus ja henkilöstön niukkuus", 180)
    assert lines == ("Avainhenkilöiden vaihtuvuus", "ja henkilöstön niukkuus")


def test_a_word_too_long_for_a_line_is_cut_with_a_hyphen() -> None:
    first, second = wrap("Tietosuojavaikutustenarviointi", 90)
    assert first.endswith("-")
    assert first[:-1] + second == "Tietosuojavaikutustenarviointi"


def test_control_characters_do_not_reach_a_picture() -> None:
    assert clean("a\x00b\x0cc\nd\ud800  e\u00a0f") == "ab c d e\u00a0f"


def test_the_reader_of_figures_sees_overlaps_and_clipped_words() -> None:
    canvas = Canvas(50)
    canvas.text(10, 20, "Ensimmäinen")
    canvas.text(30, 22, "Toinen")
    canvas.text(TEXT_WIDTH - 10, 40, "Leikkautuva")
    found = faults(canvas.drawing)
    assert any("overlap" in fault for fault in found)
    assert any("leaves the paper" in fault for fault in found)

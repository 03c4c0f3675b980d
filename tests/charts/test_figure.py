"""A figure shows itself with caption and alternative text, or is refused."""

from __future__ import annotations

import base64
from typing import Any
from unittest.mock import patch

import matplotlib.pyplot as plt
import pytest

from evaltools.charts.captions import CAPTION_TYPE
from evaltools.charts.chart import draw_reason
from evaltools.charts.figure import Figure


@pytest.fixture
def shown() -> list[dict[str, Any]]:
    """What a notebook would hold after a figure displayed itself."""
    outputs: list[dict[str, Any]] = []

    def display(data: dict[str, Any], raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        outputs.append({"data": data, "metadata": metadata})

    figure = Figure(draw_reason("Ei mitään."), "Kuvateksti.", "Kuvassa ei ole mitään.", "Huom.")
    with patch("IPython.display.display", display):
        figure._ipython_display_()
    return outputs


def test_first_output_is_picture_caption_and_alternative_text(
    shown: list[dict[str, Any]],
) -> None:
    data = shown[0]["data"]
    assert data["image/svg+xml"].lstrip().startswith("<?xml")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data[CAPTION_TYPE] == {
        "caption": "Kuvateksti. Huom.",
        "alt": "Kuvassa ei ole mitään.",
        "kind": "figure",
    }


def test_second_output_is_the_caption_for_the_person_and_marked_so(
    shown: list[dict[str, Any]],
) -> None:
    assert shown[1:] == [
        {
            "data": {"text/markdown": "Kuvateksti. Huom."},
            "metadata": {"evaltools": {"role": "caption"}},
        }
    ]


@pytest.mark.parametrize(
    ("caption", "alt", "reason"),
    [
        ("Kuva.", "", "alternative text"),
        ("Kuva.", "  ", "alternative text"),
        ("Kuva.", "Kuva. ", "repeats the caption"),
        ("Kuva.", "x" * 1201, "1201 characters"),
        (" ", "Jotain.", "caption"),
    ],
)
def test_figures_without_words_are_refused(caption: str, alt: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Figure(draw_reason("x"), caption, alt)


def test_figure_of_pyplot_is_closed_so_that_a_notebook_shows_it_once() -> None:
    drawing, axes = plt.subplots()
    axes.plot([1, 2])
    number = drawing.number
    Figure(drawing, "Kuva.", "Viiva nousee.")
    assert not plt.fignum_exists(number)


def test_picture_has_200_dots_an_inch() -> None:
    figure = Figure(draw_reason("x"), "Kuva.", "Ei mitään.")
    width = int.from_bytes(figure.png[16:20], "big")
    assert width == pytest.approx(160 / 25.4 * 200, abs=1)
    assert b"Software" not in figure.png

"""Words for how many hold for the whole interval or are not used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.i18n.quantifiers import quantity


@pytest.mark.parametrize(
    ("share", "low", "high", "word"),
    [
        (0.1, 0.05, 0.19, "few"),
        (0.1, 0.05, 0.2, None),
        (0.3, 0.2, 0.5, "some"),
        (0.3, 0.19, 0.5, None),
        (0.48, 0.4, 0.55, None),
        (0.7, 0.51, 0.85, "most"),
        (0.92, 0.8, 0.97, "most"),
        (0.95, 0.91, 0.99, "nearly_all"),
        (0.0, 0.0, 0.0, "none"),
        (0.0, 0.0, 0.07, "few"),
        (1.0, 1.0, 1.0, "all"),
        (1.0, 0.93, 1.0, "nearly_all"),
        (None, None, None, None),
    ],
)
def test_words_agree_with_the_whole_interval(
    share: float | None, low: float | None, high: float | None, word: str | None
) -> None:
    assert quantity(share, low, high) == word


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_word_of_an_interval_is_true_of_every_share_in_it(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    word = quantity(value, low, high)
    for share in (low, value, high):
        alone = quantity(share, share, share)
        if word == "most":
            assert alone in ("most", "nearly_all", "all")
        elif word == "nearly_all":
            assert alone in ("nearly_all", "all")
        elif word == "few":
            assert alone in ("none", "few")
        elif word is not None:
            assert alone == word


def test_an_interval_without_its_share_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        quantity(0.5, 0.6, 0.7)

"""Alternative texts tell what is seen, from the numbers, within the length allowed."""

from __future__ import annotations

from evaltools.charts import alt_text
from evaltools.charts.figure import LONGEST_ALT
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.maps import classes
from evaltools.i18n.messages import Words

ITEMS = [("b", 0.2, "20 %"), ("a", 0.2, "20 %"), ("c", 0.9, "90 %")]


def test_order_is_that_of_values_and_among_equals_as_given_whatever_the_language() -> None:
    assert alt_text.describe_order(ITEMS, "fi") == "Suurimmasta pienimpään: c 90 %; b 20 %; a 20 %."
    assert alt_text.describe_order(ITEMS, "fi", at_most=1).endswith("c 90 %. Lisäksi 2 muuta.")
    assert alt_text.describe_order([], "fi") == ""


def test_ends_and_range() -> None:
    assert alt_text.describe_lowest(ITEMS, "en") == "Lowest: a, 20 %."
    assert alt_text.describe_range(ITEMS, "sv") == "Värdena ligger mellan 20 % och 90 %."
    assert alt_text.describe_lowest(ITEMS[:1], "en") == ""


def test_long_texts_are_cut_at_a_word() -> None:
    text = alt_text.join("sana " * 400)
    assert len(text) <= LONGEST_ALT
    assert text.endswith("sana…")


def test_description_tells_values_intervals_withheld_and_missing() -> None:
    rows = [
        Dot("Henkilöstö", 19 / 52, 0.25, 0.5, 19, 52),
        Dot("Salainen", None, suppressed=True),
        Dot("Tuntematon", None),
    ]
    assert Dots(rows, words=Words("fi")).describe().replace("\u00a0", " ") == (
        "3 riviä. Suurimmasta pienimpään: Henkilöstö 37 % (19/52), väli 25–50 %. "
        "Salattu: Salainen. Ei tietoa: Tuntematon."
    )


def test_classes_of_the_tile_map_hold_every_value() -> None:
    values = [0.0, 1.2, 3.4, 3.4, 7.9, 12.0, 55.5]
    limits = classes(values)
    assert len(limits) <= 5
    assert limits == sorted(set(limits))
    assert limits[-1] == max(values)
    assert classes([]) == []


def test_equal_rows_of_a_figure_stand_as_given_so_that_languages_agree() -> None:
    for labels in (("koulutus", "yhteistyö"), ("utbildning", "samarbete")):
        rows = [Dot(label, 0.4, low=0.3, high=0.5) for label in labels]
        assert [row.label for row in Dots(rows, words=Words("fi")).shown] == [*labels]

"""The comparison and the measures as they are printed."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from handmade import stand_in

from evaltools.chapters.evidence_base import representativity_note, selection_rows
from evaltools.chapters.measure_table import measure_table
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]


def compared(language="fi", n=4, N=12, **columns):
    table = pd.DataFrame(
        {
            "grant": [250_000.0] * N,
            "organisations": 3,
            "joint": [index % 2 == 0 for index in range(N)],
            "started": pd.Timestamp("2020-01-01"),
            "municipality_group": pd.array(["rural", None] * (N // 2), dtype="string"),
            "size_class": pd.array(["under_5000", None] * (N // 2), dtype="string"),
            "call_id": "2020",
            "reported": [index < n for index in range(N)],
            **columns,
        }
    )
    parameters = SimpleNamespace(language=language)
    words = load_study(ROOT).words(language)
    return stand_in(projects=table, n=n, N=N, parameters=parameters, words=words)


def test_every_row_has_a_name_in_every_language():
    names = {
        language: selection_rows(compared(language))["label"].tolist()
        for language in ("fi", "sv", "en")
    }
    assert names["fi"] == [
        "avustus, euroa", "kumppaneita", "alkamispäivä", "usean kunnan yhteishanke",
        "maaseutumaiset kunnat", "ei kuntaryhmää", "alle 5\u00a0000 asukasta", "ei kokoluokkaa",
    ]  # fmt: skip
    assert len({len(set(labels)) for labels in names.values()}) == 1


def test_values_are_printed_in_their_own_unit_and_small_shares_as_counts():
    table = selection_rows(compared()).set_index("label")
    assert table.loc["avustus, euroa", "reported"] == "250\u00a0000"
    assert table.loc["kumppaneita", "reported"] == "2,0"
    assert table.loc["alkamispäivä", "reported"] == "1.1.2020"
    assert table.loc["usean kunnan yhteishanke", "reported"] == "2/4"
    many = selection_rows(compared(n=10, N=20)).set_index("label")
    assert many.loc["usean kunnan yhteishanke", "reported"] == "50\u00a0%"


def test_a_difference_that_cannot_be_computed_is_none_and_a_dash():
    evidence = compared(call_id=["2019-1"] * 4 + ["2020"] * 8)
    row = selection_rows(evidence).set_index("label").loc["haku 2020"]
    assert row["difference"] is None
    assert row["text"] == "–"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_an_indicator_that_cannot_be_estimated_is_told_with_its_reason(language):
    everyone = representativity_note(compared(language, n=12))
    few = representativity_note(compared(language, n=2))
    assert everyone != few
    assert not any(character.isdigit() for character in everyone + few)


def test_what_decides_is_named_in_the_note():
    evidence = compared(n=6, call_id=["2019-1"] * 6 + ["2020"] * 6)
    assert "ratkaisevat" in representativity_note(evidence)
    assert "haku" in representativity_note(evidence)


def test_measures_are_printed_by_unit_with_the_counts_behind_shares():
    records = [
        Indicator("a.share", 0.25, "share", x=25, n=100),
        Indicator("b.index", 0.025, "index", low=0.01, high=0.04),
        Indicator("c.money", 1234567.0, "money"),
        Indicator("d.share", None, "share", x=0, n=0, note="nothing"),
        Indicator("e.share", 0.5, "share", x=500, n=1000, counted="euros"),
        Indicator("a.share", 0.9, "share", x=9, n=10, dimensions=(("call", "2020"),)),
    ]
    names = {f"{letter}": "column.theme" for letter in ("c.money", "a.share", "b.index")}
    names |= {"d.share": "column.theme", "e.share": "column.theme"}
    table = measure_table(records, names, Words("fi"))
    assert table["value"].tolist() == [
        "1\u00a0234\u00a0567",
        "25\u00a0%",
        "0,025",
        "–",
        "50\u00a0%",
    ]
    assert table["count"].tolist() == ["–", "25/100", "0,01–0,04", "–", "–"]
    assert measure_table(records, {"z.share": "column.theme"}, Words("fi")).empty  # it is absent

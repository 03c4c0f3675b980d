"""Saturation and coder rules of a handful of reports."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from handmade import OPEN, handmade, stand_in

from evaltools.chapters.evidence_base import saturation_points
from evaltools.chapters.themes import theme_dots
from evaltools.i18n.messages import Words
from evaltools.indicators.prevalence import by_rule
from evaltools.indicators.saturation import _seen, code_matrix, saturation, saturation_curve


def evidence(holds, confidence=0.95):
    """Reports that have codes, as lists of the letters of the codes."""
    codes = [f"challenge.{letter}" for letter in "abcdefgh"]
    rows = [
        (f"p{place:02d}", code, "yes" if code[-1] in has else "silent")
        for place, has in enumerate(holds)
        for code in codes
    ]
    return stand_in(
        presence=pd.DataFrame(rows, columns=["project_id", "code_id", "state"]),
        tables={"codes": pd.DataFrame({"code_id": codes, "kind": "challenge", "codable": True})},
        parameters=SimpleNamespace(confidence=confidence),
        disclosure=OPEN,
    )


def values(records):
    return {record.key: record for record in records}


def test_reports_that_are_all_alike_are_saturated_at_once():
    found = values(saturation(evidence(["abc"] * 10)))
    assert found["saturation.seen.share"].x == 3
    assert found["saturation.seen.share"].n == 8
    assert found["saturation.every.count"].value == 1
    # A base of four and one run of two are the least that the rule can tell by.
    assert found["saturation.reached.count"].value == 6
    assert found["saturation.unseen.count"].value == 0


def test_reports_with_nothing_in_common_are_never_saturated():
    found = values(saturation(evidence(list("abcdefgh"))))
    assert found["saturation.reached.count"].value is None
    assert "not met in 100%" in found["saturation.reached.count"].note
    assert found["saturation.once.count"].value == 8
    # Chao's bound would be 8 · 7 / 2 · 7 / 8 = 24.5, but all eight codes of the codebook were seen.
    assert found["saturation.unseen.count"].value == 0
    # Of six there, 6 · 5 / 2 · 5 / 6 = 12.5, and two are left.
    found = values(saturation(evidence(list("abcdef"))))
    assert found["saturation.unseen.count"].value == 2


def test_five_seeds_print_the_same_numbers(monkeypatch):
    letters = ["ab", "acd", "ad", "ae", "a", "af", "ab", "bh", "cg", "abce"] * 3
    printed = []
    for seed in range(5):
        monkeypatch.setattr("evaltools.indicators.saturation.SEED", seed)
        monkeypatch.setattr("evaltools.indicators.saturation._seen", _seen.__wrapped__)
        found = values(saturation(evidence(letters)))
        printed.append([(key, r.value, r.low, r.high) for key, r in found.items()])
    assert printed[1:] == printed[:1] * 4


def test_band_is_that_of_the_orders_and_holds_the_median():
    found = values(saturation(evidence(["ab", "ac", "ad", "ae", "a", "a", "a", "bh"])))
    record = found["saturation.every.count"]
    assert record.low <= record.value <= record.high <= 8
    assert (record.method, record.level) == ("random orders", 0.95)


def test_the_curve_begins_with_one_report_and_ends_with_all_codes_seen():
    programme = evidence(["ab", "ac", "ad", "a", "a", "a", "a", "a"])
    curve = saturation_curve(programme)
    assert curve["reports"].tolist() == list(range(1, 9))
    assert curve["median"].iloc[-1] == code_matrix(programme).any(axis=0).sum() == 4
    points = saturation_points(curve, saturation(programme), Words("en"))
    assert [point.x for point in points if point.label] == [
        values(saturation(programme))["saturation.reached.count"].value
    ]


def test_a_single_report_can_tell_of_no_saturation():
    found = values(saturation(evidence(["ab"])))
    assert found["saturation.reached.count"].value is None
    assert found["saturation.every.count"].value == 1
    assert found["saturation.unseen.count"].value == 0


def test_every_rule_tells_the_share_of_every_code():
    records = by_rule(handmade())
    told = {(dict(r.dimensions)["code"], dict(r.dimensions)["rule"]): r for r in records}
    assert {rule for _, rule in told} == {"any", "majority", "all", "consensus"}
    assert told["result.data", "any"].x == 2  # one coder of several saw it in P4
    assert told["result.data", "majority"].x == 1
    assert all(r.n == 4 for r in records)


@pytest.mark.parametrize("estimand", ["population", "superpopulation"])
def test_coder_rules_are_shown_beside_a_sampling_interval(estimand):
    from evaltools.charts.interval_charts import Dots
    from evaltools.i18n.messages import Words
    from evaltools.indicators.prevalence import themes

    programme = handmade().but(parameters={"estimand": estimand})
    rows = theme_dots(themes(programme, "result"), programme)
    data = next(row for row in rows if row.label == "result.data")
    assert (data.rule_low, data.rule_high) == (0.25, 0.5)
    assert data.low is not None
    assert "by coder rule" in Dots(rows, words=Words("en")).describe()


def test_of_the_reports_read_there_is_no_interval_but_the_coder_rules_below():
    from evaltools.indicators.prevalence import themes

    programme = handmade()
    rows = theme_dots(themes(programme, "result"), programme)
    data = next(row for row in rows if row.label == "result.data")
    assert (data.low, data.bound_low, data.bound_high) == (None, None, None)
    assert (data.rule_low, data.rule_high) == (0.25, 0.5)

"""A number beside a limit is printed so that one sees on which side of it the number is."""

import pytest
from claims_by_hand import count, finding, interval, share

from evaltools.chapters.agreement_rows import _index, _range
from evaltools.findings.judgement import judge
from evaltools.findings.lookup import Reading
from evaltools.findings.reasons import ReasonKind
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import decimals_beside, number
from evaltools.indicators.indicator import Indicator


@pytest.mark.parametrize(
    ("value", "limit", "least", "shown"),
    [
        (0.6669, 0.667, 2, "0.6669"),
        (0.6669999, 0.667, 2, "0.667000"),  # no further: nobody reads more
        (0.664, 0.667, 2, "0.66"),
        (0.667, 0.667, 2, "0.667"),
        (0.668, 0.667, 2, "0.67"),
        (0.7999, 0.8, 2, "0.7999"),
        (0.8, 0.8, 2, "0.80"),
        (50.3, 50, 0, "50.3"),
        (49.96, 50, 0, "49.96"),
        (50, 50, 0, "50"),
        (51, 50, 0, "51"),
        (-0.004, 0, 2, "\u22120.004"),
    ],
)
def test_as_many_decimals_as_it_takes_and_no_more(value, limit, least, shown):
    assert number(value, "en", decimals_beside(value, [limit], least)) == shown


def test_a_number_that_is_not_there_has_the_decimals_that_it_would_have():
    assert decimals_beside(None, [0.5], 2) == 2
    assert decimals_beside(float("inf"), [0.5], 2) == 2


def test_a_goal_and_a_result_of_one_name_are_told_apart_in_a_reason():
    one, other = (
        Reading(f"{kind}.networks.share", share(f"{kind}.networks.share", x)[0])
        for kind, x in (("result", 9), ("goal", 7))
    )
    labels = {"result.networks": "networks", "goal.networks": "networks"}
    text = ReasonKind("not_beyond", (one,), (other,)).text(Words("en"), labels)
    assert "networks, result (9/52) and networks, goal (7/52)" in text


def test_a_reason_shows_that_a_share_is_below_what_was_asked():
    (judged,) = judge(
        [finding({"at_least": {"key": "goals.good.share", "value": 0.667}}, estimand="S")],
        [interval(0.664, 0.66, 0.6669), count("reports.read.count", 52)],
        "S",
    )
    assert [why.kind for why in judged.reason.because] == ["below"]
    text = judged.reason.why(Words("en"))
    assert "66.7%" in text  # the limit
    assert "66.69%" in text  # the end of the interval, which does not reach it


@pytest.mark.parametrize(
    ("alpha", "shown"), [(0.804, "0.80"), (0.7996, "0.7996"), (0.6669, "0.6669"), (0.672, "0.67")]
)
def test_a_coefficient_has_more_decimals_only_where_it_fails_a_limit(alpha, shown):
    record = Indicator("coding.alpha.index", alpha, "index", low=alpha, high=0.9)
    assert _index(record, "en") == shown
    assert _range(record, "en").startswith(shown)

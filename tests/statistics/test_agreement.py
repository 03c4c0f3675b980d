"""Coefficients of agreement against what has been published, and what must be true of any data.

The twenty ReCal data sets of Freelon 2010 (tables 9 and 10) are not among them: only their names
were to hand, not the files. The published sets below cover gaps, two to six coders, and all four
levels of measurement.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from evaltools.statistics.agreement import (
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    from_table,
    gwet_ac1,
    light_kappa,
    observed_agreement,
    ratings,
)
from evaltools.statistics.agreement_alpha import krippendorff_alpha

_ = None
# Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C; 2018, p. 290.
FOUR_OBSERVERS = list(zip(
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    strict=True,
))  # fmt: skip
THREE_CODERS = list(zip(
    [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
    [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
    [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
    strict=True,
))  # fmt: skip
BINARY = list(zip([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], strict=True))
NOMINAL = list(zip("aabbdcccedda", "babbbcccEddd".replace("E", "e"), strict=True))
# Hayes and Krippendorff 2007, doi:10.1080/19312450709336664, 40 units × 5 coders; "." is a gap.
HAYES_UNITS = """
    112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223
    111.1 111.1 212.2 1233. 1101. 000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212.
    1122. 112.2 110.0 2121. 22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
"""
HAYES = [[None if value == "." else int(value) for value in unit] for unit in HAYES_UNITS.split()]
BOOK_306 = list(zip(
    [0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1],
    [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1],
    [0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0],
    strict=True,
))  # fmt: skip
BOOK_310 = list(zip("aacccccbbbbd", "acccccbbbbbd", strict=True))


@pytest.mark.parametrize(
    ("data", "metric", "published", "digits"),
    [
        (FOUR_OBSERVERS, "nominal", 0.743, 3),
        (FOUR_OBSERVERS, "ordinal", 0.815, 3),
        (FOUR_OBSERVERS, "interval", 0.849, 3),
        (FOUR_OBSERVERS, "ratio", 0.797, 3),
        (THREE_CODERS, "nominal", 0.691, 3),  # Wikipedia's example
        (THREE_CODERS, "interval", 0.811, 3),
        (BINARY, "nominal", 0.095, 3),  # Krippendorff 2011, section A
        (NOMINAL, "nominal", 0.692, 3),  # section B
        (HAYES, "ordinal", 0.7598, 4),
        (HAYES, "nominal", 0.4765, 4),
        (HAYES, "interval", 0.7574, 4),
        (BOOK_306, "nominal", 0.2343, 3),  # 2018, p. 306; .234375, which the book cuts off
        (BOOK_310, "nominal", 0.759, 3),  # 2018, p. 310; the book prints .760
    ],
)
def test_alpha_is_as_published(data, metric, published, digits):
    found = krippendorff_alpha(data, metric).value
    assert found is not None
    assert abs(found - published) < 0.51 * 10**-digits


def test_units_with_one_value_are_set_aside_and_counted():
    found = krippendorff_alpha(FOUR_OBSERVERS)
    assert (found.units, found.pairable) == (11, 40)
    assert found.set_aside == (("one value", 1), ("no value", 0))
    assert krippendorff_alpha(THREE_CODERS).set_aside == (("one value", 1), ("no value", 2))


def test_coefficients_with_gaps_are_as_irrcac_gives_them():
    # irrCAC (Gwet), cac.raw4raters: the units of Krippendorff 2011.
    ac1, fleiss, even = (f(FOUR_OBSERVERS) for f in (gwet_ac1, fleiss_kappa, brennan_prediger))
    assert observed_agreement(FOUR_OBSERVERS).value == pytest.approx(0.818, abs=5e-4)
    assert (ac1.value, ac1.se) == (pytest.approx(0.775, abs=5e-4), pytest.approx(0.143, abs=5e-4))
    assert (ac1.interval.low, ac1.interval.high) == (pytest.approx(0.461, abs=5e-4), 1.0)
    assert fleiss.value == pytest.approx(0.761, abs=5e-4)
    assert (fleiss.interval.low, fleiss.interval.high) == (pytest.approx(0.424, abs=5e-4), 1.0)
    assert even.value == pytest.approx(0.773, abs=5e-4)
    assert (even.interval.low, even.interval.high) == (pytest.approx(0.454, abs=5e-4), 1.0)


def test_two_abstractors_are_as_irrcac_gives_them():
    # irrCAC, cont3x3abstractors.
    table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    kappa, ac1 = cohen_kappa(from_table(table)), gwet_ac1(from_table(table))
    assert kappa.value == pytest.approx(0.796, abs=5e-4)
    reach = student.ppf(0.975, 99) * kappa.se  # irrCAC takes the quantile of Student's t
    assert (kappa.value - reach, kappa.value + reach) == pytest.approx((0.680, 0.913), abs=6e-4)
    assert ac1.value == pytest.approx(0.849, abs=5e-4)
    # irrCAC's function for tables divides by n where the one for raw data divides by n - 1.
    assert (ac1.interval.low, ac1.interval.high) == pytest.approx((0.764, 0.935), abs=1e-3)


def test_kappa_is_as_sas_gives_it():
    # SAS PROC FREQ, AGREE.
    table = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
    found = cohen_kappa(from_table(table))
    assert found.value == pytest.approx(0.4842, abs=5e-5)
    assert found.se == pytest.approx(0.1380, abs=5e-5)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.2137, 0.7547), abs=5e-5)
    assert cohen_kappa(from_table(table), "linear").value == pytest.approx(0.4701, abs=5e-5)


# Fleiss 1971, doi:10.1037/h0031619: how many of six psychiatrists chose each of five diagnoses.
FLEISS_1971 = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
    10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
    00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""


def test_fleiss_is_as_published_for_thirty_patients_and_six_raters():
    counts = np.array([[int(digit) for digit in row] for row in FLEISS_1971.split()])
    assert counts.shape == (30, 5)
    assert (counts.sum(axis=1) == 6).all()
    units = np.array([np.repeat(np.arange(5), row) for row in counts])
    found = fleiss_kappa(units)
    assert found.value == pytest.approx(0.430, abs=5e-4)
    assert found.value == pytest.approx(their_fleiss(counts), abs=1e-12)


@pytest.mark.parametrize(
    ("table", "kappa", "ac1"),
    [([[40, 9], [6, 45]], 0.700, 0.701), ([[80, 10], [5, 5]], 0.318, 0.808)],
)
def test_kappa_falls_with_prevalence_and_ac1_does_not(table, kappa, ac1):
    # Feinstein and Cicchetti 1990, doi:10.1016/0895-4356(90)90158-L: agreement is .85 in both.
    read = from_table(table)
    assert observed_agreement(read).value == pytest.approx(0.85)
    assert cohen_kappa(read).value == pytest.approx(kappa, abs=6e-4)
    assert gwet_ac1(read).value == pytest.approx(ac1, abs=6e-4)


matrices = st.integers(2, 4).flatmap(
    lambda coders: st.lists(
        st.lists(st.sampled_from([0, 1, 2, None]), min_size=coders, max_size=coders),
        min_size=2,
        max_size=12,
    )
)
EVERY = (krippendorff_alpha, fleiss_kappa, gwet_ac1, brennan_prediger)


def same(one, other):
    return one == other if one is None or other is None else one == pytest.approx(other, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(matrices)
def test_neither_who_codes_nor_how_values_are_called_matters(data):
    mirrored = [row[::-1] for row in data]
    renamed = [["xyz"[-1 - value] if value is not None else None for value in row] for row in data]
    for coefficient in (*EVERY, observed_agreement, light_kappa):
        value = coefficient(data).value
        assert same(coefficient(mirrored).value, value)
        assert same(coefficient(renamed).value, value)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=2, max_size=12), st.integers(2, 4))
def test_perfect_coders_reach_one_only_where_units_differ(truth, coders):
    data = [[value] * coders for value in truth]
    for coefficient in EVERY:
        found = coefficient(data)
        if len(set(truth)) == 1:
            assert (found.value, found.why) == (None, "no variation")
        else:
            assert found.value == pytest.approx(1.0)


def test_one_coder_a_unit_is_no_agreement():
    for coefficient in (*EVERY, observed_agreement):
        found = coefficient([[1, None], [None, 0]])
        assert (found.value, found.why, found.units) == (None, "no unit has two values", 0)
        assert coefficient([]).value is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_alpha_of_two_coders_follows_from_pi(data):
    # Krippendorff 2011: alpha draws without putting back what it has drawn, pi puts it back.
    alpha, pi = krippendorff_alpha(data).value, fleiss_kappa(data).value
    if pi is None:
        assert alpha is None
    else:
        values = 2 * len(data)
        assert 1 - alpha == pytest.approx((1 - pi) * (1 - 1 / values), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=2, max_size=15))
def test_fleiss_is_what_statsmodels_gives(data):
    value = fleiss_kappa(data).value
    if value is not None:
        counts, _names = aggregate_raters(np.array(data))
        assert value == pytest.approx(their_fleiss(counts), abs=1e-9)


def test_weights_forgive_the_nearer_miss_more():
    near, far = [[10, 4, 0], [4, 10, 4], [0, 4, 10]], [[10, 0, 4], [4, 10, 4], [4, 0, 10]]
    for weights in ("linear", "quadratic"):
        assert (
            cohen_kappa(from_table(near), weights).value
            > cohen_kappa(from_table(far), weights).value
        )
    plain, linear, squared = (
        cohen_kappa(from_table(near), weights).value for weights in ("", "linear", "quadratic")
    )
    assert plain < linear < squared


def kappas(data):
    pairs = itertools.combinations(range(len(data[0])), 2)
    return [cohen_kappa([[unit[a], unit[b]] for unit in data]) for a, b in pairs]


def test_lights_kappa_is_the_mean_over_pairs_of_coders():
    parts = [part.value for part in kappas(BOOK_306)]
    assert len(parts) == 3
    assert light_kappa(BOOK_306).value == pytest.approx(np.mean(parts))
    constant = [[0, 0, 1], [0, 0, 0]]
    assert [part.why for part in kappas(constant)] == ["no variation", "", ""]


def test_alpha_of_sets_is_that_of_words_where_sets_share_nothing():
    sets = [[frozenset({value}) if value else None for value in unit] for unit in FOUR_OBSERVERS]
    by_sets = krippendorff_alpha(sets, "masi").value
    assert by_sets == pytest.approx(krippendorff_alpha(FOUR_OBSERVERS).value)


def test_own_distances_are_taken_as_they_are():
    squared = krippendorff_alpha(HAYES, lambda a, b: (a - b) ** 2)
    assert squared.value == pytest.approx(krippendorff_alpha(HAYES, "interval").value)


def test_ordered_words_need_their_order():
    words = [("low", "high"), ("high", "high"), ("middle", "low"), ("low", "low")]
    order = ("low", "middle", "high")
    numbers = [[order.index(word) for word in unit] for unit in words]
    told = krippendorff_alpha(words, "ordinal", categories=order).value
    assert told == pytest.approx(krippendorff_alpha(numbers, "ordinal").value)
    assert told != pytest.approx(krippendorff_alpha(words, "ordinal").value)


def test_a_category_nobody_chose_changes_gwet_and_not_alpha():
    binary = (0, 1, 2)
    assert krippendorff_alpha(BINARY, categories=binary).value == pytest.approx(2 / 21)
    assert gwet_ac1(BINARY, categories=binary).value > gwet_ac1(BINARY).value


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: ratings([[1, 2], [1]]), "place for every coder"),
        (lambda: ratings([[1, 7]], categories=(1, 2)), "none of the categories"),
        (lambda: krippendorff_alpha(NOMINAL, "interval"), "needs numbers"),
        (lambda: krippendorff_alpha([[-1, 1], [2, 2]], "ratio"), "from nought up"),
        (lambda: krippendorff_alpha(BINARY, "masi"), "between sets"),
        (lambda: cohen_kappa(BOOK_306), "of two coders"),
        (lambda: from_table([[1, 2, 3]]), "square"),
        (lambda: from_table([[1, -2], [0, 1]]), "whole counts"),
        (lambda: gwet_ac1(BINARY, level=1.0), "between 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()

"""How often "the commonest" is told: enough where there is a lead, seldom where there is none.

The long version is `python -m tools.order_simulation`; its numbers are in the decision record.
"""

from itertools import product

import numpy as np
import pytest

from evaltools.statistics.contingency import population_p
from evaltools.statistics.intervals import TIE
from tools.order_simulation import (
    POPULATIONS,
    READ,
    SCENARIOS,
    draw_reports,
    p_table,
    simulate,
    worst_error,
)

DRAWS = 600
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
LEADS = [name for name in BY_NAME if name.startswith(".60, .40")]
TIES = [name for name, scenario in BY_NAME.items() if scenario.tied]


@pytest.mark.parametrize(("name", "N"), list(product(LEADS, (72, 122))))
def test_a_clear_lead_is_told_in_at_least_45_draws_of_a_hundred(name, N):
    found = simulate(BY_NAME[name], N, "adopted", DRAWS)
    assert found.right >= 0.45
    assert found.wrong <= 0.01


@pytest.mark.parametrize(("name", "N"), list(product(TIES, POPULATIONS)))
def test_of_tied_themes_one_is_called_the_commonest_in_at_most_5_draws_of_a_hundred(name, N):
    found = simulate(BY_NAME[name], N, "adopted", DRAWS)
    assert found.right == 0
    assert found.wrong <= 0.05
    assert found.lost <= 0.05


def test_the_finite_test_tells_more_than_that_of_an_endless_population():
    for N in (72, 122):
        one, other = (simulate(BY_NAME[LEADS[0]], N, t, DRAWS).right for t in ("adopted", "mid-p"))
        assert one > other


@pytest.mark.parametrize(
    ("n", "N"), [(52, 72), (52, 122), (20, 29), (10, 20), (41, 122), (6, 9), (30, 31)]
)
def test_the_error_is_within_its_level_for_every_population_of_two_tied_themes(n, N):
    assert worst_error("adopted", n, N) <= 0.05
    assert worst_error("finite", n, N, 0.99) <= 0.01
    assert worst_error("finite", n, N, 0.8) <= 0.2


def test_enumerated_errors_are_those_of_the_decision_record():
    found = [100 * worst_error("adopted", 52, N) for N in (72, 122)]
    assert found == pytest.approx([2.15, 4.36], abs=0.005)
    assert 100 * worst_error("mid-p", 52, 72) == pytest.approx(0.06, abs=0.005)


@pytest.mark.parametrize("N", [72, 122])
def test_enumeration_and_simulation_agree(N):
    rng = np.random.default_rng(1)
    scenario = BY_NAME["two tied at .50, never together"]
    has = draw_reports(scenario, N, 20_000, rng)[:, :, :2]
    a, b = (has[:, :, i] & ~has[:, :, 1 - i] for i in (0, 1))
    told = population_p(a.sum(axis=1), b.sum(axis=1), N - READ) <= 0.05
    assert told.mean() <= worst_error("adopted", READ, N) + 0.004


def test_drawn_reports_have_the_shares_of_their_population_exactly():
    rng = np.random.default_rng(2)
    for scenario in SCENARIOS:
        whole = draw_reports(scenario, READ, 5, rng)
        expected = np.rint(np.array(scenario.shares) * READ)
        assert (whole.sum(axis=1) == expected).all()


@pytest.mark.parametrize("N", POPULATIONS)
def test_a_theme_named_beforehand_is_seldom_put_among_the_first_three_of_four_that_are_tied(N):
    rng = np.random.default_rng(3)
    table = p_table("adopted", 10**6 if N is None else N - READ)
    shares = (0.5, 0.5, 0.5, 0.5, 0.2, 0.1)
    scenario = type(SCENARIOS[0])("four tied", shares, True)
    has = draw_reports(scenario, N, 2000, rng)
    first = has[:, :, :1]
    ahead = (first & ~has[:, :, 1:]).sum(axis=1)
    behind = (~first & has[:, :, 1:]).sum(axis=1)
    beaten = (ahead > behind) & (table[ahead, behind] * 3 <= 0.05 * (1 + TIE))
    assert ((~beaten).sum(axis=1) <= 2).mean() <= 0.025 + 0.007

import numpy as np
import pytest

from evaltools.indicators.design_effect import clustered_shares, clustered_wilson, effective_size
from evaltools.statistics.intervals import wilson


def test_units_of_different_projects_count_in_full():
    hits = [True, False, True, True, False, False]
    assert effective_size(hits, list("abcdef"), 0.95) == pytest.approx(6)


def test_units_that_agree_within_their_projects_count_as_projects():
    hits = [True] * 4 + [False] * 4 + [True] * 4 + [False] * 4
    clusters = ["a"] * 4 + ["b"] * 4 + ["c"] * 4 + ["d"] * 4
    # Four projects: 16 units less their design effect of 5, then t of 15 and of 3 degrees of
    # freedom, from printed tables of Student's t.
    assert effective_size(hits, clusters, 0.95) == pytest.approx(
        16 / 5 * (2.131 / 3.182) ** 2, abs=1e-3
    )


def test_units_that_disagree_within_their_projects_are_not_counted_for_more_than_they_are():
    hits, clusters = [True, False] * 5, [c for c in "abcde" for _ in range(2)]
    assert effective_size(hits, clusters, 0.95) == pytest.approx(
        10 * (2.262 / 2.776) ** 2, abs=1e-2
    )


@pytest.mark.parametrize("hits", [[True] * 6, [False] * 6])
def test_where_all_agree_each_project_counts_once(hits):
    assert effective_size(hits, list("aabbcc"), 0.95) == 3


def test_no_units_have_no_size():
    assert effective_size([], [], 0.95) == 0


@pytest.mark.parametrize(("x", "n"), [(0, 9), (4, 9), (9, 9), (13, 52)])
def test_with_a_whole_size_the_limits_are_wilsons(x, n):
    ours, theirs = clustered_wilson(x / n, n, 0.9), wilson(x, n, 0.9)
    assert (ours.low, ours.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


def test_limits_are_wider_for_goals_of_few_projects():
    hits = [True] * 5 + [False] * 5
    apart = clustered_shares("x.y.share", hits, list("abcdefghij"), 0.95, "test")[1]
    together = clustered_shares("x.y.share", hits, list("aaaaabbbbb"), 0.95, "test")[1]
    assert together.high - together.low > apart.high - apart.low


def test_limits_cover_at_their_level_when_goals_of_a_project_are_alike():
    rng, truth, hit = np.random.default_rng(20220603), 0.4, 0
    for _ in range(300):
        # Three goals a project that always agree: naive limits cover about 75 of 100 times.
        of_project = rng.random(40) < truth
        limits = clustered_shares(
            "x.y.share", np.repeat(of_project, 3).tolist(),
            np.repeat(np.arange(40), 3).astype(str).tolist(), 0.95, "test",
        )[1]  # fmt: skip
        hit += limits.low <= truth <= limits.high
    assert hit / 300 >= 0.92


@pytest.mark.parametrize("hits", [[True], [True, False, False], [True, True]])
def test_of_one_project_there_is_a_share_and_no_interval(hits):
    plain, inferred = clustered_shares("x.y.share", hits, ["a"] * len(hits), 0.95, "test")
    assert plain.value == inferred.value == pytest.approx(sum(hits) / len(hits))
    assert (inferred.low, inferred.high) == (None, None)

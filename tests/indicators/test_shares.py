"""One count, three estimands."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.indicators.indicator import to_table
from evaltools.indicators.shares import plain_share, share_records


def scope(n, N, level=0.95):
    return SimpleNamespace(n=n, N=N, parameters=SimpleNamespace(confidence=level))


def records(x, n, N, level=0.95):
    found = share_records("challenge.staff", x, scope(n, N, level), source="test")
    return {(record.key.rpartition(".")[2], record.estimand): record for record in found}


@pytest.mark.parametrize(("x", "n", "told"), [(0, 1, False), (1, 1, False), (1, 2, True)])
def test_one_report_tells_nothing_of_how_projects_vary(x, n, told):
    limits = records(x, n, 4)["share", "S"]
    assert (limits.low is not None, limits.high is not None) == (told, told)


def test_worked_example_of_the_first_case():
    found = records(13, 52, 122)
    described, bounds = found["share", "D"], found["bounds", "P"]
    population, mechanism = found["share", "P"], found["share", "S"]
    assert all(record.value == 0.25 for record in found.values())
    assert all((record.x, record.n) == (13, 52) for record in found.values())
    assert (described.low, described.high, described.method) == (None, None, "")
    assert (population.low, population.high) == pytest.approx((20 / 122, 43 / 122))
    assert (bounds.low, bounds.high) == pytest.approx((13 / 122, 83 / 122))
    assert (mechanism.low, mechanism.high) == pytest.approx((0.152, 0.382), abs=5e-4)
    assert [found[key].method for key in sorted(found)] == [
        "bounds", "", "hypergeometric", "wilson",
    ]  # fmt: skip


def test_when_every_project_was_read_the_population_share_is_known():
    found = records(13, 52, 52)
    for key in (("share", "P"), ("bounds", "P")):
        assert (found[key].low, found[key].value, found[key].high) == (0.25, 0.25, 0.25)
    assert found["share", "S"].low < 0.25


def test_without_a_report_there_is_no_value_and_a_reason():
    for record in records(0, 0, 122).values():
        assert record.value is None
        assert record.low is None
        assert record.note == "no final report is in scope"


counts = st.integers(1, 60).flatmap(
    lambda N: st.integers(1, N).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.just(N))
    )
)


@settings(deadline=None)
@given(counts, st.sampled_from([0.5, 0.6, 0.9, 0.999]))
def test_every_count_gives_records_that_hold_together(count, level):
    found = records(*count, level)
    inner, outer = found["share", "P"], found["bounds", "P"]
    assert outer.low - 1e-12 <= inner.low <= inner.value <= inner.high <= outer.high + 1e-12
    assert len(to_table(found.values())) == 4


def test_impossible_counts_are_refused():
    for x, n, N in ((3, 2, 5), (-1, 2, 5), (1, 6, 5)):
        with pytest.raises(ValueError, match=r"challenge\.staff"):
            records(x, n, N)
    with pytest.raises(ValueError, match=r"goals\.achieved"):
        plain_share("goals.achieved.share", 3, 2, "test")


def test_plain_share_of_nothing_says_so():
    record = plain_share("goals.achieved.share", 0, 0, "test")
    assert record.value is None
    assert record.note == "there is nothing to take a share of"
    assert plain_share("goals.achieved.share", 1, 4, "test").value == 0.25

"""x, n and N mean one thing in records, tables, CSV and prose, and are read back as that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.indicators.disclosure.suppression import Withheld, withhold
from evaltools.indicators.indicator import Indicator, from_record, to_record, to_table
from evaltools.indicators.shares import share_records
from evaltools.pipeline.outputs import indicators_csv
from evaltools.provenance.artifacts import _parse_csv

UNITS = ("count", "share", "money", "money_per_inhabitant", "index", "ratio", "difference")
COUNT = st.none() | st.integers(0, 200)


def test_a_share_of_reports_has_x_mentions_n_reports_and_n_projects() -> None:
    read: Any = SimpleNamespace(n=52, N=122, parameters=SimpleNamespace(confidence=0.95))
    table = to_table(share_records("challenge.staff", 19, read, "a.b")).set_index(
        ["key", "estimand"]
    )
    counts = table[["x", "n", "N"]].astype(object).where(table[["x", "n", "N"]].notna(), None)
    assert counts.loc[("challenge.staff.share", "D")].tolist() == [19, 52, None]
    assert counts.loc[("challenge.staff.share", "P")].tolist() == [19, 52, 122]
    assert counts.loc[("challenge.staff.bounds", "P")].tolist() == [19, 52, 122]
    assert counts.loc[("challenge.staff.share", "S")].tolist() == [19, 52, None]
    row = table.loc[("challenge.staff.share", "P")]
    assert row["value"] == pytest.approx(row["x"] / row["n"])


def test_a_number_that_is_no_count_has_only_what_it_rests_on() -> None:
    median = Indicator("grants.median.money", 1000.0, "money", n=51)
    assert (median.x, median.contributors) == (None, 51)
    partly = Indicator("savings.median.money", 1000.0, "money", 3, 4)
    assert (partly.x, partly.n, partly.contributors) == (3, 4, 3)
    for record, n in ((median, None), (partly, 4)):
        hidden = withhold(record, Withheld("few", 5))
        assert (hidden.x, hidden.n, hidden.contributors) == (None, n, None)


@given(
    unit=st.sampled_from(UNITS), x=COUNT, n=COUNT, N=COUNT,
    value=st.none() | st.just(0.5), suppressed=st.booleans(),
)  # fmt: skip
def test_whatever_is_written_is_read_back(**given: Any) -> None:
    try:
        one = Indicator("a.b", **given)
    except ValueError:
        return
    assert from_record(to_record(one)) == one
    (row,) = _parse_csv(indicators_csv([one]))
    assert from_record(row) == one


def test_records_of_earlier_releases_are_read_as_they_were_meant() -> None:
    earlier = {"key": "a.b.share", "value": 0.25, "unit": "share", "n": 1, "N": 4}
    one = from_record(earlier)
    assert (one.x, one.n, one.N) == (1, 4, None)
    based = from_record({"key": "a.b.money", "value": 9.0, "unit": "money", "n": 3})
    assert (based.x, based.n, based.N) == (None, 3, None)
    text = "key,value,unit,n,N,estimand,low,high,method,level,dimensions,source,suppressed,note\n"
    (row,) = _parse_csv(text + "a.b.share,0.25,share,1,4,D,,,,,,,False,\n")
    assert from_record(row) == one

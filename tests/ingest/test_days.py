"""Days as forms and spreadsheets write them."""

from datetime import date

import pytest

from evaltools.ingest.form_text import read_day


@pytest.mark.parametrize(
    "value",
    ["2022-04-30", "30.4.2022", "30. 4. 2022", "30.04.2022", "30/4/2022", "44681",
     "2022-04-30 00:00:00", " 30.4.2022 "],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(value: str) -> None:
    assert read_day(value) == date(2022, 4, 30)


@pytest.mark.parametrize(
    "value", ["", "31.4.2022", "4/30/2022", "30.4.22", "huhtikuu 2022", "2022", "30.4.2022 klo 9"]
)
def test_what_is_no_certain_day_is_none(value: str) -> None:
    assert read_day(value) is None

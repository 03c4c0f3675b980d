import json
from pathlib import Path

import pandas as pd

from evaltools.indicators.indicator import Indicator
from evaltools.pipeline.outputs import NotebookOutputs, escape_formula, write_results


def test_numbers_are_written_so_that_the_same_numbers_are_read(tmp_path: Path) -> None:
    found = NotebookOutputs()
    values = [2 / 3, 1e-17, 123456789.123456789, None]
    for number, value in enumerate(values):
        item = Indicator(f"a{number}.index", value, "index", note="=cmd()" if value is None else "")
        found.indicators[item.identity] = item
    values = [item.value for item in found.indicators.values()]
    assert values[:3] == [0.6666666667, 1e-17, 123456789.1]
    write_results(found, tmp_path)
    table = pd.read_csv(tmp_path / "indicators.csv")
    assert [None if pd.isna(x) else x for x in table["value"]] == values
    assert table["note"].iloc[3] == "'=cmd()"
    records = json.loads((tmp_path / "indicators.json").read_text())
    assert [record["value"] for record in records] == values
    assert records[3]["note"] == "=cmd()"


def test_only_what_starts_a_formula_is_disarmed() -> None:
    assert [escape_formula(text) for text in ("=1", "+1", "-1", "@x", "a=1", "")] == [
        "'=1", "'+1", "'-1", "'@x", "a=1", "",
    ]  # fmt: skip

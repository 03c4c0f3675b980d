"""Files of a run besides its notebooks: indicators as table and as records, figures by label."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from evaltools.execute.collect import Collected
from evaltools.indicators.indicator import to_record, to_table
from evaltools.problems import Problem, ProblemError

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXT_COLUMNS = ("key", "dimensions", "method", "source", "note")


def write_results(found: Collected, folder: Path) -> dict[str, tuple[str, ...]]:
    """Write `indicators.csv`, `indicators.json` and `figures/`.

    Floats are written with as many digits as it takes to read the same number again.

    Returns:
        The figures' paths below the folder, by the notebook that made them.

    Raises:
        ProblemError: a figure that is damaged.
    """
    indicators = found.ordered()
    table = to_table(indicators)
    for column in _TEXT_COLUMNS:
        table[column] = table[column].map(harmless)
    _write_csv(table, folder / "indicators.csv")
    records = [to_record(indicator) for indicator in indicators]
    text = json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / "indicators.json").write_text(text + "\n", encoding="utf-8")
    return _write_figures(found, folder)


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_figures(found: Collected, folder: Path) -> dict[str, tuple[str, ...]]:
    figures = folder / "figures"
    figures.mkdir()
    made: dict[str, list[str]] = {}
    for label, item in found.labelled.items():
        try:
            images = item.images()
        except ValueError as error:
            where = f"{item.notebook}, cell {item.cell + 1} ({label})"
            raise ProblemError([Problem(where, str(error), code="notebook.figure")]) from None
        for name, content in images:
            (figures / name).write_bytes(content)
            made.setdefault(item.notebook, []).append(f"figures/{name}")
    return {name: tuple(files) for name, files in made.items()}

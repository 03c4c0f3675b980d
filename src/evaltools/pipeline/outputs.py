"""What executed notebooks hand over: indicators, and what is labelled, gathered and written."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evaltools.indicators.indicator import MIME_TYPE, Indicator, from_record, to_record, to_table
from evaltools.pipeline.notebooks import find_label, join_text
from evaltools.problems import Problem, ProblemError

IMAGES = {"image/svg+xml": "svg", "image/png": "png"}


@dataclass(frozen=True)
class LabelledOutput:
    """The outputs of a labelled cell.

    Arguments:
        label: `fig-challenges`, `tbl-goals`.
        notebook: path of the notebook below the study.
        cell: position among the cells of the executed notebook, from 0, as `embed` counts.
        outputs: for each rich output in order, its data by MIME type.
    """

    label: str
    notebook: str
    cell: int
    outputs: tuple[Mapping[str, Any], ...]

    def images(self) -> list[tuple[str, bytes]]:
        """Image files by name: `fig-a.svg`, or `fig-a-1.svg` when the cell shows several.

        Raises:
            ValueError: an image that is not what its type says.
        """
        shown = [data for data in self.outputs if any(mime in data for mime in IMAGES)]
        files = []
        for number, data in enumerate(shown, 1):
            stem = self.label if len(shown) == 1 else f"{self.label}-{number}"
            for mime, ending in IMAGES.items():
                if mime in data:
                    files.append((f"{stem}.{ending}", _image(mime, join_text(data[mime]))))
        return files


@dataclass
class NotebookOutputs:
    """Everything that the notebooks of a run hand over; `problems` says what does not fit."""

    indicators: dict[Any, Indicator] = field(default_factory=dict)
    labelled: dict[str, LabelledOutput] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _origins: dict[Any, str] = field(default_factory=dict)

    def ordered(self) -> tuple[Indicator, ...]:
        """The indicators in their total order."""
        return tuple(self.indicators[identity] for identity in sorted(self.indicators))


def collect_outputs(notebooks: Iterable[tuple[str, Mapping[str, Any]]]) -> NotebookOutputs:
    """Gather indicators and labelled outputs.

    Arguments:
        notebooks: names (paths below the study) and executed notebooks as plain values.

    Returns:
        What was found. Two indicators of one identity and two cells of one label are problems,
        since the report could not tell which of them is meant.
    """
    result = NotebookOutputs()
    for name, notebook in notebooks:
        before = len(result.indicators)
        for index, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] != "code":
                continue
            label = find_label(join_text(cell["source"]))
            where = f"{name}, cell {index + 1}" + (f" ({label})" if label else "")
            data = [item["data"] for item in cell["outputs"] if "data" in item]
            if label:
                _add_label(result, LabelledOutput(label, name, index, tuple(data)), where)
            for item in data:
                _add_indicators(result, item, where)
        result.counts[name] = len(result.indicators) - before
    return result


def _add_label(result: NotebookOutputs, item: LabelledOutput, where: str) -> None:
    other = result.labelled.get(item.label)
    if other is not None:
        what = f"the label '{item.label}' is taken by {other.notebook}, cell {other.cell + 1}"
        remedy = "Rename one of the two."
        result.problems.append(Problem(where, what, remedy=remedy, code="notebook.label"))
        return
    if not item.label.replace("-", "").replace("_", "").isalnum() or not item.label.isascii():
        what = f"the label '{item.label}' cannot name a file"
        allowed = "letters a to z, digits, - and _"
        result.problems.append(Problem(where, what, allowed, code="notebook.label"))
        return
    result.labelled[item.label] = item


def _add_indicators(result: NotebookOutputs, data: Mapping[str, Any], where: str) -> None:
    if MIME_TYPE not in data:
        return
    records = data[MIME_TYPE]
    if not isinstance(records, list):
        what = "hands over indicators that are not a list of records"
        result.problems.append(Problem(where, what, code="notebook.indicator"))
        return
    for record in records:
        try:
            indicator = from_record(record)
        except (TypeError, ValueError, AttributeError) as error:
            what = f"hands over an indicator that is none: {error}"
            result.problems.append(Problem(where, what, code="notebook.indicator"))
            continue
        identity = indicator.identity
        if identity in result.indicators:
            named = ", ".join(f"{name}={value}" for name, value in indicator.dimensions)
            what = (
                f"the indicator {indicator.key}{f' of {named}' if named else ''} "
                f"({indicator.estimand}) is handed over by {result._origins[identity]} as well"
            )
            remedy = "Emit it once."
            result.problems.append(Problem(where, what, remedy=remedy, code="notebook.indicator"))
            continue
        result.indicators[identity] = indicator
        result._origins[identity] = where


def _image(mime: str, text: str) -> bytes:
    if mime == "image/svg+xml":
        return text.encode("utf-8")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"an image of type {mime} is damaged: {error}") from None


_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXT_COLUMNS = ("key", "dimensions", "method", "source", "note")


def write_results(result: NotebookOutputs, folder: Path) -> dict[str, tuple[str, ...]]:
    """Write `indicators.csv`, `indicators.json` and `figures/`.

    Floats are written with as many digits as it takes to read the same number again.

    Returns:
        The figures' paths below the folder, by the notebook that made them.

    Raises:
        ProblemError: a figure that is damaged.
    """
    indicators = result.ordered()
    table = to_table(indicators)
    for column in _TEXT_COLUMNS:
        table[column] = table[column].map(escape_formula)
    _write_csv(table, folder / "indicators.csv")
    records = [to_record(indicator) for indicator in indicators]
    text = json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / "indicators.json").write_text(text + "\n", encoding="utf-8")
    return _write_figures(result, folder)


def escape_formula(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_figures(result: NotebookOutputs, folder: Path) -> dict[str, tuple[str, ...]]:
    figures = folder / "figures"
    figures.mkdir()
    made: dict[str, list[str]] = {}
    for label, item in result.labelled.items():
        try:
            images = item.images()
        except ValueError as error:
            where = f"{item.notebook}, cell {item.cell + 1} ({label})"
            raise ProblemError([Problem(where, str(error), code="notebook.figure")]) from None
        for name, content in images:
            (figures / name).write_bytes(content)
            made.setdefault(item.notebook, []).append(f"figures/{name}")
    return {name: tuple(files) for name, files in made.items()}

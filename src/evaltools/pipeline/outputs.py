"""What executed notebooks hand over: indicators, and what is labelled, gathered and written."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaltools.indicators.indicator import MIME_TYPE, Indicator, from_record, to_record, to_table
from evaltools.pipeline.notebooks import find_label, join_text
from evaltools.problems import Problem, ProblemError

IMAGES = {"image/svg+xml": "svg", "image/png": "png"}


@dataclass(frozen=True)
class LabelledOutput:
    """The outputs of a labelled cell: for each rich one in order, its data by MIME type.

    The cell is counted among those of the executed notebook, from 0, as `embed` counts.
    """

    label: str
    notebook: str
    cell: int
    outputs: tuple[Mapping[str, Any], ...]

    def images(self) -> list[tuple[str, bytes]]:
        """Image files by name: `fig-a.svg`, or `fig-a-1.svg` when the cell shows several.

        An image that is not what its type says raises ValueError.
        """
        shown = [data for data in self.outputs if any(mime in data for mime in IMAGES)]
        files = []
        for number, data in enumerate(shown, 1):
            stem = self.label if len(shown) == 1 else f"{self.label}-{number}"
            for mime, ending in IMAGES.items():
                if mime not in data:
                    continue
                text = join_text(data[mime])
                try:
                    content = (
                        text.encode("utf-8")
                        if ending == "svg"
                        else base64.b64decode("".join(text.split()), validate=True)
                    )
                except binascii.Error as error:
                    raise ValueError(f"an image of type {mime} is damaged: {error}") from None
                files.append((f"{stem}.{ending}", content))
        return files


@dataclass
class NotebookOutputs:
    """Everything that the notebooks of a run hand over; `problems` says what does not fit."""

    indicators: dict[Any, Indicator] = field(default_factory=dict)
    labelled: dict[str, LabelledOutput] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _origins: dict[Any, str] = field(default_factory=dict)

    def ordered(self) -> tuple[Indicator, ...]:
        """The indicators in their total order."""
        return tuple(self.indicators[identity] for identity in sorted(self.indicators))

    def _add_label(self, item: LabelledOutput, where: str) -> None:
        if other := self.labelled.get(item.label):
            what = f"the label '{item.label}' is taken by {other.notebook}, cell {other.cell + 1}"
            remedy = "Rename one of the two."
            self.problems.append(Problem(where, what, "", remedy, "notebook.label"))
        elif not re.fullmatch(r"[-_]*[A-Za-z0-9][-_A-Za-z0-9]*", item.label):
            what = f"the label '{item.label}' cannot name a file"
            allowed = "letters a to z, digits, - and _"
            self.problems.append(Problem(where, what, allowed, "", "notebook.label"))
        else:
            self.labelled[item.label] = item

    def add_indicators(self, records: Any, where: str) -> None:
        """Take in records of indicators that were handed over somewhere."""
        if not isinstance(records, list):
            what = "hands over indicators that are not a list of records"
            self.problems.append(Problem(where, what, code="notebook.indicator"))
            return
        for record in records:
            try:
                self._add_indicator(from_record(record), where)
            except (TypeError, ValueError, AttributeError) as error:
                what = f"hands over an indicator that is none: {error}"
                self.problems.append(Problem(where, what, code="notebook.indicator"))

    def _add_indicator(self, indicator: Indicator, where: str) -> None:
        identity = indicator.identity
        if identity in self.indicators:
            named = ", ".join(f"{name}={value}" for name, value in indicator.dimensions)
            what = (
                f"the indicator {indicator.key}{f' of {named}' if named else ''} "
                f"({indicator.estimand}) is handed over by {self._origins[identity]} as well"
            )
            self.problems.append(Problem(where, what, "", "Emit it once.", "notebook.indicator"))
            return
        self.indicators[identity] = indicator
        self._origins[identity] = where


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
        for index, cell in enumerate(notebook["cells"]):
            if cell["cell_type"] != "code":
                continue
            label = find_label(join_text(cell["source"]))
            where = f"{name}, cell {index + 1}" + (f" ({label})" if label else "")
            data = [item["data"] for item in cell["outputs"] if "data" in item]
            if label:
                result._add_label(LabelledOutput(label, name, index, tuple(data)), where)
            for records in (item[MIME_TYPE] for item in data if MIME_TYPE in item):
                result.add_indicators(records, where)
    return result


_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXT_COLUMNS = ("key", "dimensions", "method", "source", "note")


def write_results(result: NotebookOutputs, folder: Path) -> dict[str, tuple[str, ...]]:
    """Write `indicators.csv`, `indicators.json` and `figures/`; the figures by their notebook.

    Floats are written with as many digits as it takes to read the same number again. A figure
    that is damaged is refused.
    """
    indicators = result.ordered()
    (folder / "indicators.csv").write_text(indicators_csv(indicators), "utf-8", newline="")
    records = [to_record(indicator) for indicator in indicators]
    text = json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (folder / "indicators.json").write_text(text + "\n", encoding="utf-8")
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


def indicators_csv(indicators: Iterable[Indicator]) -> str:
    """What `indicators.csv` holds of some indicators."""
    table = to_table(indicators)
    for column in _TEXT_COLUMNS:
        table[column] = table[column].map(escape_formula)
    return str(table.to_csv(index=False, lineterminator="\n"))


def escape_formula(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text

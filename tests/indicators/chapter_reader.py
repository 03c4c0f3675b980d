"""Runs chapters here and now, and reads everything that they publish as a reader would."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.charts.figure import Figure
from evaltools.charts.table import Table
from evaltools.evidence import Evidence
from evaltools.indicators import notebook_output as emitting
from evaltools.indicators.indicator import to_record, to_table
from evaltools.study.schema import Disclosure

ROOT = Path(__file__).parents[2]


class Read:
    """What a reader of a run gets.

    Arguments:
        pieces: by name all that is printed: pictures, captions, alternative texts, tables, CSV.
        records: the indicators.
    """

    def __init__(self) -> None:
        self.pieces: dict[str, str] = {}
        self.records = []

    def add(self, name: str, shown: object) -> None:
        """A value that a cell shows."""
        if isinstance(shown, Figure | Table):
            for kind, content in shown.bundle().items():
                if kind != "image/png":
                    text = content if isinstance(content, str) else json.dumps(content)
                    self.pieces[f"{name} {kind}"] = text

    def hand_over(self, records) -> None:
        """What `emit` passes on."""
        self.records += list(records)
        self.pieces["records"] = json.dumps([to_record(one) for one in self.records])
        self.pieces["csv"] = to_table(self.records).to_csv()

    @property
    def all(self) -> str:
        """Everything, one after the other."""
        return "\n".join(f"## {name}\n{text}" for name, text in sorted(self.pieces.items()))


def read(evidence: Evidence, patch: pytest.MonkeyPatch, *chapters: str) -> Read:
    """Run the cells of chapters on evidence that is at hand, instead of that of the study."""
    found = Read()
    patch.setattr(emitting, "emit", found.hand_over)
    for chapter in chapters:
        (path,) = (ROOT / "notebooks").glob(f"{chapter}_*.ipynb")
        space = dict(evidence.parameters.as_values()) | {"evidence": evidence}
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            source = "".join(cell["source"])
            opens = "import open_evidence" in source or "parameters" in cell["metadata"].get(
                "tags", []
            )
            if cell["cell_type"] != "code" or opens:
                continue
            tree = ast.parse(source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, path.name, "exec"), space)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), path.name, "eval"), space)
                found.add(f"{chapter} {number}", value)
    return found


def find_record(records, key, **by):
    wanted = tuple(sorted(by.items()))
    (found,) = (r for r in records if (r.key, r.estimand, r.dimensions) == (key, "D", wanted))
    return found


def declared(evidence, **changes):
    settings = evidence.disclosure.model_dump() | changes
    return replace(evidence, disclosure=Disclosure.model_validate(settings))

"""A wrong value in a notebook: what is allowed in one line, and no traceback, in a real kernel."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from evaltools.study import find_study

ROOT = find_study(Path(__file__).parent).root
USUAL = "".join(
    f"{name} = None\n" for name in find_study(ROOT).declaration.parameters if name != "region"
)


def execute(region: str) -> tuple[nbformat.NotebookNode, list[str]]:
    cells = [
        nbformat.v4.new_code_cell(f"{USUAL}region = {region!r}"),
        nbformat.v4.new_code_cell(
            "from evaltools.evidence import open_evidence\n\nevidence = open_evidence(globals())"
        ),
        nbformat.v4.new_code_cell("evidence.parameters.region"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    )  # fmt: skip
    failed = [output for cell in notebook.cells for output in cell.outputs]
    try:
        client.execute(env=dict(os.environ))
    except CellExecutionError:
        failed = [output for cell in notebook.cells for output in cell.get("outputs", [])
                  if output.output_type == "error"]  # fmt: skip
        assert len(failed) == 1
        return notebook, failed[0].traceback
    return notebook, []


def test_a_wrong_value_is_one_line_that_says_what_is_allowed() -> None:
    _, told = execute("Pirkanma")
    assert told[0].startswith("parameter region: 'Pirkanma' is not one of all, 01, 02, ")
    assert "(did you mean 06, Pirkanmaa?)" in told[0]
    assert told[1:] == ["Cell In[2], line 3", "----> 3 evidence = open_evidence(globals())"]


@pytest.mark.parametrize("value", ["06", "Pirkanmaa", "birkaland"])
def test_a_code_and_its_labels_are_taken(value: str) -> None:
    notebook, told = execute(value)
    assert told == []
    assert notebook.cells[2].outputs[0].data["text/plain"] == "'06'"

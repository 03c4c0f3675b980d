"""The notebooks as they are kept: no outputs, declared parameters, labels to embed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from evaltools.study import find_study

STUDY = find_study(Path(__file__).parent)
NOTEBOOKS = [pytest.param(path, id=path.stem) for path in STUDY.notebooks]
LABEL = re.compile(r"^#\| label: ((?:fig|tbl)-[a-z0-9-]+)$", re.MULTILINE)


def read(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_parameters_cell_holds_the_declared_defaults_in_their_order(path: Path) -> None:
    first = code_cells(path)[0]
    assert first.metadata.tags == ["parameters"]
    assigned = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(first.source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    declared = STUDY.declaration.parameters
    assert list(assigned) == list(declared)
    for name, value in assigned.items():
        assert value is None if declared[name].derived else value is not None, name
    assert STUDY.parameters_from(assigned) == STUDY.parameters()


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_argues_in_prose_and_keeps_its_logic_in_the_package(path: Path) -> None:
    notebook = read(path)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert len(prose) * 2 + 1 >= len(code_cells(path))
    assert prose[0].startswith("# ")
    for cell in code_cells(path)[1:]:
        lines = [line for line in cell.source.splitlines() if line and not line.startswith("#|")]
        assert len(lines) <= 14, cell.source
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.While)
        assert not any(isinstance(node, kinds) for node in ast.walk(tree)), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_prose_between_the_cells_repeats_no_number(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            body = re.sub(
                r"\[[^\]]*\]\([^)]*\)|`[^`]*`|\bdoi:\S+|\b(?:19|20)\d\d\b", "", cell.source
            )
            assert not re.search(r"\d", body), cell.source


def test_labels_are_unique_over_all_notebooks() -> None:
    labels = [
        label
        for path in STUDY.notebooks
        for cell in code_cells(path)
        for label in LABEL.findall(cell.source)
    ]
    assert len(labels) > 20
    assert len(labels) == len(set(labels))


def test_every_figure_and_table_of_the_notebooks_is_in_the_report_and_no_other() -> None:
    labels = {
        (path.name, label)
        for path in STUDY.notebooks
        for cell in code_cells(path)
        for label in LABEL.findall(cell.source)
    }
    embed = re.compile(r"\{\{< embed \.\./notebooks/([^#\s]+)#(\S+) >\}\}")
    for target in STUDY.declaration.reports.values():
        chapters = (STUDY.root / target.source).parent
        embedded = [
            found
            for source in sorted(chapters.glob("*.qmd"))
            for found in embed.findall(source.read_text(encoding="utf-8"))
        ]
        assert len(embedded) == len(set(embedded))
        assert set(embedded) == labels

from pathlib import Path

import pytest

from evaltools.pipeline.notebooks import (
    Cell,
    find_label,
    imported_modules,
    read_cells,
    read_notebook,
)
from evaltools.problems import ProblemError


def code(source: str, *tags: str) -> Cell:
    return Cell(1, "code", source, "", tags)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("#| label: fig-a\nx", "fig-a"),
        ("#| echo: false\n#|label: 'tbl-b'\n", "tbl-b"),
        ('\n#| label: "fig-c"', "fig-c"),
        ("x = 1\n#| label: fig-a", ""),
        ("# label: fig-a", ""),
        ("", ""),
    ],
)
def test_label_stands_in_the_option_lines_at_the_top(source: str, label: str) -> None:
    assert find_label(source) == label


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{"cells": [],\n<<<<<<< ours\n', "a.ipynb:2"),
        (b"\xff\xfe", "a.ipynb"),
        (b'{"nbformat": 3, "worksheets": []}', "a.ipynb"),
        (b"[]", "a.ipynb"),
        (b"[" * 100_000, "a.ipynb"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_place(
    tmp_path: Path, content: bytes, where: str
) -> None:
    (tmp_path / "a.ipynb").write_bytes(content)
    with pytest.raises(ProblemError) as caught:
        read_notebook(tmp_path / "a.ipynb", "a.ipynb")
    assert caught.value.problems[0].where == where


def test_cells_know_their_number_label_and_tags() -> None:
    cells = read_cells(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["#| label: fig-x\n", "text"], "metadata": {}},
                {
                    "cell_type": "code",
                    "source": ["#| label: fig-y\n", "x"],
                    "metadata": {"tags": ["a"]},
                },
            ]
        }
    )
    assert cells == (
        Cell(1, "markdown", "#| label: fig-x\ntext", "", ()),
        Cell(2, "code", "#| label: fig-y\nx", "fig-y", ("a",)),
    )


def test_imports_are_found_wherever_they_stand() -> None:
    cells = [
        code("import pandas as pd, os.path\nfrom evaltools.indicators import goals"),
        code("%matplotlib inline\nimport lost"),
        code("def f():\n    from . import sibling\n    import scipy.stats"),
    ]
    assert imported_modules(cells) == (
        "evaltools.indicators", "evaltools.indicators.goals", "os.path", "pandas", "scipy.stats",
    )  # fmt: skip

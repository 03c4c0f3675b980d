import base64
from typing import Any

import pytest

from evaltools.indicators.indicator import MIME_TYPE
from evaltools.pipeline.outputs import collect_outputs

PNG = base64.b64encode(b"\x89PNG").decode()


def notebook(*cells: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "cells": [
            {
                "cell_type": "code",
                "source": source,
                "outputs": [{"output_type": "display_data", "data": item} for item in data],
            }
            for source, data in cells
        ]
    }


def record(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "value": 1.0, "unit": "count", "dimensions": {}, **more}


def test_indicators_come_in_their_total_order_with_dimensions_sorted() -> None:
    cell = (
        "emit()",
        [{MIME_TYPE: [record("b.count", dimensions={"z": "1", "a": "2"}), record("a.count")]}],
    )
    found = collect_outputs([("one.ipynb", notebook(cell))])
    assert [item.key for item in found.ordered()] == ["a.count", "b.count"]
    assert found.ordered()[1].dimensions == (("a", "2"), ("z", "1"))
    assert found.problems == []


def test_labels_lead_to_cells_and_images() -> None:
    data = [{"image/svg+xml": ["<svg>", "</svg>"], "image/png": PNG}, {"text/markdown": "words"}]
    found = collect_outputs(
        [("one.ipynb", notebook(("1", []), ("#| echo: false\n#| label: fig-a\nx", data)))]
    )
    item = found.labelled["fig-a"]
    assert (item.notebook, item.cell) == ("one.ipynb", 1)
    assert item.images() == [("fig-a.svg", b"<svg></svg>"), ("fig-a.png", b"\x89PNG")]


def test_several_images_of_a_cell_are_numbered() -> None:
    cell = ("#| label: fig-a", [{"image/png": PNG}, {"image/png": PNG}])
    images = collect_outputs([("one.ipynb", notebook(cell))]).labelled["fig-a"].images()
    assert [name for name, _ in images] == ["fig-a-1.png", "fig-a-2.png"]


def test_damaged_image_is_no_image() -> None:
    cell = ("#| label: fig-a", [{"image/png": "not base64!"}])
    with pytest.raises(ValueError, match="damaged"):
        collect_outputs([("one.ipynb", notebook(cell))]).labelled["fig-a"].images()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"a": 1}, "not a list of records"),
        (
            [{"key": "a.share", "value": 0.5, "unit": "share", "dimensions": {}}],
            "numerator and denominator",
        ),
        ([{"key": "a.count", "colour": "red"}], "colour"),
        ([["a.count", 1]], "none"),
        ([record("a.count"), record("a.count")], "handed over by one.ipynb, cell 1 as well"),
    ],
)
def test_what_is_no_indicator_is_a_problem(data: Any, what: str) -> None:
    found = collect_outputs([("one.ipynb", notebook(("emit()", [{MIME_TYPE: data}])))])
    assert len(found.problems) == 1
    assert what in str(found.problems[0])
    assert str(found.problems[0]).startswith("one.ipynb, cell 1: ")


@pytest.mark.parametrize("label", ["../fig-a", "fig-ä", "fig/a", "a\\b"])
def test_label_cannot_lead_out_of_the_folder(label: str) -> None:
    found = collect_outputs([("one.ipynb", notebook((f"#| label: {label}", [])))])
    assert found.labelled == {}
    assert "cannot name a file" in found.problems[0].what

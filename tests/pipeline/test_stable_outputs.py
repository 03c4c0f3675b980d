import time

from evaltools.pipeline.stable_outputs import normalise_outputs, order_replacements, sort_outputs


def stream(name: str, text: str) -> dict[str, str]:
    return {"output_type": "stream", "name": name, "text": text}


def tidied(text: str, *places: tuple[str, str]) -> str:
    notebook = {
        "metadata": {},
        "cells": [
            {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [stream("stdout", text)]}
        ],
    }
    normalise_outputs(notebook, order_replacements(places))
    return str(notebook["cells"][0]["outputs"][0]["text"])  # type: ignore[index]


def test_paths_are_replaced_longest_first_and_only_whole() -> None:
    places = (("/home/anna", "~"), ("/home/anna/study", "<study>"), ("/usr", "<python>"))
    assert tidied("/home/anna/study/data", *places) == "<study>/data"
    assert tidied("'/home/anna/study'", *places) == "'<study>'"
    assert tidied("/home/anna/study-2 /home/anna2", *places) == "~/study-2 /home/anna2"
    assert tidied("see/home/anna", *places) == "see/home/anna"
    assert tidied("/usr/share", *places) == "/usr/share"


def test_cell_files_and_addresses_are_replaced() -> None:
    text = "  /tmp/x y/ipykernel_12/345.py:1: UserWarning: /tmp/ipykernel_1/2.py"
    assert tidied(text) == "  /tmp/x <cell>:1: UserWarning: <cell>"
    assert (
        tidied("<function f at 0x7f00aa11bb22>, 0x10, at 0x1F")
        == "<function f at 0x0>, 0x10, at 0x1F"
    )


def test_long_output_takes_no_long_time() -> None:
    start = time.process_time()
    for text in ("x" * 3_000_000, "x" * 3_000_000 + "ipykernel_1/2.py", "/" * 3_000_000):
        tidied(text, ("/home/anna/study", "<study>"))
    assert time.process_time() - start < 2


def test_streams_in_pieces_become_one_of_each_between_other_outputs() -> None:
    shown = {"output_type": "display_data", "data": {}, "metadata": {}}
    pieces = [
        stream("stderr", "1"), stream("stdout", "a"), stream("stderr", "2"), shown,
        stream("stdout", "b"), stream("stdout", "c"),
    ]  # fmt: skip
    assert sort_outputs(pieces) == [
        stream("stdout", "a"), stream("stderr", "12"), shown, stream("stdout", "bc"),
    ]  # fmt: skip


def test_results_are_left_alone() -> None:
    data = {"image/svg+xml": "/home/anna at 0x7f00aa11bb22", "application/json": {"a": 1}}
    output = {"output_type": "display_data", "data": dict(data), "metadata": {"x": 1}}
    cell = {"cell_type": "code", "id": "a", "metadata": {"tags": ["mine"]}, "outputs": [output]}
    notebook = {"metadata": {"title": "T", "papermill": {}}, "cells": [cell]}
    normalise_outputs(notebook, order_replacements([("/home/anna", "~")]))
    assert output["data"] == data
    assert cell["metadata"] == {"tags": ["mine"]}
    assert notebook["metadata"] == {
        "title": "T",
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }

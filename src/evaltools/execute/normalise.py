"""Executed notebooks without what differs from run to run and from machine to machine.

Taken out:
- papermill's metadata (paths, versions, times) of notebook and cells, and times of execution;
- version and details of kernel and language: `python3` and `python` are left;
- names of cells that are made anew each time (of the injected parameters; of old notebooks);
- where something is: the working folder becomes `<work>`, the study `<study>`, the environment
  `<python>`, the home folder `~`, and the file of a cell in a warning `<cell>`;
- addresses in memory (`<function f at 0x7f…>`), process numbers in names of temporary files;
- names of elements that libraries make up at random: see `random_ids`;
- the order of stdout and stderr between two other outputs: all of stdout, then all of stderr,
  since each arrives in pieces whose order is chance.

Results are left alone: images, tables, and what is handed over as indicators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.execute.random_ids import StableIds

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")
_CELL_FILE = re.compile(r"ipykernel_\d+[/\\]\d+\.py")
_BEFORE_A_PATH = " \t\r\n\"'<>("
_LONGEST_PATH = 4096
_TEXT_TYPES = ("text/plain", "text/markdown", "text/html", "text/latex")


@dataclass(frozen=True)
class Replacement:
    """What is replaced: texts that hold the `sign`, where the `pattern` fits, by `name`."""

    sign: str
    pattern: re.Pattern[str]
    name: str


def replacements(places: Iterable[tuple[str, str]]) -> tuple[Replacement, ...]:
    """How paths are written down: pairs of a path and what stands for it, longest first.

    A path of a single part (`/usr`) is left alone: it says nothing about the machine.
    """
    known = {path.rstrip("/"): name for path, name in places if path.rstrip("/").count("/") > 1}
    ordered = sorted(known.items(), key=lambda item: (-len(item[0]), item[0]))
    paths = (
        Replacement(path, re.compile(rf"(?<![\w./-]){re.escape(path)}(?![\w-])"), name)
        for path, name in ordered
    )
    return (*paths, Replacement("at 0x", _ADDRESS, "at 0x0"))


def normalise(notebook: Any, rules: Sequence[Replacement], ids: StableIds | None = None) -> None:
    """Take out of an executed notebook what is not a result; changes it in place.

    Arguments:
        notebook: as nbformat reads it.
        rules: from `replacements`.
        ids: stable names for random ones; by default such names stay.
    """
    metadata = notebook["metadata"]
    for name in ("papermill", "widgets", "signature"):
        metadata.pop(name, None)
    metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata["language_info"] = {"name": "python"}
    for cell in notebook["cells"]:
        for name in ("papermill", "execution"):
            cell["metadata"].pop(name, None)
        if not cell["metadata"].get("tags", True):
            del cell["metadata"]["tags"]  # papermill adds an empty list to every cell
        if cell["cell_type"] == "code":
            cell["outputs"] = [_tidied(output, rules) for output in in_order(cell["outputs"])]
            for output in cell["outputs"]:
                if ids is not None and "data" in output:
                    ids.tidy(output)
    _name_cells(notebook)


def in_order(outputs: Sequence[Any]) -> list[Any]:
    """Outputs with stdout joined before stderr wherever the two come in pieces."""
    ordered: list[Any] = []
    streams: dict[str, Any] = {}

    def flush() -> None:
        ordered.extend(streams[name] for name in ("stdout", "stderr") if name in streams)
        streams.clear()

    for output in outputs:
        if output["output_type"] != "stream":
            flush()
            ordered.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            streams[output["name"]] = output
    flush()
    return ordered


def _tidied(output: Any, rules: Sequence[Replacement]) -> Any:
    kind = output["output_type"]
    if kind == "stream":
        output["text"] = _tidy(output["text"], rules)
    elif kind == "error":
        output["evalue"] = _tidy(output["evalue"], rules)
        output["traceback"] = [_tidy(line, rules) for line in output["traceback"]]
    else:
        for mime in _TEXT_TYPES:
            if isinstance(output["data"].get(mime), str):
                output["data"][mime] = _tidy(output["data"][mime], rules)
    return output


def _tidy(text: str, rules: Sequence[Replacement]) -> str:
    text = _without_cell_files(text)
    for rule in rules:
        if rule.sign in text:  # most outputs are long and hold none of it
            text = rule.pattern.sub(rule.name, text)
    return text


def _without_cell_files(text: str) -> str:
    """Text with `<cell>` for the paths of the files that ipykernel pretends cells to be."""
    if "ipykernel_" not in text:
        return text
    parts, done = [], 0
    for found in _CELL_FILE.finditer(text):
        first = max(done, found.start() - _LONGEST_PATH)
        start = max(text.rfind(stop, first, found.start()) for stop in _BEFORE_A_PATH)
        parts += [text[done : max(first, start + 1)], "<cell>"]
        done = found.end()
    return "".join((*parts, text[done:]))


def _name_cells(notebook: Any) -> None:
    """Names for cells whose name was made up in this run."""
    for number, cell in enumerate(notebook["cells"], 1):
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = "injected-parameters"
        elif cell["metadata"].pop("evaltools_unnamed", False):
            cell["id"] = f"cell-{number}"

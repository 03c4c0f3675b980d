"""Executed notebooks without what differs from run to run and from machine to machine.

Taken out:
- papermill's metadata (paths, versions, times) of notebook and cells, and times of execution;
- version and details of kernel and language: `python3` and `python` are left;
- names of cells that are made anew each time (of the injected parameters; of old notebooks);
- where something is: the working folder becomes `<work>`, the study `<study>`, the environment
  `<python>`, the home folder `~`, and the file of a cell in a warning `<cell>`;
- addresses in memory (`<function f at 0x7f…>`), process numbers in names of temporary files;
- names of elements that libraries make up at random: see `StableIds`;
- the order of stdout and stderr between two other outputs: all of stdout, then all of stderr,
  since each arrives in pieces whose order is chance.

Results are left alone: images, tables, and what is handed over as indicators."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evaltools.pipeline.notebooks import INJECTED_TAG

_AT_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")
_CELL_FILE = re.compile(r"ipykernel_\d+[/\\]\d+\.py")
_BEFORE_A_PATH = " \t\r\n\"'<>("
_LONGEST_PATH = 4096
_TEXT_TYPES = ("text/plain", "text/markdown", "text/html", "text/latex")


class Replacement(NamedTuple):
    """What is replaced: texts that hold the `sign`, where the `pattern` fits, by `name`."""

    sign: str
    pattern: re.Pattern[str]
    name: str


def order_replacements(places: Iterable[tuple[str, str]]) -> tuple[Replacement, ...]:
    """How paths are written down: pairs of a path and what stands for it, longest first.

    A path of a single part (`/usr`) is left alone: it says nothing about the machine.
    """
    known = {path.rstrip("/"): name for path, name in places if path.rstrip("/").count("/") > 1}
    ordered = sorted(known.items(), key=lambda item: (-len(item[0]), item[0]))
    paths = (
        Replacement(path, re.compile(rf"(?<![\w./-]){re.escape(path)}(?![\w-])"), name)
        for path, name in ordered
    )
    return (*paths, Replacement("at 0x", _AT_ADDRESS, "at 0x0"))


def normalise_outputs(
    notebook: Any, rules: Sequence[Replacement], ids: StableIds | None = None
) -> None:
    """Take out of an executed notebook, as nbformat reads it, what is not a result; in place.

    Random names stay as they are where there are no stable ones for them.
    """
    metadata = notebook["metadata"]
    for name in ("papermill", "widgets", "signature"):
        metadata.pop(name, None)
    metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook["cells"], 1):
        own = cell["metadata"]
        for name in ("papermill", "execution"):
            own.pop(name, None)
        if INJECTED_TAG in own.get("tags", ()):
            cell["id"] = INJECTED_TAG
        elif own.pop("evaltools_unnamed", False):
            cell["id"] = f"cell-{number}"
        if not own.get("tags", True):
            del own["tags"]  # papermill adds an empty list to every cell
        if cell["cell_type"] == "code":
            cell["outputs"] = sort_outputs(cell["outputs"])
            for output in cell["outputs"]:
                _tidy_output(output, rules)
                if ids is not None and "data" in output:
                    ids.tidy(output)


def sort_outputs(outputs: Sequence[Any]) -> list[Any]:
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


def _tidy_output(output: Any, rules: Sequence[Replacement]) -> None:
    def tidy(text: str) -> str:
        text = _remove_cell_files(text)
        for rule in rules:
            if rule.sign in text:  # most outputs are long and hold none of it
                text = rule.pattern.sub(rule.name, text)
        return text

    if output["output_type"] == "stream":
        output["text"] = tidy(output["text"])
    elif output["output_type"] == "error":
        output["evalue"] = tidy(output["evalue"])
        output["traceback"] = [tidy(line) for line in output["traceback"]]
    else:
        data = output["data"]
        data |= {mime: tidy(data[mime]) for mime in _TEXT_TYPES if isinstance(data.get(mime), str)}


def _remove_cell_files(text: str) -> str:
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


Constant = Callable[[str], bool]
"""Whether a name stands in what the notebook was made from."""
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_PLAIN_UUID = "[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}"
_STYLED = "(?<![0-9A-Za-z_])T_[0-9a-f]{5}(?![0-9a-f])"
_NAME = re.compile(rf"(?<![0-9a-f])(?:{_UUID}|{_PLAIN_UUID})(?![0-9a-f])|{_STYLED}", re.IGNORECASE)
_DECLARES = re.compile(
    r"""(?:id|docs_json)\\?["']?\s*[:=][\s{"'\\]*([^\s"'<>{}\\]+)""", re.IGNORECASE
)
"""`id="…"`, `data-root-id="…"`, `"model_id": "…"`, and the documents of bokeh."""
_ADDRESS = re.compile(r"(?<![0-9a-z])0x[0-9a-f]{9,16}\b", re.IGNORECASE)
_TEMPORARY = re.compile(r"(?<=[/\\])tmp[a-z0-9_]{8}\b")
_HEX_ID = re.compile(r"(?<![0-9a-z])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,}(?![0-9a-z])")
_OURS = re.compile(
    "T_[0-9a-f]{10}(?![0-9a-f])|"
    "[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}"
)
"""Names that `StableIds` gives: UUIDs of version 5, which follow from other names."""
_NAMESPACE = uuid.UUID("5f1a1c0e-1f0b-5a53-9c55-6a1d3c1f7d10")


class StableIds:
    """Stable names for the random ones of one notebook; two notebooks of a report share none.

    Names that are none of chance are left alone.
    """

    def __init__(self, notebook: str, constant: Constant) -> None:
        self.notebook = notebook
        self.constant = constant
        self._names: dict[str, str] = {}

    def tidy(self, output: Mapping[str, Any]) -> None:
        """Give the names that a rich output declares, or that are known, their stable form."""
        data = output["data"]
        texts = {mime: text for mime, text in _readable_texts(data).items() if _NAME.search(text)}
        for text in texts.values():
            for declared in _DECLARES.finditer(text):
                for found in _NAME.finditer(declared[1]):
                    self._learn(found[0])
        for mime, text in texts.items():
            changed = _NAME.sub(lambda found: self._names.get(found[0], found[0]), text)
            if changed != text:
                data[mime] = changed if _is_text(data[mime]) else json.loads(changed)

    def _learn(self, name: str) -> None:
        if name in self._names or self.constant(name):
            return
        seed = f"{self.notebook}\n{len(self._names)}"
        made = uuid.uuid5(_NAMESPACE, seed)
        if name[1] == "_":
            self._names[name] = f"T_{hashlib.sha256(seed.encode()).hexdigest()[:10]}"
        else:
            self._names[name] = str(made) if "-" in name else made.hex


def find_random(notebook: Mapping[str, Any], constant: Constant) -> Iterator[tuple[int, str]]:
    """What in an executed notebook looks as if it would be another the next time.

    Returns:
        Index of the cell and what was found; of a cell each thing once, in order.
    """
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            texts = (item for output in cell["outputs"] for item in _texts_of(output))
            found = (name for mime, text in texts for name in _find_random_names(mime, text))
            yield from ((index, name) for name in dict.fromkeys(found) if not constant(name))


def make_constant_test(source: str, files: Iterable[Path]) -> Constant:
    """A test whether a name stands in a notebook's own text or in one of some files."""
    places = tuple(files)

    @functools.cache
    def constant(name: str) -> bool:
        return name in source or any(_file_contains(path, name) for path in places)

    return constant


def _file_contains(path: Path, name: str) -> bool:
    try:
        return name.encode() in path.read_bytes()
    except OSError:
        return False


def _texts_of(output: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The texts of an output by MIME type."""
    if output["output_type"] == "stream":
        return [("text/plain", _text(output["text"]))]
    if output["output_type"] == "error":
        return [("text/plain", "\n".join((_text(output["evalue"]), *output["traceback"])))]
    return _readable_texts(output["data"]).items()


def _find_random_names(mime: str, text: str) -> Iterator[str]:
    for pattern in (_NAME, _ADDRESS, _TEMPORARY):
        yield from (found[0] for found in pattern.finditer(text))
    if mime == "text/html":
        for declared in re.finditer(r"""\bid\s*=\s*["']?([^\s"'<>]+)""", text):
            rest = _OURS.sub(" ", declared[1])
            yield from (found[0] for found in _HEX_ID.finditer(rest))


def _readable_texts(data: Mapping[str, Any]) -> dict[str, str]:
    """Rich data as text by MIME type, but for those of pictures and of this package."""
    pictures = ("image/", "audio/", "video/", "application/vnd.evaltools.")
    return {mime: _text(value) for mime, value in data.items()
            if mime == "image/svg+xml" or not mime.startswith(pictures)}  # fmt: skip


def _is_text(value: Any) -> bool:
    """Whether a notebook keeps text here, as one string or as lines, and not a JSON value."""
    return isinstance(value, str) or (
        isinstance(value, list) and bool(value) and all(isinstance(line, str) for line in value)
    )


def _text(value: Any) -> str:
    return "".join(value) if _is_text(value) else json.dumps(value, ensure_ascii=False)

"""Random identifiers in outputs: made stable where they only name an element, else found.

Libraries name the elements that they draw at random, so that several of them fit on a page:
`T_1f3a9` (tables of pandas with a style), `3f0c…-4…` (UUIDs of version 4: plotly, bokeh, widgets,
xarray), the same without hyphens (folium, altair). The name says nothing; what counts is that
references lead to it. So a name that an output declares (`id="…"`, `"model_id": "…"`) is replaced
in all outputs of its notebook by one that follows from the notebook and the order of the names.
A UUID that stands in the data or in the notebook itself is no chance, and stays.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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
_OWN_TYPES = "application/vnd.evaltools."


class StableIds:
    """Stable names for the random ones of one notebook.

    Arguments:
        notebook: its name; two notebooks of a report do not share names.
        constant: whether a name is none of chance.
    """

    def __init__(self, notebook: str, constant: Constant) -> None:
        self.notebook = notebook
        self.constant = constant
        self._names: dict[str, str] = {}

    def tidy(self, output: Mapping[str, Any]) -> None:
        """Give the names that a rich output declares, or that are known, their stable form."""
        data = output["data"]
        texts = {mime: _text(value) for mime, value in data.items() if _is_readable(mime)}
        texts = {mime: text for mime, text in texts.items() if _NAME.search(text)}
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
            stable = f"T_{hashlib.sha256(seed.encode()).hexdigest()[:10]}"
        else:
            stable = str(made) if "-" in name else made.hex
        self._names[name] = stable


def find_random(notebook: Mapping[str, Any], constant: Constant) -> Iterator[tuple[int, str]]:
    """What in an executed notebook looks as if it would be another the next time.

    Returns:
        Index of the cell and what was found; of a cell each thing once, in order.
    """
    for index, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            found = (one for output in cell["outputs"] for one in _random_in(output))
            for name in dict.fromkeys(found):
                if not constant(name):
                    yield index, name


def constants(source: str, files: Iterable[Path]) -> Constant:
    """A test whether a name stands in a notebook's own text or in one of some files."""
    places = tuple(files)
    known: dict[str, bool] = {}

    def constant(name: str) -> bool:
        if name not in known:
            known[name] = name in source or any(_holds(path, name) for path in places)
        return known[name]

    return constant


def _random_in(output: Mapping[str, Any]) -> Iterator[str]:
    if output["output_type"] == "stream":
        texts = {"text/plain": _text(output["text"])}
    elif output["output_type"] == "error":
        texts = {"text/plain": "\n".join((_text(output["evalue"]), *output["traceback"]))}
    else:
        texts = {mime: _text(it) for mime, it in output["data"].items() if _is_readable(mime)}
    for mime, text in texts.items():
        for pattern in (_NAME, _ADDRESS, _TEMPORARY):
            yield from (found[0] for found in pattern.finditer(text))
        if mime == "text/html":
            for declared in re.finditer(r"""\bid\s*=\s*["']?([^\s"'<>]+)""", text):
                rest = _OURS.sub(" ", declared[1])
                yield from (found[0] for found in _HEX_ID.finditer(rest))


def _is_readable(mime: str) -> bool:
    if mime.startswith(_OWN_TYPES):
        return False
    return mime == "image/svg+xml" or not mime.startswith(("image/", "audio/", "video/"))


def _is_text(value: Any) -> bool:
    """Whether a notebook keeps text here, as one string or as lines, and not a JSON value."""
    return isinstance(value, str) or (
        isinstance(value, list) and bool(value) and all(isinstance(line, str) for line in value)
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if _is_text(value):
        return "".join(value)
    return json.dumps(value, ensure_ascii=False)


def _holds(path: Path, name: str) -> bool:
    try:
        return name.encode() in path.read_bytes()
    except OSError:
        return False

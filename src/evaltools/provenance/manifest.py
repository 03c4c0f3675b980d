"""The manifest of a run: inputs, code and outputs by content, no clock and no absolute path.

And why a run was made: a value that renders itself, not a string built where it is printed.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from evaltools.provenance.hashes import changed_keys, hash_file, hash_folder, hash_value

SEAL = "seal"


def add_seal(content: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its seal.

    Arguments:
        content: plain JSON values by name; a seal that is there already is made anew.
    """
    bare = {name: value for name, value in content.items() if name != SEAL}
    return {**bare, SEAL: hash_value(bare)}


def is_seal_valid(content: Mapping[str, Any]) -> bool:
    """Whether the record is as it was when it was sealed; False where it has no seal."""
    return SEAL in content and add_seal(content)[SEAL] == content[SEAL]


FORMAT = 2
UNSEALED = 1
"""The format before manifests were sealed; such ones are still read."""
KEY_FORMAT = 1
FILE_NAME = "manifest.json"
RUN_NAME_LENGTH = 16
"""Digits of its key that name a run to people and in folders."""


@dataclass(frozen=True)
class Ingredients:
    """All that the results of a run depend on.

    Arguments:
        files: SHA-256 of each input file (all of the data, and the declaration of the study) by
            its path below the study.
        parameters: plain values by name.
        code: SHA-256 of each source file of the package by its path.
        notebooks: for each notebook by its path, hashes of its `code` and of its `text`.
        lock: what pins the installed packages, and its SHA-256.
        python: version of the interpreter.
    """

    files: Mapping[str, str]
    parameters: Mapping[str, Any]
    code: Mapping[str, str]
    notebooks: Mapping[str, Mapping[str, str]]
    lock: tuple[str, str]
    python: str = field(default_factory=platform.python_version)

    def key(self) -> str:
        """SHA-256 of all of it: the name of the run."""
        return hash_value({"format": KEY_FORMAT, **self.as_values()})

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values."""
        values = asdict(self)
        # The order of the notebooks is the order of the chapters, and thus an ingredient.
        values["order"] = list(self.notebooks)
        values["lock"] = list(self.lock)
        return values

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Ingredients:
        """The inverse of `as_values`."""
        given = {name: value for name, value in values.items() if name != "order"}
        given["notebooks"] = {name: given["notebooks"][name] for name in values["order"]}
        return cls(**{**given, "lock": (values["lock"][0], values["lock"][1])})


@dataclass(frozen=True)
class Manifest:
    """What a run was made of, and what it made.

    Arguments:
        key: name of the run, the hash of its ingredients.
        ingredients: what the results depend on.
        made: for each notebook by its path, the files below the run's folder that came from it.
        outputs: SHA-256 of every file of the run by its path below the run's folder.
        reads: for each notebook by its path, SHA-256 of the declared inputs that it read; empty
            in runs made before reads were recorded.
        parameters_read: for each notebook by its path, the parameters that it read.
    """

    key: str
    ingredients: Ingredients
    files_by_notebook: Mapping[str, tuple[str, ...]]
    outputs: Mapping[str, str]
    reads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parameters_read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the manifest into the folder of its run."""
        content = add_seal(
            {
                "format": FORMAT,
                "key": self.key,
                "ingredients": self.ingredients.as_values(),
                "made": {name: list(files) for name, files in self.files_by_notebook.items()},
                "outputs": dict(self.outputs),
                "reads": {name: dict(files) for name, files in self.reads.items()},
                "parameters_read": {name: list(one) for name, one in self.parameters_read.items()},
            }
        )
        path = folder / FILE_NAME
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def find_damage(self, folder: Path) -> list[str]:
        """Files of the run that are missing or not as they were made, sorted."""
        return sorted(
            name
            for name, digest in self.outputs.items()
            if not (folder / name).is_file() or hash_file(folder / name) != digest
        )


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run's folder; None when there is none, or none that is understood.

    A manifest that was edited after it was written is none, since it says nothing reliable.
    """
    try:
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        if content["format"] not in (FORMAT, UNSEALED):
            return None
        if content["format"] == FORMAT and not is_seal_valid(content):
            return None
        return Manifest(
            content["key"],
            Ingredients.from_values(content["ingredients"]),
            {name: tuple(files) for name, files in content["made"].items()},
            content["outputs"],
            content.get("reads", {}),
            {name: tuple(one) for name, one in content.get("parameters_read", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def hash_outputs(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a run's folder except its manifest, sorted."""
    return {
        name: digest
        for name, digest in hash_folder(folder).items()
        if name.rpartition("/")[2] != FILE_NAME
    }


ChangeKind = Literal[
    "first", "data", "parameters", "code", "notebook", "text", "lock", "python", "damaged", "asked",
    "run", "sources", "engine",
]  # fmt: skip

_SHOWN = 3
_HEADS: dict[ChangeKind, str] = {
    "first": "first run",
    "data": "data changed",
    "parameters": "parameters changed",
    "code": "code of evaltools changed",
    "notebook": "notebook changed",
    "text": "text of notebook changed",
    "lock": "installed packages changed",
    "python": "Python changed",
    "damaged": "files of the run were changed or deleted",
    "asked": "asked for",
    "run": "numbers are those of another run",
    "sources": "sources of the report changed",
    "engine": "renderer changed",
}


@dataclass(frozen=True)
class Change:
    """One kind of thing that is not as it was.

    Arguments:
        kind: what kind.
        details: which ones, sorted; empty where there is nothing to name.
    """

    kind: ChangeKind
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.details:
            return _HEADS[self.kind]
        shown = ", ".join(self.details[:_SHOWN])
        more = len(self.details) - _SHOWN
        return f"{_HEADS[self.kind]}: {shown}" + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Reason:
    """All changes since the newest earlier run, in one line as text."""

    changes: tuple[Change, ...]

    def __str__(self) -> str:
        return "; ".join(str(change) for change in self.changes)


def compare_ingredients(new: Ingredients, old: Ingredients | None) -> Reason:
    """What differs between what a run needs now and what the newest earlier run had.

    Arguments:
        new: ingredients now.
        old: those of the newest earlier run, None when there is none.
    """
    if old is None:
        return Reason((Change("first"),))
    then, now = old.parameters, new.parameters
    code = [name.removesuffix(".py").replace("/", ".") if name.endswith(".py") else name
            for name in changed_keys(old.code, new.code)]  # fmt: skip
    coded, reworded = (
        changed_keys({name: item[part] for name, item in old.notebooks.items()},
                     {name: item[part] for name, item in new.notebooks.items()})
        for part in ("code", "text")
    )  # fmt: skip
    both = set(old.notebooks) & set(new.notebooks) - set(coded)
    reordered = not coded and list(old.notebooks) != list(new.notebooks)
    found: list[tuple[ChangeKind, list[str]]] = [
        ("data", changed_keys(old.files, new.files)),
        ("parameters", [f"{name} {_value(then.get(name))} → {_value(now.get(name))}"
                        for name in changed_keys(then, now)]),
        ("code", code),
        ("notebook", coded),
        ("text", [name for name in reworded if name in both]),
        ("notebook", ["their order"] if reordered else []),
        ("lock", [new.lock[0]] if old.lock != new.lock else []),
        ("python", [f"{old.python} → {new.python}"] if old.python != new.python else []),
    ]  # fmt: skip
    return Reason(tuple(Change(kind, tuple(details)) for kind, details in found if details))


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)

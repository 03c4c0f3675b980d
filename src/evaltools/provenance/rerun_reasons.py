"""Why a run was made: a value that renders itself, not a string built where it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from evaltools.provenance.hashes import changed_keys
from evaltools.provenance.manifest import Ingredients

Kind = Literal[
    "first", "data", "parameters", "code", "notebook", "text", "lock", "python", "damaged", "asked"
]

_SHOWN = 3

_HEADS: dict[Kind, str] = {
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
}


@dataclass(frozen=True)
class Change:
    """One kind of thing that is not as it was.

    Arguments:
        kind: what kind.
        details: which ones, sorted; empty where there is nothing to name.
    """

    kind: Kind
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

    def as_values(self) -> list[dict[str, Any]]:
        """Plain JSON values."""
        return [{"kind": item.kind, "details": list(item.details)} for item in self.changes]


def compare_ingredients(new: Ingredients, old: Ingredients | None) -> Reason:
    """What differs between what a run needs now and what the newest earlier run had.

    Arguments:
        new: ingredients now.
        old: those of the newest earlier run, None when there is none.
    """
    if old is None:
        return Reason((Change("first"),))
    found: list[Change] = []

    def note(kind: Kind, details: list[str]) -> None:
        if details:
            found.append(Change(kind, tuple(details)))

    note("data", changed_keys(old.files, new.files))
    note(
        "parameters",
        [
            f"{name} {_value(old.parameters, name)} → {_value(new.parameters, name)}"
            for name in changed_keys(old.parameters, new.parameters)
        ],
    )
    note("code", [_module(name) for name in changed_keys(old.code, new.code)])
    both = [name for name in new.notebooks if name in old.notebooks]
    coded = changed_keys(
        {name: item["code"] for name, item in old.notebooks.items()},
        {name: item["code"] for name, item in new.notebooks.items()},
    )
    note("notebook", coded)
    reworded = [name for name in both if old.notebooks[name]["text"] != new.notebooks[name]["text"]]
    note("text", sorted(set(reworded) - set(coded)))
    if not coded and list(old.notebooks) != list(new.notebooks):
        note("notebook", ["their order"])
    if old.lock != new.lock:
        note("lock", [new.lock[0]])
    if old.python != new.python:
        note("python", [f"{old.python} → {new.python}"])
    return Reason(tuple(found))


def _value(parameters: Any, name: str) -> str:
    value = parameters.get(name)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".") if path.endswith(".py") else path

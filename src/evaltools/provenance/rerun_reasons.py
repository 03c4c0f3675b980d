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
    found: list[tuple[Kind, list[str]]] = [
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

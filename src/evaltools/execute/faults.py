"""Faults of an executed notebook that no error among its outputs shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.execute.contract import FIELD, Contract
from evaltools.execute.failures import Kind, plain_text

MEMORY_ERRORS = frozenset(("MemoryError", "_ArrayMemoryError"))
"""Names of errors that say that memory ran out: of Python, and numpy's own kind of it."""

_INDICATORS = "application/vnd.evaltools.indicators+json"
_NAMED = 5
_CELL_TAG = "raises-exception"


@dataclass(frozen=True)
class Fault:
    """What is wrong, and with which cell (its index; None for the whole notebook)."""

    index: int | None
    kind: Kind
    error: str
    message: str = ""
    remedy: str = ""


def memory_remedy(megabytes: int) -> str:
    """What to do about a kernel that may have run out of memory."""
    return (
        f"A notebook may use {megabytes} MB of memory; need less of it, or raise "
        "notebook_megabytes in evaluation.yml."
    )


def fault_of(
    cells: Sequence[Any], replies: Mapping[int, Mapping[str, Any]], contract: Contract
) -> Fault | None:
    """The first fault of a notebook that seems to have run to its end.

    Arguments:
        cells: of the executed notebook.
        replies: what the kernel replied, by the index of the cell.
        contract: what the kernel knew of the notebook.
    """
    last: int | None = None
    for index, cell in enumerate(cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if index not in replies:
            remedy = "Take the tag skip-execution away, or make it no code cell."
            return Fault(index, "skipped", "the cell was not executed", remedy=remedy)
        last = index
        if replies[index]["status"] != "ok" and _CELL_TAG not in cell.metadata.get("tags", ()):
            return _of_reply(index, replies[index], contract)
    if last is not None and (left := replies[last].get(FIELD, {}).get("unfinished")):
        what = f"it leaves unfinished what it started: {', '.join(left)}"
        return Fault(last, "unfinished", what, remedy="Wait for it (await, join) in a cell.")
    return _incomplete(cells, replies, contract)


def _of_reply(index: int, reply: Mapping[str, Any], contract: Contract) -> Fault:
    """A fault from a reply that is no success."""
    kind = reply.get(FIELD, {}).get("kind") or "error"
    name, said = reply.get("ename", reply["status"]), plain_text(reply.get("evalue", ""))
    if kind == "parameter":
        what = f"sets the parameter {name} again, to {said}, in place of the run's value"
        return Fault(index, "parameter", what, remedy="Give the variable another name.")
    if kind == "ended":
        what = "asks the kernel to end, so that the cells after it would not run"
        return Fault(index, "ended", what, remedy="Take exit, quit or the like out of the cell.")
    if kind == "replaced":
        what = "loads code into the editor, where a run would not execute it"
        return Fault(index, "replaced", what, remedy="Put the code itself into the cell.")
    if name in MEMORY_ERRORS:
        return Fault(index, "memory", name, said, memory_remedy(contract.megabytes))
    return Fault(index, "error", name, said)


def _incomplete(
    cells: Sequence[Any], replies: Mapping[int, Mapping[str, Any]], contract: Contract
) -> Fault | None:
    """A chapter whose notebook does not compute it, or does not hand over all that it computes."""
    if not contract.chapter:
        return None
    emitted = {
        _identity(record)
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for record in output.get("data", {}).get(_INDICATORS, ())
        if isinstance(record, Mapping)
    }
    every = [
        (str(key), str(estimand), tuple((str(name), str(value)) for name, value in dimensions))
        for index in sorted(replies)
        for key, estimand, dimensions in replies[index].get(FIELD, {}).get("computed", ())
    ]
    call = f"{contract.chapter.rpartition('.')[2]}.compute(evidence)"
    if not every:
        what = f"does not compute the indicators of its chapter, {contract.chapter}"
        remedy = f"Hand them over: emit({call}). Or correct chapters in evaluation.yml."
        return Fault(None, "incomplete", what, remedy=remedy)
    computed = dict.fromkeys(every)
    missing = [identity for identity in computed if identity not in emitted]
    if not missing:
        return None
    keys = list(dict.fromkeys(key for key, _, _ in missing))
    more = f" and {len(keys) - _NAMED} more keys" if len(keys) > _NAMED else ""
    what = (
        f"leaves out {len(missing)} of the {len(computed)} indicators that {call} gives: "
        f"{', '.join(keys[:_NAMED])}{more}"
    )
    return Fault(None, "incomplete", what, remedy="Hand over all of them with emit.")


def _identity(record: Mapping[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    by = record.get("dimensions") or {}
    dimensions = tuple(sorted((str(name), str(value)) for name, value in dict(by).items()))
    return str(record.get("key")), str(record.get("estimand", "D")), dimensions

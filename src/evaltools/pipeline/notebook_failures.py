"""A notebook that did not run to its end, or only seems to have: told to whoever has to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from evaltools.pipeline.jobs import FIELD, KernelContract
from evaltools.problems import Problem

Kind = Literal[
    "error", "time", "died", "start", "worker", "memory",
    "parameter", "ended", "replaced", "unfinished", "skipped", "incomplete", "system",
]  # fmt: skip
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r"^\s*Cell In\[(\d+)\], line (\d+)(?:, in (.+?))?(?:\(.*\))?:?\s*$")
_ARROW = re.compile(r"^-*>\s*\d+\s?(.*)$")


@dataclass(frozen=True)
class Frame:
    """A line of a notebook's own code: of the cell with an execution count."""

    count: int
    line: int
    function: str
    code: str

    def told(self) -> str:
        """The line in words, without its cell."""
        function = f" in {self.function}" if self.function else ""
        return f"line {self.line}{function}: {self.code}"


@dataclass(frozen=True)
class NotebookFailure:
    """Why a notebook stopped, and where.

    Arguments:
        kind: the code raised an `error`, the `time` was up, the kernel `died` or did not
            `start`, the `worker` that drives it was lost, or its `memory` was used up; a cell set
            a `parameter` again, asked that the kernel be `ended`, loaded code that would have
            `replaced` its own, or was `skipped`; something was left `unfinished`; or what the
            chapter computes was handed over `incomplete`; or the `system` failed it, as by a
            full disk, which is told of `message` and not of the notebook.
        cell: position among the notebook's cells, from 1; None when no cell is to blame.
        line: line in that cell, from 1.
        trace: the notebook's own lines on the way to the error, outermost first:
            `cell 3, line 2 in share: x / n`.
        kept: where the partly executed notebook is, below the study's folder.
    """

    notebook: str
    kind: Kind
    cell: int | None = None
    label: str = ""
    line: int | None = None
    error: str = ""
    message: str = ""
    trace: tuple[str, ...] = ()
    kept: str = ""
    remedy: str = ""

    def problem(self) -> Problem:
        """The failure in the one form in which everything goes wrong here."""
        if self.kind == "system":
            return Problem(self.message, self.error, remedy=self.remedy, code="notebook.system")
        where = self.notebook
        if self.cell is not None:
            where += f", cell {self.cell}"
        if self.label:
            where += f" ({self.label})"
        if self.line is not None:
            where += f", line {self.line}"
        kept = f"Open {self.kept}: it is executed up to there." if self.kept else ""
        remedy = f"{self.remedy} {kept}".strip()
        code = f"notebook.{'parameters' if self.kind == 'parameter' else self.kind}"
        return Problem(where, self._what(), remedy=remedy, code=code)

    def _what(self) -> str:
        text = f"{self.error}: {self.message}".strip(": ")
        if not text.endswith(".."):
            text = text.removesuffix(".")
        if self.kind != "error" or "\n" in text or not self.trace:
            return text
        last = self.trace[-1]
        code = last if len(self.trace) > 1 else last.partition(": ")[2]
        return f"{text} (at {code})" if code else text

    def with_copy(self, path: str) -> NotebookFailure:
        """The same failure, with the place of the partly executed notebook."""
        return replace(self, kept=path)


def plain_text(text: str) -> str:
    """Text without the escape sequences that colour a terminal."""
    return _COLOURS.sub("", text)


def study_frames(traceback: Sequence[str]) -> tuple[Frame, ...]:
    """Lines of the notebook on the way to an error, outermost first, at most five.

    The traceback is what IPython put into the error output, in any of its modes.
    """
    lines = [line for part in traceback for line in plain_text(part).splitlines()]
    frames = []
    for position, line in enumerate(lines):
        if head := _FRAME.match(line):
            function = head[3] if head[3] and head[3] != "<module>" else ""
            code = _code_below(lines[position + 1 :])
            frames.append(Frame(int(head[1]), int(head[2]), function, code))
    return tuple(frames[-5:])


def _code_below(lines: Sequence[str]) -> str:
    """The line with the arrow, or else (in a syntax error) the first line below the head."""
    for line in lines:
        if arrow := _ARROW.match(line):
            return arrow[1].strip()
        if _FRAME.match(line) or line.startswith("File "):
            break
    return lines[0].strip() if lines else ""


MEMORY_ERRORS = frozenset(("MemoryError", "_ArrayMemoryError"))
"""Names of errors that say that memory ran out: of Python, and numpy's own kind of it."""
_INDICATORS = "application/vnd.evaltools.indicators+json"
_NAMED = 5
_ASKED: dict[str, tuple[Kind, str, str]] = {
    "ended": (
        "ended",
        "asks the kernel to end, so that the cells after it would not run",
        "Take exit, quit or the like out of the cell.",
    ),
    "replaced": (
        "replaced",
        "loads code into the editor, where a run would not execute it",
        "Put the code itself into the cell.",
    ),
}
"""What a cell may have asked for that a run does not do."""


@dataclass(frozen=True)
class CellFault:
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


def find_cell_fault(
    cells: Sequence[Any], replies: Mapping[int, Mapping[str, Any]], contract: KernelContract
) -> CellFault | None:
    """The first fault of a notebook that seems to have run to its end.

    The replies are those of the kernel, by the index of the cell.
    """
    last: int | None = None
    for index, cell in enumerate(cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if index not in replies:
            remedy = "Take the tag skip-execution away, or make it no code cell."
            return CellFault(index, "skipped", "the cell was not executed", remedy=remedy)
        last = index
        if replies[index]["status"] != "ok" and "raises-exception" not in cell.metadata.get(
            "tags", ()
        ):
            return _fault_in_reply(index, replies[index], contract)
    if last is not None and (left := replies[last].get(FIELD, {}).get("unfinished")):
        what = f"it leaves unfinished what it started: {', '.join(left)}"
        return CellFault(last, "unfinished", what, remedy="Wait for it (await, join) in a cell.")
    return _incomplete_fault(cells, replies, contract)


def _fault_in_reply(index: int, reply: Mapping[str, Any], contract: KernelContract) -> CellFault:
    """A fault from a reply that is no success."""
    kind = reply.get(FIELD, {}).get("kind") or "error"
    name, message = reply.get("ename", reply["status"]), plain_text(reply.get("evalue", ""))
    if kind in _ASKED:
        kind, what, remedy = _ASKED[kind]
        return CellFault(index, kind, what, remedy=remedy)
    if kind == "parameter":
        what = f"sets the parameter {name} again, to {message}, in place of the run's value"
        return CellFault(index, "parameter", what, remedy="Give the variable another name.")
    if name in MEMORY_ERRORS:
        return CellFault(index, "memory", name, message, memory_remedy(contract.megabytes))
    return CellFault(index, "error", name, message)


def _incomplete_fault(
    cells: Sequence[Any], replies: Mapping[int, Mapping[str, Any]], contract: KernelContract
) -> CellFault | None:
    """A chapter whose notebook does not compute it, or does not hand over all that it computes."""
    if not contract.chapter:
        return None
    emitted = {
        _identity(
            record.get("key"),
            record.get("estimand", "D"),
            sorted(dict(record.get("dimensions") or {}).items()),
        )
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for record in output.get("data", {}).get(_INDICATORS, ())
        if isinstance(record, Mapping)
    }
    call = f"{contract.chapter.rpartition('.')[2]}.compute(evidence)"
    every = [replies[index].get(FIELD, {}).get("computed") for index in sorted(replies)]
    found = [computed for computed in every if computed is not None]
    if not found:
        what = f"does not compute the indicators of its chapter, {contract.chapter}"
        remedy = f"Hand them over: emit({call}). Or correct chapters in evaluation.yml."
        return CellFault(None, "incomplete", what, remedy=remedy)
    computed = dict.fromkeys(_identity(*one) for part in found for one in part)
    missing = [identity for identity in computed if identity not in emitted]
    if not missing:
        return None
    keys = list(dict.fromkeys(key for key, _, _ in missing))
    more = f" and {len(keys) - _NAMED} more keys" if len(keys) > _NAMED else ""
    what = (
        f"leaves out {len(missing)} of the {len(computed)} indicators that {call} gives: "
        f"{', '.join(keys[:_NAMED])}{more}"
    )
    return CellFault(None, "incomplete", what, remedy="Hand over all of them with emit.")


def _identity(
    key: object, estimand: object, dimensions: Iterable[tuple[object, object]]
) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    by = tuple((str(name), str(value)) for name, value in dimensions)
    return str(key), str(estimand), by

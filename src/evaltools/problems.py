"""Problems as values: what is wrong, where, and what to do about it.

Data, parameters, rendering and publishing all fail in this one way: problems are collected,
and whoever asked gets all of them at once. Nothing here prints; the command line renders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from traceback import extract_tb


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, told to an evaluator.

    Arguments:
        where: the place, as precise as it is known: `data/register/projects.csv, row 14, column
            grant`, or `reports/fi/report.qmd:31`.
        what: what was found there.
        allowed: what would have been right; empty where the message already says it.
        remedy: what to do.
        code: a short stable name of the kind of problem, such as `data.foreign-key`.
    """

    where: str
    what: str
    allowed: str = ""
    remedy: str = ""
    code: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.remedy:
            text += f". {self.remedy}"
        return text + (f" [{self.code}]" if self.code else "")


class ProblemError(Exception):
    """Carries every problem that was found to whoever can show them.

    The command line prints one line a problem and exits with status 1; there is no traceback,
    since the input is at fault and not the program.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("a ProblemError needs at least one problem")
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: a line a problem, then the line of the notebook that met it."""
        from IPython import get_ipython  # asked by a kernel only

        name_cell = get_ipython().compile.format_code_name
        lines = [str(problem) for problem in self.problems]
        for frame in extract_tb(self.__traceback__):
            if (cell := name_cell(frame.filename)) is not None:
                lines += [f"{' '.join(cell)}, line {frame.lineno}",
                          f"----> {frame.lineno} {frame.line}"]  # fmt: skip
        return lines

    def __reduce__(self) -> tuple[type[ProblemError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise ProblemError with all problems if there are any."""
    found = tuple(problems)
    if found:
        raise ProblemError(found)

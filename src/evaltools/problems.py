"""Problems as values: what is wrong, where, what to do about it, and how a value is quoted in them.

Data, parameters, rendering and publishing all fail in this one way: problems are collected,
and whoever asked gets all of them at once. Nothing here prints; the command line renders.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from traceback import extract_tb
from typing import Any


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

    def __reduce__(self) -> tuple[type[ProblemError], tuple[Any, ...]]:
        return type(self), (self.problems,)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise ProblemError with all problems if there are any."""
    found = tuple(problems)
    if found:
        raise ProblemError(found)


LONGEST = 60
_MOST_CANDIDATES = 5000


def quote_value(value: object, longest: int = LONGEST) -> str:
    """The value between quotation marks, shortened, with invisible characters written out.

    Arguments:
        value: what was found; shown by str().
        longest: characters after which an ellipsis stands for the rest.
    """
    text = str(value)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return '"' + "".join(_visible(character) for character in text) + '"'


def _visible(character: str) -> str:
    # Cc and Cf hold control and bidirectional characters, which can make a terminal or a
    # reader show something else than what is there; Zl and Zp break the line.
    if character == " " or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return character
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(character) or f"\\u{ord(character):04x}"


def list_values(values: Iterable[object], most: int = 12) -> str:
    """Values after one another with commas; of many, the first and how many more there are."""
    texts = [str(value) for value in values]
    if len(texts) <= most:
        return ", ".join(texts)
    return ", ".join(texts[:most]) + f" and {len(texts) - most} more"


def nearest_value(value: str, allowed: Iterable[str]) -> str | None:
    """The allowed value that looks most like the given one, None where none is near.

    More than 5000 candidates are not compared: it would take longer than it helps.
    """
    candidates = sorted(set(allowed))
    if value.strip().isdigit():
        return None  # of numeric codes none is like another
    if not candidates or len(candidates) > _MOST_CANDIDATES:
        return None
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(value.strip().casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def suggest_value(value: str, allowed: Iterable[str]) -> str:
    """`Did you mean "urban"?`, or nothing where no allowed value is near."""
    near = nearest_value(value, allowed)
    return "" if near is None else f"Did you mean {quote_value(near)}?"


def plain_number(value: object) -> str:
    """A number without a needless fraction or exponent: 1500000, 0.85."""
    number = float(str(value))
    return str(int(number)) if number.is_integer() else repr(number)

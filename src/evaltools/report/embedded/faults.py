"""Collects problems found in the tree and says on which line of which file they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote

from evaltools.problems import Problem
from evaltools.report.embedded.holders import Holders
from evaltools.report.embedded.source import Source, sought


@dataclass
class Faults:
    """Problems of one document.

    The tree knows no lines. A construct is found again by its text: the n-th fault of a kind
    belongs to the n-th line that holds its needle.
    """

    source: Source
    holders: Holders
    problems: list[Problem] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        needle: str,
        what: str,
        remedy: str = "",
        code: str = "render.construct",
        where: str = "",
        allowed: str = "",
    ) -> None:
        """Add a problem.

        Arguments:
            needle: text by which the line is found. what, remedy, code, allowed: of the Problem.
            where: the place, where it is known.
        """
        if not where:
            where = self.where(needle, self._seen[needle])
            self._seen[needle] += 1
        problem = Problem(where, what, allowed, remedy, code)
        if problem not in self.problems:
            self.problems.append(problem)

    def where(self, needle: str, index: int = 0) -> str:
        """The place of a needle: in the text, else in what was put into it.

        Pandoc writes the names of files as addresses, where a blank is `%20`.
        """
        if not any(needle in line.text for line in self.source.body):
            needle = unquote(needle)
        pattern = sought(needle)
        places = [line.where for line in self.source.body if pattern.search(line.text)]
        fragments = self.holders.fragments.values() if needle else ()
        places += [each.where for each in fragments if pattern.search(each.text)]
        return places[min(index, len(places) - 1)] if needle and places else self.source.find("")

"""A rule of the domain: a check over whole tables, and what it needs of them.

A cell that is missing satisfies every rule, since whether it may be missing is the descriptor's
business; and a rule that concludes from absence waits until everything could be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from evaltools.evidence.flaws import Flaw, Unread
from evaltools.study import Vocabulary


class Frames(dict[str, pd.DataFrame]):
    """Tables with their rows numbered, and the vocabulary of the study that they are of."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary) -> None:
        super().__init__(tables)
        self.vocabulary = vocabulary


@dataclass(frozen=True)
class Rule:
    """A check and what it needs.

    Arguments:
        check: gives flaws for the tables.
        needs: columns by table that have to be there.
        whole: columns by table of which every cell has to have been read, since the rule
            concludes from absence.
    """

    check: Callable[[Frames], Iterator[Flaw]]
    needs: Mapping[str, tuple[str, ...]]
    whole: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def applies(self, frames: Frames, unread: Unread) -> bool:
        """Whether the tables hold what the rule needs."""
        there = all(
            table in frames and set(columns) <= set(frames[table].columns)
            for table, columns in self.needs.items()
        )
        return there and all(unread.whole(table, names) for table, names in self.whole.items())

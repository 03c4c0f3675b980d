"""Said, denied, not mentioned: what reports say of each code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import stacks
from evaltools.present.figure import Figure
from evaltools.present.language import Language
from evaltools.present.stacks import Part, Stack
from evaltools.present.style import DEEP_BLUE, LIGHT, RUST
from evaltools.present.words import Words


@dataclass(frozen=True)
class State:
    """One code: how many reports say yes, say no, are silent."""

    label: str
    yes: int
    no: int
    silent: int
    suppressed: bool = False


def draw(
    rows: Sequence[State],
    *,
    language: Language,
    axis: str = "",
    sort: bool = True,
    nothing: str = "",
) -> Canvas:
    """Draw the rows; what is silent is light, since it is no answer."""
    words = Words(language)
    return stacks.draw(
        _stacks(rows),
        parts(language),
        language=language,
        axis=axis or words("axis.share_of_reports"),
        sort=sort,
        heading=words("axis.reports"),
        nothing=nothing,
    )


def states(
    rows: Sequence[State],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    axis: str = "",
    sort: bool = True,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(rows, language=language, axis=axis, sort=sort, nothing=nothing),
        caption,
        alt or stacks.describe(_stacks(rows), parts(language), language, nothing),
        note,
    )


def parts(language: Language) -> list[Part]:
    """The three states with their names and colours."""
    words = Words(language)
    return [
        Part(words("state.yes"), DEEP_BLUE),
        Part(words("state.no"), RUST),
        Part(words("state.silent"), LIGHT),
    ]


def _stacks(rows: Sequence[State]) -> list[Stack]:
    return [Stack(row.label, (row.yes, row.no, row.silent), row.suppressed) for row in rows]

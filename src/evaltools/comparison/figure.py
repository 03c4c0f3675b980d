"""The figure of a comparison: the shares that moved most, then and now."""

from __future__ import annotations

from collections.abc import Mapping

from evaltools.comparison import telling
from evaltools.comparison.comparison import Comparison, Side
from evaltools.comparison.moves import Move
from evaltools.present import language as say
from evaltools.present.figure import Figure
from evaltools.present.language import Language
from evaltools.present.slopes import Slope, Slopes
from evaltools.present.words import Words

ROWS = 12
THEMES = ("goal", "result", "challenge", "response", "steering")


def comparison_figure(
    made: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> Figure:
    """The themes whose share of the reports read moved most.

    Arguments:
        made: the comparison.
        language: fi, sv or en.
        labels: of codes, by id.
        notice: said first in the caption, such as that the data are an example.
    """
    words = Words(language)
    names = side_names(made, language)
    caption = words.markdown(
        "comparison.caption.figure", old=names[0], new=names[1],
        old_n=say.number(made.old.reports, language), new_n=say.number(made.new.reports, language),
    )  # fmt: skip
    level = f"{say.percent(made.level, language)}"
    nothing = words("comparison.nothing")
    chart = Slopes(rows(made, language, labels), names, language=language, nothing=nothing)
    note = words("comparison.note.figure", level=level)
    return chart.figure(f"{notice} {caption}".strip(), note=note)


def rows(made: Comparison, language: Language, labels: Mapping[str, str]) -> list[Slope]:
    """The rows: those that are clear first taken, then the largest of the others."""
    themes = [
        move
        for move in telling.headline(made.moves)
        if move.key.partition(".")[0] in THEMES and move.unit == "share" and move.change is not None
    ]
    chosen = sorted(themes, key=lambda move: (move.verdict != "moved", -abs(move.change or 0.0),
                                              move.key))[:ROWS]  # fmt: skip
    return [_slope(move, language, labels) for move in chosen]


def side_names(made: Comparison, language: Language) -> tuple[str, str]:
    """What the two runs are called: by their wave where that differs, else by their runs."""
    waves = [str(side.parameters.get("wave", "")) for side in (made.old, made.new)]
    if waves[0] and waves[1] and waves[0] != waves[1]:
        return waves[0], waves[1]
    words = Words(language)
    return _named(words("comparison.column.old"), made.old), _named(
        words("comparison.column.new"), made.new
    )


def _named(word: str, side: Side) -> str:
    return f"{word} ({side.name[:8]})"


def _slope(move: Move, language: Language, labels: Mapping[str, str]) -> Slope:
    old, new = move.old, move.new
    assert old is not None
    assert new is not None
    return Slope(
        telling.label_of(move.key, language, labels), old.value, new.value, old.n, old.N, new.n,
        new.N, clear=move.verdict == "moved",
    )  # fmt: skip

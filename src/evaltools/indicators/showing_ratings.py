"""How ratings are shown, and whether the report bears them out; the withheld left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.optimism import optimism
from evaltools.indicators.ratings import Distribution, distributions
from evaltools.present import alt_text
from evaltools.present.dots import Dot
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, number_range, percent, share, signed
from evaltools.present.ratings import Rating, ratings
from evaltools.present.stacks import Part, Stack, stacks
from evaltools.present.style import DIVERGING
from evaltools.present.table import SUPPRESSED, Column
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

_UNTOLD = ("#8d7f78", "#4f6468")
"""Colours of the lower and of the upper answers that are not told apart."""


def rating_figure(evidence: Evidence, caption: str, note: str) -> Figure:
    """Ratings by question: diverging bars, or plain ones where some answers are withheld.

    The note is about what is withheld, and left out where nothing is.
    """
    language = evidence.parameters.language
    words, items = Words(language), [item for item in distributions(evidence) if item.answers]
    nothing = words("effects.no_ratings")
    of_five = all(item.values == (1, 2, 3, 4, 5) for item in items)
    if of_five and not any(any(item.protection.cells) for item in items):
        answers = [Rating(i.label, tuple(x or 0 for x in i.counts)) for i in items]  # type: ignore[arg-type]
        return ratings(answers, language=language, caption=caption, nothing=nothing)
    rows, parts = rating_stacks(evidence)
    used = [place for place in range(len(parts)) if any(row.counts[place] for row in rows)]
    used = used or [1]
    alt = _rating_alt(rows, parts, evidence)
    return stacks(
        [Stack(row.label, tuple(row.counts[p] for p in used), row.suppressed) for row in rows],
        [parts[place] for place in used],
        language=language,
        caption=caption,
        alt=alt,
        note=note,
        axis=words("axis.share_of_answers"),
        sort=False,
        heading=words("axis.answers"),
        nothing=nothing,
    )


def rating_stacks(evidence: Evidence) -> tuple[list[Stack], list[Part]]:
    """Answers by question as stacked parts, withheld ones together with their neighbours.

    The parts are the answers of all scales, lowest first, between two that hold what is
    withheld of the lower and of the upper answers. A question is withheld as a whole where
    even the sum of its highest answers is.
    """
    words = evidence.words
    items = [item for item in distributions(evidence) if item.answers]
    values = sorted({value for item in items for value in item.values}) or [1, 2, 3, 4, 5]
    names = [words(f"rating.{v}") if values == [1, 2, 3, 4, 5] else str(v) for v in values]
    if len({item.values for item in items}) == 1:
        ends = (values[0], values[-1 - items[0].top]), (values[-items[0].top], values[-1])
        untold = [words("effects.rating_untold", low=low, high=high) for low, high in ends]
    else:
        untold = [words("effects.rating_untold_lower"), words("effects.rating_untold_upper")]
    colors = [_UNTOLD[0], *_shades(len(values)), _UNTOLD[1]]
    named = zip([untold[0], *names, untold[1]], colors, strict=True)
    return [_rating_stack(item, values) for item in items], [Part(*pair) for pair in named]


def _rating_alt(rows: list[Stack], parts: list[Part], evidence: Evidence) -> str:
    """Every question with its shown answers; a withheld answer is not told as nought."""
    language = evidence.parameters.language
    words = Words(language)
    told = []
    for row in rows:
        shown = [
            f"{part.name}: {number(count, language)}"
            for part, count in zip(parts, row.counts, strict=True)
            if count
        ]
        if shown:
            told.append(words("alt.parts", label=row.label, parts="; ".join(shown)))
    hidden = alt_text.withheld([row.label for row in rows if row.suppressed], language)
    if not rows:
        return words("figure.empty_alt", reason=words("effects.no_ratings"))
    return alt_text.join(words("alt.rows", count=len(rows)), *told, hidden)


def _rating_stack(item: Distribution, values: list[int]) -> Stack:
    shown = {value: x or 0 for value, x in zip(item.values, item.counts, strict=True)}
    if item.high is None:
        return Stack(item.label, (0,) * (len(values) + 2), True)

    def untold(part: slice, together: int) -> int:
        """Answers of a group that are not told apart; rounded ones need not add up to it."""
        hidden = None in item.counts[part]
        return max(0, together - sum(shown[v] for v in item.values[part])) if hidden else 0

    lower, upper = slice(None, -item.top), slice(-item.top, None)
    rest = untold(lower, item.answers - item.high), untold(upper, item.high)
    return Stack(item.label, (rest[0], *(shown.get(value, 0) for value in values), rest[1]))


def _shades(answers: int) -> list[str]:
    return [
        DIVERGING[round(i * (len(DIVERGING) - 1) / max(answers - 1, 1))] for i in range(answers)
    ]


def optimism_dots(evidence: Evidence) -> list[Dot]:
    """Rows of the figure of optimism: rated high, and below it evidenced."""
    return [
        Dot(
            label=str(row["label"]),
            value=None if row["withheld"] else row["high"] / row["answers"],
            n=row["high"],
            N=row["answers"],
            suppressed=bool(row["withheld"]),
            second=None if row["withheld"] else row["evidenced"] / row["answers"],
        )
        for row in optimism(evidence).to_dict("records")
        if row["answers"]
    ]


def optimism_alt(evidence: Evidence) -> str:
    """What the figure of optimism shows: both shares of every question."""
    language = evidence.parameters.language
    words, rows = Words(language), optimism_dots(evidence)
    told = [
        words(
            "steering.optimism_alt",
            label=row.label,
            high=percent(row.value, language),
            evidenced=percent(row.second, language),
        )
        for row in rows
        if not row.suppressed
    ]
    hidden = alt_text.withheld([row.label for row in rows if row.suppressed], language)
    if not rows:
        return words("figure.empty_alt", reason=words("effects.no_ratings"))
    return alt_text.join(*told, hidden)


def optimism_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of optimism: question, answers, both shares, gap and its interval in points."""
    language, frame = evidence.parameters.language, optimism(evidence)
    columns = ["label", "answers", "high", "evidenced", "gap", "interval"]
    rows: list[dict[str, object]] = []
    for row in frame[frame["answers"] > 0].to_dict("records"):
        answers = int(row["answers"])
        cells: dict[str, object] = dict.fromkeys(columns, SUPPRESSED)
        cells |= {"label": str(row["label"]), "answers": answers}
        if not row["withheld"]:
            for name in ("high", "evidenced"):
                cells[name] = share(row[name] / answers, row[name], answers, language)
            low, high = float(row["gap_low"]) * 100, float(row["gap_high"]) * 100
            cells["gap"] = signed(float(row["gap"]) * 100, language)
            cells["interval"] = number_range(low, high, language)
        rows.append(cells)
    return pd.DataFrame(rows, columns=columns, dtype="object")


def optimism_columns(language: Language) -> list[Column]:
    """Columns of the table of optimism."""
    words = Words(language)
    return [
        Column("label", words("column.question")),
        Column("answers", words("steering.column.answers"), "count"),
        Column("high", words("steering.column.high"), "share"),
        Column("evidenced", words("steering.column.evidenced"), "share"),
        Column("gap", words("steering.column.gap"), align="right"),
        Column("interval", words("steering.column.interval"), align="right"),
    ]

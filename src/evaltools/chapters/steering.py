"""Chapter 07, figures and tables: what reports tell of the grant; is praise borne out?"""

from __future__ import annotations

import pandas as pd

from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import level_of, theme_rows, themes_figure, themes_table
from evaltools.charts import alt_text
from evaltools.charts.figure import Figure
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.table import SUPPRESSED, Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.numbers import FEWEST_FOR_PERCENT, number, number_range, share, signed
from evaltools.indicators.absence import EVIDENCED_ITEMS
from evaltools.indicators.optimism_gap import optimism
from evaltools.indicators.ratings import distributions, self_ratings


@figure_of("reports", "steering")
def steering_figure(evidence: Evidence) -> Figure:
    """What reports say of the grant, by how common it is."""
    return themes_figure(evidence, "steering", "steering.steering")


@table_of("reports", "steering")
def steering_table(evidence: Evidence) -> Table:
    """The same with every reading of their shares."""
    return themes_table(evidence, theme_rows(evidence, "steering"), "steering.table")


@figure_of("self_ratings", "evidenced_ratings")
def optimism_figure(evidence: Evidence) -> Figure:
    """Projects that rated high, and those of them with evidence; headed by its first question."""
    words = evidence.words
    caption = words.markdown("steering.optimism", marks=_marks(evidence), **_sizes(evidence))
    return Dots(
        optimism_dots(evidence),
        name=words("steering.rated_high", marks=_marks(evidence)),
        second_name=words("steering.evidenced"),
        axis=words("steering.axis.answers"),
        words=words,
        nothing=words("effects.no_ratings"),
    ).figure(
        " ".join([*(told_gaps(evidence, both=True) or told_gaps(evidence))[:1], caption]),
        alt=optimism_alt(evidence),
        note=words.markdown("steering.optimism_note"),
    )


@table_of("self_ratings", "evidenced_ratings")
def optimism_table(evidence: Evidence) -> Table:
    """The same with the gap and its interval."""
    words = evidence.words
    columns = [
        Column("label", words("column.question")),
        Column("answers", words("steering.column.answers"), "count"),
        Column("high", words("steering.column.high", marks=_marks(evidence)), "share"),
        Column("evidenced", words("steering.column.evidenced"), "share"),
        Column("gap", words("steering.column.gap"), align="right"),
        Column("interval", words("steering.column.interval"), align="right"),
    ]
    level = level_of(evidence)
    caption = words.markdown("steering.table_optimism", level=level, **_sizes(evidence))
    return Table(optimism_rows(evidence), columns, caption, words.language)


def optimism_dots(evidence: Evidence) -> list[Dot]:
    """Rows of the figure of optimism: rated high, and below it evidenced."""
    return [
        Dot(
            label=str(row["label"]),
            value=None if row["high"] is None else row["high"] / row["answers"],
            n=row["high"],
            N=row["answers"],
            suppressed=row["high"] is None,  # by the rule of `optimism_table`
            second=None if row["withheld"] else row["evidenced"] / row["answers"],
            second_suppressed=bool(row["withheld"]),
        )
        for row in optimism(evidence).to_dict("records")
        if row["answers"]
    ]


def optimism_alt(evidence: Evidence) -> str:
    """What the figure of optimism shows: both shares of every question; empty without any."""
    hidden = [row.label for row in optimism_dots(evidence) if row.suppressed]
    withheld = alt_text.describe_withheld(hidden, evidence.parameters.language)
    return alt_text.join(*told_gaps(evidence), withheld)


def told_gaps(evidence: Evidence, *, both: bool = False) -> list[str]:
    """Of each question that is shown: how many rated high, how many have evidence.

    Arguments:
        both: leave out questions whose evidence is withheld.
    """
    words, told = evidence.words, []
    for row in optimism_dots(evidence):
        if row.suppressed or (both and row.second_suppressed):
            continue
        values = {"label": row.label, "marks": _marks(evidence)}
        values["high"] = row.printed(row.value, words.language)
        if row.second_suppressed:
            told.append(words("steering.optimism_alt_withheld", **values))
        else:
            second = row.printed(row.second, words.language)
            told.append(words("steering.optimism_alt", **values, evidenced=second))
    return told


def optimism_rows(evidence: Evidence) -> pd.DataFrame:
    """The table of optimism: question, answers, both shares, gap and its interval in points."""
    language, frame = evidence.parameters.language, optimism(evidence)
    columns = ["label", "answers", "high", "evidenced", "gap", "interval"]
    rows: list[dict[str, object]] = []
    for row in frame[frame["answers"] > 0].to_dict("records"):
        answers = int(row["answers"])
        cells: dict[str, object] = dict.fromkeys(columns, SUPPRESSED)
        cells |= {"label": str(row["label"]), "answers": answers}
        for name in ("high", "evidenced"):
            if row[name] is not None:
                cells[name] = share(row[name] / answers, row[name], answers, language)
        if not row["withheld"]:
            few = answers < FEWEST_FOR_PERCENT  # then counts in place of points
            parts, of = (answers, f"/{number(answers, language)}") if few else (100, "")
            gap, low, high = (float(row[name]) * parts for name in ("gap", "gap_low", "gap_high"))
            cells["gap"] = f"{signed(gap, language)}{of}"
            cells["interval"] = f"{number_range(low, high, language)}{of}"
        rows.append(cells)
    return pd.DataFrame(rows, columns=columns, dtype="object")


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"raters": self_ratings(evidence)["project_id"].nunique(), "n": evidence.n}


def _marks(evidence: Evidence) -> str:
    """The marks that count as high: `4 or 5` of a scale that ends with five."""
    words = evidence.words
    found = [item for item in distributions(evidence) if item.item in EVIDENCED_ITEMS]
    marks = [str(value) for value in found[0].values[-found[0].top :]]
    return marks[0] if len(marks) == 1 else words("steering.marks", low=marks[0], high=marks[-1])

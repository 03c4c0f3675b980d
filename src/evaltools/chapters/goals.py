"""Chapter 03, figures and tables: what was sought, what was achieved, and how anyone knows."""

from __future__ import annotations

import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.themes import as_count, theme_rows, themes_figure, themes_table
from evaltools.charts import alt_text
from evaltools.charts.bars import Cascade, Part, Stack, Stacks, states_chart
from evaltools.charts.figure import Figure
from evaltools.charts.palette import BLUES, DEEP_BLUE, LIGHT, RUST, TEAL
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.messages import Words
from evaltools.indicators import goals
from evaltools.indicators.prevalence import themes

_PARTS = {
    "measured": ("goals.part.measured", DEEP_BLUE),
    "unmeasured": ("goals.part.unmeasured", BLUES[2]),
    "partly": ("attainment.partly", TEAL),
    "not_achieved": ("attainment.not_achieved", RUST),
    "not_reported": ("attainment.not_reported", LIGHT),
}
"""What became of a goal: column of `sought_and_achieved`, its word and its colour."""


@figure_of("reports", "result")
def results_figure(evidence: Evidence) -> Figure:
    """Themes of results by how common they are."""
    return themes_figure(evidence, "result", "goals.results")


@table_of("reports", "result")
def results_table(evidence: Evidence) -> Table:
    """The same with every reading of their shares."""
    return themes_table(evidence, theme_rows(evidence, "result"), "goals.table_results")


@figure_of("reports", "result")
def result_states_figure(evidence: Evidence) -> Figure:
    """What reports say of each result: yes, no, or nothing."""
    words = evidence.words
    rows = [
        Stack(
            str(row["label"]), tuple(as_count(row[s]) or 0 for s in ("yes", "no", "silent")),
            suppressed=bool(row["denied_withheld"]),
        )
        for row in themes(evidence, "result").to_dict("records")
    ]  # fmt: skip
    nothing = words("themes.none" if evidence.n else "themes.no_reports")
    return states_chart(rows, words, nothing).figure(
        headlines.add_headline(
            words,
            "results",
            headlines.told_states(rows, evidence, "denied", "silent"),
            words.markdown("goals.result_states", n=evidence.n),
        ),
        note=words.markdown("goals.result_states_note"),
    )


@figure_of("reports", "goals")
def sought_figure(evidence: Evidence) -> Figure:
    """Goals by theme, and what became of them."""
    words, frame = evidence.words, goals.results_by_theme(evidence)
    return Stacks(
        goal_stacks(frame),
        [Part(words(key), color) for key, color in _PARTS.values()],
        words("axis.goals"),
        shares=False,
        sort=False,
        words=words,
        nothing=words("goals.none"),
    ).figure(
        words.markdown("goals.sought", **_sizes(evidence)),
        alt=goal_alt(frame, words),
        headline=headlines.counted(
            words, "goals", int(frame["achieved"].sum()), int(frame["stated"].sum())
        ),
        note=words.markdown("goals.sought_note"),
    )


@figure_of("reports", "goals")
def attainment_figure(evidence: Evidence) -> Figure:
    """From goals to attainment to how it is known."""
    words, crossed = evidence.words, goals.attainment_by_measure(evidence)
    counts = {
        (str(name), str(by)): int(count)
        for name, row in crossed.iterrows()
        for by, count in row.items()
    }
    chart = Cascade(counts, words=words, nothing=words("goals.none"))
    measured = counts.get(("achieved", "measured"), 0)
    return chart.figure(
        words.markdown("goals.attainment", **_sizes(evidence)),
        headline=headlines.counted(words, "measured", measured, sum(counts.values())),
    )


@table_of("reports", "goals")
def quality_table(evidence: Evidence) -> Table:
    """Goals by theme that name a metric, a baseline, a target."""
    words = evidence.words
    parts = ["stated", *goals.QUALITIES, "complete"]
    frame = goals.quality_by_theme(evidence).replace({"label": {"": words("goals.row.all")}})
    columns = [Column(part, words(f"goals.column.{part}"), "count") for part in parts]
    caption = words.markdown("goals.table_quality", **_sizes(evidence))
    columns = [Column("label", words("column.goal")), *columns]
    return Table(frame, columns, caption, words.language, totals=1)


def goal_stacks(frame: pd.DataFrame) -> list[Stack]:
    """Rows of the figure of goals by theme, one part a part of `_PARTS`."""
    if not frame["stated"].sum():
        return []
    rest = frame["achieved"] - frame["measured"]
    parts = frame.assign(unmeasured=rest)[list(_PARTS)].astype(int)
    labels = frame["label"].astype(str)
    rows = zip(labels, parts.to_numpy().tolist(), strict=True)
    return [Stack(label, tuple(map(int, counts))) for label, counts in rows]


def goal_alt(frame: pd.DataFrame, words: Words) -> str:
    """What the figure of goals by theme shows; empty without goals."""
    if not frame["stated"].sum():
        return ""
    counts = ("stated", "achieved", "measured")
    return alt_text.join(
        *(
            words("goals.sought_alt", label=str(row["label"]), **{c: int(row[c]) for c in counts})
            for row in frame.to_dict("records")
        )
    )


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"goals": len(goals.stated_goals(evidence)), "n": evidence.n}

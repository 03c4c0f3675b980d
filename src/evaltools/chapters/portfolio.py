"""Chapter 01, figures and tables: who got the money, where, and how evenly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.measure_table import measure_table
from evaltools.chapters.themes import as_float
from evaltools.charts.bars import Call, CallBars
from evaltools.charts.figure import Figure
from evaltools.charts.line_charts import Curve, Lorenz
from evaltools.charts.maps import Tile, TileMap
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.numbers import list_of, number
from evaltools.indicators import allocations, portfolio, takeup
from evaltools.indicators.indicator import Indicator

CONCENTRATION = {
    "grants.median.money": "portfolio.measure.median",
    "grants.gini.index": "portfolio.measure.gini",
    "grants.hhi.index": "portfolio.measure.hhi",
    "grants.top_five.share": "portfolio.measure.top_five",
    "takeup.gini.index": "portfolio.measure.takeup_gini",
    "takeup.theil_total.index": "portfolio.measure.theil_total",
    "takeup.theil_between.index": "portfolio.measure.theil_between",
    "takeup.theil_within.index": "portfolio.measure.theil_within",
}
"""Rows of the table of concentration: indicator and the phrase that names it."""


@figure_of("calls")
def calls_figure(evidence: Evidence) -> Figure:
    """Applications, awards and money of each call."""
    words, table = evidence.words, portfolio.printable_calls(evidence)
    published = ["applications", "granted", "granted_amount"]
    nothing = words("portfolio.calls_none")
    if len(table) and not table[published].notna().any(axis=None):
        rows = [
            Call(row["call_id"], None, int(row["projects"]), as_float(row["money"]),
                 int(row["known"]), int(row["projects"]))
            for row in table.to_dict("records")
        ]  # fmt: skip
        chart = CallBars(rows, words=words, nothing=nothing)
        caption = words.markdown("portfolio.calls_register", N=evidence.funded)
        most = headlines.most_examined(table, evidence)
        return chart.figure(headlines.add_headline(words, "examined", most, caption))
    applied = sum(x for x in table["applications"] if x)
    rows = [Call(*row) for row in table[["call_id", *published]].to_numpy().tolist()]
    return CallBars(rows, words=words, nothing=nothing).figure(
        headlines.add_headline(
            words,
            "calls",
            headlines.most_applications(table, evidence),
            words.markdown("portfolio.calls", applications=applied),
        ),
        note=words.markdown("portfolio.calls_note"),
    )


@table_of("calls")
def calls_table(evidence: Evidence) -> Table:
    """What is published of each call, and how many of its projects are examined."""
    words = evidence.words
    columns = [
        Column("label", words("column.call"), width=50),
        Column("applications", words("portfolio.column.applications"), "count"),
        Column("granted", words("portfolio.column.granted"), "count"),
        Column("granted_amount", words("portfolio.column.awarded"), "money"),
        Column("appropriated_amount", words("portfolio.column.appropriated"), "money"),
        Column("projects", words("portfolio.column.examined"), "count", width=15),
    ]
    table = portfolio.printable_calls(evidence)
    filled = [column for column in columns if not len(table) or table[column.name].notna().any()]
    published = len(filled) > 2
    caption = "table_calls" if published else "table_calls_register"
    return Table(
        table,
        filled,
        words.markdown(f"portfolio.{caption}", **_known_grants(evidence)),
        words.language,
        note=" ".join(_call_notes(table, evidence)) if published else "",
    )


def _call_notes(table: pd.DataFrame, evidence: Evidence) -> list[str]:
    """What the columns mean, and why more projects may be examined than were awarded."""
    words = evidence.words
    notes = [words.markdown("portfolio.table_calls_note")]
    known = table[table["granted"].notna()]
    later = known[known["later"] > 0]
    more = known[(known["projects"] - known["later"]) > known["granted"].astype(float)]
    if len(later):
        calls = list_of(
            [f"{row['call_id']}: {int(row['later'])}" for row in later.to_dict("records")],
            words.language,
        )
        total = int(later["later"].sum())
        notes.append(words.markdown("portfolio.calls_later", later=total, calls=calls))
    if len(more):
        calls = list_of(more["call_id"].tolist(), words.language)
        notes.append(words.markdown("portfolio.calls_more", calls=calls))
    return notes


@figure_of("map")
def projects_map(evidence: Evidence) -> Figure:
    """Projects by the area of their lead."""
    words = evidence.words
    caption = words.markdown("portfolio.projects_map", N=evidence.funded)
    caption = headlines.add_headline(words, "projects", headlines.most_projects(evidence), caption)
    return _map(evidence, "projects", words("axis.projects"), 0).figure(caption)


@figure_of("map", "areas", "grants")
def takeup_map(evidence: Evidence) -> Figure:
    """Money per inhabitant by area."""
    words = evidence.words
    caption = words.markdown("portfolio.takeup_map", **_known_grants(evidence))
    caption = headlines.add_headline(words, "money", headlines.most_money(evidence), caption)
    heading, nothing = words("axis.money_per_inhabitant"), words("portfolio.no_money")
    chart = _map(evidence, "money_per_inhabitant", heading, 1, nothing)
    return chart.figure(caption, note=_allocation_note(evidence))


@table_of("map", "areas")
def regions_table(evidence: Evidence) -> Table:
    """Projects, reach and money by area, under every rule of allocation."""
    words = evidence.words
    shares = allocations.takeup_by_allocation(evidence)
    columns = [
        Column("label", words("column.region")),
        Column("projects", words("column.projects"), "count"),
        Column("reached", words("portfolio.column.reached"), "count"),
        Column("areas", words("portfolio.column.areas"), "count"),
        Column("money", words("column.money"), "money"),
        *(Column(rule, words(f"portfolio.column.{rule}"), "number") for rule in allocations.RULES),
    ]
    reach = {name: int(shares[name].sum()) for name in ("reached", "areas")}
    return Table(
        shares[shares["in_scope"]],
        columns,
        words.markdown("portfolio.table_regions", N=evidence.funded, **reach),
        words.language,
        note=_allocation_note(evidence),
    )


@figure_of("grants")
def lorenz_figure(evidence: Evidence, records: Sequence[Indicator]) -> Figure:
    """How evenly money falls to projects and to inhabitants."""
    words = evidence.words
    uneven = {record.key: record.value for record in records if record.key.endswith(".gini.index")}
    values: dict[str, Sequence[float]] = {
        "grants": portfolio.known_grants(evidence).tolist(),
        "takeup": takeup.inhabitant_slices(evidence),
    }
    curves = [
        Curve(words(f"portfolio.lorenz_{name}"), shares, uneven[f"{name}.gini.index"])
        for name, shares in values.items()
        if f"{name}.gini.index" in uneven
    ]

    def _head(caption: str) -> str:
        largest = headlines.largest_grants(records, evidence)
        told = words.markdown(caption, **_known_grants(evidence))
        return headlines.add_headline(words, "grants", largest, told)

    chart = Lorenz(
        curves,
        words("portfolio.axis_units" if len(curves) == len(values) else "portfolio.axis_projects"),
        words=words,
        nothing=words("portfolio.no_money"),
    )
    if len(curves) < len(values):
        return chart.figure(_head("portfolio.lorenz_projects"))
    rule = _allocation_note(evidence)
    return chart.figure(_head("portfolio.lorenz"), note=words("portfolio.lorenz_note", rule=rule))


@table_of("grants")
def concentration_table(evidence: Evidence, records: Sequence[Indicator]) -> Table:
    """Measures of concentration."""
    words = evidence.words
    notes = ["table_concentration_note"]
    if any(record.key.startswith("takeup.theil") for record in records):
        notes.append("theil_note")
    return Table(
        measure_table(records, CONCENTRATION, words),
        [
            Column("label", words("portfolio.column.measure")),
            Column("value", words("portfolio.column.value"), align="right"),
        ],
        words.markdown("portfolio.table_concentration", **_known_grants(evidence)),
        words.language,
        note=" ".join(words.markdown(f"portfolio.{name}") for name in notes),
    )


def _known_grants(evidence: Evidence) -> dict[str, str]:
    known, funded, words = len(portfolio.known_grants(evidence)), evidence.funded, evidence.words
    if known == funded > 0:
        return {"grants": words("portfolio.grants_all_known", N=funded)}
    return {"grants": words("portfolio.grants_known", N=funded, known=known)}


def _allocation_note(evidence: Evidence) -> str:
    words = evidence.words
    rule = words(f"allocation.{evidence.parameters.allocation}")
    return words.markdown("portfolio.allocation_note", rule=rule)


def _map(
    evidence: Evidence, column: str, heading: str, decimals: int, nothing: str = ""
) -> TileMap:
    language, frame = evidence.parameters.language, takeup.takeup_by_region(evidence)
    text: Callable[[float], str] = lambda value: number(value, language, decimals)  # noqa: E731
    tiles = [
        Tile(
            str(row["label"]),
            row["tile_row"],
            row["tile_column"],
            _value(row[column]),
            bool(row["in_scope"]),
        )
        for row in frame.to_dict("records")
    ]
    return TileMap(tiles, text, heading, words=evidence.words, nothing=nothing)


def _value(value: float) -> float | None:
    return None if pd.isna(value) else value

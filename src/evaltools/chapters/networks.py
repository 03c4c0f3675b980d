"""Chapter 05, figures and tables: who worked with whom, and was it new."""

from __future__ import annotations

from collections.abc import Sequence

from evaltools.chapters import headlines
from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.measure_table import measure_table
from evaltools.charts.bars import Part, Stack, Stacks
from evaltools.charts.figure import Figure
from evaltools.charts.maps import Heatmap, Panel
from evaltools.charts.palette import DEEP_BLUE
from evaltools.charts.table import Column, Table
from evaltools.evidence.selection import Evidence
from evaltools.i18n.numbers import Language, number, number_range
from evaltools.indicators import networks
from evaltools.indicators.indicator import Indicator

MEASURES = {
    "network.organisations.count": "networks.measure.organisations",
    "network.ties.count": "networks.measure.ties",
    "network.ties_new.share": "networks.measure.ties_new",
    "network.repeat.share": "networks.measure.repeat",
    "network.largest_component.share": "networks.measure.largest_component",
    "network.density.index": "networks.measure.density",
    "network.pair_density.index": "networks.measure.pair_density",
    "network.clustering.index": "networks.measure.clustering",
    "network.clustering_null.index": "networks.measure.clustering_null",
}
"""Rows of the table of the network: indicator and the phrase that names it."""


@figure_of("participations")
def partners_figure(evidence: Evidence) -> Figure:
    """How many organisations have so many partners."""
    words, language = evidence.words, evidence.parameters.language
    rows = [
        Stack(words("networks.partner_range", range=_range(low, high, language)), (count,))
        for low, high, count in networks.partner_counts(evidence)
    ]
    return Stacks(
        rows,
        [Part(words("networks.organisations"), DEEP_BLUE)],
        words("networks.organisations"),
        shares=False,
        sort=False,
        words=words,
        nothing=words("networks.nothing"),
    ).figure(
        headlines.add_headline(
            words,
            "partners",
            headlines.partner_numbers(evidence),
            words.markdown("networks.partners", **_sizes(evidence)),
        ),
        note=words.markdown("networks.partners_note"),
    )


@figure_of("participations", "map")
def region_ties_figure(evidence: Evidence) -> Figure:
    """Ties within areas and between them."""
    words, (labels, counts) = evidence.words, networks.ties_between_areas(evidence)
    nothing = words("networks.one_area" if len(labels) == 1 else "networks.nothing")
    panels = [Panel(words("networks.ties"), counts)] if len(labels) > 1 else []
    known = sum(counts[i][j] or 0 for i in range(len(counts)) for j in range(i + 1))
    chart = Heatmap(
        panels, labels, labels, diagonal=words("networks.within"), words=words, nothing=nothing
    )
    return chart.figure(
        headlines.add_headline(
            words,
            "ties",
            headlines.ties_within(counts, evidence),
            words.markdown("networks.areas", ties=len(networks.pairs(evidence)), known=known),
        ),
        note=words.markdown("networks.areas_note"),
    )


@table_of("participations")
def network_table(evidence: Evidence, records: Sequence[Indicator]) -> Table:
    """Measures of the network."""
    words = evidence.words
    measures, notes = dict(MEASURES), ["tie", "new", "random"]
    if not evidence.has("prior_ties"):
        del measures["network.ties_new.share"]
        notes.remove("new")
    return Table(
        measure_table(records, measures, words),
        [
            Column("label", words("networks.column.measure")),
            Column("value", words("networks.column.value"), align="right"),
            Column("count", words("networks.column.of"), align="right"),
        ],
        words.markdown("networks.table", **_sizes(evidence)),
        words.language,
        note=" ".join(words.markdown(f"networks.table_note_{name}") for name in notes),
    )


def _range(low: int, high: int, language: Language) -> str:
    return number_range(low, high, language) if high > low else number(low, language)


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"organisations": len(networks.organisations(evidence)), "projects": evidence.funded}

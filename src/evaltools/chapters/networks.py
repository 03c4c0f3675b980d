"""Chapter 05, figures and tables: who worked with whom, and was it new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaltools.chapters.absence import figure_of, table_of
from evaltools.chapters.measures import measure_table
from evaltools.chapters.themes import words_of
from evaltools.charts.distributions import Histogram
from evaltools.charts.figure import Figure
from evaltools.charts.network_graph import Network, Organisation
from evaltools.charts.table import Column, Table
from evaltools.indicators import networks
from evaltools.indicators.indicator import Indicator

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

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
COLORS = 3
"""Groups of organisations that a network tells apart."""


@figure_of("participations")
def network_figure(evidence: Evidence) -> Figure:
    """Organisations and projects, tied by taking part."""
    words = words_of(evidence)
    shown, ties = networks.drawable_network(evidence)
    groups = kind_groups(evidence)
    members = [
        Organisation(str(org_id), str(name), groups.get(kind, words("networks.group.other")))
        for org_id, name, kind in shown[["org_id", "name", "kind"]].to_numpy().tolist()
    ]
    note = words.markdown("networks.network_note")
    if alone := len(networks.organisations(evidence)) - len(shown):
        note += f" {words.markdown('networks.alone', count=alone)}"
    chart = Network(
        members,
        list(zip(ties["org_id"], ties["project_id"], strict=True)),
        words=words,
        nothing=words("networks.nothing"),
    )
    return chart.figure(words.markdown("networks.network", **_sizes(evidence)), note=note)


@table_of("participations")
def network_table(evidence: Evidence, records: Sequence[Indicator]) -> Table:
    """Measures of the network."""
    words = words_of(evidence)
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


@figure_of("participations")
def clustering_figure(evidence: Evidence) -> Figure:
    """Clustering observed, against that of random networks."""
    words, found = words_of(evidence), networks.clustering(evidence)
    draws = [] if found.null is None else list(found.null.values)
    return Histogram(
        draws,
        found.observed,
        words("networks.axis_clustering"),
        decimals=3,
        words=words,
        nothing=words("networks.no_clustering"),
    ).figure(
        words.markdown("networks.clustering", draws=len(draws), **_sizes(evidence)),
        note=words.markdown("networks.clustering_note"),
    )


def kind_groups(evidence: Evidence) -> dict[str, str]:
    """Kinds of organisations that have a colour of their own; all where there are few, else two."""
    words, kinds = evidence.words, list(evidence.vocabulary.organisation_kinds)
    named = kinds if len(kinds) <= COLORS else kinds[: COLORS - 1]
    return {kind: words(f"organisation_kind.{kind}") for kind in named}


def _sizes(evidence: Evidence) -> dict[str, int]:
    return {"organisations": len(networks.organisations(evidence)), "projects": evidence.funded}

"""Chapter 05: who took part with whom, whether they had before, and whether groups closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

import networkx as nx
import numpy as np
import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import lacks, map_dimension
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.shares import count_record, number_record, plain_share
from evaltools.statistics import networks

DRAWS, SEED = 10_000, 2019
"""Of the random networks: so many that another seed does not change what is printed, unless the
chance of a printed step lies within 1.5 percentage points of a half. The seed is arbitrary; it was
chosen before any network was drawn."""
NO_PATH = "no project shares an organisation with another"
NO_CHANCE = "random networks have no clustering to compare with"
_SOURCE = "evaltools.indicators.networks"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter."""
    if lacks(evidence, "participations"):
        return []
    return [*structure(evidence), *ties(evidence), *clustering_records(evidence)]


def membership(evidence: Evidence) -> pd.DataFrame:
    """Who takes part in which project, a row a pair, sorted; a vendor sells to it and does not."""
    taking = evidence.participations
    taking = taking[(taking["role"] != "vendor").to_numpy(dtype=bool)]
    columns = ["project_id", "org_id", "kind"]
    frame = pd.DataFrame({column: taking[column].astype(str) for column in columns})
    return (
        frame.drop_duplicates(["project_id", "org_id"])
        .sort_values(["project_id", "org_id"])
        .reset_index(drop=True)
    )


def pairs(evidence: Evidence) -> pd.DataFrame:
    """Pairs of organisations that share a project, and whether they had worked together before.

    Returns:
        Sorted: `org_a`, `org_b` (the lower identifier first), `projects` (how many they share),
        `new` (no tie in the comparison register from a year before their first decision here).
    """
    shared = membership(evidence)
    both = shared.merge(shared, on="project_id", suffixes=("_a", "_b"))
    both = both[both["org_id_a"] < both["org_id_b"]]
    years = pd.Series(
        evidence.projects["decided"].dt.year.to_numpy(dtype=float),
        index=evidence.projects["project_id"].astype(str),
    )
    both = both.assign(year=both["project_id"].map(years))
    table = both.groupby(["org_id_a", "org_id_b"], as_index=False).agg(
        projects=("project_id", "nunique"), year=("year", "min")
    )
    prior = evidence.tables["prior_ties"]
    ends = np.sort(
        np.column_stack([prior["org_a"].astype(str), prior["org_b"].astype(str)]).astype(object),
        axis=1,
    )
    before = pd.DataFrame(
        {"org_id_a": ends[:, 0], "org_id_b": ends[:, 1], "before": prior["year"].astype(float)}
    ).groupby(["org_id_a", "org_id_b"], as_index=False)["before"].min()  # fmt: skip
    table = table.merge(before, on=["org_id_a", "org_id_b"], how="left")
    table["new"] = ~(table["before"] < table["year"])
    table = table.rename(columns={"org_id_a": "org_a", "org_id_b": "org_b"})
    return table[["org_a", "org_b", "projects", "new"]].sort_values(
        ["org_a", "org_b"], ignore_index=True
    )


def organisations(evidence: Evidence) -> pd.DataFrame:
    """Organisations that take part, most projects first, then most partners, then by identifier.

    Returns:
        `org_id`, `name` (in Swedish where the report is and it has one), `kind`, `projects`,
        `partners` (different organisations it shares a project with), `component` (number of
        its connected group, the largest 1).
    """
    shared, tied = membership(evidence), pairs(evidence)
    table = shared.groupby("org_id", as_index=False).agg(
        kind=("kind", "first"), projects=("project_id", "nunique")
    )
    ends = pd.concat([tied["org_a"], tied["org_b"]]).value_counts()
    table["partners"] = table["org_id"].map(ends).astype(float).fillna(0).astype(int)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(table["org_id"])
    graph.add_edges_from(zip(tied["org_a"], tied["org_b"], strict=True))
    groups = sorted(
        (sorted(group) for group in nx.connected_components(graph)),
        key=lambda group: (-len(group), group[0]),
    )
    number = {org: index for index, group in enumerate(groups, 1) for org in group}
    table["component"] = table["org_id"].map(number).astype(int)
    table["name"] = table["org_id"].map(_names(evidence)).fillna(table["org_id"])
    columns = ["org_id", "name", "kind", "projects", "partners", "component"]
    return table[columns].sort_values(
        ["projects", "partners", "org_id"], ascending=[False, False, True], ignore_index=True
    )


PARTNERS = ((0, 0), (1, 2), (3, 5), (6, 10), (11, 20))
"""Numbers of partners that are counted together; what is above has a class of its own."""


def partner_counts(evidence: Evidence) -> list[tuple[int, int, int]]:
    """How many organisations have from so many to so many partners, up to the most that any has."""
    partners = organisations(evidence)["partners"]
    if not len(partners) or not partners.max():
        return []
    most = int(partners.max())
    classes = [(low, min(high, most)) for low, high in PARTNERS if low <= most]
    if most > PARTNERS[-1][1]:
        classes.append((PARTNERS[-1][1] + 1, most))
    return [(low, high, int(partners.between(low, high).sum())) for low, high in classes]


def ties_between_areas(evidence: Evidence) -> tuple[list[str], list[list[int | None]]]:
    """Labels of the areas on the map, and of each two how many ties they have with each other.

    On the diagonal are ties within an area. A tie of an organisation without an area, and an
    area without any tie, are left out; the areas with most ties come first.
    """
    found, tied, table = map_dimension(evidence), pairs(evidence), evidence.tables["organisations"]
    if found is None or found.map is None or found.column not in table or not len(tied):
        return [], []
    codes = table[found.column].astype("string").to_numpy()
    area = pd.Series(codes, index=table["org_id"].astype(str)).dropna()
    both = pd.DataFrame({end: tied[f"org_{end}"].map(area) for end in ("a", "b")}).dropna()
    counts: Counter[frozenset[str]] = Counter(
        frozenset(pair) for pair in both.itertuples(index=False, name=None)
    )
    total: Counter[str] = Counter()
    for pair, count in counts.items():
        for end in pair:
            total[end] += count
    areas, name = evidence.tables[found.map], f"name_{evidence.parameters.language}"
    labels = areas[name if name in areas else found.column].astype(str)
    names = dict(zip(areas[found.column].astype(str), labels, strict=True))
    order = sorted(total, key=lambda code: (-total[code], code))
    matrix: list[list[int | None]] = [
        [counts.get(frozenset((one, other)), 0) for other in order] for one in order
    ]
    return [names.get(code, code) for code in order], matrix


@dataclass(frozen=True)
class Clustering:
    """Clustering of the network, and of random ones in which everyone has as many ties.

    Arguments:
        observed: Robins-Alexander clustering; None where no path of three steps exists.
        null: of the random networks; None where `observed` is.
    """

    observed: float | None
    null: networks.RewiredClustering | None


def clustering(evidence: Evidence) -> Clustering:
    """Whether organisations that meet once meet again more often than chance would have it."""
    graph = _graph(evidence)
    ties = tuple((top[1], bottom[1]) for top, bottom in graph.edges)
    return Clustering(networks.robins_alexander(graph), _random_networks(ties, DRAWS, SEED))


def structure(evidence: Evidence) -> list[Indicator]:
    """Size and connectedness.

    Returns:
        `network.organisations.count`; `network.density.index` (of the two-mode network),
        `network.pair_density.index` (pairs of organisations that share a project, of all
        pairs); `network.largest_component.share` of the organisations.
    """
    source, graph = f"{_SOURCE}.structure", _graph(evidence)
    table = organisations(evidence)
    n = len(table)
    largest = int((table["component"] == 1).sum())
    return [
        count_record("network.organisations.count", n, source),
        number_record(
            "network.density.index", networks.density(graph), "index", source, n=n,
            why="no organisation takes part",
        ),
        number_record(
            "network.pair_density.index", networks.projection_density(graph), "index", source, n=n,
            why="fewer than two organisations",
        ),
        plain_share("network.largest_component.share", largest, n, source),
    ]  # fmt: skip


def ties(evidence: Evidence) -> list[Indicator]:
    """Pairs that share a project: how many, how many for the first time, how many repeatedly.

    Returns:
        `network.ties.count`; `network.ties_new.share` of them, None without a comparison
        register, since then only taking part together can be told; `network.repeat.share`, of
        them that share several projects.
    """
    source, table = f"{_SOURCE}.ties", pairs(evidence)
    n = len(table)
    new, of, note = int(table["new"].sum()), n, ""
    if evidence.tables["prior_ties"].empty:
        new, of, note = 0, 0, "there is no register of earlier ties"
    repeated = int((table["projects"] > 1).sum())
    return [
        count_record("network.ties.count", n, source),
        plain_share("network.ties_new.share", new, of, source, note=note),
        plain_share("network.repeat.share", repeated, n, source),
    ]


def clustering_records(evidence: Evidence) -> list[Indicator]:
    """Clustering observed, the middle and middle 95 % of random networks, and the ratio of both."""
    source, found = f"{_SOURCE}.clustering", clustering(evidence)
    n, null = len(organisations(evidence)), found.null
    values: tuple[float | None, ...] = (None, None, None)
    if null is not None:
        ratio = found.observed / null.median if found.observed is not None and null.median else None
        values = (found.observed, null.median, ratio)
    names = ("clustering", "clustering_null", "clustering_ratio")
    observed, random, against = (
        number_record(f"network.{name}.index", value, "index", source, n=n, why=NO_PATH)
        for name, value in zip(names, values, strict=True)
    )
    if null is not None:
        random = replace(
            random, low=null.low, high=null.high, method="rewired", level=0.95,
            note=f"{DRAWS} random networks with the same degrees, seed {SEED}",
        )  # fmt: skip
    if null is not None and not null.median:
        against = replace(against, note=NO_CHANCE)
    return [observed, random, against]


def _graph(evidence: Evidence) -> nx.Graph[tuple[str, str]]:
    shared = membership(evidence)
    return networks.bipartite_graph(zip(shared["org_id"], shared["project_id"], strict=True))


@lru_cache(maxsize=1)
def _random_networks(
    ties: tuple[tuple[str, str], ...], draws: int, seed: int
) -> networks.RewiredClustering | None:
    """Clustering of random networks, which the records and the figure share."""
    return networks.rewired_clustering(networks.bipartite_graph(ties), draws, seed)


def _names(evidence: Evidence) -> pd.Series:
    table = evidence.tables["organisations"]
    names = table["name_fi"].astype("string")
    if evidence.parameters.language == "sv":
        names = table["name_sv"].astype("string").fillna(names)
    return names.astype(object).set_axis(table["org_id"].astype(str))

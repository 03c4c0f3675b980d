"""Two-mode networks: who takes part in what, and whether ties close into groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

SWAPS_PER_EDGE = 10
"""Attempted swaps for every edge; enough for a chain to forget where it started."""

CHAINS = 200
"""Chains that step together. More draws than chains are taken from each, an attempt for every
edge apart, which costs a tenth of a chain of its own."""

Node = tuple[str, str]
Ints = NDArray[np.int64]

if TYPE_CHECKING:
    Graph: TypeAlias = nx.Graph[Node]


@dataclass(frozen=True)
class RewiredClustering:
    """Clustering of random networks in which everyone keeps the number of ties they have.

    Arguments:
        values: one a draw, sorted, shape (draws,).
        median, low, high: middle, and the limits of the middle 95 %.
    """

    values: NDArray[np.float64]
    median: float
    low: float
    high: float


def bipartite_graph(pairs: Iterable[tuple[str, str]]) -> Graph:
    """Network of two kinds of nodes, with an edge for every different pair.

    Arguments:
        pairs: (organisation, project); the same pair may come twice.

    Returns:
        A graph whose nodes are ("top", organisation) and ("bottom", project), so that the two
        may share names, added in sorted order, with `bipartite` 0 and 1.
    """
    edges = sorted({(str(top), str(bottom)) for top, bottom in pairs})
    graph: Graph = nx.Graph()
    graph.add_nodes_from(sorted({("top", top) for top, _ in edges}), bipartite=0)
    graph.add_nodes_from(sorted({("bottom", bottom) for _, bottom in edges}), bipartite=1)
    graph.add_edges_from((("top", top), ("bottom", bottom)) for top, bottom in edges)
    return graph


def density(graph: Graph) -> float | None:
    """Edges over the possible ones, |E| / (n m); None without nodes.

    Source: Borgatti and Everett 1997, doi:10.1016/S0378-8733(96)00301-2.
    """
    tops, bottoms = _sides(graph)
    return float(nx.bipartite.density(graph, tops)) if tops and bottoms else None


def projection(graph: Graph) -> Graph:
    """Network of the top nodes, tied when they share a bottom node; `weight` is how many."""
    tops, _ = _sides(graph)
    result: Graph = nx.Graph()
    if not tops:
        return result
    result.add_nodes_from(tops)
    shared = nx.bipartite.weighted_projected_graph(graph, tops)
    # networkx goes through sets of names, whose order differs from process to process.
    ties = sorted((min(edge), max(edge)) for edge in shared.edges)
    result.add_weighted_edges_from((a, b, int(shared[a][b]["weight"])) for a, b in ties)
    return result


def projection_density(graph: Graph) -> float | None:
    """Pairs of top nodes that share a bottom node, over all pairs; None below two top nodes."""
    projected = projection(graph)
    return float(nx.density(projected)) if projected.number_of_nodes() > 1 else None


def robins_alexander(graph: Graph) -> float | None:
    """Share of three-step paths that close into a four-cycle; None without such a path.

    In words: of two organisations that have met once through a chain, how often they meet twice.
    Source: Robins and Alexander 2004, doi:10.1023/B:CMOT.0000032580.12184.c0.
    """
    matrix = biadjacency(graph)
    paths = _three_paths(matrix)
    rows, columns = np.nonzero(matrix)
    return float(4 * _four_cycles(rows, columns[None, :])[0] / paths) if paths else None


def centralities(graph: Graph) -> pd.DataFrame:
    """Degree and betweenness of every node, scaled for two-mode networks, 0 to 1.

    Returns:
        Columns side (`top`, `bottom`), node, degree, betweenness; most central first, then by
        name; empty for an empty graph.

    Source: Borgatti and Everett 1997, doi:10.1016/S0378-8733(96)00301-2.
    """
    columns = ["side", "node", "degree", "betweenness"]
    tops, bottoms = _sides(graph)
    if not tops or not bottoms:
        return pd.DataFrame(columns=columns)
    degree = nx.bipartite.degree_centrality(graph, tops)
    paths = nx.betweenness_centrality(graph, normalized=False)
    most = {
        "top": _most_between(len(tops), len(bottoms)),
        "bottom": _most_between(len(bottoms), len(tops)),
    }
    # Where nothing could lie between, nothing does.
    between = {node: paths[node] / (most[node[0]] or 1.0) for node in tops + bottoms}
    rows = [(side, name, degree[side, name], between[side, name]) for side, name in tops + bottoms]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(
        ["degree", "side", "node"], ascending=[False, False, True], kind="stable"
    ).reset_index(drop=True)


def _most_between(own: int, other: int) -> float:
    """Betweenness that a node can have at most, with so many on its own side and on the other.

    Source: Borgatti and Everett 1997, doi:10.1016/S0378-8733(96)00301-2.
    """
    s, t = divmod(own - 1, other)
    return (other**2 * (s + 1) ** 2 + other * (s + 1) * (2 * t - s - 1) - t * (2 * s - t + 3)) / 2


def rewired_clustering(graph: Graph, draws: int = 200, seed: int = 0) -> RewiredClustering | None:
    """Robins-Alexander clustering of random networks with the same degrees.

    Draws are taken from `CHAINS` chains that start from the network and first attempt
    `SWAPS_PER_EDGE` swaps an edge: two edges exchange their ends unless that would double an
    edge. Counting refused swaps as steps makes all networks with these degrees equally likely.

    Arguments:
        graph: as of `bipartite_graph`.
        draws: number of random networks, at least 1.
        seed: of the random generator.

    Returns:
        The clustering of the draws, or None where the network has no three-step path.

    Source: Gotelli 2000, doi:10.1890/0012-9658(2000)081[2606:NMAOSC]2.0.CO;2, model with both
    margins fixed.
    """
    if draws < 1:
        raise ValueError(f"at least one draw is needed, not {draws}")
    matrix = biadjacency(graph)
    paths = _three_paths(matrix)
    if not paths:
        return None
    rows, _ = np.nonzero(matrix)
    cycles = [_four_cycles(rows, ends) for ends in _rewired(matrix, draws, seed)]
    values = np.sort(4 * np.concatenate(cycles)[:draws] / paths)
    low, median, high = (float(q) for q in np.quantile(values, [0.025, 0.5, 0.975]))
    return RewiredClustering(values, median, low, high)


def biadjacency(graph: Graph) -> Ints:
    """Top by bottom nodes, 1 where they are tied, both in sorted order."""
    tops, bottoms = _sides(graph)
    if not tops or not bottoms:
        return np.zeros((len(tops), len(bottoms)), dtype=np.int64)
    matrix = nx.bipartite.biadjacency_matrix(graph, tops, bottoms, weight=None)
    return np.asarray(matrix.toarray(), dtype=np.int64)


def _sides(graph: Graph) -> tuple[list[Node], list[Node]]:
    nodes = list(graph.nodes)
    return (
        sorted(node for node in nodes if node[0] == "top"),
        sorted(node for node in nodes if node[0] == "bottom"),
    )


def _three_paths(matrix: Ints) -> int:
    top_degree, bottom_degree = matrix.sum(axis=1), matrix.sum(axis=0)
    return int((matrix * np.outer(top_degree - 1, bottom_degree - 1)).sum())


def _four_cycles(rows: Ints, ends: Ints) -> Ints:
    """Number of four-cycles of each network.

    Arguments:
        rows: top node of each edge, sorted, shape (edges,).
        ends: bottom node of each edge in each network, shape (draws, edges).

    Returns:
        Shape (draws,). Two bottom nodes that share c top nodes make c (c - 1) / 2 cycles. Counted
        in whole numbers, since many small matrix products on a busy machine wait for each other.
    """
    draws, size = len(ends), int(ends.max(initial=0)) + 1
    first, second = np.nonzero(np.triu(rows[:, None] == rows[None, :], 1))
    low = np.minimum(ends[:, first], ends[:, second])
    high = np.maximum(ends[:, first], ends[:, second])
    pairs = (np.arange(draws)[:, None] * size + low) * size + high
    code, shared = np.unique(pairs, return_counts=True)
    cycles = np.zeros(draws, dtype=np.int64)
    np.add.at(cycles, code // size**2, shared * (shared - 1) // 2)
    return cycles


def _rewired(matrix: Ints, draws: int, seed: int) -> Iterator[Ints]:
    """Bottom node of each edge after rewiring, shape (chains, edges), until draws are enough.

    Edges are in the order of `np.nonzero(matrix)` and keep their top node. All chains step
    together.
    """
    rng = np.random.default_rng(seed)
    n, m = matrix.shape
    rows, columns = np.nonzero(matrix)
    edges, chains = len(rows), min(draws, CHAINS)
    taken = np.repeat(matrix.astype(bool).reshape(1, -1), chains, axis=0).ravel()
    ends = np.repeat(columns[None, :], chains, axis=0).ravel()
    chain, offset = np.arange(chains) * edges, np.arange(chains) * n * m
    for sweep in range(1, SWAPS_PER_EDGE + ceil(draws / chains)):
        for pair in rng.integers(0, edges, (edges, 2, chains)):
            first, second = chain + pair[0], chain + pair[1]
            left, right = offset + rows[pair[0]] * m, offset + rows[pair[1]] * m
            x, y = ends[first], ends[second]
            swap = ~(taken[left + y] | taken[right + x])
            left, right, x, y = left[swap], right[swap], x[swap], y[swap]
            taken[left + x] = taken[right + y] = False
            taken[left + y] = taken[right + x] = True
            ends[first[swap]], ends[second[swap]] = y, x
        if sweep >= SWAPS_PER_EDGE:
            yield ends.reshape(chains, edges).copy()

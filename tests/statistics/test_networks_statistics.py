"""Two-mode networks: the Southern Women of Davis, Gardner and Gardner 1941, and small ones."""

import itertools
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics import networks


@pytest.fixture(scope="module")
def davis():
    source = nx.davis_southern_women_graph()
    women = source.graph["top"]
    return networks.bipartite_graph((w, e) for w in women for e in source[w])


def test_southern_women(davis):
    assert davis.number_of_edges() == 89
    assert networks.density(davis) == pytest.approx(0.35317, abs=5e-6)
    projected = networks.projection(davis)
    assert projected.number_of_edges() == 139
    assert sum(weight for *_, weight in projected.edges.data("weight")) == 322
    assert networks.projection_density(davis) == pytest.approx(0.9085, abs=5e-5)
    assert networks.robins_alexander(davis) == pytest.approx(0.46776, abs=5e-6)


def test_central_southern_women(davis):
    # Borgatti and Everett 1997, Social Networks 19:243-269.
    table = networks.centralities(davis).set_index("node")
    assert table.loc["Theresa Anderson", "degree"] == pytest.approx(0.571, abs=5e-4)
    assert table.loc["E8", "degree"] == pytest.approx(0.778, abs=5e-4)
    assert table.loc["Evelyn Jefferson", "betweenness"] == pytest.approx(0.097, abs=5e-4)
    assert table.loc["E8", "betweenness"] == pytest.approx(0.244, abs=5e-4)


def test_four_cycle_closes_every_path_and_a_path_none():
    square = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]
    assert networks.robins_alexander(networks.bipartite_graph(square)) == 1
    assert networks.robins_alexander(networks.bipartite_graph(square[:3])) == 0


def test_names_of_the_two_sides_may_coincide():
    graph = networks.bipartite_graph([("x", "x"), ("y", "x"), ("x", "x")])
    assert graph.number_of_nodes() == 3
    assert graph.number_of_edges() == 2


def test_nothing_to_measure_is_none():
    empty = networks.bipartite_graph([])
    star = networks.bipartite_graph([("a", "1"), ("b", "1")])
    assert networks.density(empty) is None
    assert networks.projection_density(empty) is None
    assert networks.robins_alexander(empty) is None
    assert networks.centralities(empty).empty
    assert networks.robins_alexander(star) is None
    assert networks.rewired_clustering(star) is None
    assert networks.projection_density(star) == 1


pairs = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("12345")), max_size=20)


@given(pairs)
def test_clustering_agrees_with_networkx_under_any_names(edges):
    graph = networks.bipartite_graph(edges)
    found = networks.robins_alexander(graph)
    assert (found or 0) == pytest.approx(nx.bipartite.robins_alexander_clustering(graph))
    renamed = networks.bipartite_graph((f"z{ord('z') - ord(a)}", f"p{b}") for a, b in edges)
    assert networks.robins_alexander(renamed) == found


def drawn_matrices(matrix, draws, seed):
    rows, _ = np.nonzero(matrix)
    every = itertools.chain.from_iterable(networks._rewired(matrix, draws, seed))
    for ends in itertools.islice(every, draws):
        drawn = np.zeros_like(matrix)
        np.add.at(drawn, (rows, ends), 1)
        yield drawn


@given(pairs, st.integers(0, 99))
def test_rewiring_keeps_everyones_number_of_ties(edges, seed):
    matrix = networks.biadjacency(networks.bipartite_graph(edges))
    if not matrix.size:
        return
    for drawn in drawn_matrices(matrix, 5, seed):
        assert (drawn.sum(axis=0) == matrix.sum(axis=0)).all()
        assert (drawn.sum(axis=1) == matrix.sum(axis=1)).all()
        assert drawn.max() <= 1


def test_rewiring_draws_every_network_of_the_same_degrees_equally_often():
    # Three by three with two ties each: the complements of the six permutations.
    matrix = 1 - np.eye(3, dtype=np.int64)
    expected = {
        (1 - np.eye(3, dtype=np.int64)[list(order)]).tobytes()
        for order in itertools.permutations(range(3))
    }
    seen = Counter(drawn.tobytes() for drawn in drawn_matrices(matrix, 6000, 1))
    assert set(seen) == expected
    assert all(abs(count - 1000) < 150 for count in seen.values())


def test_null_is_the_same_for_a_seed_and_encloses_its_middle(davis):
    first = networks.rewired_clustering(davis, 100, seed=7)
    again = networks.rewired_clustering(davis, 100, seed=7)
    assert (first.values == again.values).all()
    assert first.low <= first.median <= first.high
    assert not (first.values == networks.rewired_clustering(davis, 100, seed=8).values).all()


def test_closed_groups_cluster_more_than_chance():
    groups = [
        (f"m{group}{member}", f"p{group}{project}")
        for group, member, project in itertools.product(range(6), range(3), range(3))
    ]
    graph = networks.bipartite_graph(groups)
    assert networks.robins_alexander(graph) == 1
    assert networks.rewired_clustering(graph, 50, seed=1).high < 0.5


def test_at_least_one_draw(davis):
    with pytest.raises(ValueError, match="draw"):
        networks.rewired_clustering(davis, 0)


@pytest.mark.parametrize(
    ("ties", "between"),
    [
        ([("p1", "a")], {"p1": 0, "a": 0}),
        ([("p1", "a"), ("p1", "b")], {"p1": 1, "a": 0, "b": 0}),
        ([("p1", "a"), ("p2", "a")], {"p1": 0, "p2": 0, "a": 1}),
    ],
)
def test_one_node_on_a_side_has_centralities_too(ties, between):
    table = networks.centralities(networks.bipartite_graph(ties)).set_index("node")
    assert table["degree"].tolist() == [1.0] * len(table)
    assert table["betweenness"].to_dict() == between

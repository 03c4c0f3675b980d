"""Places for the nodes of a network: every component laid out, then packed on the sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt

Node = tuple[str, str]
"""Kind of node and its name."""
Places = dict[Node, tuple[float, float]]
_GAP = 12.0


def places(
    graph: nx.Graph[Node],
    radii: Mapping[Node, float],
    width: float,
    tallest: float,
    seed: int,
) -> tuple[Places, float]:
    """Lay out a graph within a width.

    Components stand beside each other on shelves, largest first, with an area after their
    number of nodes. Nodes come apart by at least their radii.

    Arguments:
        graph: nodes that can be sorted by their text.
        radii: of each node, points.
        width: of the sheet, points.
        tallest: height that should not be passed, points.
        seed: of the layout; the same seed gives the same picture.

    Returns:
        Places of the nodes from the top left corner, points, and the height taken.
    """
    components = sorted(
        (sorted(part, key=str) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), str(part[0])),
    )
    shapes = [_shape(graph, part, seed) for part in components]
    spacing = 30.0
    while True:
        boxes = [_box(len(part), spacing, width) for part in components]
        corners, height = _shelves(boxes, width)
        if height <= tallest or spacing < 9:
            break
        spacing *= 0.93
    found: Places = {}
    for part, shape, box, corner in zip(components, shapes, boxes, corners, strict=True):
        own = np.array([radii[node] for node in part])
        for node, (x, y) in zip(part, _fit(shape, own, box), strict=True):
            # Rounded, so that the last bits of a processor do not reach the picture.
            found[node] = (round(corner[0] + x, 1), round(corner[1] + y, 1))
    return found, height


def _shape(graph: nx.Graph[Node], part: Sequence[Node], seed: int) -> npt.NDArray[np.float64]:
    """Layout of one component in the unit square, shape (n, 2), wider than tall."""
    if len(part) == 1:
        return np.array([[0.5, 0.5]])
    own: nx.Graph[Node] = nx.Graph()
    own.add_nodes_from(part)
    position = {node: place for place, node in enumerate(part)}
    pairs = [
        (first, second) if position[first] < position[second] else (second, first)
        for first, second in graph.subgraph(part).edges
    ]
    own.add_edges_from(sorted(pairs, key=lambda pair: (position[pair[0]], position[pair[1]])))
    laid = nx.spring_layout(
        own,
        pos=_start(own, part),
        seed=seed,
        iterations=120,
        k=1.6 / len(part) ** 0.5,
    )
    shape = np.array([laid[node] for node in part], dtype=np.float64)
    centred = shape - shape.mean(axis=0)
    covariance = centred.T @ centred
    angle = 0.5 * np.arctan2(2 * covariance[0, 1], covariance[0, 0] - covariance[1, 1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shape = centred @ turn
    extent = np.ptp(shape, axis=0)
    extent[extent < 1e-6] = 1.0
    return np.asarray((shape - shape.min(axis=0)) / extent)


def _start(graph: nx.Graph[Node], part: Sequence[Node]) -> Places:
    """Where the layout begins: rings by distance from the node with most ties."""
    centre = max(part, key=lambda node: (graph.degree(node), str(node)))
    distance = nx.single_source_shortest_path_length(graph, centre)
    order = list(nx.dfs_preorder_nodes(graph, centre))
    start: Places = {}
    for place, node in enumerate(order):
        angle = 2 * np.pi * place / len(order)
        radius = distance[node]
        start[node] = (float(radius * np.cos(angle)), float(radius * np.sin(angle)))
    return start


def _box(nodes: int, spacing: float, width: float) -> tuple[float, float]:
    """Width and height of a component's box."""
    if nodes == 1:
        return spacing, spacing * 0.8
    if nodes == 2:
        return spacing * 1.5, spacing * 0.8
    area = nodes * min(spacing, 26.0 if nodes < 8 else spacing) ** 2
    wide = min(width, (area * 1.9) ** 0.5)
    return wide, max(area / wide, spacing * 0.8)


def _shelves(
    boxes: Sequence[tuple[float, float]], width: float
) -> tuple[list[tuple[float, float]], float]:
    """Top left corners of boxes put on shelves from the left, and the height of all."""
    corners: list[tuple[float, float]] = []
    x = y = shelf = 0.0
    row: list[int] = []
    heights = [box[1] for box in boxes]
    for place, (wide, tall) in enumerate(boxes):
        if x > 0 and x + wide > width:
            _centre(corners, row, heights, y, shelf)
            x, y, shelf, row = 0.0, y + shelf + _GAP, 0.0, []
        corners.append((x, y))
        row.append(place)
        x += wide + _GAP
        shelf = max(shelf, tall)
    _centre(corners, row, heights, y, shelf)
    return corners, y + shelf


def _centre(
    corners: list[tuple[float, float]],
    row: Sequence[int],
    heights: Sequence[float],
    y: float,
    shelf: float,
) -> None:
    """Centre the boxes of a shelf on its height."""
    for place in row:
        corners[place] = (corners[place][0], y + (shelf - heights[place]) / 2)


def _fit(
    shape: npt.NDArray[np.float64], radii: npt.NDArray[np.float64], box: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Stretch a layout into its box and push nodes apart that would touch."""
    margin = radii.max() + 1
    room = np.maximum(np.array(box) - 2 * margin, 1.0)
    at = margin + shape * room
    if len(at) == 1:
        return np.array([[box[0] / 2, box[1] / 2]])
    least = radii[:, None] + radii[None, :] + 2.5
    for _ in range(60):
        apart = at[:, None, :] - at[None, :, :]
        distance = np.sqrt((apart**2).sum(axis=2))
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(least - distance, 0.0)
        if not (overlap > 1e-3).any():
            break
        # Nodes at one place go apart by their order.
        same = distance < 1e-6
        apart[same] = np.array([1.0, 0.5])
        apart[np.tril(same)] *= -1
        distance[same] = 1.0
        pushed = at + (apart / distance[:, :, None] * overlap[:, :, None] * 0.5).sum(axis=1)
        at = np.clip(pushed, margin, np.array(box) - margin).astype(np.float64)
    return np.asarray(at, dtype=np.float64)

"""Who takes part in what: organisations and projects, tied by participation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import DIRECT, Canvas
from evaltools.charts.chart import Chart
from evaltools.charts.layout import EDGE, INNER, Entry, Key
from evaltools.charts.style import DEEP_BLUE, GREY, INK, OCHRE, PAPER, SMALL, TEAL, TEXT_WIDTH
from evaltools.charts.text_metrics import clean, width
from evaltools.i18n.numbers import number

Node = tuple[str, str]
"""Kind of node and its name."""
Places = dict[Node, tuple[float, float]]
_GAP = 12.0
_COLORS = (DEEP_BLUE, TEAL, OCHRE)
_PROJECT = 2.4
_TALLEST = 330.0
"""Height that the drawing should not pass, points."""
_SEED = 1
"""Of the layout."""


@dataclass(frozen=True)
class Organisation:
    """One organisation: its name, and the group that gives its colour."""

    node: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Network(Chart):
    """Organisations as discs sized by their projects, projects as small squares.

    Arguments:
        organisations: those that occur in ties; those without a tie are left out.
        ties: (organisation, project) pairs.
        labels: at most so many names, of those with most projects, where they fit.

    Raises:
        ValueError: a tie names an organisation that is not among them, or there are more than
            three groups.
    """

    organisations: Sequence[Organisation]
    ties: Sequence[tuple[str, str]]
    labels: int = 16

    def __post_init__(self) -> None:
        known = {organisation.node for organisation in self.organisations}
        if strange := sorted({organisation for organisation, _ in self.ties} - known):
            raise ValueError(f"ties of organisations that are not given: {', '.join(strange)}")
        if len(groups := self._groups) > len(_COLORS):
            raise ValueError(f"at most {len(_COLORS)} groups of organisations: {groups}")

    def _is_empty(self) -> bool:
        return not self.ties

    @property
    def _tied(self) -> list[Organisation]:
        known = {organisation for organisation, _ in self.ties}
        return [organisation for organisation in self.organisations if organisation.node in known]

    @property
    def _groups(self) -> list[str]:
        return list(dict.fromkeys(organisation.group for organisation in self._tied))

    def _graph(self) -> nx.Graph[Node]:
        graph: nx.Graph[Node] = nx.Graph()
        graph.add_edges_from((("o", o), ("p", p)) for o, p in sorted(set(self.ties)))
        return graph

    def _draw(self) -> Drawing:
        graph, groups = self._graph(), self._groups
        radii = {node: _radius(node, graph) for node in graph}
        found, tall = place_organisations(graph, radii, INNER)
        entries = [
            Entry(group or self.words("legend.organisation"), "dot", color)
            for group, color in zip(groups, _COLORS, strict=False)
        ]
        key = Key([*entries, Entry(self.words("legend.project"), "square", GREY)])
        top = key.height + 4
        canvas = Canvas(top + tall + 4)
        key.draw(canvas)
        at: Places = {node: (x + EDGE, y + top) for node, (x, y) in found.items()}
        edges = sorted((min(edge), max(edge)) for edge in graph.edges)
        canvas.segments([(at[one], at[other]) for one, other in edges], color="#b4bcc3", width=0.6)
        projects = [at[node] for node in sorted((n for n in graph if n[0] == "p"), key=str)]
        canvas.dots(
            [x for x, _ in projects], [y for _, y in projects], color=GREY, marker="s",
            diameter=2 * _PROJECT, edge_width=0.0, layer=2,
        )  # fmt: skip
        shown = sorted(self._tied, key=lambda o: (-graph.degree(("o", o.node)), o.label, o.node))
        for group, color in zip(groups, _COLORS, strict=False):
            nodes = [("o", o.node) for o in shown if o.group == group]
            for radius in sorted({radii[node] for node in nodes}, reverse=True):
                alike = [at[node] for node in nodes if radii[node] == radius]
                canvas.dots(
                    [x for x, _ in alike], [y for _, y in alike], color=PAPER, fill=color,
                    diameter=2 * radius, edge_width=0.6, layer=3,
                )  # fmt: skip
        _draw_names(canvas, shown[: max(self.labels, 0)], at, radii, top)
        return canvas.drawing

    def _describe(self) -> str:
        """Its size, its components, the organisations with most projects."""
        graph, inside = self._graph(), self._tied
        components = sorted((len(part) for part in nx.connected_components(graph)), reverse=True)
        degrees = [(o.label, graph.degree(("o", o.node))) for o in inside]
        items = [(label, float(x), number(x, self.language)) for label, x in degrees]
        return alt_text.join(
            self.words(
                "alt.network",
                organisations=len(inside),
                projects=len(graph) - len(inside),
                components=len(components),
                largest=components[0],
            ),
            alt_text.describe_order(items, self.language, at_most=6),
        )


def _radius(node: Node, graph: nx.Graph[Node]) -> float:
    """Area after the number of projects; projects are all alike."""
    if node[0] == "p":
        return _PROJECT
    return float(2.6 * min(graph.degree(node), 25) ** 0.5 + 0.6)


def _draw_names(
    canvas: Canvas,
    shown: Sequence[Organisation],
    at: Places,
    radii: dict[Node, float],
    top: float,
) -> None:
    """Names beside their discs, where they cover neither disc nor name."""
    taken = [
        (x - radii[node], y - radii[node], x + radii[node], y + radii[node])
        for node, (x, y) in at.items()
    ]
    for organisation in shown:
        node = ("o", organisation.node)
        (x, y), radius = at[node], radii[node]
        label = clean(organisation.label)
        size = (width(label, SMALL), SMALL * 0.55)
        for left, middle, away in _candidates(x, y, radius, *size):
            box = (left, middle - size[1], left + size[0], middle + size[1])
            inside = (
                box[0] >= EDGE
                and box[2] <= TEXT_WIDTH - EDGE
                and box[1] >= top - 2
                and box[3] <= canvas.height - 1
            )
            if not inside or any(_touch(box, other) for other in taken):
                continue
            if away:
                end = (min(max(x, box[0]), box[2]), box[3] if middle < y else box[1])
                others = ((at[n], radii[n]) for n in at if n != node and n[0] == "o")
                if any(_crosses((x, y), end, place, r) for place, r in others):
                    continue
                canvas.line([x, end[0]], [y, end[1]], color=INK, width=0.6, layer=2.5)
            canvas.text(left, middle, label, DIRECT, halo=True)
            taken.append(box)
            break


def _candidates(
    x: float, y: float, radius: float, long: float, half: float
) -> Iterator[tuple[float, float, bool]]:
    """Places for a name: left end, middle, and whether it is so far off that it needs a line."""
    side = radius + 2
    yield x + side, y, False
    yield x - side - long, y, False
    yield x - long / 2, y - side - half, False
    yield x - long / 2, y + side + half, False
    for slant in (-1, 1):
        yield x + radius, y + slant * (radius + half), False
        yield x - radius - long, y + slant * (radius + half), False
    for step in (9, 15, 22, 30, 40, 52, 66):
        for across in (-0.5, 0.0, -1.0, 0.4, -1.4, 1.0, -2.0):
            for slant in (-1, 1):
                yield x + across * long, y + slant * (radius + step), True


def _crosses(
    start: tuple[float, float], end: tuple[float, float], at: tuple[float, float], radius: float
) -> bool:
    """Whether a line from a disc to its name runs over another disc, and seems to name that."""
    along, down = end[0] - start[0], end[1] - start[1]
    length = (along**2 + down**2) or 1.0
    part = ((at[0] - start[0]) * along + (at[1] - start[1]) * down) / length
    part = min(max(part, 0.0), 1.0)
    apart = (start[0] + part * along - at[0]) ** 2 + (start[1] + part * down - at[1]) ** 2
    return apart < (radius + 1) ** 2


def _touch(
    first: tuple[float, float, float, float], second: tuple[float, float, float, float]
) -> bool:
    return (
        first[0] < second[2]
        and first[2] > second[0]
        and first[1] < second[3]
        and first[3] > second[1]
    )


def place_organisations(
    graph: nx.Graph[Node], radii: Mapping[Node, float], width: float
) -> tuple[Places, float]:
    """Places of the nodes from the top left corner, and the height taken, points.

    Components stand beside each other on shelves, largest first, with an area after their
    number of nodes. Nodes come apart by at least their radii.
    """
    components = sorted(
        (sorted(part, key=str) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), str(part[0])),
    )
    shapes = [_shape(graph, part) for part in components]
    spacing = 30.0
    while True:
        boxes = [_box(len(part), spacing, width) for part in components]
        corners, height = _pack_boxes(boxes, width)
        if height <= _TALLEST or spacing < 9:
            break
        spacing *= 0.93
    found: Places = {}
    for part, shape, box, corner in zip(components, shapes, boxes, corners, strict=True):
        own = np.array([radii[node] for node in part])
        for node, (x, y) in zip(part, _fit(shape, own, box), strict=True):
            # Rounded, so that the last bits of a processor do not reach the picture.
            found[node] = (round(corner[0] + x, 1), round(corner[1] + y, 1))
    return found, height


def _shape(graph: nx.Graph[Node], part: Sequence[Node]) -> npt.NDArray[np.float64]:
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
        seed=_SEED,
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


def _pack_boxes(
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

"""Who takes part in what: organisations and projects, tied by participation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx
from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty, legend
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number
from evaltools.present.legend import Entry
from evaltools.present.packing import Node, Places, places
from evaltools.present.rows import EDGE
from evaltools.present.sheet import Sheet
from evaltools.present.style import DEEP_BLUE, GREY, INK, OCHRE, PAPER, SMALL, TEAL, TEXT_WIDTH
from evaltools.present.text import clean, width
from evaltools.present.words import Words

_COLORS = (DEEP_BLUE, TEAL, OCHRE)
_PROJECT = 2.4
_TALLEST = 330.0


@dataclass(frozen=True)
class Organisation:
    """One organisation: its name, and the group that gives its colour."""

    node: str
    label: str
    group: str = ""


def draw(
    organisations: Sequence[Organisation],
    ties: Sequence[tuple[str, str]],
    *,
    language: Language,
    labels: int = 16,
    seed: int = 1,
    nothing: str = "",
) -> Canvas:
    """Draw the network; organisations are discs sized by their projects, projects small squares.

    Arguments:
        organisations: those that occur in ties; those without a tie are left out.
        ties: (organisation, project) pairs.
        language: fi, sv or en.
        labels: at most so many names, of those with most projects, where they fit.
        seed: of the layout.
        nothing: what to say when there are no ties.

    Raises:
        ValueError: a tie names an organisation that is not among them, or there are more than
            three groups.
    """
    words = Words(language)
    graph = _graph(organisations, ties)
    if not graph:
        return empty.draw(nothing or words("figure.empty"))
    groups = list(dict.fromkeys(o.group for o in organisations if ("o", o.node) in graph))
    if len(groups) > len(_COLORS):
        raise ValueError(f"at most {len(_COLORS)} groups of organisations: {groups}")
    radii = {node: _radius(node, graph) for node in graph}
    room = TEXT_WIDTH - 2 * EDGE
    found, tall = places(graph, radii, room, _TALLEST, seed)
    key = _key(groups, words)
    top = legend.height(key, room) + 4
    sheet = Sheet(top + tall + 4)
    legend.draw(sheet, key, EDGE, 0.0, room)
    at: Places = {node: (x + EDGE, y + top) for node, (x, y) in found.items()}
    edges = sorted((min(edge), max(edge)) for edge in graph.edges)
    sheet.segments([(at[one], at[other]) for one, other in edges], color="#b4bcc3", width=0.6)
    projects = sorted((node for node in graph if node[0] == "p"), key=str)
    sheet.dots(
        [at[node][0] for node in projects],
        [at[node][1] for node in projects],
        color=GREY,
        marker="s",
        diameter=2 * _PROJECT,
        edge_width=0.0,
        layer=2,
    )
    shown = sorted(
        (o for o in organisations if ("o", o.node) in graph),
        key=lambda o: (-graph.degree(("o", o.node)), o.label, o.node),
    )
    for group, color in zip(groups, _COLORS, strict=False):
        nodes = [("o", o.node) for o in shown if o.group == group]
        for radius in sorted({radii[node] for node in nodes}, reverse=True):
            alike = [at[node] for node in nodes if radii[node] == radius]
            sheet.dots(
                [x for x, _ in alike],
                [y for _, y in alike],
                color=PAPER,
                fill=color,
                diameter=2 * radius,
                edge_width=0.6,
                layer=3,
            )
    _labels(sheet, shown[: max(labels, 0)], at, radii, top)
    return sheet.canvas


def network(
    organisations: Sequence[Organisation],
    ties: Sequence[tuple[str, str]],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    labels: int = 16,
    seed: int = 1,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(organisations, ties, language=language, labels=labels, seed=seed, nothing=nothing),
        caption,
        alt or describe(organisations, ties, language, nothing),
        note,
    )


def describe(
    organisations: Sequence[Organisation],
    ties: Sequence[tuple[str, str]],
    language: Language,
    nothing: str = "",
) -> str:
    """What the drawing shows: its size, its components, the organisations with most projects."""
    words = Words(language)
    graph = _graph(organisations, ties)
    if not graph:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    components = sorted((len(part) for part in nx.connected_components(graph)), reverse=True)
    inside = [o for o in organisations if ("o", o.node) in graph]
    items = [
        (o.label, float(graph.degree(("o", o.node))), number(graph.degree(("o", o.node)), language))
        for o in inside
    ]
    return alt_text.join(
        words(
            "alt.network",
            organisations=len(inside),
            projects=len(graph) - len(inside),
            components=len(components),
            largest=components[0],
        ),
        alt_text.order(items, language, at_most=6),
    )


def _graph(
    organisations: Sequence[Organisation], ties: Sequence[tuple[str, str]]
) -> nx.Graph[Node]:
    known = {organisation.node for organisation in organisations}
    if strange := sorted({organisation for organisation, _ in ties} - known):
        raise ValueError(f"ties of organisations that are not given: {', '.join(strange)}")
    graph: nx.Graph[Node] = nx.Graph()
    graph.add_edges_from((("o", o), ("p", p)) for o, p in sorted(set(ties)))
    return graph


def _radius(node: Node, graph: nx.Graph[Node]) -> float:
    """Area after the number of projects; projects are all alike."""
    if node[0] == "p":
        return _PROJECT
    return float(2.6 * min(graph.degree(node), 25) ** 0.5 + 0.6)


def _key(groups: Sequence[str], words: Words) -> list[Entry]:
    entries = [
        Entry(group or words("legend.organisation"), "dot", color)
        for group, color in zip(groups, _COLORS, strict=False)
    ]
    return [*entries, Entry(words("legend.project"), "square", GREY)]


def _labels(
    sheet: Sheet,
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
                and box[3] <= sheet.height - 1
            )
            if not inside or any(_touch(box, other) for other in taken):
                continue
            if away:
                end = (min(max(x, box[0]), box[2]), box[3] if middle < y else box[1])
                others = ((at[n], radii[n]) for n in at if n != node and n[0] == "o")
                if any(_crosses((x, y), end, place, r) for place, r in others):
                    continue
                sheet.line([x, end[0]], [y, end[1]], color=INK, width=0.6, layer=2.5)
            sheet.text(left, middle, label, size=SMALL, gid="direct", halo=True)
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

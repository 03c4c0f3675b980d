"""The drawn intervention logic: nothing runs through a box, states differ without colour."""

from __future__ import annotations

import itertools

import pytest

from evaltools.charts.logic_model import (
    STROKES,
    Arrow,
    Element,
    LogicModel,
    _place,
    _place_numbers,
    _route,
)
from evaltools.charts.style import TEXT_WIDTH
from evaltools.charts.text_metrics import width
from evaltools.i18n.messages import Words

STAGES = {name: name for name in ("inputs", "activities", "outputs", "outcomes", "impact")}


def model(counts, links, states=None, label="Toimintatapojen uudistaminen kunnissa"):
    elements = [
        Element(f"{stage}-{n}", stage, label)
        for stage, count in zip(STAGES, counts, strict=True)
        for n in range(count)
    ]
    states = states or itertools.cycle(STROKES)
    arrows = [
        Arrow(number, start, end, state)
        for number, ((start, end), state) in enumerate(zip(links, states, strict=False), 1)
    ]
    return LogicModel(words=Words("fi"), stages=STAGES, elements=elements, arrows=arrows)


def every_link(counts):
    """From every element to every one of a later stage."""
    names = [(row, f"{stage}-{n}") for row, stage in enumerate(STAGES) for n in range(counts[row])]
    return [(a, b) for (i, a), (j, b) in itertools.product(names, repeat=2) if i < j]


def crosses(one, two, box):
    """Whether a stretch enters the inside of a box, looked at in small steps."""
    steps = 200
    return any(
        box.x + 0.5 < one[0] + t * (two[0] - one[0]) < box.x + box.wide - 0.5
        and box.y + 0.5 < one[1] + t * (two[1] - one[1]) < box.y + box.tall - 0.5
        for t in (k / steps for k in range(steps + 1))
    )


@pytest.mark.parametrize(
    "counts", [(1, 1, 1, 1, 1), (2, 2, 2, 3, 2), (4, 4, 4, 4, 4), (1, 4, 2, 3, 1)]
)
def test_links_pass_beside_boxes_and_words_stay_in_them(counts):
    chart = model(counts, every_link(counts)[:40])
    boxes, rows, foot = _place(chart._rows, 20.0)
    order = {e.name: at for at, row in enumerate(chart._rows) for e in row}
    for box in boxes.values():
        assert box.x > 0
        assert box.x + box.wide < TEXT_WIDTH
        assert box.y + box.tall <= foot
        assert all(width(line) <= box.wide for line in box.lines)
    for _, path in _route(chart.arrows, boxes, rows, order):
        for one, two in itertools.pairwise(path):
            assert one[1] < two[1]
            assert not any(crosses(one, two, box) for box in boxes.values())


def test_numbers_of_links_do_not_lie_on_each_other():
    counts = (2, 2, 2, 3, 2)
    near = [link for link in every_link(counts) if abs(
        list(STAGES).index(link[0].rpartition("-")[0])
        - list(STAGES).index(link[1].rpartition("-")[0])) == 1]  # fmt: skip
    chart = model(counts, near)
    boxes, rows, _ = _place(chart._rows, 20.0)
    order = {e.name: at for at, row in enumerate(chart._rows) for e in row}
    paths = {a.number: path for a, path in _route(chart.arrows, boxes, rows, order)}
    placed = [point for _, point in _place_numbers(paths)]
    for (x, y), (u, v) in itertools.combinations(placed, 2):
        assert (x - u) ** 2 + (y - v) ** 2 > 13**2


def test_states_are_told_apart_without_colour():
    looks = {(stroke.width, stroke.dashes, stroke.crossed) for stroke in STROKES.values()}
    assert len(looks) == len(STROKES) == 4


def test_the_key_has_the_states_that_occur_and_the_text_names_every_link():
    links = [("inputs-0", "activities-0"), ("activities-0", "outputs-0")]
    chart = model((1, 1, 1, 0, 0), links, ["supported", "not_examined"])
    assert [state for state, _, _ in chart._lay_out_key()[0]] == ["supported", "not_examined"]
    told = chart.describe()
    assert "3 osaa ja 2 yhteyttä" in told
    assert "Näyttö sopii siihen: 1 " in told
    assert "Ei tutkittu: 2 " in told
    assert "Näyttö puhuu vastaan" not in told


def test_without_links_the_figure_says_so():
    chart = model((1, 0, 0, 0, 0), [])
    assert chart.figure("Kuva").alt == chart.describe()

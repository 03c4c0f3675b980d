"""Which order of parts fills pages, and what never changes."""

from __future__ import annotations

import random

import pytest

from evaltools.report.renderer.print.page_filling import PAGE, Part, fill_pages

HEADING = Part("heading", 21.4, level=2)
TEXT = Part("text", 70.0)


def figure(height: float) -> Part:
    return Part("figure", height)


def listed(rows: int, height: float = 20.0) -> Part:
    tops = tuple(30.0 + height * row for row in range(rows))
    return Part("table", 30.0 + height * rows + 15.75, tops)


def test_a_figure_stays_where_it_has_room() -> None:
    order, _, new_pages = fill_pages([HEADING, TEXT, figure(300), TEXT, HEADING, TEXT])
    assert order == (0, 1, 2, 3, 4, 5)
    assert not new_pages


def test_text_of_the_section_comes_before_a_figure_that_has_no_room() -> None:
    parts = [HEADING, *[TEXT] * 6, figure(400), *[TEXT] * 5, HEADING, TEXT]
    order, _, _ = fill_pages(parts)
    assert order.index(7) > 8
    assert order.index(7) < order.index(13)


def test_a_figure_that_is_announced_stays_behind_what_announces_it() -> None:
    parts = [HEADING, *[TEXT] * 6, Part("figure", 400, stays=True), *[TEXT] * 5]
    assert fill_pages(parts)[0] == tuple(range(13))


def test_a_table_breaks_only_where_pages_would_stay_blank_or_it_is_longer_than_one() -> None:
    short = [HEADING, TEXT, listed(12), HEADING]
    assert fill_pages(short)[1] == {2}
    assert fill_pages([HEADING, *[TEXT] * 4, listed(20), HEADING, TEXT])[1] == frozenset()
    assert fill_pages([HEADING, TEXT, listed(60)])[1] == frozenset()


def test_a_section_begins_a_page_where_that_leaves_less_blank() -> None:
    # Set on without a break, the figure would leave two fifths of the second page blank.
    before = [HEADING, *[TEXT] * 7]
    section = [HEADING, *[TEXT] * 8, figure(420), HEADING, TEXT]
    assert fill_pages([*before, *section])[2] == {8}


@pytest.mark.parametrize("seed", range(40))
def test_texts_keep_their_order_and_nothing_passes_a_heading(seed: int) -> None:
    chance = random.Random(seed)
    parts = [HEADING]
    for _ in range(chance.randrange(20, 80)):
        part = chance.choice([TEXT, TEXT, HEADING, figure(chance.uniform(80, 640)),
                              listed(chance.randrange(1, 90)), Part("text", chance.uniform(8, 900)),
                              Part("break", 0.0)])  # fmt: skip
        parts.append(part)
    order, whole, new_pages = fill_pages(parts)
    assert sorted(order) == list(range(len(parts)))
    fixed = [index for index in order if parts[index].kind not in ("figure", "table")]
    moving = [index for index in order if parts[index].kind in ("figure", "table")]
    assert (fixed, moving) == (sorted(fixed), sorted(moving))
    sections = [sum(parts[at].kind == "heading" for at in range(index + 1)) for index in order]
    assert sections == sorted(sections)
    assert all(parts[at].kind == "table" and parts[at].height < PAGE for at in whole)
    assert all(parts[at].kind == "heading" for at in new_pages)

"""Which order of parts fills pages, and what never changes."""

from __future__ import annotations

import random

import pytest

from evaltools.report.renderer.print.page_filling import (
    PAGE,
    Part,
    _set_parts,
    _set_rows,
    fill_pages,
)

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


def test_a_table_passes_a_figure_that_the_page_has_no_room_for() -> None:
    parts = [HEADING, TEXT, figure(200), figure(500), TEXT, listed(8), TEXT, TEXT, HEADING, TEXT]
    order, _, _ = fill_pages(parts)
    assert order.index(5) < order.index(3) < order.index(8)
    # Where the page has room, each stands where it is told of.
    roomy = [HEADING, TEXT, figure(150), figure(100), TEXT, listed(8), TEXT, HEADING]
    assert fill_pages(roomy)[0] == tuple(range(8))


def test_a_figure_that_is_announced_stays_behind_what_announces_it() -> None:
    parts = [HEADING, *[TEXT] * 6, Part("figure", 400, stays=True), *[TEXT] * 5]
    assert fill_pages(parts)[0] == tuple(range(13))


def test_a_table_breaks_only_where_pages_would_stay_blank_or_it_is_longer_than_one() -> None:
    short = [HEADING, TEXT, listed(12), HEADING]
    assert fill_pages(short)[1] == {2}
    assert fill_pages([HEADING, *[TEXT] * 4, listed(20), HEADING, TEXT])[1] == frozenset()
    assert fill_pages([HEADING, TEXT, listed(60)])[1] == frozenset()


@pytest.mark.parametrize("rows", range(41, 49))
def test_the_last_rows_of_a_long_table_end_it_together(rows: int) -> None:
    # Below 200 points the first page holds its head and 38 rows, if nothing else decides.
    table = listed(rows, 12.0)
    filled, _ = _set_rows(table, table.height - 15.75, 200.0)
    shown = filled - 15.75 - (table.rows[1] - table.rows[0])
    assert round(shown / 12.0) >= 4


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
    assert fixed == sorted(fixed)
    for kind in ("figure", "table"):  # each is counted by itself
        moving = [index for index in order if parts[index].kind == kind]
        assert moving == sorted(moving)
    sections = [sum(parts[at].kind == "heading" for at in range(index + 1)) for index in order]
    assert sections == sorted(sections)
    assert all(parts[at].kind == "table" and parts[at].height < PAGE for at in whole)
    assert all(parts[at].kind in ("heading", "figure", "table") for at in new_pages)


def test_what_might_fit_or_not_begins_a_page() -> None:
    before = [HEADING, *[TEXT] * 7]
    filled = 21.4 + 7 * 70.0
    for more in (-1.0, 0.0, 1.0):
        tight = figure(PAGE - filled + more + 22.0)
        _, _, new_pages = fill_pages([*before, tight, HEADING, TEXT])
        assert new_pages == {8}
    assert 8 not in fill_pages([*before, figure(150), HEADING, TEXT])[2]


def test_space_is_that_between_parts_as_they_stand_and_not_as_they_were_drafted() -> None:
    parts = [HEADING, figure(430), TEXT, TEXT, HEADING]
    filled, *_ = _set_parts(parts, (0, 2, 3, 1), frozenset(), 0.0, False)
    drafted = sum(part.height for part in parts[:4])
    changed = (11.0 - 13.65) + (13.65 - 22.0) + (22.0 - 15.75)  # below 0, 3 and 1
    assert filled == pytest.approx(drafted + changed, abs=0.01)


def test_no_tall_row_ends_a_table_alone() -> None:
    table = listed(4, 90.0)
    for above in range(300, 640, 10):
        filled, _ = _set_rows(table, table.height - 15.75, float(above))
        shown = filled - 15.75 - (table.rows[1] - table.rows[0])
        assert filled > above or round(shown / 90.0) >= 2, above


def test_what_fits_but_for_a_line_of_text_that_goes_on_is_not_counted_on() -> None:
    # The second page begins with what is left of a text, which may be a line more.
    before = [HEADING, Part("text", PAGE + 200.0), HEADING, TEXT]
    filled = _set_parts(before, (0, 1, 2, 3), frozenset(), 0.0, False)[0]
    tight = PAGE - filled - 8.0 + 22.0
    parts = [*before, figure(tight), HEADING, TEXT]
    assert _set_parts(parts, (4,), frozenset(), filled, True)[1] >= 1.0
    assert _set_parts(parts, (4,), frozenset(), filled, False)[1] == 0.0

from collections.abc import Iterator

import pytest

from evaltools.indicators.disclosure.suppression import few, protect, protect_split


def distributions(total: int, cells: int) -> Iterator[tuple[int, ...]]:
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in distributions(total - first, cells - 1):
            yield (first, *rest)


def candidates(total, shown, whole, minimum, top=None, groups=None):
    """All distributions that a reader cannot rule out from what is shown."""
    for counts in distributions(total, len(shown)):
        if any(s is not None and s != c for s, c in zip(shown, counts, strict=True)):
            continue
        hidden = [c for s, c in zip(shown, counts, strict=True) if s is None]
        # Beside shown cells a hidden one is not empty, and one of the hidden is small.
        if hidden and not whole and (min(hidden) < 1 or min(hidden) >= minimum):
            continue
        if groups and groups[1] is not None and sum(counts[-top:]) != groups[1]:
            continue
        yield counts


@pytest.mark.parametrize("minimum", [2, 3, 5])
@pytest.mark.parametrize("total", [0, 1, 4, 5, 9, 11])
def test_no_hidden_cell_can_be_worked_out(total, minimum):
    for counts in distributions(total, 4):
        reasons = protect(counts, minimum)
        shown = [None if why else c for why, c in zip(reasons, counts, strict=True)]
        whole = all(why and why.kind in ("few", "whole") for why in reasons)
        left = list(candidates(total, shown, whole, minimum))
        assert counts in left
        for i, value in enumerate(shown):
            assert value is not None or len({c[i] for c in left}) > 1, (counts, shown)


@pytest.mark.parametrize("minimum", [3, 5])
@pytest.mark.parametrize("total", [6, 11])
def test_no_hidden_cell_can_be_worked_out_with_the_sum_of_the_high_ones(total, minimum):
    for counts in distributions(total, 4):
        found = protect_split(counts, 2, minimum)
        shown = [None if why else c for why, c in zip(found.cells, counts, strict=True)]
        high = None if found.groups[1] else sum(counts[-2:])
        for i, value in enumerate(shown):
            if value is not None:
                continue
            group = slice(0, 2) if i < 2 else slice(2, 4)
            if found.groups[1] is None:
                part, place = shown[group], i - group.start
                sum_of_part = sum(counts[group])
                whole = all(w and w.kind in ("few", "whole") for w in found.cells[group])
            else:
                part, place, sum_of_part = shown, i, total
                whole = all(w and w.kind in ("few", "whole") for w in found.cells)
            left = {c[place] for c in candidates(sum_of_part, part, whole, minimum)}
            assert len(left) > 1, (counts, shown, high)


@pytest.mark.parametrize("counts", [(3, 4, 2, 9), (0, 1, 30, 12), (1, 1, 1, 1), (52, 0, 1, 0)])
def test_no_cell_of_fewer_projects_than_the_minimum_is_shown(counts):
    reasons = protect(counts, 5)
    assert all(why or not 0 < count < 5 for why, count in zip(reasons, counts, strict=True))


def test_a_minimum_of_one_withholds_nothing():
    assert protect((1, 0, 2), 1) == (None, None, None)
    assert protect_split((1, 0, 2), 1, 1).groups == (None, None)


def test_a_nought_is_shown_beside_large_cells():
    assert protect((0, 20, 30), 5) == (None, None, None)


def test_one_small_cell_hides_behind_the_next_smallest():
    assert [bool(why) for why in protect((2, 20, 9), 5)] == [True, False, True]


def test_the_reason_does_not_tell_the_small_cell_from_the_one_that_hides_it():
    reasons = {str(why) for why in protect((2, 20, 9), 5) if why}
    assert len(reasons) == 1


def test_too_few_projects_in_all_withhold_everything():
    reasons = protect((3, 0, 0), 5)
    assert [why.kind for why in reasons] == ["few"] * 3
    assert "fewer than 5" in str(reasons[0])


@pytest.mark.parametrize(("projects", "withheld"), [(0, False), (1, True), (4, True), (5, False)])
def test_nought_and_enough_projects_can_be_told(projects, withheld):
    assert bool(few(projects, 5)) is withheld


def test_a_small_group_is_withheld_with_its_counterpart():
    found = protect_split((0, 1, 1, 20, 30), 2, 5)
    assert all(found.groups)


@pytest.mark.parametrize("bad", [((-1, 2), 5), ((1, 2), 0)])
def test_impossible_counts_are_refused(bad):
    with pytest.raises(ValueError, match="needs counts"):
        protect(*bad)


@pytest.mark.parametrize("top", [0, 3])
def test_an_upper_group_is_a_real_part(top):
    with pytest.raises(ValueError, match="upper group"):
        protect_split((1, 2, 3), top, 5)

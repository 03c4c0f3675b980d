"""What follows by subtracting one release from another."""

from __future__ import annotations

import json

import pytest

from evaltools.disclosure.recoverability import PublicCell, PublicTable
from evaltools.disclosure.releases import Release, check_differencing, read_release, write_release
from evaltools.indicators.disclosure.rules import Rules
from evaltools.indicators.indicator import Indicator, dimensions, to_record
from evaltools.problems import ProblemError

RULES = Rules(minimum=5)
ANSWERS = ("1", "2", "3", "4")


def release(name, counts, units=None):
    """A release of one row of answers; beside a small count the next smallest is withheld too."""
    small = sorted(c for c in counts if c)[:2] if any(0 < c < 5 for c in counts) else []
    cells = [
        PublicCell((answer,), (("answer", (answer,)),), None if count in small else float(count))
        for answer, count in zip(ANSWERS, counts, strict=True)
    ]
    cells.append(PublicCell(("*",), (), float(sum(counts))))
    table = PublicTable("ratings", "answers", (("answer", ANSWERS),), tuple(cells))
    return Release(name, (table,), None if units is None else frozenset(units))


def cells(problems):
    return {problem.where.rpartition(", cell ")[2] for problem in problems}


def test_forty_three_less_forty_is_three():
    old, new = release("june", (10, 10, 10, 10)), release("july", (10, 12, 11, 10))
    problems = check_differencing([old], new, RULES)
    assert {problem.code for problem in problems} == {"disclosure.differencing"}
    assert cells(problems) == {"1", "2", "3", "4", "all"}  # of three, every answer is told
    assert "june" in problems[0].where


def test_many_newcomers_give_away_only_the_cells_in_which_few_of_them_are():
    old, new = release("june", (10, 10, 10, 10)), release("july", (10, 12, 17, 16))
    assert cells(check_differencing([old], new, RULES)) == {"2"}


def test_enough_newcomers_in_every_cell_give_nothing_away():
    old, new = release("june", (10, 10, 10, 10)), release("july", (10, 15, 16, 10))
    assert check_differencing([old], new, RULES) == []


def test_the_same_release_again_tells_nothing_new():
    old = release("june", (10, 3, 9, 10))
    assert check_differencing([old], release("again", (10, 3, 9, 10)), RULES) == []


def test_a_cell_withheld_in_one_release_cannot_be_subtracted():
    old, new = release("june", (10, 3, 9, 10)), release("july", (16, 9, 15, 17))
    found = cells(check_differencing([old], new, RULES))
    assert "2" not in found


def test_releases_of_other_projects_are_not_subtracted():
    units_then = frozenset(f"p{i}" for i in range(40))
    units_now = frozenset(f"q{i}" for i in range(43))
    old = release("2022", (10, 10, 10, 10), units_then)
    new = release("2023", (10, 12, 11, 10), units_now)
    assert check_differencing([old], new, RULES) == []


def test_what_a_release_tells_by_itself_is_no_matter_of_subtraction():
    units_then, units_now = [f"p{i}" for i in range(40)], [f"q{i}" for i in range(25)]
    old, new = (
        release("2022", (10, 10, 10, 10), units_then),
        release("2023", (10, 2, 3, 10), units_now),
    )
    assert check_differencing([old], new, RULES) == []


def test_a_part_of_a_release_is_subtracted_from_the_whole():
    units = [f"p{i}" for i in range(40)]
    whole, rural = (
        release("all", (10, 10, 10, 10), units),
        release("rural", (5, 10, 8, 5), units[:28]),
    )
    assert cells(check_differencing([whole], rural, RULES)) == {"3"}


def test_projects_that_the_register_tells_are_held_against_both():
    units = [f"p{i}" for i in range(43)]
    old = release("june", (10, 10, 10, 10), units[:40])
    new = release("july", (10, 12, 11, 10), units)
    assert cells(check_differencing([old], new, RULES)) >= {"2", "3"}


def test_projects_that_went_are_given_away_as_those_that_came():
    old, new = release("june", (10, 12, 11, 10)), release("july", (10, 10, 10, 10))
    problems = check_differencing([old], new, RULES)
    assert problems
    assert all("went out" in problem.what for problem in problems)


def test_a_release_is_contradicted_only_where_it_is_said_to_be_wrong():
    units = [f"p{i}" for i in range(40)]
    old, new = (
        release("june", (10, 10, 10, 10), units),
        release("july", (10, 16, 14, 10), units),
    )
    (problem,) = check_differencing([old], new, RULES)
    assert problem.code == "disclosure.contradiction"
    assert "disclosure: corrections: {june: …}" in problem.remedy
    assert check_differencing([old], new, RULES, {"may"}) == [problem]
    assert check_differencing([old], new, RULES, {"june"}) == []


def test_what_follows_from_a_wrong_release_is_told_all_the_same():
    old, new = release("june", (10, 10, 10, 10)), release("july", (10, 12, 11, 10))
    assert check_differencing([old], new, RULES, {"june"}) == check_differencing([old], new, RULES)


def test_every_published_release_is_held_against_the_new_one():
    old = [release("may", (10, 15, 16, 10)), release("june", (10, 10, 10, 10))]
    problems = check_differencing(old, release("july", (10, 17, 18, 10)), RULES)
    assert {p.where.split("release ")[1].split(",")[0] for p in problems} == {"may"}


def test_a_bundle_is_read_as_it_was_written(tmp_path):
    one = release("bundle", (10, 3, 9, 10), ["p1", "p2"])
    write_release(tmp_path / "bundle", one)
    assert read_release(tmp_path / "bundle") == one
    text = (tmp_path / "bundle" / "disclosure" / "tables.json").read_text(encoding="utf-8")
    values = [cell["value"] for cell in json.loads(text)["tables"][0]["cells"]]
    assert None in values
    assert 3 not in values  # what is withheld is not in the file


def test_bundles_with_indicators_only_are_read_from_those(tmp_path):
    def bundle(name, counts):
        records = [
            to_record(Indicator("rating.answers.share", c / sum(counts), "share", c, sum(counts),
                                dimensions=dimensions(item="aims", value=str(i + 1))))
            for i, c in enumerate(counts)
        ]  # fmt: skip
        folder = tmp_path / name
        folder.mkdir()
        (folder / "indicators.json").write_text(json.dumps(records), encoding="utf-8")
        return folder

    old, new = bundle("old", (10, 10, 10, 10)), bundle("new", (10, 12, 11, 10))
    problems = check_differencing([old], read_release(new), RULES)
    assert "2" in cells(problems)
    assert all("aims" in problem.where for problem in problems)


@pytest.mark.parametrize("content", ["not json", "[1, 2]", '{"tables": [{"name": 1}]}', None])
def test_a_broken_bundle_is_told_and_not_traced(tmp_path, content):
    folder = tmp_path / "bundle"
    (folder / "disclosure").mkdir(parents=True)
    if content is not None:
        (folder / "disclosure" / "tables.json").write_text(content, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"disclosure\.bundle"):
        check_differencing([folder], Release("new", ()), RULES)

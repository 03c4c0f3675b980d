"""Nothing that chapters publish shows a withheld number, or lets one be worked out.

Two kinds of proof. A reader who knows how the numbers are made enumerates everything that would
give what is published. And what is withheld is changed in the data: then not one byte of what
is published may change, for what does not depend on a secret cannot tell it.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import MappingProxyType

import pytest
from chapter_reader import declared, find_record, read
from matplotlib.text import Text

from evaltools.chapters import steering as chapter
from evaltools.charts.table import SUPPRESSED
from evaltools.indicators import effects, evidence_base, optimism_gap, ratings, steering
from evaltools.indicators.coder_decisions import coder_decisions
from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.prevalence import prevalence
from evaltools.study.schema import Disclosure

ROOT = Path(__file__).parents[2]
SCOPES = [{}, {"region": "06"}, {"wave": "2023"}, {"minimum_cell": 50}, {"minimum_cell": 1}]
ITEMS = ("goal_attainment", "cost_effectiveness", "permanence")


def answers_in_data(evidence, item):
    """Marks of one question, one a project, read from the rows themselves."""
    marks: dict[str, int] = {}
    for row in evidence.ratings.to_dict("records"):
        if row["item_id"] == item and row["rater_kind"] == "project":
            mark = int(row["value"])
            marks[row["project_id"]] = min(mark, marks.get(row["project_id"], mark))
    return marks


def fitting(shown, group, total, high):
    """Every distribution that fits what is shown: of cells, of the highest two, of all."""
    ways = [range(total + 1) if x is None else (x,) for x in shown[:-1]]
    for cells in product(*ways):
        last = total - sum(cells)
        full = (*cells, last)
        if last < 0 or (shown[-1] is not None and last != shown[-1]):
            continue
        if high is None or sum(full[-group:]) == high:
            yield full


@pytest.mark.parametrize("values", SCOPES, ids=str)
def test_no_withheld_mark_can_be_worked_out_from_the_others(select, computed, values):
    evidence, records = select(**values), computed(**values)
    least = max(5, values.get("minimum_cell", 5))
    hidden = 0
    for item in evidence.tables["rating_items"]["item_id"]:
        truth = list(answers_in_data(evidence, item).values())
        shown = [find_record(records, "rating.answers.share", item=item, value=str(v)).x for v in
                 range(1, 6)]  # fmt: skip
        high = find_record(records, f"rating.{item}.high.share")
        total = high.n
        for value, x in enumerate(shown, start=1):
            if x is not None:
                assert x == truth.count(value)
                assert x == 0 or x >= least, (item, value)
        if None not in shown:
            continue
        hidden += 1
        if all(x is None for x in shown) and high.x is None:
            continue  # any distribution of so many fits
        withheld = [place for place, x in enumerate(shown) if x is None]
        # A count that is withheld beside shown ones is none of nobody, as the reader knows.
        possible = [
            cells
            for cells in fitting(shown, 2, total, high.x)
            if all(cells[place] for place in withheld)
        ]
        for place in withheld:
            seen = {cells[place] for cells in possible}
            assert len(seen) > 1, (item, place + 1)
            assert max(seen) >= min(least, total), (item, place + 1)
    assert hidden or not evidence.n


def wilson(x, n):
    z = 1.959963984540054
    centre, scale = x / n + z * z / (2 * n), 1 + z * z / n
    reach = z * math.sqrt(x / n * (1 - x / n) / n + z * z / (4 * n * n))
    return (centre - reach) / scale, (centre + reach) / scale


def paired(both, first, second, neither):
    """Newcombe 1998, method 10, from the paper: limits of the difference of paired shares."""
    n = both + first + second + neither
    a, b = both + first, both + second
    (low1, high1), (low2, high2), p1, p2 = wilson(a, n), wilson(b, n), a / n, b / n
    spread = math.sqrt(a * (n - a)) * math.sqrt(b * (n - b))
    cross = both * neither - first * second
    phi = 0.0 if not spread else (cross if cross < 0 else max(cross - n / 2, 0)) / spread

    def reach(x, y):
        return math.sqrt(max(x * x - 2 * phi * x * y + y * y, 0))

    return p1 - p2 - reach(p1 - low1, high2 - p2), p1 - p2 + reach(high1 - p1, p2 - low2)


def tables_behind(high, n, gap, low, top):
    """Every table of paired counts with the count, the gap and the interval that are printed."""
    return [
        cells
        for cells in with_sums(high, round(high - gap * n), n)
        if math.isclose(paired(*cells)[0], low, abs_tol=5e-4)
        and math.isclose(paired(*cells)[1], top, abs_tol=5e-4)
    ]


def with_sums(high, shown, n):
    """Every table of n pairs with these two sums."""
    return [
        (both, high - both, shown - both, n - high - shown + both)
        for both in range(max(0, high + shown - n), min(high, shown) + 1)
    ]


@pytest.mark.parametrize("cells", [(3, 26, 0, 13), (1, 28, 0, 16)])
def test_the_attack_on_a_paired_interval_finds_its_cells(cells):
    # So the recount of the first release found one project and three.
    high, n = cells[0] + cells[1], sum(cells)
    gap = (cells[1] - cells[2]) / n
    assert tables_behind(high, n, gap, *paired(*cells)) == [cells]


@pytest.mark.parametrize("values", SCOPES, ids=str)
def test_no_gap_tells_how_many_projects_praise_what_they_cannot_show(computed, values):
    least, records = max(5, values.get("minimum_cell", 5)), computed(**values)
    for item in ITEMS:
        found = [r for r in records if r.key == "optimism_gap.difference"
                 and dict(r.dimensions).get("item") == item]  # fmt: skip
        if any(r.suppressed for r in found):
            assert all(r.suppressed and r.why and r.x is r.value is r.low is None for r in found)
            continue
        plain, inferred = sorted(found, key=lambda r: r.estimand)
        if plain.value is None:
            continue
        shares = (plain.x, round(plain.x - plain.value * plain.n))
        for x in shares:
            assert all(count == 0 or count >= least for count in (x, plain.n - x)), item
        # The interval is that of all tables with these sums together, so it names none.
        limits = [paired(*cells) for cells in with_sums(*shares, plain.n)]
        assert inferred.low == pytest.approx(max(-1, min(low for low, _ in limits)))
        assert inferred.high == pytest.approx(min(1, max(top for _, top in limits)))
        assert len(limits) > min(least, 2) or min(shares) == 0
    main = find_record(records, "optimism_gap.difference")
    own = find_record(records, "optimism_gap.difference", item="goal_attainment")
    assert (main.suppressed, main.value) == (own.suppressed, own.value)


def test_a_table_withholds_no_rating_that_is_published_elsewhere(select):
    evidence = select()
    records = {r.key: r for r in ratings.rated_high(evidence) if r.estimand == "D"}
    cells = chapter.optimism_rows(evidence)
    frame = optimism_gap.optimism(evidence)
    assert frame["withheld"].notna().any()
    for item, cell in zip(frame["item_id"], cells["high"], strict=True):
        record = records[f"rating.{item}.high.share"]
        assert (cell is SUPPRESSED) is record.suppressed
        if not record.suppressed:
            assert cell == f"{100 * record.value:.0f} %".replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_figure_of_optimism_hides_what_its_table_hides_and_no_more(select, language):
    evidence = select(language=language)
    words, frame = evidence.words, chapter.optimism_rows(evidence).set_index("label")
    half = [label for label, row in frame.iterrows()
            if row["evidenced"] is SUPPRESSED and row["high"] is not SUPPRESSED]  # fmt: skip
    assert half
    figure = chapter.optimism_figure(evidence)
    sentences = {label: f"{label}: " for label in half}
    for row in figure.data.rows:
        cells = dict(zip(figure.data.columns, row, strict=True))
        label, first, second = row[0], row[1], cells[words("steering.evidenced")]
        if frame.loc[label, "high"] is SUPPRESSED:
            assert first.raw == "[c]"
            continue
        assert first.text == frame.loc[label, "high"]
        assert (second.raw == "[c]") is (label in half)
        if label in half:
            assert second.text == words("mark.suppressed")
            (told,) = re.findall(rf"{re.escape(sentences[label])}[^:]*?\.(?= |$)", figure.alt)
            assert first.text in told
            assert told.count("%") == 1
    withheld = words("alt.suppressed", items="").removesuffix(".").strip()
    assert withheld not in figure.alt
    drawn = [text.get_text() for text in figure.figure.findobj(Text)]
    note = f"{words('steering.evidenced')}: {words('mark.suppressed')}"
    assert drawn.count(note) == len(half)
    assert drawn.count(words("mark.suppressed")) == 0


def test_a_region_of_few_projects_has_no_half_of_the_figure_of_optimism(select):
    dots = chapter.optimism_dots(select(region="06"))
    assert dots
    for row in dots:
        assert row.suppressed
        assert row.value is None
        assert row.second is None


def test_who_is_in_both_shares_changes_nothing_that_is_published(select, monkeypatch):
    evidence = select()
    marks = answers_in_data(evidence, "goal_attainment")
    high = sorted(p for p, mark in marks.items() if mark >= 4)
    low = sorted(p for p, mark in marks.items() if mark < 4)
    made = []
    for both in (0, 2, 5, 10):
        proven = {*high[:both], *low[: 10 - both]}
        monkeypatch.setattr(
            optimism_gap, "EVIDENCE",
            MappingProxyType({"goal_attainment": lambda _, proven=proven: proven}),
        )  # fmt: skip
        made.append(read(evidence, monkeypatch, "07").all)
    assert made[0].count("goal_attainment") > 0
    assert len(set(made)) == 1


def test_the_marks_of_a_region_of_few_projects_are_in_nothing_published(select, monkeypatch):
    evidence = select(region="06")
    first = read(evidence, monkeypatch, "06", "07")
    # Other low marks for low ones and other high ones for high ones: as few as before.
    moved = {1: 3, 2: 1, 3: 2, 4: 5, 5: 4}
    turned = evidence.ratings.assign(value=evidence.ratings["value"].astype(int).map(moved))
    second = read(replace(evidence, ratings=turned), monkeypatch, "06", "07")
    assert first.pieces == second.pieces


def test_what_is_sensitive_is_what_the_study_declares(select):
    evidence = select(calls=["2019"], region="14")
    assert evidence.n < 5
    steered = [r for r in steering.compute(evidence) if r.key.startswith("steering.")]
    assert all(r.suppressed for r in steered if r.n)
    opened = declared(evidence, sensitive={"rating.*": "cells"})
    again = [r for r in steering.compute(opened) if r.key.startswith("steering.")]
    assert not any(r.suppressed for r in again)
    assert any(r.suppressed for r in effects.compute(opened) if r.key.startswith("rating."))
    strict = declared(select(), sensitive={"steering.*": "cells"})
    exact = {r.identity: r for r in prevalence(select(), "steering") if r.key.count(".") == 2}
    cells = [r for r in prevalence(strict, "steering") if r.identity in exact]
    small = [0 < exact[r.identity].x < 5 for r in cells if r.key.endswith(".share")]
    assert [r.suppressed for r in cells if r.key.endswith(".share")] == small


def test_what_few_say_of_the_steering_is_in_nothing_published(select, monkeypatch):
    evidence = select(calls=["2019"], region="14")
    presence = evidence.presence
    sensitive = presence["code_id"].str.startswith("steering.")
    turned = presence.assign(state=presence["state"].mask(sensitive, "silent"))
    other = replace(evidence, presence=turned)
    vars(other).update(_by_rule=dict.fromkeys(("any", "majority", "all", "consensus"), turned))
    vars(evidence).update(_by_rule=dict.fromkeys(("any", "majority", "all", "consensus"), presence))
    first, second = (read(one, monkeypatch, "07") for one in (evidence, other))
    assert first.pieces == second.pieces
    pooled = [
        [*evidence_base.saturation(one), *evidence_base.by_rule(one)] for one in (evidence, other)
    ]
    assert pooled[0] == pooled[1]
    codes = set(presence.loc[sensitive, "code_id"])
    assert {r.why for r in pooled[0] if dict(r.dimensions).get("code") in codes} == {"few"}
    assert not codes & set(coder_decisions(evidence).codes)


def test_denials_by_few_follow_from_no_other_state(select, monkeypatch):
    evidence = select(calls=["2019"], region="14")
    presence = evidence.presence
    result = presence["code_id"].str.startswith("result.")
    no = result & presence["state"].ne("yes")
    first, second = (
        read(replace(evidence, presence=presence.assign(state=presence["state"].mask(no, state))),
             monkeypatch, "03")
        for state in ("no", "silent")
    )  # fmt: skip
    assert first.pieces == second.pieces


@pytest.mark.parametrize("values", SCOPES, ids=str)
def test_every_withheld_record_has_a_typed_reason_and_no_number(computed, values):
    for record in computed(**values):
        if record.suppressed:
            assert record.why not in (None, "not_asked", "unexamined")
            assert (record.value, record.x, record.low, record.high) == (None,) * 4


@pytest.mark.parametrize("pattern", ["grants.*", "challenge.*", "*", "*.share", "r?ting.*"])
def test_what_no_figure_withholds_cannot_be_declared_sensitive(pattern):
    with pytest.raises(ValueError, match="cannot be withheld everywhere"):
        Disclosure(sensitive={pattern: "cells"})


def test_the_first_pattern_that_fits_holds():
    policy = Policy.declared(Disclosure(sensitive={"savings.claimed.*": "cells",
                                                   "savings.*": "group"}))  # fmt: skip
    assert policy.regime_of("savings.claimed.share") == "cells"
    assert policy.regime_of("savings.median.money") == "group"
    assert policy.regime_of("rating.answers.share") == "open"

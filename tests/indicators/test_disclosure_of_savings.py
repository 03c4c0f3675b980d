"""Claims of savings that are withheld stand in nothing published and move nothing; and what the
study declares of dominance, p% and rounding is done.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from chapter_reader import declared, find_record, read

from evaltools.indicators import effects, steering


@pytest.mark.parametrize(
    ("values", "claiming"), [({"region": "06"}, (1, 2, 4)), ({"minimum_cell": 50}, (3, 12, 30))],
    ids=str,
)  # fmt: skip
def test_how_many_claim_savings_is_in_nothing_published_where_it_is_withheld(
    select, monkeypatch, values, claiming
):
    evidence = select(**values)
    claim, projects = evidence.saving_claims.iloc[[0]], evidence.projects["project_id"].tolist()
    made = []
    for count in claiming:
        rows = pd.concat([
            claim.assign(claim_id=f"c{i}", project_id=name, amount=918_273.0 + i)
            for i, name in enumerate(projects[:count])
        ])  # fmt: skip
        found = read(replace(evidence, saving_claims=rows), monkeypatch, "06")
        made.append(found.pieces)
        assert find_record(found.records, "savings.claimed.share").why in ("few", "cell", "whole")
        assert {r.suppressed for r in found.records if r.key.startswith("savings.")} == {True}
    assert made[0] == made[1] == made[2]


def amount_in(text, amount):
    """Whether a sum stands in a text, however its thousands are parted."""
    digits = r"[\s\u00a0\u202f.,']?".join(str(int(amount)))
    return re.search(rf"(?<!\d){digits}(?!\d)", text) is not None


@pytest.mark.parametrize("values", [{}, {"wave": "2023"}, {"minimum_cell": 1}], ids=str)
def test_the_sum_of_a_claim_is_in_nothing_published_and_moves_nothing(select, monkeypatch, values):
    evidence = select(**values)
    plain = read(evidence, monkeypatch, "06")
    claims = evidence.saving_claims
    for amount in claims["amount"].dropna():
        assert not amount_in(re.sub(r"<[^>]*>", " ", plain.all), amount)
    planted = claims.assign(amount=claims["amount"].where(claims["amount"].isna(),
                                                                  987_654.0))  # fmt: skip
    planted.loc[planted["amount"].first_valid_index(), "amount"] = 123_456.0
    canary = read(replace(evidence, saving_claims=planted), monkeypatch, "06")
    assert canary.pieces == plain.pieces


def ledger_of(evidence, amounts, per_project=1):
    """Claims of these sums, each of a project of its own."""
    claim, projects = evidence.saving_claims.iloc[[0]], evidence.projects["project_id"].tolist()
    return replace(
        evidence,
        saving_claims=pd.concat([
            claim.assign(claim_id=f"c{i}", project_id=projects[i // per_project],
                         amount=float(amount), period="yearly", has_baseline=True,
                         has_method=True)
            for i, amount in enumerate(amounts)
        ]),
    )  # fmt: skip


SUMS = [11_000 + 1_000 * i for i in range(20)]


def test_of_many_sums_the_middle_half_is_drawn_and_no_single_one(select, monkeypatch):
    evidence = ledger_of(select(), SUMS)
    found = read(evidence, monkeypatch, "06")
    values = {r.key: r.value for r in found.records if r.unit == "money" and not r.dimensions}
    assert values == {
        "savings.lower_quartile.money": 15_750.0, "savings.median.money": 20_500.0,
        "savings.upper_quartile.money": 25_250.0,
    }  # fmt: skip
    text = re.sub(r"<[^>]*>", " ", found.all)
    assert amount_in(text, 20_500)
    assert not any(amount_in(text, amount) for amount in SUMS)
    # The ends move as they will: nothing that is published is of them.
    wild = read(ledger_of(select(), [100, *SUMS[1:-1], 45_000]), monkeypatch, "06")
    assert wild.pieces == found.pieces


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (8, {}), (9, {"median"}), (16, {"median"}),
        (17, {"lower_quartile", "median", "upper_quartile"}),
    ],
)  # fmt: skip
def test_a_place_in_the_order_needs_the_minimum_on_either_side(select, count, shown):
    records = effects.compute(ledger_of(select(), SUMS[:count]))
    found = {r.key.split(".")[1] for r in records if r.unit == "money" and r.value is not None
             and not r.dimensions}  # fmt: skip
    assert found == set(shown)
    why = {r.why for r in records if r.unit == "money" and r.suppressed and not r.dimensions}
    assert why <= {"position"}


def test_many_claims_of_few_projects_are_few(select):
    records = effects.compute(ledger_of(select(), SUMS, per_project=5))
    assert {r.why for r in records if r.unit == "money" and not r.dimensions} == {"cell"}


def median(evidence):
    return find_record(effects.compute(evidence), "savings.median.money")


def test_dominance_withholds_euros_as_the_study_says(select):
    # Two of twelve claim 900 of 1000: exactly nine tenths, which the rule lets pass.
    evidence = ledger_of(select(), [450, 450, *[10] * 10])
    assert median(declared(evidence, p_percent=0)).value == 10
    for changes in ({"dominance_share": 0.89}, {"dominance_n": 3}):
        assert median(declared(evidence, p_percent=0, **changes)).why == "concentration"
    assert median(declared(evidence, p_percent=0, dominance_n=1)).value == 10


def test_p_percent_withholds_euros_as_the_study_says(select):
    # The second, knowing its own 300, is left with 500 + 60: too high by 12 per cent of 500.
    evidence = declared(ledger_of(select(), [500, 300, *[6] * 10]), dominance_share=1)
    assert median(declared(evidence, p_percent=12)).value == 6
    assert median(declared(evidence, p_percent=13)).why == "concentration"


def test_rounding_rounds_what_is_shown_and_the_interval_with_it(select, computed):
    exact = computed()
    evidence = declared(select(), rounding=5)
    rounded = effects.compute(evidence) + steering.compute(evidence)
    changed = 0
    for before, after in zip(exact, rounded, strict=True):
        assert before.suppressed is after.suppressed
        if before.key.startswith(("rating.", "savings.claimed", "optimism_gap")) and before.x:
            assert after.x == min(after.n, 5 * math.floor(before.x / 5 + 0.5))
            changed += after.x != before.x
            if after.unit == "share":
                assert after.value == pytest.approx(after.x / after.n)
        elif before.key.startswith(("steering.", "sustainability.")):
            assert before == after
    assert changed > 20


def test_rounded_counts_are_all_that_is_published(select, monkeypatch):
    evidence = declared(select(), rounding=5)
    first = read(evidence, monkeypatch, "06", "07")
    # One project more gives the mark 3 to working methods, and one less the mark 4: 21 and 12
    # become 22 and 11 of 46, which are rounded to the same.
    rows = evidence.ratings
    at = rows.index[(rows["item_id"] == "working_methods") & rows["value"].eq(4)][0]
    second = read(replace(evidence, ratings=rows.assign(value=rows["value"].mask(
        rows.index == at, 3))), monkeypatch, "06", "07")  # fmt: skip
    high = {r.x for r in first.records if r.key == "rating.working_methods.high.share"}
    assert high == {20}
    assert first.pieces == second.pieces

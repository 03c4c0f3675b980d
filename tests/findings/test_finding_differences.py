"""Differences between groups: told only with enough reports, and after adjustment (Holm)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from claims_by_hand import finding

from evaltools.findings.declaration import Finding
from evaltools.findings.judgement import Judgement, judge
from evaltools.findings.lookup import index_numbers
from evaltools.findings.sentences import SentenceContext, fill_template, plain_text
from evaltools.findings.word_forms import WordForms
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.study.schema import Judging

FAMILY = "group_difference.*.difference"
SENTENCES = {
    "holds": {"en": "They differ in {differing?one|several}: {differing+value}."},
    "does_not_hold": {"en": "None differs beyond chance."},
    "cannot_be_told": {"en": "Cannot be told."},
    "too_few": {"en": "Read: {group_difference.reports.by.group.a.count:words} and "
                "{group_difference.reports.by.group.b.count}."},
}  # fmt: skip


def compared(
    name: str, value: float | None, p: float | None = None, why: Any = None
) -> list[Indicator]:
    """A difference with an interval that keeps away from zero, and its adjusted p-value."""
    common: dict[str, Any] = {"unit": "difference", "x": 20, "n": 60, "why": why}
    key = f"group_difference.{name}.difference"
    limits = {} if value is None else {"low": value - 0.05, "high": value + 0.05}
    return [
        Indicator(key=key, value=value, **common),
        Indicator(key=key, value=value, **common, estimand="S", **limits, method="newcombe",
                  level=0.95),
        Indicator(key=f"group_difference.{name}.holm", value=p, unit="index", n=60, why=why,
                  estimand="S", method="fisher, holm", level=0.95),
    ]  # fmt: skip


def sides(a: int, b: int) -> list[Indicator]:
    key = "group_difference.reports.count"
    return [Indicator(key=key, value=float(n), unit="count", x=n, dimensions=dimensions(group=name))
            for name, n in (("a", a), ("b", b))] + [
        Indicator(key="reports.read.share", value=0.5, unit="share", x=60, n=120)]  # fmt: skip


def asked() -> Finding:
    return finding(
        {"differs": {"of": FAMILY, "code": "challenge.*"}},
        estimand="S",
        names={"differing": {"of": FAMILY, "standing": True, "code": "challenge.*"}},
        sentences={
            case: {"fi": text["en"], "sv": text["en"], **text} for case, text in SENTENCES.items()
        },
        evidence=[{"code": "challenge.*"}],
    )


def say(indicators: list[Indicator], labels: dict[str, str]) -> tuple[Judgement, str]:
    judged = judge([asked()], indicators, "D", judging=Judging())[0]
    text = judged.finding.sentence_for(judged.case)
    assert text is not None
    context = SentenceContext(
        index_numbers(indicators), judged.lists, WordForms(), Words("en"), labels
    )
    return judged, plain_text(fill_template(text.in_language("en"), context))


LABELS = {"challenge.staff": "staff", "challenge.aims": "aims"}


def test_the_data_say_which_differences_stand_by_the_code_they_are_about():
    records = [*compared("staff", 0.2, 0.049), *compared("aims", -0.4, 0.001), *sides(20, 40)]
    judged, text = say(records, LABELS)
    assert judged.outcome == "holds"
    # The greatest distance from zero first, with its sign.
    assert text.replace("\N{NO-BREAK SPACE}", " ") == (
        "They differ in several: aims (−40 percentage points) and staff (+20 percentage points)."
    )


def test_an_interval_away_from_zero_is_not_enough_where_the_family_is_allowed_for():
    records = [*compared("staff", 0.2, 0.051), *compared("aims", -0.4, 0.3), *sides(20, 40)]
    judged, text = say(records, LABELS)
    assert (judged.outcome, text) == ("does_not_hold", "None differs beyond chance.")
    one = finding({"excludes_zero": {"key": "group_difference.staff.difference"}}, estimand="S")
    assert judge([one], records, "S")[0].outcome == "cannot_be_told"
    alone = [each for each in records if not each.key.endswith(".holm")]
    assert judge([one], alone, "S")[0].outcome == "holds"


def test_too_few_reports_on_a_side_are_no_comparison_and_are_counted():
    records = [*compared("staff", None, None, "too_few"), *sides(3, 33)]
    judged, text = say(records, LABELS)
    assert (judged.outcome, judged.case) == ("cannot_be_told", "too_few")
    assert text == "Read: three and 33."
    assert [each.value for each in judged.reason.because[0].first] == [3, 33]
    one = finding({"excludes_zero": {"key": "group_difference.staff.difference"}}, estimand="S")
    alone = judge([one], records, "S")[0]
    assert [each.kind for each in alone.reason.because] == ["few_compared"]


def test_what_was_not_asked_is_no_part_of_the_family():
    records = [*compared("staff", 0.2, 0.01), *compared("aims", None, None, "not_asked")]
    assert say([*records, *sides(20, 40)], LABELS)[0].outcome == "holds"


def test_coders_who_disagree_on_what_differs_keep_it_from_being_told():
    alpha = Indicator(
        key="coding.agreement_by_code.index", value=0.4, unit="index", n=50, estimand="S",
        dimensions=dimensions(code="challenge.staff", statistic="alpha"),
    )  # fmt: skip
    records = [*compared("staff", 0.2, 0.01), *sides(20, 40)]
    assert say([*records, alpha], LABELS)[0].case == "coders_disagree"
    other = replace(alpha, dimensions=dimensions(code="challenge.aims", statistic="alpha"))
    assert say([*records, other], LABELS)[0].case == "holds"


@pytest.mark.parametrize("code", ["challenge", "challenge.*.share", "*"])
def test_a_code_of_names_has_one_star_at_its_end(code):
    with pytest.raises(ValueError, match="code"):
        finding({"differs": {"of": FAMILY, "code": code}}, estimand="S")


def test_differences_need_an_estimand_with_intervals():
    with pytest.raises(ValueError, match="estimand P or S"):
        finding({"differs": {"of": FAMILY}})


def test_the_adjusted_value_is_told_at_the_level_of_the_run():
    records = compared("staff", 0.2, 0.08)
    records[-1] = replace(records[-1], level=0.9)
    assert say([*records, *sides(20, 40)], LABELS)[0].outcome == "holds"

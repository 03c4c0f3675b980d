from __future__ import annotations

import re
from html import unescape

import pytest

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import NBSP
from evaltools.indicators.indicator import Indicator
from evaltools.lint.claim_rules import check_small_denominators
from evaltools.report.glossary import Glossary
from evaltools.report.variables import (
    WordGrounds,
    indicator_variables,
    level_quantities,
    nest,
    ranking_variables,
)
from evaltools.study.schema import Judging


def share(key: str, n: int, N: int, estimand: str = "D", **limits: float) -> Indicator:
    return Indicator(key, n / N, "share", n, N, None, estimand, **limits)  # type: ignore[arg-type]


STAFF = (
    share("challenge.staff.share", 19, 52),
    share("challenge.staff.share", 19, 52, "P", low=0.29, high=0.46),
    share("challenge.staff.share", 19, 52, "S", low=0.25, high=0.50),
    share("challenge.staff.bounds", 19, 52, "P", low=0.16, high=0.73),
)


def shown(text: str) -> str:
    """What a reader sees of a span."""
    return unescape(text.partition("[[")[2].partition("]{")[0] if text.startswith("[[") else text)


def test_a_share_is_printed_with_its_counts_intervals_and_bounds() -> None:
    made = indicator_variables(STAFF, "D", Words("fi"))
    assert shown(made["challenge.staff.share"]) == f"37{NBSP}%"
    assert shown(made["challenge.staff.x"]) == "19"
    assert shown(made["challenge.staff.n"]) == "52"
    assert shown(made["challenge.staff.population"]) == f"29–46{NBSP}%"
    assert shown(made["challenge.staff.superpopulation"]) == f"25–50{NBSP}%"
    assert shown(made["challenge.staff.bounds"]) == f"16–73{NBSP}%"


def test_every_number_names_the_indicator_it_shows() -> None:
    made = indicator_variables(STAFF, "D", Words("fi"))
    assert 'key="challenge.staff.share" estimand="D" shows="value"' in made["challenge.staff.share"]
    assert 'estimand="S" shows="interval"' in made["challenge.staff.superpopulation"]


@pytest.mark.parametrize(
    ("estimand", "low", "high", "word"),
    [
        ("D", None, None, "osassa raporteista"),
        ("S", 0.25, 0.50, "osassa raporteista"),
        ("S", 0.25, 0.51, None),
        ("S", 0.19, 0.50, None),
    ],
)
def test_a_word_for_how_many_stands_only_where_the_whole_interval_bears_it_out(
    estimand: str, low: float | None, high: float | None, word: str | None
) -> None:
    records = [STAFF[0]]
    if low is not None and high is not None:
        records.append(share("challenge.staff.share", 19, 52, "S", low=low, high=high))
    text = indicator_variables(records, estimand, Words("fi"))["challenge.staff.quantity"]  # type: ignore[arg-type]
    assert "19/52" in text
    assert text.startswith(f"{word} (" if word else "[[19/52]")


@pytest.mark.parametrize("estimand", ["D", "P", "S"])
@pytest.mark.parametrize(("low", "worded"), [(0.51, True), (0.43, False)])
def test_a_word_obeys_the_interval_that_tables_show_whatever_the_run_speaks_of(
    estimand: str, low: float, worded: bool
) -> None:
    key = "sustainability.owner.share"
    records = [share(key, 73, 132), share(key, 73, 132, "S", low=low, high=0.67)]
    made = indicator_variables(records, estimand, Words("en"))  # type: ignore[arg-type]
    assert ("most" in made["sustainability.owner.quantity"].partition("[")[0]) is worded


@pytest.mark.parametrize(
    ("x", "word"), [(169, "all goals"), (0, "no goal"), (168, "nearly all goals")]
)
def test_a_complete_and_an_empty_set_have_words_of_their_own(x: int, word: str) -> None:
    key, low = "goals.achieved.share", max(0.0, x / 169 - 0.05)
    records = [share(key, x, 169), share(key, x, 169, "S", low=low, high=min(1, x / 169 + 0.02))]
    made = indicator_variables(records, "D", Words("en"))["goals.achieved.quantity"]
    assert made.partition(" (")[0] == f"for {word}"


def agreement(code: str, alpha: float | None) -> Indicator:
    by = (("code", code), ("statistic", "alpha"))
    return Indicator("coding.agreement_by_code.index", alpha, "index", n=52, dimensions=by)


def alike(code: str, x: int) -> Indicator:
    by = (("code", code), ("statistic", "observed"))
    return Indicator("coding.agreement_by_code.share", x / 104, "share", x, 104, dimensions=by)


def band(code: str, low: float, high: float) -> Indicator:
    return share(f"{code}.coder_band", 31, 52, low=low, high=high)


BEHIND = {"sustainability.owner": "rooting.owner"}


@pytest.mark.parametrize(
    ("key", "others", "worded"),
    [
        ("steering.change", [], True),
        ("steering.change", [agreement("steering.change", 0.667)], True),
        ("steering.change", [agreement("steering.change", 0.66)], False),
        ("steering.change", [agreement("steering.change", None)], False),
        (
            "steering.change",
            [agreement("steering.change", None), alike("steering.change", 103)],
            False,
        ),
        (
            "steering.change",
            [agreement("steering.change", None), alike("steering.change", 104)],
            True,
        ),
        ("sustainability.owner", [agreement("rooting.owner", None)], False),
        ("steering.change", [agreement("steering.other", 0.1)], True),
        ("steering.change", [band("steering.change", 0.51, 0.7)], True),
        ("steering.change", [band("steering.change", 0.49, 0.7)], False),
        ("sustainability.owner", [agreement("rooting.owner", 0.5)], False),
        ("sustainability.all_three", [agreement("rooting.owner", 0.5)], False),
        ("goals.achieved", [agreement("rooting.owner", 0.5)], True),
        ("goals.achieved", [share("reports.read.share", 10, 12)], True),
        ("goals.achieved", [share("reports.read.share", 9, 12)], False),
        ("areas.reached", [share("reports.read.share", 9, 12)], True),
    ],
)
def test_a_word_for_how_many_needs_agreement_every_coder_rule_and_enough_reports(
    key: str, others: list[Indicator], worded: bool
) -> None:
    records = [share(f"{key}.share", 31, 52), *others]
    grounds = WordGrounds.find(records, Judging(), BEHIND)
    text = indicator_variables(records, "D", Words("en"), grounds)[f"{key}.quantity"]
    assert "31/52" in text
    assert ("most" in text.partition("[")[0]) is worded


@pytest.mark.parametrize(
    ("x", "n", "fi", "sv", "en"),
    [
        (0, 52, "ei kerrota yhdessäkään raportissa (0/52)", "i ingen rapport (0/52)",
         "in no report (0/52)"),
        (0, 4, "ei kerrota yhdessäkään raportissa (0/4)", "i ingen rapport (0/4)",
         "in no report (0/4)"),
        (1, 5, "kerrotaan yhdessä raportissa (1/5)", "i en rapport (1/5)", "in one report (1/5)"),
        (1, 1, "kerrotaan ainoassa raportissa (1/1)", "i den enda rapporten (1/1)",
         "in the only report (1/1)"),
        (5, 5, "kerrotaan kaikissa raporteissa (5/5)", "i alla rapporter (5/5)",
         "in all reports (5/5)"),
        (3, 5, "kerrotaan 3/5 raportissa", "i 3/5 rapporter", "in 3/5 reports"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("estimand", ["D", "S"])
def test_none_one_and_all_have_words_of_their_own(
    estimand: str, x: int, n: int, fi: str, sv: str, en: str
) -> None:
    """They say no more than the counts, so neither few reports nor an interval stands against."""
    key = "challenge.staff"
    records = [share(f"{key}.share", x, n), share(f"{key}.share", x, n, "S", low=0.0, high=1.0)]
    for language, told in (("fi", fi), ("sv", sv), ("en", en)):
        made = indicator_variables(records, estimand, Words(language))  # type: ignore[arg-type]
        said = " ".join([made[f"{key}.told"]] * (language == "fi") + [made[f"{key}.quantity"]])
        assert re.sub(r"\[\[([^\]]*)\]\{[^}]*\}\]\([^)]*\)\{[^}]*\}", r"\1", said) == told


def test_a_percentage_of_fewer_than_ten_is_printed_as_a_count() -> None:
    made = indicator_variables([share("challenge.staff.share", 3, 8)], "D", Words("fi"))
    assert shown(made["challenge.staff.share"]) == "3/8"


def test_an_interval_of_fewer_than_ten_is_printed_in_counts_of_what_it_speaks_of() -> None:
    few = [
        share("challenge.staff.share", 3, 8),
        Indicator("challenge.staff.share", 3 / 8, "share", 3, 8, 30, "P", 4 / 30, 21 / 30),
        Indicator("challenge.staff.share", 3 / 8, "share", 3, 8, None, "S", 0.137, 0.694),
        Indicator("challenge.staff.bounds", 3 / 30, "share", 3, 8, 30, "P", 3 / 30, 25 / 30),
    ]
    made = indicator_variables(few, "D", Words("fi"))
    assert shown(made["challenge.staff.population"]) == "4–21/30"
    assert shown(made["challenge.staff.superpopulation"]) == "1–6/8"
    assert shown(made["challenge.staff.bounds"]) == "3–25/30"
    assert check_small_denominators(made, few) == []


def test_what_is_missing_or_withheld_is_said_in_words() -> None:
    records = [
        Indicator("savings.median.money", None, "money", note="no claims"),
        Indicator("savings.claimed.share", None, "share", suppressed=True),
    ]
    made = indicator_variables(records, "D", Words("fi"))
    assert shown(made["savings.median.money"]) == "(ei laskettavissa)"
    assert shown(made["savings.claimed.share"]) == "(ei julkaista)"
    assert shown(made["savings.claimed.quantity"]) == "julkaisemattomassa määrässä raportteja"
    missing = [Indicator("goals.achieved.share", None, "share")]
    for language, told in {
        "fi": "tuntemattomassa määrässä tavoitteita",
        "sv": "för ett okänt antal mål",
        "en": "for an unknown number of goals",
    }.items():
        words = Words(language)  # type: ignore[arg-type]
        assert shown(indicator_variables(missing, "D", words)["goals.achieved.quantity"]) == told


def test_a_number_broken_down_has_the_breakdown_in_its_key() -> None:
    record = Indicator("calls.applications.count", 184, "count", dimensions=(("call", "2019-1"),))
    assert list(indicator_variables([record], "D", Words("en"))) == [
        "calls.applications.by.call.2019-1.count"
    ]


def test_a_number_of_all_projects_needs_no_record_of_reports() -> None:
    record = Indicator("grants.total.money", 12_033_660, "money", estimand="P")
    assert shown(indicator_variables([record], "D", Words("fi"))["grants.total.money"]) == (
        f"12,0{NBSP}milj.{NBSP}euroa"
    )


def test_goals_are_counted_in_goals_and_claims_in_claims() -> None:
    records = [share("sustainability.owner.share", 40, 60), share("savings.baseline.share", 4, 20)]
    made = indicator_variables(records, "D", Words("fi"))
    assert made["sustainability.owner.quantity"].startswith("enemmistössä tavoitteista")
    assert made["savings.baseline.quantity"].startswith("osassa säästöväitteistä")


def test_dotted_keys_become_the_nested_mapping_that_quarto_reads() -> None:
    assert nest({"a.b.share": "1", "a.c": "2"}) == {"a": {"b": {"share": "1"}, "c": "2"}}
    with pytest.raises(ValueError, match=r"a\.b\.c lies below another variable"):
        nest({"a.b.c": "1", "a.b": "2"})


LABELS = {f"challenge.{name}": name for name in ("aims", "staff", "time", "law")}
KINDS = dict.fromkeys(LABELS, "challenge")


def ranking(**counts: int) -> dict[str, str]:
    records = [share(f"challenge.{name}.share", n, 20) for name, n in counts.items()]
    return ranking_variables(records, Glossary(Words("en"), LABELS, KINDS))


def test_a_ranking_is_by_count_and_leaves_out_what_nobody_mentions() -> None:
    made = ranking(aims=2, staff=9, time=5, law=0)
    plain = made["ranking.challenge.list"]
    assert [plain.index(name) for name in ("staff", "time", "aims")] == sorted(
        plain.index(name) for name in ("staff", "time", "aims")
    )
    assert "law" not in plain
    assert plain.startswith("staff ([[9/20]")


def test_a_ranking_is_not_cut_since_where_it_ends_would_be_a_judgement() -> None:
    counts = {"aims": 9, "staff": 9, "time": 5, "law": 1}
    assert list(ranking(**counts)) == ["ranking.challenge.list"]
    assert all(name in ranking(**counts)["ranking.challenge.list"] for name in counts)


def test_a_ranking_of_nothing_says_so() -> None:
    assert ranking(aims=0)["ranking.challenge.list"] == "no mentions"


def test_every_number_leads_to_its_evidence() -> None:
    made = indicator_variables(STAFF, "D", Words("fi")) | ranking(staff=9)
    for name, text in made.items():
        if not name.endswith(".told") and (name.startswith("challenge.staff") or "[[" in text):
            assert text.count("](#ev-challenge-staff-share){.evidence-link}") == 1, name


TOLD = {
    "a.few.quantity": "in few reports ([2/20]{.indicator})",
    "a.few.quantity_alone": "in [2/20]{.indicator} reports",
    "a.some.quantity": "in some of the reports ([8/20]{.indicator})",
    "a.some.quantity_alone": "in [8/20]{.indicator} reports",
    "a.bare.quantity": "in [4/20]{.indicator} reports",
    "a.none.quantity": "in no report ([0/20]{.indicator})",
}


def quantity_of(*names: str) -> str:
    return ", ".join(f"X {{{{< var a.{name} >}}}}" for name in names) + "."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("few.quantity", "bare.quantity"), ("few.quantity_alone", "bare.quantity")),
        (("few.quantity", "some.quantity"), ("few.quantity", "some.quantity")),
        (("few.quantity", "none.quantity"), ("few.quantity", "none.quantity")),
        (("bare.quantity", "none.quantity"), ("bare.quantity", "none.quantity")),
    ],
)
def test_in_one_sentence_all_counts_have_words_or_none_has(before, after) -> None:
    beside = " " + quantity_of("some.quantity")
    assert level_quantities(quantity_of(*before) + beside, TOLD) == quantity_of(*after) + beside


def test_a_word_that_can_be_left_out_has_its_count_alone() -> None:
    made = indicator_variables(STAFF, "D", Words("en"), WordGrounds())
    assert made["challenge.staff.quantity"].startswith("in some of the reports ([")
    assert made["challenge.staff.quantity_alone"].startswith("in [")
    none = indicator_variables([share("challenge.staff.share", 0, 52)], "D", Words("en"))
    assert "challenge.staff.quantity_alone" not in none

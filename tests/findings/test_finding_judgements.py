"""Judging: which numbers are looked at, what is a problem, what keeps a report back."""

import pytest
from claims_by_hand import count, difference, finding, share, shares, withheld

from evaltools.findings.display import findings_metadata, release_notice, release_table
from evaltools.findings.judgement import judge, problems_for_publishing, unknown_evidence
from evaltools.findings.lookup import index_numbers
from evaltools.findings.strength import propose
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.problems import ProblemError

HOLDS, FAILS = shares(staff=37, partners=16), shares(staff=16, partners=37)


def one(asked, indicators, estimand="D", facts=None):
    return judge([asked], indicators, estimand, facts)[0]


def told(asked, indicators):
    with pytest.raises(ProblemError) as caught:
        judge([asked], indicators, "D")
    return str(caught.value)


def test_a_key_that_no_run_gives_is_a_problem_that_names_the_nearest():
    asked = finding({"at_least": {"key": "challenge.stuff.share", "value": 0.5}})
    text = told(asked, HOLDS)
    assert "reports/findings.yml:2" in text
    assert "'challenge.stuff.share'" in text
    assert "challenge.staff.share?" in text


def test_all_unknown_keys_are_told_at_once():
    asked = finding({"order": {"keys": ["challenge.x.share", "challenge.y.share"]}})
    text = told(asked, HOLDS)
    assert "challenge.x.share" in text
    assert "challenge.y.share" in text


def test_a_set_without_rivals_is_a_problem():
    asked = finding({"greatest": {"key": "challenge.staff.share", "of": "challange.*.share"}})
    assert "'challange.*.share' matches no indicator" in told(asked, HOLDS)


def test_an_unknown_fact_is_a_problem():
    asked = finding({"equals": {"key": "challenge.staff.n", "fact": "reports_read"}})
    assert "no fact is called 'reports_read'" in told(asked, HOLDS)


def test_a_known_key_without_a_value_is_no_problem():
    asked = finding({"at_least": {"key": "rating.x.high.share", "value": 0.5}})
    assert one(asked, [withheld("rating.x.high.share")]).outcome == "cannot_be_told"


def test_numbers_are_those_the_condition_looks_at_and_no_others():
    judged = one(finding(), [*HOLDS, *share("goal.staff.share", 3)])
    keys = [(record.key, record.estimand) for record in judged.numbers]
    assert keys == [("challenge.staff.share", "D"), ("challenge.partners.share", "D")]


def test_a_finding_without_estimand_takes_that_of_the_run():
    asked = finding({"at_least": {"key": "challenge.staff.share", "value": 0.68}}, estimand=None)
    outcomes = {estimand: one(asked, HOLDS, estimand).outcome for estimand in "DPS"}
    assert outcomes == {"D": "holds", "P": "cannot_be_told", "S": "cannot_be_told"}
    own = finding({"at_least": {"key": "challenge.staff.share", "value": 0.68}}, estimand="D")
    assert one(own, HOLDS, "P").outcome == "holds"


def test_bounds_exist_for_all_funded_projects_whoever_asks():
    bounds = Indicator(
        key="challenge.staff.bounds", value=0.71, unit="share", x=37, n=52, estimand="P",
        low=0.3, high=0.88, method="bounds", level=1.0,
    )  # fmt: skip
    asked = finding({"at_least": {"key": "challenge.staff.bounds", "value": 0.3}})
    assert one(asked, [bounds]).outcome == "holds"


def test_a_number_broken_down_is_found_by_its_dimension():
    gap = Indicator(key="gap.difference", value=0.5, unit="difference", low=0.4, high=0.6,
                    estimand="S", dimensions=dimensions(item="permanence"))  # fmt: skip
    asked = finding({"excludes_zero": {"key": "gap.by.item.permanence.difference"}}, estimand="S")
    assert one(asked, [gap]).outcome == "holds"


def test_only_own_claims_that_are_not_borne_out_keep_a_report_back():
    theirs = finding(name="theirs", asserted=False, source="vm2022",
                     reading={"fi": "a", "sv": "b", "en": "c"})  # fmt: skip
    mine = finding(name="mine")
    assert problems_for_publishing(judge([mine, theirs], HOLDS, "D")) == []
    (problem,) = problems_for_publishing(judge([mine, theirs], FAILS, "D"))
    assert problem.code == "finding.does-not-hold"
    assert problem.where == mine.where
    assert "mine: does not hold" in problem.what


def test_what_cannot_be_told_keeps_a_report_back_too():
    asked = finding({"at_least": {"key": "challenge.staff.share", "value": 0.5}})
    (problem,) = problems_for_publishing(judge([asked], [withheld("challenge.staff.share")], "D"))
    assert problem.code == "finding.cannot-be-told"


def accepted(outcome):
    import datetime

    return {
        "outcome": outcome,
        "reason": {"fi": "tiedossa", "sv": "känt", "en": "known"},
        "by": "Arvioija",
        "on": datetime.date(2022, 6, 1),
    }


def test_an_acceptance_counts_for_its_outcome_only():
    asked = finding(accepted=accepted("does_not_hold"))
    judged = judge([asked], FAILS, "D")
    assert problems_for_publishing(judged) == []
    assert "tiedossa" in findings_metadata(judged, Words("fi"))["it-is-so"]["reason"]
    other = finding(accepted=accepted("cannot_be_told"))
    (problem,) = problems_for_publishing(judge([other], FAILS, "D"))
    assert "accepted as cannot_be_told" in problem.remedy


def test_evidence_that_the_data_do_not_have_is_a_problem():
    asked = finding(counter_evidence=[{"table": "rumours"}])
    assert unknown_evidence([asked], ["challenge.staff"], ["rumours"]) == []
    text = "\n".join(map(str, unknown_evidence([asked], ["goal.x"], ["goals"])))
    assert "'challenge.staff'" in text
    assert "'rumours'" in text


def strength(asked, indicators):
    return propose(one(asked, indicators), index_numbers(indicators))


def denied(x):
    return Indicator(key="challenge.staff.denied.share", value=x / 52, unit="share", x=x, n=52)


def test_interested_parties_are_moderate_at_most():
    for kind, level in (("self_reported", "moderate"), ("register", "high")):
        found = strength(finding(evidence_class=kind), [*HOLDS, denied(1)])
        assert found.level == level


def test_contradiction_and_thin_data_each_take_a_level():
    assert strength(finding(), [*HOLDS, denied(4)]).concerns == (
        "interested_party", "contradicted",
    )  # fmt: skip
    thin = [*shares(staff=8, partners=2), denied(0)]
    assert strength(finding(), thin).concerns == ("interested_party", "few_projects")
    assert strength(finding(), [*shares(staff=5, partners=2), denied(3)]).level == "very_low"


def test_what_is_not_borne_out_has_no_strength_and_people_may_overrule_with_reason():
    assert strength(finding(), FAILS).level == "very_low"
    reason = {"fi": "a", "sv": "b", "en": "c"}
    found = strength(finding(strength={"level": "low", "reason": reason}), HOLDS)
    assert (found.level, found.proposed, found.overridden) == ("low", "moderate", True)


def test_the_release_table_has_a_row_a_statement_and_numbers_that_lead_to_their_record():
    theirs = finding(name="theirs", asserted=False, source="vm2022",
                     reading={"fi": "luku | 1", "sv": "b", "en": "c"})  # fmt: skip
    table = release_table(
        judge([finding(), theirs], FAILS, "D"), Words("fi"), {"challenge.staff": "väki"}
    )
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert rows[2].count("|") == 5  # what is in the text does not make a cell
    assert "väki" in rows[2]
    span = '[16/52]{.indicator key="challenge.staff.share" estimand="D" shows="fraction"}'
    assert span in rows[2]
    assert table.rstrip().endswith("[@vm2022] {#tbl-statements}")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_made_up_data_are_told_before_the_statements_of_others_and_in_the_caption(language):
    theirs = finding(name="theirs", asserted=False, source="vm2022",
                     reading={"fi": "a", "sv": "b", "en": "c"})  # fmt: skip
    words, judged = Words(language), judge([theirs], FAILS, "D")
    told = words("report.example_notice")
    caption = release_table(judged, words, example=True).rpartition("\n: ")[2]
    assert caption.startswith(f"**{told}.** ")
    assert told not in release_table(judged, words)
    notice = release_notice(words)
    assert notice.startswith("::: {.callout-important .example-notice}")
    assert f"## {told}" in notice
    assert words("findings.example") in notice


def test_hostile_labels_and_names_stay_text():
    hostile = {"challenge.staff": "<script>|[x](y){{< var a >}}", "challenge.partners": "*b*"}
    made = findings_metadata(judge([finding()], FAILS, "D"), Words("fi"), hostile)
    assert not set("<>|[]{}*") & set(made["it-is-so"]["reason"])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_kind_of_reason_prints_in_three_languages(language):
    asked = [
        ({"greatest": {"key": "challenge.staff.share", "of": "challenge.*.share"}}, HOLDS, "D"),
        ({"greatest": {"key": "challenge.staff.share", "of": "challenge.*.share"}}, FAILS, "D"),
        ({"excludes_zero": {"key": "group_difference.staff.difference"}},
         difference(0.1, -0.1, 0.3), "S"),
        ({"equals": {"key": "a.b.count", "number": 3}}, [count("a.b.count", 2)], "D"),
    ]  # fmt: skip
    texts = [
        one(finding(c, estimand=e), indicators).reason.text(Words(language))
        for c, indicators, e in asked
    ]
    assert len(set(texts)) == 4
    assert all("{" not in text and text == text.strip() for text in texts)


def test_a_reason_says_what_leads_and_what_does_not():
    reason = one(finding(), FAILS).reason
    assert reason.text(Words("fi")) == (
        "ei pidä paikkaansa: suurin on challenge.partners (37/52), ei challenge.staff (16/52)"
    )
    assert "väki (16/52)" in reason.text(Words("fi"), {"challenge.staff": "väki"})
    assert reason.as_values()["because"][0]["kind"] == "another_leads"


def test_findings_on_a_codebook_without_codes_are_one_problem():
    (problem,) = unknown_evidence([finding(), finding(counter_evidence=[{"table": "x"}])], [], [])
    assert "no codable codes, which 2 findings are about" in problem.what

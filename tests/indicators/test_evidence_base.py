"""Evidence base of small programmes, counted by hand."""

from math import perm
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from handmade import COMPARING, OPEN, stand_in

from evaltools.indicators import evidence_base, nonresponse
from evaltools.indicators.indicator import to_table
from evaltools.study.schema import Judging

DAY = pd.Timestamp("2022-02-01")


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


def coded():
    """Two reports; A and B read both whole, C one in part; the consensus is no coder."""
    readings = frame(
        "document_id coder_id round complete",
        ("d1", "A", 1, True), ("d1", "A", 2, True), ("d1", "B", 1, True), ("d1", "C", 1, False),
        ("d1", "Z", 1, True), ("d2", "A", 1, True), ("d2", "B", 1, True),
    )  # fmt: skip
    codings = frame(
        "segment_id code_id coder_id polarity round",
        ("s1", "challenge.staff", "A", "affirm", 1),  # superseded by A's second round
        ("s1", "challenge.staff", "B", "affirm", 1),
        ("s1", "challenge.aims", "A", "mixed", 2),
        ("s1", "challenge.aims", "B", "affirm", 1),
        ("s1", "challenge.aims", "C", "affirm", 1),
        ("s2", "challenge.aims", "A", "deny", 1),
        ("s2", "challenge.staff", "Z", "affirm", 1),
    )
    return {
        "coders": frame(
            "coder_id role", ("A", "coder"), ("B", "coder"), ("C", "coder"), ("Z", "consensus")
        ),
        "readings": readings.astype({"complete": "boolean"}),
        "codings": codings,
        "segments": frame(
            "segment_id document_id start end", ("s1", "d1", 0, 20), ("s2", "d2", 5, 25)
        ),
        "codes": frame(
            "code_id kind codable label_en", ("challenge", "challenge", False, "challenges"),
            ("challenge.aims", "challenge", True, "aims"),
            ("challenge.staff", "challenge", True, "staff"),
        ),
    }  # fmt: skip


def programme(N=6, n=2, confidence=0.95):
    number = np.arange(N)
    projects = pd.DataFrame(
        {
            "project_id": [f"p{i:03d}" for i in number],
            "call_id": np.where(number < N // 2, "2019-1", "2020"),
            "grant": 100.0 + 37 * (number % 5),
            "organisations": 1 + number % 3,
            "joint": number % 3 > 0,
            "started": pd.Timestamp("2020-01-01") + pd.to_timedelta(11 * (number % 7), "D"),
            "municipality_group": np.where(number % 4 == 0, "urban", "rural"),
            "size_class": "under_5000",
        }
    )
    projects["reported"] = (number % 2 == 0) & (number < 2 * n)
    documents = [f"d{i + 1}" for i in range(n)]
    reports = pd.DataFrame(
        {
            "document_id": pd.array(documents, dtype="string"),
            "project_id": projects.loc[projects["reported"], "project_id"].to_numpy(),
            "language": ["sv" if i == 1 else "fi" for i in range(n)],
            "pages": pd.array([10] * n, dtype="Int64"),
            "received": [DAY + pd.Timedelta(days=i) for i in range(n)],
        }
    )
    presence = frame(
        "project_id code_id state",
        *(
            (project, code, "yes" if code == "challenge.aims" else "silent")
            for project in reports["project_id"]
            for code in ("challenge.aims", "challenge.staff")
        ),
    )
    return stand_in(
        parameters=SimpleNamespace(confidence=confidence, language="en"),
        disclosure=OPEN,
        tables=coded(), projects=projects, reports=reports, n=n, N=N, presence=presence,
        presence_by_rule=lambda rule: presence,
    )  # fmt: skip


def values(records):
    return {(r.key, *(value for _, value in r.dimensions)): r for r in records}


def test_what_was_read_is_told_by_call_and_language():
    found = values(evidence_base.compute(programme()))
    whole = found["reports.read.share",]
    assert (whole.x, whole.n) == (2, 6)
    assert (found["reports.read.share", "2019-1"].x, found["reports.read.share", "2019-1"].n) == (
        2, 3,
    )  # fmt: skip
    assert found["reports.read.share", "2020"].value == 0
    assert found["reports.language.share", "sv"].value == 0.5
    assert found["reports.pages.count",].value == 20


def test_what_was_read_is_told_of_those_due_and_of_the_whole_scheme():
    evidence = programme()
    evidence.projects["due"] = evidence.projects["call_id"] == "2019-1"
    evidence.N = 3
    found = values(evidence_base.compute(evidence))
    told = {
        name: (found[f"reports.{name}.share",].x, found[f"reports.{name}.share",].n)
        for name in ("read", "scheme", "due")
    }
    assert told == {"read": (2, 3), "scheme": (2, 6), "due": (3, 6)}
    assert (found["reports.read.share", "2019-1"].x, found["reports.read.share", "2019-1"].n) == (
        2, 3,
    )  # fmt: skip
    # Of a call from which none can be due it is not said that nothing was read.
    assert ("reports.read.share", "2020") not in found
    assert (found["unseen.k8.share",].x, found["unseen.k8.share",].n) == (2, 3)


def test_pages_of_some_reports_alone_are_not_added_up():
    evidence = programme()
    evidence.reports["pages"] = pd.array([10, None], dtype="Int64")
    record = values(evidence_base.read(evidence))["reports.pages.count",]
    assert record.value is None
    assert record.note == "known of 1 of 2 reports"


def test_chance_of_missing_a_theme_of_the_first_case():
    found = values(evidence_base.unseen(SimpleNamespace(
        n=52, N=72, parameters=SimpleNamespace(confidence=0.95),
    )))  # fmt: skip
    # 20! / 12! over 72! / 64!: all eight among the twenty that were not read.
    assert found["unseen.k8.share",].value == pytest.approx(perm(20, 8) / perm(72, 8))
    # Two projects leave .074, three are the first to fall below one in twenty: .019.
    assert found["unseen.seen_from.count",].value == 3


def test_a_handful_of_projects_has_no_theme_of_eight():
    found = values(evidence_base.unseen(programme(N=9)))
    assert found["unseen.k8.share",].value is None
    assert "fewer than 10" in found["unseen.k8.share",].note
    assert len(evidence_base.unseen_curve(programme(N=9))) == 9


def test_everything_read_has_nothing_unseen():
    evidence = programme(N=12, n=6)
    evidence.n = evidence.N
    found = values(evidence_base.unseen(evidence))
    assert found["unseen.k8.share",].value == 0
    assert found["unseen.seen_from.count",].value == 1


def compared(projects):
    columns = {
        "grant": np.nan, "organisations": 1, "joint": False, "started": DAY,
        "municipality_group": "rural", "size_class": "under_5000", "call_id": "2020",
        "reported": False,
    }  # fmt: skip
    table = pd.DataFrame(projects)
    for name, value in columns.items():
        if name not in table:
            table[name] = value
    n = int(table["reported"].sum())
    return stand_in(projects=table, n=n, N=len(table), judging=COMPARING)


def test_differences_are_of_known_values_and_in_a_fixed_order():
    evidence = compared(
        {
            "grant": [1.0, 2, 3, np.nan, 3, 4, 5],
            "joint": [True, True, False, False, True, False, False],
            "reported": [True, True, True, True, False, False, False],
        }
    )
    table = nonresponse.differences(evidence).set_index(["variable", "category"])
    assert table.index[:4].tolist() == [
        ("grant", ""),
        ("partners", ""),
        ("start", ""),
        ("joint", ""),
    ]
    grant = table.loc[("grant", "")]
    assert (grant["n_reported"], grant["n_unreported"]) == (3, 3)
    assert grant["difference"] == pytest.approx(-2)
    assert grant["flagged"]
    joint = table.loc[("joint", "")]
    assert joint["difference"] == pytest.approx((1 / 2 - 1 / 3) / np.sqrt((1 / 4 + 2 / 9) / 2))
    assert table.loc[("partners", ""), "difference"] == 0


def test_those_not_due_are_compared_with_nobody():
    evidence = compared(
        {
            "grant": [1.0, 2, 3, 4, 900, 900],
            "call_id": ["a", "a", "a", "a", "b", "b"],
            "reported": [True, True, False, False, False, False],
            "due": [True, True, True, True, False, False],
        }
    )
    table = nonresponse.differences(evidence).set_index(["variable", "category"])
    grant = table.loc[("grant", "")]
    assert (grant["n_reported"], grant["n_unreported"], grant["unreported"]) == (2, 2, 3.5)
    assert "call" not in set(table.index.get_level_values("variable"))


def test_a_class_that_all_projects_are_in_is_not_compared():
    evidence = compared({"call_id": ["a", "b", "a"], "reported": [True, False, False]})
    assert set(nonresponse.differences(evidence)["variable"]) == {
        "grant", "partners", "start", "joint", "call",
    }  # fmt: skip


def test_a_call_that_decides_who_has_reported_is_flagged_without_a_number():
    evidence = compared({"call_id": ["a", "a", "b", "b"], "reported": [True, True, False, False]})
    table = nonresponse.differences(evidence).set_index(["variable", "category"])
    assert np.isnan(table.loc[("call", "a"), "difference"])
    assert table.loc[("call", "a"), "flagged"]
    found = values(nonresponse.selection(evidence))
    assert found["selection.call.difference", "a"].value is None
    assert "differ" in found["selection.call.difference", "a"].note
    assert found["selection.flagged.count",].value == 2


def programme_of_forty():
    rng = np.random.default_rng(5)
    return {
        "grant": rng.integers(10, 99, 40).astype(float),
        "municipality_group": rng.choice(["urban", "rural"], 40),
        "reported": rng.random(40) < 0.5,
        "call_id": ["a"] * 20 + ["b"] * 20,
    }


def test_r_indicator_is_estimated_where_it_can_be():
    found = nonresponse.representativity(compared(programme_of_forty()))
    assert found.reason == ""
    assert found.variables == ("grant", "group", "call")
    assert found.deciding == ()
    assert 0 < found.value <= found.adjusted <= 1


def test_a_variable_that_decides_is_left_out_of_the_model_and_named():
    projects = programme_of_forty()
    projects["reported"][20:] = False
    evidence = compared(projects)
    found = nonresponse.representativity(evidence)
    assert found.deciding == ("call",)
    assert "call" not in found.variables
    assert found.adjusted is not None
    note = values(nonresponse.selection(evidence))["selection.r_indicator.index",].note
    assert "decide who has reported: call" in note


def test_an_r_indicator_that_cannot_be_estimated_is_none_with_the_reason():
    everyone = compared({"grant": [1.0, 2, 3], "reported": [True] * 3})
    record = values(nonresponse.selection(everyone))["selection.r_indicator.index",]
    assert record.value is None
    assert "all projects due have reported" in record.note


def test_a_handful_that_has_reported_is_too_few_for_a_model():
    projects = programme_of_forty()
    projects["reported"] = np.arange(40) < 4
    found = nonresponse.representativity(compared(projects))
    assert (found.adjusted, found.reason) == (None, "few")


def test_that_a_grant_is_unknown_can_decide_without_the_grant_doing_so():
    projects = programme_of_forty()
    projects["grant"] = np.where(np.arange(40) < 8, np.nan, projects["grant"])
    projects["reported"][:8] = False
    found = nonresponse.representativity(compared(projects))
    assert found.deciding == ("grant_unknown",)
    assert "grant" in found.variables


def test_names_of_classes_do_not_change_the_indicator():
    projects = programme_of_forty()
    before = nonresponse.representativity(compared(projects))
    projects["municipality_group"] = np.where(
        projects["municipality_group"] == "urban", "aaa", "zzz"
    )
    after = nonresponse.representativity(compared(projects))
    assert after.adjusted == pytest.approx(before.adjusted, abs=1e-9)


@pytest.mark.parametrize(("N", "n"), [(1, 1), (6, 1), (40, 20), (6, 3)])
def test_every_scope_gives_one_table(N, n):
    evidence = programme(N, n)
    table = to_table(evidence_base.compute(evidence))
    assert table["key"].str.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+").all()


def test_of_a_side_of_fewer_than_the_study_compares_there_is_no_difference():
    projects = {"grant": [1.0, 2, 3, 4, 7, 8, 9], "reported": [True] * 5 + [False] * 2}
    evidence = compared(projects)
    assert nonresponse.differences(evidence)["difference"].notna().any()
    evidence.judging = Judging(least_group=3)
    table = nonresponse.differences(evidence)
    assert table["difference"].isna().all()
    assert not table["flagged"].any()
    # What either side is like is told all the same.
    assert (table.loc[0, "n_reported"], table.loc[0, "n_unreported"]) == (5, 2)
    assert (table.loc[0, "reported"], table.loc[0, "unreported"]) == (3.4, 8.5)

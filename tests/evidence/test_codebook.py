"""The codebook over time: what a version holds, what two of them share, what was not asked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.evidence import compute_presence, linked_responses
from evaltools.evidence.codebook import Change, Codebook, Group
from evaltools.study import Vocabulary

CODES = {  # code: (brought in, given up)
    "challenge.staff": ("1.0", "2.0"),
    "challenge.shortage": ("2.0", ""),
    "challenge.turnover": ("2.0", ""),
    "challenge.law": ("1.0", "2.0"),
    "challenge.privacy": ("1.0", "2.0"),
    "challenge.rules": ("2.0", ""),
    "challenge.timing": ("1.0", "1.10"),
    "challenge.schedule": ("1.10", ""),
    "challenge.aims": ("1.0", ""),
    "challenge.gone": ("1.0", "2.0"),
    "challenge.new": ("2.0", ""),
    "challenge.same": ("1.0", ""),
}
CHANGES = (
    Change("1.10", "2.0", "challenge.staff", "challenge.shortage", "split"),
    Change("1.10", "2.0", "challenge.staff", "challenge.turnover", "split"),
    Change("1.10", "2.0", "challenge.law", "challenge.rules", "merge"),
    Change("1.10", "2.0", "challenge.privacy", "challenge.rules", "merge"),
    Change("1.0", "1.10", "challenge.timing", "challenge.schedule", "rename"),
    Change("1.10", "2.0", "challenge.aims", "challenge.aims", "redefine", "roles are in it too"),
)
BOOK = Codebook(CODES, CHANGES)


def is_unchanged(group: Group) -> bool:
    return group.old == group.new and len(group.old) == 1 and not group.changes


def test_versions_are_in_the_order_of_their_numbers() -> None:
    assert BOOK.versions == ("1.0", "1.10", "2.0")
    assert BOOK.newest == "2.0"
    assert BOOK.latest(["1.10", "1.2", ""]) == "1.10"
    assert BOOK.latest([""]) == "2.0"


def test_a_version_holds_what_came_by_it_and_was_not_given_up() -> None:
    assert "challenge.timing" in BOOK.codes_at("1.2")
    assert "challenge.timing" not in BOOK.codes_at("1.10")
    assert BOOK.codes_at("2") == BOOK.codes_at("2.0")
    assert BOOK.codes_at("2.0") == {code for code, (_, until) in CODES.items() if not until}


def test_groups_are_what_changes_join_over_all_versions_between() -> None:
    found = BOOK.crosswalk("1.0", "2.0")
    assert {(g.old, g.new) for g in found.groups} == {
        (("challenge.staff",), ("challenge.shortage", "challenge.turnover")),
        (("challenge.law", "challenge.privacy"), ("challenge.rules",)),
        (("challenge.timing",), ("challenge.schedule",)),
        (("challenge.aims",), ("challenge.aims",)),
        (("challenge.same",), ("challenge.same",)),
    }
    assert found.without == {"challenge.gone": "retired", "challenge.new": "introduced"}
    redefined = {
        g.code for g in found.groups if any(change.kind == "redefine" for change in g.changes)
    }
    assert redefined == {"challenge.aims"}
    assert [g.code for g in found.groups if is_unchanged(g)] == ["challenge.same"]


def test_a_group_is_called_after_the_code_that_means_all_of_it() -> None:
    found = BOOK.crosswalk("1.0", "2.0")
    assert found.find_group("challenge.turnover").code == "challenge.staff"  # type: ignore[union-attr]
    assert found.find_group("challenge.law").code == "challenge.rules"  # type: ignore[union-attr]
    assert found.find_group("challenge.timing").code == "challenge.schedule"  # type: ignore[union-attr]
    assert found.find_group("challenge.gone") is None


def test_the_way_back_joins_the_same_codes() -> None:
    there, back = BOOK.crosswalk("1.0", "2.0"), BOOK.crosswalk("2.0", "1.0")
    assert {(g.old, g.new) for g in there.groups} == {(g.new, g.old) for g in back.groups}
    assert there.without == back.without


def test_a_change_outside_the_two_versions_joins_nothing() -> None:
    assert all(is_unchanged(group) for group in BOOK.crosswalk("1.10", "1.10").groups)
    staff = BOOK.crosswalk("1.0", "1.10").find_group("challenge.staff")
    assert staff is not None
    assert is_unchanged(staff)


def study(readings: dict[str, str], marks: list[tuple[str, str, str]]) -> dict[str, pd.DataFrame]:
    """One report a reading, "D1": "1.0"; marks are (document, code, polarity) of its one coder."""
    documents = sorted(readings)
    codings = [
        {"segment_id": f"S{d}", "code_id": code, "coder_id": "K", "round": 1, "polarity": polarity}
        for d, code, polarity in marks
    ]
    return {
        "documents": pd.DataFrame({"document_id": documents, "project_id": documents}),
        "codes": pd.DataFrame(
            [(c, since, until or pd.NA, "challenge", True) for c, (since, until) in CODES.items()],
            columns=["code_id", "codebook_version", "retired", "kind", "codable"],
        ),
        "code_changes": pd.DataFrame(
            [
                (c.from_version, c.to_version, c.from_code, c.to_code, c.kind, c.note)
                for c in CHANGES
            ],
            columns=["from_version", "to_version", "from_code_id", "to_code_id", "kind", "note"],
        ),
        "coders": pd.DataFrame({"coder_id": ["K"], "role": ["coder"]}),
        "readings": pd.DataFrame(
            [(d, "K", 1, True, readings[d]) for d in documents],
            columns=["document_id", "coder_id", "round", "complete", "codebook_version"],
        ),
        "segments": pd.DataFrame(
            [(f"S{d}", d) for d in documents], columns=["segment_id", "document_id"]
        ),
        "codings": pd.DataFrame(
            codings, columns=["segment_id", "code_id", "coder_id", "round", "polarity"]
        ).astype({"round": "int64"}),
    }


def states(tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], str]:
    frame = compute_presence(tables, tables["documents"], "majority")
    return {(r.project_id, r.code_id): r.state for r in frame.itertuples()}  # type: ignore[misc]


def test_codings_carry_over_where_it_is_plain_what_they_are_now() -> None:
    found = states(
        study(
            {"D1": "1.0", "D2": "2.0"},
            [("D1", "challenge.timing", "affirm"), ("D1", "challenge.privacy", "deny")],
        )
    )
    assert found["D1", "challenge.schedule"] == "yes"
    assert found["D1", "challenge.rules"] == "no"
    assert found["D2", "challenge.schedule"] == "silent"


def test_what_was_not_looked_for_is_not_silent() -> None:
    found = states(study({"D1": "1.0", "D2": "2.0"}, [("D1", "challenge.staff", "affirm")]))
    for code in ("shortage", "turnover", "new"):
        assert found["D1", f"challenge.{code}"] == "not_asked"
        assert found["D2", f"challenge.{code}"] == "silent"
    for code in ("staff", "gone", "law"):  # not in the version that the wave is stated in
        assert found["D1", f"challenge.{code}"] == "not_asked"


def test_a_wave_read_with_an_older_version_keeps_its_own_codes() -> None:
    found = states(study({"D1": "1.0"}, [("D1", "challenge.staff", "affirm")]))
    assert found["D1", "challenge.staff"] == "yes"
    assert found["D1", "challenge.timing"] == "silent"
    assert found["D1", "challenge.turnover"] == "not_asked"


@pytest.mark.parametrize("without", [[], ["codebook_version"], ["codebook_version", "retired"]])
def test_data_from_before_versions_are_asked_of_every_code_in_use(without: list[str]) -> None:
    tables = study({"D1": "2.0"}, [("D1", "challenge.aims", "affirm")])
    tables["readings"] = tables["readings"].drop(columns="codebook_version")
    tables["codes"] = tables["codes"].drop(columns=without)
    found = states(tables)
    assert found["D1", "challenge.aims"] == "yes"
    in_use = set(BOOK.codes_at("2.0")) if not without else None
    for (_, code), state in found.items():
        if in_use is None and "retired" in without:
            assert state != "not_asked"
        elif in_use is not None:
            assert (state != "not_asked") == (code in in_use)


def test_coders_with_different_versions_vote_where_they_were_asked() -> None:
    """Two read with 2.0 and one of them affirms: half is no majority. The third had 1.0."""
    tables = study({"D1": "2.0"}, [("D1", "challenge.turnover", "affirm")])
    others = pd.DataFrame(
        [("D1", "L", 1, True, "2.0"), ("D1", "M", 1, True, "1.0")],
        columns=tables["readings"].columns,
    )
    tables["readings"] = pd.concat([tables["readings"], others], ignore_index=True)
    tables["coders"] = pd.DataFrame({"coder_id": ["K", "L", "M"], "role": "coder"})
    assert states(tables)["D1", "challenge.turnover"] == "silent"
    tables["readings"] = tables["readings"].iloc[[0, 2]]
    assert states(tables)["D1", "challenge.turnover"] == "yes"


def test_links_follow_codes_to_their_new_names() -> None:
    tables = study(
        {"D1": "1.0", "D2": "2.0"},
        [("D1", "challenge.timing", "affirm")],
    )
    tables["codes"].loc[tables["codes"]["code_id"] == "challenge.same", "kind"] = "response"
    more = {"segment_id": "S2", "code_id": "challenge.same", "coder_id": "K", "round": 1,
            "polarity": "affirm"}  # fmt: skip
    tables["codings"] = pd.concat([tables["codings"], pd.DataFrame([more])], ignore_index=True)
    tables["segments"] = pd.concat(
        [tables["segments"], pd.DataFrame([{"segment_id": "S2", "document_id": "D1"}])],
        ignore_index=True,
    )
    tables["relations"] = pd.DataFrame(
        {"relation_id": ["R"], "from_segment_id": ["S2"], "to_segment_id": ["SD1"],
         "kind": ["answers"], "coder_id": ["K"]}
    )  # fmt: skip
    states = compute_presence(tables, tables["documents"], "any")
    found = linked_responses(tables, tables["documents"], states, "any", Vocabulary())
    assert found.values.tolist() == [["D1", "challenge.schedule", "challenge.same", 1]]


names = st.sampled_from([f"challenge.{letter}" for letter in "abcdef"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, names), max_size=8))
def test_every_code_is_in_one_group_or_has_none(pairs: list[tuple[str, str]]) -> None:
    terms = {f"challenge.{letter}": ("1", "2") for letter in "abc"}
    terms |= {f"challenge.{letter}": ("2", "") for letter in "def"}
    changes: Any = tuple(Change("1", "2", a, b, "merge") for a, b in pairs)
    found = Codebook(terms, changes).crosswalk("1", "2")
    listed = [code for group in found.groups for code in {*group.old, *group.new}]
    assert sorted([*listed, *found.without]) == sorted(terms)
    assert len({group.code for group in found.groups}) == len(found.groups)
    for a, b in pairs:
        assert found.find_group(a) == found.find_group(b)

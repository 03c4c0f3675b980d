"""What a report says, by whose word: against counts by hand."""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.evidence import compute_presence, linked_responses, read_tables
from evaltools.evidence.code_presence import CoderRule
from evaltools.study import Vocabulary

WORDS = Vocabulary()
RULES = get_args(CoderRule)


def states(tables: dict[str, pd.DataFrame], rule: Any, *documents: str) -> dict[str, str]:
    chosen = tables["documents"][tables["documents"]["document_id"].isin(documents)]
    frame = compute_presence(tables, chosen, rule)
    return {
        f"{row.project_id} {row.code_id}": f"{row.state} {row.segments} {row.coders}"
        for row in frame.itertuples()
    }


SAME = {
    "P1 challenge.staff": "yes 1 2",
    "P1 goal.services": "silent 0 0",
    "P1 response.training": "yes 1 2",
    "P2 challenge.staff": "no 0 0",
    "P2 challenge.systems": "silent 0 0",
    "P2 goal.services": "silent 0 0",
    "P2 response.training": "silent 0 0",
}
BY_HAND = {
    # One coder denies that systems failed, the other finds both said: one of two affirms.
    "any": SAME | {"P1 challenge.systems": "yes 1 1"},
    "majority": SAME | {"P1 challenge.systems": "no 1 1"},
    "all": SAME | {"P1 challenge.systems": "no 1 1"},
    # The consensus of P1 keeps only the staff; P2 has none, so its one whole reading stands.
    "consensus": SAME
    | {
        "P1 challenge.staff": "yes 1 1",
        "P1 challenge.systems": "silent 0 0",
        "P1 response.training": "silent 0 0",
    },
}


@pytest.mark.parametrize("rule", RULES)
def test_presence_is_what_a_count_by_hand_gives(pristine: Any, rule: str) -> None:
    tables = read_tables(pristine.folder)
    assert states(tables, rule, "D1", "D2") == BY_HAND[rule]


def test_what_coders_agree_on_stands_where_no_consensus_was_sought(pristine: Any) -> None:
    tables = read_tables(pristine.folder)
    assert states(tables, "consensus", "D3") == {
        "P3 challenge.staff": "silent 1 1",
        "P3 challenge.systems": "silent 1 1",
        "P3 goal.services": "silent 0 0",
        "P3 response.training": "yes 1 2",
    }


def test_one_of_two_coders_is_no_majority(pristine: Any) -> None:
    tables = read_tables(pristine.folder)
    assert states(tables, "majority", "D3")["P3 challenge.staff"] == "silent 1 1"


def test_a_coder_who_did_not_read_to_the_end_has_no_vote(package: Any) -> None:
    package.change("readings", 3, complete="false")  # B in D1
    assert states(read_tables(package.folder), "majority", "D1") == {
        "P1 challenge.staff": "yes 1 1",
        "P1 challenge.systems": "no 0 0",
        "P1 goal.services": "silent 0 0",
        "P1 response.training": "yes 1 1",
    }


def test_of_two_rounds_the_last_complete_one_is_a_coders_word(package: Any) -> None:
    package.add("readings", document_id="D1", coder_id="A", round="2", complete="true")
    package.add("codings", coding_id="K20", segment_id="S3", code_id="challenge.systems",
                coder_id="A", polarity="affirm", round="2", created="2022-03-01")  # fmt: skip
    found = states(read_tables(package.folder), "all", "D1")
    assert found["P1 challenge.systems"] == "yes 1 2"
    assert found["P1 challenge.staff"] == "silent 1 1"


def test_a_passage_coded_twice_counts_once(package: Any) -> None:
    package.add("codings", **(package.tables["codings"][0] | {"coding_id": "K20"}))
    assert states(read_tables(package.folder), "any", "D1")["P1 challenge.staff"] == "yes 1 2"


def test_order_of_rows_changes_nothing(pristine: Any) -> None:
    tables = read_tables(pristine.folder)
    turned = {name: frame.iloc[::-1] for name, frame in tables.items()}
    for rule in RULES:
        expected = compute_presence(tables, tables["documents"], rule)
        pd.testing.assert_frame_equal(compute_presence(turned, turned["documents"], rule), expected)


def test_links_are_relations_between_themes_that_are_present(pristine: Any) -> None:
    tables = read_tables(pristine.folder)
    documents = tables["documents"]
    found = {
        rule: linked_responses(
            tables, documents, compute_presence(tables, documents, rule), rule, Vocabulary()
        ).values.tolist()
        for rule in RULES
    }
    two = ["P1", "challenge.staff", "response.training", 2]
    one = ["P3", "challenge.staff", "response.training", 1]
    assert found == {"any": [two, one], "majority": [two], "all": [two], "consensus": []}


def test_other_relations_are_no_answers(package: Any) -> None:
    for row in (2, 3):
        package.change("relations", row, kind="leads_to")
    tables = read_tables(package.folder)
    documents = tables["documents"]
    frame = linked_responses(
        tables, documents, compute_presence(tables, documents, "majority"), "majority", Vocabulary()
    )
    assert frame.empty
    assert list(frame.columns) == ["project_id", "challenge", "response", "links"]


def made(votes: list[list[str]], complete: list[bool]) -> dict[str, pd.DataFrame]:
    """One report, codes c0, c1, …: votes[code][coder] is a polarity or nothing."""
    coders = [f"K{number}" for number in range(len(complete))]
    codings = [
        {"segment_id": "S", "code_id": f"c{code}", "coder_id": coders[coder], "round": 1,
         "polarity": polarity}
        for code, of_code in enumerate(votes)
        for coder, polarity in enumerate(of_code)
        if polarity
    ]  # fmt: skip
    return {
        "documents": pd.DataFrame({"document_id": ["D"], "project_id": ["P"]}),
        "codes": pd.DataFrame(
            {"code_id": [f"c{n}" for n in range(len(votes))], "kind": "challenge", "codable": True}
        ),
        "coders": pd.DataFrame({"coder_id": coders, "role": "coder"}),
        "readings": pd.DataFrame(
            {"document_id": "D", "coder_id": coders, "round": 1, "complete": complete}
        ),
        "segments": pd.DataFrame({"segment_id": ["S"], "document_id": ["D"]}),
        "codings": pd.DataFrame(
            codings, columns=["segment_id", "code_id", "coder_id", "round", "polarity"]
        ).astype({"round": "int64"}),
    }


polarities = st.sampled_from(["", "affirm", "deny", "mixed"])


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda coders: st.tuples(
            st.lists(
                st.lists(polarities, min_size=coders, max_size=coders), min_size=1, max_size=4
            ),
            st.lists(st.booleans(), min_size=coders, max_size=coders).filter(any),
        )
    )
)
def test_whatever_is_present_by_all_is_by_majority_and_by_any(
    case: tuple[list[list[str]], list[bool]],
) -> None:
    tables = made(*case)
    of = {rule: compute_presence(tables, tables["documents"], rule)["state"] for rule in RULES}
    assert not ((of["all"] == "yes") & (of["majority"] != "yes")).any()
    assert not ((of["majority"] == "yes") & (of["any"] != "yes")).any()
    assert not ((of["any"] == "silent") & (of["all"] != "silent")).any()
    assert (of["consensus"] == of["all"]).all()  # no consensus coder read it

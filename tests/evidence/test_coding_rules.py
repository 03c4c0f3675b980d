"""Rules of the coding: codes, coders, answers, goals, ratings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Spoil = Callable[[Any], Any]


MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "code-groups": (
        lambda p: p.change("codings", 2, code_id="challenge.all"),
        (
            'data/coding/codings.csv, row 2, column code_id: "challenge.all" only '
            "groups other codes; allowed: challenge.staff, challenge.systems. "
            "Choose a narrower code. [data.code-not-codable]",
        ),
    ),
    "goal-code": (
        lambda p: p.change("goals", 2, code_id="challenge.staff"),
        (
            'data/coding/goals.csv, row 2, column code_id: "challenge.staff" is a '
            "code of the kind challenge; allowed: a code of the kind goal. Choose "
            "the theme of the goal. [data.code-kind]",
        ),
    ),
    "code-cycle": (
        lambda p: p.change("codes", 2, parent_id="challenge.staff"),
        (
            'data/coding/codes.csv, row 2, column parent_id: "challenge.all" is '
            "above itself; allowed: a tree. Correct the broader code. "
            "[data.code-cycle]",
            'data/coding/codes.csv, row 3, column parent_id: "challenge.staff" is '
            "above itself; allowed: a tree. Correct the broader code. "
            "[data.code-cycle]",
        ),
    ),
    "rating": (
        lambda p: p.change("ratings", 3, value="6"),
        (
            "data/coding/ratings.csv, row 3, column value: 6 is outside the scale "
            'of "steering"; allowed: 1 to 5. Correct the answer, or empty the row. '
            "[data.rating]",
        ),
    ),
    "reading": (
        lambda p: p.change("codings", 9, coder_id="C"),
        (
            'data/coding/codings.csv, row 9, column coder_id: "C" has no reading '
            'of document "D2" in round 1; allowed: a coder with a reading of the '
            "document in the round. Add the reading to readings, or correct the "
            "coder or the round. [data.reading]",
        ),
    ),
    "unread": (
        lambda p: p.change("readings", 5, complete="false"),
        (
            "data/reports/documents.csv, row 3, column document_id: no coder has "
            'read "D2" from beginning to end; allowed: at least one complete '
            "reading of each final report. Add its reading to readings; until it "
            "is coded, leave it out of documents. [data.unread]",
        ),
    ),
    "answers-turned": (
        lambda p: p.change("relations", 4, from_segment_id="S5", to_segment_id="S6"),
        (
            'data/coding/relations.csv, row 4, column from_segment_id: "S5" '
            "carries no code of the kind response; allowed: from a passage with a "
            "response to a passage with a challenge. Turn the relation round, or "
            "correct the coding. [data.answers]",
            'data/coding/relations.csv, row 4, column to_segment_id: "S6" carries '
            "no code of the kind challenge; allowed: from a passage with a "
            "response to a passage with a challenge. Turn the relation round, or "
            "correct the coding. [data.answers]",
        ),
    ),
    "answers-document": (
        lambda p: p.change("relations", 4, to_segment_id="S1"),
        (
            'data/coding/relations.csv, row 4, column to_segment_id: "S1" is in '
            'document "D1", "S6" in "D3"; allowed: both passages in one document. '
            "Correct the passage. [data.relation]",
        ),
    ),
    "attainment": (
        lambda p: p.change("goals", 3, measured_by="asserted"),
        (
            'data/coding/goals.csv, row 3, column measured_by: "asserted" with '
            'attainment "not_reported"; allowed: none where the attainment is '
            "not_reported, and only there. Correct the one that is wrong. "
            "[data.attainment]",
        ),
    ),
    "signs": (
        lambda p: p.change("goals", 3, attainment="partly", measured_by="asserted"),
        (
            'data/coding/goals.csv, row 3, column goal_id: "G2" is "partly", and has no row in '
            "rooting; allowed: a row of each goal achieved or partly achieved. "
            "Add its row, with silent for what the report does not tell. [data.signs-missing]",
        ),
    ),
    "goal-project": (
        lambda p: p.change("goals", 3, project_id="P3"),
        (
            'data/coding/goals.csv, row 3, column project_id: "P3", but document '
            '"D1" is of project "P1"; allowed: the project of the document. '
            "Correct the one that is wrong. [data.goal-project]",
        ),
    ),
    "passage": (
        lambda p: p.change("saving_claims", 2, segment_id="S4"),
        (
            'data/coding/saving_claims.csv, row 2, column segment_id: "S4" is in '
            'document "D2"; allowed: a passage of document "D1". Correct the '
            "passage or the document. [data.passage]",
        ),
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_place_finding_rule_and_remedy(package: Any, kind: str) -> None:
    spoil, messages = MISTAKES[kind]
    spoil(package)
    assert package.problems() == list(messages)

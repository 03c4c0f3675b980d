"""One coding, goal, rating, claim, grant or parameter changes: what rests on it may, no more.

Relatedness is told here by hand: which numbers a change of a kind of thing can reach, and, read
from findings.yml as plain YAML, which numbers a finding looks at. A change is put through the
narrowest path that recomputes those numbers; every so often the whole of it, selection and all
chapters, is computed too, and must agree.
"""

from __future__ import annotations

import random

import pytest
from count_by_hand import exact_of, midp
from one_thing_changed import (
    MUTATIONS,
    Mutation,
    base,
    by_identity,
    everything,
    plain,
    reached,
    recompute_coding,
)

WHOLE_EVERY = 120


@pytest.mark.parametrize("kind", list(MUTATIONS))
def test_nothing_changes_but_what_rests_on_the_thing_that_changed(kind):
    start = base()
    rounds, mutate, recompute = MUTATIONS[kind]
    rng = random.Random(f"mutations of one {kind}")
    changed_numbers = 0
    for turn in range(rounds):
        mutation = mutate(rng)
        fresh = {
            identity: record
            for identity, record in by_identity(recompute(mutation)).items()
            if plain(record) != plain(start.records[identity])
        }
        beyond = [key for key, _, _ in fresh if not reached(key, mutation.reach)]
        assert beyond == [], f"{kind} {turn}: numbers change that the change cannot reach"
        for name, judged in start.judge(fresh).items():
            before = start.judged[name]
            related = any(reached(key, mutation.reach) for key in start.read[name])
            same = [plain(r) for r in judged.numbers] == [plain(r) for r in before.numbers]
            changed_numbers += not same
            if not related:
                assert same, (kind, turn, name)
            pairs = "order.first_only.share"  # how many have one of two is told by no share
            if same and not (
                pairs in start.read[name] and any(key == pairs for key, _, _ in fresh)
            ):
                assert judged.outcome == before.outcome, (kind, turn, name)
                assert judged.reason.as_values() == before.reason.as_values(), (kind, turn, name)
        if turn % WHOLE_EVERY == 0:
            whole = by_identity(everything(mutation.evidence()))
            differing = {i for i, r in whole.items() if plain(r) != plain(start.records[i])}
            assert all(reached(key, mutation.reach) for key, _, _ in differing), (kind, turn)
            looked_at = set().union(*start.read.values())
            assert {i for i in differing if i[0] in looked_at} == {
                i for i in fresh if i[0] in looked_at
            }, (kind, turn)
    # The test could not fail if changes never reached a finding. What a ledger says of a claim is
    # read by none, and one grant may not move the balance of the projects that reported.
    assert changed_numbers > 0 or kind in ("claim", "grant")


def test_enough_mutations_are_tried():
    assert sum(rounds for rounds, _, _ in MUTATIONS.values()) >= 500


BURDEN = "steering.administrative_burden"


def take_away(code, name):
    """How a finding comes out as report after report loses a code, with the records that change."""
    start = base()
    frame = start.tables["codings"]
    segments = start.tables["segments"].set_index("segment_id")["document_id"]
    for document in sorted(start.evidence.reports["document_id"]):
        own = frame["segment_id"].map(segments).eq(document) & frame["code_id"].eq(code)
        if own.any():
            frame = frame[~own]
            fresh = by_identity(recompute_coding(Mutation("codings", frame, (), {})))
            yield start.judge(fresh)[name].outcome, {**start.records, **fresh}


def test_a_sentence_turns_false_when_enough_codings_are_taken_away():
    name = "release-manual-steps"
    for outcome, records in take_away("result.automation", name):
        told = records["result.automation.share", "D", ()].x
        assert (outcome == "does_not_hold") == (told <= 10), told  # a fifth of 52 is 10.4
        if outcome == "does_not_hold":
            return
    raise AssertionError("it never turned")


def test_an_order_is_open_between_a_lead_and_its_reverse():
    """What is told more often is no longer so where it could be chance, long before a tie."""
    pair = (("first", "steering.additionality"), ("second", BURDEN))
    came = []
    for outcome, records in take_away(BURDEN, "burden-told-more-often-than-additionality"):
        record = records["order.first_only.share", "P", pair]
        behind, ahead = record.x, record.n - record.x
        beyond = min(midp(ahead, behind), exact_of(ahead, behind, record.N - record.n)) <= 0.05
        told = "holds" if ahead > behind else "does_not_hold"
        assert outcome == (told if beyond else "cannot_be_told"), (ahead, behind)
        came.append(outcome)
    assert list(dict.fromkeys(came)) == ["holds", "cannot_be_told", "does_not_hold"]

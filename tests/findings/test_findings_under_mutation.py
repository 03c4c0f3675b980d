"""One coding, goal, rating, claim, grant or parameter changes: what rests on it may, no more.

Relatedness is told here by hand: which numbers a change of a kind of thing can reach, and, read
from findings.yml as plain YAML, which numbers a finding looks at. A change is put through the
narrowest path that recomputes those numbers; every so often the whole of it, selection and all
chapters, is computed too, and must agree.
"""

from __future__ import annotations

import random

import pytest
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
            if same:
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


@pytest.mark.parametrize(
    "name", ["burden-told-more-often-than-additionality", "release-manual-steps"]
)
def test_a_sentence_turns_false_when_enough_codings_are_taken_away(name):
    """The order turns where both are told of equally often, and the sentence with it."""
    start = base()
    code = BURDEN if name.startswith("burden") else "result.automation"
    held = [start.records[f"{code}.share", "D", ()].x]
    frame = start.tables["codings"]
    segments = start.tables["segments"].set_index("segment_id")["document_id"]
    documents = sorted(start.evidence.reports["document_id"])
    outcomes = []
    for document in documents:
        own = frame["segment_id"].map(segments).eq(document) & frame["code_id"].eq(code)
        if not own.any():
            continue
        frame = frame[~own]
        mutation = Mutation("codings", frame, (), {})
        fresh = by_identity(recompute_coding(mutation))
        outcomes.append(start.judge(fresh)[name].outcome)
        identity = (f"{code}.share", "D", ())
        held.append(fresh.get(identity, start.records[identity]).x)
        if outcomes[-1] == "does_not_hold":
            break
    assert outcomes[-1] == "does_not_hold"
    additionality = start.records["steering.additionality.share", "D", ()].x
    turning = additionality if code == BURDEN else 10  # a fifth of 52 is 10.4
    assert held[-1] == turning
    assert all(n > turning for n in held[:-1])

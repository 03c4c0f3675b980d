"""State: what a coder's acts amount to. A pure function of the journal, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaltools.coding.acts import Act, Code, Decide, Read, Relate, Settled, Uncode, Undo, Unrelate

CodingKey = tuple[str, int, int, str]
"""Document, start, end, code."""
RelationKey = tuple[str, tuple[int, int], tuple[int, int], str]
"""Document, where from, where to, kind."""


@dataclass(frozen=True)
class Marked:
    """A code on a passage as it stands, and the act that put it there."""

    coding: Code | Settled
    act: Code | Decide


@dataclass(frozen=True)
class State:
    """What stands after all acts.

    Arguments:
        codings: in order of document, start, end, code.
        relations: only while both passages carry the codes that they tie.
        readings: of every document the coder has done anything in; complete or not, and the
            version of the codebook.
        decisions: by document and unit.
    """

    codings: Mapping[CodingKey, Marked]
    relations: tuple[RelationKey, ...]
    readings: Mapping[str, Read]
    decisions: Mapping[tuple[str, str], Decide]


def in_force(acts: Sequence[Act]) -> tuple[Act, ...]:
    """The acts that no later act in force takes back, in their order."""
    taken_back: set[str] = set()
    standing: list[Act] = []
    for act in reversed(acts):
        if act.id in taken_back:
            continue
        standing.append(act)
        if isinstance(act, Undo):
            taken_back.add(act.of)
    return tuple(reversed(standing))


def fold(acts: Sequence[Act]) -> State:
    """What a journal amounts to.

    Arguments:
        acts: in the order in which they were written; an act named twice counts once.
    """
    codings: dict[CodingKey, Marked] = {}
    relations: set[RelationKey] = set()
    readings: dict[str, Read] = {}
    decisions: dict[tuple[str, str], Decide] = {}
    for act in in_force(_once(acts)):
        document = act.document_id
        if isinstance(act, Code):
            codings[(document, *act.passage.place, act.code_id)] = Marked(act, act)
        elif isinstance(act, Uncode):
            codings.pop((document, *act.place, act.code_id), None)
        elif isinstance(act, Read):
            readings[document] = act
        elif isinstance(act, Relate):
            relations.add((document, act.source, act.target, act.kind))
        elif isinstance(act, Unrelate):
            relations.discard((document, act.source, act.target, act.kind))
        elif isinstance(act, Decide):
            decisions[document, act.unit] = act
    for decision in decisions.values():
        for item in decision.codings:
            key = (decision.document_id, *item.passage.place, item.code_id)
            codings[key] = Marked(item, decision)
    for document in sorted({key[0] for key in codings} - set(readings)):
        readings[document] = Read(id="implied-by-coding", document_id=document, complete=False)
    kinds: dict[tuple[str, int, int], set[str]] = {}
    for key, marked in codings.items():
        kinds.setdefault(key[:3], set()).add(marked.coding.kind)
    return State(
        dict(sorted(codings.items(), key=lambda item: item[0])),
        tuple(sorted(key for key in relations if _holds(key, kinds))),
        dict(sorted(readings.items())),
        dict(sorted(decisions.items())),
    )


def _holds(key: RelationKey, kinds: Mapping[tuple[str, int, int], set[str]]) -> bool:
    document, source, target, _ = key
    return "response" in kinds.get((document, *source), ()) and "challenge" in kinds.get(
        (document, *target), ()
    )


def _once(acts: Iterable[Act]) -> tuple[Act, ...]:
    seen: dict[str, Act] = {}
    for act in acts:
        seen.setdefault(act.id, act)
    return tuple(seen.values())

"""Disagreements between coders who read the same document, and the session that settles them.

The unit is one code in one document: whether the project is said to have it, which is what the
report counts. Within the unit all passages of the code are looked at together. Coders differ on
a unit by presence (some gave the code, some did not), by polarity (all gave it, not with the same
meaning), or by place: all gave it somewhere, yet a passage that one marked with it overlaps one
that another marked with other codes only.

The consensus is a coder with a journal. A document is shown only when every coder of it has read
it whole. Nothing else of anybody's coding leaves this file, so whoever is still reading can be
asked to look at the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from evaltools.coding.coder_view import CoderView
from evaltools.coding.journal import load_codings, read_in_study
from evaltools.coding.session import CodingSession, Message
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda.model import Certainty, Coder, Coding, CodingSet, Polarity, Segment
from evaltools.study import Language, Study

Kind = Literal["agreed", "presence", "polarity", "place"]


@dataclass(frozen=True)
class MarkedPassage:
    """A passage that carries the code, and the codings that were put together in it."""

    start: int
    end: int
    polarity: Polarity
    certainty: Certainty | None
    coding_ids: tuple[str, ...]


@dataclass(frozen=True)
class CoderDecision:
    """How one coder has the unit.

    Arguments:
        marks: their passages with the code, in order; none where they did not give it.
        beside: other codes they gave to passages that overlap another coder's with this code,
            where they did not give this one.
    """

    coder_id: str
    marks: tuple[MarkedPassage, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unit:
    """One code in one document, as each coder has it.

    Arguments:
        decisions: in the order of the coders.
        together: all passages put together: those that overlap become one, which carries the
            polarity that all have, or `mixed`.
    """

    document_id: str
    code_id: str
    kind: Kind
    decisions: tuple[CoderDecision, ...]
    together: tuple[MarkedPassage, ...]


def comparable_coders(
    coding: CodingSet, round_: int, coders: Sequence[str], *, all_of_them: bool
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Which documents can be compared, and between whom.

    Arguments:
        coding: readings of all coders.
        coders: who is compared, in this order.
        all_of_them: every one of them has to have read a document, else those who began it.

    Returns the coders of each document that at least two have read whole and nobody has begun
    only; and of the documents that someone read whole and someone did not, which cannot be
    compared yet, since to see them would undo someone's blindness, those who have not.
    """
    read: dict[str, dict[str, bool]] = {}
    for reading in coding.readings:
        if reading.round == round_ and reading.coder_id in coders:
            read.setdefault(reading.document_id, {})[reading.coder_id] = reading.complete
    ready: dict[str, tuple[str, ...]] = {}
    blind: dict[str, tuple[str, ...]] = {}
    for document, done in sorted(read.items()):
        expected = tuple(coder for coder in coders if all_of_them or coder in done)
        unfinished = tuple(coder for coder in expected if not done.get(coder))
        if unfinished and any(done.values()):
            blind[document] = unfinished
        elif not unfinished and len(expected) > 1:
            ready[document] = expected
    return ready, blind


_Given = tuple[Segment, Coding]
"""A coding with its passage."""


def units(coding: CodingSet, round_: int, readers: dict[str, tuple[str, ...]]) -> tuple[Unit, ...]:
    """Every unit that at least one coder gave, agreed on or not.

    Arguments:
        coding: segments and codings of all coders.
        readers: documents that are compared, with their coders in order.

    In order of document, place of the first passage, and code.
    """
    segments = {segment.segment_id: segment for segment in coding.segments}
    given: dict[tuple[str, str], list[_Given]] = {}
    by_document: dict[str, list[_Given]] = {}
    for one in sorted(coding.codings, key=lambda row: row.coding_id):
        segment = segments.get(one.segment_id)
        if segment is None or one.round != round_:
            continue
        if one.coder_id in readers.get(segment.document_id, ()):
            given.setdefault((segment.document_id, one.code_id), []).append((segment, one))
            by_document.setdefault(segment.document_id, []).append((segment, one))
    found = []
    for (document, code), rows in given.items():
        decisions = []
        for coder in readers[document]:
            own = [_mark(*row) for row in rows if row[1].coder_id == coder]
            own.sort(key=attrgetter("start", "end"))
            beside = _other_codes(code, coder, rows, by_document[document])
            decisions.append(CoderDecision(coder, tuple(own), beside))
        together = merge_marks(_mark(*row) for row in rows)
        found.append(Unit(document, code, _kind(decisions), tuple(decisions), together))
    return tuple(sorted(found, key=lambda u: (u.document_id, u.together[0].start, u.code_id)))


def merge_marks(marks: Iterable[MarkedPassage]) -> tuple[MarkedPassage, ...]:
    """Passages that overlap as one, from the first character of any to the last of any."""
    merged: list[MarkedPassage] = []
    for mark in sorted(marks, key=lambda one: (one.start, one.end, one.coding_ids)):
        if merged and mark.start < merged[-1].end:
            last = merged[-1]
            same = last.polarity == mark.polarity
            merged[-1] = MarkedPassage(
                last.start,
                max(last.end, mark.end),
                last.polarity if same else "mixed",
                "unsure" if "unsure" in (last.certainty, mark.certainty) else None,
                tuple(dict.fromkeys((*last.coding_ids, *mark.coding_ids))),
            )
        else:
            merged.append(mark)
    return tuple(merged)


def _mark(segment: Segment, one: Coding) -> MarkedPassage:
    return MarkedPassage(segment.start, segment.end, one.polarity, one.certainty, (one.coding_id,))


def _other_codes(
    code: str, coder: str, rows: Sequence[_Given], all_rows: Sequence[_Given]
) -> tuple[str, ...]:
    """Codes that a coder gave where others gave this one and they did not."""
    own = [segment for segment, one in rows if one.coder_id == coder]
    missed = [
        passage
        for passage, one in rows
        if one.coder_id != coder and not any(_overlap(passage, mine) for mine in own)
    ]
    beside = {
        one.code_id
        for segment, one in all_rows
        if one.coder_id == coder and any(_overlap(segment, passage) for passage in missed)
    }
    return tuple(sorted(beside - {code}))


def _overlap(a: Segment, b: Segment) -> bool:
    return a.start < b.end and b.start < a.end


def _kind(decisions: Sequence[CoderDecision]) -> Kind:
    if not all(one.marks for one in decisions):
        return "presence"
    polarities = [{mark.polarity for mark in one.marks} for one in decisions]
    # Whoever gave it with several meanings has it mixed, as whoever marked it so.
    if len({only if len(own) == 1 else "mixed" for own in polarities for only in own}) > 1:
        return "polarity"
    return "place" if any(one.beside for one in decisions) else "agreed"


class ConsensusSession(CodingSession):
    """What is settled between coders in a round.

    Arguments:
        coders: who is compared, in this order; all of role coder where none are named.
        documents: which ones; all that can be compared where none are named.

    Raises ProblemError where the study has no consensus coder, where a named document cannot be
    compared yet, naming who has not read it, or where there is nothing to compare.
    """

    def __init__(
        self,
        study: Study,
        coders: Sequence[str] | None,
        documents: Sequence[str] | None,
        round_: int,
        language: Language,
    ) -> None:
        material = CoderView(study)
        everybody = (one for one in material.coders.values() if one.role == "coder")
        chosen = tuple(everybody if coders is None else map(material.coder, coders))
        coding = load_codings(study, chosen, round_)
        names = [coder.coder_id for coder in chosen]
        readers, self.blind = comparable_coders(
            coding, round_, names, all_of_them=coders is not None
        )
        refuse(_not_comparable(readers, self.blind, documents))
        self.readers = {
            name: who for name, who in readers.items() if documents is None or name in documents
        }
        self.units = units(coding, round_, self.readers)
        self.compared = chosen
        consensus = _consensus(material)
        self.settled_before = read_in_study(study, consensus, round_) & set(self.readers)
        super().__init__(study, consensus.coder_id, None, round_, language)

    def _hello(self) -> Message:
        self._try_again()
        shown = [unit for unit in self.units if unit.document_id in self.material.documents]
        return {
            **self._introduction(),
            "coders": [{"id": coder.coder_id, "name": coder.pseudonym} for coder in self.compared],
            "documents": [
                row for name, row in self.material.documents.items() if name in self.readers
            ],
            "units": [_as_message(unit) for unit in shown],
            "blind": [
                {"document_id": name, "unfinished": list(who)} for name, who in self.blind.items()
            ],
            "settled_before": len(self.settled_before),
            "acts": [event.model_dump(mode="json") for event in self.journal.events],
        }

    def _open(self, document_id: str) -> Iterator[Message]:
        if document_id in self.readers:
            yield self._document(document_id)


def _consensus(material: CoderView) -> Coder:
    if agreed := [coder for coder in material.coders.values() if coder.role == "consensus"]:
        return agreed[0]
    path = f"{material.study.declaration.data}/coding/coders.csv"
    remedy = f"Add a line to {path}: consensus,Consensus,consensus,"
    problem = Problem(path, "there is no coder of the role consensus", "", remedy, "coding.coder")
    raise ProblemError([problem])


def _not_comparable(
    readers: dict[str, tuple[str, ...]],
    waiting: dict[str, tuple[str, ...]],
    wanted: Sequence[str] | None,
) -> Iterator[Problem]:
    remedy = "The coder marks it as read whole in the coding panel (key w)."
    for name in wanted if wanted is not None else ():
        if name in waiting:
            what = f"{', '.join(waiting[name])} has not read it whole"
            yield Problem(f"document {name}", what, "", remedy, "coding.blind")
        elif name not in readers:
            what = "fewer than two coders have read it"
            yield Problem(f"document {name}", what, "", remedy, "coding.blind")
    if wanted is None and not readers:
        what = "no document has been read whole by everyone who began it, and by two at least"
        message = "; ".join(f"{name}: {', '.join(who)}" for name, who in waiting.items())
        allowed = f"waiting for {message}" if message else ""
        yield Problem("disagreements", what, allowed, remedy, "coding.blind")


def _as_message(unit: Unit) -> Message:
    return {
        "name": unit.code_id,
        "document_id": unit.document_id,
        "code_id": unit.code_id,
        "kind": unit.kind,
        "said": [
            {
                "coder_id": one.coder_id,
                "marks": [_mark_message(mark) for mark in one.marks],
                "beside": list(one.beside),
            }
            for one in unit.decisions
        ],
        "together": [_mark_message(mark) for mark in unit.together],
    }


def _mark_message(mark: MarkedPassage) -> dict[str, Any]:
    message = vars(mark) | {"consensus_of": " ".join(mark.coding_ids)}
    del message["coding_ids"]
    return message

"""The desk at which coders settle where they differ: the consensus is a coder with a journal.

A document is shown only when every coder of it has read it whole. Nothing else of anybody's
coding leaves this file, so whoever is still reading can be asked to look at the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evaltools.coding.desk import Desk, Message
from evaltools.coding.disagreements import Blind, Mark, Unit, comparable, units
from evaltools.coding.gathering import gathered, read_in_study
from evaltools.coding.material import Material
from evaltools.problems import Problem, ProblemError, refuse

if TYPE_CHECKING:
    from evaltools.exchange.record import Coder
    from evaltools.study import Language, Study


class SettlingDesk(Desk):
    """What is settled between coders in a round.

    Arguments:
        study: around the notebook.
        coders: who is compared, in this order; all of role coder where none are named.
        documents: which ones; all that can be compared where none are named.
        round_: round of coding.
        language: of the panel.

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
        material = Material(study)
        chosen = _chosen(material, coders)
        coding = gathered(study, chosen, round_)
        names = [coder.coder_id for coder in chosen]
        readers, self.blind = comparable(coding, round_, names, all_of_them=coders is not None)
        wanted = list(documents) if documents is not None else None
        refuse(_not_comparable(readers, self.blind, wanted))
        self.readers = {
            name: who for name, who in readers.items() if wanted is None or name in wanted
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
                {"document_id": one.document_id, "unfinished": list(one.unfinished)}
                for one in self.blind
            ],
            "settled_before": len(self.settled_before),
            "acts": [act.model_dump(mode="json") for act in self.journal.acts],
        }

    def _open(self, document_id: str) -> Iterator[Message]:
        if document_id in self.readers:
            yield self._document(document_id)


def _chosen(material: Material, coders: Sequence[str] | None) -> tuple[Coder, ...]:
    if coders is None:
        return tuple(one for one in material.coders.values() if one.role == "coder")
    return tuple(material.coder(name) for name in coders)


def _consensus(material: Material) -> Coder:
    for coder in material.coders.values():
        if coder.role == "consensus":
            return coder
    path = f"{material.study.declaration.data}/coding/coders.csv"
    remedy = f"Add a line to {path}: consensus,Yhteinen tulkinta,consensus,"
    problem = Problem(path, "there is no coder of the role consensus", "", remedy, "coding.coder")
    raise ProblemError([problem])


def _not_comparable(
    readers: dict[str, tuple[str, ...]], blind: Sequence[Blind], wanted: list[str] | None
) -> Iterator[Problem]:
    waiting = {one.document_id: one.unfinished for one in blind}
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
        told = "; ".join(f"{name}: {', '.join(who)}" for name, who in waiting.items())
        allowed = f"waiting for {told}" if told else ""
        yield Problem("disagreements", what, allowed, remedy, "coding.blind")


def _as_message(unit: Unit) -> Message:
    return {
        "name": unit.name,
        "document_id": unit.document_id,
        "code_id": unit.code_id,
        "kind": unit.kind,
        "said": [
            {
                "coder_id": one.coder_id,
                "marks": [_mark(mark) for mark in one.marks],
                "beside": list(one.beside),
            }
            for one in unit.said
        ],
        "together": [_mark(mark) for mark in unit.together],
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "start": mark.start,
        "end": mark.end,
        "polarity": mark.polarity,
        "certainty": mark.certainty,
        "consensus_of": " ".join(mark.coding_ids),
    }

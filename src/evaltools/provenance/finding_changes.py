"""Findings of two reports side by side: outcome, case and sentence, then and now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES
from evaltools.provenance.artifacts import ConclusionKind, JudgedConclusion, JudgedFinding

ChangeKind = Literal[
    "same", "turned", "untold", "other_case", "other_words", "redefined", "other_scope", "added",
    "removed",
]  # fmt: skip
"""`redefined`: one name, and another question to the numbers, so that its outcomes are not of one
thing. `untold`: one report decided it, and the other has too few reports, nothing to count, or
withholds a number, so that nothing turned. `other_scope`: a statement of others about what was in
scope then, put to another scope.
"""
_LACKING: Final = frozenset(("too_few", "missing", "withheld"))
"""Cases in which nothing was held against the numbers."""


@dataclass(frozen=True)
class FindingPair:
    """One finding in two reports; None where a report does not judge it.

    Arguments:
        same_scope: whether both reports are of the same projects.
    """

    id: str
    then: JudgedFinding | None
    now: JudgedFinding | None
    same_scope: bool = True

    @property
    def is_recorded(self) -> bool:
        """Whether both reports recorded what they say of it."""
        return all(each is not None and (each.said or each.text) for each in (self.then, self.now))

    @property
    def kind(self) -> ChangeKind:
        """What differs: the question before the outcome, that before case and words."""
        then, now = self.then, self.now
        if then is None or now is None:
            return "added" if then is None else "removed"
        if then.rule and now.rule and then.rule != now.rule:
            return "redefined"
        if not (self.same_scope or (then.asserted and now.asserted)):
            return "other_scope"
        if then.outcome != now.outcome:
            return "untold" if {then.case, now.case} & _LACKING else "turned"
        if then.case and now.case and then.case != now.case:
            return "other_case"
        both = [each for each in LANGUAGES if each in then.said and each in now.said]
        same = all(then.said[each] == now.said[each] for each in both)
        return "same" if same else "other_words"


def pair_findings(
    old: Mapping[str, JudgedFinding], new: Mapping[str, JudgedFinding], same_scope: bool = True
) -> tuple[FindingPair, ...]:
    """Every finding that either of two reports judges, by id."""
    return tuple(
        FindingPair(name, old.get(name), new.get(name), same_scope) for name in sorted({*old, *new})
    )


@dataclass(frozen=True)
class ConclusionPair:
    """An answer, criterion or recommendation that is not the same in two reports; None where a
    report does not have it.
    """

    kind: ConclusionKind
    id: str
    then: JudgedConclusion | None
    now: JudgedConclusion | None

    @property
    def either(self) -> JudgedConclusion:
        """The newer of the two that is there."""
        found = self.now or self.then
        assert found is not None
        return found


def pair_conclusions(
    old: Iterable[JudgedConclusion], new: Iterable[JudgedConclusion]
) -> tuple[ConclusionPair, ...]:
    """What is concluded to another level, or in one of two reports alone."""
    before, after = ({(each.kind, each.id): each for each in side} for side in (old, new))
    return tuple(
        ConclusionPair(*name, before.get(name), after.get(name))
        for name in dict.fromkeys((*after, *before))
        if name not in before or name not in after or before[name].level != after[name].level
    )


def list_pairs(pairs: Iterable[FindingPair], words: Words) -> list[tuple[str, str, str, str, str]]:
    """Rows of a table: finding, outcome then and now, sentence then and now.

    A case that is not the outcome itself stands in brackets behind it.
    """
    return [
        (
            pair.id,
            outcome_in_words(pair.then, words),
            outcome_in_words(pair.now, words),
            pair.then.sentence(words.language) if pair.then else "",
            pair.now.sentence(words.language) if pair.now else "",
        )
        for pair in pairs
    ]


def outcome_in_words(finding: JudgedFinding | None, words: Words) -> str:
    """The outcome, with the case in brackets where it is not the outcome itself."""
    name = "none" if finding is None else finding.outcome
    key = f"comparison.outcome.{name}"
    outcome = words(key) if words.has(key) else name
    if finding is None or finding.case in ("", finding.outcome):
        return outcome
    key = f"comparison.case.{finding.case}"
    return f"{outcome} ({words(key) if words.has(key) else finding.case})"

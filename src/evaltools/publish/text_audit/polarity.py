"""Whether a text denies what was published, and whether it speaks of it at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.lint.lexicon import lexicon
from evaltools.publish.text_audit.clauses import count_negations, without_negations
from evaltools.publish.text_audit.plain_forms import STEM, stems_in_order, word_stems
from evaltools.publish.text_audit.published import Published, Wording, name_of_key
from evaltools.publish.text_audit.stated_numbers import find_numbers, without_numbers

_ENOUGH: Final = 3
"""Words that a sentence shares with a finding, so that it may be about the same."""
_SILENT: Final = frozenset({"silent", "denied"})
"""Parts of keys that count those that do not tell, or tell that it is not so."""


@dataclass(frozen=True)
class _Told:
    """A sentence as far as another may deny it: the beginnings of its words in their order, how
    often it says *not*, its words for quantities, its numbers.
    """

    stems: tuple[str, ...]
    negations: int
    quantities: frozenset[str]
    numbers: frozenset[tuple[float, float | None]]

    @classmethod
    def read(cls, text: str, language: Language) -> _Told:
        bare = without_negations(without_numbers(text, language), language)
        lists = (lexicon(language).quantifiers, lexicon(language).fractions)
        return cls(
            stems_in_order(bare),
            count_negations(text, language),
            frozenset(hit[0].lower() for each in lists for hit in each.hits(text)),
            frozenset((each.value, each.other) for each in find_numbers(text, language)),
        )

    def denies(self, other: _Told) -> bool:
        """Whether only a *not* is between it and another sentence that may say more.

        It has words of the other alone, at least half of them, in their order and from the first
        on, its numbers alone, and the same quantities: that few are does not say that none is.
        """
        if abs(self.negations - other.negations) != 1 or self.quantities != other.quantities:
            return False
        left = iter(other.stems)
        return (
            len(self.stems) >= _ENOUGH
            and self.stems[0] == (other.stems or ("",))[0]
            and 2 * len(self.stems) >= len(other.stems)
            and all(stem in left for stem in self.stems)
            and self.numbers <= other.numbers
        )


@dataclass(frozen=True)
class Polarity:
    """What was published, as a text in one language may deny it."""

    published: Published
    language: Language

    def concerns(self, text: str) -> bool:
        """Whether a text has words of a code, a criterion, a finding, or the programme."""
        published, language = self.published, self.language
        stems = word_stems(text)
        return (
            bool(stems & published.programme.get(language, frozenset()))
            or bool(published.criteria.named_in(text, language))
            or bool(published.named_in(text, language))
            or bool(published.hinted_at(text, language) & published.codes)
            or any(len(stems & own) >= _ENOUGH for own in self._findings)
            or any(len(each) == STEM and each in self._all_names for each in stems)
        )

    def denied_by(self, text: str) -> Wording | None:
        """The sentence of a finding that says what a text denies, or denies what it says."""
        told = _Told.read(text, self.language)
        return next((wording for wording, own in self._said if told.denies(own)), None)

    def negations_of(self, item: Indicator) -> frozenset[int]:
        """How often names of what an indicator is of say *not*; once more where it counts silence.

        A code such as *would not have been done without the grant* denies by itself.
        """
        names = self.published.names.get(self.language, {})
        code = next(self.published.codes_in(item.key), "")
        told = (*names.get(name_of_key(item.key), ()), *names.get(code, ()))
        more = sum(part in _SILENT for part in item.key.split("."))
        found = frozenset(count_negations(text, self.language) + more for text in told)
        return found or frozenset({more})

    def denies(self, item: Indicator) -> bool:
        """Whether what an indicator means says *not* anywhere, so that no *not* turns it surely."""
        described = self.published.descriptions.get(self.language, {}).get(item.key, "")
        return self.negations_of(item) != {0} or count_negations(described, self.language) > 0

    @cached_property
    def _said(self) -> list[tuple[Wording, _Told]]:
        """What findings say, as the report prints it."""
        return [
            (each, _Told.read(each.text, self.language))
            for wordings in self.published.said.values()
            for each in wordings
            for finding in [self.published.findings[each.finding]]
            if finding.said or finding.outcome == "holds"
        ]

    @cached_property
    def _findings(self) -> list[frozenset[str]]:
        """The beginnings of the words of what findings say."""
        return [
            word_stems(text)
            for finding in self.published.findings.values()
            for told in (finding.said, finding.text)
            if (text := told.get(self.language))
        ]

    @cached_property
    def _all_names(self) -> str:
        """All that numbers go by, to find a word within a compound."""
        names = self.published.names.get(self.language, {})
        return " ".join(text.lower() for texts in names.values() for text in texts)

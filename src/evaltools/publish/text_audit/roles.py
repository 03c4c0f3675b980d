"""Whether the words around a number stand in their roles: what is counted, of what, who tells.

All words of a statement may be words of what a number means, and the statement false: *86 of 169
reports reached goals*, of goals; *65 % of the population takes part*, of those who live in an
area that does. So what is counted beside the number must be what the number counts, what the
number means must be said whole, a code is of its kind, who tells is what was read, and of two
themes in a clause nobody knows which one a number is of. In doubt the answer is no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.lint.lexicon import lexicon
from evaltools.publish.text_audit.clauses import Clause, count_negations, split_clauses
from evaltools.publish.text_audit.plain_forms import sentence_parts, word_stems
from evaltools.publish.text_audit.published import Published, name_of_key
from evaltools.publish.text_audit.stated_numbers import StatedNumber, counted_words

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_NEXT: Final = 2
"""Words behind a number among which what is counted stands."""
_LONG: Final = 6
_ALIKE: Final = 4
"""Letters by which forms of long words are known: taakka, taakasta."""

Words = frozenset[str]
Content = Callable[[str], Words]
"""Gives the words of a text that say something."""
IsKnown = Callable[[str, Words], bool]
"""Whether a word is a form of one of others."""


@dataclass
class Roles:
    """What was published, as statements in one language are held against it for who does what.

    Arguments:
        content: gives the words of a text that say something.
        is_known: whether a word is a form of one of others.
    """

    published: Published
    language: Language
    content: Content
    is_known: IsKnown
    _parted: dict[str, tuple[Words, Words]] = field(default_factory=dict, init=False)
    _counted: Words | None = field(default=None, init=False)

    def are_kept(self, text: str, clause: Clause, number: StatedNumber, item: Indicator) -> bool:
        """Whether a sentence says of a number what it is of, in the roles that it has.

        Arguments:
            text: the sentence; `clause` is the one that has the number.
        """
        return (
            not self._counts_another(text, number, item)
            and (item.unit != "share" or self._says_whole(text, clause, item))
            and not self._names_another(clause.text, item)
            and self._tellers_are_read(text, item)
        )

    def _parts(self, item: Indicator) -> tuple[Words, Words]:
        """What an indicator counts, and what it says of that, by its description."""
        if item.key not in self._parted:
            told = self.published.descriptions.get(self.language, {}).get(item.key, "")
            first = next(iter(sentence_parts(told.partition(";")[0])), "")
            clauses = split_clauses(first, (), self.language)
            found = lexicon(self.language).counting.search(first)
            counted = self.content(found["counted"]) if found else frozenset[str]()
            if [*self.published.codes_in(item.key)]:  # what it is called is not what is counted
                counted -= frozenset[str]().union(*self._names_of(item))
            # What is not meant is said, too, and no part of what is.
            said = " ".join(each.text for each in clauses
                            if not count_negations(each.text, self.language))  # fmt: skip
            self._parted[item.key] = counted, self.content(said) - counted
        return self._parted[item.key]

    @property
    def _all_counted(self) -> Words:
        """What indicators count, in the words of their descriptions."""
        if self._counted is None:
            found = [self._parts(item)[0] for item in self.published.indicators]
            self._counted = frozenset[str]().union(*found)
        return self._counted

    def _counts_another(self, text: str, number: StatedNumber, item: Indicator) -> bool:
        """Whether what stands beside a number is counted by others and not by its indicator."""
        own, said = self._parts(item)
        if not own:
            return False
        words = lexicon(self.language)
        beside = list(self._beside(text, number))
        for word in beside:
            if not self.is_known(word, own) and (
                words.counted.fullmatch(word)
                or (self.is_known(word, self._all_counted) and not self.is_known(word, said))
            ):
                return True
        if any(self.is_known(word, own) for word in beside):
            return False
        before = words.softeners.sub(lambda found: " " * len(found[0]), text[: number.start])
        found = words.partitive.search(before)
        of = self.content(found[0]) if found else frozenset[str]()
        return bool(of) and not any(self.is_known(word, own) for word in of)

    def _beside(self, text: str, number: StatedNumber) -> Iterator[str]:
        """The words within a number and behind it that say what is counted."""
        words = lexicon(self.language)
        end = number.start + len(number.text)
        yield from _WORD.findall(counted_words(number, self.language).lower())
        for word in _WORD.findall(text[end:].lower())[:_NEXT]:
            if words.softeners.fullmatch(word):
                break
            if words.counted.fullmatch(word) or self.content(word):
                yield word
            if words.counted.fullmatch(word):
                break

    def says_whole(self, text: str, item: Indicator) -> bool:
        """Whether a text without a number says all of one thing that an indicator is of."""
        return self._says_whole(text, Clause(text, 0, ()), item)

    def _says_whole(self, text: str, clause: Clause, item: Indicator) -> bool:
        """Whether a text says all of one thing that says what a number is of, and no more.

        That is a name, the description, or what a finding says of it. A name that tells only what
        is counted does not tell what of it.
        """
        counted, said = self._parts(item)
        own, stated = self.content(text), self.content(clause.text)
        told = [(name, counted) for name in self._names_of(item)
                if not said or not all(self.is_known(word, counted) for word in name)]  # fmt: skip
        told = told if self._kind_is_kept(clause.text, item) else []
        told += [(each, frozenset()) for each in self._findings_on(item)] if told else []
        told += [(said, counted)] if said else []
        return any(
            whole
            and all(self._is_form(word, own) for word in whole)
            and self._is_within(stated, whole | beside)
            for whole, beside in told
        )

    def _is_within(self, stated: Words, told: Words) -> bool:
        """Whether each word is a form of one that is told, and no two of the same."""
        left = set(told)
        reports = lexicon(self.language).reports
        for word in sorted(stated, key=lambda each: (each not in told, each)):
            if word in left:
                left.remove(word)
                continue
            found = next((other for other in sorted(left)
                          if self._is_form(word, frozenset({other}))), None)  # fmt: skip
            if found is None and not reports.fullmatch(word):
                return False
            left.discard(found or "")
        return True

    def _is_form(self, word: str, others: Words) -> bool:
        """Whether a word is a form of one of others, also where a consonant changes within it."""
        return self.is_known(word, others) or any(
            len(word) >= _LONG and len(other) >= _LONG and word[:_ALIKE] == other[:_ALIKE]
            for other in others
        )

    def _names_of(self, item: Indicator) -> list[Words]:
        names = self.published.names.get(self.language, {})
        code = next(self.published.codes_in(item.key), "")
        texts = (*names.get(name_of_key(item.key), ()), *names.get(code, ()))
        return [words for text in texts if (words := self.content(text))]

    def _findings_on(self, item: Indicator) -> Iterator[Words]:
        """The words of sentences that findings say of an indicator alone."""
        for finding in self.published.findings.values():
            if finding.keys == (item.key,) and finding.said:
                for sentence in sentence_parts(finding.said.get(self.language, "")):
                    yield self.content(sentence)

    def _kind_is_kept(self, text: str, item: Indicator) -> bool:
        """Whether a text calls a code by no other kind than its own."""
        kinds = self.published.kinds.get(self.language, {})
        own = kinds.get(item.key.partition(".")[0])
        if own is None:
            return True
        found = word_stems(text)
        return all(other <= own or not other & found for other in kinds.values())

    def _names_another(self, text: str, item: Indicator) -> bool:
        """Whether a clause also names a code in words that are not those of its own."""
        stems = self.published.stems.get(self.language, {})
        codes = {*self.published.codes_in(item.key)}
        own = frozenset().union(*(form for code in (*codes, name_of_key(item.key))
                                  for form in stems.get(code, ())))  # fmt: skip
        named = self.published.named_in(text, self.language) & self.published.codes
        return bool(codes) and any(
            not form <= own for code in named - codes for form in stems[code]
            if form <= word_stems(text)
        )  # fmt: skip

    def _tellers_are_read(self, text: str, item: Indicator) -> bool:
        """Whether who says something is what was counted, a report, or a number of them."""
        words = lexicon(self.language)
        counted, _ = self._parts(item)
        for found in words.tellers.finditer(text):
            before = re.findall(r"[^\W_]+", text[: found.start()].lower())
            while before and (before[-1] in ("a", "i") or words.neutral.fullmatch(before[-1])):
                before.pop()
            who = before[-1] if before else ""
            if not who or not who.isalpha():
                continue
            if words.reports.fullmatch(who) or self.is_known(who, counted):
                continue
            if not words.told_of.fullmatch(who):
                return False
        return True

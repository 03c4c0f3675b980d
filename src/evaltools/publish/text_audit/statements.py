"""Whether a statement says what was published and no more: word by word, and in its comparisons.

A number that is right proves nothing of the words around it. So each word of its clause must be one
of what the number means, or one that adds nothing; what the report says is told, the statement must
say is told; and its words for how many and how it compares must not go against what was published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from evaltools.i18n.numbers import Language
from evaltools.i18n.quantifiers import MOST_ABOVE, NEARLY_ALL_ABOVE
from evaltools.indicators.indicator import Indicator
from evaltools.lint.lexicon import lexicon
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.publish.text_audit.clauses import (
    Clause,
    bare_words,
    count_negations,
    find_rank,
    split_clauses,
    without_aside,
    without_negations,
)
from evaltools.publish.text_audit.number_match import prints_alike
from evaltools.publish.text_audit.plain_forms import (
    SHORTEST,
    are_akin,
    is_form,
    sentence_parts,
    word_stems,
)
from evaltools.publish.text_audit.published import Published, Wording, name_of_key
from evaltools.publish.text_audit.roles import Roles
from evaltools.publish.text_audit.stated_numbers import StatedNumber, counted_words, find_numbers

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SLOT: Final = re.compile(r"\{[^{}|?]*")
"""A slot of a wording up to the words that it chooses from."""
_REMARK: Final = re.compile(r",[^,{]*\{[^}]*\}[^,]*,")
"""A remark of a wording that a slot fills."""
_FIXED: Final = 20
"""Letters by which a sentence is surely known again."""
_NEXT: Final = re.compile(r"(?:\W+\w+){0,2}")
"""What stands beside a number and may say that reports are counted."""
_OPPOSED: Final = ({"few", "most"}, {"few", "nearly_all"}, {"less", "more"})


@dataclass
class Statements:
    """What was published, as statements in one language are held against it."""

    published: Published
    language: Language
    _words: dict[Indicator, frozenset[str]] = field(default_factory=dict, init=False)
    _bare: dict[str, Wording] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.roles = Roles(self.published, self.language, self._content, self._is_known)

    def covers(self, text: str, items: Iterable[Indicator]) -> bool:
        """Whether each word of a text is one of what some numbers mean, or adds nothing."""
        known = frozenset[str]().union(*map(self._words_of, items))
        return all(self._is_known(word, known) for word in self._content(text))

    def closest(self, text: str, items: Sequence[Indicator]) -> list[Indicator]:
        """Those of some numbers whose meaning leaves out the fewest words of a text."""
        own = self._content(text)
        missing = [sum(not self._is_known(word, self._words_of(each)) for word in own)
                   for each in items]  # fmt: skip
        return [each for each, left in zip(items, missing, strict=True) if left == min(missing)]

    def means_another(self, text: str, item: Indicator) -> bool:
        """Whether a text fits better what another number of the same things is of.

        *Goals reached* are all that were, and not those of them that were measured.
        """
        least = self._missing(text, item)
        return any(
            self._missing(text, other) < least and self.covers(text, [other])
            for other in self.published.indicators
            if (other.unit, other.n, other.estimand) == (item.unit, item.n, item.estimand)
            and other.x != item.x
            and not other.dimensions
            and other.key.partition(".")[0] == item.key.partition(".")[0]
        )

    def _missing(self, text: str, item: Indicator) -> int:
        """How many words of the name of a number a text lacks."""
        names = self.published.names.get(self.language, {}).get(name_of_key(item.key), ())
        own = self._content(text)
        return min((sum(not self._is_known(word, own) for word in self._content(name))
                    for name in names), default=0)  # fmt: skip

    def said_otherwise(self, text: str) -> Wording | None:
        """The sentence that a finding says with numbers, or of a theme by another of its names."""
        if not self._bare:
            self._bare = {
                bare_words(own, self.language): each
                for wordings in self.published.said.values()
                for each in wordings
                for own in (each.text, without_aside(each.text, self.language))
            }
        bare = bare_words(text, self.language)
        if len(bare) < _FIXED:
            return None
        if bare in self._bare:
            return self._bare[bare]
        told = bare.split()
        return next((each for own, each in self._bare.items() if self._is_renamed(told, own)
                     or self._is_told_as(text, each.text)), None)  # fmt: skip

    def _is_told_as(self, text: str, own: str) -> bool:
        """Whether a sentence with a word for how many is the report's, and tells as told."""
        softeners = lexicon(self.language).softeners
        told = softeners.search(text) is not None or softeners.search(own) is None
        return told and bool(self._marks(text)) and self._says_as(text, own)

    def _is_renamed(self, told: list[str], own: str) -> bool:
        """Whether two sentences differ in one word alone, and both words name one same code."""
        other = own.split()
        differing = [pair for pair in zip(told, other, strict=False) if pair[0] != pair[1]]
        if len(told) != len(other) or len(differing) != 1 or not are_akin(*differing[0]):
            return False
        first, second = map(self._codes_named, differing[0])
        return len(first) == 1 and first == second

    def _codes_named(self, word: str) -> frozenset[str]:
        """Codes that have a word in a name, or a part of one."""
        names = self.published.names.get(self.language, {})
        return frozenset(
            code
            for code in self.published.codes & names.keys()
            if any(are_akin(word, own) for own in _WORD.findall(" ".join(names[code]).lower())
                   if len(own) >= SHORTEST)
        )  # fmt: skip

    def tells_as_told(self, text: str, number: StatedNumber, item: Indicator) -> bool:
        """Whether a text says that something is told, where the report says no more of it."""
        words = lexicon(self.language)
        if not any(map(words.softeners.search, self._told_of(item))):
            return True
        beside = _NEXT.match(text, number.start + len(number.text))
        counted = number.text + (beside[0] if beside else "")
        told = words.softeners.search(text) or words.denials.search(text)
        return told is not None or words.reports.search(counted) is not None

    def goes_against_numbers(
        self, text: str, numbers: Sequence[StatedNumber], clauses: Sequence[Clause]
    ) -> bool:
        """Whether words for how many, or which is more, go against the numbers beside them."""
        if count_negations(text, self.language) or lexicon(self.language).questions.search(text):
            return False
        for clause in clauses:
            beside = [each for each in clause.numbers if text[: each.start].endswith("(")]
            shares = [share for each in beside if (share := _share(each)) is not None]
            if len(shares) == 1 and _goes_against(self._marks(clause.text), shares[0]):
                return True
        way = self._marks(text) & {"less", "more"}
        than = list(lexicon(self.language).than.finditer(text))
        if len(way) != 1 or len(than) != 1 or len(numbers) != 2:
            return False
        first, second = numbers
        if not first.start < than[0].start() < second.start or first.kind != second.kind:
            return False
        one, other = ((_share(each), each.value) for each in numbers)
        held = one[0] > other[0] if one[0] is not None and other[0] is not None else None
        more = one[1] > other[1] if held is None else held
        return one != other and more != (way == {"more"})

    def turns(self, text: str) -> JudgedFinding | None:
        """The finding that says the opposite of how many or which is more, or says it less surely.

        The opposite has the words of what the finding says, but for *few* and *most*, *less* and
        *more*. Surer is what a finding would say if it held, or a theme that is told to be the
        commonest where the finding leaves that open.
        """
        own = self._content(text, marks=False)
        marks, denied = self._marks(text), count_negations(text, self.language)
        if lexicon(self.language).places.search(text):
            return None  # the third commonest: of a place in an order no finding says anything
        for finding in self.published.findings.values() if own and marks else ():
            told = finding.said.get(self.language, "")
            if finding.outcome != "holds":
                if any(
                    self._are_alike(own, self._content(part, marks=False))
                    and (marks, denied) == (self._marks(part), count_negations(part, self.language))
                    for part in sentence_parts(told)
                ):
                    continue  # what it says, whatever comes of the rest
                told = finding.wordings.get("holds", {}).get(self.language, "")
            for part in sentence_parts(_SLOT.sub("", told)):
                theirs = self._marks(part)
                words = self._content(part, marks=False)
                if denied != count_negations(part, self.language) or not self._are_alike(
                    own, words
                ):
                    continue
                whole = all(self._is_known(word, own) for word in words)
                if finding.outcome != "holds" and marks == theirs:
                    return finding
                if (
                    finding.outcome == "holds"
                    and whole
                    and any(
                        pair <= marks | theirs and not pair <= marks and not pair <= theirs
                        for pair in _OPPOSED
                    )
                ):
                    return finding
        return self._swapped(text) or (None if denied else self._surer(text))

    def would_hold(self, text: str) -> JudgedFinding | None:
        """The finding that would say a text if it held, and does not hold or leaves it open."""
        for finding in self.published.findings.values():
            told = finding.wordings.get("holds", {}).get(self.language, "")
            told = _REMARK.sub(" ", told)
            if finding.outcome == "holds" or _SLOT.search(told):
                continue
            said = sentence_parts(finding.said.get(self.language, ""))
            # Of what cannot be told it is as sure to deny it.
            for denied in range(1 + (finding.outcome == "cannot_be_told")):
                if any(
                    self._says_as(text, part, denied) for part in sentence_parts(told)
                ) and not any(self._says_as(text, part, denied) for part in said):
                    return finding
        return None

    def _says_as(self, text: str, part: str, denied: int = 0) -> bool:
        """Whether two sentences have the same words in any form, and as many of a rank.

        A theme may be called by any of its names. Of what is more than what the words do not tell.

        Arguments:
            denied: how often more the first says *not*.
        """
        language, themes = self.language, self._themes(part)
        if (
            self._marks(text) != self._marks(part)
            or count_negations(text, language) - count_negations(part, language) != denied
            or (lexicon(language).than.search(part) and self._compare(part) is None)
            or _ranked(text, language) != _ranked(part, language)
            or themes != self._themes(text)
            or self._compare(text) != self._compare(part)
        ):
            return False
        names = self.published.names.get(language, {})
        called = frozenset(
            word for code in themes for word in _WORD.findall(" ".join(names[code]).lower())
        )
        own, theirs = (
            frozenset(
                word
                for word in self._content(lexicon(language).among.sub(" ", each))
                if not self._is_known(word, called)
            )
            for each in (text, part)
        )
        return (
            len(own) + len(themes) > 1
            and all(self._is_known(word, theirs) for word in own)
            and all(self._is_known(word, own) for word in theirs)
        )

    def goes_against_published(self, text: str) -> Indicator | None:
        """The share that a text without a number tells as *most* or *few*, and is not."""
        marks, language = self._marks(text), self.language
        if len(marks & {"few", "most", "nearly_all"}) != 1 or marks & {"less", "more"}:
            return None
        if count_negations(text, language) or lexicon(language).questions.match(text):
            return None
        bare = " ".join(sorted(self._content(text, marks=False)))
        for item in self.published.indicators:
            if not item.key.endswith(".share") or item.dimensions or item.estimand != "D":
                continue
            if not item.n or {"silent", "denied"} & set(re.split(r"[._]", item.key)):
                continue
            if (
                _goes_against(marks, item.value or 0.0)
                and self.covers(bare, [item])
                and self.roles.says_whole(bare, item)
                and not self.means_another(bare, item)
            ):
                return item
        return None

    def _swapped(self, text: str) -> JudgedFinding | None:
        """The finding that compares the two themes of a text the other way round."""
        compared = self._compare(text)
        for finding in self.published.findings.values() if compared else ():
            told = finding.said.get(self.language, "")
            denied = count_negations(text, self.language) - count_negations(told, self.language)
            own = None if denied or finding.outcome != "holds" else self._compare(told)
            if own and compared in ((own[1], own[0], own[2]), (*own[:2], not own[2])):
                return finding
        return None

    def _compare(self, text: str) -> tuple[frozenset[str], frozenset[str], bool] | None:
        """The themes on both sides of *than*, and whether the first is more."""
        way = self._marks(text) & {"less", "more"}
        parts = lexicon(self.language).than.split(text)
        if len(way) != 1 or len(parts) != 2:
            return None
        first, second = map(self._themes, parts)
        return (first, second, way == {"more"}) if first and second and first != second else None

    def _surer(self, text: str) -> JudgedFinding | None:
        """The finding that leaves open which theme is the commonest, where a text names one."""
        words = lexicon(self.language)
        ranked = next(words.ranks.hits(text), None)
        themes = self._themes(text)
        open_lists = (words.among, words.than, words.least)
        if ranked is None or len(themes) != 1 or any(each.search(text) for each in open_lists):
            return None
        # A rank of several, the five commonest, leaves the order among them open.
        if re.search(r"\w+\W+$", before := text[: ranked.start()]) and (
            find_numbers(before[-20:] + " x", self.language) and not before.rstrip().endswith(")")
        ):
            return None
        (theme,) = themes
        for finding in self.published.findings.values():
            if finding.outcome == "holds" or f"{theme}.share" not in finding.keys:
                continue
            if _SLOT.search(told := finding.wordings.get("holds", {}).get(self.language, "")):
                kind = self._content(_SLOT.sub("", told))
                rest = self._content(text[: ranked.start()] + text[ranked.end() :])
                called = self.published.kinds.get(self.language, {}).get(
                    theme.partition(".")[0], frozenset()
                )
                if next(words.ranks.hits(told), None) and (
                    called & word_stems(text) or any(self._is_known(word, kind) for word in rest)
                ):
                    return finding
        return None

    def _themes(self, text: str) -> frozenset[str]:
        """Codes that a text names, or of whose names it has a word that no other number has."""
        codes, kinds = self.published.codes, self.published.kinds.get(self.language, {})
        found = self.published.named_in(text, self.language) & codes
        found = found or self.published.hinted_at(text, self.language) & codes
        if not found:  # a part of a compound: the pandemic of coronapandemi
            by_word = [self._codes_named(word) for word in _WORD.findall(text.lower())
                       if len(word) > SHORTEST]  # fmt: skip
            found = frozenset().union(*(each for each in by_word if len(each) == 1))
        # What is sought and what comes about may be called alike: the kind that is named tells.
        stems = word_stems(text)
        own = {code for code in found if kinds.get(code.partition(".")[0], frozenset()) & stems}
        return frozenset(own) if len(found) > 1 and own else found

    def _marks(self, text: str) -> set[str]:
        """Which words for how many, and for more or less, a text has."""
        words = lexicon(self.language)
        names = ("few", "most", "nearly_all", "less", "more")
        return {name for name in names if getattr(words, name).search(text)}

    def _content(self, text: str, marks: bool = True) -> frozenset[str]:
        """The words of a text that say something, without its numbers and its *not*.

        Arguments:
            marks: whether words for how many and how it compares are among them.
        """
        words, language = lexicon(self.language), self.language
        pieces, at = [], 0
        for number in find_numbers(text, language):
            pieces += [text[at : number.start], counted_words(number, language)]
            at = number.start + len(number.text)
        bare = without_negations(" ".join([*pieces, text[at:]]), language)
        lists = [words.softeners, words.neutral]
        if not marks:
            lists += [words.few, words.most, words.nearly_all, words.less, words.more, words.than]
            bare = " ".join(_without(bare, [each.span() for each in words.ranks.hits(bare)]))
        for each in lists:
            bare = each.sub(" ", bare)
        return frozenset(word for word in _WORD.findall(bare.lower()) if len(word) > 1)

    def _is_known(self, word: str, known: Iterable[str]) -> bool:
        """Whether a word is a form of one of others, or a compound of it."""
        return any(is_form(word, other, self.language) for other in known)

    def _are_alike(self, words: frozenset[str], other: frozenset[str]) -> bool:
        """Whether all words are forms of others, and at least half of those are among them."""
        return (
            len(words) > 1
            and all(self._is_known(word, other) for word in words)
            and 2 * sum(self._is_known(word, words) for word in other) >= len(other)
        )

    def _words_of(self, item: Indicator) -> frozenset[str]:
        """The words of what a number means."""
        if item not in self._words:
            told = " ".join(self._told_of(item))
            self._words[item] = frozenset(_WORD.findall(told.lower()))
        return self._words[item]

    def _told_of(self, item: Indicator) -> Iterator[str]:
        """What says what a number means: its names, its description, clauses of findings on it.

        Of a description only the first sentence, and no clause that says what is not meant.
        """
        names = self.published.names.get(self.language, {})
        code = next(self.published.codes_in(item.key), "")
        yield from names.get(name_of_key(item.key), ())
        yield from names.get(code, ())
        described = self.published.descriptions.get(self.language, {}).get(item.key, "")
        for sentence in sentence_parts(described)[:1]:
            first, *others = split_clauses(sentence, (), self.language)
            yield first.text
            yield from (each.text for each in others
                        if not count_negations(each.text, self.language))  # fmt: skip
        for finding in self.published.findings.values():
            if item.key in finding.keys and finding.said:
                for sentence in sentence_parts(finding.said.get(self.language, "")):
                    numbers = find_numbers(sentence, self.language)
                    for clause in split_clauses(sentence, numbers, self.language):
                        if any(prints_alike(each, item) for each in clause.numbers):
                            yield clause.text


def _goes_against(marks: set[str], share: float) -> bool:
    """Whether a word for how many cannot be said of a share."""
    limits = {"few": share > MOST_ABOVE, "most": share <= MOST_ABOVE,
              "nearly_all": share <= NEARLY_ALL_ABOVE}  # fmt: skip
    return any(limits[name] for name in marks if name in limits)


def _ranked(text: str, language: Language) -> list[float]:
    """How many a rank is of: the *five* commonest."""
    return [each.value for each in find_numbers(text, language) if find_rank(each, text, language)]


def _share(number: StatedNumber) -> float | None:
    if number.kind == "fraction" and number.other:
        return number.value / number.other
    return number.value / 100 if number.kind == "percent" else None


def _without(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield text[at:start]
        at = end
    yield text[at:]

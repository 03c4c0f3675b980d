"""Each sentence of a text held against what was published: borne out, drifted, turned or unknown.

A sentence of the report is borne out. Any other number is borne out by an indicator that prints
alike, if the sentence names what that is of; of what it names nothing, nothing is known. A number
drifted where the indicator that the sentence names has another value near it. A judgement turned
where the sentence is one that the finding says under another outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Final

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.lint.lexicon import lexicon
from evaltools.publish.text_audit.audit_verdicts import (
    Audit,
    AuditedSentence,
    Detail,
    Verdict,
    compare_numbers,
)
from evaltools.publish.text_audit.clauses import (
    Clause,
    count_negations,
    find_rank,
    is_subordinate,
    speaks_of_denial,
    split_clauses,
)
from evaltools.publish.text_audit.number_match import (
    find_distance,
    find_drift,
    is_counted,
    is_rest,
    print_indicator,
    prints_alike,
    select_keys,
)
from evaltools.publish.text_audit.outside_text import OutsideSentence, OutsideText
from evaltools.publish.text_audit.plain_forms import plain, word_stems
from evaltools.publish.text_audit.polarity import Polarity
from evaltools.publish.text_audit.published import Published, Wording, name_of_key
from evaltools.publish.text_audit.stated_numbers import StatedNumber, find_numbers, without_numbers
from evaltools.publish.text_audit.statements import Statements

_Stated = tuple[OutsideSentence, Clause]
_QUOTED: Final = 20
"""Letters of a sentence that is surely a quotation of the report."""
_SENTENCE: Final = 3
"""Fewer words are no sentence, but two with a full stop are one."""
_FEW_SIGNS: Final = 8
"""Fewer letters and digits, as *37/52* alone, may stand anywhere and are no quotation."""


def audit_text(
    name: str, text: OutsideText, published: Published, language: Language, whole: bool = False
) -> Audit:
    """Hold a text against what was published, each sentence in the language that it is in.

    Arguments:
        name: of its file.
        language: of its numbers and names where a sentence does not tell by itself; sentences of
            findings are known in all languages.
        whole: whether all of it is in that language.
    """
    printed = published.printed(PurePath(name).suffix.lower())
    spoken = [language] * len(text.sentences) if whole else [*text.languages(language)]
    readings = {each: _Reading(published, each, printed) for each in {language, *spoken}}
    found: list[AuditedSentence] = []
    own = [readings[language].is_printed(each.text, quoted=False) for each in text.sentences]
    for before, sentence, after, each in zip(
        [False, *own], text.sentences, [*own[1:], False], spoken, strict=False
    ):
        if verdicts := tuple(readings[each].judge(sentence, before or after)):
            found.append(AuditedSentence(sentence, verdicts, each))
    passed_over = len(text.sentences) - len(found)
    told = tuple((each, spoken.count(each)) for each in LANGUAGES if each in spoken)
    return Audit(name, published.name, language, tuple(found), passed_over, told)


@dataclass
class _Reading:
    """The published numbers, set up for many look-ups in one language."""

    published: Published
    language: Language
    printed: Mapping[str, str] = field(default_factory=dict)
    _by_name: dict[str, list[Indicator]] = field(default_factory=dict)
    _found: dict[StatedNumber, list[Indicator]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._polarity = Polarity(self.published, self.language)
        self._statements = Statements(self.published, self.language)
        for item in self.published.indicators:
            self._by_name.setdefault(name_of_key(item.key), []).append(item)

    def judge(self, sentence: OutsideSentence, quoted: bool = False) -> Iterator[Verdict]:
        """The verdicts of a sentence; none where it has neither number nor judgement.

        Arguments:
            quoted: whether what stands before or after it is the report's.
        """
        text = sentence.text
        if told := self.published.said.get(plain(text)):
            yield _said(told, self.published, sentence.block)
            return
        numbers = find_numbers(text, self.language)
        judges = not sentence.heading and self._judges(sentence, numbers)
        if self.is_printed(text, quoted):
            if numbers or judges:
                yield Verdict("borne_out", "printed")
            return
        if numbers and (known := self._known_but_for_numbers(text, numbers)):
            yield from known
            return
        if levels := self._levels(text):
            yield from levels
            return
        clauses = split_clauses(text, numbers, self.language)
        turned = None
        if not sentence.heading:
            turned = self._turned(text) or self._denied(text)
            turned = turned or self._opposed(text, numbers, clauses)
        if turned is not None:
            yield turned
        ranks = {each: rank for each in numbers if (rank := find_rank(each, text, self.language))}
        made = [
            verdict for number in numbers if number not in ranks
            for verdict in [self._number(number, sentence, clauses)]
        ]  # fmt: skip
        yield from made
        if turned is None and (judges or self._leaves_open(clauses, ranks.values(), made)):
            own = None if made else self._statements.said_otherwise(text)
            if own is not None:
                yield Verdict("borne_out", "said", finding=own.finding, case=own.case)
            else:
                yield Verdict("unknown", "no_judgement")

    def _opposed(
        self, text: str, numbers: Sequence[StatedNumber], clauses: Sequence[Clause]
    ) -> Verdict | None:
        """The verdict of words for how many, or how it compares, that were published otherwise."""
        if finding := self._statements.turns(text) or self._statements.would_hold(text):
            return Verdict("turned", "opposed", finding=finding.id,
                           case=finding.case or finding.outcome,
                           published=finding.sentence(self.language))  # fmt: skip
        if self._statements.goes_against_numbers(text, numbers, clauses):
            return Verdict("turned", "own_numbers")
        if item := None if numbers else self._statements.goes_against_published(text):
            return Verdict("turned", "near", indicators=(item.key,),
                           published=print_indicator(item, self.language))  # fmt: skip
        return None

    def _leaves_open(
        self, clauses: Sequence[Clause], ranks: Iterable[str], made: Sequence[Verdict]
    ) -> bool:
        """Whether a clause without a number denies or adds, or a rank is in no name of a number."""
        keys = {key for verdict in made for key in verdict.indicators}
        items = [item for item in self.published.indicators if item.key in keys]
        bare = [each.text for each in clauses if not each.numbers] if made else []
        if any(count_negations(each, self.language) for each in bare):
            return True
        added = bare if all(verdict.status == "borne_out" for verdict in made) else []
        return not all(self._statements.covers(each, items) for each in (*ranks, *added))

    def _levels(self, text: str) -> list[Verdict]:
        """The verdicts of a sentence that tells nothing but the levels of criteria."""
        criteria = self.published.criteria
        return [
            Verdict("borne_out" if own == level else "turned", "level",
                    published=criteria.scale[self.language][own])
            for name, level in criteria.levels_told(text, self.language)
            for own in [criteria.levels[name]]
        ]  # fmt: skip

    def _denied(self, text: str) -> Verdict | None:
        """The finding that says what a sentence denies, or denies what it says."""
        if (own := self._polarity.denied_by(text)) is None:
            return None
        return Verdict("turned", "negated", finding=own.finding, case=own.case, published=own.text)

    def is_printed(self, text: str, quoted: bool = True) -> bool:
        """Whether the report has a sentence; one of hardly any words only beside one of its own."""
        own = self.printed.get(plain(text)) is not None
        return own and (quoted or sum(map(str.isalnum, text)) >= _FEW_SIGNS)

    def _judges(self, sentence: OutsideSentence, numbers: Sequence[StatedNumber] = ()) -> bool:
        """Whether a sentence judges: says how many, how it compares, how well, or why.

        Without a number, whatever it says of what the report is about may be a judgement.
        """
        text = sentence.text
        declares = not (numbers or sentence.row or text.endswith(("?", ":")))
        least = _SENTENCE - text.endswith(".")
        words = lexicon(self.language)
        if (
            declares
            and len(text.split()) >= least
            and (words.subjects.search(text) or self._polarity.concerns(text))
        ):
            return True
        lists = [words.quantifiers, words.fractions, words.causes, words.population, words.ranks]
        lists += [] if numbers else [words.verdicts]
        spans = [(number.start, number.start + len(number.text)) for number in numbers]
        return any(
            not any(start <= hit.start() < end for start, end in spans)
            for each in lists
            for hit in each.hits(text)
        )

    def _known_but_for_numbers(
        self, text: str, numbers: Sequence[StatedNumber]
    ) -> list[Verdict] | None:
        """Verdicts of a sentence that a finding, or else the report, has with other numbers."""
        key = plain(without_numbers(text, self.language))
        for wording in self.published.said_but_for_numbers(self.language).get(key, ()):
            own = find_numbers(wording.text, self.language)
            if len(own) == len(numbers):
                about = Verdict("borne_out", "said", finding=wording.finding, case=wording.case)
                return compare_numbers(numbers, own, about, "wording_numbers")
        if sum(map(str.isalpha, key)) < _QUOTED:
            return None
        printed = sorted(self.printed_but_for_numbers.get(key, ()))
        if len(printed) == 1:
            own = find_numbers(printed[0], self.language)
            if len(own) == len(numbers):
                about = Verdict("borne_out", "printed")
                return compare_numbers(numbers, own, about, "printed_numbers")
        return None

    def _turned(self, text: str) -> Verdict | None:
        """The finding that says such a sentence in another case, or with other names."""
        told = plain(text)
        # The report's own sentence with more after it is no other wording.
        if any(own in told for own in self.published.said if len(own) >= _QUOTED):
            return None
        fitting = [each for each in self.published.wordings if each.fits(told)]
        if not fitting:
            return None
        # A wording that another case shares is no turn of it; the longest is the one meant.
        best = max(fitting, key=lambda each: (each.current, len(each.text)))
        finding = self.published.findings[best.finding]
        return Verdict(
            "turned",
            "other_names" if best.current else "other_case",
            finding=finding.id,
            case=finding.case or finding.outcome,
            told_case=best.case,
            published=finding.sentence(self.language),
        )

    @cached_property
    def printed_but_for_numbers(self) -> dict[str, set[str]]:
        """Sentences of the report by their form without numbers; several may share one."""
        made: dict[str, set[str]] = {}
        for text in self.printed.values():
            key = plain(without_numbers(text, self.language))
            if "#" in key:
                made.setdefault(key, set()).add(text)
        return made

    def _matching(self, number: StatedNumber) -> list[Indicator]:
        """Indicators that print like a number; a long text states the same ones again and again."""
        key = replace(number, text="", start=0)
        if key not in self._found:
            self._found[key] = [i for i in self.published.indicators if prints_alike(number, i)]
        return self._found[key]

    def _swapped(
        self, text: str, named: Sequence[Indicator], matching: Sequence[Indicator]
    ) -> bool:
        """Whether a number of others surely stands in a clause on the one thing that it names.

        That is so of a code, where nothing in the clause hints at what the number is of. What
        has no name may be meant by any words, so only of codes can it be told.
        """
        subjects = {name_of_key(item.key) for item in named}
        if len(subjects) != 1 or not subjects <= self.published.codes:
            return False
        found, names = word_stems(text), self.published.stems[self.language]
        own = {stem for name in subjects for form in names[name] for stem in form}
        others = {name_of_key(item.key) for item in matching if not item.dimensions}
        hints = {stem for name in others for form in names.get(name, ()) for stem in form}
        return not (found - own) & hints

    def _number(
        self, number: StatedNumber, sentence: OutsideSentence, clauses: Sequence[Clause]
    ) -> Verdict:
        if number.limit:
            return Verdict("unknown", "limit", number)
        at = next(place for place, each in enumerate(clauses) if each.holds(number))
        subjects = [self._subjects(each) for each in clauses]
        others = [subjects[place] for place, each in enumerate(clauses) if each.numbers
                  and place != at]  # fmt: skip
        apart = bool(subjects[at].difference(*others))
        scope = clauses[at].text if apart and others else sentence.text
        denied = 0 if sentence.row else count_negations(
            clauses[at].text if apart else " ".join(each.text for each in clauses[: at + 1]),
            self.language,
        )  # fmt: skip
        named = self.published.named_in(scope, self.language)
        matching = self._matching(number)
        hinted = named | self.published.hinted_at(scope, self.language)
        spelt = number.kind == "count" and not any(map(str.isdigit, number.text))
        fitting = named & self.published.codes if spelt else hinted
        whole = [item for name in sorted(named) for item in self._by_name.get(name, ())
                 if not item.dimensions]  # fmt: skip
        simply = denied == 1 and apart and not is_subordinate(clauses[at].text, self.language)
        rest = [item for item in whole if is_rest(number, item)
                and not self._polarity.denies(item) and not self._is_denied(item)]  # fmt: skip
        stated = sentence, clauses[at]
        if rest and simply and not speaks_of_denial(scope, self.language):
            return self._bear_out(number, "complement", rest, stated)
        # To deny is no silence, and silence no denial; of a code both are published beside it.
        wrong = ".silent." if speaks_of_denial(scope, self.language) else ".denied."
        told = [each.value for clause in clauses for each in clause.numbers]
        fit = [item for item in matching if wrong not in item.key and (
               denied or self._owner(item) == name_of_key(item.key))
               and (sentence.row or is_counted(number, item, told))]  # fmt: skip
        described = frozenset() if spelt else self.published.described_in(scope, self.language)
        by_name = [item for item in fit if self._owner(item) in fitting]
        by_words = [item for item in fit if item.key in described and item not in by_name]
        if by_name:
            verdict = self._polar(number, by_name, denied, simply, stated)
            if verdict.detail != "other_words" or not by_words:
                return verdict
            other = self._polar(number, by_words, denied, False, stated)
            return other if other.status == "borne_out" else verdict
        # Beside a clause on its own subject, one that names none may be of something unknown.
        known = not denied and (apart or not any(others))
        comparable = (
            known and not sentence.row and (not matching or self._swapped(scope, whole, matching))
        )
        if comparable and (drift := find_drift(number, whole)) is not None:
            how, item = drift
            return Verdict("drifted", how, number, (item.key,),
                           published=print_indicator(item, self.language))  # fmt: skip
        if not matching:
            if far := [item for item in whole if find_distance(number, item) is not None]:
                keys, more = select_keys(far)
                return Verdict("unknown", "other_value", number, keys, more,
                               published=print_indicator(far[0], self.language))  # fmt: skip
            return Verdict("unknown", "no_number", number)
        if by_words:
            return self._polar(number, by_words, denied, False, stated)
        keys, more = select_keys(matching)
        return Verdict("unknown", "other_subject" if whole else "no_subject", number, keys, more)

    def _owner(self, item: Indicator) -> str:
        """The name of an indicator; the code, where it counts who is silent of it or denies it."""
        name = name_of_key(item.key)
        code, _, state = name.rpartition(".")
        return code if state in ("silent", "denied") and code in self.published.codes else name

    def _is_denied(self, item: Indicator) -> bool:
        """Whether some of the rest deny it, so that they are not silent of it."""
        others = self._by_name.get(f"{name_of_key(item.key)}.denied", ())
        return any(each.value and not each.dimensions for each in others)

    def _subjects(self, clause: Clause) -> frozenset[str]:
        """Names that a clause has all words of, or a word that no other name has."""
        named = self.published.named_in(clause.text, self.language)
        return named | self.published.hinted_at(clause.text, self.language)

    def _bear_out(
        self, number: StatedNumber, detail: Detail, items: Sequence[Indicator], stated: _Stated
    ) -> Verdict:
        """The verdict of a number that is published, by the words around it."""
        sentence, clause = stated
        told = [
            each for each in items if self._statements.covers(clause.text, [each])
            and (sentence.row or not self._statements.means_another(sentence.text, each))
            and (sentence.row
                 or self._statements.roles.are_kept(sentence.text, clause, number, each))
        ]  # fmt: skip
        if any(sentence.row or self._statements.tells_as_told(sentence.text, number, each)
               for each in told):  # fmt: skip
            keys, more = select_keys(told)
            return Verdict("borne_out", detail, number, keys, more)
        closest = self._statements.closest(clause.text, [*items, *self._matching(number)])
        if not (told or sentence.row or set(items) & set(closest)):
            items = closest  # the words are of another number that prints alike
        keys, more = select_keys(items)
        described = self.published.descriptions.get(self.language, {})
        published = next((described[key] for key in keys if key in described), "")
        why: Detail = "as_fact" if told else "other_words"
        return Verdict("unknown", why, number, keys, more, published=published)

    def _polar(
        self, number: StatedNumber, own: Sequence[Indicator], denied: int, simply: bool,
        stated: _Stated,
    ) -> Verdict:  # fmt: skip
        """The verdict of a number that is published of what its clause names, or denies.

        Arguments:
            own: indicators that print like it.
            denied: how often the words that lead to it say *not*.
            simply: whether that is once, in a clause that has both the number and its subject.
            stated: the sentence and the clause.
        """
        # A count that is denied is that of those who do not, and never of all that were asked.
        alike = [
            each for each in own if denied in self._polarity.negations_of(each)
            and not (denied and number.kind == "count" and number.value != each.x)
        ]  # fmt: skip
        if alike:
            return self._bear_out(number, "named", alike, stated)
        keys, more = select_keys(own)
        shown = next(each for each in own if each.key == keys[0])
        published = print_indicator(shown, self.language)
        exact = [replace(each, low=None, high=None) for each in own]
        if (
            simply
            and number.kind in ("fraction", "percent")
            and all(prints_alike(number, each) for each in exact)
            and not any(self._polarity.denies(each) for each in own)
        ):
            return Verdict("turned", "negated", number, keys, more, published=published)
        return Verdict("unknown", "denied", number, keys, more, published=published)


def _said(told: Sequence[Wording], published: Published, block: str) -> Verdict:
    """The verdict of a sentence that the report has, or that it says is not so.

    Arguments:
        block: the paragraph or row, which may say what came of a statement that it quotes.
    """
    findings = [published.findings[each.finding] for each in told]
    first = next((each for each in findings if each.said or each.outcome == "holds"), findings[0])
    case = first.case or first.outcome
    if first.said or first.outcome == "holds":
        return Verdict("borne_out", "said", finding=first.id, case=case)
    around = plain(block)
    told_apart = (
        *(f"{page}.outcome.{first.outcome}" for page in ("comparison", "findings", "matrix")),
        *(["findings.case.depends_on_rule"] if case == "depends_on_rule" else []),
        "trail.finding.examined",
    )
    outcomes = (Words(language)(key).lower() for language in LANGUAGES for key in told_apart)
    if any(outcome in around for outcome in outcomes):
        return Verdict("borne_out", "examined", finding=first.id, case=case)
    if first.outcome == "does_not_hold":
        return Verdict("turned", "does_not_hold", finding=first.id, case=case, told_case="holds")
    return Verdict("unknown", "cannot_be_told", finding=first.id, case=case, told_case="holds")

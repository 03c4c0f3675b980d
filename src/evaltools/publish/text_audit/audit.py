"""Each sentence of a text held against what was published: borne out, drifted, turned or unknown.

A number is borne out by an indicator that prints alike. Which indicator a sentence means is known
only where it names it; where several share the number and none is named, that is said. A number
drifted where the indicator that the sentence names has another value near it. A judgement turned
where the sentence is one that the finding says under another outcome.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.lint.lexicon import lexicon
from evaltools.publish.text_audit.outside_text import OutsideSentence, OutsideText
from evaltools.publish.text_audit.published import (
    Published,
    Wording,
    name_of_key,
    plain,
    word_stems,
)
from evaltools.publish.text_audit.stated_numbers import StatedNumber, find_numbers, without_numbers

Status = Literal["borne_out", "drifted", "turned", "unknown"]
Detail = Literal[
    "said", "named", "only_one", "several", "wording_numbers", "near", "same_base",
    "other_case", "other_names", "does_not_hold", "cannot_be_told", "examined", "other_subject",
    "other_value", "limit", "no_number", "no_judgement",
]  # fmt: skip
"""Why: `said`, the report has the sentence. Of numbers: `named`, `only_one`, `several` for those
borne out by an indicator that is named, is the only one, or is one of several; `wording_numbers`,
`near`, `same_base` for those that drifted; `other_subject`, the number is of something that the
sentence does not name; `other_value`, what it names has another value, which need not be the one
that the sentence or the column means; `limit`, no value is stated, one side of it is; `no_number`.
Of judgements: `other_case` and `other_names`, the finding now says otherwise; `does_not_hold` and
`cannot_be_told`, a statement of others that the report examined; `examined`, the same, told with
what came of it; `no_judgement`, no finding says it."""

_ORDER: Final[tuple[Status, ...]] = ("turned", "drifted", "unknown", "borne_out")
_NEAR_SHARE: Final = 0.15
"""Shares this far apart may be of two states of one thing; further apart no one can say."""
_NEAR: Final = 0.2
"""The same for counts and sums, as a share of the published value."""
_MOST: Final = 5
_QUOTED: Final = 20
"""Letters of a sentence that is surely a quotation of the report."""
_MEASURES: Final = ("share", "count", "money", "median_money")
"""Measures that people tell of by the name of the thing alone."""


@dataclass(frozen=True)
class Verdict:
    """What came of one number, or of the judgement of a sentence.

    Arguments:
        number: that it is about; None for a judgement.
        indicators: that bear it out, or that it drifted from; at most some of them, see `others`.
        others: how many more there are.
        finding: its id, where a sentence of one was known again.
        case: of the finding, as published; `told_case` is the one that the text tells.
        published: what the report says: the value, or the sentence.
    """

    status: Status
    detail: Detail
    number: StatedNumber | None = None
    indicators: tuple[str, ...] = ()
    others: int = 0
    finding: str = ""
    case: str = ""
    told_case: str = ""
    published: str = ""


@dataclass(frozen=True)
class AuditedSentence:
    """A sentence with a number or a judgement, and what came of it."""

    sentence: OutsideSentence
    verdicts: tuple[Verdict, ...]

    @property
    def status(self) -> Status:
        """The worst of its verdicts."""
        return min((each.status for each in self.verdicts), key=_ORDER.index)


@dataclass(frozen=True)
class Audit:
    """A text held against what was published.

    Arguments:
        text: name of the file.
        against: name of the bundle or report.
        language: the text was read in.
        sentences: those with a number or a judgement.
        passed_over: how many have neither.
    """

    text: str
    against: str
    language: Language
    sentences: tuple[AuditedSentence, ...]
    passed_over: int

    def count(self, status: Status) -> int:
        """How many sentences have a status."""
        return sum(each.status == status for each in self.sentences)

    def fails(self, strict: bool = False) -> bool:
        """Whether anything drifted or turned; where strict, whether anything is unknown."""
        failing = {"drifted", "turned", *(("unknown",) if strict else ())}
        return any(each.status in failing for each in self.sentences)


def audit_text(name: str, text: OutsideText, published: Published, language: Language) -> Audit:
    """Hold a text against what was published.

    Arguments:
        name: of its file.
        language: of its numbers and names; sentences of findings are known in all languages.
    """
    reading = _Reading(published, language)
    found: list[AuditedSentence] = []
    for sentence in text.sentences:
        if verdicts := tuple(reading.judge(sentence)):
            found.append(AuditedSentence(sentence, verdicts))
    passed_over = len(text.sentences) - len(found)
    return Audit(name, published.name, language, tuple(found), passed_over)


@dataclass
class _Reading:
    """The published numbers, set up for many look-ups in one language."""

    published: Published
    language: Language
    _by_name: dict[str, list[Indicator]] = field(default_factory=dict)
    _found: dict[StatedNumber, list[Indicator]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.published.indicators:
            self._by_name.setdefault(name_of_key(item.key), []).append(item)

    def judge(self, sentence: OutsideSentence) -> Iterator[Verdict]:
        """The verdicts of a sentence; none where it has neither number nor judgement."""
        text = sentence.text
        if told := self.published.said.get(plain(text)):
            yield _said(told, self.published, sentence.block)
            return
        numbers = find_numbers(text, self.language)
        if numbers and (known := self._known_but_for_numbers(text, numbers)):
            yield from known
            return
        turned = None if sentence.heading else self._turned(text)
        if turned is not None:
            yield turned
        named = self.published.named_in(text, self.language)
        yield from (self._number(number, sentence, named) for number in numbers)
        if not numbers and turned is None and not sentence.heading and self._judges(text):
            yield Verdict("unknown", "no_judgement")

    def _judges(self, text: str) -> bool:
        words = lexicon(self.language)
        lists = (words.quantifiers, words.fractions, words.causes)
        return any(next(each.hits(text), None) is not None for each in lists)

    def _known_but_for_numbers(
        self, text: str, numbers: Sequence[StatedNumber]
    ) -> list[Verdict] | None:
        """Verdicts of a sentence that the report has with other numbers."""
        key = plain(without_numbers(text, self.language))
        for wording in self.published.said_but_for_numbers(self.language).get(key, ()):
            own = find_numbers(wording.text, self.language)
            if len(own) != len(numbers):
                continue
            return [
                Verdict("borne_out", "said", stated, finding=wording.finding, case=wording.case)
                if (stated.value, stated.other) == (printed.value, printed.other)
                else Verdict(
                    "drifted", "wording_numbers", stated, finding=wording.finding,
                    case=wording.case, published=printed.text,
                )
                for stated, printed in zip(numbers, own, strict=True)
            ]  # fmt: skip
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

    def _matching(self, number: StatedNumber) -> list[Indicator]:
        """Indicators that print like a number; a long text states the same ones again and again."""
        key = replace(number, text="", start=0)
        if key not in self._found:
            self._found[key] = [i for i in self.published.indicators if prints_alike(number, i)]
        return self._found[key]

    def _swapped(
        self, text: str, named: Sequence[Indicator], matching: Sequence[Indicator]
    ) -> bool:
        """Whether a number of others surely stands in a sentence on the one thing that it names.

        That is so of a code, where nothing in the sentence hints at what the number is of. What
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
        self, number: StatedNumber, sentence: OutsideSentence, named: frozenset[str]
    ) -> Verdict:
        if number.limit:
            return Verdict("unknown", "limit", number)
        matching = self._matching(number)
        hinted = named | self.published.hinted_at(sentence.text, self.language)
        if own := [item for item in matching if name_of_key(item.key) in hinted]:
            return _borne_out(number, "named", own)
        whole = [item for name in sorted(named) for item in self._by_name.get(name, ())
                 if not item.dimensions]  # fmt: skip
        comparable = not sentence.row and (
            not matching or self._swapped(sentence.text, whole, matching)
        )
        if comparable and (drift := _drift(number, whole, self.language)) is not None:
            return drift
        if not matching:
            if far := [item for item in whole if _distance(number, item) is not None]:
                keys, more = _keys(far)
                return Verdict("unknown", "other_value", number, keys, more,
                               published=_printed(far[0], self.language))  # fmt: skip
            return Verdict("unknown", "no_number", number)
        keys, more = _keys(matching)
        if whole and number.kind == "fraction":
            return Verdict("unknown", "other_subject", number, keys, more)
        return _borne_out(number, "several" if len(keys) + more > 1 else "only_one", matching)


def prints_alike(number: StatedNumber, item: Indicator) -> bool:
    """Whether an indicator, its counts or its limits would be printed as the number."""
    value = item.value
    if value is None:
        return False
    if number.kind == "fraction":
        return (number.value, number.other) == (item.x, item.n)
    if number.kind == "percent_range":
        ends = (item.low, item.high)
        return all(
            end is not None and stated is not None and _rounds(end * 100, stated, number.decimals)
            for end, stated in zip(ends, (number.value, number.other), strict=True)
        )
    if number.kind == "count":
        counts = {item.x, item.n, item.N} | ({round(value)} if item.unit == "count" else set())
        return number.value in counts
    if number.kind == "percent":
        if item.unit != "share":
            return False
        values = (value, item.low, item.high)
        return any(v is not None and _rounds(v * 100, number.value, number.decimals)
                   for v in values)  # fmt: skip
    if number.kind == "points":
        if item.unit != "difference":
            return False
        return _rounds(abs(value) * 100, abs(number.value), number.decimals)
    if number.kind == "money":
        if item.unit not in ("money", "money_per_inhabitant"):
            return False
        return _rounds(value / number.scale, number.value / number.scale, number.decimals)
    if item.unit in ("share", "money", "count"):
        return False
    limits = (value, item.low, item.high)
    return any(v is not None and _rounds(abs(v), abs(number.value), number.decimals)
               for v in limits)  # fmt: skip


def _rounds(value: float, printed: float, decimals: int) -> bool:
    """Whether a value is printed so: halves may go either way, as people round them."""
    return abs(value - printed) <= 0.5 * 10.0**-decimals + 1e-9


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
    outcome = f"comparison.outcome.{first.outcome}"
    told_apart = (outcome, "trail.finding.examined")
    if any(Words(language)(key).lower() in around for language in LANGUAGES for key in told_apart):
        return Verdict("borne_out", "examined", finding=first.id, case=case)
    if first.outcome == "does_not_hold":
        return Verdict("turned", "does_not_hold", finding=first.id, case=case, told_case="holds")
    return Verdict("unknown", "cannot_be_told", finding=first.id, case=case, told_case="holds")


def _borne_out(number: StatedNumber, detail: Detail, items: Iterable[Indicator]) -> Verdict:
    keys, more = _keys(items)
    return Verdict("borne_out", detail, number, keys, more)


def _drift(number: StatedNumber, items: Iterable[Indicator], language: Language) -> Verdict | None:
    """The nearest value of the same kind, if it is near or of the same denominator; else None."""
    near: list[tuple[float, Detail, Indicator]] = []
    for item in items:
        distance = _distance(number, item)
        if distance is None:
            continue
        if number.kind == "fraction" and number.other == item.n:
            near.append((distance, "same_base", item))
        elif distance <= 1:
            near.append((distance, "near", item))
    if not near:
        return None
    _, detail, item = min(near, key=lambda each: (each[0], each[2].identity))
    return Verdict("drifted", detail, number, (item.key,), published=_printed(item, language))


def _distance(number: StatedNumber, item: Indicator) -> float | None:
    """How far an indicator of the same kind is, 1 being the limit of near; None of another kind."""
    value = item.value
    measure = item.key.rpartition(".")[2]
    if value is None or measure not in _MEASURES or (item.unit == "share" and item.estimand != "D"):
        return None
    if number.kind in ("fraction", "percent") and item.unit == "share":
        stated = number.value / 100
        if number.kind == "fraction":
            if not number.other:
                return None
            stated = number.value / number.other
        return abs(stated - value) / _NEAR_SHARE
    if number.kind == "money" and item.unit == "money" and value:
        return abs(number.value - value) / abs(value) / _NEAR
    if number.kind == "count":
        counted = item.x if item.unit == "share" else value if item.unit == "count" else None
        if counted is None or not counted or not math.isfinite(counted):
            return None
        return abs(number.value - counted) / counted / _NEAR
    return None


def _keys(items: Iterable[Indicator]) -> tuple[tuple[str, ...], int]:
    """A key of each thing that they are numbers of, at most some, and how many more there are."""
    best: dict[str, str] = {}
    for item in items:
        name = name_of_key(item.key)
        measure = item.key.rpartition(".")[2]
        if name not in best or measure in _MEASURES:
            best[name] = item.key
    keys = list(best.values())
    return tuple(keys[:_MOST]), max(0, len(keys) - _MOST)


def _printed(item: Indicator, language: Language) -> str:
    """What the report would print of an indicator."""
    if item.unit == "share" and item.x is not None and item.n is not None:
        counts = say.count_of(item.x, item.n, language)
        return f"{counts} ({say.percent(item.value, language)})"
    if item.unit in ("count", "money"):
        return say.number(item.value, language)
    return say.number(item.value, language, 2)

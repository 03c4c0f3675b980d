"""What changed since the report that the study declares as its predecessor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from evaltools.findings.conclusion_pages import conclusions_record
from evaltools.findings.conclusions import load_conclusions
from evaltools.findings.display import findings_record
from evaltools.findings.judgement import Judgement
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import (
    ConclusionKind,
    JudgedConclusion,
    conclusions_from,
    findings_from,
)
from evaltools.provenance.finding_changes import (
    ChangeKind,
    ConclusionPair,
    FindingPair,
    pair_conclusions,
    pair_findings,
)
from evaltools.provenance.hashes import changed_keys
from evaltools.provenance.indicator_changes import (
    BY_INTERVAL,
    ComparisonSetting,
    IndicatorChange,
    Relation,
    changed_scope,
    compare_indicators,
    find_relation,
    select_headline_changes,
)
from evaltools.provenance.manifest import Ingredients
from evaltools.provenance.predecessor import Predecessor
from evaltools.report.variables import format_indicator
from evaltools.study import Study
from evaltools.study.schema import Matters

READ = "reports.read.share"


class ParameterPair(NamedTuple):
    """A parameter with its plain values; None where a report does not know it."""

    name: str
    then: Any
    now: Any


class QuestionChange(NamedTuple):
    """A question that is not asked alike in both reports."""

    id: str
    kind: Literal["added", "removed", "reworded"]


@dataclass(frozen=True)
class ReportChanges:
    """A report held against the one before it.

    Arguments:
        earlier: the report before it.
        same_programme: whether both are of one study; where not, nothing is compared.
        relation: whether both read the same reports, others, or some of the same.
        findings: every judgement of either.
        conclusions: answers, criteria and recommendations that are not the same; None where the
            earlier report did not record them.
        indicators: of the reports read and the register, those that are not the same.
        premises: those of findings that turned, whatever they are of.
        level: confidence level of the intervals of changes.
        matters: how large a change must be to be told.
        parameters: those that differ.
        files: tables of the data that differ.
        questions: those that are not asked alike.
        reports: final reports read then and now; None where that is not known.
    """

    earlier: Predecessor
    same_programme: bool
    relation: Relation
    findings: tuple[FindingPair, ...]
    conclusions: tuple[ConclusionPair, ...] | None
    indicators: tuple[IndicatorChange, ...]
    premises: tuple[IndicatorChange, ...]
    level: float
    matters: Matters
    parameters: tuple[ParameterPair, ...]
    files: tuple[str, ...]
    questions: tuple[QuestionChange, ...]
    reports: tuple[int | None, int | None]

    def of_kind(self, *kinds: ChangeKind) -> list[FindingPair]:
        """The judgements that changed in a way."""
        return [pair for pair in self.findings if pair.kind in kinds]

    @property
    def moved(self) -> list[IndicatorChange]:
        """Numbers that moved beyond their uncertainty, and by as much as matters.

        Of the same texts those that are read otherwise: there is no uncertainty in that.
        """
        return self._large("moved", "reread")

    @property
    def counted(self) -> list[IndicatorChange]:
        """Numbers counted in full that are others, by as much as matters."""
        return self._large("counted")

    def _large(self, *verdicts: str) -> list[IndicatorChange]:
        return [
            change
            for change in self.indicators
            if change.verdict in verdicts and _matters(change, self.matters)
        ]

    @property
    def too_few(self) -> list[IndicatorChange]:
        """Shares of fewer than ten, which are counted and not compared."""
        return [change for change in self.indicators if change.why == "too_few"]


def hold_against(
    study: Study,
    earlier: Predecessor,
    ingredients: Ingredients,
    indicators: Sequence[Indicator],
    judgements: Sequence[Judgement],
) -> ReportChanges:
    """Hold a run against the predecessor that its study declares.

    Arguments:
        ingredients: of the run.
        judgements: of the run, with their sentences.
    """
    declared = study.declaration.predecessor
    level = float(ingredients.parameters.get("confidence", 0.95))
    reports = _reports_read(earlier.indicators), _reports_read(indicators)
    now = [item for item in indicators if not item.dimensions]
    relation = find_relation(earlier.ingredients, ingredients)
    other_scope = bool(changed_scope(earlier.ingredients, ingredients))
    setting = ComparisonSetting(
        level, *reports, same_texts=relation == "same", other_scope=other_scope
    )
    then, today = earlier.ingredients.parameters, ingredients.parameters
    changes = compare_indicators(earlier.indicators, now, setting)
    findings = pair_findings(
        earlier.findings, findings_from(findings_record(judgements)), not other_scope
    )
    concluded = conclusions_record(load_conclusions(study), judgements)
    concluded_now = conclusions_from({"conclusions": concluded})
    return ReportChanges(
        earlier=earlier,
        same_programme=earlier.study == study.declaration.name,
        relation=relation,
        findings=findings,
        conclusions=None
        if earlier.conclusions is None
        else pair_conclusions(earlier.conclusions, concluded_now or ()),
        indicators=tuple(select_headline_changes(changes)),
        premises=tuple(_select_premises(findings, changes)),
        level=level,
        matters=declared.matters if declared else Matters(),
        parameters=tuple(
            ParameterPair(name, then.get(name), today.get(name))
            for name in changed_keys(then, today)
            if name != "language"
        ),
        files=tuple(
            name
            for name in changed_keys(earlier.ingredients.files, ingredients.files)
            if name.startswith(f"{study.declaration.data}/")
        ),
        questions=tuple(_compare_questions(study, earlier)),
        reports=reports,
    )


def _select_premises(
    findings: Iterable[FindingPair], changes: Iterable[IndicatorChange]
) -> list[IndicatorChange]:
    """Numbers that findings which turned rest on, and that are not the same, largest first."""
    keys = {key for pair in findings if pair.kind == "turned" for each in (pair.then, pair.now)
            if each for key in each.keys}  # fmt: skip
    own = [each for each in changes if each.either.estimand == "D" and each.key in keys]
    return sorted(own, key=lambda each: (-abs(round(each.change or 0.0, 12)), each.key))


@dataclass(frozen=True)
class IntervalCounts:
    """How many changes an interval judged, how many it found, and how many of them stand when all
    are judged at once.
    """

    judged: int
    outside: int
    stand: int


def count_by_interval(changes: Iterable[IndicatorChange]) -> IntervalCounts:
    """What intervals said of changes of main indicators; of the same texts they say nothing."""
    judged = [each for each in changes
              if each.basis in BY_INTERVAL and each.verdict != "reread"]  # fmt: skip
    stand = sum(each.verdict == "moved" for each in judged)
    outside = stand + sum(each.why == "many" for each in judged)
    return IntervalCounts(len(judged), outside, stand)


def tell_chance(counts: IntervalCounts, level: float, words: Words) -> list[str]:
    """Sentences on how many changes are beyond chance; none where no interval judged any."""
    if not counts.judged:
        return []
    told = [
        words("comparison.judged", judged=counts.judged, count=counts.outside,
              level=say.level_text(level, words.language))
    ]  # fmt: skip
    expected = round(counts.judged * (1 - level))
    if expected >= 1 and counts.outside:
        told.append(words("comparison.by_chance", count=expected))
    if counts.outside:
        form = "stand" if counts.stand else "none_stands"
        told.append(words(f"comparison.{form}", count=counts.stand))
    return told


def _compare_questions(study: Study, earlier: Predecessor) -> list[QuestionChange]:
    asked = {part.id: part.text for main in study.declaration.questions for part in main.parts}
    found = []
    for name in sorted({*asked, *earlier.questions}):
        if name not in earlier.questions:
            found.append(QuestionChange(name, "added"))
        elif name not in asked:
            found.append(QuestionChange(name, "removed"))
        else:
            then, now = earlier.questions[name], asked[name].model_dump()
            both = [each for each in then if now.get(each)]
            if not both or any(then[each] != now[each] for each in both):
                found.append(QuestionChange(name, "reworded"))
    return found


def _matters(change: IndicatorChange, matters: Matters) -> bool:
    """Whether a change is as large as the study declares to matter.

    Where the earlier number was nought, every amount is infinitely more.
    """
    if change.change is None or change.old is None:
        return False
    size = abs(change.change)
    if change.either.unit in ("share", "difference"):
        return size >= matters.share - 1e-9
    return size > 0 and size >= matters.amount * abs(change.old.value or 0.0) - 1e-9


def _reports_read(indicators: Sequence[Indicator]) -> int | None:
    for item in indicators:
        if item.key == READ and item.estimand == "D" and not item.dimensions:
            return item.x
    return None


def format_value(indicator: Indicator | None, words: Words) -> str:
    """A value, with the counts of a share that is printed in per cent."""
    if indicator is None:
        return ""
    text = format_indicator(indicator, words)
    counted = indicator.unit == "share" and indicator.value is not None and not indicator.suppressed
    if counted and indicator.n and indicator.n < 100_000 and "/" not in text:
        text += f" ({say.count_of(indicator.x or 0, indicator.n, words.language)})"
    return text


def format_verdict(change: IndicatorChange, words: Words) -> str:
    """What came of a change, and why nothing more can be said."""
    verdict = words(f"comparison.verdict.{change.verdict}")
    return f"{verdict} ({words(f'comparison.why.{change.why}')})" if change.why else verdict


def list_conclusions(
    pairs: Iterable[ConclusionPair], words: Words, asked: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Rows of a table: the criterion, question or recommendation, what came of it then and now.

    Arguments:
        asked: texts of questions, by id.
    """
    rows = []
    for pair in pairs:
        if pair.kind == "criterion":
            name = words(f"matrix.criterion.{pair.id}")
        elif pair.kind == "answer":
            name = asked.get(pair.id, pair.id)
        else:
            name = pair.either.in_language(words.language)
        then, now = (_level_in_words(pair.kind, each, words) for each in (pair.then, pair.now))
        rows.append((words(f"since.kind.{pair.kind}", name=name), then, now))
    return rows


def _level_in_words(kind: ConclusionKind, made: JudgedConclusion | None, words: Words) -> str:
    if kind == "recommendation":
        return words(f"since.recommendation.{'given' if made else 'not_given'}")
    return made.in_language(words.language) if made else say.MISSING


def format_difference(change: IndicatorChange, language: Language) -> str:
    """A change in its unit, shares in points; empty of a share of fewer than ten."""
    if change.change is None or change.few:
        return ""
    newcombe = change.either.unit == "difference" and change.either.method == "newcombe"
    if change.either.unit == "share" or newcombe:
        return say.signed(change.change * 100, language)
    return say.signed(change.change, language, 0 if change.either.unit in ("count", "money") else 2)


def format_interval(change: IndicatorChange, language: Language) -> str:
    """The limits of a change in its unit, shares in points; empty as above."""
    if change.low is None or change.high is None or change.basis == "bounds" or change.few:
        return ""
    if change.either.unit == "share":
        return say.number_range(change.low * 100, change.high * 100, language)
    digits = 0 if change.either.unit in ("count", "money") else 2
    return say.number_range(change.low, change.high, language, digits)

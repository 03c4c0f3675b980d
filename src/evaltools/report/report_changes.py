"""What changed since the report that the study declares as its predecessor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from evaltools.findings.display import findings_record
from evaltools.findings.judgement import Judgement
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import findings_from
from evaltools.provenance.finding_changes import ChangeKind, FindingPair, pair_findings
from evaltools.provenance.hashes import changed_keys
from evaltools.provenance.indicator_changes import (
    ComparisonSetting,
    IndicatorChange,
    Relation,
    compare_indicators,
    find_relation,
    select_headline_changes,
)
from evaltools.provenance.manifest import Ingredients
from evaltools.provenance.predecessor import Predecessor
from evaltools.report.variables import format_indicator
from evaltools.study import Study
from evaltools.study.schema import Matters

BY_INTERVAL = ("newcombe", "newcombe_paired", "square_and_add")
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
        indicators: of the reports read and the register, those that are not the same.
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
    indicators: tuple[IndicatorChange, ...]
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
    def judged_by_interval(self) -> int:
        """How many changes an interval decides; of these some leave it by chance alone."""
        return sum(change.basis in BY_INTERVAL for change in self.indicators)

    @property
    def clear(self) -> int:
        """How many of these do leave it."""
        return sum(
            change.verdict == "moved" and change.basis in BY_INTERVAL for change in self.indicators
        )

    @property
    def moved(self) -> list[IndicatorChange]:
        """Numbers that moved beyond their uncertainty, and by as much as matters."""
        return [
            change
            for change in self.indicators
            if change.verdict == "moved" and _matters(change, self.matters)
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
    setting = ComparisonSetting(level, *reports)
    then, today = earlier.ingredients.parameters, ingredients.parameters
    return ReportChanges(
        earlier=earlier,
        same_programme=earlier.study == study.declaration.name,
        relation=find_relation(earlier.ingredients, ingredients),
        findings=pair_findings(earlier.findings, findings_from(findings_record(judgements))),
        indicators=tuple(
            select_headline_changes(compare_indicators(earlier.indicators, now, setting))
        ),
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
    return say.number_range(change.low, change.high, language, 2)

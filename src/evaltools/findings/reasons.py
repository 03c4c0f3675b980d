"""Why a finding holds, does not hold or cannot be told: a value that prints itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from evaltools.findings.conditions import Outcome
from evaltools.findings.lookup import Reading
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words, fields

Kind = Literal[
    "leads", "another_leads", "tied", "not_beyond", "in_order", "not_in_order",
    "at_the_top", "not_at_the_top", "reaches", "below", "stays_under", "above", "straddles",
    "quantity", "other_quantity", "quantity_open", "differs", "other_direction", "includes_zero",
    "equal", "equal_fact", "unequal", "unequal_fact", "missing", "withheld", "no_record",
    "no_interval", "nothing_told", "too_few", "coders_disagree", "agreement_unknown", "other_rule",
    "other_rule_names", "other_rule_open", "other_rule_names_one",
    "premise", "other_premise", "few_compared", "beyond_chance", "within_chance",
]  # fmt: skip

_ALIKE: Final = frozenset(
    {"reaches", "below", "stays_under", "above", "quantity", "other_quantity", "missing",
     "withheld", "no_record", "no_interval"}
)  # fmt: skip
"""Kinds of which several are told in one: `at least 20%: … (12/52), … (13/52)`."""

_WITH_INTERVALS: Final = frozenset(
    {"reaches", "below", "stays_under", "above", "quantity", "other_quantity"}
)
"""Kinds that were settled by an interval and so tell it, where there is one."""


@dataclass(frozen=True)
class ReasonKind:
    """One thing that decides, or keeps from deciding.

    Arguments:
        kind: what kind of thing.
        first: the numbers that the finding is about.
        other: the numbers that they are held against.
        limit: a value they are held against, in the unit of the first.
        interval: limits that leave it open or settle it, in the unit of the first.
        word: a word for how many, or the estimand that has no record.
        finding: id of another finding that decides.
        rules: coder rules that decide otherwise, each with its outcome.
    """

    kind: Kind
    first: tuple[Reading, ...]
    other: tuple[Reading, ...] = ()
    limit: float | None = None
    interval: tuple[float, float] | None = None
    word: str = ""
    finding: str = ""
    rules: tuple[tuple[str, Outcome], ...] = ()

    def text(self, words: Words, labels: Mapping[str, str] | None = None) -> str:
        """The sentence part, with labels in place of the names that have one."""
        told = {each.value for each in (*self.first, *self.other)}
        equal = self.kind == "not_beyond" and len(told) == 1 and None not in told
        key = f"findings.because.{'tied' if equal else self.kind}"
        unit = self.first[0] if self.first else Reading("", None)
        label = self.interval is not None and self.kind in _WITH_INTERVALS
        values = {
            "first": _listed(self.first, words, labels, label, self.limit, self.other),
            "other": _listed(self.other, words, labels, beside=self.first),
            "name": label_of(unit, words, labels),
            "limit": ""
            if self.limit is None
            else format_amount(unit, self.limit, words, self.limit),
            "interval": ""
            if self.interval is None
            else _range(unit, self.interval, words, self.limit),
            "word": words(f"findings.word.{self.word}") if self.word else "",
            "finding": self.finding,
            "rules": list_rules(self.rules, words),
            "names": name_rules([rule for rule, _ in self.rules], words),
        }
        wanted = fields(words.template(key))
        return words(key, **{name: value for name, value in values.items() if name in wanted})

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "kind": self.kind,
            "first": [reading.name for reading in self.first],
            "other": [reading.name for reading in self.other],
            "limit": self.limit,
            "interval": list(self.interval) if self.interval else None,
            "word": self.word,
            "finding": self.finding,
        }


@dataclass(frozen=True)
class Reason:
    """Everything that decides about a finding, with the outcome.

    Arguments:
        outcome: what came of it.
        because: in the order of the conditions; of those that decide only.
    """

    outcome: Outcome
    because: tuple[ReasonKind, ...]

    def text(self, words: Words, labels: Mapping[str, str] | None = None) -> str:
        """Outcome and reasons: `ei pidä paikkaansa: suurin on …`.

        Arguments:
            labels: what to print for a name without its measure; names are printed without.
        """
        return f"{self.outcome_text(words)}: {self.why(words, labels)}"

    def outcome_text(self, words: Words) -> str:
        """The outcome in words."""
        return words(f"findings.outcome.{self.outcome}")

    def why(self, words: Words, labels: Mapping[str, str] | None = None) -> str:
        """The reasons alone."""
        parts = dict.fromkeys(because.text(words, labels) for because in self._merged())
        return "; ".join(parts)

    def _merged(self) -> tuple[ReasonKind, ...]:
        """Reasons that differ only in the number they are about, as one."""
        found: dict[Any, ReasonKind] = {}
        for place, each in enumerate(self.because):
            alike = (each.kind, each.limit, each.word, each.interval is None)
            key = alike if each.kind in _ALIKE else (*alike, place)
            before = found.get(key)
            found[key] = (
                each if before is None else replace(before, first=before.first + each.first)
            )
        return tuple(found.values())

    def __str__(self) -> str:
        return self.text(Words("en"))

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"outcome": self.outcome, "because": [item.as_values() for item in self.because]}


def list_rules(rules: Iterable[tuple[str, Outcome]], words: Words) -> str:
    """Outcomes in their order, each with the coder rules that give it: `holds: all coders`."""
    found: dict[Outcome, list[str]] = {}
    for rule, outcome in rules:
        found.setdefault(outcome, []).append(rule)
    parts = (
        words(f"findings.rules.{outcome}", rules=name_rules(named, words))
        for outcome, named in found.items()
    )
    return "; ".join(parts)


def name_rules(rules: Iterable[str], words: Words) -> str:
    """Coder rules in words: `all coders or at least one coder`."""
    *others, last = [words(f"coder_rule.{rule}") for rule in rules] or [""]
    return words("findings.rules.or", first=", ".join(others), last=last) if others else last


def label_of(reading: Reading, words: Words, labels: Mapping[str, str] | None = None) -> str:
    """What a number is called: the label of its code or quantity, or else its name.

    Arguments:
        labels: by name without measure, `challenge.staff`; None prints names.
    """
    name = reading.name
    stem = reading.stem
    label = ""
    if stem.endswith((".silent", ".denied")) and labels is not None:
        stem, _, state = stem.rpartition(".")
        label = words(f"findings.state.{state}")
    if labels is None:
        return name.removesuffix(".share")
    found = labels.get(stem)
    for key in (f"findings.key.{name}", f"findings.key.{stem}"):
        if found is None and words.has(key):
            found = words(key)
    if found is None:
        found = _label_by_family(stem, words, labels)
    return (found or stem) + (f", {label}" if label else "")


def _label_by_family(stem: str, words: Words, labels: Mapping[str, str]) -> str | None:
    """`alpha: staff`: what a family of numbers is called, with the code or item within the name."""
    parts = stem.split(".")
    family = f"findings.family.{parts[0]}"
    if not words.has(family):
        return None
    runs = (".".join(parts[i:j]) for i in range(1, len(parts)) for j in range(len(parts), i, -1))
    within = next((run for run in runs if run in labels), None)
    if within is None:  # a difference of groups names the theme without its kind
        ends = [name for name in labels if name.endswith(f".{parts[-1]}")]
        within = ends[0] if len(ends) == 1 else None
    return f"{words(family)}: {labels[within]}" if within else None


def format_reading(reading: Reading, words: Words, limit: float | None = None) -> str:
    """A number as reasons print it: a share by its counts, `37/52`.

    Arguments:
        limit: beside which it is printed, so that one sees on which side of it the number is.
    """
    record, value = reading.indicator, reading.value
    if value is None or record is None:
        return say.MISSING
    cases = record.unit == "share" and record.counted == "cases"
    if reading.part == "value" and cases and record.x is not None and record.n:
        return say.count_of(record.x, record.n, words.language)
    return format_amount(reading, value, words, limit)


def format_amount(reading: Reading, value: float, words: Words, limit: float | None = None) -> str:
    """A value in the unit of a number.

    Arguments:
        limit: as of `format_reading`.
    """
    record = reading.indicator
    unit = "count" if record is None or reading.part != "value" else record.unit
    limits = () if limit is None else (limit,)
    if unit == "share":
        decimals = say.decimals_beside(value * 100, [each * 100 for each in limits])
        return say.percent(value, words.language, decimals)
    if unit == "money":
        return words.money(value)
    if unit == "difference" and record is not None and record.method.startswith("newcombe"):
        points = say.signed(value * 100, words.language)
        return words("report.points", value=points)
    least = 0 if unit == "count" and value == round(value) else 2
    return say.number(value, words.language, say.decimals_beside(value, limits, least))


def interval_of(reading: Reading, words: Words, limit: float | None = None) -> str:
    """The limits of a number in its unit; empty where it has none.

    Arguments:
        limit: as of `format_reading`.
    """
    record = reading.indicator
    if record is None or record.low is None or record.high is None:
        return ""
    return _range(reading, (record.low, record.high), words, limit)


def _range(
    reading: Reading, interval: tuple[float, float], words: Words, limit: float | None = None
) -> str:
    record = reading.indicator
    unit = "count" if record is None else record.unit
    if unit == "difference" and record and record.method.startswith("newcombe"):
        text = say.number_range(interval[0] * 100, interval[1] * 100, words.language)
        return words("report.points", value=text)
    if unit == "share" and record is not None:
        whole = record.N if record.estimand == "P" else None
        ends = [] if limit is None else [
            say.decimals_beside(each * 100, (limit * 100,)) for each in interval
        ]  # fmt: skip
        if any(ends):
            return say.percent_range(*interval, words.language, max(ends))
        return say.share_range(*interval, record.n, words.language, whole=whole)
    return say.number_range(*interval, words.language, 0 if unit in ("count", "money") else 2)


def _listed(
    readings: tuple[Reading, ...],
    words: Words,
    labels: Mapping[str, str] | None,
    intervals: bool = False,
    limit: float | None = None,
    beside: tuple[Reading, ...] = (),
) -> str:
    names = [label_of(each, words, labels) for each in readings]
    all_names = [*names, *(label_of(each, words, labels) for each in beside)]
    items = []
    for each, item in zip(readings, names, strict=True):
        kind = f"code_kind.{each.name.partition('.')[0]}"
        if all_names.count(item) > 1 and words.has(kind):  # a goal and a result alike
            item += f", {words(kind)}"
        if each.value is not None:
            limits = interval_of(each, words, limit) if intervals else ""
            item += f" ({format_reading(each, words, limit)}{f', {limits}' if limits else ''})"
        items.append(item)
    return say.list_of(items, words.language)

"""Findings that the data could never turn: conditions without an alternative, and evidence that is
about something else.

A condition is tried on numbers that data could give: shares from 0 to 1, counts from 0. Numbers
of one name are one number; orders within sets, changes and facts may come out either way. So a
condition that is refused here cannot come out otherwise, whatever the data; one that passes may
still be one that no real data would turn.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from evaltools.findings import conditions
from evaltools.findings.evaluate import IMPLIED
from evaltools.findings.families import FAMILIES, THEMES, is_of_reports
from evaltools.findings.sentences import OUTCOME_OF
from evaltools.i18n.quantifiers import quantity
from evaltools.indicators.indicator import Estimand
from evaltools.problems import Problem

SHARES: Final = (".share", ".bounds", ".population", ".superpopulation")
COUNTS: Final = (".x", ".n", ".N", ".count", ".money")
MOST_TRIALS: Final = 20_000
"""Conditions with more combinations of values than these are taken for such as can turn."""
_STEP: Final = 1e-6
_CASES: Final[tuple[conditions.Case, ...]] = ("holds", "does_not_hold", "all", "none", "tied")
"""Cases that are told: where a premise cannot be told, what rests on it is not false either."""

Values = Mapping[str, object]
Trial = Callable[[Values], bool]


@dataclass(frozen=True)
class Source:
    """What evidence is of: a code, stars standing for any word, or a table."""

    code: str | None = None
    table: str | None = None


def check_soundness(
    name: str,
    condition: conditions.Condition,
    evidence: Sequence[Source],
    where: str,
    behind: Mapping[str, str],
) -> Iterator[Problem]:
    """What makes a finding true, or false, by construction.

    Arguments:
        name: of the finding.
        evidence: what speaks for it and against it; where there is none, it is not looked at.
        where: file and line of the condition.
        behind: `codes_of_numbers` of the study: code that stands behind a number.
    """
    never = "no data can make false", "no data can make true"
    for wanted, what in zip((False, True), never, strict=True):
        if not can_come_out(condition, wanted):
            yield Problem(
                where,
                f"{name}: the condition is one that {what}",
                "a condition that numbers can turn either way",
                "Say what would have to be seen for the sentence to be wrong.",
                "finding.declaration",
            )
    if not evidence:
        return
    names, globs = conditions.keys_of(condition)
    for key in (*names, *globs):
        if not any(is_about(key, source, behind) for source in evidence):
            given = ", ".join(each.code or str(each.table) for each in evidence)
            yield Problem(
                where,
                f"{name}: the condition rests on {key}, of which the evidence says nothing",
                f"evidence on the codes or tables that {key} is computed from",
                f"Found: {given}. Name them, or declare the code in codes_of_numbers.",
                "finding.declaration",
            )


def check_ranks(
    name: str, condition: conditions.Condition, estimand: Estimand | None, where: str
) -> Iterator[Problem]:
    """Orders of what reports tell that nobody could hold against chance.

    Such an order is of codes, whose reports are compared two by two, and of more than the reports
    read; what a register counts is known whole, and its order is as its numbers are.

    Arguments:
        estimand: of the finding.
        name, where: as of `check_soundness`.
    """
    for each in condition.leaves():
        keys = [key for part in conditions.keys_of(each) for key in part if is_of_reports(key)]
        if each.leaf is None or each.kind not in conditions.RANKS or not keys:
            continue
        others = [
            key for key in keys
            if key.partition(".")[0] in FAMILIES or not key.endswith((".share", ".x"))
        ]  # fmt: skip
        if others:
            what = f"{each.kind} compares {others[0]}, whose margin no run knows"
            allowed = "shares of codes, of one kind or of one name in two kinds"
            remedy = "Compare such shares, or ask each number for a limit of its own."
        elif (each.leaf.estimand or estimand) not in ("P", "S"):
            what = f"{each.kind} says which is told of more often, in the reports read alone"
            allowed = "estimand P or S, under which a lead must be beyond chance"
            remedy = "Name one of them, and say the counts where the lead is too small (close)."
        else:
            continue
        yield Problem(where, f"{name}: {what}", allowed, remedy, "finding.declaration")


def can_come_out(condition: conditions.Condition, wanted: bool) -> bool:
    """Whether there are numbers under which a condition comes out so.

    `all` fails where one part does, and `any` and `none` are decided by one that holds; whether
    all parts can come out together is tried.
    """
    if condition.all and not wanted:
        return any(can_come_out(part, False) for part in condition.all)
    if condition.any and wanted:
        return any(can_come_out(part, True) for part in condition.any)
    if condition.none and not wanted:
        return any(can_come_out(part, True) for part in condition.none)
    variables: dict[str, set[object]] = {}
    trial = _trial(condition, variables)
    names = sorted(variables)
    choices = [sorted(variables[name], key=repr) for name in names]
    if math.prod(map(len, choices)) > MOST_TRIALS:
        return True
    return any(
        trial(dict(zip(names, values, strict=True))) is wanted
        for values in itertools.product(*choices)
    )


def _trial(condition: conditions.Condition, variables: dict[str, set[object]]) -> Trial:
    """How a condition comes out under given values; adds the values that make a difference."""
    if condition.leaf is not None:
        return _leaf_trial(condition.kind, condition.leaf, variables)
    parts = [_trial(part, variables) for part in condition.parts]
    if condition.all:
        return lambda values: all(part(values) for part in parts)
    if condition.any:
        return lambda values: any(part(values) for part in parts)
    return lambda values: not any(part(values) for part in parts)


def _leaf_trial(kind: str, leaf: conditions.Leaf, variables: dict[str, set[object]]) -> Trial:
    if isinstance(leaf, conditions.Threshold):
        limit = leaf.limit or "value"
        name = _variable(leaf.key, variables, (leaf.value,), f"{limit} {leaf.estimand}")
        least = kind == "at_least"
        value = leaf.value
        return lambda values: _number(values[name]) >= value if least else (
            _number(values[name]) <= value
        )  # fmt: skip
    if isinstance(leaf, conditions.Quantity):
        name = _variable(leaf.key, variables, (0.1, 0.35, 0.7, 0.95), f"value {leaf.estimand}")
        words = (leaf.word, *IMPLIED[leaf.word])
        return lambda values: quantity(*[_number(values[name])] * 3) in words
    if isinstance(leaf, conditions.Order) and leaf.of is None:
        ranks = tuple(index / len(leaf.keys) for index in range(len(leaf.keys) + 1))
        keys = [_variable(key, variables, ranks, f"value {leaf.estimand}") for key in leaf.keys]
        strict = leaf.ties == "refused"
        return lambda values: all(
            _number(values[first]) > _number(values[second])
            or (not strict and values[first] == values[second])
            for first, second in itertools.pairwise(keys)
        )
    if isinstance(leaf, conditions.Equals) and leaf.fact is None:
        given = () if leaf.number is None else (leaf.number,)
        name = _variable(leaf.key, variables, given, f"value {leaf.estimand}")
        if leaf.other is None:
            number = leaf.number
            return lambda values: values[name] == number
        other = _variable(leaf.other, variables, (), f"value {leaf.estimand}")
        return lambda values: values[name] == values[other]
    if isinstance(leaf, conditions.Judged):
        name, cases = f"finding {leaf.finding}", leaf.cases
        variables.setdefault(name, set()).update(_CASES)
        variables[name].update(case for case in cases if case not in _CASES)
        return lambda values: values[name] in cases or OUTCOME_OF.get(
            values[name], values[name]  # type: ignore[call-overload]
        ) in cases  # fmt: skip
    if (
        isinstance(leaf, conditions.Leads | conditions.Greatest | conditions.AmongTop)
        and "*" not in leaf.of
    ):
        keys_led = (
            leaf.keys if isinstance(leaf, conditions.AmongTop) else (getattr(leaf, "key", leaf.of),)
        )
        if set(keys_led) == {leaf.of}:  # a set of one, which leads itself
            return lambda _: True
    name = f"{kind} {leaf!r}"
    variables.setdefault(name, set()).update((False, True))
    return lambda values: bool(values[name])


def _variable(
    key: str, variables: dict[str, set[object]], limits: Iterable[float], part: str
) -> str:
    """The name of a number, whose values on both sides of the limits are added."""
    low, high = _range(key)
    name = f"{key} {part}"
    found = variables.setdefault(name, set())
    tried = {low, high, *(each for limit in limits for each in _around(limit))}
    found.update(max(low, min(high, each)) for each in tried)
    return name


def _around(limit: float) -> tuple[float, float, float]:
    step = max(abs(limit), 1.0) * _STEP
    return limit - step, limit, limit + step


def _range(key: str) -> tuple[float, float]:
    if key.endswith(SHARES):
        return 0.0, 1.0
    return (0.0 if key.endswith(COUNTS) else -1e12), 1e12


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def is_about(key: str, source: Source, behind: Mapping[str, str]) -> bool:
    """Whether evidence is of what a number is computed from.

    Numbers that a study's own chapters compute have no family here; a table may be theirs.
    """
    parts = key.split(".")
    known = FAMILIES.get(parts[0])
    if source.table is not None:
        if known is not None:
            return source.table in known.tables or "*" in parts[0]
        # A key of no known family is made as those of codes are: kind, name, measure.
        of_code = len(parts) == 3 and parts[-1] in ("share", "x", "n")
        return source.table in THEMES.tables or not of_code
    code = str(source.code).split(".")
    stems = (".".join(parts[:length]) for length in range(1, len(parts)))
    named = [parts, *(behind[stem].split(".") for stem in stems if stem in behind)]
    return any(_within(code, each) for each in named) or (
        known is not None and parts[0] in ("coding", "pair", "order", "saturation")
    )


def _within(code: list[str], parts: list[str]) -> bool:
    """Whether the words of a code stand one after the other in a key, stars being any word."""
    return any(
        all(
            fnmatchcase(own, given) or fnmatchcase(given, own)
            for own, given in zip(code, parts[start:], strict=False)
        )
        for start in range(len(parts) - len(code) + 1)
    )

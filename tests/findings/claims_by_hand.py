"""Numbers and findings made by hand: what a condition should say of them is plain to see."""

from __future__ import annotations

from typing import Any

from evaltools.findings.conditions import Condition
from evaltools.findings.declaration import Finding
from evaltools.findings.evaluate import evaluate
from evaltools.findings.lookup import Numbers, index_numbers
from evaltools.findings.verdicts import Verdict
from evaltools.indicators.indicator import Estimand, Indicator, dimensions
from evaltools.statistics.intervals import hypergeometric, wilson

FUNDED = 122
READ = 52


def share(key: str, x: int, n: int = READ, N: int = FUNDED) -> list[Indicator]:
    """A share of reports under the three estimands, limits by the statistics room."""
    exact, score = hypergeometric(x, n, N), wilson(x, n)
    common: dict[str, Any] = {"key": key, "value": x / n, "unit": "share", "x": x, "n": n}
    low, high = min(exact.low / N, x / n), max(exact.high / N, x / n)
    return [
        Indicator(**common, estimand="D"),
        Indicator(
            **common, estimand="P", N=N, low=low, high=high, method="hypergeometric", level=0.95
        ),
        Indicator(
            **common, estimand="S", low=score.low, high=score.high, method="wilson", level=0.95
        ),
    ]


def shares(**counts: int) -> list[Indicator]:
    """Shares of challenges by name: `shares(staff=16)` gives `challenge.staff.share`."""
    return [one for name, x in counts.items() for one in share(f"challenge.{name}.share", x)]


def apart(first: str, second: str, only_first: int, only_second: int) -> list[Indicator]:
    """Reports that tell of one of two challenges and not of the other; `first` by its id."""
    assert first < second
    n = only_first + only_second
    common: dict[str, Any] = {
        "key": "order.first_only.share", "value": only_first / n if n else None, "unit": "share",
        "x": only_first, "n": n, "dimensions": dimensions(
            first=f"challenge.{first}", second=f"challenge.{second}"),
    }  # fmt: skip
    return [
        Indicator(**common, estimand="D"),
        Indicator(**common, estimand="P", N=n + FUNDED - READ, method="finite mcnemar", level=0.95),
        Indicator(**common, estimand="S", method="mid-p mcnemar", level=0.95),
    ]


def interval(
    value: float,
    low: float | None,
    high: float | None,
    *,
    key: str = "goals.good.share",
    estimand: Estimand = "S",
) -> Indicator:
    """A share of a thousand with any limits."""
    return Indicator(
        key=key, value=value, unit="share", x=round(value * 1000), n=1000, estimand=estimand,
        low=low, high=high, method="wilson" if low is not None else "", level=0.95,
    )  # fmt: skip


def difference(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    key: str = "group_difference.staff.difference",
) -> list[Indicator]:
    """A difference of shares, as of the reports read and of such projects."""
    return [
        Indicator(key=key, value=value, unit="difference", x=8, n=36),
        Indicator(key=key, value=value, unit="difference", x=8, n=36, estimand="S", low=low,
                  high=high, method="newcombe", level=0.95),
    ]  # fmt: skip


def count(key: str, value: float | None) -> Indicator:
    return Indicator(key=key, value=value, unit="count")


def withheld(key: str, estimand: Estimand = "D") -> Indicator:
    return Indicator(
        key=key, value=None, unit="share", estimand=estimand, suppressed=True, n=18, note="few"
    )


def missing(key: str, estimand: Estimand = "D") -> Indicator:
    return Indicator(key=key, value=None, unit="share", estimand=estimand, note="nothing")


def outcome(
    condition: dict[str, Any], indicators: list[Indicator], estimand: Estimand = "D"
) -> str:
    return verdict(condition, indicators, estimand).outcome


def verdict(
    condition: dict[str, Any],
    indicators: list[Indicator],
    estimand: Estimand = "D",
    facts: dict[str, float] | None = None,
) -> Verdict:
    numbers: Numbers = index_numbers(indicators, facts)
    return evaluate(Condition.model_validate(condition), numbers, estimand)


def declared(condition: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A finding as `findings.yml` has it."""
    given: dict[str, Any] = {
        "text": {"fi": "Näin on.", "sv": "Så är det.", "en": "It is so."},
        "asserted": True,
        "estimand": "D",
        "condition": condition
        or {"greatest": {"key": "challenge.staff.share", "of": "challenge.*.share"}},
        "evidence": [{"code": "challenge.staff"}],
        "counter_evidence": [{"code": "challenge.staff", "polarity": "deny"}],
        "evidence_class": "self_reported",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def finding(
    condition: dict[str, Any] | None = None, name: str = "it-is-so", **changes: Any
) -> Finding:
    return Finding.model_validate(
        {**declared(condition, **changes), "id": name, "where": "reports/findings.yml:2"}
    )

"""How far coders agreed, and so how far a count of themes depends on who counted.

Units are stated with every number, for agreement is agreement on something:

* *judgements*: a report × code, judged yes or no by each coder who read the report whole. This is
  what the shares of the report are made of, so it is what decides how far they can be trusted.
  Judgements of one report are not independent: intervals draw whole reports.
* *sets*: a report, valued by the set of codes that a coder found in it, apart as far as MASI says.
  One code more or less makes two sets of many codes unequal, so this is the strictest measure.
* *passages* and *sentences*: see `agreement_places`.

The consensus is no coder. A code that nearly no report has, or nearly every, tells nothing of
whether coders can tell it: its coefficients are None with the reason, and never one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaltools.indicators.coder_decisions import NO, YES, CoderDecisions
from evaltools.indicators.indicator import Dimensions, Indicator, dimensions
from evaltools.indicators.shares import count_record, infer, number_record, plain_share
from evaltools.statistics import agreement
from evaltools.statistics.agreement_alpha import Metric, chance_without_variation, estimate_alpha
from evaltools.statistics.intervals import Interval

TENTATIVE, RELIABLE = 0.667, 0.8
"""Krippendorff's marks: below the first nothing can be concluded, from the second on anything."""
FEWEST_REPORTS = 10
"""Of fewer no interval is made: leaving out one of so few does not show what chance would do.

Source: Cameron, Gelbach and Miller 2008, doi:10.1162/rest.90.3.414, on few clusters.
"""
BY_REPORT = "jackknife, by report"
ALONE = "no report was read by two coders"
_SOURCE = "evaltools.indicators.agreement"
_PLAIN: tuple[tuple[str, Callable[[agreement.Ratings], agreement.Agreement]], ...] = (
    ("kappa", agreement.light_kappa), ("fleiss", agreement.fleiss_kappa),
    ("ac1", agreement.gwet_ac1),
)  # fmt: skip


@dataclass(frozen=True)
class Alpha:
    """Alpha of some units, without an interval of few reports; or why there is none."""

    found: agreement.Agreement
    interval: Interval | None
    why: str = ""


def compute_alpha(
    values: agreement.Values | agreement.Ratings,
    level: float,
    metric: Metric = "nominal",
    clusters: NDArray[np.int_] | None = None,
) -> Alpha:
    """Alpha with its interval; not estimable where what varies hangs on too few reports.

    That is, where as many reports drawn anew would have no variation at all with a chance of more
    than 1 - level: then the interval itself would reach into what is not defined. Units are
    reports, unless `clusters` has the number of the report of each.
    """
    read = agreement.ratings(values)
    found, interval = estimate_alpha(read, metric, level=level, clusters=clusters)
    if found.value is None:
        return Alpha(found, None, ALONE if found.why == "no unit has two values" else found.why)
    reports = len(read.places) if clusters is None else int(clusters.max()) + 1
    if reports < 2:
        return Alpha(found, None)
    chance = chance_without_variation(read, clusters)
    if chance > 1 - level:
        why = f"too rare: reports drawn anew would not vary with a chance of {chance:.0%}"
        return Alpha(replace(found, value=None), None, why)
    if interval is None or reports < FEWEST_REPORTS:
        return Alpha(found, None)
    return Alpha(found, replace(interval, method=BY_REPORT))


def observed(read: CoderDecisions) -> list[Indicator]:
    """How often two coders of a report agreed on whether it has a theme.

    The unit is a pair of coders × report × code. Most codes are absent from most reports, so
    agreement on absence lifts the first number; the second leaves it out.

    Returns:
        `coding.agreement.observed.share` of all units; `coding.agreement.present.share`, of the
        units in which at least one of the two found the theme, those in which both did;
        `coding.reports_compared.count`, reports that two coders or more read whole.
    """
    source = f"{_SOURCE}.observed"
    pairs, both, neither = _agreeing(read.places)
    note = "" if read.reports else ALONE
    either = pairs - neither
    return [
        plain_share("coding.agreement.observed.share", both + neither, pairs, source, note=note),
        plain_share("coding.agreement.present.share", both, either, source, note=note),
        count_record("coding.reports_compared.count", len(read.reports), source),
    ]


def overall(read: CoderDecisions, level: float) -> list[Indicator]:
    """Agreement on all codes together, and on those of each kind.

    Returns:
        `coding.<statistic>_judgements.index` with kappa (mean of Cohen's over pairs of coders),
        fleiss, ac1 and alpha; `coding.alpha_sets.index`; `coding.prevalence.share`, yes of all
        judgements. Each plain, and by `kind`; `coding.agreement.observed.share` by `kind`. Alpha
        as D without limits and as S with those of the jackknife by report: how it would vary
        between sets of reports like these. Coefficients of judgements pool chance: it is that of
        the prevalence of all codes together. `coding.alpha_within_codes.index` takes it within
        each code, 1 - sum of observed over sum of expected disagreement, and
        `coding.alpha_mean.index` is the mean of alpha over the codes that have one.
    """
    source = f"{_SOURCE}.overall"
    records: list[Indicator] = []
    measured: dict[tuple[str, ...], tuple[Alpha, list[float | None], Alpha]] = {}
    for kind in ("", *dict.fromkeys(read.kinds)):
        part, by = select_kind(read, kind), dimensions(kind=kind)
        if part.codes not in measured:  # one kind may be all that there are
            measured[part.codes] = _measure(part, level)
        alpha, plain, sets = measured[part.codes]
        for (name, _), value in zip(_PLAIN, plain, strict=True):
            records.append(_index(f"coding.{name}_judgements.index", value, alpha, source, by))
        records += alpha_records("coding.alpha_judgements.index", alpha, source, by)
        records += alpha_records("coding.alpha_sets.index", sets, source, by)
        yes, judgements = int(part.found.sum()), int(part.judged.sum())
        records.append(plain_share("coding.prevalence.share", yes, judgements, source, by))
        if kind:
            pairs, both, neither = _agreeing(part.places)
            key = "coding.agreement.observed.share"
            records.append(plain_share(key, both + neither, pairs, source, by))
    return records + _within_codes(read, level, source)


def _measure(read: CoderDecisions, level: float) -> tuple[Alpha, list[float | None], Alpha]:
    """Alpha of judgements, the coefficients beside it, and alpha of sets."""
    pooled, clusters = read.pooled()
    alpha = compute_alpha(pooled, level, clusters=clusters)
    told = alpha.found.value is not None
    plain = [coefficient(pooled).value if told else None for _, coefficient in _PLAIN]
    return alpha, plain, compute_alpha(read.sets(), level, "masi")


def _within_codes(read: CoderDecisions, level: float, source: str) -> list[Indicator]:
    """Alpha of all codes with chance as it is within each, and the mean of their alphas."""
    alphas = [compute_alpha(read.of(code_id), level) for code_id in read.codes]
    values = [alpha.found.value for alpha in alphas if alpha.found.value is not None]
    counts = np.stack([(read.places == NO).sum(axis=1), (read.places == YES).sum(axis=1)])
    counts = counts * (counts.sum(axis=0) >= 2)
    size = counts.sum(axis=0)
    observed = 2 * counts[0] * counts[1] / np.maximum(size - 1, 1)
    no, yes = counts.sum(axis=1)
    expected = 2 * no * yes / np.maximum(no + yes - 1, 1)
    units, lost, chance = int((size > 0).sum()), float(observed.sum()), float(expected.sum())
    why = "no code varies" if read.reports else ALONE
    told = {"within_codes": (1 - lost / chance if chance else None, units),
            "mean": (float(np.mean(values)) if values else None, len(values))}  # fmt: skip
    return [
        number_record(f"coding.alpha_{name}.index", value, "index", source, n=n, why=why)
        for name, (value, n) in told.items()
    ]


def by_code(read: CoderDecisions, level: float) -> list[Indicator]:
    """Agreement on each code, the unit being the report.

    Returns:
        By `code` and `statistic`: `coding.agreement_by_code.share` with observed (agreeing pairs
        of coders) and prevalence (yes of all judgements); `coding.agreement_by_code.index` with
        alpha and ac1 (D, and S with the limits of the jackknife or of Gwet's variance),
        fleiss, kappa. And how many codes reach what: `coding.codes_reliable.count` (alpha .8 or
        more), `coding.codes_tentative.count` (.667 to .8), `coding.codes_weak.count` (less),
        `coding.codes_untold.count` (not estimable) and `coding.codes_unproven.count` (the
        interval of alpha reaches below .667, or there is none).
    """
    source, key = f"{_SOURCE}.by_code", "coding.agreement_by_code"
    records: list[Indicator] = []
    alphas: list[Alpha] = []
    for code_id in read.codes:
        units = read.of(code_id)
        alpha = compute_alpha(units, level)
        alphas.append(alpha)
        pairs, both, neither = _agreeing(units.places[:, :, None])
        yes, judgements = int((units.places == YES).sum()), int((units.places >= NO).sum())

        def by(statistic: str, code_id: str = code_id) -> Dimensions:
            return dimensions(code=code_id, statistic=statistic)

        records += [
            plain_share(f"{key}.share", both + neither, pairs, source, by("observed")),
            plain_share(f"{key}.share", yes, judgements, source, by("prevalence")),
        ]
        records += alpha_records(f"{key}.index", alpha, source, by("alpha"))
        for name, coefficient in _PLAIN:
            found = coefficient(units) if alpha.found.value is not None else None
            value = found.value if found else None
            records.append(_index(f"{key}.index", value, alpha, source, by(name)))
            if name == "ac1":
                enough = value is not None and alpha.found.units >= FEWEST_REPORTS
                limits = agreement.gwet_ac1(units, level).interval if enough else None
                records.append(_inferred(records[-1], limits))
    return records + _counted(alphas, source)


def alpha_records(key: str, alpha: Alpha, source: str, by: Dimensions = ()) -> list[Indicator]:
    """D without limits, and S with those of the interval; the note tells how it was made."""
    plain = _index(key, alpha.found.value, alpha, source, by)
    return [plain, _inferred(plain, alpha.interval)]


def select_kind(read: CoderDecisions, kind: str) -> CoderDecisions:
    """The judgements of the codes of a kind; all of them where it is empty."""
    if not kind:
        return read
    keep = [place for place, own in enumerate(read.kinds) if own == kind]
    return replace(
        read, codes=tuple(read.codes[place] for place in keep), kinds=(kind,) * len(keep),
        judged=read.judged[:, :, keep], found=read.found[:, :, keep],
    )  # fmt: skip


def _index(key: str, value: float | None, alpha: Alpha, source: str, by: Dimensions) -> Indicator:
    """A coefficient of the units of an alpha; without a value for the reason that it has."""
    why = alpha.why or "no pair of coders with variation"
    return number_record(key, value, "index", source, by, n=alpha.found.units, why=why)


def _inferred(plain: Indicator, interval: Interval | None) -> Indicator:
    if interval is None or plain.value is None:
        return infer(plain, None, "", None)
    return infer(plain, interval, interval.method, interval.level)


def _counted(alphas: list[Alpha], source: str) -> list[Indicator]:
    values = [alpha.found.value for alpha in alphas]
    told = [value for value in values if value is not None]
    proven = [a for a in alphas if a.interval is not None and a.interval.low >= TENTATIVE]
    counts = {
        "reliable": sum(value >= RELIABLE for value in told),
        "tentative": sum(TENTATIVE <= value < RELIABLE for value in told),
        "weak": sum(value < TENTATIVE for value in told),
        "untold": len(values) - len(told),
        "unproven": len(alphas) - len(proven),
    }
    return [
        count_record(f"coding.codes_{name}.count", count, source, n=len(alphas))
        for name, count in counts.items()
    ]


def _agreeing(places: NDArray[np.int8]) -> tuple[int, int, int]:
    """Pairs of coders over reports × coders × codes: all, both yes, both no."""

    def pairs(count: NDArray[np.int_]) -> int:
        return int((count * (count - 1) // 2).sum())

    yes, no = (places == YES).sum(axis=1), (places == NO).sum(axis=1)
    return pairs(yes + no), pairs(yes), pairs(no)

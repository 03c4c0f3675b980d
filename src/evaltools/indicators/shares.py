"""Records: a count, a share, a number; and one count of the reports as its three readings."""

from __future__ import annotations

from dataclasses import replace

from evaltools.evidence.selection import Evidence
from evaltools.indicators.indicator import NOT_ASKED, Absence, Counted, Dimensions, Indicator, Unit
from evaltools.statistics.intervals import Difference, Interval, bounds, hypergeometric, wilson

NO_REPORT = "no final report is in scope"
NO_DENOMINATOR = "there is nothing to take a share of"


def share_records(
    key: str,
    x: int,
    evidence: Evidence,
    source: str,
    dimensions: Dimensions = (),
    asked: int | None = None,
) -> list[Indicator]:
    """The share of projects that have a property, under each estimand.

    Arguments:
        key: what the share is of, without its measure: `challenge.staff`.
        x: how many of the reports read show it, 0 to `asked`.
        evidence: gives n reports read, N projects due and the confidence level.
        source: dotted name of the function that counted.
        dimensions: what the count is broken down by, sorted by name.
        asked: of how many of the reports read it was asked, 0 to `evidence.n`; all of them,
            where it is not given. Reports that were not asked are no part of the share: they
            count with the unread.

    Returns:
        Four records, all with numerator x and denominator n, which is `asked`: D `.share`
        without limits, P `.share` with exact hypergeometric limits (valid if unreported projects
        are exchangeable with reported ones), P `.bounds` that assumes nothing, S `.share` with
        Wilson limits. Without a report their values are None and the note says so; where only
        some were asked, the note says of how many.

    Raises:
        ValueError: x is not between 0 and n, or n is above N.
    """
    n, N, level = int(evidence.n), int(evidence.N), float(evidence.parameters.confidence)
    x, read = int(x), n
    n = read if asked is None else int(asked)
    note = coverage_note(n, read)
    if not 0 <= x <= n <= N:
        raise ValueError(f"{key}: needs 0 <= x <= n <= N, not x={x}, n={n}, N={N}")

    plain = Indicator(
        key=f"{key}.share", value=x / n if n else None, unit="share", x=x, n=n,
        dimensions=dimensions, source=source, why=absence(n, read), note=note,
    )  # fmt: skip
    population = replace(plain, estimand="P", N=N)
    if n == 0:
        return [
            plain,
            replace(population, method="hypergeometric", level=level),
            replace(population, key=f"{key}.bounds", method="bounds", level=1.0),
            infer(plain, None, "wilson", level),
        ]
    exact, sure, value = hypergeometric(x, n, N, level), bounds(x, n, N), x / n
    # The estimate can fall between two whole counts of N of which only one is kept.
    low, high = min(exact.low / N, value), max(exact.high / N, value)
    return [
        plain,
        replace(population, low=low, high=high, method=exact.method, level=level),
        replace(
            population, key=f"{key}.bounds", low=sure.low / N, high=sure.high / N,
            method=sure.method, level=sure.level,
        ),
        infer(plain, wilson(x, n, level), "wilson", level),
    ]  # fmt: skip


def infer(
    plain: Indicator, limits: Interval | Difference | None, method: str, level: float | None
) -> Indicator:
    """A number of the reports as S: what it says of projects like these, with limits if any.

    One report has none: it tells nothing of how projects vary.
    """
    low, high = (limits.low, limits.high) if limits and plain.n != 1 else (None, None)
    return replace(plain, estimand="S", low=low, high=high, method=method, level=level)


def count_record(
    key: str,
    x: int | None,
    source: str,
    dimensions: Dimensions = (),
    *,
    n: int | None = None,
    note: str = "",
) -> Indicator:
    """A count, as D; None where it is not known.

    Arguments:
        key: with its measure: `goals.stated.count`.
        x, n: the count, and of how many where that is something.
        source: dotted name of the function that counted.
        dimensions: what it is broken down by, sorted by name.
        note: what a reader of the table must know.
    """
    return Indicator(
        key=key, value=None if x is None else float(x), unit="count", x=x, n=n,
        dimensions=dimensions, source=source, note=note,
    )  # fmt: skip


def number_record(
    key: str,
    value: float | None,
    unit: Unit,
    source: str,
    dimensions: Dimensions = (),
    *,
    n: int | None = None,
    why: str = "",
    note: str = "",
) -> Indicator:
    """A number that is no count of cases, as D; None or NaN where it is not known.

    Arguments:
        n: what it is made of, such as grants.
        why: the note where there is no value.
        others: as of `count_record`.
    """
    known = value is not None and value == value
    return Indicator(
        key=key, value=value if known else None, unit=unit, n=n, dimensions=dimensions,
        source=source, note=note if known else why,
    )  # fmt: skip


def absence(asked: int, read: int) -> Absence | None:
    """Why there is no share, where reports were read and none was asked."""
    return "not_asked" if read and not asked else None


def coverage_note(asked: int, read: int) -> str:
    """What the reader of a table must know where not every report was asked; else empty."""
    if not read:
        return NO_REPORT
    if not asked:
        return NOT_ASKED
    if asked == read:
        return ""
    return f"asked of {asked} of the {read} reports read; the others had another codebook"


def plain_share(
    key: str,
    x: int,
    n: int,
    source: str,
    dimensions: Dimensions = (),
    note: str = "",
    why: Absence | None = None,
    counted: Counted = "cases",
) -> Indicator:
    """A share of something that is wholly known or is no sample of projects, such as of goals.

    Arguments:
        key: with its measure: `goals.achieved.share`.
        x, n: numerator and denominator counts.
        source: dotted name of the function that counted.
        dimensions: what the share is broken down by, sorted by name.
        note: what a reader of the table must know; where n is 0 it says that instead.
        why, counted: see `Indicator`.

    Returns:
        One D record without limits; its value is None when n is 0.

    Raises:
        ValueError: unless 0 <= x <= n.
    """
    x, n = int(x), int(n)
    if not 0 <= x <= n:
        raise ValueError(f"{key}: needs 0 <= x <= n, not x={x}, n={n}")
    return Indicator(
        key=key, value=x / n if n else None, unit="share", x=x, n=n, estimand="D",
        dimensions=dimensions, source=source, why=why, counted=counted,
        note=note if n else (note or NO_DENOMINATOR),
    )  # fmt: skip

"""One count of the reports read, as the three things it can be taken to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltools.indicators.indicator import NOT_ASKED, Absence, Counted, Estimand, Indicator
from evaltools.statistics.intervals import bounds, hypergeometric, wilson

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

NO_REPORT = "no final report is in scope"
NO_DENOMINATOR = "there is nothing to take a share of"


def share_records(
    key: str,
    x: int,
    evidence: Evidence,
    source: str,
    dimensions: tuple[tuple[str, str], ...] = (),
    asked: int | None = None,
) -> list[Indicator]:
    """The share of projects that have a property, under each estimand.

    Arguments:
        key: what the share is of, without its measure: `challenge.staff`.
        x: how many of the reports read show it, 0 to `asked`.
        evidence: gives n reports read, N funded projects in scope and the confidence level.
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

    def record(
        measure: str,
        estimand: Estimand,
        low: float | None,
        high: float | None,
        method: str,
        at: float | None,
    ) -> Indicator:
        return Indicator(
            key=f"{key}.{measure}", value=x / n if n else None, unit="share", x=x, n=n,
            estimand=estimand, low=low, high=high, method=method, level=at,
            dimensions=dimensions, source=source, why=absence(n, read), note=note,
            N=N if estimand == "P" else None,
        )  # fmt: skip

    if n == 0:
        return [
            record("share", "D", None, None, "", None),
            record("share", "P", None, None, "hypergeometric", level),
            record("bounds", "P", None, None, "bounds", 1.0),
            record("share", "S", None, None, "wilson", level),
        ]
    exact, sure, score = hypergeometric(x, n, N, level), bounds(x, n, N), wilson(x, n, level)
    value = x / n
    # The estimate can fall between two whole counts of N of which only one is kept.
    low, high = min(exact.low / N, value), max(exact.high / N, value)
    return [
        record("share", "D", None, None, "", None),
        record("share", "P", low, high, exact.method, level),
        record("bounds", "P", sure.low / N, sure.high / N, sure.method, sure.level),
        record("share", "S", score.low, score.high, score.method, level),
    ]


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
    dimensions: tuple[tuple[str, str], ...] = (),
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

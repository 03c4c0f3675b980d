"""The gate: no sensitive indicator leaves a chapter that the study's policy withholds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few, withhold
from evaltools.indicators.indicator import Indicator

_COUNTED = ("share", "count", "difference")
_Number = tuple[str, tuple[tuple[str, str], ...]]


def release(
    records: Iterable[Indicator], evidence: Evidence, examined: Collection[str] = ()
) -> list[Indicator]:
    """Indicators as they may leave: what the policy forbids is withheld, with the reason.

    Functions that make sensitive numbers withhold what they know to be unsafe, for only they
    know what lies behind a number and what follows from it. Here nothing is believed: a
    count, a rest or a group that is too small is withheld whoever let it through, and so is
    every other estimand and every interval of a number that is withheld.

    Arguments:
        records: of a chapter.
        evidence: whose policy holds.
        examined: patterns of the keys of sums, medians and indices that were held against
            the rules where they were made; other sensitive ones are withheld.
    """
    policy = policy_for(evidence)
    found = [
        withhold(record, why) if (why := why_withheld(record, policy, examined)) else record
        for record in records
    ]
    # What coders make of a number says more than the number, so only the band may be withheld.
    telling = (one for one in found if one.suppressed and not one.key.endswith(".coder_band"))
    withheld = {_number(one) for one in telling}
    linked = Withheld("linked", policy.minimum)
    return [withhold(one, linked) if _number(one) in withheld else one for one in found]


def why_withheld(
    record: Indicator, policy: Policy, examined: Collection[str] = ()
) -> Withheld | None:
    """Why an indicator that shows something may not, by what can be seen of it; or None."""
    regime = policy.regime_of(record.key)
    if regime == "open" or record.suppressed or (record.value is None and not record.contributors):
        return None
    if record.unit not in _COUNTED and not any(fnmatchcase(record.key, one) for one in examined):
        return Withheld("unexamined", policy.minimum)
    group = record.n if record.unit in _COUNTED else record.contributors
    if group is not None and (why := few(group, policy.minimum)):
        return why
    if regime != "cells" or record.x is None or record.n is None:
        return None
    # Of one answer of a scale the rest is no number: it is the other answers, looked at themselves.
    rest = 0 if "value" in dict(record.dimensions) else record.n - record.x
    small = few(record.x, policy.minimum) or few(rest, policy.minimum)
    return Withheld("cell", policy.minimum) if small else None


def _number(record: Indicator) -> _Number:
    """What all readings of one number share: the stem of its key, and its breakdown."""
    return record.key.rpartition(".")[0], record.dimensions

"""Recount of the agreement of coders, unit by unit; nothing here is of evaltools.

Units are (report, values): the values that coders gave to one unit of a report.
"""

from collections import Counter
from itertools import combinations
from math import atanh, sqrt, tanh
from statistics import fmean

from scipy.stats import t as student


def masi(a, b):
    if a == b:
        return 0.0
    both = len(a & b)
    monotone = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - both / len(a | b) * monotone if both else 1.0


def unequal(a, b):
    return float(a != b)


def paired(units):
    return [(report, values) for report, values in units if len(values) >= 2]


def alpha(units, far, level):
    """Krippendorff's alpha with its jackknife limits by report: (units, value, low, high).

    The value is None where nothing varies, and where as many reports drawn anew would not vary
    with a chance above 1 - level.
    """
    reports = {report: place for place, report in enumerate(dict.fromkeys(r for r, _ in units))}
    used, count = paired(units), len(reports)
    if not used:
        return 0, None, None, None
    lost = [0.0] * count
    given = [Counter() for _ in range(count)]
    for report, values in used:
        place = reports[report]
        given[place].update(values)
        pairs = sum(far(a, b) for a, b in combinations(values, 2))
        lost[place] += 2 * pairs / (len(values) - 1)
    everything = sum(given, Counter())
    if len(everything) < 2:
        return len(used), None, None, None
    # To each value, how far all values are from it: what one report adds can then be taken off.
    kinds = list(everything)
    apart = {(a, b): far(a, b) for a in kinds for b in kinds}
    away = {a: sum(times * apart[a, b] for b, times in everything.items()) for a in kinds}
    crossed = sum(times * away[a] for a, times in everything.items())

    def value_without(own, own_lost):
        size = sum(everything.values()) - sum(own.values())
        left = crossed - 2 * sum(times * away[a] for a, times in own.items())
        left += sum(s * t * apart[a, b] for a, s in own.items() for b, t in own.items())
        kept = sum(times > own[a] for a, times in everything.items())
        if kept < 2:
            return None
        return 1 - (size - 1) * (sum(lost) - own_lost) / left

    value = value_without(Counter(), 0.0)
    if count < 2:
        return len(used), value, None, None
    if stays_same(given) > 1 - level:
        return len(used), None, None, None
    without = [value_without(own, its) for own, its in zip(given, lost, strict=True)]
    if None in without or count < 10:  # of few reports there are no limits
        return len(used), value, None, None
    if 1 - value**2 < 1e-12 or max(without) - min(without) < 1e-12:
        return len(used), value, None, None
    middle = fmean(without)
    se = sqrt((count - 1) / count * sum((each - middle) ** 2 for each in without))
    reach = float(student.ppf((1 + level) / 2, count - 1)) * se / (1 - value**2)
    return len(used), value, tanh(atanh(value) - reach), tanh(atanh(value) + reach)


def stays_same(given):
    """Chance that as many reports, drawn with replacement, hold one value only, or none."""
    count = len(given)
    blank = sum(not own for own in given) / count
    single = Counter(next(iter(own)) for own in given if len(own) == 1)
    only = sum((times / count + blank) ** count - blank**count for times in single.values())
    return only + blank**count


def mean_agreement(units):
    shares = []
    for _, values in paired(units):
        pairs = list(combinations(values, 2))
        shares.append(sum(a == b for a, b in pairs) / len(pairs))
    return fmean(shares)


def fleiss(units):
    shares = [sum(values) / len(values) for _, values in units if values]
    chance = fmean(shares) ** 2 + (1 - fmean(shares)) ** 2
    return (mean_agreement(units) - chance) / (1 - chance)


def ac1(units, level):
    """Gwet's AC1 of yes and no with the limits of his variance."""
    rated = [values for _, values in units if values]
    shares = [sum(values) / len(values) for values in rated]
    p, n = fmean(shares), len(rated)
    chance, agreed = 2 * p * (1 - p), mean_agreement(units)
    value = (agreed - chance) / (1 - chance)
    several = sum(len(values) >= 2 for values in rated)
    squares = 0.0
    for values, share in zip(rated, shares, strict=True):
        own = 0.0
        if len(values) >= 2:
            pairs = list(combinations(values, 2))
            own = n / several * (sum(a == b for a, b in pairs) / len(pairs) - chance)
        own /= 1 - chance
        # Chance of the unit: each value met with the mean share of the other.
        unit = share * (1 - p) + (1 - share) * p
        own -= 2 * (1 - value) * (unit - chance) / (1 - chance)
        squares += (own - value) ** 2
    if n < 2 or squares < 1e-20:  # units all alike do not tell how much others would vary
        return value, None, None
    reach = float(student.ppf((1 + level) / 2, n - 1)) * sqrt(squares / (n * (n - 1)))
    return value, max(-1.0, value - reach), min(1.0, value + reach)


def kappa(by_coder):
    """Mean of Cohen's kappa over pairs of coders; by_coder: units as {coder: truth}."""
    coders = sorted({coder for unit in by_coder for coder in unit})
    found = []
    for one, other in combinations(coders, 2):
        both = [(u[one], u[other]) for u in by_coder if one in u and other in u]
        if len({value for pair in both for value in pair}) < 2:
            continue
        n = len(both)
        a, b = sum(x for x, _ in both) / n, sum(y for _, y in both) / n
        chance = a * b + (1 - a) * (1 - b)
        found.append((sum(x == y for x, y in both) / n - chance) / (1 - chance))
    return fmean(found) if found else None


def within_codes(units_of_codes):
    """One less the sum over codes of observed disagreement over that of expected: (units, value).

    Arguments: one list of units a code, values being truths.
    """
    lost = chance = 0.0
    count = 0
    for units in units_of_codes:
        used = [values for _, values in paired(units)]
        yes = sum(sum(values) for values in used)
        n = sum(map(len, used))
        count += len(used)
        lost += sum(2 * sum(v) * (len(v) - sum(v)) / (len(v) - 1) for v in used)
        chance += 2 * yes * (n - yes) / (n - 1) if n > 1 else 0.0
    return count, 1 - lost / chance if chance else None

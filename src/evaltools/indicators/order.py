"""Which of two codes more reports mention: the reports they differ in, of every two codes of a
kind and of every theme that several kinds share by name, as what was sought and what came of it.

How many reports mention each code does not tell whether one is commoner beyond chance: that
hangs on the reports that mention one of the two and not the other, which are counted here, so
that sentences about the commonest, the first few and the order rest on records of the run
(`indicators.order_verdict`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few
from evaltools.indicators.indicator import Estimand, Indicator, dimensions
from evaltools.indicators.prevalence import STATES, codebook
from evaltools.indicators.shares import absence, coverage_note
from evaltools.statistics import contingency

KEY = "order.first_only.share"
METHODS: dict[Estimand, str] = {"D": "", "P": "finite mcnemar", "S": "mid-p mcnemar"}
"""How an order is held against chance; of the reports read a majority is one."""
NO_DIFFERENCE = "no report mentions one of the two and not the other"
_SOURCE = "evaltools.indicators.order.order_records"


def order_records(evidence: Evidence, *roles: str) -> list[Indicator]:
    """For every two codes that are compared (`find_pairs`), which of them more reports mention.

    Arguments:
        roles: of kinds of codes, or kinds, as `codebook` takes them; all kinds without one. A
            pair of two kinds comes with the kind of its first code.

    Returns:
        `order.first_only.share` by `first` and `second`, the two codes by their ids, whichever is
        ahead, so that the same record has the same name in every run. Under each estimand n is
        how many reports, of those that were asked of both, mention one of the two and not the
        other, and x how many of these mention the first: it is ahead where x exceeds n - x.
        Of P, N is n and the projects in scope that were not read, or not asked of both: the
        most that could mention just one of the two. The p-value of P and S stands in the note,
        and follows from x, n and N.

        What gives away a number that is withheld is withheld: an order with a code of which
        nothing is told; under `cells`, and for numbers that are rounded, one by which a cell of
        the two codes would be known that is too small.
    """
    policy, withheld = policy_for(evidence), withheld_codes(evidence)
    records: list[Indicator] = []
    codes = codebook(evidence)
    own = set(codebook(evidence, *roles)["code_id"])
    pairs = [two for two in find_pairs(codes) if two[0] in own]
    names = sorted({code for two in pairs for code in two})
    present, asked = presence_matrices(evidence.presence, names)
    for (first, second), row in _pair_rows(pairs, names, present, asked, int(evidence.N)):
        why = withheld.get(first) or withheld.get(second)
        why = why or _why_pair(first, second, row, policy)
        records += _pair_records(first, second, row, evidence, why)
    return records


def find_pairs(codes: pd.DataFrame) -> list[tuple[str, str]]:
    """Every two codes of which a record can be had: of one kind, or of one name in two kinds.

    Arguments:
        codes: with `code_id`, `kind` and `name`.

    Returns:
        Each pair once, the lesser id first; those of one kind before the others.
    """
    found: list[tuple[str, str]] = []
    for column in ("kind", "name"):
        for _, alike in codes.groupby(column, sort=True):
            found += combinations(sorted(map(str, alike["code_id"])), 2)
    return list(dict.fromkeys(found))


by_coder_rule = order_records
"""All of it depends on whose coding decides."""


def presence_matrices(
    presence: pd.DataFrame, codes: list[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Reports × codes: whether the report has the code, and whether it was asked of it.

    Arguments:
        presence: project × code, as `Evidence.presence`.
        codes: their ids, in the order of the columns.
    """
    projects = pd.Index(sorted(set(presence["project_id"].astype(str))), dtype="object")
    rows = projects.get_indexer(pd.Index(presence["project_id"].astype(object)))
    columns = pd.Index(codes, dtype="object").get_indexer(
        pd.Index(presence["code_id"].astype(object))
    )
    states = presence["state"].astype(str)
    found = []
    for counted in (("yes",), STATES):
        keep = (columns >= 0) & states.isin(counted).to_numpy(dtype=bool)
        matrix = np.zeros((len(projects), len(codes)), dtype=bool)
        matrix[rows[keep], columns[keep]] = True
        found.append(matrix)
    return found[0], found[1]


def _pair_rows(
    pairs: Sequence[tuple[str, str]],
    names: list[str],
    present: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    N: int,
) -> Iterator[tuple[tuple[str, str], dict[Hashable, Any]]]:
    """A row for every pair of codes.

    Arguments:
        names: of the columns of both matrices.

    Returns:
        Of each pair `asked`: reports asked of both; `both`, `first`, `second`: those that mention
        both, or only the one; `unread`: the other projects; `P`, `S`: p-values.
    """
    if not pairs:
        return
    only = contingency.count_only(present, asked)
    place = {name: at for at, name in enumerate(names)}
    at = tuple(np.array([[place[code] for code in two] for two in pairs]).T)
    known, has = asked.astype(np.float64), present.astype(np.float64)
    of_both = (known.T @ known).astype(np.int64)[at]
    first, second = only[at], only.T[at]
    table = pd.DataFrame(
        {
            "asked": of_both,
            "both": (has.T @ has).astype(np.int64)[at],
            "first": first,
            "second": second,
            "unread": N - of_both,
            "P": contingency.population_p(first, second, N - of_both),
            "S": contingency.mcnemar_midp(first, second),
        }
    )
    yield from zip(pairs, table.to_dict("records"), strict=True)


def _why_pair(
    first: str, second: str, row: Mapping[Hashable, Any], policy: Policy
) -> Withheld | None:
    """Why the order of two codes is withheld, of each of which something is told; or None."""
    regimes = {policy.regime_of(f"{code}.share") for code in (first, second)}
    if "cells" in regimes:
        if policy.rules.rounding:  # the counts as they are would tell what was rounded
            return Withheld("linked", policy.minimum)
        neither = row["asked"] - row["both"] - row["first"] - row["second"]
        cells = (row["both"], row["first"], row["second"], neither)
        if any(few(cell, policy.minimum) for cell in cells):
            return Withheld("cell", policy.minimum)
    return few(row["asked"], policy.minimum) if "group" in regimes else None


def _pair_records(
    first: str,
    second: str,
    row: Mapping[Hashable, Any],
    evidence: Evidence,
    withheld: Withheld | None,
) -> list[Indicator]:
    if withheld:
        return [
            Indicator(
                key=KEY, value=None, unit="share", estimand=estimand, method=method,
                level=evidence.parameters.confidence if method else None,
                dimensions=dimensions(first=first, second=second), source=_SOURCE,
                suppressed=True, why=withheld.kind, note=str(withheld),
            )
            for estimand, method in METHODS.items()
        ]  # fmt: skip
    x, asked, read = int(row["first"]), int(row["asked"]), int(evidence.n)
    n = x + int(row["second"])
    note = coverage_note(asked, read)
    if asked and not n:
        note = "; ".join(filter(None, (NO_DIFFERENCE, note)))
    return [
        Indicator(
            key=KEY, value=x / n if n else None, unit="share", x=x if read else None,
            n=n if read else None,
            N=n + int(row["unread"]) if estimand == "P" else None, estimand=estimand,
            method=method, level=evidence.parameters.confidence if method else None,
            dimensions=dimensions(first=first, second=second), source=_SOURCE,
            why=absence(asked, read),
            note=f"p={row[estimand]:.4g}" + f"; {note}" * bool(note) if method and n else note,
        )
        for estimand, method in METHODS.items()
    ]  # fmt: skip


Outcome = Literal["leads", "tied", "not_beyond", "another_leads", "withheld", "unknown"]
"""`leads`: it is as claimed. `tied`: it would be, but for equal counts. `not_beyond`: it is so in
the reports read, and could be chance. `another_leads`: it is not so in the reports read.
`withheld`: that hangs on a pair that is withheld. `unknown`: on one that no report tells of."""


@dataclass(frozen=True)
class Pair:
    """Two codes, as a claim puts one of them ahead.

    Arguments:
        ahead, behind: code ids, as claimed.
        x, y: reports that mention only the one ahead, only the one behind; None where it is
            withheld or nothing is known of it.
        p: two-sided p-value; None of the reports read (D), and where there are no counts.
        record: where it is from; None where the run has none.
    """

    ahead: str
    behind: str
    x: int | None
    y: int | None
    p: float | None
    record: Indicator | None

    @property
    def lead(self) -> int | None:
        """How many more reports mention the one that is claimed to be ahead."""
        return None if self.x is None or self.y is None else self.x - self.y


@dataclass(frozen=True)
class OrderVerdict:
    """What comes of a claim about order.

    Arguments:
        outcome: see `Outcome`.
        pair: that decides: the nearest rival where the claim stands, the one that stands
            against it most where it does not; None where there is no rival.
        p: of the claim, two-sided: that of the pair, times the number of tests that share the
            chance of error. None of the reports read, and without counts.
    """

    outcome: Outcome
    pair: Pair | None = None
    p: float | None = None

    @property
    def stands(self) -> bool:
        """Whether it is as claimed."""
        return self.outcome == "leads"


@dataclass(frozen=True)
class CodeOrder:
    """The order of codes in a run, under one estimand.

    Arguments:
        records: by both codes, the one with the lesser id first.
        estimand: whose order it is.
        level: 1 less the chance of a wrong order that is put up with.
    """

    records: Mapping[tuple[str, str], Indicator]
    estimand: Estimand
    level: float

    @classmethod
    def from_records(
        cls, indicators: Iterable[Indicator], estimand: Estimand, level: float = 0.95
    ) -> CodeOrder:
        """The order that the records of a run tell of; those of other keys are passed over."""
        found = {}
        for each in indicators:
            if each.key == KEY and each.estimand == estimand:
                by = dict(each.dimensions)
                found[by["first"], by["second"]] = each
        return cls(found, estimand, level)

    def compare(self, ahead: str, behind: str) -> Pair:
        """Two codes, of which the first is claimed to be ahead."""
        first, second = sorted((ahead, behind))
        record = self.records.get((first, second))
        counts = None if record is None else _counts(record)
        if counts is None:
            return Pair(ahead, behind, None, None, None, record)
        x, y = counts if first == ahead else counts[::-1]
        return Pair(ahead, behind, x, y, self._p.get((first, second)), record)

    @cached_property
    def _p(self) -> dict[tuple[str, str], float]:
        """Two-sided p-values of all pairs that have counts; none of the reports read."""
        known = {two: (each, _counts(each)) for two, each in self.records.items()}
        told = {two: (each, own) for two, (each, own) in known.items() if own is not None}
        if self.estimand == "D" or not told:
            return {}
        counts = tuple((*own, each.N or 0) for each, own in told.values())
        p = _p_values(self.estimand, counts)
        return dict(zip(told, p, strict=True))

    def judge_greatest(self, code: str, rivals: Iterable[str]) -> OrderVerdict:
        """Whether more reports mention the code than any rival; it is no rival of itself.

        All rivals must be beaten, so the chance of error is not shared between them.
        """
        return self.judge_top([code], rivals)

    def judge_outdone(
        self, code: str, others: Iterable[str], first: int = 1, shared: int = 1
    ) -> bool:
        """Whether so many others are ahead of a code that it has none of the first places.

        Which others those are the data say, so that of k others the p-value of the last one needed
        is taken k + 1 - `first` times (partial conjunction, Benjamini and Heller 2008,
        doi:10.1111/j.1541-0420.2007.00984.x). Of the reports read their values decide.

        Arguments:
            first: how many places there are.
            shared: among how many such questions the chance of error is shared.
        """
        pairs = [self.compare(other, code) for other in others]
        ahead = [pair for pair in pairs if pair.lead is not None and pair.lead > 0]
        if len(ahead) < first or self.estimand == "D":
            return len(ahead) >= first
        p = sorted(1.0 if pair.p is None else pair.p for pair in ahead)[first - 1]
        times = (len(pairs) + 1 - first) * shared
        return bool(contingency.is_borne_out(min(1.0, p * times), self.level))

    def judge_top(
        self, codes: Sequence[str], rivals: Iterable[str], first: int | None = None
    ) -> OrderVerdict:
        """Whether codes are among the first so many of them and their rivals, in any order.

        Arguments:
            codes: that are claimed to be there.
            rivals: the others; codes among them are passed over, and those that no report was
                asked of.
            first: among how many; as many as there are codes unless given. Where it is more, so
                many rivals need not be beaten, and the chance of error is shared between one
                test more than these (Bonferroni), which holds of codes named beforehand.

        Raises ValueError when there are no codes, or more of them than places.
        """
        spare = (len(codes) if first is None else first) - len(codes)
        if not codes or spare < 0:
            raise ValueError("needs codes, and not more of them than places")
        others = tuple(rivals)
        found = [self._judge(self._pairs(code, codes, others), spare) for code in codes]
        return min(found, key=_severity)

    @cached_property
    def _asked(self) -> frozenset[str]:
        """Codes that some report was asked of, as far as the records tell."""
        return frozenset(code for two, each in self.records.items() if each.asked for code in two)

    def _pairs(self, code: str, codes: Sequence[str], rivals: Iterable[str]) -> list[Pair]:
        """The code with each rival that is none of the codes and was asked of a report."""
        others = [each for each in dict.fromkeys(rivals) if each not in codes]
        known = {code for two in self.records for code in two}
        asked = [each for each in others if each in self._asked or each not in known]
        # Of a code that was not asked itself nothing is known, whatever its rivals are.
        return [self.compare(code, each) for each in (asked if code in self._asked else others)]

    def _judge(self, pairs: Sequence[Pair], spare: int) -> OrderVerdict:
        """Whether one code is ahead of all rivals but so many, which need not be beaten."""
        known = sorted((pair for pair in pairs if pair.lead is not None), key=_nearness)
        open_pairs = [pair for pair in pairs if pair.lead is None]
        if len(known) > spare:
            pair = known[spare]
            p = None if pair.p is None else min(1.0, pair.p * (spare + 1))
            assert pair.lead is not None
            if pair.lead <= 0:
                return OrderVerdict("tied" if pair.lead == 0 else "another_leads", pair, p)
            if p is not None and not contingency.is_borne_out(p, self.level):
                return OrderVerdict("not_beyond", pair, p)
        # Any of those of which nothing is told might have one of the places.
        left = spare - len(open_pairs)
        if left >= 0:
            if len(known) <= left:
                return OrderVerdict("leads")
            last = known[left]
            p = None if last.p is None else min(1.0, last.p * (spare + 1))
            ahead = last.lead is not None and last.lead > 0
            if ahead and (p is None or contingency.is_borne_out(p, self.level)):
                return OrderVerdict("leads", last, p)
        hidden = [each for each in open_pairs if each.record is not None and each.record.suppressed]
        return OrderVerdict("withheld" if hidden else "unknown", (hidden or open_pairs)[0])

    def find_best(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Codes that may be the commonest, by id: those that no other beats.

        Of the reports read those are the ones that none exceeds. Codes that share no record
        with others are not beaten.
        """
        names = sorted(set(codes))
        only = np.zeros((len(names), len(names)), dtype=np.int64)
        p = np.ones(only.shape)
        for i, ahead in enumerate(names):
            for j, behind in enumerate(names):
                pair = self.compare(ahead, behind) if i != j else None
                if pair is not None and pair.x is not None:
                    only[i, j] = pair.x
                    p[i, j] = 1.0 if pair.p is None else pair.p
        if self.estimand == "D":
            kept = np.asarray(~(only > only.T).any(axis=0), dtype=np.bool_)
        else:
            kept = contingency.find_best_set(only, p, self.level)
        return tuple(name for name, best in zip(names, kept, strict=True) if best)


def _counts(record: Indicator) -> tuple[int, int] | None:
    """Reports that mention only the first, only the second code; None where it is not told."""
    if record.suppressed or not record.asked or record.x is None or record.n is None:
        return None
    return record.x, record.n - record.x


_SEVERITY: tuple[Outcome, ...] = (
    "another_leads", "tied", "not_beyond", "withheld", "unknown", "leads",
)  # fmt: skip
"""Which of several outcomes is that of the whole: the first of these."""


def _nearness(pair: Pair) -> tuple[bool, float, int, str]:
    # Those before the claimed code come first, the farthest ahead at their head; then those that
    # it leads, by how easily that could be chance.
    lead = pair.lead or 0
    return lead > 0, -(pair.p or 0.0) if lead > 0 else float(lead), lead, pair.behind


def _severity(verdict: OrderVerdict) -> tuple[int, bool, tuple[bool, float, int, str], str]:
    pair = verdict.pair
    near = (False, 0.0, 0, "") if pair is None else _nearness(pair)
    return _SEVERITY.index(verdict.outcome), pair is None, near, pair.ahead if pair else ""


@lru_cache(maxsize=64)
def _p_values(estimand: Estimand, counts: tuple[tuple[int, int, int], ...]) -> tuple[float, ...]:
    """The p-values of pairs given as x, y and N; a finding is put to the same pairs many times."""
    x, y, whole = np.array(counts, dtype=np.int64).T
    if estimand == "P":
        return tuple(contingency.population_p(x, y, whole - x - y).tolist())
    return tuple(contingency.mcnemar_midp(x, y).tolist())

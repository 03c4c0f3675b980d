"""Whether the projects that have reported are like those that could have and did not.

A project whose time to report has not come says nothing of who reports: compared with it,
reporting would be told apart by the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.evidence.tables import as_floats
from evaltools.indicators.absence import group_dimension, lacks
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.shares import count_record
from evaltools.statistics.representativity import (
    NotEstimable,
    balance_p,
    propensities,
    r_indicator,
    standardised_difference,
    standardised_difference_of_shares,
)

Design = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

FLAG = 0.25
"""A standardised difference above this is worth telling (Austin 2009, doi:10.1002/sim.3697)."""

NUMBERS = ("grant", "partners", "start")
CLASSES = ("joint", "group", "size_class", "call")
UNKNOWN = "unknown"
DRAWS, SEED = 1999, 20220422
"""Random divisions that the differences are held against, so many that p is within .01."""
RARE = 5
"""Classes of fewer projects join the largest in the model: one project would decide them. And
with fewer on either side nothing is modelled."""
REASONS = {
    "constant": "all projects due have reported or none has",
    "collinear": "the variables of the model follow from each other",
    "separated": "some combination of the variables tells who has reported without error",
    "few": f"fewer than {RARE} projects have reported, or have not",
}
_SOURCE = "evaltools.indicators.nonresponse"


def characteristics(evidence: Evidence) -> pd.DataFrame:
    """What the register knows of every project due, whether it has reported or not.

    Floats of `NUMBERS` (grant in euros, partners beside the lead, days since `epoch`), NaN where
    unknown; texts of `CLASSES`, `unknown` where it is so; and whether it `reported`.
    """
    projects = evidence.projects[evidence.projects["due"]].reset_index(drop=True)
    days = (projects["started"] - epoch(evidence)).dt.days
    groups = group_dimension(evidence)
    group = projects[groups[0].column] if groups else pd.Series(pd.NA, index=projects.index)
    frame = pd.DataFrame(
        {
            "grant": as_floats(projects["grant"]),
            "partners": as_floats(projects["organisations"]) - 1,
            "start": as_floats(days),
            "joint": np.where(projects["joint"].astype(bool), "yes", "no"),
            "group": group.astype("string").fillna(UNKNOWN),
            "size_class": projects["size_class"].astype("string").fillna(UNKNOWN),
            "call": projects["call_id"].astype("string").fillna(UNKNOWN),
            "reported": projects["reported"].astype(bool),
        }
    )
    return frame.astype(dict.fromkeys(CLASSES, object))


def epoch(evidence: Evidence) -> pd.Timestamp:
    """Day zero of `start`: the first of the year in which the first project started."""
    first = evidence.tables["projects"]["started"].min()
    return pd.Timestamp(2000 if pd.isna(first) else first.year, 1, 1)


def class_order(evidence: Evidence) -> tuple[str, ...]:
    """Of classes in tables: groups, then sizes; calls come by name and the unknown last."""
    groups = group_dimension(evidence)
    return (*(groups[1] if groups else ()), *evidence.vocabulary.areas.size_classes)


def differences(evidence: Evidence) -> pd.DataFrame:
    """Reported against unreported projects of those due, a row a variable or a class of one.

    Returns:
        In a fixed order, without what the study has nothing of and classes that all projects are
        in: `variable`, `category`
        (empty for a number and for joint), `reported` and `unreported` (mean of the known, or
        share), `n_reported` and `n_unreported` (known values, or projects), `difference`
        (standardised, NaN where it cannot be computed, or a side has fewer projects than the
        study compares) and `flagged` (beyond `FLAG`, or infinite because a class separates the
        two).
    """
    frame = characteristics(evidence)
    yes, no = frame[frame["reported"]], frame[~frame["reported"]]
    rows: list[tuple[str, str, float, float, int, int, float | None]] = []
    alone = lacks(evidence, "participations")
    known = {
        "grant": True,
        "partners": not alone,
        "start": bool(evidence.tables["projects"]["started"].notna().any()),
    }
    for name in (one for one in NUMBERS if known[one]):
        a, b = yes[name].dropna().to_numpy(dtype=float), no[name].dropna().to_numpy(dtype=float)
        means = [float(x.mean()) if len(x) else np.nan for x in (a, b)]
        value = standardised_difference(a, b)
        rows.append((name, "", means[0], means[1], len(a), len(b), value))
    order = {name: place for place, name in enumerate(class_order(evidence))}

    def rank(category: str) -> tuple[bool, int, str]:
        return (category == UNKNOWN, order.get(category, 0), category)

    for name in CLASSES[1:] if alone else CLASSES:
        categories = ["yes"] if name == "joint" else sorted(set(frame[name]), key=rank)
        for category in categories if len(categories) > 1 or name == "joint" else ():
            x1, x0 = int((yes[name] == category).sum()), int((no[name] == category).sum())
            value = standardised_difference_of_shares(x1, len(yes), x0, len(no))
            shares = [x / len(g) if len(g) else np.nan for x, g in ((x1, yes), (x0, no))]
            label = "" if name == "joint" else str(category)
            rows.append((name, label, shares[0], shares[1], len(yes), len(no), value))
    columns = ["variable", "category", "reported", "unreported", "n_reported", "n_unreported"]
    table = pd.DataFrame(rows, columns=[*columns, "difference"])
    table["difference"] = table["difference"].astype(float)
    if too_few(evidence):
        return table.assign(difference=np.nan, flagged=False)
    enough = table[["n_reported", "n_unreported"]].min(axis=1) > 1
    apart = table["difference"].isna() & (table["reported"] != table["unreported"]) & enough
    table["flagged"] = (table["difference"].abs() > FLAG) | apart
    return table


def too_few(evidence: Evidence) -> bool:
    """Whether fewer have reported, or have not, than the study compares as a group."""
    due, reported = int(evidence.projects["due"].sum()), int(evidence.projects["reported"].sum())
    return min(reported, due - reported) < evidence.judging.least_group


def selection(evidence: Evidence) -> list[Indicator]:
    """Standardised differences, the largest of them, and the R-indicator.

    Returns:
        `selection.<variable>.difference`, by `category` where the variable has classes;
        `selection.largest.difference`, the one farthest from zero, named in its note;
        `selection.flagged.count`, rows beyond `FLAG`; `selection.balance.index`, the chance of
        such differences by `balance_p`; `selection.r_indicator.index`.
    """
    table, source = differences(evidence), f"{_SOURCE}.selection"
    least = evidence.judging.least_group
    records = [
        Indicator(
            key=f"selection.{row['variable']}.difference",
            value=None if np.isnan(row["difference"]) else float(row["difference"]),
            unit="difference", x=int(row["n_reported"]),
            n=int(row["n_reported"] + row["n_unreported"]),
            dimensions=dimensions(category=row["category"]), source=source,
            note=_explain(row, evidence) if np.isnan(row["difference"]) else "",
        )
        for row in table.to_dict("records")
    ]  # fmt: skip
    known = table.dropna(subset=["difference"])
    # Where a side has too few nothing was compared: that is no difference of nought.
    compared = not too_few(evidence)
    flagged = int(table["flagged"].sum()) if compared else None
    largest: float | None = None
    name = "no difference can be computed"
    if len(known):
        order = np.lexsort((known["category"], known["variable"], -known["difference"].abs()))
        first = known.iloc[order[0]]
        largest = float(first["difference"])
        name = " ".join(part for part in (str(first["variable"]), str(first["category"])) if part)
    return [
        *records,
        Indicator(
            key="selection.largest.difference", value=largest, unit="difference",
            x=evidence.n, n=evidence.N, source=source, note=name,
        ),
        count_record(
            "selection.flagged.count", flagged, source, n=len(table),
            note="" if compared else f"nothing to compare: fewer than {least} projects on a side",
        ),
        _balance_record(evidence),
        _representativity_record(evidence),
    ]  # fmt: skip


def _balance_record(evidence: Evidence) -> Indicator:
    frame = characteristics(evidence)
    responded = frame["reported"].to_numpy(dtype=bool)
    least = evidence.judging.least_group
    smaller = min(responded.sum(), (~responded).sum())
    few = smaller < least
    value = None
    if not few:
        marks = [
            (frame[name] == category).to_numpy(dtype=float)
            for name in CLASSES
            for category in sorted(set(frame[name]))
        ]
        numbers = [frame[name].to_numpy(dtype=float) for name in NUMBERS]
        value = balance_p(np.column_stack([*numbers, *marks]), responded, DRAWS, SEED)
    return Indicator(
        key="selection.balance.index", value=value, unit="index", n=evidence.n, N=evidence.N,
        source=f"{_SOURCE}.selection", why="too_few" if few and smaller > 1 else None,
        note=f"fewer than {least} projects on a side" if few else f"{DRAWS} random divisions",
    )  # fmt: skip


@dataclass(frozen=True)
class Representativity:
    """R-indicator of the reported projects, with what it was and was not modelled on.

    Arguments:
        value, adjusted: plain, and with the small-sample adjustment; None where not estimable.
        variables: in the model.
        deciding: left out, since one of their classes or a threshold tells by itself who has
            reported, for some projects at least.
        reason: why there is no value, a key of `REASONS`; empty where there is.
    """

    value: float | None
    adjusted: float | None
    variables: tuple[str, ...]
    deciding: tuple[str, ...]
    reason: str


def representativity(evidence: Evidence) -> Representativity:
    """How much the chance of having reported varies between projects.

    Numbers enter as they are, the unknown as the mean and with `<variable>_unknown` as a
    variable of its own; classes as marks, but for the largest and those of fewer than `RARE`
    projects. A variable that separates by itself is left out and named: its coefficient would
    be infinite.
    """
    frame = characteristics(evidence)
    responded = frame["reported"].to_numpy(dtype=bool)
    if 0 < min(responded.sum(), (~responded).sum()) < RARE:
        return Representativity(None, None, (), (), "few")
    blocks: dict[str, Design] = {}
    for name in (*NUMBERS, *CLASSES):
        blocks |= _blocks(name, frame[name])
    alone = {name: propensities(block, responded) for name, block in blocks.items()}
    deciding = tuple(
        name for name in blocks if alone[name] == NotEstimable("separated")
    )  # fmt: skip
    variables = tuple(name for name in blocks if name not in deciding)
    design = np.column_stack(
        [np.empty((len(frame), 0)), *(blocks[name] for name in variables)]
    )  # fmt: skip
    found = propensities(_independent(design), responded)
    if isinstance(found, NotEstimable):
        return Representativity(None, None, variables, deciding, found.reason)
    plain, adjusted = r_indicator(found), r_indicator(found, adjusted=True)
    return Representativity(plain, adjusted, variables, deciding, "")


def _representativity_record(evidence: Evidence) -> Indicator:
    found = representativity(evidence)
    note = REASONS.get(found.reason, "adjusted for small samples; model of ")
    note += "" if found.reason else ", ".join(found.variables)
    if found.deciding:
        note += "; left out, since they decide who has reported: " + ", ".join(found.deciding)
    return Indicator(
        key="selection.r_indicator.index", value=found.adjusted, unit="index", n=evidence.n,
        N=evidence.N, source=f"{_SOURCE}.representativity", note=note,
    )  # fmt: skip


def _explain(row: dict[object, object], evidence: Evidence) -> str:
    if too_few(evidence):
        return f"fewer than {evidence.judging.least_group} projects to compare on one side"
    if min(int(str(row["n_reported"])), int(str(row["n_unreported"]))) < 2:
        return "fewer than two projects to compare on one side"
    return "neither side varies, and they differ"


def _blocks(name: str, column: pd.Series) -> dict[str, Design]:
    """Design of a variable and of its being unknown, by name; nothing for what is constant."""
    if column.dtype == object:
        counts = column.value_counts()
        order = sorted(counts.index, key=lambda value: (-int(counts[value]), str(value)))
        marked = [value for value in order[1:] if counts[value] >= RARE]
        marks = [(column == value).to_numpy(dtype=float) for value in marked]
        return {name: np.column_stack(marks)} if marks else {}
    values = column.to_numpy(dtype=float)
    missing = np.isnan(values)
    if missing.all():
        return {}
    filled = np.where(missing, np.nanmean(values), values)
    blocks = {name: filled[:, None]} if filled.std() > 0 else {}
    if missing.sum() >= RARE:
        blocks[f"{name}_unknown"] = missing.astype(float)[:, None]
    return blocks


def _independent(design: Design) -> Design:
    """The columns that do not follow from a constant and those before them.

    What is unknown of a project often is so in several variables at once, and joint-project
    calls repeat `joint`; such a column adds nothing to the model.
    """
    kept: list[int] = []
    scale = design.std(axis=0)
    scaled = (design - design.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    for column in range(design.shape[1]):
        if np.linalg.matrix_rank(scaled[:, [*kept, column]], tol=1e-8) > len(kept):
            kept.append(column)
    return design[:, kept]

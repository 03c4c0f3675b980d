"""Chapter 01: what was applied for and granted, to whom, and how unevenly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from evaltools.evidence.computed_once import computed_once
from evaltools.evidence.scope import in_calls
from evaltools.evidence.selection import Evidence
from evaltools.evidence.tables import as_floats
from evaltools.indicators import absence
from evaltools.indicators.allocations import allocation_records
from evaltools.indicators.indicator import Indicator, Unit, dimensions
from evaltools.indicators.shares import count_record, number_record, plain_share
from evaltools.indicators.takeup import coverage, takeup, takeup_by_region
from evaltools.statistics.inequality import gini, hhi, top_share

UNKNOWN = "unknown"
TOP = 5
NOT_PUBLISHED = "not found in public sources"
_SOURCE = "evaltools.indicators.portfolio"


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter, of what the study has."""
    parts: list[tuple[tuple[absence.Subject, ...], Callable[[Evidence], list[Indicator]]]] = [
        (("calls",), calls),
        (("areas",), coverage),
        (("areas", "map"), takeup),
        (("areas", "map"), allocation_records),
    ]
    records = [*funded(evidence), *grants(evidence)]
    for subjects, function in parts:
        if absence.absent_subject(evidence, *subjects) is None:
            records += function(evidence)
    return records


def funded(evidence: Evidence) -> list[Indicator]:
    """Funded projects in scope, in all and by call, year, region and group of the lead.

    Returns:
        `projects.funded.count`, plain and by one dimension at a time, zeros included;
        `projects.joint.share` of those in which several areas take part.
    """
    projects, source = evidence.projects, f"{_SOURCE}.funded"
    table = call_table(evidence)
    expected = {
        "call": ("call_id", table["call_id"].tolist()),
        "year": ("year", sorted({str(year) for year in table["year"]})),
    } | _dimensions(evidence)
    records = [count_record("projects.funded.count", evidence.funded, source)]
    for name, (column, values) in expected.items():
        found = projects[column].astype("string").fillna(UNKNOWN).value_counts().to_dict()
        everything = [*values, *sorted(set(map(str, found)) - set(values))]
        for value in everything:
            x, by = int(found.get(value, 0)), ((name, value),)
            records.append(count_record("projects.funded.count", x, source, by))
    if absence.lacks(evidence, "participations"):
        return records
    joint = int(projects["joint"].astype(bool).sum())
    return [*records, plain_share("projects.joint.share", joint, evidence.funded, source)]


@computed_once
def call_table(evidence: Evidence) -> pd.DataFrame:
    """Calls in scope, what is published of them and what the register in scope holds.

    A call is in scope when its year is among the calls of the parameters and it is not known to
    have been decided after the cut-off. What is published is of the whole call, whatever the
    region and group.

    Returns:
        Sorted by call: `call_id`, `year`, `label`; published `applications`, `granted`,
        `granted_amount`; of the register in scope `projects`, `known` (with known euros),
        `money` (their sum) and `later` (decided on after the day of the published awards); floats,
        NaN where not known.
    """
    table = evidence.tables["calls"]
    keep = in_calls(table["year"], evidence.parameters)
    keep &= ~(table["decided"] > pd.Timestamp(evidence.parameters.cutoff))
    chosen = table[keep.to_numpy(dtype=bool)]
    frame = pd.DataFrame(
        {
            "call_id": chosen["call_id"].astype(str),
            "year": chosen["year"].astype(int),
            "label": chosen[f"subject_{evidence.parameters.language}"].astype("string").fillna(""),
            **{
                name: as_floats(chosen[name])
                for name in ("applications", "granted", "granted_amount")
            },
        }
    )
    grant = pd.Series(as_floats(evidence.projects["grant"]))
    held = grant.groupby(evidence.projects["call_id"].astype(str)).agg(["size", "count", "sum"])
    held = held.reindex(frame["call_id"]).fillna(0.0).set_axis(frame.index).astype(float)
    frame["projects"], frame["known"] = held["size"], held["count"]
    frame["money"] = held["sum"].where(held["count"] > 0)
    call = evidence.projects["call_id"].astype(str)
    day = pd.to_datetime(call.map(dict(zip(table["call_id"], table["decided"], strict=True))))
    after = (pd.to_datetime(evidence.projects["decided"]) > day).groupby(call)
    frame["later"] = frame["call_id"].map(after.sum()).fillna(0.0).astype(float)
    return frame.sort_values("call_id", ignore_index=True)


def printable_calls(evidence: Evidence) -> pd.DataFrame:
    """`call_table` as it is printed: named with subject, and with the appropriation of the year.

    Returns:
        Its columns with `label` as `2020 (subject)`; `applications`, `granted` and
        `granted_amount` as whole numbers, None where not known; and `appropriated_amount`, which
        stands at the first call of a year since it serves all of them.
    """
    table = call_table(evidence)
    money = appropriations(evidence).set_index("year")["appropriated_amount"]
    subject = (" (" + table["label"] + ")").where(table["label"] != "", "")
    table["label"] = (table["call_id"] + subject).astype(str)
    for column in ("applications", "granted", "granted_amount"):
        whole = [None if np.isnan(value) else round(value) for value in table[column]]
        table[column] = pd.Series(whole, dtype=object)
    table["appropriated_amount"] = table["year"].map(money).astype(float)
    table.loc[table.duplicated("year"), "appropriated_amount"] = np.nan
    return table


def appropriations(evidence: Evidence) -> pd.DataFrame:
    """Appropriations of the years of the calls in scope, against what is published as awarded.

    Returns:
        Sorted by year: `year`, `appropriated_amount`, `awarded_amount` (NaN where the sum of any
        call of that year was not found).
    """
    published = call_table(evidence).groupby("year")["granted_amount"].agg(["sum", "size", "count"])
    table = evidence.tables["appropriations"]
    money = pd.Series(as_floats(table["amount"]), index=table["year"].astype(int))
    frame = pd.DataFrame({"year": published.index.astype(int)})
    frame["appropriated_amount"] = frame["year"].map(money).astype(float)
    whole = (published["size"] == published["count"]).to_numpy(dtype=bool)
    frame["awarded_amount"] = np.where(whole, published["sum"].to_numpy(dtype=float), np.nan)
    return frame


def calls(evidence: Evidence) -> list[Indicator]:
    """What is published of the calls: applications, awards, success, euros.

    Returns:
        `calls.applications.count` and `calls.granted.count` plain (sum of what is known) and by
        call; `calls.success.share` by call, and plain over calls of which both are known;
        `calls.awarded.money` by call; `calls.appropriated.money` by year of the calls in scope;
        `appropriations.total.money` over all years of the scheme, and of that
        `appropriations.in_scope.money`, of the years of the calls in scope.
    """
    table, source = call_table(evidence), f"{_SOURCE}.calls"
    records = []
    if evidence.has("appropriations"):
        everything = float(evidence.tables["appropriations"]["amount"].sum())
        years = appropriations(evidence)["appropriated_amount"].dropna()
        records = [
            _published("appropriations.total.money", everything, "money", source),
            _published("appropriations.in_scope.money", float(years.sum()), "money", source),
        ]
    for column in ("applications", "granted"):
        known = table[column].dropna()
        missing = len(table) - len(known)
        note = f"{missing} of {len(table)} calls not found" if missing else ""
        total = float(known.sum()) if len(known) else None
        records.append(_published(f"calls.{column}.count", total, "count", source, note))
    both = table.dropna(subset=["applications", "granted"])
    records.append(
        plain_share(
            "calls.success.share", int(both["granted"].sum()), int(both["applications"].sum()),
            source, note=f"of {len(both)} of {len(table)} calls",
        )
    )  # fmt: skip
    for row in table.to_dict("records"):
        call = {"call": str(row["call_id"])}
        applied, granted = float(row["applications"]), float(row["granted"])
        told = not (np.isnan(applied) or np.isnan(granted))
        records += [
            _published("calls.applications.count", applied, "count", source, **call),
            _published("calls.granted.count", granted, "count", source, **call),
            _published(
                "calls.awarded.money", float(row["granted_amount"]), "money", source, **call
            ),
            plain_share(
                "calls.success.share", int(granted) if told else 0, int(applied) if told else 0,
                source, dimensions(**call), note="" if told else NOT_PUBLISHED,
            ),
        ]  # fmt: skip
    return records + [
        _published(
            "calls.appropriated.money", float(row["appropriated_amount"]), "money", source,
            year=str(row["year"]),
        )
        for row in appropriations(evidence).to_dict("records")
        if evidence.has("appropriations")
    ]  # fmt: skip


def known_grants(evidence: Evidence) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Grants in scope that are known, euros, smallest first."""
    values = as_floats(evidence.projects["grant"])
    return np.sort(values[~np.isnan(values)])


def grants(evidence: Evidence) -> list[Indicator]:
    """Size and concentration of the grants whose euros are known.

    Returns:
        `grants.known.share` of the projects; of the known `grants.total.money`,
        `grants.median.money`, `grants.gini.index` (with the small-sample correction),
        `grants.hhi.index`; `grants.top_five.share`, whose numerator and denominator are euros.
    """
    values, source = known_grants(evidence), f"{_SOURCE}.grants"
    n = len(values)
    total = float(values.sum())
    nothing = "" if total > 0 else "no grant is known"
    few = nothing or ("" if n > 1 else "only one grant is known")
    measures: dict[str, tuple[float | None, Unit, str]] = {
        "total.money": (total if n else None, "money", nothing),
        "median.money": (float(np.median(values)) if n else None, "money", nothing),
        "gini.index": (None if few else gini(values, True), "index", few),
        "hhi.index": (None if few else hhi(values), "index", few),
    }
    records = [plain_share("grants.known.share", n, evidence.funded, source)]
    for name, (value, unit, why) in measures.items():
        records.append(number_record(f"grants.{name}", value, unit, source, n=n, why=why, note=why))
    if n <= TOP or nothing:
        why = nothing or f"{n} grants are known, so {TOP} of them are all or nearly all"
        top = plain_share("grants.top_five.share", 0, 0, source, note=why)
    else:
        part = round(top_share(values, TOP) * total)
        top = plain_share(
            "grants.top_five.share", part, round(total), source, counted="euros",
            note=f"euros, of {n} grants",
        )  # fmt: skip
    return [*records, top]


def _dimensions(evidence: Evidence) -> dict[str, tuple[str, list[str]]]:
    """Column and values in scope of each dimension of the study; that of groups is `group`."""
    found, mapped = absence.group_dimension(evidence), absence.map_dimension(evidence)
    made = {}
    for name, dimension in evidence.vocabulary.dimensions.items():
        choice, values = getattr(evidence.parameters, name), []
        if dimension == mapped and not absence.lacks(evidence, "map"):
            regions = takeup_by_region(evidence)
            values = regions.loc[regions["in_scope"], "region_code"].tolist()
        elif found and dimension == found[0]:
            name, values = "group", list(found[1]) if choice == "all" else [str(choice)]
        made[name] = (dimension.column, values)
    return made


def _published(
    key: str, value: float | None, unit: Unit, source: str, note: str = "", **by: str
) -> Indicator:
    """A number as it was published, NaN where it was not found."""
    why = note or NOT_PUBLISHED
    if unit != "count":
        return number_record(key, value, unit, source, dimensions(**by), note=note, why=why)
    x = None if value is None or np.isnan(value) else int(value)
    return count_record(key, x, source, dimensions(**by), note=why if x is None else note)

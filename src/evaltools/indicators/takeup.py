"""Whom the money reached: areas, inhabitants and money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaltools.evidence.computed_once import computed_once
from evaltools.evidence.scope import is_chosen, stands_for_area
from evaltools.evidence.selection import Evidence
from evaltools.evidence.tables import as_floats
from evaltools.indicators.absence import map_dimension
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.shares import number_record, plain_share
from evaltools.statistics.inequality import Theil, gini, lorenz, theil

UNKNOWN_RATIO = "its euros or inhabitants are not known"
_SOURCE = "evaltools.indicators.takeup"


@computed_once
def area_register(evidence: Evidence) -> pd.DataFrame:
    """Areas in scope: of the dimensions of the parameters, in the year of cutoff.

    Where the register has no inhabitants for that year, the latest earlier year that has them
    is taken, and where it has no earlier year, the first. Inhabitants are NaN where unknown.
    """
    table = evidence.tables["areas"]
    dated = table.dropna(subset=["year"])
    years = np.sort(dated.loc[dated["population"].notna(), "year"].unique().astype(int))
    if not len(years):
        years = np.sort(dated["year"].unique().astype(int))
    past = years[years <= evidence.parameters.cutoff.year]
    year = int(past[-1]) if len(past) else int(years[0]) if len(years) else 0
    # A register without years is that of every year.
    rows = table[(table["year"] == year).to_numpy(dtype=bool)] if len(years) else table
    frame = pd.DataFrame(
        {
            "year": year,
            "code": rows["code"].astype(str),
            "population": as_floats(rows["population"]),
            **{name: rows[name].astype(str) for name in _columns(evidence) if name in rows},
        }
    )
    return _in_scope(_with_region(frame, evidence), evidence).sort_values("code", ignore_index=True)


@computed_once
def reached(evidence: Evidence) -> pd.DataFrame:
    """Areas in scope that lead a project in scope or take part in one.

    An area that has ended is its successor. One that the register does not know (of the
    example) stands for one of its region and group, with inhabitants of its own.

    Returns:
        A row an area, sorted by it: `area` (code, or the organisation's identifier),
        `region_code`, `population` (NaN where unknown),
        `money` (sum of the known allocations), `known` (whether any is).
    """
    columns = ["area", "region_code", "population", "money", "known"]
    taking = evidence.participations
    taking = taking[
        stands_for_area(taking["kind"], evidence.vocabulary).to_numpy(dtype=bool)
        & (taking["role"] != "vendor").to_numpy(dtype=bool)
    ]
    orgs = taking.drop_duplicates("org_id").copy()
    if orgs.empty:
        return pd.DataFrame(columns=columns).astype(
            {"population": float, "money": float, "known": bool}
        )
    register = area_register(evidence)
    place = register.set_index("code")
    code = orgs["area_code"].astype(object).map(_successors(evidence))
    known = code.isin(place.index).to_numpy(dtype=bool)
    orgs["area"] = np.where(known, code.astype(object), orgs["org_id"].astype(object))
    orgs = _with_region(orgs, evidence)
    places = [name for name in ("region_code", *_columns(evidence), "population") if name in place]
    for column in dict.fromkeys(places):
        own = as_floats(orgs[column]) if column == "population" else orgs[column].astype(object)
        orgs[column] = np.where(known, code.map(place[column]), own)
    # A code of the register that is not in scope lies elsewhere; one without code tells itself.
    coded = orgs["area_code"].notna().to_numpy(dtype=bool)
    orgs = _in_scope(orgs[known | ~coded], evidence)
    money = evidence.allocations.assign(money=as_floats(evidence.allocations["money"]))
    sums = money.groupby("org_id")["money"].agg(["sum", "count"])
    orgs["money"] = orgs["org_id"].map(sums["sum"]).astype(float).fillna(0.0)
    orgs["known"] = orgs["org_id"].map(sums["count"]).astype(float).fillna(0.0) > 0
    found = orgs.groupby("area", as_index=False, sort=True).agg(
        region_code=("region_code", "first"),
        population=("population", "first"),
        money=("money", "sum"),
        known=("known", "any"),
    )
    found["population"] = found["population"].astype(float)
    return found[columns]


def takeup_by_region(evidence: Evidence, allocations: pd.DataFrame | None = None) -> pd.DataFrame:
    """What each region got, a row a region of the country, sorted by code.

    Arguments:
        allocations: euros by organisation; those of the evidence unless given.

    Returns:
        `region_code`, `label` in the language of the parameters, `tile_row`, `tile_column`,
        `in_scope`; counts `projects` (of leads there), `reached` and `areas`;
        `population`; `money` (NaN where projects share euros to it and none are known) and
        `money_per_inhabitant`. Out of scope all but the names are NaN.
    """
    frame = _regions(evidence)
    code = frame["region_code"]
    money = _in_scope(evidence.allocations if allocations is None else allocations, evidence)
    money = _with_region(money, evidence)
    euros = (
        money.assign(money=as_floats(money["money"]))
        .groupby("region_code")["money"]
        .sum(min_count=1)
    )
    frame["money"] = code.map(euros).astype(float).where(code.isin(euros.index), 0.0)
    people = frame["population"].where(frame["population"] > 0)
    frame["money_per_inhabitant"] = frame["money"] / people
    frame.loc[~frame["in_scope"], ["money", "money_per_inhabitant"]] = np.nan
    return frame


@computed_once
def _regions(evidence: Evidence) -> pd.DataFrame:
    """`takeup_by_region` without its euros."""
    mapped = map_dimension(evidence)
    assert mapped is not None
    assert mapped.map is not None
    regions = evidence.tables[mapped.map]
    name = f"name_{evidence.parameters.language}"
    code = regions[mapped.column].astype(str)
    frame = pd.DataFrame(
        {
            "region_code": code,
            "label": regions[name].astype(str) if name in regions else code,
            "tile_row": regions["tile_row"].astype(int),
            "tile_column": regions["tile_column"].astype(int),
        }
    ).sort_values("region_code", ignore_index=True)
    register, found = area_register(evidence), reached(evidence)
    code = frame["region_code"]
    # Without a register of areas it is the parameters alone that say what is in scope.
    within = _in_scope(frame.assign(**{mapped.column: code}), evidence)["region_code"]
    known = register["region_code"] if len(register) else within
    frame["in_scope"] = code.isin(known) | code.isin(evidence.projects[mapped.column])
    counts = {
        "projects": evidence.projects[mapped.column].value_counts(),
        "reached": found["region_code"].value_counts(),
        "areas": register["region_code"].value_counts(),
        "population": register.groupby("region_code")["population"].sum(),
    }
    for column, values in counts.items():
        frame[column] = code.map(values).astype(float).fillna(0.0)
    frame.loc[~frame["in_scope"], list(counts)] = np.nan
    return frame


def takeup_units(evidence: Evidence) -> pd.DataFrame:
    """Inhabitants and the euros that fell to them, to be compared.

    Reached areas whose euros are known, a row each; and for every region one row with
    zero for the inhabitants not reached. Measures weighted by inhabitants are the same
    whether those are one row or many. Areas with unknown euros are left out.

    Returns:
        `region_code`, `population` (above 0), `money_per_inhabitant`, poorest first.
    """
    register, found = area_register(evidence), reached(evidence)
    people = register.groupby("region_code")["population"].sum()
    touched = found.groupby("region_code")["population"].sum().reindex(people.index)
    rest = (people - touched.fillna(0.0)).clip(lower=0.0).reset_index()
    rest["money"] = 0.0
    paid = found[found["known"]][["region_code", "population", "money"]]
    units = pd.concat([rest[["region_code", "population", "money"]], paid], ignore_index=True)
    units = units[units["population"] > 0].reset_index(drop=True)
    units["money_per_inhabitant"] = units["money"] / units["population"]
    ordered = units.sort_values(
        ["money_per_inhabitant", "region_code", "population"], ignore_index=True
    )
    return ordered[["region_code", "population", "money_per_inhabitant"]]


def coverage(evidence: Evidence) -> list[Indicator]:
    """Shares of areas and of inhabitants that a project in scope reached.

    Returns:
        `areas.reached.share` and `population.reached.share`, whose numerator and
        denominator are inhabitants.
    """
    register, found = area_register(evidence), reached(evidence)
    source = f"{_SOURCE}.coverage"
    year = int(register["year"].iloc[0]) if len(register) else 0
    note = f"register of {year}" if year else ""
    total = round(register["population"].sum())
    # Inhabitants of example areas are not those of the real ones they stand for.
    people = min(round(found["population"].sum()), total)
    return [
        plain_share(
            "areas.reached.share",
            min(len(found), len(register)), len(register), source, note=note,
        ),
        plain_share(
            "population.reached.share", people, total, source, note=note, counted="inhabitants"
        ),
    ]  # fmt: skip


def takeup(evidence: Evidence) -> list[Indicator]:
    """Euros per inhabitant, in all and by region, and how unevenly they fell.

    Returns:
        `takeup.money_per_inhabitant.ratio`, plain and by region; weighted by inhabitants,
        `takeup.gini.index`, `takeup.theil_total.index`, `takeup.theil_between.index` (between
        regions) and `takeup.theil_within.index`.
    """
    regions = takeup_by_region(evidence)
    inside = regions[regions["in_scope"]]
    people = float(inside["population"].sum())
    money = float(inside["money"].sum(min_count=1))
    rows = [("", money / people if people else np.nan, int(inside["projects"].sum()))]
    rows += [
        (str(row["region_code"]), float(row["money_per_inhabitant"]), int(row["projects"]))
        for row in inside.to_dict("records")
    ]
    source = f"{_SOURCE}.takeup"
    records = [
        number_record(
            "takeup.money_per_inhabitant.ratio", value, "money_per_inhabitant", source,
            dimensions(region=region), n=projects, why=UNKNOWN_RATIO,
        )
        for region, value, projects in rows
    ]  # fmt: skip
    units = takeup_units(evidence)
    uneven = inequality(units)
    parts = dict.fromkeys(("gini", "theil_total", "theil_between", "theil_within"))
    if uneven is not None:
        index, parted = uneven
        parts = dict(zip(parts, (index, parted.total, parted.between, parted.within), strict=True))
    return records + [
        number_record(
            f"takeup.{name}.index", value, "index", source, n=len(units),
            note="weighted by inhabitants", why="no euros are known",
        )
        for name, value in parts.items()
    ]  # fmt: skip


def inequality(units: pd.DataFrame) -> tuple[float, Theil] | None:
    """Gini and Theil of `takeup_units`, weighted by inhabitants; None where no euro is known."""
    values, people = units["money_per_inhabitant"], units["population"]
    if not len(units) or float(values.sum()) == 0:
        return None
    return gini(values, weights=people), theil(values, units["region_code"], weights=people)


def inhabitant_slices(evidence: Evidence, slices: int = 200) -> list[float]:
    """What equal slices of the inhabitants got, poorest first, for a Lorenz curve.

    Arguments:
        slices: into how many the inhabitants of `takeup_units` are cut.

    Returns:
        Shares of the euros, one a slice; empty where no euro is known.
    """
    units = takeup_units(evidence)
    if inequality(units) is None:
        return []
    curve = lorenz(units["money_per_inhabitant"], weights=units["population"])
    at = np.interp(np.linspace(0, 1, slices + 1), curve.population, curve.total)
    return [max(0.0, float(part)) for part in np.diff(at)]


def _in_scope(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Rows that the study's dimensions leave, as far as the frame has their columns."""
    keep = np.ones(len(frame), dtype=bool)
    for name, dimension in evidence.vocabulary.dimensions.items():
        if dimension.column in frame:
            wanted = is_chosen(frame[dimension.column], getattr(evidence.parameters, name))
            keep &= wanted.fillna(False).to_numpy(dtype=bool)
    return frame[keep].copy()


def _columns(evidence: Evidence) -> list[str]:
    return list(dict.fromkeys(one.column for one in evidence.vocabulary.dimensions.values()))


def _with_region(frame: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """With `region_code`: the column of the dimension that has a map; empty without one."""
    mapped = map_dimension(evidence)
    if mapped is None or mapped.column not in frame:
        return frame.assign(region_code=pd.Series("", index=frame.index, dtype="object"))
    return frame.assign(region_code=frame[mapped.column])


@computed_once
def _successors(evidence: Evidence) -> dict[str, str]:
    """Every code of an area to the one that holds at the cut-off, through chains of mergers."""
    changes = evidence.tables["area_changes"]
    past = changes[changes["in_force"] <= pd.Timestamp(evidence.parameters.cutoff)]
    codes = evidence.tables["areas"]["code"].astype(str).unique()
    successor = {str(code): str(code) for code in codes}
    for row in past.sort_values(["in_force", "ended_code"]).to_dict("records"):
        ended, continues = str(row["ended_code"]), str(row["successor_code"])
        successor[ended] = continues
        successor = {code: continues if now == ended else now for code, now in successor.items()}
    return successor

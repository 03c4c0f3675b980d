"""Places: region, group and inhabitants of organisations in the year that counts.

Municipalities merge and change region, so what one is depends on the year. The register in the
year of the decision counts; where it does not know the code, the year of the call; where the
organisation is in no register (a company, an organisation of the example), its own columns.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

PLACE_COLUMNS = ["region_code", "municipality_group", "size_class", "population"]
SIZE_CLASSES = (
    (5_000, "under_5000"),
    (20_000, "5000_19999"),
    (50_000, "20000_49999"),
    (100_000, "50000_99999"),
)
LARGEST_CLASS = "100000_or_more"


def size_class(population: int) -> str:
    """Class of a municipality by its inhabitants."""
    for limit, name in SIZE_CLASSES:
        if population < limit:
            return name
    return LARGEST_CLASS


def located(frame: pd.DataFrame, org: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What is known of an organisation in the year of each row.

    Arguments:
        frame: with the organisation's identifier in column `org`, the day `decided` and the
            call's `year`.
        org: name of that column.
        tables: organisations and municipalities.

    Returns a frame with the index of `frame` and the columns `kind`, `name_fi`,
    `municipality_code`, `region_code`, `municipality_group`, `size_class`, `population`.
    """
    organisations = tables["organisations"].set_index("org_id")
    own = organisations.reindex(frame[org]).set_index(frame.index)
    codes = own["municipality_code"]
    in_decision = _register(tables, codes, frame["decided"].dt.year.astype("Int64"))
    in_call = _register(tables, codes, frame["year"])
    found = own[["kind", "name_fi", "municipality_code"]].copy()
    for column in ("region_code", "municipality_group", "population"):
        found[column] = in_decision[column].fillna(in_call[column]).fillna(own[column])
    classes = [
        pd.NA if pd.isna(number) else size_class(int(number)) for number in found["population"]
    ]
    by_population = pd.Series(pd.array(classes, dtype="string"), index=frame.index)
    found["size_class"] = by_population.fillna(own["size_class"])
    return found[["kind", "name_fi", "municipality_code", *PLACE_COLUMNS]]


def _register(
    tables: Mapping[str, pd.DataFrame], codes: pd.Series, years: pd.Series
) -> pd.DataFrame:
    columns = ["region_code", "municipality_group", "population"]
    register = tables["municipalities"].set_index(["year", "code"])[columns]
    wanted = pd.MultiIndex.from_arrays([years, codes], names=["year", "code"])
    return register.reindex(wanted).set_index(codes.index)

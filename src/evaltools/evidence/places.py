"""Places: what is known of organisations and of their areas in the year that counts.

Areas merge and change hands, so what one is depends on the year. The table of areas in the year of
the decision counts; where it does not know the code, the year of the call, or its only row where it
has no years; where the organisation is in no area (a company), its own columns.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaltools.study import Vocabulary

COLUMNS = ["kind", "name_fi", "municipality_code"]


def place_columns(vocabulary: Vocabulary) -> list[str]:
    """What is known of a place: the columns by which the study tells leads apart, then its size."""
    own = [one.column for one in vocabulary.dimensions.values() if one.of == "lead"]
    return [*dict.fromkeys(own), "size_class", "population"]


def located(
    frame: pd.DataFrame, org: str, tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary
) -> pd.DataFrame:
    """What is known of an organisation in the year of each row.

    Arguments:
        frame: with the organisation's identifier in column `org`, the day `decided` and the
            call's `year`.
        org: name of that column.
        tables: organisations and municipalities.
        vocabulary: the study's.

    Returns a frame with the index of `frame` and the columns `kind`, `name_fi`,
    `municipality_code`, and those of `place_columns`.
    """
    organisations = tables["organisations"].dropna(subset=["org_id"]).set_index("org_id")
    own = organisations.reindex(frame[org]).set_index(frame.index)
    codes = own["municipality_code"]
    in_decision = _areas(tables, codes, frame["decided"].dt.year.astype("Int64"))
    in_call = _areas(tables, codes, frame["year"])
    found = own[COLUMNS].copy()
    for column in place_columns(vocabulary):
        if column != "size_class":
            sides = [side[column] for side in (in_decision, in_call, own) if column in side]
            found[column] = sides[0] if sides else pd.Series(pd.NA, own.index, dtype="string")
            for side in sides[1:]:
                found[column] = found[column].fillna(side)
    classes = [
        pd.NA if pd.isna(number) else vocabulary.size_class(int(number)) or pd.NA
        for number in found["population"]
    ]
    by_population = pd.Series(pd.array(classes, dtype="string"), index=frame.index)
    found["size_class"] = by_population.fillna(own["size_class"])
    return found[[*COLUMNS, *place_columns(vocabulary)]]


def _areas(tables: Mapping[str, pd.DataFrame], codes: pd.Series, years: pd.Series) -> pd.DataFrame:
    areas = tables["municipalities"]
    if areas["year"].isna().all():
        known = areas.drop(columns="year").drop_duplicates("code").set_index("code")
        return known.reindex(codes).set_index(codes.index)
    wanted = pd.MultiIndex.from_arrays([years, codes], names=["year", "code"])
    return areas.set_index(["year", "code"]).reindex(wanted).set_index(codes.index)

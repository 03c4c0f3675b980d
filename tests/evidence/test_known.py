"""Known tables: what a study does not have is read as empty, what it must have is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from evaltools.evidence import load_descriptor, read_tables
from evaltools.evidence.known_tables import LATER_COLUMNS, known_tables
from evaltools.evidence.tables import fill_missing_columns

DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
}
LATER_TABLES = ("sections", "code_changes", "keywords")


def without_later_columns(package: Any) -> Any:
    for table, columns in LATER_COLUMNS.items():
        for row in package.tables[table]:
            for column in columns:
                del row[column]
    return package.write(*LATER_COLUMNS)


def as_it_was(package: Any) -> Any:
    """The folder with the descriptor of its time."""
    path = package.folder / "datapackage.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["resources"] = [
        one for one in document["resources"] if one["name"] not in LATER_TABLES
    ]
    for resource in document["resources"]:
        later = LATER_COLUMNS.get(resource["name"], {})
        fields = resource["schema"]["fields"]
        resource["schema"]["fields"] = [one for one in fields if one["name"] not in later]
    path.write_text(json.dumps(document), encoding="utf-8")
    return without_later_columns(package)


def test_what_is_known_is_described_as_the_data_package_has_it() -> None:
    descriptor = load_descriptor(Path(__file__).parents[2] / "data")
    for table, known in known_tables().items():
        resource = descriptor.resource(table)
        described = {one.name: one.type for one in resource.fields}
        # A text of which the package has one for each language is known without a language too.
        found = {c: described.get(c, described.get(f"{c}_en")) for c in known.columns}
        assert found == known.columns
        assert resource.primary_key == tuple(c for c in known.key if c in described)


def test_a_file_from_before_a_column_is_read_as_if_it_were_empty(package: Any) -> None:
    without_later_columns(package)
    assert package.problems() == []
    tables = read_tables(package.folder)
    for table, columns in LATER_COLUMNS.items():
        for column in columns:
            assert tables[table][column].isna().all()


def test_a_misspelt_later_column_is_told(package: Any) -> None:
    for row in package.tables["projects"]:
        row["registernumber"] = row.pop("register_number")
    package.write("projects")
    assert package.problems() == [
        'data/register/projects.csv, row 1: the column "registernumber" is not in '
        'datapackage.json. Did you mean "register_number"? [data.column-unknown]'
    ]


def test_a_folder_from_before_them_all_is_valid_and_whole_to_whoever_reads_it(
    package: Any,
) -> None:
    as_it_was(package)
    assert package.problems() == []
    tables = read_tables(package.folder)
    assert set(LATER_TABLES) <= set(list(tables)[-len(known_tables()) :])
    for table, columns in LATER_COLUMNS.items():
        found = {name: str(kind) for name, kind in tables[table].dtypes.items()}
        known = known_tables()[table].columns
        assert {c: found[c] for c in columns} == {c: DTYPES[known[c]] for c in columns}
        assert len(tables[table]) == len(package.tables[table])
    for table in LATER_TABLES:
        found = {name: str(kind) for name, kind in tables[table].dtypes.items()}
        columns = known_tables()[table].columns
        assert found == {column: DTYPES[kind] for column, kind in columns.items()}
        assert tables[table].empty


def test_tables_that_lack_nothing_stay_as_they_are(package: Any) -> None:
    tables = read_tables(package.folder)
    again = fill_missing_columns(tables)
    assert list(again) == list(tables)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(again[name], frame)
        assert again[name].attrs == frame.attrs


def test_no_amount_and_no_count_is_below_nought_whatever_the_descriptor_says(
    package: Any,
) -> None:
    for table, known in known_tables().items():
        assert known.least.keys() <= known.columns.keys(), table
    document = json.loads((package.folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in document["resources"]:
        for field in resource["schema"]["fields"]:
            field.get("constraints", {}).pop("minimum", None)
    (package.folder / "datapackage.json").write_text(json.dumps(document), encoding="utf-8")
    package.change("projects", 2, grant_eur="-1")
    package.change("municipalities", 2, population="-1")
    assert package.problems() == [
        "data/register/projects.csv, row 2, column grant_eur: -1 is too small; "
        "allowed: at least 0. Correct the number. [data.minimum]",
        "data/reference/municipalities.csv, row 2, column population: -1 is too small; "
        "allowed: at least 0. Correct the number. [data.minimum]",
    ]

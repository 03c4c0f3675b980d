"""A study may call its tables and columns what it likes, where it says which of the engine's."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from evidence_files import STUDY, to_xlsx

from evaltools.evidence import check_data, load_descriptor, read_tables
from evaltools.evidence.known_tables import columns_read, known_tables
from evaltools.problems import ProblemError


def descriptor_of(package: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((package.folder / "datapackage.json").read_text("utf-8"))
    return found


def described(package: Any, document: dict[str, Any]) -> Any:
    (package.folder / "datapackage.json").write_text(json.dumps(document), "utf-8")
    return package


def in_own_words(package: Any) -> Any:
    """The package with every table and column that the engine knows called otherwise."""
    document = descriptor_of(package)
    engine = {one["name"]: one.get("evaltools:table", one["name"]) for one in document["resources"]}
    own: dict[str, dict[str, str]] = {}
    for resource in document["resources"]:
        table = engine[resource["name"]]
        own[resource["name"]] = {
            field["name"]: f"x_{field['name']}"
            if field.get("evaltools:column", field["name"]) in columns_read(table)
            else field["name"]
            for field in resource["schema"]["fields"]
        }
    for resource in document["resources"]:
        name, schema = resource["name"], resource["schema"]
        names = own[name]
        path = package.folder / resource["path"]
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([[names[one] for one in header], *rows])
        resource |= {"name": f"x_{name}", "evaltools:table": engine[name]}
        for field in schema["fields"]:
            if names[field["name"]] != field["name"]:
                field.setdefault("evaltools:column", field["name"])
                field["name"] = names[field["name"]]
        for key in schema.get("foreignKeys", ()):
            reference = key["reference"]
            targets = own[reference["resource"]]
            reference["fields"] = renamed(reference["fields"], targets)
            reference["resource"] = f"x_{reference['resource']}"
            key["fields"] = renamed(key["fields"], names)
        if "primaryKey" in schema:
            schema["primaryKey"] = renamed(schema["primaryKey"], names)
        orders = resource.get("evaltools:dateOrder", [])
        orders[:] = [renamed(order, names) for order in orders]
        for ratio in resource.get("evaltools:maximumRatio", ()):
            ratio |= {"part": names[ratio["part"]], "whole": names[ratio["whole"]]}
    return described(package, document)


def renamed(columns: Any, names: dict[str, str]) -> Any:
    return names[columns] if isinstance(columns, str) else [names[one] for one in columns]


def problems(package: Any) -> list[str]:
    return [str(problem) for problem in check_data(package.folder, STUDY.declaration)]


def test_a_study_with_names_of_its_own_is_read_like_one_with_those_of_the_engine(
    package: Any, pristine: Any
) -> None:
    found, wanted = read_tables(in_own_words(package).folder), read_tables(pristine.folder)
    assert list(found) == list(wanted)
    assert {"areas", "area_changes", "sustainability"} < set(found)
    for name, frame in wanted.items():
        found[name].attrs = frame.attrs
        pd.testing.assert_frame_equal(found[name], frame)
    assert problems(package) == []


FAULTS = {
    "empty": (
        ("participations", 2, {"role": ""}),
        "register/participations.csv, row 2, column x_role: the cell is empty; allowed: a value. "
        "Fill it in. [data.required]",
    ),
    "reference": (
        ("projects", 2, {"lead_org_id": "O99"}),
        'register/projects.csv, row 2, column x_lead_org_id: "O99" is not in x_organisations; '
        "allowed: a x_org_id of x_organisations.",
    ),
    "ratio": (
        ("projects", 2, {"grant_eur": "170.02"}),
        "register/projects.csv, row 2, column x_grant_eur: 170.02 is 85.01% of x_total_cost_eur, "
        "200; allowed: at most 85%. Correct the one that is wrong. [data.ratio]",
    ),
    "dates": (
        ("projects", 2, {"ended": "2019-01-01"}),
        "column x_ended: 2019-01-01 is before x_started, ",
    ),
    "sum of shares": (
        ("participations", 10, {"share_eur": "250"}),
        "column x_grant_eur: 300, but the shares in x_participations are together 350; ",
    ),
    "area": (
        ("organisations", 2, {"municipality_code": "006"}),
        'column x_municipality_code: "006" is not in x_municipalities in any year; allowed: a '
        "x_code of x_municipalities. ",
    ),
    "reading": (
        ("codings", 2, {"round": "2"}),
        "Add the reading to x_readings, or correct the coder or the round.",
    ),
    "number": (
        ("saving_claims", 2, {"amount_eur": "many"}),
        'coding/saving_claims.csv, row 2, column x_amount_eur: "many" is not a number; ',
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_name_tables_and_columns_as_the_evaluator_has_them(package: Any, kind: str) -> None:
    (table, row, cells), message = FAULTS[kind]
    package.change(table, row, **cells)
    assert message in "\n".join(problems(in_own_words(package)))


def test_a_missing_or_mistyped_column_is_told_by_its_own_name(package: Any) -> None:
    path = in_own_words(package).folder / "register" / "projects.csv"
    path.write_text(path.read_text("utf-8").replace("x_grant_eur", "x_grant_euros"), "utf-8")
    assert problems(package) == [
        'data/register/projects.csv, row 1: the column "x_grant_euros" is not in datapackage.json. '
        'Did you mean "x_grant_eur"? [data.column-unknown]',
        "data/register/projects.csv, row 1, column x_grant_eur: the column is missing. Add it, "
        "with empty cells where nothing is known. [data.column-missing]",
    ]


def test_a_workbook_is_found_by_its_own_names(package: Any, pristine: Any) -> None:
    to_xlsx(package, "projects")
    found = read_tables(package.folder)["projects"]
    found.attrs = {}
    wanted = read_tables(pristine.folder)["projects"]
    wanted.attrs = {}
    pd.testing.assert_frame_equal(found, wanted)


def wrong(package: Any, document: dict[str, Any]) -> list[str]:
    with pytest.raises(ProblemError) as error:
        load_descriptor(described(package, document).folder)
    return [str(problem) for problem in error.value.problems]


def test_names_that_the_engine_does_not_have_are_refused(package: Any) -> None:
    document = descriptor_of(package)
    projects = next(one for one in document["resources"] if one["name"] == "projects")
    column = next(one for one in projects["schema"]["fields"] if one["name"] == "grant_eur")
    column["evaltools:column"] = "grnt"
    areas = next(one for one in document["resources"] if one["name"] == "municipalities")
    areas["evaltools:table"] = ["area"]
    found = wrong(package, document)
    table = next(one for one in found if "evaltools:table" in one)
    field = next(one for one in found if "evaltools:column " in one)
    assert table.startswith(
        "data/datapackage.json, resource municipalities: the evaltools:table \"['area']\" is not "
        "known; allowed: calls, appropriations, "
    )
    assert field.startswith(
        'data/datapackage.json, resource projects, field grant_eur: the evaltools:column "grnt" is '
        "not known; allowed: project_id, call_id, "
    )
    assert 'Did you mean "grant"?' in field


def test_two_of_one_name_are_refused(package: Any) -> None:
    document = descriptor_of(package)
    projects = next(one for one in document["resources"] if one["name"] == "projects")
    projects["schema"]["fields"].append({"name": "grant", "type": "number"})
    regions = next(one for one in document["resources"] if one["name"] == "regions")
    regions["evaltools:table"] = "calls"
    found = wrong(package, document)
    assert found[0] == (
        "data/datapackage.json, resource projects: grant_eur and grant are the same column, grant; "
        "allowed: one column grant. Give one of them another evaltools:column or name. "
        "[descriptor.invalid]"
    )
    assert (
        "data/datapackage.json, resources: calls and regions are the same table, calls; allowed: "
        "one table calls. Give one of them another evaltools:table or name. [descriptor.invalid]"
    ) in found


def test_the_first_study_says_of_each_of_its_tables_which_it_is() -> None:
    found = load_descriptor(Path(__file__).parents[2] / "data")
    assert set(known_tables()) <= {one.name for one in found.resources}
    assert found.name_in_file("areas") == "municipalities"
    assert found.name_in_file("projects", "grant") == "grant_eur"
    assert found.name_in_file("no_table", "grant") == "grant"


def test_a_package_of_an_earlier_version_is_read_as_it_stands(package: Any) -> None:
    """Its descriptor knows nothing of the engine's names of today."""
    document = descriptor_of(package)
    expected = read_tables(package.folder)
    mapped = 0
    for resource in document["resources"]:
        mapped += resource.pop("evaltools:table", None) is not None
        for field in resource["schema"]["fields"]:
            mapped += field.pop("evaltools:column", None) is not None
    assert mapped > 5
    described(package, document)
    found = read_tables(package.folder)
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table)


def test_a_former_name_beside_the_name_of_today_is_a_column_of_the_study(package: Any) -> None:
    document = descriptor_of(package)
    projects = next(one for one in document["resources"] if one["name"] == "projects")
    grant = next(one for one in projects["schema"]["fields"] if one["name"] == "grant_eur")
    grant.pop("evaltools:column")
    projects["schema"]["fields"].append({"name": "grant", "type": "number"})
    described(package, document)
    descriptor = load_descriptor(package.folder)
    fields = {each.own_name: each.name for each in descriptor.resource("projects").fields}
    assert (fields["grant_eur"], fields["grant"]) == ("grant_eur", "grant")

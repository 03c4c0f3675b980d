"""The public rows that the example is built around."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaltools.problems import Problem, ProblemError

Row = dict[str, str]
Tables = dict[str, list[Row]]
"""Rows of text by table name; an empty text is a missing value, as in the files."""


@dataclass(frozen=True)
class Descriptor:
    """What the data package says of its tables.

    Arguments:
        paths: file of each table, from the data folder.
        columns: columns of each table, in the order of the file.
        origins: `public`, `example` or `mixed` by table.
        keys: primary key of each table.
    """

    paths: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    origins: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path) -> Descriptor:
        """Read `datapackage.json` of a data folder.

        Raises:
            ProblemError: the folder does not hold the data of an example, so that real data
                are never written over.
        """
        file = folder / "datapackage.json"
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ProblemError(
                [Problem(str(file), "is not readable as JSON", code="example.descriptor")]
            ) from error
        if not isinstance(content, dict) or content.get("evaltools:example") is not True:
            raise ProblemError(
                [
                    Problem(
                        str(file),
                        "does not declare an example data set",
                        '"evaltools:example": true',
                        "The example is never written over other data.",
                        "example.not-example",
                    )
                ]
            )
        resources = {resource["name"]: resource for resource in content["resources"]}
        return cls(
            paths={name: resource["path"] for name, resource in resources.items()},
            columns={
                name: tuple(field["name"] for field in resource["schema"]["fields"])
                for name, resource in resources.items()
            },
            origins={name: resource["evaltools:origin"] for name, resource in resources.items()},
            keys={
                name: tuple(resource["schema"]["primaryKey"])
                for name, resource in resources.items()
            },
        )


def read_public(folder: Path) -> Tables:
    """Read the public rows of a data folder, leaving out whatever was made for the example.

    Organisations and projects say of each row what it is; a participation is public when its
    project is.

    Arguments:
        folder: the data folder, with `datapackage.json`.

    Raises:
        ProblemError: the descriptor or a table cannot be read, or is not of an example.
    """
    descriptor = Descriptor.load(folder)
    tables: Tables = {}
    problems: list[Problem] = []
    for name, path in descriptor.paths.items():
        if descriptor.origins[name] == "example":
            continue
        try:
            with (folder / path).open(encoding="utf-8", newline="") as file:
                tables[name] = list(csv.DictReader(file))
        except OSError:
            problems.append(Problem(str(folder / path), "is missing", code="example.missing"))
    if problems:
        raise ProblemError(problems)
    return only_public(tables)


def only_public(tables: Mapping[str, list[Row]]) -> Tables:
    """Keep the public rows of tables that may hold both."""
    public = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for name in ("organisations", "projects"):
        public[name] = [row for row in public[name] if row["origin"] == "public"]
    projects = {row["project_id"] for row in public["projects"]}
    public["participations"] = [
        row for row in public["participations"] if row["project_id"] in projects
    ]
    return public

"""From JSON to a descriptor: every type, name, path and reference is checked on the way."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaltools.evidence.descriptor import Field, ForeignKey, MaximumRatio, Resource
from evaltools.evidence.paths import safe_path
from evaltools.evidence.quoting import quoted, suggestion
from evaltools.files import read_file
from evaltools.problems import Problem, ProblemError

TYPES = ("string", "integer", "number", "boolean", "date")
_LARGEST = 5_000_000
_CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum")


def read_document(path: Path, where: str) -> tuple[dict[str, Any], list[Problem]]:
    """The JSON of a descriptor, or why it cannot be read.

    Arguments:
        path: the file.
        where: how to name it.
    """

    def failed(what: str, remedy: str) -> tuple[dict[str, Any], list[Problem]]:
        return {}, [Problem(where, what, "", remedy, "descriptor.unreadable")]

    try:
        if not os.path.lexists(path):
            return failed("there is no such file", "Every data folder has one; see docs/data.md.")
        text = read_file(path, where, _LARGEST).decode("utf-8-sig")
    except ProblemError as error:
        return {}, list(error.problems)
    except UnicodeDecodeError:
        return failed("the file is not UTF-8", "Save it as UTF-8.")
    try:
        document = json.loads(text, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        return failed(f"not JSON: {error.msg}, line {error.lineno}", "Correct it there.")
    except (RecursionError, ValueError) as error:
        message = str(error) if isinstance(error, ValueError) else "nested too deeply"
        return failed(message, "Correct it there.")
    if not isinstance(document, dict) or not isinstance(document.get("resources"), list):
        return failed("it lists no resources", 'It is an object with a list "resources".')
    return document, []


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {quoted(key)} stands twice in one object")
    return dict(pairs)


class DescriptorReader:
    """Turns the JSON into dataclasses and gathers what is wrong on the way."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[Problem] = []

    def _wrong(self, place: str, what: str, allowed: str = "", remedy: str = "") -> None:
        self.problems.append(
            Problem(f"{self.where}, {place}", what, allowed, remedy, "descriptor.invalid")
        )

    def resources(self, document: dict[str, Any]) -> Iterator[Resource]:
        """The tables of a document; what is wrong with them is in `problems` afterwards."""
        seen: set[str] = set()
        paths: set[str] = set()
        for number, raw in enumerate(document["resources"], start=1):
            if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
                self._wrong(f"resource {number}", "it has no name")
                continue
            place = f"resource {raw['name']}"
            if not re.fullmatch(r"[a-z][a-z0-9_]*", raw["name"]):
                self._wrong(place, "the name is not plain", "a-z, 0-9 and _")
            if raw["name"] in seen:
                self._wrong(place, "the name stands twice")
                continue
            seen.add(raw["name"])
            path = self._path(place, raw.get("path"))
            if path in paths:
                self._wrong(place, f"the path {quoted(path)} stands twice")
            paths.add(path)
            yield self._resource(place, path, raw)

    def _path(self, place: str, path: object) -> str:
        if not isinstance(path, str) or not safe_path(path) or not path.endswith(".csv"):
            found = quoted(path) if isinstance(path, str) else "no path"
            self._wrong(
                place,
                f"{found} is not a path of a table",
                "a relative path below the data folder that ends in .csv, such as "
                "register/projects.csv",
            )
            return ""
        return path

    def _resource(self, place: str, path: str, raw: dict[str, Any]) -> Resource:
        schema = raw.get("schema")
        if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
            self._wrong(place, "it has no schema with fields")
            schema = {"fields": []}
        fields = tuple(self._fields(place, schema["fields"]))
        names = {field.name for field in fields}
        primary = self._columns(place, "primaryKey", schema.get("primaryKey", []), names)
        orders = tuple(
            self._columns(place, "evaltools:dateOrder", order, names)
            for order in self._list_of(place, "evaltools:dateOrder", raw)
        )
        types = {field.name: field.type for field in fields}
        for order in orders:
            others = [f"{name} is {types[name]}" for name in order if types[name] != "date"]
            if others:
                self._wrong(place, f"evaltools:dateOrder is for dates, but {', '.join(others)}")
        return Resource(
            name=raw["name"],
            path=path,
            title=str(raw.get("title", "")),
            fields=fields,
            primary_key=primary,
            foreign_keys=tuple(self._foreign_keys(place, schema, names)),
            missing_values=tuple(
                str(one)
                for one in self._list_of(place, "missingValues", {"missingValues": [""]} | schema)
            ),
            date_orders=orders,
            maximum_ratios=tuple(self._ratios(place, raw, names)),
            origin=str(raw.get("evaltools:origin", "")),
        )

    def _fields(self, place: str, raws: list[Any]) -> Iterator[Field]:
        seen: set[str] = set()
        for number, raw in enumerate(raws, start=1):
            if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
                self._wrong(f"{place}, field {number}", "it has no name")
                continue
            at = f"{place}, field {raw['name']}"
            if raw["name"] in seen:
                self._wrong(at, "the name stands twice")
                continue
            seen.add(raw["name"])
            yield self._field(at, raw)

    def _field(self, at: str, raw: dict[str, Any]) -> Field:
        kind = raw.get("type")
        if kind not in TYPES:
            self._wrong(
                at,
                f"the type {quoted(kind)} is not known",
                ", ".join(TYPES),
                suggestion(str(kind), TYPES),
            )
        rules = raw.get("constraints", {})
        if not isinstance(rules, dict):
            self._wrong(at, "constraints is not an object")
            rules = {}
        for unknown in [name for name in rules if name not in _CONSTRAINTS]:
            self._wrong(
                at,
                f"the constraint {quoted(unknown)} is not known",
                ", ".join(_CONSTRAINTS),
                suggestion(unknown, _CONSTRAINTS),
            )
        enum = rules.get("enum", [])
        if not isinstance(enum, list) or not all(isinstance(one, str) for one in enum):
            self._wrong(at, "enum is not a list of strings")
            enum = []
        if enum and kind != "string":
            self._wrong(at, "enum is for strings")
        return Field(
            name=raw["name"],
            type=str(kind),
            description=str(raw.get("description", "")),
            required=rules.get("required") is True,
            unique=rules.get("unique") is True,
            enum=tuple(enum),
            pattern=self._pattern(at, rules.get("pattern")),
            minimum=self._limit(at, "minimum", rules, kind),
            maximum=self._limit(at, "maximum", rules, kind),
            verbatim=raw.get("evaltools:verbatim") is True,
        )

    def _pattern(self, at: str, pattern: object) -> str | None:
        if pattern is None:
            return None
        try:
            if not isinstance(pattern, str) or len(pattern) > 200:
                raise ValueError
            re.compile(pattern)
        except (ValueError, re.error):
            self._wrong(at, f"the pattern {quoted(pattern)} is not a regular expression")
            return None
        return pattern

    def _limit(self, at: str, name: str, rules: dict[str, Any], kind: object) -> float | None:
        limit = rules.get(name)
        if limit is None:
            return None
        number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if not number or kind not in ("integer", "number"):
            self._wrong(at, f"{name} is for numbers and is a number")
            return None
        return float(limit)

    def _list_of(self, place: str, name: str, raw: dict[str, Any]) -> list[Any]:
        found = raw.get(name, [])
        if not isinstance(found, list):
            self._wrong(place, f"{name} is not a list")
            return []
        return found

    def _columns(self, place: str, what: str, found: object, names: set[str]) -> tuple[str, ...]:
        columns = [found] if isinstance(found, str) else found
        if not isinstance(columns, list):
            self._wrong(place, f"{what} is not a list of columns")
            return ()
        for column in columns:
            if not isinstance(column, str) or column not in names:
                self._wrong(
                    place,
                    f"{what} names the column {quoted(column)}, which it does not have",
                    "",
                    suggestion(str(column), names),
                )
        return tuple(one for one in columns if isinstance(one, str) and one in names)

    def _foreign_keys(
        self, place: str, schema: dict[str, Any], names: set[str]
    ) -> Iterator[ForeignKey]:
        for raw in self._list_of(place, "foreignKeys", schema):
            reference = raw.get("reference") if isinstance(raw, dict) else None
            if not isinstance(reference, dict) or not isinstance(reference.get("resource"), str):
                self._wrong(place, "a foreign key has no reference to a resource")
                continue
            columns = self._columns(place, "foreignKeys", raw.get("fields"), names)
            targets = reference.get("fields")
            targets = [targets] if isinstance(targets, str) else targets
            if not isinstance(targets, list) or len(targets) != len(columns):
                self._wrong(place, "a foreign key has not as many fields as it refers to")
                continue
            yield ForeignKey(columns, reference["resource"], tuple(str(one) for one in targets))

    def _ratios(self, place: str, raw: dict[str, Any], names: set[str]) -> Iterator[MaximumRatio]:
        for rule in self._list_of(place, "evaltools:maximumRatio", raw):
            limit = rule.get("maximum") if isinstance(rule, dict) else None
            if not isinstance(limit, int | float) or isinstance(limit, bool):
                self._wrong(place, "evaltools:maximumRatio has no number as its maximum")
                continue
            pair = [rule.get("part"), rule.get("whole")]
            columns = self._columns(place, "evaltools:maximumRatio", pair, names)
            if len(columns) == 2:
                yield MaximumRatio(columns[0], columns[1], float(limit))

    def check_references(self, resources: tuple[Resource, ...]) -> None:
        """Foreign keys lead to tables and columns that are there."""
        by_name = {resource.name: resource for resource in resources}
        for resource in resources:
            for key in resource.foreign_keys:
                place = f"resource {resource.name}"
                target = by_name.get(key.resource)
                if target is None:
                    self._wrong(
                        place,
                        f"a foreign key refers to {quoted(key.resource)}, which is not there",
                        "",
                        suggestion(key.resource, by_name),
                    )
                    continue
                self._columns(
                    place,
                    f"the foreign key to {key.resource}",
                    list(key.reference_fields),
                    set(target.field_names),
                )

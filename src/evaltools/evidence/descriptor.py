"""The descriptor, `datapackage.json`: the one description of every table, read and checked.

It is a Frictionless tabular data package with a few additions, all named `evaltools:…`:
`dateOrder` and `maximumRatio` of a table, `verbatim` of a field, and `table` and `column`, by which
a study that calls its tables and columns otherwise says which of the engine's they are: `name` is
the engine's, `own_name` the one that the descriptor and the file have, which evaluators are told.
It comes from outside as data do: paths out of the folder, unknown types and references to nothing
are refused here. What the engine asks of tables holds whether or not the descriptor says it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evaltools.evidence.known_tables import (
    DTYPES,
    IMPLIED,
    KnownTable,
    columns_read,
    former_names,
    is_text_column,
    known_tables,
)
from evaltools.files import is_safe_path, read_file, refuse_repeated_keys
from evaltools.problems import (
    Problem,
    ProblemError,
    list_values,
    quote_value,
    refuse,
    suggest_value,
)

FILE_NAME = "datapackage.json"
_PATH = "a relative path below the data folder that ends in .csv, such as register/projects.csv"
_LARGEST = 5_000_000
_WIDER = {"integer": "number"}
_CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum")


@dataclass(frozen=True)
class Field:
    """One column: its name, type, meaning and constraints; `pattern` must match the whole value."""

    name: str
    type: str
    description: str = ""
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    verbatim: bool = False
    own_name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_name", self.own_name or self.name)


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values must be found in columns of another table."""

    fields: tuple[str, ...]
    resource: str
    reference_fields: tuple[str, ...]


@dataclass(frozen=True)
class MaximumRatio:
    """`part` may be at most `maximum` times `whole`, such as a grant of the total cost."""

    part: str
    whole: str
    maximum: float


@dataclass(frozen=True)
class Resource:
    """One table: the path of its file below the data folder, its columns and its rules."""

    name: str
    path: str
    title: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    missing_values: tuple[str, ...] = ("",)
    date_orders: tuple[tuple[str, ...], ...] = ()
    maximum_ratios: tuple[MaximumRatio, ...] = ()
    origin: str = ""
    own_name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "own_name", self.own_name or self.name)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The engine's names of the columns, in the order of the descriptor."""
        return tuple(field.name for field in self.fields)

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names of the columns in the file, in the same order."""
        return tuple(field.own_name for field in self.fields)

    def names_in_file(self, columns: Iterable[str]) -> list[str]:
        """What the file calls columns of the engine's names."""
        own = dict(zip(self.field_names, self.own_names, strict=True))
        return [own.get(column, column) for column in columns]


@dataclass(frozen=True)
class Descriptor:
    """What the data folder holds."""

    folder: Path
    name: str
    title: str
    resources: tuple[Resource, ...]
    example: bool = False

    def resource(self, name: str) -> Resource:
        """The table of that name, as the engine calls it; KeyError where there is none."""
        return {resource.name: resource for resource in self.resources}[name]

    def name_in_file(self, table: str, column: str = "") -> str:
        """What the study calls a table, or one of its columns; of what it lacks, the engine's."""
        for resource in self.resources:
            if resource.name == table:
                return resource.names_in_file([column])[0] if column else resource.own_name
        return column or table


def load_descriptor(folder: Path) -> Descriptor:
    """Read and check `datapackage.json` of a data folder.

    Raises ProblemError with everything that is wrong in it.
    """
    where = f"{folder.resolve().name}/{FILE_NAME}"
    document = _document(folder / FILE_NAME, where)
    reader = _Reader(where, document["resources"])
    resources = reader.resolve_references(list(reader.resources()))
    refuse(reader.problems)
    resources = reader.add_known_references(resources)
    refuse(reader.problems)
    name, title = str(document.get("name", "")), str(document.get("title", ""))
    return Descriptor(folder, name, title, resources, document.get("evaltools:example") is True)


def _document(path: Path, where: str) -> dict[str, Any]:
    def failed(what: str, remedy: str = "Correct it there.") -> ProblemError:
        return ProblemError([Problem(where, what, "", remedy, "descriptor.unreadable")])

    if not os.path.lexists(path):
        raise failed("there is no such file", "Every data folder has one, the list of its tables.")
    data = read_file(path, where, _LARGEST)
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=refuse_repeated_keys)
    except UnicodeDecodeError:
        raise failed("the file is not UTF-8", "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise failed(f"not JSON: {error.msg}, line {error.lineno}") from None
    except RecursionError:
        raise failed("nested too deeply") from None
    except ValueError as error:
        raise failed(str(error)) from None
    if not isinstance(document, dict) or not isinstance(document.get("resources"), list):
        raise failed("it lists no resources", 'It is an object with a list "resources".')
    return document


class _Reader:
    """Turns the JSON into dataclasses and gathers what is wrong on the way."""

    def __init__(self, where: str, tables: list[Any]) -> None:
        self.where, self._tables = where, tables
        self.problems: list[Problem] = []

    def _wrong(
        self, place: str, what: str, allowed: str = "", remedy: str = "", code: str = "invalid"
    ) -> None:
        where = f"{self.where}, {place}"
        self.problems.append(Problem(where, what, allowed, remedy, f"descriptor.{code}"))

    def _unknown(self, place: str, what: str, value: object, allowed: tuple[str, ...]) -> None:
        shown, near = quote_value(value), suggest_value(str(value), allowed)
        self._wrong(place, f"the {what} {shown} is not known", list_values(allowed), near)

    def _list(self, place: str, name: str, found: object) -> list[Any]:
        if isinstance(found, list):
            return found
        self._wrong(place, f"{name} is not a list")
        return []

    def _named(self, raws: list[Any], kind: str, before: str) -> Iterator[tuple[str, Any]]:
        """Objects with a name that no other has, and the place of each."""
        seen: set[str] = set()
        for number, raw in enumerate(raws, start=1):
            if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
                self._wrong(f"{before}{kind} {number}", "it has no name")
                continue
            place = f"{before}{kind} {raw['name']}"
            if raw["name"] in seen:
                self._wrong(place, "the name stands twice")
                continue
            seen.add(raw["name"])
            yield place, raw

    def _engine_name(
        self, place: str, raw: dict[str, Any], kind: str, allowed: Iterable[str], others: list[Any]
    ) -> str:
        """Which of the engine's tables or columns it is: the one it says, or the one called so.

        What is called as an earlier version had it is that one, unless another of the `others`
        beside it has the name of today.
        """
        names = tuple(allowed)
        former = former_names(kind).get(raw["name"], raw["name"])
        taken = {one.get("name") for one in others if isinstance(one, dict)}
        default = former if former in names and former not in taken else raw["name"]
        name = raw.get(f"evaltools:{kind}", default)
        text = kind == "column" and is_text_column(name)
        if name != raw["name"] and name not in names and not text:
            self._unknown(place, f"evaltools:{kind}", name, names)
        return str(name)

    def _tell_apart(self, place: str, kind: str, items: Iterable[Field | Resource]) -> None:
        """Refuse two tables, or two columns of a table, that are the same one of the engine."""
        own_names: dict[str, list[str]] = {}
        for item in items:
            own_names.setdefault(item.name, []).append(item.own_name)
        for name, found in own_names.items():
            if len(found) > 1:
                what = f"{' and '.join(found)} are the same {kind}, {name}"
                remedy = f"Give one of them another evaltools:{kind} or name."
                self._wrong(place, what, f"one {kind} {name}", remedy)

    def resources(self) -> Iterator[Resource]:
        """The tables; what is wrong with them is in `problems` afterwards."""
        paths: set[str] = set()
        for place, raw in self._named(self._tables, "resource", ""):
            if not re.fullmatch(r"[a-z][a-z0-9_]*", raw["name"]):
                self._wrong(place, "the name is not plain", "a-z, 0-9 and _")
            path = raw.get("path")
            if not isinstance(path, str) or not is_safe_path(path) or not path.endswith(".csv"):
                shown = quote_value(path) if isinstance(path, str) else "no path"
                self._wrong(place, f"{shown} is not a path of a table", _PATH)
                path = ""
            if path in paths:
                self._wrong(place, f"the path {quote_value(path)} stands twice")
            paths.add(path)
            yield self._resource(place, path, raw)

    def _resource(self, place: str, path: str, raw: dict[str, Any]) -> Resource:
        schema = raw.get("schema")
        if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
            self._wrong(place, "it has no schema with fields")
            schema = {"fields": []}
        table = self._engine_name(place, raw, "table", known_tables(), self._tables)
        known = known_tables().get(table, KnownTable())
        named = self._named(schema["fields"], "field", f"{place}, ")
        fields = tuple(self._field(at, one, table, schema["fields"]) for at, one in named)
        self._tell_apart(place, "column", fields)
        names = {field.own_name: field.name for field in fields}
        for column in known.needed:
            if column not in names.values():
                remedy = suggest_value(column, names) or (
                    "Call the column so, here and in the file, or say which one it is "
                    "(evaltools:column), or take the table out."
                )
                what = f"it has no column {column}"
                self._wrong(place, what, list_values(known.needed), remedy)
        key = self._columns(place, "primaryKey", schema.get("primaryKey", []), names)
        order, ratio = "evaltools:dateOrder", "evaltools:maximumRatio"
        orders = tuple(
            self._columns(place, order, one, names)
            for one in self._list(place, order, raw.get(order, []))
        )
        types = {field.name: (field.own_name, field.type) for field in fields}
        for dates in orders:
            others = [" is ".join(types[name]) for name in dates if types[name][1] != "date"]
            if others:
                self._wrong(place, f"{order} is for dates, but {', '.join(others)}")
        foreign = self._list(place, "foreignKeys", schema.get("foreignKeys", []))
        missing = self._list(place, "missingValues", schema.get("missingValues", [""]))
        ratios = self._list(place, ratio, raw.get(ratio, []))
        return Resource(
            name=table,
            own_name=raw["name"],
            path=path,
            title=str(raw.get("title", "")),
            fields=fields,
            primary_key=key or tuple(name for name in known.key if name in types),
            foreign_keys=tuple(self._foreign_keys(place, foreign, names)),
            missing_values=tuple(map(str, missing)),
            date_orders=orders,
            maximum_ratios=tuple(self._ratios(place, ratio, ratios, names)),
            origin=str(raw.get("evaltools:origin", "")),
        )

    def _field(self, at: str, raw: dict[str, Any], table: str, others: list[Any]) -> Field:
        known, columns = known_tables().get(table, KnownTable()), columns_read(table)
        name = self._engine_name(at, raw, "column", columns, others)
        kind: Any = raw.get("type")
        if kind not in DTYPES:
            self._unknown(at, "type", kind, tuple(DTYPES))
        elif (wanted := known.columns.get(name, kind)) not in (kind, _WIDER.get(kind)):
            remedy = f"Give it the type {wanted}, or another name."
            self._wrong(at, f"its type is {kind}", wanted, remedy)
        rules = raw.get("constraints", {})
        if not isinstance(rules, dict):
            self._wrong(at, "constraints is not an object")
            rules = {}
        for unknown in [rule for rule in rules if rule not in _CONSTRAINTS]:
            self._unknown(at, "constraint", unknown, _CONSTRAINTS)
        enum = rules.get("enum", [])
        if not isinstance(enum, list) or not all(isinstance(one, str) for one in enum):
            self._wrong(at, "enum is not a list of strings")
            enum = []
        if enum and kind != "string":
            self._wrong(at, "enum is for strings")
        if rules.get("pattern") is not None and kind != "string":
            self._wrong(at, "pattern is for strings")
        allowed = known.values.get(name, ())
        if allowed and (others := [value for value in enum if value not in allowed]):
            remedy = "Take out what no chapter can tell apart."
            self._wrong(at, f"enum has {list_values(others)}", list_values(allowed), remedy)
        limits: dict[str, float] = {"minimum": known.least[name]} if name in known.least else {}
        for end in ("minimum", "maximum"):
            limit: Any = rules.get(end)
            if type(limit) in (int, float) and kind in ("integer", "number"):
                limits[end] = max(float(limit), limits.get(end, float(limit)))
            elif limit is not None:
                self._wrong(at, f"{end} is for numbers and is a number")
        return Field(
            name=name,
            type=str(kind),
            description=str(raw.get("description", "")),
            required=rules.get("required") is True or name in (*known.needed, *known.defaults),
            unique=rules.get("unique") is True,
            enum=tuple(enum) or allowed,
            pattern=self._pattern(at, rules.get("pattern")) or known.patterns.get(name),
            verbatim=raw.get("evaltools:verbatim") is True,
            own_name=raw["name"],
            **limits,
        )

    def _pattern(self, at: str, pattern: object) -> str | None:
        if pattern is None:
            return None
        try:
            if not isinstance(pattern, str) or len(pattern) > 200:
                raise ValueError
            re.compile(pattern)
        except (ValueError, re.error):
            self._wrong(at, f"the pattern {quote_value(pattern)} is not a regular expression")
            return None
        return pattern

    def _columns(
        self, place: str, what: str, found: object, names: Mapping[str, str]
    ) -> tuple[str, ...]:
        """The engine's names of columns that the descriptor lists by their own."""
        columns = [found] if isinstance(found, str) else found
        if not isinstance(columns, list):
            self._wrong(place, f"{what} is not a list of columns")
            return ()
        for column in columns:
            if not isinstance(column, str) or column not in names:
                message = f"{what} names the column {quote_value(column)}, which it does not have"
                self._wrong(place, message, "", suggest_value(str(column), names))
        return tuple(names[one] for one in columns if isinstance(one, str) and one in names)

    def _foreign_keys(
        self, place: str, raws: list[Any], names: Mapping[str, str]
    ) -> Iterator[ForeignKey]:
        for raw in raws:
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
            yield ForeignKey(columns, reference["resource"], tuple(map(str, targets)))

    def _ratios(
        self, place: str, name: str, raws: list[Any], names: Mapping[str, str]
    ) -> Iterator[MaximumRatio]:
        for rule in raws:
            limit: Any = rule.get("maximum") if isinstance(rule, dict) else None
            if type(limit) not in (int, float):
                self._wrong(place, f"{name} has no number as its maximum")
                continue
            columns = self._columns(place, name, [rule.get("part"), rule.get("whole")], names)
            if len(columns) == 2:
                yield MaximumRatio(columns[0], columns[1], float(limit))

    def resolve_references(self, resources: list[Resource]) -> tuple[Resource, ...]:
        """The tables with foreign keys by the engine's names, to tables that are there."""
        self._tell_apart("resources", "table", resources)
        targets = {one.own_name: one for one in resources}
        resolved = []
        for resource in resources:
            place, keys = f"resource {resource.own_name}", []
            for key in resource.foreign_keys:
                target = targets.get(key.resource)
                if target is None:
                    shown, near = quote_value(key.resource), suggest_value(key.resource, targets)
                    what = f"a foreign key refers to {shown}, which is not there"
                    self._wrong(place, what, "", near)
                    continue
                what = f"the foreign key to {key.resource}"
                names = dict(zip(target.own_names, target.field_names, strict=True))
                found = self._columns(place, what, list(key.reference_fields), names)
                keys.append(ForeignKey(key.fields, target.name, found))
            resolved.append(replace(resource, foreign_keys=tuple(keys)))
        return tuple(resolved)

    def add_known_references(self, resources: tuple[Resource, ...]) -> tuple[Resource, ...]:
        """The tables with the references that the engine follows as well."""
        available = {resource.name: resource.field_names for resource in resources}
        resolved = []
        for resource in resources:
            known = known_tables().get(resource.name, KnownTable())
            keys = list(resource.foreign_keys)
            own = {key.fields for key in keys}
            for column, (table, target) in known.references.items():
                if column not in resource.field_names or (column,) in own:
                    continue
                if target in available.get(table, ()):
                    keys.append(ForeignKey((column,), table, (target,)))
                elif column in known.needed and table not in IMPLIED:
                    (name,) = resource.names_in_file([column])
                    what = f"its column {name} is of the table {table}, which is not there"
                    remedy = f"Describe {table} as well, or take {resource.own_name} out."
                    self._wrong(f"resource {resource.own_name}", what, "", remedy, "table-missing")
            resolved.append(replace(resource, foreign_keys=tuple(keys)))
        return tuple(resolved)

"""The descriptor: the one description of every table, which all that reads and checks data follows.

`name` of a table and of a column is the engine's, `own_name` the one that the descriptor and the
file have. Whatever is told to the evaluator names the latter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "datapackage.json"


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

    def as_told(self, columns: Iterable[str]) -> list[str]:
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
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)

    def as_told(self, table: str, column: str = "") -> str:
        """What the study calls a table, or one of its columns; of what it lacks, the engine's."""
        for resource in self.resources:
            if resource.name == table:
                return resource.as_told([column])[0] if column else resource.own_name
        return column or table

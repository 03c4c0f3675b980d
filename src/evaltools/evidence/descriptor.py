"""The descriptor: `datapackage.json`, the one description of every table, read and checked.

It is a Frictionless tabular data package with a few additions, all named `evaltools:…`:
`dateOrder` and `maximumRatio` of a table, `verbatim` of a field. Everything that
reads, checks or documents data follows it. A descriptor comes from outside as data do, so paths
out of the folder, unknown types and references to nothing are refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evaltools.problems import refuse

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

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True)
class Descriptor:
    """What the data folder holds."""

    folder: Path
    name: str
    title: str
    resources: tuple[Resource, ...]
    example: bool = False

    def resource(self, name: str) -> Resource:
        """The table of that name; KeyError where there is none."""
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise KeyError(name)


def load_descriptor(folder: Path) -> Descriptor:
    """Read and check `datapackage.json` of a data folder.

    Arguments:
        folder: the data folder.

    Raises ProblemError with everything that is wrong in it.
    """
    from evaltools.evidence.describing import DescriptorReader, read_document
    from evaltools.evidence.known import strengthened

    where = f"{folder.resolve().name}/{FILE_NAME}"
    document, problems = read_document(folder / FILE_NAME, where)
    refuse(problems)
    reader = DescriptorReader(where)
    resources = tuple(reader.resources(document))
    reader.check_references(resources)
    refuse(reader.problems)
    resources, problems = strengthened(resources, where)
    refuse(problems)
    return Descriptor(
        folder,
        str(document.get("name", "")),
        str(document.get("title", "")),
        resources,
        document.get("evaltools:example") is True,
    )

"""Validation: whether the tables are what the descriptor says and what an evaluation needs.

What the descriptor says of values, keys, references, orders of dates and ratios is checked here,
and what only this domain knows in `register_checks`, `document_checks`, `coding_checks` and
`redaction_checks`. Everything wrong in all tables is found in one go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from evaltools.evidence.cell_values import (
    ROW,
    CellProblem,
    NumberedTables,
    UnreadTable,
    as_problems,
    number_rows,
)
from evaltools.evidence.coding_checks import CODING_RULES
from evaltools.evidence.descriptor import (
    FILE_NAME,
    Descriptor,
    Field,
    ForeignKey,
    Resource,
    load_descriptor,
)
from evaltools.evidence.document_checks import check_documents, check_texts
from evaltools.evidence.known_tables import DTYPES
from evaltools.evidence.plausibility import find_unusual_values
from evaltools.evidence.redaction_checks import check_redacted
from evaltools.evidence.register_checks import REGISTER_RULES
from evaltools.evidence.tables import TablesRead, add_known_columns, read_leniently
from evaltools.problems import Problem, list_values, plain_number, quote_value, suggest_value
from evaltools.study import Vocabulary

_MOST_SUGGESTIONS = 50


def validate(
    tables: Mapping[str, pd.DataFrame],
    descriptor: Descriptor,
    unread: UnreadTable | None = None,
    vocabulary: Vocabulary | None = None,
) -> list[Problem]:
    """Everything that is wrong with the content of the tables.

    Arguments:
        tables: as `read_tables` or `read_leniently` gives them.
        descriptor: what they should be; its folder holds the texts of the documents.
        unread: what could not be read; no problem is reported that only follows from it.
        vocabulary: the study's; that of a study that declares none where it is not given.

    Returns problems in order of table, row and column; none where the data are valid.
    """
    files = {name: frame.attrs["file"] for name, frame in tables.items() if "file" in frame.attrs}
    cell_problems = find_cell_problems(tables, descriptor, unread or UnreadTable(), vocabulary)
    return as_problems(cell_problems, descriptor, files)


def check_data(folder: Path, vocabulary: Vocabulary | None = None) -> list[Problem]:
    """Everything that is wrong in a data folder: of its descriptor, or else its form and content.

    Arguments:
        folder: the data folder.
        vocabulary: the study's; where it is not given, that of a study that declares none, and
            it is not asked whether the data are those of a study.

    Raises ProblemError where the descriptor itself is wrong, since then nothing can be said of
    the tables.
    """
    descriptor = load_descriptor(folder)
    return check_reading(read_leniently(folder, descriptor), descriptor, vocabulary)


def check_reading(
    reading: TablesRead, descriptor: Descriptor, vocabulary: Vocabulary | None = None
) -> list[Problem]:
    """The same of tables that have been read."""
    cell_problems = [
        *reading.cell_problems,
        *find_cell_problems(reading.tables, descriptor, reading.unread, vocabulary),
    ]
    problems = as_problems(cell_problems, descriptor, reading.files)
    return [*(_no_study(descriptor, vocabulary) if vocabulary else ()), *problems]


def find_improbable(
    tables: Mapping[str, pd.DataFrame], descriptor: Descriptor, vocabulary: Vocabulary
) -> list[Problem]:
    """What is improbable in valid tables, and no reason to refuse them.

    Arguments:
        tables: as `read_tables` gives them.
        vocabulary: the study's.
    """
    files = {name: frame.attrs["file"] for name, frame in tables.items() if "file" in frame.attrs}
    frames = _number(tables, descriptor, vocabulary)
    return as_problems(find_unusual_values(frames, descriptor.folder), descriptor, files)


def count_improbable(
    tables: Mapping[str, pd.DataFrame], descriptor: Descriptor, vocabulary: Vocabulary
) -> dict[str, int]:
    """How many values of which column are improbable, by the names of the study's files.

    Arguments:
        tables, vocabulary: as of `find_improbable`.
    """
    frames = _number(tables, descriptor, vocabulary)
    found = Counter(
        (one.table, one.column) for one in find_unusual_values(frames, descriptor.folder)
    )
    named: dict[str, int] = {}
    for (table, column), number in sorted(found.items(), key=str):
        resource = descriptor.resource(table)
        own = [resource.own_name, *(resource.names_in_file([column]) if column else ())]
        named[".".join(own)] = number
    return named


def _number(
    tables: Mapping[str, pd.DataFrame], descriptor: Descriptor, vocabulary: Vocabulary
) -> NumberedTables:
    names = [resource.name for resource in descriptor.resources if resource.name in tables]
    numbered = {name: number_rows(add_known_columns(name, tables[name])) for name in names}
    return NumberedTables(numbered, vocabulary, descriptor)


def _no_study(descriptor: Descriptor, vocabulary: Vocabulary) -> Iterator[Problem]:
    """What a study lacks in its tables: projects, and columns that its dimensions are of."""
    columns = {resource.name: resource.field_names for resource in descriptor.resources}
    if "projects" not in columns:
        where = f"{descriptor.folder.name}/{FILE_NAME}"
        what, remedy = "there is no table projects", "Describe it: a study is of its projects."
        own_names = list_values(resource.own_name for resource in descriptor.resources)
        yield Problem(where, what, own_names, remedy, "descriptor.table-missing")
    homes = {"project": ("projects",), "call": ("calls",), "lead": ("organisations", "areas")}
    for name, dimension in vocabulary.dimensions.items():
        where, column = f"evaluation.yml, dimensions.{name}", dimension.column
        tables = homes[dimension.of]
        available = [one for table in tables for one in columns.get(table, ())]
        if column not in available:
            names = " or ".join(map(descriptor.name_in_file, tables))
            what = f"no column {quote_value(column)} in {names}"
            near = (
                suggest_value(column, available) or "Correct the column, or say whose it is (of)."
            )
            yield Problem(where, what, list_values(available), near, "study.dimension")
        needed = (column, "tile_row", "tile_column")
        if dimension.map and not set(needed) <= set(columns.get(dimension.map, ())):
            what = f"the table {dimension.map} gives its values no place on a map"
            remedy = "Add the columns to the table, or take `map` out."
            yield Problem(where, what, list_values(needed), remedy, "study.dimension")
    yield from _wrong_due_day(descriptor, vocabulary)


def _wrong_due_day(descriptor: Descriptor, vocabulary: Vocabulary) -> Iterator[Problem]:
    """`reports_due.after` names a column of the table that holds days."""
    due = vocabulary.reports_due
    if due is None or due.after is None:
        return
    table, _, column = due.after.partition(".")
    found = [one for one in descriptor.resources if one.name == table]
    types = {field.name: field.type for one in found for field in one.fields}
    if types.get(column) == "date":
        return
    days = [name for name, kind in types.items() if kind == "date"]
    what = (
        f"{due.after} holds no days but {types[column]}s"
        if column in types
        else f"no column {quote_value(column)} in {table}"
        if found
        else f"there is no table {table}"
    )
    remedy = suggest_value(column, days) or "Name a column of days, or the calls by wave (calls)."
    where, code = "evaluation.yml, reports_due.after", "study.reports-due"
    yield Problem(where, what, list_values(days), remedy, code)


def find_cell_problems(
    tables: Mapping[str, pd.DataFrame],
    descriptor: Descriptor,
    unread: UnreadTable,
    vocabulary: Vocabulary | None = None,
) -> list[CellProblem]:
    """The same as cell problems, in no order, to be reported together with those of reading."""
    frames = _number(tables, descriptor, vocabulary or Vocabulary())
    cell_problems: list[CellProblem] = []
    for resource in descriptor.resources:
        if resource.name in frames:
            frame = frames[resource.name]
            wrong_types = _wrong_types(resource, frame)
            if wrong_types:
                cell_problems += wrong_types
                del frames[resource.name]  # nothing can be said of values of another type
                continue
            cell_problems += _wrong_values(resource, frame)
            cell_problems += _repeated_keys(resource, frame)
            cell_problems += _wrong_dates(resource, frame)
            cell_problems += _wrong_ratios(resource, frame)
            for key in resource.foreign_keys:
                if key.resource in frames and unread.fully_read(key.resource, key.reference_fields):
                    cell_problems += _missing_references(resource, key, frames, descriptor)
    formed_wrongly = {(one.table, one.row, one.column) for one in cell_problems if one.column}
    for rule in (*REGISTER_RULES, *CODING_RULES, check_redacted):
        if rule.applies(frames, unread):  # a cell whose form is wrong is told once
            cell_problems += [
                one
                for one in rule.check(frames)
                if (one.table, one.row, one.column) not in formed_wrongly
            ]
    if vocabulary:
        cell_problems += check_texts(frames, descriptor)
    cell_problems += check_documents(frames, descriptor.folder)
    return [one for one in cell_problems if not unread.covers(one)]


def _wrong_types(resource: Resource, frame: pd.DataFrame) -> list[CellProblem]:
    """Frames that were not made by `read_tables` may lack a column or hold another type."""
    cell_problems = []
    for field in resource.fields:
        found = str(frame[field.name].dtype) if field.name in frame.columns else "no column"
        if found != DTYPES[field.type]:
            what, allowed = f"the frame has {found}", DTYPES[field.type]
            remedy = "Read the table by read_tables."
            cell_problems.append(
                CellProblem(resource.name, None, field.name, what, allowed, remedy, "data.type")
            )
    return cell_problems


def _wrong_values(resource: Resource, frame: pd.DataFrame) -> Iterator[CellProblem]:
    for field in resource.fields:
        column = frame[field.name]
        cells = column.dropna()
        if field.required:
            for row in frame.loc[column.isna(), ROW]:
                what, code = "the cell is empty", "data.required"
                yield CellProblem(
                    resource.name, int(row), field.name, what, "a value", "Fill it in.", code
                )
        for wrong, code in _wrong_among(field, cells):
            for row, found in zip(frame.loc[wrong.index, ROW], wrong, strict=True):
                yield _wrong_value(resource.name, field, int(row), code, found)


def _wrong_among(field: Field, cells: pd.Series) -> Iterator[tuple[pd.Series, str]]:
    """Values that break a constraint, and which."""
    if field.enum:
        yield cells[~cells.isin(field.enum)], "data.enum"
    if field.pattern:
        yield cells[~cells.str.fullmatch(f"(?:{field.pattern})").astype(bool)], "data.pattern"
    if field.minimum is not None:
        yield cells[cells < field.minimum], "data.minimum"
    if field.maximum is not None:
        yield cells[cells > field.maximum], "data.maximum"


def _wrong_value(table: str, field: Field, row: int, code: str, found: object) -> CellProblem:
    if code == "data.enum":
        what, allowed = f"{quote_value(found)} is not in the list", list_values(field.enum)
        remedy = suggest_value(str(found), field.enum) or "Choose one of these."
    elif code == "data.pattern":
        what, allowed = f"{quote_value(found)} has another form", f"the pattern {field.pattern}"
        remedy = f"Correct it; it is: {field.description}." if field.description else "Correct it."
    else:
        low = code == "data.minimum"
        limit = plain_number(field.minimum if low else field.maximum)
        what = f"{plain_number(found)} is too {'small' if low else 'large'}"
        allowed, remedy = f"at {'least' if low else 'most'} {limit}", "Correct the number."
    return CellProblem(table, row, field.name, what, allowed, remedy, code)


def _repeated_keys(resource: Resource, frame: pd.DataFrame) -> Iterator[CellProblem]:
    keys: list[tuple[str, ...]] = [(field.name,) for field in resource.fields if field.unique]
    if resource.primary_key and resource.primary_key not in keys:
        keys.append(resource.primary_key)
    for key in keys:
        columns = list(key)
        if not frame.duplicated(columns).any():
            continue
        known = frame[frame[columns].notna().all(axis=1)]
        again = known[known.duplicated(columns)]
        first = known.drop_duplicates(columns)[[*columns, ROW]]
        pairs = again.merge(first, on=columns, suffixes=("", "_first"))
        allowed = f"each {' with '.join(resource.names_in_file(columns))} once"
        remedy = "Take one of the rows out, or correct its identifier."
        for _, pair in pairs.iterrows():
            shown, column = _cells(pair, columns)
            what = f"{shown} stands already in row {int(pair[f'{ROW}_first'])}"
            row = int(pair[ROW])
            yield CellProblem(resource.name, row, column, what, allowed, remedy, "data.duplicate")


def _cells(row: pd.Series, columns: list[str]) -> tuple[str, str | None]:
    """The values of a key, and the column that they stand in where it is a single one."""
    shown = ", ".join(quote_value(row[column]) for column in columns)
    return shown, columns[0] if len(columns) == 1 else None


def _missing_references(
    resource: Resource, key: ForeignKey, frames: NumberedTables, descriptor: Descriptor
) -> Iterator[CellProblem]:
    frame, target, columns = frames[resource.name], frames[key.resource], list(key.fields)
    available = set(zip(*(target[name] for name in key.reference_fields), strict=True))
    values = zip(*(frame[name] for name in columns), strict=True)
    wrong = [not (value in available or any(pd.isna(one) for one in value)) for value in values]
    absent = frame[wrong]
    if absent.empty:
        return
    candidates = target[key.reference_fields[0]].dropna().astype(str).tolist()
    home = descriptor.resource(key.resource)
    allowed = f"a {' with '.join(home.names_in_file(key.reference_fields))} of {home.own_name}"
    for place, (_, row) in enumerate(absent.iterrows()):
        (shown, column), remedy = _cells(row, columns), ""
        # Looking for a near value costs time that a wholly wrong column would multiply.
        if len(columns) == 1 and place < _MOST_SUGGESTIONS:
            remedy = suggest_value(str(row[columns[0]]), candidates)
        remedy = remedy or f"Correct it, or add the row to {home.own_name}."
        what, at = f"{shown} is not in {home.own_name}", int(row[ROW])
        yield CellProblem(resource.name, at, column, what, allowed, remedy, "data.foreign-key")


def _wrong_dates(resource: Resource, frame: pd.DataFrame) -> Iterator[CellProblem]:
    for order in resource.date_orders:
        own_names = dict(zip(order, resource.names_in_file(order), strict=True))
        for place, later in enumerate(order):
            for earlier in order[:place]:
                # Each date is held against the nearest known one before it.
                between = list(order[order.index(earlier) + 1 : place])
                wrong = frame[(frame[later] < frame[earlier]) & frame[between].isna().all(axis=1)]
                for _, row in wrong.iterrows():
                    found, before = (f"{row[name]:%Y-%m-%d}" for name in (later, earlier))
                    what = f"{found} is before {own_names[earlier]}, {before}"
                    yield CellProblem(
                        resource.name, int(row[ROW]), later, what, " ≤ ".join(own_names.values()),
                        "Correct the date that is wrong.", "data.date-order",
                    )  # fmt: skip


def _wrong_ratios(resource: Resource, frame: pd.DataFrame) -> Iterator[CellProblem]:
    for rule in resource.maximum_ratios:
        (whole,) = resource.names_in_file([rule.whole])
        part, fully_read = frame[rule.part].astype("float64"), frame[rule.whole].astype("float64")
        # half a cent of grace for sums that were rounded
        for _, row in frame[part > fully_read * rule.maximum + 0.005].iterrows():
            found, of = float(row[rule.part]), float(row[rule.whole])
            allowed = f"{(Decimal(str(rule.maximum)) * 100).normalize():f}%"
            share = f"is {found / of:.2%}" if of else "is more than all"
            if of and round(found / of, 4) <= rule.maximum:  # two decimals would not show it
                over = Decimal(repr(found)) - Decimal(repr(of)) * Decimal(str(rule.maximum))
                share = f"is {over.normalize():f} more than {allowed}"
            what = f"{plain_number(found)} {share} of {whole}, {plain_number(of)}"
            yield CellProblem(
                resource.name, int(row[ROW]), rule.part, what, f"at most {allowed}",
                "Correct the one that is wrong.", "data.ratio",
            )  # fmt: skip

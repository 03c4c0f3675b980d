"""Choices of a parameter that stand in a table of the data: `from: areas.code`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from evaltools.files import read_text
from evaltools.problems import Problem, ProblemError
from evaltools.study.declared import Language, Text

_LARGEST = 20_000_000
_LABELS = ("label", "name", "title", "subject")


def choices_from(
    data: Path, source: str, languages: tuple[Language, ...], where: str
) -> dict[str, Text]:
    """Each value of a column once, in the order of the rows, with its label in each language.

    Arguments:
        data: the data folder.
        source: `table.column`.
        languages: in which labels are looked for, in `label_xx`, `name_xx`, `title_xx` or
            `subject_xx`, or the same without a language; the value itself where there is none.
        where: what is wrong is told of this place.

    Raises:
        ProblemError: there is no such table or column.
    """
    table, _, column = source.partition(".")
    rows = _rows(data, table, where)
    header = next(rows, [])
    if column not in header:
        raise _refused(where, f"the table {table} has no column '{column}'", ", ".join(header))
    found: dict[str, Text] = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        value = row.get(column, "").strip()
        if value and value not in found:
            labels = {language: _label(row, language) or value for language in languages}
            found[value] = Text.model_validate(labels)
    return found


def _label(row: dict[str, str], language: str) -> str:
    names = [f"{name}_{language}" for name in _LABELS] + list(_LABELS)
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _rows(data: Path, table: str, where: str) -> Iterator[list[str]]:
    try:
        descriptor = json.loads(read_text(data / "datapackage.json", "datapackage.json", _LARGEST))
        paths = {one["name"]: one["path"] for one in descriptor["resources"]}
    except (ProblemError, ValueError, KeyError, TypeError):
        raise _refused(where, "datapackage.json cannot be read", "a list of tables") from None
    if table not in paths:
        raise _refused(where, f"there is no table '{table}'", ", ".join(paths))
    path = Path(str(paths[table]))
    if path.is_absolute() or ".." in path.parts:
        raise _refused(where, f"{path} leads out of the data folder", "a path below it")
    try:
        text = read_text(data / path, path.as_posix(), _LARGEST)
    except ProblemError as error:
        told = "choices are read from a table that is a .csv file in UTF-8"
        raise _refused(where, f"{path.as_posix()} {error.problems[0].what}", told) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)


def _refused(where: str, what: str, allowed: str) -> ProblemError:
    remedy = "Correct `from:`, or list the choices."
    return ProblemError([Problem(where, what, allowed, remedy, "study.choices")])

"""The mapping file: what an evaluator says of documents that cannot tell it themselves."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evaltools.evidence.delimited import read_delimited
from evaltools.evidence.grid import Grid, Unreadable, refuse_doubts
from evaltools.evidence.quoting import listed, nearest, quoted, suggestion
from evaltools.files import read_file
from evaltools.importing.days import read_day
from evaltools.importing.matching import Projects
from evaltools.problems import Problem, ProblemError, refuse

COLUMNS = (
    "file",
    "project_id",
    "register_number",
    "kind",
    "wave",
    "received",
    "language",
    "public_status",
)
KINDS = ("final", "interim", "application", "decision")
STATUSES = ("public", "partly_secret", "secret")
LANGUAGES = ("fi", "sv", "en")
LARGEST_MAPPING = 20_000_000


@dataclass(frozen=True)
class Said:
    """A row of the mapping file; what it leaves empty is empty or None."""

    project_id: str = ""
    kind: str = ""
    wave: int | None = None
    received: date | None = None
    language: str = ""
    public_status: str = ""


def read_mapping(
    path: Path, files: Sequence[str], projects: Projects, whose: str
) -> dict[str, Said]:
    """Read a mapping file and check all of it.

    Arguments:
        path: a CSV, XLSX or ODS file with the column `file` and any of the others of COLUMNS.
        files: names of the files in the folder, with forward slashes, as they are told.
        projects: the register.
        whose: how the mapping file is called in problems.

    Returns what it says by name of file, as in `files`.
    Raises ProblemError with every problem, by row.
    """
    grid = _grid(path, whose)
    reader = _Reader(whose, _by_folded(files), projects)
    rows: dict[str, Said] = {}
    problems = reader.header(grid.header)
    problems += [
        Problem(f"{whose}, row {number}", f"has {cells} cells", f"{len(grid.header)}")
        for number, cells in grid.ragged
    ]
    refuse(problems)
    for number, cells in zip(grid.numbers, grid.rows, strict=True):
        values = {name: cell.strip() for name, cell in zip(grid.header, cells, strict=True)}
        file, said = reader.row(number, {name.casefold(): cell for name, cell in values.items()})
        if file and file in rows:
            reader.tell(number, "file", f"{quoted(file)} is in more than one row", "one row a file")
        elif file:
            rows[file] = said
    refuse(sorted(reader.problems))
    return rows


def _grid(path: Path, whose: str) -> Grid:
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise Unreadable(
                "the file is larger than 20 MB", "Is it the right file?", "data.too-large"
            )
        data = read_file(path, whose, LARGEST_MAPPING)
        if path.suffix.casefold() in (".xlsx", ".ods"):
            from evaltools.evidence.workbook import read_workbook

            kind = path.suffix.casefold()
            return refuse_doubts(read_workbook(data, kind, "mapping", COLUMNS))
        return refuse_doubts(read_delimited(data, COLUMNS))
    except Unreadable as error:
        where = whose if error.row is None else f"{whose}, row {error.row}"
        problem = Problem(where, error.what, error.allowed, error.remedy, error.code)
        raise ProblemError([problem]) from None


def _by_folded(files: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Files by path and by bare name, in letters of one case."""
    found: dict[str, set[str]] = {}
    for file in files:
        for name in (file, file.rpartition("/")[2]):
            found.setdefault(name.casefold(), set()).add(file)
    return {name: tuple(sorted(paths)) for name, paths in found.items()}


class _Reader:
    """Reads rows and gathers what is wrong in them."""

    def __init__(
        self, whose: str, files: Mapping[str, tuple[str, ...]], projects: Projects
    ) -> None:
        self.whose = whose
        self.files = files
        self.projects = projects
        self.problems: list[Problem] = []

    def header(self, names: Sequence[str]) -> list[Problem]:
        """What is wrong with the names of the columns."""
        folded = [name.casefold() for name in names]
        where = f"{self.whose}, row 1"
        problems = [
            Problem(
                where,
                f"no column {quoted(name)} is known",
                listed(COLUMNS),
                suggestion(name, COLUMNS),
                "import.mapping-column",
            )
            for name in names
            if name.casefold() not in COLUMNS
        ]
        problems += [
            Problem(where, f"the column {name} is there twice", code="import.mapping-column")
            for name in COLUMNS
            if folded.count(name) > 1
        ]
        if "file" not in folded:
            remedy = "Give the name of each document's file in it."
            problems.append(
                Problem(where, "the column file is missing", "", remedy, "import.mapping-column")
            )
        return problems

    def tell(self, row: int, column: str, what: str, allowed: str = "", remedy: str = "") -> None:
        """Add a problem of a cell."""
        where = f"{self.whose}, row {row:d}, column {column}"
        self.problems.append(Problem(where, what, allowed, remedy, "import.mapping"))

    def row(self, number: int, cells: Mapping[str, str]) -> tuple[str, Said]:
        """The file that a row is about, empty where there is none, and what it says."""
        said = Said(
            project_id=self._project(number, cells),
            kind=self._one_of(number, cells, "kind", KINDS),
            wave=self._wave(number, cells.get("wave", "")),
            received=self._received(number, cells.get("received", "")),
            language=self._one_of(number, cells, "language", LANGUAGES),
            public_status=self._one_of(number, cells, "public_status", STATUSES),
        )
        return self._file(number, cells["file"]), said

    def _file(self, number: int, cell: str) -> str:
        name = unicodedata.normalize("NFC", cell).replace("\\", "/").removeprefix("./")
        found = self.files.get(name.casefold(), ())
        if len(found) == 1:
            return found[0]
        if found:
            self.tell(number, "file", f"{quoted(cell)} is the name of {listed(found)}",
                      remedy="Give its path from the folder.")  # fmt: skip
        elif name:
            remedy = suggestion(name, self.files) or "Put it there, or take the row out."
            self.tell(number, "file", f"the folder has no file {quoted(cell)}", remedy=remedy)
        else:
            self.tell(number, "file", "is empty", "the name of a file in the folder")
        return ""

    def _project(self, number: int, cells: Mapping[str, str]) -> str:
        name, register_number = cells.get("project_id", ""), cells.get("register_number", "")
        if name and name not in self.projects.numbers:
            remedy = suggestion(name, self.projects.numbers)
            self.tell(number, "project_id", f"no project is {quoted(name)}", remedy=remedy)
            return ""
        if not register_number:
            return name
        keys = self.projects.numbers_in(register_number)
        found = self.projects.of_number(register_number) or self.projects.of_keys(keys)
        if len(found) != 1:
            what = "several projects have" if found else "no project has"
            remedy = self.projects.like(keys)
            self.tell(number, "register_number", f"{what} {quoted(register_number)}", remedy=remedy)
            return ""
        if name and name != found[0]:
            self.tell(
                number,
                "register_number",
                f"{quoted(register_number)} is of {found[0]}, project_id says {name}",
                "one project",
            )
            return ""
        return found[0]

    def _one_of(
        self, number: int, cells: Mapping[str, str], column: str, allowed: Sequence[str]
    ) -> str:
        value = cells.get(column, "")
        if not value or value in allowed:
            return value
        near = nearest(value, allowed)
        remedy = f"Did you mean {quoted(near)}?" if near else ""
        self.tell(number, column, f"{quoted(value)} is none of these", listed(allowed), remedy)
        return ""

    def _wave(self, number: int, value: str) -> int | None:
        plain = value.removesuffix(".0")  # a number cell of a workbook
        if not plain:
            return None
        if plain.isascii() and plain.isdigit() and 2000 <= int(plain) <= 2100:
            return int(plain)
        self.tell(number, "wave", f"{quoted(value)} is no year", "2000 to 2100")
        return None

    def _received(self, number: int, value: str) -> date | None:
        if not value:
            return None
        found = read_day(value)
        if found is None:
            self.tell(number, "received", f"{quoted(value)} is no day", "2022-04-30 or 30.4.2022")
        return found

"""Tables that an evaluator writes: what the names of a tool mean, and what documents do not say."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from evaltools.evidence.messages import list_values, quote_value, suggest_value
from evaltools.files import read_text
from evaltools.ingest.form_text import read_day
from evaltools.ingest.project_match import Projects
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda.csv_cells import unescape_formula
from evaltools.qda.names import lexicon
from evaltools.qda.spreadsheets import read_grid
from evaltools.yaml_text import check_yaml

LARGEST_COLUMNS = 1_000_000


def read_pairs(path: Path) -> dict[str, str]:
    """What each name is mapped to.

    Arguments:
        path: CSV, XLSX or ODS with a header; the first column has the names of the file to be
            imported, the second the study's; further columns are for people.

    Raises ProblemError with every row that is wrong.
    """
    grid = read_grid(path, None, lexicon()["mappings"])
    problems = []
    if len(grid.header) < 2:
        what = "it has one column"
        remedy = "Put the tool's name in the first column and the study's in the second."
        problems.append(Problem(path.name, what, "two columns", remedy, "import.pairs"))
    pairs: dict[str, str] = {}
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        if len(row) < 2:
            continue
        name, target = unescape_formula(row[0].strip()), unescape_formula(row[1].strip())
        where = f"{path.name}, row {number}"
        if not name or not target:
            problems.append(Problem(where, "a cell is empty", code="import.pairs"))
        elif pairs.setdefault(name, target) != target:
            what = f"{quote_value(name)} is mapped to two things"
            problems.append(Problem(where, what, code="import.pairs"))
    refuse(problems)
    return pairs


def read_columns(path: Path | None, given: Sequence[str]) -> dict[str, str]:
    """Name of a column by field.

    Arguments:
        path: YAML of `field: column`; None where there is none.
        given: `field=column`, which go before the file.

    Raises ProblemError for what is neither.
    """
    columns: dict[str, str] = {}
    if path is not None:
        text = read_text(path, path.name, LARGEST_COLUMNS)
        try:
            check_yaml(text)
            found = yaml.safe_load(text)
        except yaml.YAMLError:
            found = None
        simple = (str, int, float)
        if not isinstance(found, dict) or not all(
            isinstance(key, str) and isinstance(value, simple) for key, value in found.items()
        ):
            what = "it is no list of fields and columns"
            remedy = "Write lines such as 'quote: Text'."
            raise ProblemError([Problem(path.name, what, "", remedy, "import.columns")])
        columns.update({key: str(value) for key, value in found.items()})
    wrong = [one for one in given if "=" not in one]
    refuse(
        Problem("--column", f"{quote_value(one)} is not FIELD=NAME", code="import.columns")
        for one in wrong
    )
    for one in given:
        field, _, name = one.partition("=")
        columns[field.strip()] = name.strip() if field.strip() != "separator" else name
    return columns


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
STATUSES = ("public", "partly_secret", "secret")
LARGEST_MAPPING = 20_000_000


@dataclass(frozen=True)
class MappingRow:
    """A row of the mapping file; what it leaves empty is empty or None."""

    project_id: str = ""
    kind: str = ""
    wave: int | None = None
    received: date | None = None
    language: str = ""
    public_status: str = ""


def read_mapping(
    path: Path,
    files: Sequence[str],
    projects: Projects,
    *,
    kinds: Sequence[str],
    languages: Sequence[str],
) -> dict[str, MappingRow]:
    """Read a mapping file and check all of it.

    Arguments:
        path: a CSV, XLSX or ODS file with the column `file` and any of the others of COLUMNS.
        files: names of the files in the folder, with forward slashes, as they are shown.
        projects: the register.
        kinds, languages: of documents, that the study has.

    Returns what it says by name of file, as in `files`.
    Raises ProblemError with every problem, by row.
    """
    grid = read_grid(path, None, COLUMNS, LARGEST_MAPPING, "mapping")
    whose = path.name
    allowed = {"kind": kinds, "language": languages, "public_status": STATUSES}
    reader = _Reader(whose, _index_files(files), projects, allowed)
    rows: dict[str, MappingRow] = {}
    problems = reader.header(grid.header)
    problems += [
        Problem(f"{whose}, row {number}", f"has {cells} cells", f"{len(grid.header)}")
        for number, cells in grid.ragged
    ]
    refuse(problems)
    for number, cells in zip(grid.numbers, grid.rows, strict=True):
        values = {name: cell.strip() for name, cell in zip(grid.header, cells, strict=True)}
        file, mapped = reader.row(number, {name.casefold(): cell for name, cell in values.items()})
        if file and file in rows:
            reader.add_problem(
                number, "file", f"{quote_value(file)} is in more than one row", "one row a file"
            )
        elif file:
            rows[file] = mapped
    refuse(sorted(reader.problems))
    return rows


def _index_files(files: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Files by path and by bare name, in letters of one case."""
    by_name: dict[str, set[str]] = {}
    for file in files:
        for name in (file, file.rpartition("/")[2]):
            by_name.setdefault(name.casefold(), set()).add(file)
    return {name: tuple(sorted(paths)) for name, paths in by_name.items()}


class _Reader:
    """Reads rows and gathers what is wrong in them."""

    def __init__(
        self,
        whose: str,
        files: Mapping[str, tuple[str, ...]],
        projects: Projects,
        allowed: Mapping[str, Sequence[str]],
    ) -> None:
        self.whose = whose
        self.files = files
        self.projects = projects
        self.allowed = allowed
        self.problems: list[Problem] = []

    def header(self, names: Sequence[str]) -> list[Problem]:
        """What is wrong with the names of the columns."""
        folded = [name.casefold() for name in names]
        where = f"{self.whose}, row 1"
        problems = [
            Problem(
                where,
                f"no column {quote_value(name)} is known",
                list_values(COLUMNS),
                suggest_value(name, COLUMNS),
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

    def add_problem(
        self, row: int, column: str, what: str, allowed: str = "", remedy: str = ""
    ) -> None:
        """Add a problem of a cell."""
        where = f"{self.whose}, row {row:d}, column {column}"
        self.problems.append(Problem(where, what, allowed, remedy, "import.mapping"))

    def row(self, number: int, cells: Mapping[str, str]) -> tuple[str, MappingRow]:
        """The file that a row is about, empty where there is none, and what it says."""
        mapped = MappingRow(
            project_id=self._project(number, cells),
            kind=self._one_of(number, cells, "kind"),
            wave=self._wave(number, cells.get("wave", "")),
            received=self._received(number, cells.get("received", "")),
            language=self._one_of(number, cells, "language"),
            public_status=self._one_of(number, cells, "public_status"),
        )
        return self._file(number, cells["file"]), mapped

    def _file(self, number: int, cell: str) -> str:
        name = unicodedata.normalize("NFC", cell).replace("\\", "/").removeprefix("./")
        files = self.files.get(name.casefold(), ())
        if len(files) == 1:
            return files[0]
        if files:
            what = f"{quote_value(cell)} is the name of {list_values(files)}"
            self.add_problem(number, "file", what, remedy="Give its path from the folder.")
        elif name:
            remedy = suggest_value(name, self.files) or "Put it there, or take the row out."
            self.add_problem(
                number, "file", f"the folder has no file {quote_value(cell)}", remedy=remedy
            )
        else:
            self.add_problem(number, "file", "is empty", "the name of a file in the folder")
        return ""

    def _project(self, number: int, cells: Mapping[str, str]) -> str:
        name, register_number = cells.get("project_id", ""), cells.get("register_number", "")
        if name and name not in self.projects.numbers:
            remedy = suggest_value(name, self.projects.numbers)
            self.add_problem(
                number, "project_id", f"no project is {quote_value(name)}", remedy=remedy
            )
            return ""
        if not register_number:
            return name
        keys = self.projects.numbers_in(register_number)
        projects = self.projects.find_by_number(register_number) or self.projects.find_by_keys(keys)
        if len(projects) != 1:
            what = "several projects have" if projects else "no project has"
            remedy = self.projects.suggest_number(keys)
            self.add_problem(
                number, "register_number", f"{what} {quote_value(register_number)}", remedy=remedy
            )
            return ""
        if name and name != projects[0]:
            self.add_problem(
                number,
                "register_number",
                f"{quote_value(register_number)} is of {projects[0]}, project_id says {name}",
                "one project",
            )
            return ""
        return projects[0]

    def _one_of(self, number: int, cells: Mapping[str, str], column: str) -> str:
        value, allowed = cells.get(column, ""), self.allowed[column]
        if not value or value in allowed:
            return value
        what = f"{quote_value(value)} is none of these"
        self.add_problem(number, column, what, list_values(allowed), suggest_value(value, allowed))
        return ""

    def _wave(self, number: int, value: str) -> int | None:
        plain = value.removesuffix(".0")  # a number cell of a workbook
        if not plain:
            return None
        if plain.isascii() and plain.isdigit() and 2000 <= int(plain) <= 2100:
            return int(plain)
        self.add_problem(number, "wave", f"{quote_value(value)} is no year", "2000 to 2100")
        return None

    def _received(self, number: int, value: str) -> date | None:
        if not value:
            return None
        day = read_day(value)
        if day is None:
            self.add_problem(
                number, "received", f"{quote_value(value)} is no day", "2022-04-30 or 30.4.2022"
            )
        return day

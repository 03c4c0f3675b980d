"""What a document is: its kind, the day it was received, its wave and its language.

The mapping file, a table that an evaluator writes, says what documents do not say themselves.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evaltools.documents.model import DocumentText
from evaltools.ingest.form_text import matches, read_day
from evaltools.ingest.project_match import Projects, number_key
from evaltools.problems import Problem, list_values, quote_value, refuse, suggest_value
from evaltools.qda.spreadsheets import read_grid
from evaltools.study.report_form import DocumentsDeclaration

COLUMNS = (
    *("file", "project_id", "register_number", "kind", "wave", "received", "language"),
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

    Returns what it says by name of file, as in `files`; raises ProblemError with every problem, by
    row.
    """
    grid = read_grid(path, None, COLUMNS, LARGEST_MAPPING, "mapping")
    problems = _wrong_columns(f"{path.name}, row 1", grid.header)
    problems += [
        Problem(f"{path.name}, row {number}", f"has {cells} cells", f"{len(grid.header)}")
        for number, cells in grid.ragged
    ]
    refuse(problems)
    allowed = {"kind": kinds, "language": languages, "public_status": STATUSES}
    names = [name.casefold() for name in grid.header]
    by_name = _index_files(files)
    rows: dict[str, MappingRow] = {}
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        cells = dict(zip(names, map(str.strip, row), strict=True))
        reader = _RowReader(f"{path.name}, row {number:d}", cells, problems)
        mapped = MappingRow(
            project_id=reader.project(projects),
            kind=reader.one_of("kind", allowed),
            wave=reader.wave(),
            received=reader.received(),
            language=reader.one_of("language", allowed),
            public_status=reader.one_of("public_status", allowed),
        )
        file = reader.file(by_name)
        if file and rows.setdefault(file, mapped) is not mapped:
            reader.add("file", f"{quote_value(file)} is in more than one row", "one row a file")
    refuse(sorted(problems))
    return rows


def _wrong_columns(where: str, names: Sequence[str]) -> list[Problem]:
    folded = [name.casefold() for name in names]
    found = [
        (f"no column {quote_value(name)} is known", list_values(COLUMNS),
         suggest_value(name, COLUMNS))
        for name in names
        if name.casefold() not in COLUMNS
    ]  # fmt: skip
    found += [
        (f"the column {name} is there twice", "", "") for name in COLUMNS if folded.count(name) > 1
    ]
    if "file" not in folded:
        remedy = "Give the name of each document's file in it."
        found.append(("the column file is missing", "", remedy))
    return [Problem(where, *one, "import.mapping-column") for one in found]


def _index_files(files: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Files by path and by bare name, in letters of one case."""
    by_name: dict[str, set[str]] = {}
    for file in files:
        for name in (file, file.rpartition("/")[2]):
            by_name.setdefault(name.casefold(), set()).add(file)
    return {name: tuple(sorted(paths)) for name, paths in by_name.items()}


@dataclass(frozen=True)
class _RowReader:
    """Reads the cells of a row, by column, and adds what is wrong with them to the problems."""

    where: str
    cells: Mapping[str, str]
    problems: list[Problem]

    def add(self, column: str, what: str, allowed: str = "", remedy: str = "") -> None:
        where = f"{self.where}, column {column}"
        self.problems.append(Problem(where, what, allowed, remedy, "import.mapping"))

    def file(self, by_name: Mapping[str, tuple[str, ...]]) -> str:
        cell = self.cells["file"]
        name = unicodedata.normalize("NFC", cell).replace("\\", "/").removeprefix("./")
        files = by_name.get(name.casefold(), ())
        if len(files) == 1:
            return files[0]
        if files:
            what = f"{quote_value(cell)} is the name of {list_values(files)}"
            self.add("file", what, remedy="Give its path from the folder.")
        elif name:
            remedy = suggest_value(name, by_name) or "Put it there, or take the row out."
            self.add("file", f"the folder has no file {quote_value(cell)}", remedy=remedy)
        else:
            self.add("file", "is empty", "the name of a file in the folder")
        return ""

    def project(self, projects: Projects) -> str:
        name, number = self.cells.get("project_id", ""), self.cells.get("register_number", "")
        if name and name not in projects.numbers:
            remedy = suggest_value(name, projects.numbers)
            self.add("project_id", f"no project is {quote_value(name)}", remedy=remedy)
            return ""
        if not number:
            return name
        keys = projects.numbers_in(number)
        found = projects.find_by_keys([number_key(number)]) or projects.find_by_keys(keys)
        if len(found) != 1:
            what = "several projects have" if found else "no project has"
            remedy = projects.suggest_number(keys)
            self.add("register_number", f"{what} {quote_value(number)}", remedy=remedy)
            return ""
        if name and name != found[0]:
            what = f"{quote_value(number)} is of {found[0]}, project_id says {name}"
            self.add("register_number", what, "one project")
            return ""
        return found[0]

    def one_of(self, column: str, allowed: Mapping[str, Sequence[str]]) -> str:
        value = self.cells.get(column, "")
        if not value or value in allowed[column]:
            return value
        what, near = f"{quote_value(value)} is none of these", suggest_value(value, allowed[column])
        self.add(column, what, list_values(allowed[column]), near)
        return ""

    def wave(self) -> int | None:
        value = self.cells.get("wave", "")
        plain = value.removesuffix(".0")  # a number cell of a workbook
        if plain.isascii() and plain.isdigit() and 2000 <= int(plain) <= 2100:
            return int(plain)
        if plain:
            self.add("wave", f"{quote_value(value)} is no year", "2000 to 2100")
        return None

    def received(self) -> date | None:
        value = self.cells.get("received", "")
        day = read_day(value) if value else None
        if value and day is None:
            self.add("received", f"{quote_value(value)} is no day", "2022-04-30 or 30.4.2022")
        return day


@dataclass(frozen=True)
class Options:
    """What holds for every document that does not say otherwise.

    Arguments:
        kind, wave, received: None where nothing was given.
        waves: last day of each wave, from which a wave follows where it is not given.
        languages: those that the study's documents may have.
    """

    kind: str | None = None
    wave: int | None = None
    received: date | None = None
    waves: Mapping[int, date] | None = None
    languages: Sequence[str] = ("fi", "sv")


@dataclass(frozen=True)
class DocumentMetadata:
    """What a document is, and what of it was given and not inferred or by default."""

    kind: str
    wave: int
    received: date
    language: str
    public_status: str = ""
    wave_given: bool = False
    received_given: bool = False
    language_given: bool = False


def read_metadata(
    file: str,
    document: DocumentText,
    mapped: MappingRow,
    form: DocumentsDeclaration,
    options: Options,
) -> DocumentMetadata | list[Problem]:
    """What a document is, from its row of the mapping, else its form, else the options.

    Returns all that cannot be determined as problems.
    """
    problems: list[Problem] = []

    def missing(what: str, allowed: str, remedy: str) -> None:
        problems.append(Problem(file, what, allowed, remedy, "import.particulars"))

    kinds = _form_kinds(document, form)
    kind = mapped.kind or (kinds[0] if len(kinds) == 1 else "") or (options.kind or "")
    if len(kinds) > 1 and not mapped.kind:
        kind = ""
        missing(f"its title and form tell different kinds: {list_values(kinds)}", "one kind",
                "Say in the mapping file which it is.")  # fmt: skip
    elif not kind:
        missing("neither its form nor its title tells what kind of document it is",
                list_values(form.kinds),
                "Give --kind, or the column kind of the mapping file.")  # fmt: skip

    before = len(problems)
    received = mapped.received or _received_date(document, form, missing)
    is_dated = received is not None
    received = received or options.received
    if received is None and len(problems) == before:
        missing("its form does not tell when it was received", "a day",
                "Give --received, or the column received of the mapping file.")  # fmt: skip

    wave = mapped.wave or options.wave
    if wave is None and received is not None:
        waves = sorted((options.waves or {}).items(), key=lambda item: (item[1], item[0]))
        wave = next((year for year, last in waves if received <= last), None)
        if wave is None:
            missing(f"received on {received.isoformat()}, after the last day of every wave",
                    list_values(str(year) for year, _ in waves) or "a year",
                    "Give --wave, or the column wave of the mapping file.")  # fmt: skip

    language = mapped.language or document.language
    if language not in options.languages:
        shown = f"looks like {quote_value(language)}" if language else "cannot be told for certain"
        missing(f"the language of its text {shown}", list_values(options.languages),
                "Say in the mapping file which it is.")  # fmt: skip

    if problems or received is None or wave is None:
        return problems
    return DocumentMetadata(
        kind,
        wave,
        received,
        language,
        mapped.public_status,
        wave_given=(mapped.wave or options.wave) is not None,
        received_given=is_dated,
        language_given=bool(mapped.language),
    )


def _form_kinds(document: DocumentText, form: DocumentsDeclaration) -> list[str]:
    """Kinds that the form's own field tells, else its title; more than one where they differ."""
    values = [
        field.value for field in document.fields if matches(field.label, form.fields.kind.all)
    ]
    first = document.headings[:1]
    titles = [first[0].text] if first and first[0].level == 1 else []
    titles.append(document.text.partition("\n")[0])
    for words in (values, titles):
        kinds = [
            kind
            for kind, wordings in form.kinds.items()
            if any(matches(word, wordings.all) for word in words)
        ]
        if kinds:
            return kinds
    return []


def _received_date(
    document: DocumentText,
    form: DocumentsDeclaration,
    report: Callable[[str, str, str], None],
) -> date | None:
    days: set[date] = set()
    for field in document.fields:
        if not matches(field.label, form.fields.received.all) or not field.value.strip():
            continue
        day = read_day(field.value)
        if day is None:
            report(f"{quote_value(field.value)} in its field {quote_value(field.label)} is no day",
                 "30.4.2022 or 2022-04-30", "Give it in the mapping file.")  # fmt: skip
            return None
        days.add(day)
    if len(days) > 1:
        report(f"its form tells more than one day: {list_values(sorted(days))}", "one day",
             "Give it in the mapping file.")  # fmt: skip
        return None
    return next(iter(days), None)

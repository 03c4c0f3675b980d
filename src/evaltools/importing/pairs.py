"""Mappings by hand: a table of two columns, the tool's name and the study's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from evaltools.evidence.grid import Grid
from evaltools.evidence.quoting import quoted
from evaltools.exchange.cells import unguarded
from evaltools.exchange.spreadsheets import read_grid
from evaltools.files import read_text
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.yaml_text import check_yaml

LARGEST_COLUMNS = 1_000_000

_NAMES = frozenset(
    (
        *("name", "from", "tool", "to", "coder", "coder_id", "pseudonym", "code", "code_id"),
        *("document", "document_id", "nimi", "koodi", "koodaaja", "asiakirja"),
        *("namn", "kod", "kodare", "dokument"),
    )
)


def read_pairs(path: Path) -> dict[str, str]:
    """What each name is mapped to.

    Arguments:
        path: CSV, XLSX or ODS with a header; the first column has the names of the file to be
            imported, the second the study's; further columns are for people.

    Raises ProblemError with every row that is wrong.
    """
    grid: Grid = read_grid(path, None, _NAMES)
    problems = []
    if len(grid.header) < 2:
        what = "it has one column"
        remedy = "Put the tool's name in the first column and the study's in the second."
        problems.append(Problem(path.name, what, "two columns", remedy, "import.pairs"))
    pairs: dict[str, str] = {}
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        if len(row) < 2:
            continue
        name, target = unguarded(row[0].strip()), unguarded(row[1].strip())
        where = f"{path.name}, row {number}"
        if not name or not target:
            problems.append(Problem(where, "a cell is empty", code="import.pairs"))
        elif pairs.setdefault(name, target) != target:
            what = f"{quoted(name)} is mapped to two things"
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
            remedy = "Write lines such as 'quote: Teksti'."
            raise ProblemError([Problem(path.name, what, "", remedy, "import.columns")])
        columns.update({key: str(value) for key, value in found.items()})
    wrong = [one for one in given if "=" not in one]
    refuse(
        Problem("--column", f"{quoted(one)} is not FIELD=NAME", code="import.columns")
        for one in wrong
    )
    for one in given:
        field, _, name = one.partition("=")
        columns[field.strip()] = name.strip() if field.strip() != "separator" else name
    return columns

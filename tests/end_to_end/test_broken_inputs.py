"""Broken input of many kinds: told by file, row and column, and the last report untouched."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from places import Place, copy_built

from evaltools.cli import main

pytestmark = pytest.mark.slow

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Kind:
    """One way in which a spreadsheet comes out wrong.

    Arguments:
        table: file below the data folder.
        column, value: what the second row of data is given; or `change` does more than that.
        told: parts that the message must have.
        where: the table that the message is about, if it is another.
    """

    table: str
    told: tuple[str, ...]
    column: str = ""
    value: str = ""
    change: Callable[[Rows], Rows] | None = None
    where: str = ""


def without_column(name: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{k: v for k, v in row.items() if k != name} for row in rows]


def doubled(rows: Rows) -> Rows:
    return [*rows, rows[1]]


def renamed(old: str, new: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{(new if k == old else k): v for k, v in row.items()} for row in rows]


def without_leads(rows: Rows) -> Rows:
    return [{**row, "role": "partner"} if n < 5 else row for n, row in enumerate(rows)]


PROJECTS = "register/projects.csv"
KINDS = {
    "text in a number": Kind(
        PROJECTS, ("row 3, column grant_eur", '"noin 50 000"'), "grant_eur", "noin 50 000"
    ),
    "negative euros": Kind(PROJECTS, ("row 3, column grant_eur", "-5"), "grant_eur", "-5"),
    "day that is none": Kind(
        PROJECTS, ("row 3, column decided", "2021-02-30"), "decided", "2021-02-30"
    ),
    "dates out of order": Kind(PROJECTS, ("row 3", "ended"), "ended", "1999-01-01"),
    "empty where needed": Kind(PROJECTS, ("row 3, column lead_org_id",), "lead_org_id", ""),
    "unknown call": Kind(PROJECTS, ("row 3, column call_id", '"2019-9"'), "call_id", "2019-9"),
    "unknown organisation": Kind(
        PROJECTS, ("row 3, column lead_org_id", '"nobody"'), "lead_org_id", "nobody"
    ),
    "word not in the list": Kind(
        PROJECTS, ("row 3, column origin", '"examples"', "example"), "origin", "examples"
    ),
    "same key twice": Kind(PROJECTS, ("project_id", "row"), change=doubled),
    "column missing": Kind(PROJECTS, ("call_id",), change=without_column("call_id")),
    "column misspelt": Kind(
        PROJECTS, ("grant_eur", "grant_euro"), change=renamed("grant_eur", "grant_euro")
    ),
    "municipality that is none": Kind(
        "register/organisations.csv",
        ("row 3, column municipality_code", '"999"'),
        "municipality_code",
        "999",
    ),
    "code not in the codebook": Kind(
        "coding/codings.csv",
        ("row 3, column code_id", '"challenge.stuff"'),
        "code_id",
        "challenge.stuff",
    ),
    "code that only groups": Kind(
        "coding/codings.csv",
        ("row 3, column code_id", "challenge.internal"),
        "code_id",
        "challenge.internal",
    ),
    "coder unknown": Kind("coding/codings.csv", ("row 3, column coder_id", '"x"'), "coder_id", "x"),
    "polarity unknown": Kind(
        "coding/codings.csv", ("row 3, column polarity", '"yes"'), "polarity", "yes"
    ),
    "passage unknown": Kind(
        "coding/codings.csv", ("row 3, column segment_id", '"none"'), "segment_id", "none"
    ),
    "quote not in the text": Kind(
        "coding/segments.csv", ("row 3", "quote"), "quote", "Tätä ei ole raportissa."
    ),
    "rating off its scale": Kind("coding/ratings.csv", ("row 3, column value", "9"), "value", "9"),
    "result without measure": Kind(
        "coding/goals.csv", ("row 3", "measured_by"), "measured_by", "guessed"
    ),
    "hash of another text": Kind(
        "reports/documents.csv", ("row 3", "sha256"), "text_sha256", "0" * 64
    ),
    "path out of the folder": Kind(
        "reports/documents.csv", ("row 3, column text_file",), "text_file", "../../evaluation.yml"
    ),
    "project that no one leads": Kind(
        "register/participations.csv",
        ("column lead_org_id", "no lead"),
        change=without_leads,
        where=PROJECTS,
    ),
}


@pytest.fixture(scope="module")
def spoilt(built: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the built study whose inputs tests spoil, one after the other."""
    return copy_built(built, tmp_path_factory.mktemp("spoilt") / "study")


@pytest.fixture
def own(spoilt: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The copy, in which a test stands; its inputs are afterwards what they were."""
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    monkeypatch.chdir(spoilt.root)
    inputs = {
        path: path.read_bytes()
        for part in ("data", "notebooks") for path in (spoilt.root / part).rglob("*")
        if path.suffix in (".csv", ".json", ".ipynb")
    }  # fmt: skip
    yield spoilt
    for path, content in inputs.items():
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


@pytest.mark.parametrize("name", KINDS)
def test_it_is_told_where_and_the_last_report_stays(own: Place, name: str) -> None:
    kind = KINDS[name]
    rewrite(own, kind.table, kind.change or put(kind.column, kind.value))
    lines = refused(own)
    telling = [
        line for line in lines if line.startswith(f"data/{kind.where or kind.table}")
        and all(part in line for part in kind.told)
    ]  # fmt: skip
    assert telling, "\n".join(lines)


def test_a_descriptor_that_is_no_json_is_told_with_its_line(own: Place) -> None:
    path = own.root / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace("[", "[,", 1), encoding="utf-8")
    assert any("datapackage.json" in line and "line" in line for line in refused(own))


def test_a_table_that_is_missing_is_told(own: Place) -> None:
    (own.root / "data" / PROJECTS).unlink()
    assert any(line.startswith(f"data/{PROJECTS}") for line in refused(own))


def test_faults_of_several_tables_are_told_at_once(own: Place) -> None:
    places = {
        PROJECTS: ("origin", "examples"),
        "coding/codings.csv": ("polarity", "affirms"),
        "register/calls.csv": ("joint_only", "perhaps"),
    }
    for table, (column, value) in places.items():
        rewrite(own, table, put(column, value))
    lines = refused(own)
    for table, (column, _) in places.items():
        where = f"data/{table}, row 3, column {column}"
        assert any(line.startswith(where) for line in lines), table


def test_a_notebook_that_is_no_notebook_is_told(own: Place) -> None:
    (own.root / "notebooks" / "05_networks.ipynb").write_text("{}", encoding="utf-8")
    assert any(line.startswith("notebooks/05_networks.ipynb") for line in refused(own))


def test_a_descriptor_path_out_of_the_folder_is_refused(own: Place) -> None:
    path = own.root / "data" / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["resources"][0]["path"] = "../../../etc/passwd"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert any("datapackage.json" in line for line in refused(own))


def put(column: str, value: str) -> Callable[[Rows], Rows]:
    """A change of one cell, in the second row of data."""
    return lambda rows: [{**row, column: value} if n == 1 else row for n, row in enumerate(rows)]


def rewrite(own: Place, table: str, change: Callable[[Rows], Rows]) -> None:
    """Change a table of the study; a change that changes nothing is a fault of the test."""
    path = own.root / "data" / table
    rows: Rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    changed = change(rows)
    assert changed != rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(changed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(changed)


def refused(own: Place) -> list[str]:
    """What the build says when it refuses; the report that was there must not have changed."""
    before = own.bytes_of()
    done = CliRunner().invoke(main, ["build", "--engine", "embedded"])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1, done.stdout
    assert own.bytes_of() == before
    assert done.stderr.splitlines()[-1].endswith("nothing was changed.")
    return done.stderr.splitlines()

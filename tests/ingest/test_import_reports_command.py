"""`evaltools import reports` with the real readers, from an inbox to the study's data."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evaltools.cli import main
from evaltools.cli.import_reports import reports as command
from evaltools.study import STUDY_VARIABLE

ROOT = Path(__file__).parents[2]
TABLES = ("reports/documents.csv", "reports/sections.csv")


@pytest.fixture
def emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example study as it was before any report came in."""
    study = tmp_path / "study"
    shutil.copytree(ROOT / "notebooks", study / "notebooks")
    shutil.copy(ROOT / "evaluation.yml", study)
    for name in ("register", "reference"):
        shutil.copytree(ROOT / "data" / name, study / "data" / name)
    shutil.copy(ROOT / "data" / "datapackage.json", study / "data")
    (study / "data" / "reports").mkdir()
    for table in TABLES:
        header = (ROOT / "data" / table).read_bytes().partition(b"\n")[0]
        (study / "data" / table).write_bytes(header + b"\n")
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv(STUDY_VARIABLE, str(study))
    monkeypatch.chdir(tmp_path)
    return study


def documents() -> list[dict[str, str]]:
    text = (ROOT / "data" / TABLES[0]).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def receive(rows: list[dict[str, str]]) -> None:
    """Put reports in the inbox under names that tell nothing, and write what they do not say."""
    with Path("mapping.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "received", "public_status"])
        for number, row in enumerate(rows):
            name = f"saapunut {len(rows) - number:03d}{Path(row['file']).suffix}"
            shutil.copy(ROOT / "data" / row["file"], Path("inbox") / name)
            writer.writerow([name, row["received"], row["public_status"]])


def bring(*arguments: str) -> Result:
    assert command is not None
    return CliRunner().invoke(main, ["import", "reports", "inbox", *arguments])


def a_few() -> list[dict[str, str]]:
    """Of each language and format one, and one more."""
    kinds: dict[tuple[str, str], dict[str, str]] = {}
    for row in documents():
        kinds.setdefault((row["language"], Path(row["file"]).suffix), row)
    return [*kinds.values(), documents()[-1]]


def same_as_the_example(study: Path, rows: list[dict[str, str]]) -> None:
    names = {row["document_id"] for row in rows}
    for table in TABLES:
        header, *lines = (ROOT / "data" / table).read_bytes().splitlines(keepends=True)
        wanted = [line for line in lines if line.split(b",")[0].decode() in names]
        assert (study / "data" / table).read_bytes() == header + b"".join(wanted)
    for row in rows:
        for path in (row["text_file"], row["file"]):
            assert (study / "data" / path).read_bytes() == (ROOT / "data" / path).read_bytes()


def test_reports_come_in_by_their_register_number_as_the_example_has_them(emptied: Path) -> None:
    rows = a_few()
    receive(rows)
    done = bring("--mapping", "mapping.csv")
    assert done.exit_code == 0, done.output
    assert f"register number {len(rows)}" in done.output
    same_as_the_example(emptied, rows)
    again = bring("--mapping", "mapping.csv")
    assert again.exit_code == 0
    assert "nothing was changed" in again.output


def test_all_reports_of_the_example_take_two_processors_twenty_seconds(emptied: Path) -> None:
    rows = documents()
    receive(rows)
    before = sum(os.times()[:4])
    done = bring("--mapping", "mapping.csv")
    took = sum(os.times()[:4]) - before
    assert done.exit_code == 0, done.output
    same_as_the_example(emptied, rows)
    assert took < 2 * 20


def test_hostile_files_are_named_and_skipped_and_the_rest_is_imported(emptied: Path) -> None:
    row = a_few()[0]
    receive([row])
    whole = (ROOT / "data" / row["file"]).read_bytes()
    inbox = Path("inbox")
    (inbox / "cut.docx").write_bytes(next(
        (ROOT / "data" / other["file"]).read_bytes()[:9000]
        for other in documents() if other["file"].endswith(".docx")
    ))  # fmt: skip
    (inbox / "empty.pdf").write_bytes(b"")
    (inbox / "program.pdf").write_bytes(b"\x7fELF" + bytes(2000))
    (inbox / "script.docx").write_text("<script>alert(1)</script>")
    (inbox / "~$report.docx").write_bytes(whole)
    done = bring("--mapping", "mapping.csv")
    assert done.exit_code == 1
    for name in ("cut.docx", "empty.pdf", "program.pdf", "script.docx"):
        assert f"skipped: {name}: " in done.output
    assert "~$report.docx: passed over" in done.output
    assert "Traceback" not in done.output
    same_as_the_example(emptied, [row])


def test_a_dry_run_writes_nothing(emptied: Path) -> None:
    receive(a_few()[:1])
    before = sorted(emptied.rglob("*"))
    done = bring("--mapping", "mapping.csv", "--dry-run")
    assert done.exit_code == 0
    assert "nothing was written" in done.output
    assert sorted(emptied.rglob("*")) == before


def test_reports_go_to_another_data_folder_where_that_is_wanted(emptied: Path) -> None:
    shutil.copytree(emptied / "data", "elsewhere")
    row = a_few()[0]
    receive([row])
    assert bring("--mapping", "mapping.csv", "--to", "elsewhere").exit_code == 0
    assert (Path("elsewhere") / row["text_file"]).is_file()
    assert not (emptied / "data" / row["text_file"]).exists()


def test_a_wrong_mapping_file_stops_before_anything_is_read(emptied: Path) -> None:
    Path("mapping.csv").write_text("file,project\nx.docx,1\n")
    done = bring("--mapping", "mapping.csv")
    assert done.exit_code == 1
    assert 'no column "project" is known' in done.output
    assert "project_id" in done.output
    assert "nothing was changed" in done.output


def test_help_tells_the_exit_status_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from evaltools.cli import import_reports, main; "
        "main(standalone_mode=False); print(sorted(sys.modules))"
    )
    arguments = [sys.executable, "-c", code, "import", "reports", "--help"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "Exit status: 0 when every document was taken" in done.stdout
    for module in ("pandas", "pydantic", "lxml", "rich", "evaltools.ingest", "subprocess"):
        assert f"'{module}'" not in done.stdout

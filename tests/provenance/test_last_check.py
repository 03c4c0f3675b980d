"""A command with nothing to do says so without reading files, and never after any edit."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaltools.cli import main
from evaltools.provenance import last_check
from evaltools.provenance.last_check import Check
from evaltools.report import build
from evaltools.report.engines import Engine


def same_bytes_count(place: Path) -> None:
    """Another content of the same length, with the time of change that the file had."""
    file = place / "data" / "a.csv"
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"1", b"2"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def exchange(place: Path) -> None:
    """A file of the same length and time in the place of another."""
    file = place / "data" / "a.csv"
    other = file.with_name("new")
    other.write_bytes(file.read_bytes().replace(b"1", b"3"))
    shutil.copystat(file, other)
    other.replace(file)


def swap(place: Path) -> None:
    one, two, between = (place / "data" / name for name in ("a.csv", "b.csv", "c"))
    one.rename(between)
    two.rename(one)
    between.rename(two)


def relink(place: Path) -> None:
    link = place / "link"
    link.unlink()
    link.symlink_to("data/b.csv")


EDITS: dict[str, Callable[[Path], object]] = {
    "another content, all else alike": same_bytes_count,
    "another file, all else alike": exchange,
    "two files change their names": swap,
    "a link leads elsewhere": relink,
    "what a link leads to": lambda place: (place / "elsewhere").write_text("y"),
    "a file more": lambda place: (place / "data" / "sub" / "new.csv").write_text(""),
    "a file less": lambda place: (place / "data" / "b.csv").unlink(),
    "a hidden file more": lambda place: (place / "data" / ".import").mkdir(),
    "a folder more": lambda place: (place / "data" / "more").mkdir(),
    "a file that was asked for in vain": lambda place: (place / "uv.lock").write_text(""),
    "a folder gone": lambda place: shutil.rmtree(place / "data"),
    "rights": lambda place: (place / "data" / "a.csv").chmod(0o600),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(last_check, "GRANULARITY", 20_000_000)
    (tmp_path / "reports" / "_build").mkdir(parents=True)
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "a.csv").write_text("x,1\n")
    (tmp_path / "data" / "b.csv").write_text("x,9\n")
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / "link").symlink_to("elsewhere")
    time.sleep(0.06)
    return tmp_path


def check_of(place: Path, **asked: object) -> Check:
    return Check(place / "reports" / "_build", {"command": "build", **asked})


def note(place: Path, while_checking: Callable[[], object] = bool, **asked: object) -> None:
    with check_of(place, **asked).watch() as watched:
        while_checking()
        watched.roots = [str(place / name) for name in ("data", "link", "uv.lock")]
        watched.told = ["up to date"]


def test_what_did_not_change_is_told_again(place: Path) -> None:
    assert check_of(place).recall() is None
    note(place)
    assert check_of(place).recall() == ["up to date"]
    (place / "data" / "a.csv").read_bytes()
    assert check_of(place).recall() == ["up to date"]


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_noticed(place: Path, edit: str) -> None:
    note(place)
    EDITS[edit](place)
    assert check_of(place).recall() is None


def test_a_folder_that_was_copied_with_its_notes_is_checked_anew(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    note(place)
    copy = tmp_path_factory.mktemp("elsewhere") / "copy"
    shutil.copytree(place, copy, symlinks=True)
    assert check_of(place).recall() == ["up to date"]
    assert check_of(copy).recall() is None


def make_file(place: Path, name: str) -> None:
    with check_of(place).watch() as watched:
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text("made")
        watched.roots, watched.made = [str(place / "data")], [str(place / "made")]
        watched.told = ["made"]


def test_what_a_command_made_may_be_young_and_what_it_read_may_not(place: Path) -> None:
    make_file(place, "made/report")
    assert check_of(place).recall() == ["made"]
    time.sleep(0.03)  # longer than the times of a file system are apart
    (place / "made" / "report").write_text("edam")
    assert check_of(place).recall() is None
    make_file(place, "data/new")
    assert check_of(place).recall() is None


def test_an_edit_while_it_was_looked_leaves_no_note(place: Path) -> None:
    """What was read may be from before it, and its times may be those of the note."""
    note(place, lambda: same_bytes_count(place))
    assert check_of(place).recall() is None
    time.sleep(0.06)
    note(place)
    assert check_of(place).recall() == ["up to date"]


def test_a_file_as_young_as_the_clock_can_tell_leaves_no_note(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's racy case: changed before the check, and perhaps again at the same time of the disk."""
    (place / "reports" / "_build" / "checks").mkdir()
    monkeypatch.setattr(last_check, "TICK", 10**12)  # longer than a busy machine takes to get there
    (place / "data" / "a.csv").write_text("x,2\n")
    note(place)
    assert check_of(place).recall() is None


@pytest.mark.parametrize(("changed", "older"), [(10**18, False), (10**18 + 1, True)])
def test_what_was_just_edited_is_noted_where_the_disk_tells_times_apart(
    changed: int, older: bool
) -> None:
    """A second before the check: of a whole second the disk may tell no other times."""
    assert last_check._is_older(changed, 10**18 + 10**9) is older


def test_the_first_command_of_a_study_leaves_a_note(place: Path) -> None:
    build = place / "reports" / "_build"
    build.rmdir()
    with check_of(place).watch() as watched:
        watched.roots, watched.told = [str(place / "reports")], ["made"]
    assert check_of(place).recall() == ["made"]
    (place / "reports" / "new.qmd").write_text("")
    assert check_of(place).recall() is None


def test_what_was_out_of_date_leaves_no_note(place: Path) -> None:
    with check_of(place).watch() as watched:
        watched.roots = [str(place / "data")]
    assert check_of(place).recall() is None


def test_another_request_or_environment_is_another_check(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(place)
    assert check_of(place, given=["region=06"]).recall() is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert check_of(place).recall() is None
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert check_of(place).recall() == ["up to date"]
    monkeypatch.setattr(sys, "path", [*sys.path, str(place)])
    assert check_of(place).recall() is None


def test_a_program_put_on_the_path_is_noticed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = place / "bin"
    programs.mkdir()
    time.sleep(0.06)
    monkeypatch.setenv("PATH", str(programs))
    note(place)
    assert check_of(place).recall() == ["up to date"]
    (programs / "quarto").write_text("")
    assert check_of(place).recall() is None


@pytest.mark.parametrize(("program", "notes"), [(None, 1), (Path("quarto"), 0)])
def test_where_quarto_renders_no_note_is_left(
    place: Path, monkeypatch: pytest.MonkeyPatch, program: Path | None, notes: int
) -> None:
    """An upgrade in place changes what lies behind Quarto's name, where nobody looks."""
    engine = Engine("quarto" if program else "embedded", "1", program)
    report = build.Report(place, (place / "report.html",), place, engine, made=False)
    monkeypatch.setattr(build, "build_report", lambda *given, **named: report)
    monkeypatch.setattr(build, "files_behind", lambda study: [str(place / "data")])
    monkeypatch.setattr("evaltools.cli.build.choose_parameters", lambda *given: (None, None))
    monkeypatch.setattr(
        "evaltools.cli.build.command_check", lambda *given, **asked: check_of(place)
    )
    done = CliRunner().invoke(main, ["build"])
    assert done.exit_code == 0, done.output
    assert len(list((place / "reports" / "_build" / "checks").glob("*.json"))) == notes


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"asked": 1}'])
def test_a_damaged_note_is_none(place: Path, damage: str) -> None:
    note(place)
    (path,) = (place / "reports" / "_build" / "checks").glob("*.json")
    path.write_text(damage)
    assert check_of(place).recall() is None


def test_telling_so_loads_nothing_heavy_and_takes_a_quarter_second(place: Path) -> None:
    """Where nothing was noted, the command looks; the study's declaration is not even read here."""
    (place / "evaluation.yml").write_text("nonsense: [")
    code = (
        "import os, sys; os.chdir(sys.argv[1])\n"
        "from evaltools.cli.options import command_check\n"
        "from evaltools.provenance import last_check\n"
        "last_check.GRANULARITY = 0\n"
        "asked = dict(given=[], scenario=None, engine='auto', languages=False)\n"
        "with command_check('build', **asked).watch() as watched:\n"
        "    watched.roots, watched.told = [os.path.abspath('data')], [['report.html']]\n"
    )
    subprocess.run([sys.executable, "-c", code, str(place)], check=True)
    told = (
        "import os, sys, time; os.chdir(sys.argv[1])\n"
        "from evaltools.cli import main\n"
        "main(['build'], standalone_mode=False)\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'yaml', 'papermill', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), time.process_time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, str(place)], check=True, capture_output=True, text=True
    )
    first, _, rest = done.stdout.partition("\n")
    loaded, seconds = rest.splitlines()[-1].rsplit(" ", 1)
    assert (first[:13], loaded) == ("Nothing to do", "[]")
    assert "report.html" in rest
    assert float(seconds) < 0.25

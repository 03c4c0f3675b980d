"""Whatever is wrong with a file: one line that says which file and what to do, in every command."""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from permissions import permissions_hold

from evaltools.cli import main
from evaltools.files import (
    check_new_folder,
    check_room,
    file_problem,
    name_folder_in_errors,
    problems_from_error,
    read_file,
    replace_file,
    walk_folder,
)
from evaltools.ingest.document_metadata import read_mapping
from evaltools.ingest.identification import read_pairs
from evaltools.ingest.project_match import Projects
from evaltools.pipeline.run import RunStore
from evaltools.problems import ProblemError
from evaltools.report.build import ReportStore

Told = Callable[..., list[str]]


def denied(path: Path) -> None:
    path.chmod(0)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def not_utf8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\xff" + path.read_bytes())


SPOILS = (denied, folder, pipe, device, nowhere, circle)
COMMANDS = {
    "evaluation.yml": (("check",), ("lint",), ("parameters",), ("run",), ("build",), ("render",),
                       ("explain", "x"), ("compare", "a", "b"), ("export", "codebook", "x.qdc"),
                       ("code", "coder-1")),
    "data/datapackage.json": (("check",), ("build",), ("export", "coding", "to")),
    "data/codes.csv": (("check",), ("build",), ("publish", "--to", "bundle")),
    "notebooks/01_one.ipynb": (("run",), ("build",), ("stage", "--to", "staged")),
    "reports/fi/report.qmd": (("build",), ("stage", "--to", "staged"), ("publish", "--to", "b")),
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("name", COMMANDS)
def test_the_file_is_named_with_what_to_do(
    study: Path, told: Told, name: str, spoil: Callable[[Path], None]
) -> None:
    spoil(study / name)
    for command in COMMANDS[name]:
        lines = told(*command)
        if name == "data/codes.csv" and len(lines) > 1:  # tables that refer to it
            lines = [line for line in lines if line.startswith(name)]
        if command[0] in ("export", "code") and name != "evaluation.yml":
            continue  # these name the table and send people to `check`
        if (name, spoil, *command) == ("notebooks/01_one.ipynb", spoil, "run"):
            assert "01_one.ipynb" in lines[0]
        (line,) = lines
        assert name in line, (command, line)
        assert line.count(". ") >= 1 or "does not exist" in line, line


@pytest.mark.parametrize("name", COMMANDS)
def test_text_in_another_encoding_is_told(study: Path, told: Told, name: str) -> None:
    not_utf8(study / name)
    command = "lint" if name.endswith(".qmd") else "build" if name.endswith(".ipynb") else "check"
    assert name in told(command)[0] if command != "lint" else True
    if command == "lint":
        shown = CliRunner().invoke(main, ["lint"])
        assert "not UTF-8" in shown.output


NESTED = {
    "lists": "[" * 20_000,
    "mappings": "{a: " * 20_000,
    "blocks": "- " * 20_000 + "x",
    "keys": "? " * 20_000 + "x",
    "bomb": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "twice": "title: a\ntitle: b\n",
    "tag": '!!python/object/apply:os.system ["false"]\n',
    "control": "a: \x00\n",
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("name", ["evaluation.yml", "reports/findings.yml", "reports/waivers.yml"])
def test_hostile_yaml_is_one_line(study: Path, told: Told, name: str, text: str) -> None:
    (study / name).write_text(text, encoding="utf-8")
    if name == "evaluation.yml":
        (line,) = told("check")
    else:
        shown = CliRunner().invoke(main, ["lint"])
        assert isinstance(shown.exception, SystemExit)
        assert shown.exit_code == 1
        (line,) = shown.output.splitlines()
    assert line.startswith(name)


def test_json_nested_without_end_is_one_line(study: Path, told: Told) -> None:
    for name in ("data/datapackage.json", "notebooks/01_one.ipynb"):
        kept = (study / name).read_bytes()
        (study / name).write_text("[" * 100_000, encoding="utf-8")
        (line,) = told("build")
        assert name in line
        (study / name).write_bytes(kept)


def test_a_build_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "closed").mkdir(mode=0o555)
    for place, code in (("file", "file.no-folder"), ("closed", "file.denied")):
        build = tmp_path / place / "_build" if place == "closed" else tmp_path / place
        for make in (ReportStore(build).open_new, lambda: RunStore(build).open_new("0" * 64, bool)):  # noqa: B023
            with permissions_hold(), pytest.raises(OSError) as caught, make():  # noqa: PT011
                pass
            (problem,) = problems_from_error(caught.value)
            assert (problem.where, problem.code) == (str(tmp_path / place), code)


@pytest.mark.parametrize("command", ["publish", "stage"])
@pytest.mark.parametrize(
    ("place", "code"),
    [("full", "folder"), ("file", "folder"), ("file/x", "file.no-folder"), ("closed/x/y",
     "file.denied"), ("n" * 300, "file.name"), ("study/data/x", "folder"), ("loop/x",
     "file.no-folder"), ("/dev/null/x", "file.no-folder"), ("/proc/nowhere/x", "file.denied")],
)  # fmt: skip
def test_a_target_is_looked_at_before_anything_is_built(
    study: Path, told: Told, command: str, place: str, code: str
) -> None:
    (study.parent / "full").mkdir()
    (study.parent / "full" / "x").touch()
    (study.parent / "file").touch()
    (study.parent / "closed").mkdir(mode=0o555)
    (study.parent / "loop").symlink_to("loop")
    (line,) = told(command, "--to", str(study.parent / place))
    assert line.endswith(f"[{code if '.' in code else f'{command}.{code}'}]"), line
    assert not (study / "reports" / "_build").exists()


def test_reports_are_not_imported_from_a_device(example: Path, told: Told) -> None:
    (line,) = told("import", "reports", "/dev/zero", "--received", "2022-03-01")
    assert line.startswith("/dev/zero: is no folder")


def test_a_mapping_is_read_up_to_a_limit(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for place in (Path("/dev/zero"), tmp_path / "pipe.csv"):
        with pytest.raises(ProblemError, match="is a pipe, socket or device"):
            read_mapping(place, (), Projects({}, ()), kinds=(), languages=())
        with pytest.raises(ProblemError, match="is a pipe, socket or device"):
            read_pairs(place)


def test_codings_are_not_imported_from_pipes_devices_or_without_a_limit(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.csv")
    Path("closed.csv").touch(mode=0)
    with Path("huge.csv").open("wb") as file:
        file.truncate(20 * 10**9)
    for path in ("/dev/zero", "pipe.csv", "huge.csv", "closed.csv"):
        (line,) = told("import", "coding", path, "--to", "to")
        assert line.startswith(Path(path).name), line


def test_verify_explain_and_compare_say_what_they_may_not_read(study: Path, told: Told) -> None:
    bundle = study.parent / "bundle"
    bundle.mkdir()
    (bundle / "manifest-sha256.txt").touch()
    bundle.chmod(0)
    for command in (("verify",), ("explain", "x", "--run"), ("compare", str(bundle))):
        (line,) = told(*command, str(bundle))
        assert line.endswith("[file.denied]")
    bundle.chmod(0o755)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes: the system says so while it is written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_is_told_with_the_folder(tmp_path: Path, small_disk: None) -> None:
    with pytest.raises(OSError) as caught, name_folder_in_errors(tmp_path):  # noqa: PT011
        (tmp_path / "a").write_bytes(b"x" * 100)
    (problem,) = problems_from_error(caught.value)
    assert (problem.where, problem.code) == (str(tmp_path), "file.large")


def test_no_space_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught, name_folder_in_errors(tmp_path):  # noqa: PT011
        Path("/dev/full").write_bytes(b"x")
    (problem,) = problems_from_error(caught.value)
    assert problem.code == "file.full"
    assert "Make room" in problem.remedy


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EROFS, "read-only"), (errno.ENOSPC, "full"), (errno.EDQUOT, "full"),
     (errno.EACCES, "denied"), (errno.EPERM, "denied"), (errno.EIO, "device"),
     (errno.EMFILE, "too-many"), (errno.ENAMETOOLONG, "name"), (errno.ETXTBSY, "busy"),
     (errno.EPROTO, "other")],
)  # fmt: skip
def test_every_error_of_the_system_becomes_a_line(
    study: Path, told: Told, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number), "data/register/projects.csv")

    monkeypatch.setattr("evaltools.pipeline.study_checks.check_study", fail)
    (line,) = told("check")
    assert line.startswith("data/")
    assert line.endswith(f"[file.{code}]")


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="no plain file"):
            replace_file(place, b"x")
    assert (tmp_path / "pipe").is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_file(tmp_path / "a", most=5) == b"12345"
    with pytest.raises(ProblemError, match="too large"):
        read_file(tmp_path / "a", most=4)


def test_a_closed_folder_among_the_inputs_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir(mode=0)
    with permissions_hold(), pytest.raises(PermissionError):
        list(walk_folder(tmp_path))


def test_a_new_folder_may_be_made_with_those_above_it(tmp_path: Path) -> None:
    assert check_new_folder(tmp_path / "a" / "b" / "c", "", "x") == []
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_copied_is_a_line_a_file(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    for name in ("a", "b"):
        os.mkfifo(tmp_path / "from" / name)
    with pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path / "from", tmp_path / "to")
    found = problems_from_error(caught.value)
    assert {Path(problem.where).name for problem in found} == {"a", "b"}


def test_what_is_wrong_with_the_machine_is_told_once(
    study: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ProblemError([file_problem("memory", f"data/{name}.csv") for name in "abc"])

    monkeypatch.setattr("evaltools.pipeline.study_checks.check_study", fail)
    (line,) = told("check")
    assert "needs more memory" in line


def test_a_disk_that_is_as_good_as_full_is_told_like_one_that_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_room(tmp_path)
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(OSError, match="No space") as caught:
        check_room(tmp_path)
    (problem,) = problems_from_error(caught.value)
    assert (problem.where, problem.code) == (str(tmp_path), "file.full")

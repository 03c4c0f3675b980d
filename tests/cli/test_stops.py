"""A command that is stopped: one line, a status that says by what, and nothing half-done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaltools.cli import main
from evaltools.cli.main import STOPPED

PROGRAM = Path(sys.executable).with_name("evaltools")
FUND = Path(__file__).parents[1] / "studies" / "research_fund"


@pytest.fixture(autouse=True)
def as_from_a_terminal() -> object:
    """Signals come through also where the tests themselves were started in the background."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("becomes", [KeyboardInterrupt, ImportError, OSError, None])
def test_a_signal_is_told_in_one_line_whatever_became_of_it(
    study: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    becomes: type[BaseException] | None,
) -> None:
    def stopped(*_: object) -> list[object]:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            if becomes is not None:
                raise becomes("a module that was being imported") from None
        return []

    monkeypatch.setattr("evaltools.pipeline.study_checks.check_study", stopped)
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 128 + number
    assert result.output.splitlines()[-1] == STOPPED
    assert signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL)


def processor_seconds(pid: int) -> float:
    """What a process has used so far; more than anything once it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("inf")
    ticks = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return float("inf") if fields[0] == "Z" else ticks


def living_in(folder: Path) -> list[str]:
    """Processes whose working folder is a folder or below it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study of another programme with its report. Only to be read."""
    root = tmp_path_factory.mktemp("fund") / "study"
    shutil.copytree(FUND, root, ignore=shutil.ignore_patterns("_build"))
    (root / "uv.lock").write_text("version = 1\n")
    subprocess.run([PROGRAM, "build", "--engine", "embedded"], cwd=root, check=True,
                   capture_output=True)  # fmt: skip
    return root


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_a_build_that_is_stopped_anywhere_leaves_nothing_and_the_next_gives_the_same_bytes(
    built: Path, tmp_path: Path
) -> None:
    root = tmp_path / "study"
    shutil.copytree(built, root, symlinks=True)
    build = root / "reports" / "_build"
    (build / "default").unlink()
    shutil.rmtree(build / "renders")
    shutil.rmtree(build / "runs")
    chance = random.Random(11)
    command = [PROGRAM, "build", "--engine", "embedded"]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(command, cwd=root, start_new_session=True, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        # By the work that was done and not by the clock, so that a busy machine changes nothing.
        moment = chance.uniform(0.15, 3.0)
        while processor_seconds(process.pid) < moment:
            time.sleep(0.002)
        process.send_signal(number)
        said, told = process.communicate(timeout=120)
        assert process.returncode in (128 + number, -number, 0), told
        assert "Traceback" not in said + told
        if process.returncode == 128 + number:
            assert told.splitlines()[-1] == STOPPED
        assert living_in(root) == []
        assert [str(path) for path in build.rglob("*.building-*")] == []
        assert not (build / "default").exists() or process.returncode == 0
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    assert files_of(build / "default") == files_of(built / "reports" / "_build" / "default")


@pytest.mark.slow
def test_files_of_earlier_builds_that_are_cut_off_or_altered_change_no_byte(
    built: Path, tmp_path: Path
) -> None:
    root = tmp_path / "study"
    shutil.copytree(built, root, symlinks=True)
    build = root / "reports" / "_build"
    chance = random.Random(5)
    for pattern in ("parts/*.json", "checks/*.json", "runs/*/figures/*.svg", "renders/*/*.pdf"):
        found = sorted(build.glob(pattern))
        assert found or pattern.startswith("checks")
        for place, path in enumerate(found):
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2] if place % 2 else chance.randbytes(500))
    subprocess.run([PROGRAM, "build", "--engine", "embedded"], cwd=root, check=True,
                   capture_output=True)  # fmt: skip
    assert files_of(build / "default") == files_of(built / "reports" / "_build" / "default")
    figures = [{path.name: path.read_bytes() for path in (each / "reports/_build/runs").glob(
        "*/figures/*")} for each in (built, root)]  # fmt: skip
    assert figures[0] == figures[1]

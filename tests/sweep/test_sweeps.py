"""Sweeps of another programme's study: numbers of builds, whole or taken up again, wherever they
are computed."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaltools.cli.main import main
from evaltools.pipeline import run
from evaltools.problems import ProblemError
from evaltools.study import Study, load_study
from evaltools.sweep import run as module
from evaltools.sweep.run import Settings, Sweep, run_locally, sweep
from evaltools.sweep.scenario_grid import make_grid, name_scenarios, read_list, varying

FUND = Path(__file__).parents[1] / "studies" / "research_fund"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    root = tmp_path_factory.mktemp("sweep") / "fund"
    shutil.copytree(FUND, root, ignore=shutil.ignore_patterns("_build"))
    (root / "uv.lock").write_text("version = 1\n")
    return load_study(root)


def make(study: Study, folder: Path, *settings: object, over: str = "theme") -> tuple[Sweep, list]:
    said: list[str] = []
    scenarios = make_grid(study, over.split(","), {})
    return sweep(study, scenarios, folder, Settings(*settings), said.append), said


@pytest.fixture(scope="module")
def made(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return make(study, tmp_path_factory.mktemp("made"), 2)[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_grid_is_every_choice_with_every_other(study: Study) -> None:
    scenarios = make_grid(study, ["theme", "calls"], {})
    choices = study.declaration.parameters
    expected = len(choices["theme"].choices) * len(choices["calls"].choices)
    assert len({one.name for one in scenarios}) == len(scenarios) == expected
    assert varying(scenarios) == ("calls", "theme")
    fixed = make_grid(study, ["calls"], {"theme": "water"})
    assert {one.values["theme"] for one in fixed} == {"water"}


def test_what_cannot_be_gone_through_is_told(study: Study) -> None:
    with pytest.raises(ProblemError, match="Did you mean theme") as error:
        make_grid(study, ["teme", "calls"], {"calls": "2016"})
    assert [one.code for one in error.value.problems] == ["sweep.over"] * 2
    with pytest.raises(ProblemError, match="names no parameter"):
        make_grid(study, [], {})
    with pytest.raises(ProblemError, match="--over theme: is named twice"):
        make_grid(study, ["theme", "theme"], {})


def test_a_list_is_checked_as_values_of_the_command_line_are(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("- {theme: land}\n- {}\n- {theme: land}\n- {theme: Nowhere}\n- {tem: 1}\n- 3\n")
    with pytest.raises(ProblemError) as error:
        read_list(study, path, {})
    places = [one.where for one in error.value.problems]
    assert [re.search(r"scenario (\d)", place)[1] for place in places] == ["4", "5", "6"]
    path.write_text("- {theme: land}\n- {}\n- {theme: land}\n")
    assert [one.name for one in read_list(study, path, {})] == ["theme-land", "default"]
    path.write_text("theme: land\n")
    with pytest.raises(ProblemError, match="is no list"):
        read_list(study, path, {})


def test_two_scenarios_never_share_a_name(study: Study) -> None:
    class Same:
        def __init__(self, number: int) -> None:
            self.number = number

        def slug(self) -> str:
            return "same"

        def as_values(self) -> dict[str, int]:
            return {"number": self.number}

        def __eq__(self, other: object) -> bool:
            return self.as_values() == other.as_values()

        __hash__ = None

    names = [one.name for one in name_scenarios([Same(1), Same(2), Same(1)])]
    assert len(names) == len(set(names)) == 2


def test_numbers_are_those_of_a_build_byte_for_byte(study: Study, made: Sweep) -> None:
    (one,) = [one for one in made.of("done") if one.name == "theme-water"]
    built = run(study, one.parameters)
    computed = made.folder / "scenarios" / f"{one.name}.csv"
    assert (built.folder / "indicators.csv").read_bytes() == computed.read_bytes()


def test_the_long_table_holds_every_scenario(made: Sweep) -> None:
    with (made.folder / "indicators.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for one in made.of("done"):
        with (made.folder / "scenarios" / f"{one.name}.csv").open(newline="") as file:
            own = list(csv.DictReader(file))
        found = [row for row in rows if row["scenario"] == one.name]
        assert [{name: row[name] for name in own[0]} for row in found] == own
        assert {row["parameter_theme"] for row in found} == {one.values["theme"]}


def test_a_sweep_is_taken_up_where_it_was(
    study: Study, made: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made.folder, tmp_path / "again")
    checked: list[Path] = []
    check = module.check_data
    monkeypatch.setattr(
        module, "check_data", lambda data, declared: checked.append(data) or check(data, declared)
    )
    make(study, tmp_path / "again", 1)
    assert checked == []  # all of it was computed from these data, which were checked then
    scenarios = tmp_path / "again" / "scenarios"
    (scenarios / "default.json").unlink()
    (scenarios / "theme-water.csv").write_text("another content\n")
    (tmp_path / "again" / "index.html").unlink()
    _, said = make(study, tmp_path / "again", 1)
    assert said[0].startswith(f"{len(made.scenarios) - 2} of {len(made.scenarios)} ")
    assert checked == [study.data]
    assert contents(tmp_path / "again") == contents(made.folder)


@pytest.mark.slow
def test_an_interrupted_sweep_says_what_to_do_and_goes_on(
    study: Study, made: Sweep, tmp_path: Path
) -> None:
    folder = tmp_path / "stopped"
    program = str(Path(sys.executable).with_name("evaltools"))
    command = [program, "sweep", "--over", "theme", "--to", str(folder), "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=study.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and not list(folder.glob("scenarios/*.json")):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    told = process.communicate()[0]
    assert process.returncode == 130
    assert told.splitlines()[-1].startswith("Stopped. What was complete is kept")
    assert "Traceback" not in told
    assert not (folder / "index.html").exists()
    again = subprocess.run(command, cwd=study.root, capture_output=True, text=True, check=True)
    assert "scenarios are there already" in again.stdout.splitlines()[0]
    assert contents(folder) == contents(made.folder)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
def test_workers_end_with_the_process_that_started_them() -> None:
    mark = f"EVALTOOLS_MARK={uuid.uuid4()}"

    def marked() -> list[str]:
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_text())
        return found

    code = "import time; from evaltools.sweep.run import run_locally as r; "
    code += "[*r([(str(i), time.sleep, (600,)) for i in range(2)], 2, print)]"
    name, _, value = mark.partition("=")
    process = subprocess.Popen(
        [sys.executable, "-c", f"if __name__ == '__main__':\n {code}"],
        env=os.environ | {name: value}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while sum("spawn_main" in one for one in marked()) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)  # they have begun to wait
    process.kill()
    process.wait()
    while marked() and time.monotonic() < deadline + 60:
        time.sleep(0.05)
    assert marked() == []


def test_one_worker_or_two_give_the_same_bytes(study: Study, made: Sweep, tmp_path: Path) -> None:
    make(study, tmp_path / "one", 1)
    assert contents(tmp_path / "one") == contents(made.folder)


def test_what_leaves_nothing_to_read_is_told_and_the_rest_computed(
    study: Study, tmp_path: Path
) -> None:
    scenarios = make_grid(study, ["calls", "theme"], {})
    found = sweep(study, scenarios, tmp_path / "all", Settings(2, judge=False), lambda _: None)
    empty, done = found.of("nothing_to_read"), found.of("done")
    assert empty
    assert done
    assert not found.of("failed")
    summary = json.loads((tmp_path / "all" / "sweep.json").read_text())["scenarios"]
    told = {one["name"]: one["problems"] for one in summary if one["outcome"] != "done"}
    assert set(told) == {one.name for one in empty}
    assert all("scope." in " ".join(problems) for problems in told.values())


def _die_once(path: str, text: str) -> dict[str, str]:
    if text == "b" and not Path(path).exists():
        Path(path).write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    if text == "c" and path.endswith("always"):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"text": text}


@pytest.mark.parametrize("name", ["once", "always"])
def test_a_worker_that_dies_loses_nothing_but_what_kills_it(tmp_path: Path, name: str) -> None:
    tasks = [(text, _die_once, (str(tmp_path / name), text)) for text in "abcd"]
    results = dict(run_locally(tasks, 1, lambda what: {"text": what}))
    assert set(results) == set("abcd")
    expected = {text: {"text": text} for text in "abd"}
    if name == "once":
        assert results == {**expected, "c": {"text": "c"}}
    else:
        assert "died" in results["c"]["text"]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A real scheduler and two workers on loopback: its address, and the workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    plain = ["--no-dashboard", "--host", "127.0.0.1"]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *plain, "--port", "0"]
    started = [subprocess.Popen([*command, "--scheduler-file", str(file)])]
    try:
        while not (file.is_file() and file.read_text().strip().endswith("}")):
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, *plain]
        for _ in range(2):
            options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / "w")]
            started.append(subprocess.Popen([*worker, *options]))
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_on_dask_results_are_the_same_though_a_worker_is_killed(
    study: Study,
    made: Sweep,
    tmp_path: Path,
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, workers = cluster
    killed: list[int] = []
    original = module.replace_file

    def kill_at_the_first_result(path: Path, data: bytes) -> None:
        if not killed:
            workers[0].kill()
            killed.append(workers[0].pid)
        original(path, data)

    monkeypatch.setattr(module, "replace_file", kill_at_the_first_result)
    sweep(study, make_grid(study, ["theme"], {}), tmp_path / "dask", Settings(1, address), print)
    assert killed
    assert workers[0].wait() != 0
    assert contents(tmp_path / "dask") == contents(made.folder)


def test_a_scheduler_that_is_not_there_is_told(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    connect = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda address, timeout: connect(address, timeout=1))
    with pytest.raises(ProblemError, match="no scheduler answers"):
        make(study, tmp_path / "none", 1, "tcp://127.0.0.1:9")


def test_a_folder_of_something_else_is_left_alone(study: Study, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ProblemError, match="something else"):
        make(study, tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_command_says_what_to_go_through(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study.root)
    for options in ([], ["--over", "theme", "--list", "x.yml"]):
        result = CliRunner().invoke(main, ["sweep", *options])
        assert result.exit_code == 1
        assert "--over or --list" in result.output
    result = CliRunner().invoke(main, ["sweep", "--over", "theme", "--reports", "theme-fire"])
    assert (result.exit_code, "theme-fire" in result.output) == (1, True)


@pytest.mark.slow
def test_whole_reports_are_rendered_of_those_asked_for(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(study.root)
    options = ["--over", "theme", "--indicators-only", "--to", str(tmp_path / "some")]
    result = CliRunner().invoke(main, ["sweep", *options, "--reports", "theme-water"])
    assert result.exit_code == 0, result.output
    reports = sorted((tmp_path / "some" / "reports").iterdir())
    assert [path.name for path in reports] == ["theme-water.html"]
    page = (tmp_path / "some" / "index.html").read_text()
    assert page.count('href="reports/') == page.count('href="reports/theme-water.html"') == 1
    assert 'id="findings"' not in page


def test_a_sweep_refuses_what_check_refuses_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "fund"
    shutil.copytree(FUND, root, ignore=shutil.ignore_patterns("_build"))
    (root / "uv.lock").write_text("version = 1\n")
    projects = root / "data" / "projects.csv"
    text = projects.read_text(encoding="utf-8")
    projects.write_text(text.replace(",R2021,", ",R1901,", 1), encoding="utf-8")
    with pytest.raises(ProblemError) as error:
        make(load_study(root), tmp_path / "swept")
    monkeypatch.chdir(root)
    checked = CliRunner().invoke(main, ["check"])
    assert checked.exit_code == 1
    told = [str(each) for each in error.value.problems]
    assert any("projects.csv" in each and "R1901" in each for each in told)
    assert all(each in checked.output for each in told)
    assert not (tmp_path / "swept").exists()

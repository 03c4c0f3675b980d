from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Command, Context
from click.testing import CliRunner

from evaltools.cli import format_problems, main
from evaltools.cli.main import CommandGroup
from evaltools.problems import Problem

ROOT = Path(__file__).parent.parent
PROGRAM = Path(sys.executable).with_name("evaltools")


def test_help_answers_in_under_200_milliseconds() -> None:
    seconds = []
    for _ in range(5):
        before = os.times()
        subprocess.run([PROGRAM, "--help"], check=True, capture_output=True)
        after = os.times()
        # Of processor time, which is what it takes on a machine that does nothing else.
        seconds.append(
            after.children_user + after.children_system
            - before.children_user - before.children_system
        )  # fmt: skip
    assert min(seconds) < 0.2


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from evaltools.cli import main; main(['--help'], standalone_mode=False);"
        "print(sorted({'pandas', 'papermill', 'pydantic', 'matplotlib', 'yaml', 'rich'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", ["options", "build", "check"])
def test_commands_that_may_have_nothing_to_do_start_without_pandas(module: str) -> None:
    code = f"import sys, evaltools.cli.{module}; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def groups(command: Command) -> Iterator[CommandGroup]:
    if isinstance(command, CommandGroup):
        for name in command.modules:
            found = command.get_command(Context(command), name)
            assert found is not None, name
            yield from groups(found)
        yield command


def test_help_lists_commands_as_they_describe_themselves() -> None:
    for group in groups(main):
        for name, (_, sentence) in group.modules.items():
            described = " ".join((group.commands[name].help or "").split("\n\n")[0].split())
            assert described == sentence
        assert set(group.modules) == set(group.commands)


def test_every_wrong_parameter_is_told_before_anything_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "build", "-p", "regoin=06", "-p", "wave=2024", "-p", "calls", "-p", "wave=2023"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith("-p calls: has no value")
    assert lines[1].startswith("-p wave=2023: wave is given twice")
    assert any("Did you mean region?" in line for line in lines)
    assert lines[-1].endswith("problems; nothing was changed.")
    assert "Traceback" not in done.stderr


def test_outside_a_study_it_says_where_to_go(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "EVALTOOLS_STUDY"}
    done = subprocess.run(
        [PROGRAM, "check"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no evaluation.yml here or above" in done.stderr


def test_the_study_is_checked_in_words() -> None:
    done = subprocess.run([PROGRAM, "check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "tables are valid, example data." in done.stdout


def test_parameters_are_listed_with_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = CliRunner().invoke(main, ["parameters"])
    assert shown.exit_code == 0
    assert "second-wave-strict" in shown.output


def test_a_column_that_is_wrong_throughout_is_told_by_its_first_rows_and_a_count() -> None:
    problems = [
        Problem(f"data/a.csv, row {row}, column b", f"'{row}' is no date", code="data.type")
        for row in range(2, 102)
    ]
    other = Problem("data/a.csv, row 3, column c", "is empty", code="data.required")
    lines = format_problems([*problems, other])
    assert lines[0].startswith("data/a.csv, row 2, column b: '2' is no date")
    assert lines[20] == "data/a.csv, column b: 80 more of this kind"
    assert lines[21].startswith("data/a.csv, row 3, column c: is empty")
    assert len(lines) == 22


def test_the_lab_is_not_in_the_run_environment_and_the_command_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    shown = CliRunner().invoke(main, ["lab"])
    assert shown.exit_code == 1
    assert "make lab" in shown.output


def test_nothing_is_built_from_data_that_an_import_left_half_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("notebooks", "reports", "evaluation.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "data" / ".import").mkdir(parents=True)
    (tmp_path / "data" / ".import" / "moves.json").write_text("{}", encoding="utf-8")
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    monkeypatch.chdir(tmp_path)
    for command in ("check", "build", "run"):
        shown = CliRunner().invoke(main, [command])
        assert shown.exit_code == 1
        assert "[import.interrupted]" in shown.output, command

"""An import of codings that is killed: the study is valid, and the next import completes it."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

from data_desk import Desk
from killing import killed_before
from study_desk import bring

from evaltools.evidence import check_data
from evaltools.ingest.file_transaction import STAGE, clear_interrupted, is_interrupted, transaction
from evaltools.ingest.identification import key_path


def test_killed_at_any_step_the_study_is_valid_and_the_next_import_completes_it(
    study: Desk, project: Path, tmp_path: Path
) -> None:
    whole = Desk(tmp_path / "whole" / "data", tmp_path)
    shutil.copytree(study.data, whole.data)
    bring(whole, project)
    key_path(project).unlink()
    step = 0
    while True:
        one = Desk(tmp_path / f"killed-{step}" / "data", tmp_path)
        shutil.copytree(study.data, one.data)
        killed = killed_before(partial(bring, one, project), step, Path.replace)
        assert check_data(one.data) == [], step
        if is_interrupted(one.data):
            with transaction(one.data):
                pass  # carries out what was decided
        bring(one, project)
        state = {place: data for place, data in one.state().items() if not place.startswith(STAGE)}
        assert state == whole.state()
        key_path(project).unlink(missing_ok=True)
        if not killed:
            break
        step += 1
    assert step >= 6


def killed_while_it_tries(desk: Desk, project: Path) -> None:
    """An import that is killed while the study is checked with what it would add."""
    assert killed_before(partial(bring, desk, project), 0, Path.unlink)
    assert list((desk.data / STAGE).glob("trial-*"))


def test_what_a_killed_import_leaves_is_ignored_by_git_and_by_checks(
    study: Desk, project: Path
) -> None:
    root = study.data.parent
    before = {path.name for path in root.iterdir()}
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    killed_while_it_tries(study, project)
    seen = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=root, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert [line for line in seen.splitlines() if line.startswith("??")] == []
    assert {path.name for path in root.iterdir()} == before | {".git"}
    assert check_data(study.data) == []


def test_the_next_command_removes_what_a_killed_import_left(study: Desk, project: Path) -> None:
    killed_while_it_tries(study, project)
    assert clear_interrupted(study.data)
    assert not (study.data / STAGE).exists()
    assert not clear_interrupted(study.data)


def test_an_import_at_work_is_not_robbed(study: Desk) -> None:
    with transaction(study.data) as stage:
        kept = stage.keep(b"waits")
        assert not clear_interrupted(study.data)
        assert kept.read_bytes() == b"waits"


def test_moves_that_were_decided_are_not_removed(study: Desk) -> None:
    (study.data / STAGE).mkdir()
    (study.data / STAGE / "moves.json").write_text('{"moves": [], "removed": []}')
    assert not clear_interrupted(study.data)
    assert (study.data / STAGE / "moves.json").is_file()

"""An import of codings that is killed: the study is valid, and the next import completes it."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from data_desk import Desk
from killing import killed_before
from study_desk import bring

from evaltools.evidence import check_data
from evaltools.importing.coders import key_place
from evaltools.importing.shelf import STAGE, finish_interrupted


def test_killed_at_any_step_the_study_is_valid_and_the_next_import_completes_it(
    study: Desk, project: Path, tmp_path: Path
) -> None:
    whole = Desk(tmp_path / "whole" / "data", tmp_path)
    shutil.copytree(study.data, whole.data)
    bring(whole, project)
    key_place(project).unlink()
    step = 0
    while True:
        one = Desk(tmp_path / f"killed-{step}" / "data", tmp_path)
        shutil.copytree(study.data, one.data)
        killed = killed_before(partial(bring, one, project), step, Path.replace)
        assert check_data(one.data) == [], step
        finish_interrupted(one.data)
        bring(one, project)
        state = {place: data for place, data in one.state().items() if not place.startswith(STAGE)}
        assert state == whole.state()
        key_place(project).unlink(missing_ok=True)
        if not killed:
            break
        step += 1
    assert step >= 6

"""An import that is killed: the old state, or the new one at the next import, never a mixture."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_desk import Desk, final, wrong_in
from killing import killed_before

from evaltools.ingest.file_transaction import STAGE, is_interrupted, transaction
from evaltools.problems import ProblemError


def readable(desk: Desk) -> dict[str, bytes]:
    return {path: data for path, data in desk.state().items() if not path.startswith(STAGE)}


def killed_everywhere(desk: Desk, folder: Path) -> Iterator[tuple[Desk, dict[str, bytes]]]:
    """The data folder as an import leaves it that is killed before each of its steps.

    With each comes the state that a whole import has.
    """
    whole = Desk(folder / "whole", desk.inbox)
    shutil.copytree(desk.data, whole.data)
    whole.bring()
    after = readable(whole)
    for step in range(200):
        one = Desk(folder / f"killed-{step}", desk.inbox)
        shutil.copytree(desk.data, one.data)
        if not killed_before(one.bring, step, Path.replace, Path.unlink, os.fsync):
            assert readable(one) == after
            assert step > 12
            return
        yield one, after
    raise AssertionError("the import never came to its end")


def test_killed_at_any_step_the_data_are_valid_and_the_next_import_completes_them(
    desk: Desk, tmp_path: Path
) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    desk.bring()
    before = readable(desk)
    desk.receive(b__docx=final("VN/2/2020"), c__pdf=final("VN/3/2020"))
    seen = set()
    states: list[dict[str, bytes]] = []
    for one, after in killed_everywhere(desk, tmp_path):
        seen.add(is_interrupted(one.data))
        if not is_interrupted(one.data):
            assert readable(one) in (before, after)
        elif readable(one) not in states:
            states.append(readable(one))
            assert wrong_in(one.data) == []
        one.bring()
        assert readable(one) == after
        assert not (one.data / STAGE).exists()
    assert seen == {True, False}


def test_a_new_version_is_there_with_its_passages_or_known_to_be_interrupted(
    desk: Desk, tmp_path: Path
) -> None:
    desk.receive(a__docx=final("VN/1/2020", goals="Jonot olivat pitkät."))
    desk.bring()
    text = (desk.data / "reports/text/p-1-final.txt").read_text(encoding="utf-8")
    quote = "Jonot olivat pitkät."
    start = text.index(quote)
    desk.add(
        "coding/segments.csv",
        {
            "segment_id": "s", "document_id": "p-1-final", "start": str(start),
            "end": str(start + len(quote)), "quote": quote,
        },
    )  # fmt: skip
    before = readable(desk)
    refused: list[str] = []
    desk.receive(a__docx=final("VN/1/2020", goals="Uutta alkuun. Jonot olivat pitkät."))
    for one, after in killed_everywhere(desk, tmp_path):
        if not is_interrupted(one.data):
            assert readable(one) in (before, after)
        changed = {path for path, data in readable(one).items() if before.get(path) != data}
        moving = {"reports/text/p-1-final.txt", "coding/segments.csv"} & changed
        if len(moving) == 1 and not refused:
            refused = wrong_in(one.data)
            assert refused != []
        one.bring()
        assert readable(one) == after
    assert refused != []


def test_a_list_of_moves_is_carried_out_once_and_leads_nowhere_else(desk: Desk) -> None:
    with transaction(desk.data) as stage:
        stage.put("reports/text/x.txt", b"x\n")
        stage.commit()
    assert (desk.data / "reports/text/x.txt").read_bytes() == b"x\n"
    assert not is_interrupted(desk.data)
    (desk.data / STAGE).mkdir()
    (desk.data / STAGE / "moves.json").write_text('{"moves": [["000001", "../x"]], "removed": []}')
    with pytest.raises(ProblemError, match="leads out"), transaction(desk.data):
        pass


def test_a_dry_run_does_not_start_over_an_interrupted_import(desk: Desk) -> None:
    (desk.data / STAGE).mkdir()
    (desk.data / STAGE / "moves.json").write_text('{"moves": [], "removed": []}')
    with pytest.raises(ProblemError, match="interrupted"):
        desk.bring(dry=True)
    assert desk.bring().complete
    assert not (desk.data / STAGE).exists()


def test_two_imports_do_not_write_at_once(desk: Desk) -> None:
    with transaction(desk.data), pytest.raises(ProblemError, match="another import"):
        desk.bring()
    assert desk.bring().complete


def test_a_file_that_changes_while_it_is_read_is_not_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data_desk import read_stand_in

    from evaltools.ingest import reports

    def meddling(paths: tuple[Path, ...]) -> object:
        for path, found in read_stand_in(paths):
            path.write_text("something else")
            yield path, found

    monkeypatch.setattr(reports, "read_documents", meddling)
    desk.receive(a__docx=final("VN/1/2020"))
    assert [problem.code for problem in desk.bring().skipped] == ["import.changed"]
    assert desk.rows("reports/documents.csv") == []

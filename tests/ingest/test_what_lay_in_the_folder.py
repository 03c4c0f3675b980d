"""Everything that lay in a folder is in the log, and the numbers of an import add up."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from data_desk import Desk, final

from evaltools.ingest import folder_scan as scanning
from evaltools.ingest.folder_scan import scan_folder
from evaltools.ingest.summary import ReportsImported, final_sentence, summarise
from evaltools.problems import ProblemError


def numbers(outcome: ReportsImported) -> dict[str, int]:
    """The numbers at the beginning of the lines of the summary."""
    return {what.strip(): int(told.split()[0].rstrip(":")) for what, told in summarise(outcome)[:8]
            if told[0].isdigit()}  # fmt: skip


def log(desk: Desk) -> dict[str, str]:
    return {row["file"]: row["skipped"] for row in desk.rows("reports/import.csv")}


def add_up(outcome: ReportsImported, there: int) -> None:
    found = numbers(outcome)
    assert found.get("in the folder", found["files"]) == there
    assert found["files"] + found.get("passed over", 0) == there
    assert found["taken"] + found.get("there twice", 0) + found["skipped"] == found["files"]


@pytest.fixture
def odd(desk: Desk, tmp_path: Path) -> Desk:
    """An inbox with nothing but what is no document: a link, a pipe, a socket, empty folders."""
    (tmp_path / "outside.docx").write_text("x")
    (desk.inbox / "link.docx").symlink_to(tmp_path / "outside.docx")
    (desk.inbox / "circle").symlink_to("circle")
    os.mkfifo(desk.inbox / "pipe.docx")
    here = Path.cwd()
    os.chdir(desk.inbox)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.docx")
    os.chdir(here)
    (desk.inbox / "empty").mkdir()
    (desk.inbox / "outer" / "inner").mkdir(parents=True)
    return desk


PASSED = {
    "circle": "a link to another folder or to nothing",
    "empty": "a folder with nothing in it",
    "link.docx": "a link that leads out of the folder",
    "outer/inner": "a folder with nothing in it",
    "pipe.docx": "no regular file",
    "socket.docx": "no regular file",
}


def test_what_is_no_document_is_named_in_the_log_and_counted(odd: Desk) -> None:
    outcome = odd.bring()
    assert log(odd) == {name: f"passed over: {why}" for name, why in PASSED.items()}
    add_up(outcome, 6)
    assert final_sentence(outcome).startswith("There is no document in the folder.")
    again = odd.bring()
    assert not again.changed
    assert "there already" not in final_sentence(again)


def test_taken_twice_skipped_and_passed_over_are_all_that_was_there(odd: Desk) -> None:
    odd.receive(a__docx=final("VN/1/2020"), b__docx=final("VN/1/2020"), c__docx="!broken")
    outcome = odd.bring()
    add_up(outcome, 9)
    assert set(log(odd)) == {*PASSED, "a.docx", "b.docx", "c.docx"}
    assert final_sentence(odd.bring()) == "Nothing was changed."


def test_only_what_is_all_there_is_said_to_be(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    desk.bring()
    assert final_sentence(desk.bring()) == "All of it was there already; nothing was changed."


def test_a_folder_that_cannot_be_opened_is_skipped_by_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    (desk.inbox / "closed").mkdir()
    real = os.scandir

    def scandir(path: object) -> object:
        if isinstance(path, Path) and path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(scanning.os, "scandir", scandir)
    outcome = desk.bring()
    assert [(item.where, item.code) for item in outcome.skipped] == [
        ("closed", "import.unreadable")
    ]
    add_up(outcome, 2)
    assert "closed" in log(desk)


@pytest.mark.parametrize("name", ["/dev/null", "a-file"])
def test_what_is_no_folder_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("x")
    with pytest.raises(ProblemError) as refused:
        scan_folder(tmp_path / name)
    assert [problem.code for problem in refused.value.problems] == ["import.folder"]

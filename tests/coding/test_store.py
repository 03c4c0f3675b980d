from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.coding.events import (
    AddCode,
    Event,
    MarkRead,
    Passage,
    Relate,
    RemoveCode,
    Undo,
    Unrelate,
    replay,
    write_line,
)
from evaltools.coding.journal import (
    WriteConflict,
    make_coding_set,
    open_journal,
    read_journal,
    write_coder,
)
from evaltools.problems import ProblemError
from evaltools.qda.coding_tables import read_tables
from evaltools.qda.model import Coder

CODER = Coder("coder-1", "Lukija A")
DIGEST = "0" * 64


def code(
    name: str, start: int = 0, code_id: str = "goal.data", polarity: str = "affirm"
) -> AddCode:
    passage = Passage(start=start, end=start + 3, quote="abc")
    return AddCode(
        id=name, document_id="d", passage=passage, code_id=code_id, polarity=polarity,
        text_sha256=DIGEST, day=date(2026, 1, 2), kind=code_id.split(".")[0],
    )  # fmt: skip


PLACES = st.integers(0, 2).map(lambda n: (n, n + 3))
CODES = st.sampled_from(["response.help", "challenge.staff", "goal.data"])


@st.composite
def journals(draw: st.DrawFn) -> list[Event]:
    """Acts as coders do them: coding, uncoding, reading, tying, and taking any of it back."""
    acts: list[Event] = []
    for number in range(draw(st.integers(0, 14))):
        base = {"id": f"act-{number:04}", "document_id": draw(st.sampled_from(["d", "e"]))}
        earlier = [act.id for act in acts if act.document_id == base["document_id"]]
        which = draw(st.sampled_from("ccurtnz" if earlier else "ccurtn"))
        place = draw(PLACES)
        if which == "c":
            item = code(
                base["id"], place[0], draw(CODES), draw(st.sampled_from(["affirm", "deny"]))
            )
            acts.append(item.model_copy(update={"document_id": base["document_id"]}))
        elif which == "u":
            acts.append(RemoveCode(**base, place=place, code_id=draw(CODES)))
        elif which == "r":
            acts.append(MarkRead(**base, complete=draw(st.booleans())))
        elif which == "z":
            acts.append(Undo(**base, of=draw(st.sampled_from(earlier))))
        else:
            kind = Relate if which == "t" else Unrelate
            acts.append(kind(**base, source=place, target=draw(PLACES)))
    return acts


@given(journals(), st.data())
def test_undoing_an_act_and_undoing_that_leaves_what_there_was(
    acts: list[Event], data: st.DataObject
) -> None:
    if not acts:
        return
    act = data.draw(st.sampled_from(acts))
    undone = [*acts, Undo(id="undo-0001", document_id=act.document_id, of=act.id)]
    again = [*undone, Undo(id="undo-0002", document_id=act.document_id, of="undo-0001")]
    assert replay(again) == replay(acts)
    last = acts[-1]
    back = [*acts, Undo(id="undo-0003", document_id=last.document_id, of=last.id)]
    assert replay(back) == replay(acts[:-1])


@given(journals(), st.randoms(use_true_random=False))
def test_acts_sent_again_change_nothing(acts: list[Event], chance: random.Random) -> None:
    twice = list(acts)
    for act in acts:
        if chance.random() < 0.5:
            twice.append(act)
    assert make_coding_set({1: twice}, CODER) == make_coding_set({1: acts}, CODER)


@given(journals())
def test_tables_follow_from_the_lines_of_the_journal_alone(acts: list[Event]) -> None:
    from evaltools.coding.events import parse_line

    again = [parse_line(write_line(act)) for act in acts]
    made = make_coding_set({1: acts}, CODER)
    assert make_coding_set({1: again}, CODER) == made
    names = {segment.segment_id for segment in made.segments}
    assert {one.segment_id for one in made.codings} == names
    kinds: dict[str, set[str]] = {}
    for one in made.codings:
        kinds.setdefault(one.segment_id, set()).add(one.code_id.split(".")[0])
    for tie in made.relations:
        assert "response" in kinds[tie.from_segment_id]
        assert "challenge" in kinds[tie.to_segment_id]
    read = {row.document_id for row in made.readings}
    assert {segment.document_id for segment in made.segments} <= read


def test_tables_are_written_beside_the_journal_and_read_back(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, 1)
    for act in (
        code("act-0001"), code("act-0002", 1, "response.help"), code("act-0003", 5, "challenge.x"),
        Relate(id="act-0004", document_id="d", source=(1, 4), target=(5, 8)),
        MarkRead(id="act-0005", document_id="d", complete=True, codebook_version="1.1"),
    ):  # fmt: skip
        journal.record(act)
    made = write_coder(tmp_path, CODER)
    assert read_tables(tmp_path) == made
    assert next(one.coding_id for one in made.codings) == "d-0-3-goal.data-coder-1-1"
    assert (tmp_path / "readings.csv").read_text().splitlines()[1] == "d,coder-1,1,true,1.1"
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.csv")}
    write_coder(tmp_path, CODER)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.csv")} == before
    journal.close()


def test_the_same_act_twice_is_one_and_another_under_its_name_is_refused(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, 1)
    assert journal.record(code("act-0001"))
    assert not journal.record(code("act-0001"))
    with pytest.raises(WriteConflict):
        journal.record(code("act-0001", start=7))
    assert len(journal.path.read_bytes().splitlines()) == 1
    journal.close()


@pytest.mark.parametrize("torn", [b'{"id":"act-0002","act":"co', b"\0" * 40, b'{"id": 1}'])
def test_a_torn_last_line_is_set_aside_and_the_rest_is_kept(tmp_path: Path, torn: bytes) -> None:
    journal = open_journal(tmp_path, 1)
    journal.record(code("act-0001"))
    journal.close()
    with journal.path.open("ab") as file:
        file.write(torn)
    again = open_journal(tmp_path, 1)
    assert [act.id for act in again.events] == ["act-0001"]
    assert again.set_aside is not None
    assert again.set_aside.read_bytes() == torn
    again.record(code("act-0002"))
    again.close()
    assert [act.id for act in read_journal(journal.path)] == ["act-0001", "act-0002"]


def test_a_whole_act_without_its_lines_end_is_kept(tmp_path: Path) -> None:
    (tmp_path / "round-1.jsonl").write_bytes(write_line(code("act-0001")))
    journal = open_journal(tmp_path, 1)
    assert [act.id for act in journal.events] == ["act-0001"]
    assert journal.set_aside is None
    journal.record(code("act-0002"))
    journal.close()
    assert len(read_journal(journal.path)) == 2


def test_a_spoilt_line_in_the_middle_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "round-1.jsonl"
    data = write_line(code("act-0001")) + b"\nnonsense\n" + write_line(code("act-0002")) + b"\n"
    path.write_bytes(data)
    with pytest.raises(ProblemError, match=r"round-1\.jsonl:2"):
        open_journal(tmp_path, 1)
    assert path.read_bytes() == data
    with pytest.raises(ProblemError):  # and the lock was let go
        open_journal(tmp_path, 1)


def test_a_disk_that_is_full_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = open_journal(tmp_path, 1)
    journal.record(code("act-0001"))
    real = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) > 20:
            return real(file, data[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        journal.record(code("act-0002"))
    monkeypatch.setattr(os, "write", real)
    journal.record(code("act-0003"))
    journal.close()
    assert [act.id for act in read_journal(journal.path)] == ["act-0001", "act-0003"]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from datetime import date
from evaltools.coding.events import AddCode, Passage
from evaltools.coding.journal import open_journal
journal = open_journal(Path(sys.argv[1]), 1)
print("locked" if journal.locked_by else "open", flush=True)
number = len(journal.events)
while not journal.locked_by:
    number += 1
    journal.record(AddCode(id=f"act-{number:06}", document_id="d", code_id="goal.data",
        passage=Passage(start=number, end=number + 1, quote="ä" * 400), text_sha256="0" * 64,
        day=date(2026, 1, 2)))
    print(f"act-{number:06}", flush=True)
sys.stdin.read()
"""


def writer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(Path(__file__).parent)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    chance = random.Random(3)
    acknowledged: set[str] = set()
    for _ in range(4):
        process = writer(tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.02, 0.2))
        os.kill(process.pid, signal.SIGKILL)
        told = process.stdout.read().split("\n")
        process.wait()
        acknowledged |= set(told[:-1])  # what stands after the last line's end was cut
        kept = {act.id for act in read_journal(tmp_path / "round-1.jsonl")}
        assert acknowledged <= kept
    assert len(acknowledged) > 20
    for line in (tmp_path / "round-1.jsonl").read_bytes().splitlines():
        json.loads(line)


def test_a_second_panel_reads_until_the_first_has_ended(tmp_path: Path) -> None:
    process = writer(tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    second = open_journal(tmp_path, 1)
    assert second.locked_by == "other"
    with pytest.raises(PermissionError):
        second.record(code("act-9999"))
    process.kill()
    process.wait()
    third = open_journal(tmp_path, 1)
    assert not third.locked_by
    fourth = open_journal(tmp_path, 1)  # the cell was run again in the same kernel
    assert third.locked_by == "newer"
    assert not fourth.locked_by
    with pytest.raises(PermissionError):
        third.record(code("act-9999"))
    fourth.close()

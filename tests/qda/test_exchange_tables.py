"""A coding set written as tables is read back as it was, and nothing else is ever overwritten."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.problems import ProblemError
from evaltools.qda.coding_tables import COLUMNS, read_tables, table_files, write_tables
from evaltools.qda.model import (
    Case,
    Code,
    Coder,
    Coding,
    CodingSet,
    Document,
    DroppedItem,
    ReadDocument,
    Relation,
    Segment,
    coding_id,
    rename,
)
from evaltools.qda.spreadsheets import read_cells, write_cells

TEXT = '=1+1 Förseningar 👩🏽‍💻 i projektet.\n- työ, jatkuu "hyvin"\n'


def example() -> CodingSet:
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    return CodingSet(
        origin="Test 1.0",
        documents=(
            Document("d1", "Raportti å.docx", TEXT, digest, "aa", {"register": "VN/1/2019"}),
            Document("../../etc/passwd", "hostile", "x\n", "", "", {}),
            Document("D1", "differs by case only", "y\n"),
            Document("d3", "no text", None),
        ),
        codes=(
            Code("goal.data", None, "Data", "+def", kind="goal", codable=False, color="#ff0000"),
        ),
        coders=(Coder("c1", "Koodaaja 1", "consensus", date(2024, 1, 2), "g"),),
        segments=(
            Segment("d1-0-4", "d1", 0, 4, "=1+1", "", " För", 2, "2 Mål", "T", "guid", "utf16"),
            Segment("d1-5-9", "d1", 5, 9, "'=\r\nå"),
        ),
        codings=(
            Coding("k", "d1-0-4", "goal.data", "c1", "deny", "unsure", 2, date(2024, 2, 3), "z"),
        ),
        readings=(ReadDocument("d1", "c1", 1, True, "1.0"),),
        relations=(Relation("r", "d1-0-4", "d1-5-9", "answers", "c1"),),
        cases=(Case("Hanke, A", ("d1", "d2"), {"a": "b"}, "p1", "g"),),
        positions="by code points, 9 of 9",
        faults=("a fault",),
        assumed=("a guess",),
        dropped=(DroppedItem("w", "@what", "why", "repeated"),),
    )


def test_tables_are_read_back_equal(tmp_path: Path) -> None:
    write_tables(example(), tmp_path / "out")
    assert read_tables(tmp_path / "out") == example()


def test_same_set_gives_the_same_bytes() -> None:
    assert table_files(example()) == table_files(example())


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_cell_comes_back_and_none_begins_like_a_formula(one: str, other: str) -> None:
    try:
        data = write_cells(["a", "b"], [[one, other]]).encode()
    except UnicodeEncodeError:
        return
    assert read_cells(data, "x") == [{"a": one, "b": other}]
    for cell in next(iter(list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]), []):
        assert not cell.startswith(("=", "+", "-", "@", "\t"))


def test_texts_stay_in_their_folder(tmp_path: Path) -> None:
    write_tables(example(), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    names = [path.name.casefold() for path in (tmp_path / "out" / "text").iterdir()]
    assert len(names) == len(set(names)) == 3


def test_columns_begin_as_the_tables_of_a_study() -> None:
    package = json.loads(
        (Path(__file__).parents[2] / "data" / "datapackage.json").read_text(encoding="utf-8")
    )
    for resource in package["resources"]:
        if resource["name"] in ("segments", "codings", "codes", "coders", "readings", "relations"):
            wanted = [field["name"] for field in resource["schema"]["fields"]]
            # Other tools know one description of a code.
            texts = re.compile(r"(definition|include|exclude)_(fi|sv|en)")
            wanted = list(dict.fromkeys(texts.sub(r"\1", name) for name in wanted))
            assert list(COLUMNS[resource["name"]])[: len(wanted)] == wanted


def test_own_folder_is_replaced_and_any_other_refused(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write_tables(example(), folder)
    write_tables(dataclasses.replace(example(), origin="Test 2.0"), folder)
    assert read_tables(folder).origin == "Test 2.0"
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.docx").write_text("years of work")
    with pytest.raises(ProblemError, match="not written by this command"):
        write_tables(example(), other)
    assert [path.name for path in other.iterdir()] == ["thesis.docx"]
    (tmp_path / "link").symlink_to(other)
    with pytest.raises(ProblemError):
        write_tables(example(), tmp_path / "link")


def test_failed_writing_leaves_what_there_was(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_tables(example(), folder)
    broken = dataclasses.replace(example(), documents=(Document("d", "n", "\ud800"),))
    with pytest.raises(ProblemError, match="half a character"):
        write_tables(broken, folder)
    assert read_tables(folder) == example()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_damaged_folder_is_told_in_all_its_parts(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_tables(example(), folder)
    (folder / "codings.csv").write_text("coding_id,segment_id\nk\n")
    (folder / "coders.csv").write_text("coder_id,pseudonym,role,trained_on,guid\na,b,boss,,\n")
    documents = (folder / "documents.csv").read_text().replace("text/d1.txt", "text/../../d1.txt")
    (folder / "documents.csv").write_text(documents)
    (folder / "segments.csv").unlink()
    with pytest.raises(ProblemError) as caught:
        read_tables(folder)
    told = "\n".join(map(str, caught.value.problems))
    assert "codings.csv, row 2" in told
    assert "'boss' is no value" in told
    assert "segments.csv" in told
    assert "is no text of this folder" in told


def test_what_a_killed_process_left_beside_the_folder_goes_with_the_next_writing(
    tmp_path: Path,
) -> None:
    for mark in ("abcd1234", "abcd5678"):
        (tmp_path / f".out.building-{mark}" / "text").mkdir(parents=True)
    (tmp_path / ".other.building-abcd1234").mkdir()
    write_tables(example(), tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"out", ".other.building-abcd1234"}


def test_a_folder_written_before_losses_had_kinds_is_read(tmp_path: Path) -> None:
    write_tables(example(), tmp_path / "out")
    (tmp_path / "out" / "dropped.csv").write_text("where,what,why\nw,x,because\n", encoding="utf-8")
    assert read_tables(tmp_path / "out").dropped == (
        DroppedItem("w", "x", "because", "unsupported"),
    )


def test_a_loss_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    write_tables(example(), tmp_path / "out")
    (tmp_path / "out" / "dropped.csv").write_text(
        "where,what,why,loss\nw,x,y,z\n", encoding="utf-8"
    )
    with pytest.raises(ProblemError, match="column loss"):
        read_tables(tmp_path / "out")


def test_another_round_is_followed_by_what_the_consensus_rests_on() -> None:
    own = Coding(coding_id("s", "a.b", "c1", 1), "s", "a.b", "c1")
    rests = f"{own.coding_id} of-another-file"
    agreed = Coding(coding_id("s", "a.b", "us", 1), "s", "a.b", "us", consensus_of=rests)
    named = Coding("kept", "s", "a.c", "c1")
    moved = rename(CodingSet(codings=(own, agreed, named)), round_=2).codings
    assert [one.round for one in moved] == [2, 2, 2]
    assert [one.coding_id for one in moved] == [
        coding_id("s", "a.b", "c1", 2),
        coding_id("s", "a.b", "us", 2),
        "kept",
    ]
    assert moved[1].consensus_of == f"{moved[0].coding_id} of-another-file"

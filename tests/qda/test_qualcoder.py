"""QualCoder projects: exact quotes whatever was counted how, and everything left behind is named.

The databases are made here from the facts of the schema.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.qda.model import Choices, CodingSet
from evaltools.qda.readers import read_coding

SCHEMA = """
CREATE TABLE project (databaseversion text, date text, memo text, about text, codername text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text,
  owner text, date text, av_text_id integer, risid integer, unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
  supercatid integer, unique(name));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text,
  date text, color text, unique(name));
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
  pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer);
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, memo text);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer,
  memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer,
  pos1 integer);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text,
  id integer, date text, owner text);
INSERT INTO project VALUES ('v11', '2024-01-01', '', 'QualCoder 3.6', 'x');
INSERT INTO code_cat VALUES (1, 'Haasteet', 'x', '', 'Ryhmä', NULL);
INSERT INTO code_name VALUES (1, 'Henkilöstö', 'Kun väki vaihtuu', 1, 'x', '', '#ff0000');
INSERT INTO code_name VALUES (2, 'Tidtabell', '', NULL, 'x', '', '');
"""
RAW = (
    "Projektet försenades 👩🏽‍💻 på grund av upphandlingen.\r\n"
    "Henkilo\u0308sto\u0308 vaihtui 🙂 kahdesti.\r\nTyö jatkui.\r\n"
)
PASSAGES = (
    ("försenades 👩🏽‍💻 på grund", 2),
    ("Henkilo\u0308sto\u0308 vaihtui 🙂 kahdesti.", 1),
    ("Työ jatkui.", 1),
)
Build = Callable[..., Path]


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def make(measure: Callable[[str], int] = len, text: str = RAW, *more: str) -> Path:
        folder = tmp_path / "hanke.qda"
        folder.mkdir(exist_ok=True)
        path = folder / "data.qda"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA synchronous=OFF")
            database.executescript(SCHEMA)
            database.execute(
                "INSERT INTO source VALUES (1, 'Raportti 1.docx', ?, NULL, '', 'x', '', 0, 0)",
                [text],
            )
            for number, (quote, code) in enumerate(PASSAGES, start=1):
                before = text[: text.index(quote)] if quote in text else ""
                database.execute(
                    "INSERT INTO code_text VALUES (?, ?, 1, ?, ?, ?, ?, ?, '', NULL, NULL)",
                    [
                        number,
                        code,
                        quote,
                        measure(before),
                        measure(before + quote),
                        "Minna" if number < 3 else "Olli",
                        "2024-02-03 12:13:14",
                    ],
                )
            for statement in more:
                database.execute(statement)
        database.close()
        return folder

    return make


def quotes(coding: CodingSet) -> list[str]:
    texts = {document.document_id: document.text or "" for document in coding.documents}
    for segment in coding.segments:
        assert texts[segment.document_id][segment.start : segment.end] == segment.quote
        assert texts[segment.document_id][: segment.start].endswith(segment.prefix)
    return [segment.quote for segment in coding.segments]


EXACT = ["försenades 👩🏽‍💻 på grund", "Henkilöstö vaihtui 🙂 kahdesti.", "Työ jatkui."]


@pytest.mark.parametrize(
    ("measure", "convention"),
    [
        (len, "codepoint/crlf2/nobom/exclusive"),
        (utf16, "utf16/crlf2/nobom/exclusive"),
        (lambda text: len(text.replace("\r\n", "\n")), "codepoint/crlf1/nobom/exclusive"),
        (lambda text: utf16(text.replace("\r\n", "\n")), "utf16/crlf1/nobom/exclusive"),
    ],
)
def test_quotes_are_exact_however_positions_were_counted(
    build: Build, measure: Callable[[str], int], convention: str
) -> None:
    coding = read_coding(build(measure))
    assert quotes(coding) == EXACT
    assert {segment.offset_convention for segment in coding.segments} == {convention}
    assert coding.positions.startswith("3 at their positions")
    assert coding.dropped == ()


def test_drifted_positions_are_found_again_by_their_words(build: Build) -> None:
    folder = build(len, "Uusi alku. " + RAW)
    with sqlite3.connect(folder / "data.qda") as database:
        database.execute("UPDATE code_text SET pos0 = pos0 - 11, pos1 = pos1 - 11")
    database.close()
    coding = read_coding(folder)
    assert quotes(coding) == EXACT
    assert "3 not where the tool said, found again by their words" in coding.positions


def test_passage_that_could_be_in_two_places_is_left_behind_and_named(build: Build) -> None:
    folder = build(len, "Työ jatkui.\nTyö jatkui.\n")
    with sqlite3.connect(folder / "data.qda") as database:
        database.execute("UPDATE code_text SET pos0 = 900, pos1 = 911")
    database.close()
    coding = read_coding(folder)
    assert coding.segments == ()
    assert len(coding.dropped) == 3
    assert any("2 places" in one.why for one in coding.dropped)


def test_codes_coders_cases_and_documents_come_along(build: Build) -> None:
    folder = build(
        len,
        RAW,
        "INSERT INTO cases VALUES (1, 'Hanke A', '', '', '')",
        "INSERT INTO case_text VALUES (1, 1, 1, 0, 10)",
        "INSERT INTO attribute VALUES (1, 'diaari', 'case', 'VN/1/2021', 1, '', '')",
        "INSERT INTO attribute VALUES (2, 'kieli', 'file', 'sv', 1, '', '')",
    )
    coding = read_coding(folder)
    assert coding.origin == "QualCoder 3.6"
    staff = next(code for code in coding.codes if code.name == "Henkilöstö")
    group = next(code for code in coding.codes if code.name == "Haasteet")
    assert (staff.code_id, staff.parent_id) == ("haasteet.henkilosto", group.code_id)
    assert (staff.definition, staff.color, staff.codable) == ("Kun väki vaihtuu", "#ff0000", True)
    assert not group.codable
    assert [coder.pseudonym for coder in coding.coders] == ["Minna", "Olli"]
    (case,) = coding.cases
    assert (case.name, case.documents, case.variables) == (
        "Hanke A",
        ("raportti-1",),
        {"diaari": "VN/1/2021"},
    )
    (document,) = coding.documents
    assert document.variables == {"kieli": "sv"}
    assert document.text_sha256 == hashlib.sha256((document.text or "").encode()).hexdigest()
    assert str(coding.codings[0].created) == "2024-02-03"
    assert [reading.complete for reading in coding.readings] == [False, False]


def test_what_the_study_has_no_place_for_is_listed(build: Build) -> None:
    folder = build(
        len,
        RAW,
        "INSERT INTO source VALUES (2, 'kuva.png', NULL, '/images/kuva.png', '', '', '', 0, 0)",
        "INSERT INTO code_image VALUES (1, 2, 3, 'kuvasta')",
        "INSERT INTO annotation VALUES (1, 1, 0, 4, 'huomio')",
        "UPDATE code_text SET memo = 'pohdinta', important = 1 WHERE ctid = 1",
        "INSERT INTO code_text VALUES (9, 77, 1, 'Työ', 0, 3, 'x', '', '', NULL, NULL)",
    )
    found = {(one.where, one.what) for one in read_coding(folder).dropped}
    assert found == {
        ("source 2", "kuva.png"),
        ("code_image 1", "kuvasta"),
        ("annotation 1", "huomio"),
        ("code_text 1", "pohdinta"),
        ("code_text 1", "important"),
        ("code_text 9", "Työ"),
    }


def test_project_is_not_changed_by_reading(build: Build) -> None:
    folder = build()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    read_coding(folder)
    read_coding(folder / "data.qda")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_still_in_the_log_of_an_open_project_is_read(build: Build) -> None:
    folder = build()
    writer = sqlite3.connect(folder / "data.qda")
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("DELETE FROM code_text WHERE ctid > 1")
    writer.commit()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(read_coding(folder).codings) == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    writer.close()


def test_views_triggers_and_generated_columns_are_not_run(tmp_path: Path) -> None:
    path = tmp_path / "data.qda"
    with sqlite3.connect(path) as database:
        database.executescript(
            "CREATE TABLE code_name (cid integer, name text);"
            "CREATE TABLE source (id integer, name text,"
            " fulltext text GENERATED ALWAYS AS (hex(zeroblob(20000000))));"
            "INSERT INTO source (id, name) VALUES (1, 'a');"
            "CREATE VIEW code_text AS SELECT load_extension('x') AS ctid;"
        )
    database.close()
    with pytest.raises(ProblemError, match="database of no tool"):
        read_coding(path)


def test_endless_view_of_a_table_name_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "data.qda"
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.executescript(
            "DROP TABLE attribute; CREATE VIEW attribute AS WITH RECURSIVE n(i) AS"
            " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS attrid FROM n;"
        )
    database.close()
    assert read_coding(path).codings == ()


@pytest.mark.parametrize("damage", ["short", "middle", "nothing", "text"])
def test_damaged_databases_are_refused_in_words(build: Build, damage: str) -> None:
    path = build() / "data.qda"
    data = path.read_bytes()
    if damage == "short":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "middle":
        path.write_bytes(data[:4096] + b"\xff" * 4096 + data[8192:])
    elif damage == "nothing":
        path.write_bytes(b"")
    else:
        path.write_bytes(b"SQLite format 3\x00 but not really")
    with pytest.raises(ProblemError) as caught:
        read_coding(path)
    assert "Traceback" not in str(caught.value)


def test_hostile_values_are_named_and_harmless(build: Build) -> None:
    folder = build(
        len,
        RAW,
        "UPDATE code_text SET pos0 = -5, pos1 = 'x', seltext = NULL WHERE ctid = 1",
        "UPDATE code_text SET pos0 = 9223372036854775807, seltext = '' WHERE ctid = 2",
        "UPDATE code_text SET pos0 = 1e300, seltext = x'ff00' WHERE ctid = 3",
        "UPDATE code_cat SET supercatid = 1",
        "UPDATE code_name SET memo = x'ff' WHERE cid = 1",
    )
    coding = read_coding(folder)
    assert coding.segments == ()
    assert {one.where for one in coding.dropped} == {"code_text 1", "code_text 2", "code_text 3"}


def test_codings_of_nobody_need_a_name(build: Build) -> None:
    folder = build(len, RAW, "UPDATE code_text SET owner = NULL WHERE ctid = 3")
    with pytest.raises(ProblemError, match="does not say who made 1 of its 3"):
        read_coding(folder)
    coding = read_coding(folder, Choices(coder="Pekka"))
    assert {coder.pseudonym for coder in coding.coders} == {"Minna", "Pekka"}
    assert all(one.coding_id.split("-")[-2] == one.coder_id for one in coding.codings)

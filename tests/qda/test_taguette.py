"""Taguette databases: byte offsets over HTML become exact quotes of its text.

The databases are made here from the facts of the schema.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.qda.model import Choices, CodingSet
from evaltools.qda.placement import HtmlText
from evaltools.qda.readers import read_coding

SCHEMA = """
CREATE TABLE users (login varchar(30) primary key, email varchar(256));
CREATE TABLE projects (id integer primary key autoincrement, name varchar(200) not null,
  description text not null, created datetime not null);
CREATE TABLE documents (id integer primary key autoincrement, name varchar(200) not null,
  description text not null, filename varchar(200) not null, created datetime not null,
  project_id integer not null, text_direction varchar(13) not null, contents text not null);
CREATE TABLE commands (id integer primary key autoincrement, date datetime not null,
  user_login varchar(30) not null, project_id integer not null, document_id integer,
  payload text not null);
CREATE TABLE highlights (id integer primary key autoincrement, document_id integer not null,
  start_offset integer not null, end_offset integer not null, snippet text not null);
CREATE TABLE tags (id integer primary key autoincrement, project_id integer not null,
  path varchar(200) not null, description text not null);
CREATE TABLE highlight_tags (highlight_id integer not null, tag_id integer not null);
INSERT INTO projects VALUES (1, 'Kannustin', '', '2024-01-01');
INSERT INTO tags VALUES (1, 1, 'haaste.henkilöstö', 'Väki vaihtuu');
INSERT INTO tags VALUES (2, 1, 'challenge.technology', '');
"""
HTML = (
    "<h1>Loppuraportti &amp; tulokset</h1><p>Henkilöstö <b>vaihtui</b> 👩🏽‍💻 usein.</p>"
    "<p>Förseningar i upphandlingen.</p>\r\n<p>Tyo\u0308 jatkuu.<br/>Loppu.</p>"
)
BARE = (
    "Loppuraportti & tuloksetHenkilöstö vaihtui 👩🏽‍💻 usein.Förseningar i upphandlingen.\n"
    "Tyo\u0308 jatkuu.Loppu."
)
PASSAGES = (
    ("vaihtui 👩🏽‍💻 usein.", "<p><b>vaihtui</b> 👩🏽‍💻 usein.</p>"),
    ("usein.Förseningar", "<p>usein.</p><p>Förseningar</p>"),
    ("Tyo\u0308 jatkuu.", "<p>Tyo\u0308 jatkuu.</p>"),
)
EXACT = ["vaihtui 👩🏽‍💻 usein.", "usein.\n\nFörseningar", "Työ jatkuu."]
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def make(*more: str, html: str = HTML, shift: int = 0) -> Path:
        path = tmp_path / "taguette.sqlite3"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA synchronous=OFF")
            database.executescript(SCHEMA)
            database.execute(
                "INSERT INTO documents VALUES (1, 'Raportti', '', 'r.html', '2024-01-01', 1,"
                " 'LEFT_TO_RIGHT', ?)",
                [html],
            )
            for number, (passage, snippet) in enumerate(PASSAGES, start=1):
                start = len(BARE[: BARE.index(passage)].encode()) + shift
                end = start + len(passage.encode())
                database.execute(
                    "INSERT INTO highlights VALUES (?, 1, ?, ?, ?)", [number, start, end, snippet]
                )
                database.execute(
                    "INSERT INTO highlight_tags VALUES (?, ?)", [number, number % 2 + 1]
                )
            for statement in more:
                database.execute(statement)
        database.close()
        return path

    return make


def quotes(coding: CodingSet) -> list[str]:
    texts = {document.document_id: document.text or "" for document in coding.documents}
    for segment in coding.segments:
        assert texts[segment.document_id][segment.start : segment.end] == segment.quote
    return [segment.quote for segment in coding.segments]


def test_byte_offsets_give_exact_quotes_of_the_text(build: Build) -> None:
    coding = read_coding(build(), Choices(coder="Minna"))
    assert quotes(coding) == EXACT
    assert {segment.offset_convention for segment in coding.segments} == {
        "utf8/crlf2/nobom/exclusive"
    }
    assert coding.dropped == ()
    assert coding.origin == "Taguette, project Kannustin"


def test_text_of_html_has_its_paragraphs_apart() -> None:
    assert HtmlText(HTML).text == (
        "Loppuraportti & tulokset\n\nHenkilöstö vaihtui 👩🏽‍💻 usein.\n\n"
        "Förseningar i upphandlingen.\n\nTyö jatkuu.\nLoppu.\n"
    )
    assert HtmlText("<script>alert(1)</script><p>x</p><title>t").text == "x\n"
    assert re.sub(r"<[^>]*>", "", HTML.replace("&amp;", "&").replace("\r\n", "\n")) == BARE


def test_who_coded_has_to_be_said_and_is_not_guessed(build: Build) -> None:
    with pytest.raises(ProblemError, match="does not say who made 3 of its 3 codings") as caught:
        read_coding(build())
    assert "--coder NAME" in str(caught.value)


def test_log_of_commands_tells_who_coded_unless_it_is_the_single_user(build: Build) -> None:
    entries = [("minna", 1), ("olli", 1), ("admin", 2)]
    commands = [
        "INSERT INTO commands (date, user_login, project_id, document_id, payload) VALUES "
        f"('2024-03-0{number} 10:00:00.000', '{user}', 1, 1, "
        f"'{json.dumps({'type': 'highlight_add', 'highlight_id': highlight})}')"
        for number, (user, highlight) in enumerate(entries, start=1)
    ]
    coding = read_coding(build(*commands), Choices(coder="Pekka"))
    by_quote = {
        coding.segments[0].segment_id: "minna",
        coding.segments[1].segment_id: "Pekka",
        coding.segments[2].segment_id: "Pekka",
    }
    assert {one.segment_id: one.coder_id for one in coding.codings} == by_quote
    assert str(coding.codings[0].created) == "2024-03-01"


def test_offsets_that_have_drifted_are_found_again_or_left_behind(build: Build) -> None:
    coding = read_coding(build(shift=2), Choices(coder="x"))
    assert quotes(coding) == EXACT
    assert "found by their words" in coding.positions
    lost = read_coding(
        build("UPDATE highlights SET snippet = 'ei ole missään' WHERE id = 1", shift=1),
        Choices(coder="x"),
    )
    assert len(lost.segments) == 2
    assert "neither its offsets nor what it shows" in lost.dropped[0].why


def test_wrongly_cut_snippets_of_old_versions_do_not_move_highlights(build: Build) -> None:
    # Old versions cut the letters at a count of bytes, as many letters too late.
    coding = read_coding(
        build("UPDATE highlights SET snippet = '<p>htui</b> 👩🏽‍💻 us</p>' WHERE id = 1"),
        Choices(coder="x"),
    )
    assert quotes(coding) == EXACT


def test_one_of_several_projects_is_chosen_by_name(build: Build) -> None:
    path = build(
        "INSERT INTO projects VALUES (2, 'Toinen', '', '')",
        "INSERT INTO documents VALUES (2, 'Muu', '', 'm', '', 2, '', '<p>Muu teksti.</p>')",
        "INSERT INTO tags VALUES (9, 2, 'muu', '')",
        "INSERT INTO highlights VALUES (9, 2, 0, 3, 'Muu')",
        "INSERT INTO highlight_tags VALUES (9, 9)",
    )
    with pytest.raises(ProblemError, match=r"Kannustin \(1\), Toinen \(2\)"):
        read_coding(path, Choices(coder="x"))
    coding = read_coding(path, Choices(coder="x", project="Toinen"))
    assert quotes(coding) == ["Muu"]
    assert [code.name for code in coding.codes] == ["muu"]
    with pytest.raises(ProblemError, match="Did you mean"):
        read_coding(path, Choices(coder="x", project="Toine"))


def test_tags_become_codes_and_identifiers_of_the_study_stay(build: Build) -> None:
    coding = read_coding(build(), Choices(coder="x"))
    assert {code.code_id: code.name for code in coding.codes} == {
        "challenge.technology": "challenge.technology",
        "code.haaste_henkilosto": "haaste.henkilöstö",
    }


def test_highlight_without_a_tag_is_named(build: Build) -> None:
    coding = read_coding(
        build("DELETE FROM highlight_tags WHERE highlight_id = 3"), Choices(coder="x")
    )
    assert [one.where for one in coding.dropped] == ["highlight 3"]


def test_hostile_html_and_logs_cost_nothing_but_themselves(build: Build) -> None:
    coding = read_coding(
        build(
            "INSERT INTO commands (date, user_login, project_id, payload) "
            "VALUES ('x', 'y', 1, '" + "[" * 20000 + "')",
            "INSERT INTO commands (date, user_login, project_id, payload) VALUES ('', '', 1, '3')",
            "UPDATE highlights SET start_offset = -1 WHERE id = 1",
            "UPDATE highlights SET end_offset = 99999999999999 WHERE id = 2",
            html="<div " * 2000 + HTML,
        ),
        Choices(coder="x"),
    )
    assert len(coding.segments) + len(coding.dropped) == 3

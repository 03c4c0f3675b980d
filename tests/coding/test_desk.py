from __future__ import annotations

import copy
import json
import shutil
from typing import Any

import pytest

from evaltools.coding.session import CodingSession, read_words
from evaltools.problems import ProblemError
from evaltools.study import Study

DAY = "2026-01-02"


def answers(desk: CodingSession, message: dict[str, Any]) -> list[dict[str, Any]]:
    return list(desk.receive(json.loads(json.dumps(message))))


def coding(desk: CodingSession, quote: str, code: str, name: str = "act-0001") -> dict[str, Any]:
    found = desk.material.text("p1-final")
    start = found.text.index(quote)
    return {
        "id": name, "act": "code", "document_id": "p1-final", "code_id": code,
        "passage": {"start": start, "end": start + len(quote), "quote": quote},
        "polarity": "affirm", "certainty": None, "suggestion": None,
        "text_sha256": found.sha256, "day": DAY,
    }  # fmt: skip


def refusals(desk: CodingSession, act: dict[str, Any]) -> list[str]:
    (answer,) = answers(desk, {"kind": "acts", "acts": [act]})
    return [one["reason"] for one in answer["refused"]]


def test_an_act_is_on_the_disk_with_its_surroundings_when_it_is_acknowledged(
    small_study: Study,
) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    act = coding(desk, "👩🏽‍💻 koko kunnassa", "goal.data_quality")
    (answer,) = answers(desk, {"kind": "acts", "acts": [act, act]})
    assert answer["saved"] == ["act-0001", "act-0001"]
    (line,) = desk.journal.path.read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert kept["passage"]["section"] == "1 Tavoitteet"
    assert kept["passage"]["prefix"].endswith("tiedon laatua ")
    assert kept["kind"] == "goal"
    assert "goal.data_quality" in (desk.folder / "codings.csv").read_text()
    desk.close()


def test_what_does_not_fit_is_refused_with_its_reason(small_study: Study) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    good = coding(desk, "Aikataulu oli liian tiukka.", "challenge.schedule")

    def changed(**changes: Any) -> list[str]:
        act = copy.deepcopy(good) | changes
        return refusals(desk, act)

    start = good["passage"]["start"]
    assert changed(document_id="p9") == ["document"]
    assert changed(code_id="challenge.weather") == ["code"]
    assert changed(code_id="goal.data") == ["group"]
    assert changed(text_sha256="0" * 64) == ["changed"]
    off = {"start": start + 1, "end": start + 28, "quote": good["passage"]["quote"]}
    assert changed(passage=off) == ["quote"]
    assert changed(passage={"start": 9_000, "end": 9_001, "quote": "x"}) == ["place"]
    assert changed(polarity="perhaps") == ["form"]
    assert changed(passage={**off, "quote": "\ud83d"}) == ["form"]
    assert changed(more="x") == ["form"]
    relate = {"id": "act-0002", "act": "relate", "document_id": "p1-final",
              "source": [1, 2], "target": [3, 4]}  # fmt: skip
    assert refusals(desk, relate) == ["relation"]
    undo = {"id": "act-0003", "act": "undo", "document_id": "p1-final", "of": "act-0001"}
    assert refusals(desk, undo) == ["undo"]
    assert desk.journal.path.read_bytes() == b""
    assert changed() == []
    assert changed(code_id="challenge.staff") == ["clash"]
    assert refusals(desk, undo) == []
    desk.close()


def test_garbage_from_outside_is_answered_by_nothing(small_study: Study) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    for message in (None, [], "x", {"kind": "open"}, {"kind": "acts"}, {"kind": "acts", "acts": 1}):
        assert all(answer["kind"] == "unreadable" for answer in desk.receive(message))
    (answer,) = desk.receive({"kind": "acts", "acts": [None, {"id": 3}, {"act": []}]})
    assert [one["reason"] for one in answer["refused"]] == ["form"] * 3
    desk.close()


def test_one_coders_messages_hold_nothing_of_another(small_study: Study) -> None:
    second = CodingSession(small_study, "coder-2", None, 1, "fi")
    secret = coding(second, "Henkilöstö vaihtui kesken hankkeen.", "challenge.staff", "secret-0001")
    whole = {"id": "secret-0002", "act": "read", "document_id": "p1-final", "complete": True}
    answers(second, {"kind": "acts", "acts": [secret, whole]})
    # Nor what was brought into the study's own tables.
    for name in ("segments", "codings", "readings"):
        shutil.copy(second.folder / f"{name}.csv", small_study.data / "coding")
    first = CodingSession(small_study, "coder-1", None, 1, "fi")
    heard = []
    for message in (
        {"kind": "hello"}, {"kind": "open", "document_id": "p1-final"},
        {"kind": "open", "document_id": "p2-final"},
        {"kind": "acts", "acts": [coding(first, "Aikataulu", "challenge.schedule")]},
    ):  # fmt: skip
        heard += answers(first, message)
    told = json.dumps(heard, ensure_ascii=False)
    for mark in ("coder-2", "Lukija B", "secret"):
        assert mark not in told
    states = {row["id"]: row["state"] for row in heard[0]["documents"]}
    assert states == {"p1-final": "unread", "p2-final": "unread"}
    opened = [answer for answer in heard if answer["kind"] == "document"]
    assert [answer["acts"] for answer in opened] == [[], []]
    first.close()
    second.close()


def test_suggestions_say_what_matched_and_code_nothing(small_study: Study) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    *_, told = answers(desk, {"kind": "open", "document_id": "p1-final"})
    (one,) = told["suggestions"]
    assert (one["code_id"], one["matched"]) == ("challenge.schedule", "Aikataulu")
    assert desk.journal.events == []
    desk.close()


def test_unknown_coders_and_documents_are_told_with_those_there_are(small_study: Study) -> None:
    with pytest.raises(ProblemError, match=r"coder-1, coder-2, consensus.*Add a line"):
        CodingSession(small_study, "coder-9", None, 1, "fi")
    with pytest.raises(ProblemError, match="p1-final"):
        CodingSession(small_study, "coder-1", "p1-fina", 1, "fi")


def test_every_word_is_there_in_three_languages() -> None:
    for key, entry in read_words().items():
        assert set(entry) == {"fi", "sv", "en"}, key
        assert all(isinstance(text, str) and text for text in entry.values()), key

"""From two coders and what they settled to the study's own tables."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from evaltools.coding.consensus_session import ConsensusSession
from evaltools.coding.session import CodingSession
from evaltools.ingest.codings import CodingJob, CodingsImported, import_into_study
from evaltools.problems import ProblemError
from evaltools.study import Study

DOCUMENT = "p1-final"
SENTENCE = "Aikataulu oli liian tiukka."
GIVEN = {"coder-1": "challenge.schedule", "coder-2": "challenge.staff"}


def act(desk: CodingSession, name: str, **more: Any) -> dict[str, Any]:
    marks = {} if more["act"] == "read" else {
        "day": "2026-01-02", "text_sha256": desk.material.text(DOCUMENT).sha256
    }  # fmt: skip
    return {"id": f"{name}-0000", "document_id": DOCUMENT, **marks, **more}


def passage(desk: CodingSession) -> dict[str, Any]:
    start = desk.material.text(DOCUMENT).text.index(SENTENCE)
    return {"start": start, "end": start + len(SENTENCE), "quote": SENTENCE}


def send(desk: CodingSession, *acts: dict[str, Any]) -> None:
    (answer,) = desk.receive({"kind": "acts", "acts": list(acts)})
    assert not answer["refused"]
    desk.close()


@pytest.fixture
def settled(small_study: Study) -> Study:
    """A study in which two coders differ and the consensus is as the first has it."""
    for coder, code in GIVEN.items():
        desk = CodingSession(small_study, coder, None, 1, "fi")
        send(desk, act(desk, f"{coder}-code", act="code", code_id=code, passage=passage(desk)),
             act(desk, f"{coder}-read", act="read", complete=True))  # fmt: skip
    settle(small_study, "challenge.schedule", "coder-1", "1")
    return small_study


def settle(study: Study, code: str, choice: str, name: str) -> None:
    desk = ConsensusSession(study, None, None, 1, "fi")
    (unit,) = (unit for unit in desk.units if unit.code_id == code)
    codings = [
        {"passage": passage(desk), "code_id": code, "polarity": "affirm", "certainty": None,
         "consensus_of": " ".join(mark.coding_ids)}
        for mark in unit.together
    ]  # fmt: skip
    send(desk, act(desk, f"unit-{name}", act="decide", unit=code, choice=choice, codings=codings),
         act(desk, f"done-{name}", act="read", complete=True))  # fmt: skip


def bring(study: Study, coder: str) -> CodingsImported:
    return import_into_study(CodingJob(study.data / "coding" / "coders" / coder, study.data))


def rows(study: Study, table: str) -> list[dict[str, str]]:
    with (study.data / "coding" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "coding").glob("*.csv"))}


@pytest.fixture
def empty_tables(settled: Study) -> Study:
    """With tables of codings that have columns and no rows, as in a study that begins."""
    import json

    descriptor = json.loads((settled.data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        path = settled.data / resource["path"]
        if not path.exists() and resource["name"] in ("segments", "codings", "readings",
                                                      "relations"):  # fmt: skip
            columns = ",".join(field["name"] for field in resource["schema"]["fields"])
            path.write_text(columns + "\n", encoding="utf-8")
    return settled


def test_what_coders_settled_comes_into_the_study_with_what_it_rests_on(
    empty_tables: Study,
) -> None:
    study = empty_tables
    for coder in (*GIVEN, "consensus"):
        bring(study, coder)
    codings = {row["coding_id"]: row for row in rows(study, "codings")}
    (agreed,) = (row for row in codings.values() if row["coder_id"] == "consensus")
    assert agreed["code_id"] == "challenge.schedule"
    grounds = codings[agreed["consensus_of"]]
    assert (grounds["coder_id"], grounds["code_id"]) == ("coder-1", "challenge.schedule")
    complete = {row["coder_id"] for row in rows(study, "readings") if row["complete"] == "true"}
    assert complete == {*GIVEN, "consensus"}
    before = state(study.data)
    for coder in (*GIVEN, "consensus"):
        bring(study, coder)
    assert state(study.data) == before


def test_a_consensus_without_its_coders_is_refused(empty_tables: Study) -> None:
    before = state(empty_tables.data)
    with pytest.raises(ProblemError, match="rest on codings that the study does not have"):
        bring(empty_tables, "consensus")
    assert state(empty_tables.data) == before


def test_another_consensus_on_the_same_document_is_refused_by_name(empty_tables: Study) -> None:
    study = empty_tables
    for coder in (*GIVEN, "consensus"):
        bring(study, coder)
    before = state(study.data)
    settle(study, "challenge.staff", "coder-2", "2")
    with pytest.raises(ProblemError, match=f"another consensus on .*{DOCUMENT}"):
        bring(study, "consensus")
    assert state(study.data) == before


def test_the_browser_says_how_much_the_study_holds_a_consensus_on(empty_tables: Study) -> None:
    study = empty_tables
    for coder in (*GIVEN, "consensus"):
        bring(study, coder)
    (hello,) = (m for m in ConsensusSession(study, None, None, 1, "fi").receive({"kind": "hello"})
                if m["kind"] == "study")  # fmt: skip
    assert hello["settled_before"] == 1

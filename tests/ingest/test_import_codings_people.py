"""Who coded: names stay out of the study, and nobody is taken for somebody else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from data_desk import Desk
from study_desk import bring, codings, told

from evaltools.ingest.identification import key_path
from evaltools.ingest.summary import describe_codings
from evaltools.problems import ProblemError


def test_names_stay_out_of_the_study_and_the_key_knows_them_again(
    study: Desk, project: Path
) -> None:
    outcome = bring(study, project)
    for place, data in study.state().items():
        for name in ("Minna", "Mallinen", "Olli", "Oikea"):
            assert name.encode() not in data, place
    people = {row["coder_id"]: row["pseudonym"] for row in study.rows("coding/coders.csv")}
    assert people["coder-2"] == "Koodaaja 1"
    assert people["coder-3"] == "Koodaaja 2"
    assert 'Coder "Minna Mallinen" is "Koodaaja 1" (coder-2)' in list(describe_codings(outcome))
    with key_path(project).open(encoding="utf-8") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ["Minna Mallinen", "Olli Oikea"]


def test_lost_key_does_not_make_new_people_of_old_ones(study: Desk, project: Path) -> None:
    bring(study, project)
    before = study.state()
    key_path(project).unlink()
    with pytest.raises(ProblemError, match="is there already, by coder-2") as caught:
        bring(study, project)
    assert "--coders" in told(caught.value.problems)
    assert study.state() == before
    bring(study, project, coders={"Minna Mallinen": "coder-2", "Olli Oikea": "Koodaaja 2"})
    assert study.state() == before


def test_coders_can_be_mapped_to_those_of_the_study(study: Desk, project: Path) -> None:
    bring(study, project, coders={"Minna Mallinen": "Lukija A", "Olli Oikea": "Lukija B"})
    assert {row["pseudonym"] for row in study.rows("coding/coders.csv")} == {
        "Lukija A", "Yhteinen", "Lukija B",
    }  # fmt: skip
    # her coding of the passage was there, and stays the only one
    assert len(codings(study)) == 4
    with pytest.raises(ProblemError) as caught:
        bring(study, project, coders={"Mina": "coder-1", "Olli Oikea": "consensus"})
    assert 'no coder "Mina"' in told(caught.value.problems)
    assert "not one of them" in told(caught.value.problems)

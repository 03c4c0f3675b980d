"""Scenarios that people saved: files beside the declaration, checked as what is typed is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evaltools.pipeline.study_checks import check_study
from evaltools.problems import ProblemError
from evaltools.study import Study, find_study, load_study
from evaltools.study.parameter_help import list_parameters
from evaltools.study.scenarios import list_saved, write_saved

ROOT = find_study(Path(__file__).parent).root


@pytest.fixture
def study(tmp_path: Path) -> Study:
    shutil.copy(ROOT / "evaluation.yml", tmp_path)
    for name in ("data", "notebooks", "reports"):
        (tmp_path / name).symlink_to(ROOT / name)
    return load_study(tmp_path)


def test_a_saved_scenario_is_taken_like_a_declared_one(study: Study) -> None:
    write_saved(study.root, "north", {"region": "19", "calls": ["2019"]}, "The north")
    assert study.parameters(scenario="north") == study.parameters({"region": "19", "calls": "2019"})
    assert study.parameters({"region": "06"}, "north").region == "06"
    assert "north: The north (region=19, calls=2019)" in list_parameters(study)


def test_labels_are_taken_in_a_file_as_well(study: Study) -> None:
    folder = study.root / "scenarios"
    folder.mkdir()
    (folder / "tampere.yml").write_text("parameters: {region: Pirkanmaa}\n", encoding="utf-8")
    assert study.parameters(scenario="tampere").region == "06"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("parameters:\n  region: Atlantis\n", r"scenarios/odd.yml:2: 'Atlantis' is not one of"),
        ("parameters:\n  size: 3\n", r"scenarios/odd.yml:2: no such parameter"),
        ("values: {}\n", r"scenarios/odd.yml:1: values: no such name"),
        ("parameters: [1]\n", r"scenarios/odd.yml:1: parameters"),
        ("- 1\n", r"scenarios/odd.yml"),
        ("a: &a [1]\nparameters: {region: *a}\n", r"scenarios/odd.yml"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(study: Study, text: str, told: str) -> None:
    (study.root / "scenarios").mkdir()
    (study.root / "scenarios" / "odd.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=told):
        study.parameters(scenario="odd")


def test_what_no_file_has_is_refused_with_all_names(study: Study) -> None:
    write_saved(study.root, "north", {})
    with pytest.raises(ProblemError, match="Did you mean north"):
        study.parameters(scenario="norht")
    with pytest.raises(ProblemError, match=r"no scenario is called '\.\./evaluation'"):
        study.parameters(scenario="../evaluation")


def test_a_file_is_replaced_only_when_that_is_said(study: Study) -> None:
    path = write_saved(study.root, "north", {"region": "19"})
    before = path.read_bytes()
    with pytest.raises(ProblemError, match="is there already"):
        write_saved(study.root, "north", {"region": "06"})
    assert path.read_bytes() == before
    write_saved(study.root, "north", {"region": "06"}, replace=True)
    assert study.parameters(scenario="north").region == "06"
    assert list_saved(study.root) == ("north",)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "å", "-a", "a-", "nul", "a.b", "a" * 61])
def test_a_name_that_could_leave_the_folder_is_refused(study: Study, name: str) -> None:
    with pytest.raises(ProblemError, match="name of the scenario"):
        write_saved(study.root, name, {})
    assert not (study.root / "scenarios").exists()


def test_the_check_of_a_study_tells_of_every_file_that_is_wrong(study: Study) -> None:
    write_saved(study.root, "sound", {"region": "06"})
    for name in ("a", "b"):
        write_saved(study.root, name, {"region": name})
    with pytest.raises(ProblemError) as error:
        check_study(study)
    assert [each.where for each in error.value.problems] == [
        "scenarios/a.yml:2", "scenarios/b.yml:2",
    ]  # fmt: skip

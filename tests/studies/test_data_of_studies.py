"""Two studies of other programmes: their data are read, checked and selected as they are."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from evaltools.evidence import Evidence, check_data, read_tables
from evaltools.problems import ProblemError
from evaltools.study import Study, load_study

HERE = Path(__file__).parent
STUDIES = ("research_fund", "register_only")


@pytest.fixture(params=STUDIES)
def study(request: pytest.FixtureRequest) -> Study:
    return load_study(HERE / request.param)


def select(study: Study, **parameters: object) -> Evidence:
    return Evidence.select(study, read_tables(study.data), study.parameters(parameters))


def spoilt(tmp_path: Path, name: str, table: str, old: str, new: str) -> Study:
    shutil.copytree(HERE / name, tmp_path / name)
    path = tmp_path / name / "data" / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return load_study(tmp_path / name)


def problems(study: Study) -> list[str]:
    return [str(one) for one in check_data(study.data, study.declaration)]


def test_the_data_are_valid_and_what_the_script_makes(tmp_path: Path, study: Study) -> None:
    assert problems(study) == []
    spec = importlib.util.spec_from_file_location("make_data", HERE / "make_data.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    made = tmp_path / study.root.name / "data"
    files = sorted(one.relative_to(made) for one in made.rglob("*") if one.is_file())
    assert files == sorted(
        one.relative_to(study.data) for one in study.data.rglob("*") if one.is_file()
    )
    for file in files:
        assert (made / file).read_bytes() == (study.data / file).read_bytes(), file


def test_a_study_without_reports_has_projects_and_nothing_else() -> None:
    evidence = select(load_study(HERE / "register_only"))
    assert (evidence.N, evidence.n) == (60, 0)
    for frame in (evidence.presence, evidence.goals, evidence.ratings, evidence.participations):
        assert frame.empty
    assert not evidence.has("documents")
    assert set(evidence.projects["county"]) == {"norr", "mitt", "syd"}
    north = select(load_study(HERE / "register_only"), county="norr", calls="2023")
    assert set(north.projects["county"]) == {"norr"}
    assert set(north.projects["year"]) == {2023}


def test_parameters_that_leave_no_project_of_a_register_are_told(tmp_path: Path) -> None:
    study = spoilt(tmp_path, "register_only", "projects", "norr", "mitt")
    text = (study.root / "evaluation.yml").read_text(encoding="utf-8")
    text = text.replace("sv: hela landet}", "sv: hela landet}, norr: {sv: norr}")
    (study.root / "evaluation.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"parameter county: norr leaves no project"):
        select(load_study(study.root), county="norr")


def test_a_fund_has_its_own_kinds_of_codes_and_outside_raters() -> None:
    study = load_study(HERE / "research_fund")
    evidence = select(study)
    assert evidence.N == 40
    assert 0 < evidence.n < 22
    assert set(evidence.presence["kind"]) == {"outcome", "legacy", "openness"}
    assert {"yes", "silent"} == set(evidence.presence["state"])
    assert "2.1" in set(evidence.presence["code_id"])
    assert set(evidence.ratings["rater_kind"]) == {"panel"}
    assert set(evidence.ratings["project_id"]) - set(evidence.reports["project_id"])
    assert evidence.vocabulary.own_raters == ()
    assert evidence.linked.empty
    assert evidence.saving_claims.empty
    # Nobody is told to take part, so that each lead stands for itself.
    assert len(evidence.allocations) == evidence.N
    water = select(study, theme="water")
    assert set(water.projects["theme"]) == {"water"}
    assert set(water.ratings["project_id"]) <= set(water.projects["project_id"])


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("codes", ",legacy,", ",legasy,", '"legasy" is not in code_kinds of evaluation.yml'),
        ("ratings", ",panel", ",pannel", '"pannel" is not in raters of evaluation.yml'),
        ("organisations", "charity", "charities", '"charities" is not in organisation_kinds'),
        ("codings", ",affirm,", ",yes,", '"yes" is not in the list'),
        ("segments", "N001-final,", "N001,", '"N001" is not in documents'),
        ("projects", "N002,", "N001,", '"N001" stands already in row 2'),
    ],
)
def test_what_no_chapter_could_take_is_refused_where_it_stands(
    tmp_path: Path, table: str, old: str, new: str, told: str
) -> None:
    found = problems(spoilt(tmp_path, "research_fund", table, old, new))
    assert any(told in one and one.startswith(f"data/{table}.csv, row") for one in found), found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "project"}, "it has no column project_id; project_id expected"),
        ({"type": "integer"}, "field project_id: its type is integer; string expected"),
    ],
)
def test_columns_that_the_engine_cannot_read_are_told_of_the_descriptor(
    tmp_path: Path, change: dict[str, str], told: str
) -> None:
    study = spoilt(tmp_path, "register_only", "projects", "", "")
    path = study.data / "datapackage.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["resources"][1]["schema"]["fields"][0] |= change
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        check_data(study.data)
    assert told.split(";")[0] in str(caught.value)

"""An indicator's origin, from its rows to the sentences it is in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from run_folders import STAFF

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import challenges
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import Artifact, read_artifact
from evaltools.provenance.explain import (
    METHODS,
    explain,
    find_keys,
    find_nearest_keys,
    find_usages,
    parse_origin,
)
from evaltools.provenance.hashes import hash_data
from evaltools.study import Study, load_study

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run(run_folder: Path) -> Artifact:
    return read_artifact(run_folder)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("explained")
    shutil.copy(ROOT / "evaluation.yml", folder)
    for part in ("data", "notebooks", "reports"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("_build"))
    return load_study(folder)


def test_value_limits_function_and_sources_are_told(run: Artifact) -> None:
    text = explain(run, STAFF)
    for part in (
        "0.25 share, 5 of 20", "interval 0.11 to 0.47, wilson at level 0.95",
        "evaltools.indicators.prevalence.prevalence: Every theme",
        "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        "Notebook: a.ipynb, cell 2",
        "222222222222  data/coding/codes.csv",
        "wave = 2022", "confidence = 0.95",
    ):  # fmt: skip
        assert part in text, part
    assert "language" not in text


@pytest.mark.parametrize("variable", ["x", "n", "quantity", "population", "bounds"])
def test_variable_of_the_prose_is_understood(run: Artifact, variable: str) -> None:
    assert explain(run, f"challenge.staff.{variable}") == explain(run, STAFF)


def test_withheld_number_stays_withheld(run: Artifact) -> None:
    assert "withheld by disclosure control" in explain(run, "rating.answers.share")


@pytest.mark.parametrize("key", ["challenge.stafff.share", "chalenge.staff", "staff"])
def test_unknown_key_names_the_nearest(run: Artifact, key: str) -> None:
    with pytest.raises(ProblemError, match=STAFF):
        explain(run, key)


def test_wholly_unknown_key_names_none(run: Artifact) -> None:
    with pytest.raises(ProblemError, match=r"See indicators\.csv"):
        explain(run, "qqqq")


def test_rows_findings_and_places_are_those_of_the_study(study: Study, run: Artifact) -> None:
    parameters = study.parameters()
    tables = read_tables(study.data)
    evidence = Evidence.select(study, tables, parameters)
    key = "challenge.schedule.share"
    files = {f"data/{name}": digest for name, digest in hash_data(study.data, study.data).items()}
    ingredients = replace(run.ingredients, files=files, parameters=parameters.as_values())
    whole = replace(run, ingredients=ingredients, indicators=tuple(challenges.compute(evidence)))
    text = explain(whole, key, study)
    presence = evidence.presence
    rows = presence[presence["code_id"].eq("challenge.schedule") & presence["state"].eq("yes")]
    assert f"Reports of {len(rows)} projects: affirmed:" in text
    assert all(project in text for project in rows["project_id"])
    for place in find_usages(key, study.root / "reports", study.root):
        assert str(place) in text
        line = (study.root / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
        assert place.name in line
    assert "commonest-challenge" in text


def test_rows_are_not_told_of_other_data(study: Study, run: Artifact) -> None:
    ingredients = replace(run.ingredients, parameters=study.parameters().as_values())
    text = explain(replace(run, ingredients=ingredients), STAFF, study)
    assert "the data are not those of the run" in text
    assert "affirmed" not in text


def test_variables_are_of_their_indicators() -> None:
    keys = [STAFF, "challenge.aims.share", "challenge.staff.denied.share", "projects.funded.count"]
    assert find_keys("challenge.staff.n", keys) == [STAFF]
    assert find_keys("ranking.challenge.list", keys) == ["challenge.aims.share", STAFF]
    assert find_keys("projects.funded.by.region.06.count", keys) == ["projects.funded.count"]
    assert find_keys("projects.funded.median", keys) == []
    assert find_nearest_keys("challenge.stff.share", keys)[0] == STAFF


def test_every_method_is_made_by_a_function_that_names_its_source() -> None:
    for method, name in METHODS.items():
        origin = parse_origin(name)
        assert origin.says, name
        assert origin.sources or method in ("bounds", "wilson, clustered by project", "rewired")


def test_function_from_elsewhere_is_not_imported() -> None:
    assert parse_origin("os.system").says == ""
    assert parse_origin("evaltools.no_such_module.function").says == ""

"""Two studies of other programmes: their data are read, checked and selected as they are."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from evaltools.evidence import Evidence, check_data, read_tables
from evaltools.problems import ProblemError, refuse
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


# A third study, written where it is tested: councils and their nations, a table of areas without
# years, projects known by their year only, one coder of whom no readings are kept.

COUNCILS = """
name: councils
title: {en: Councils}
short_title: {en: Councils}
subtitle: {en: Councils}
publisher: {en: Nobody}
data: data
currency: GBP
parameters:
  nation:
    type: choice
    from: areas.nation
    choices: {all: {en: every nation}}
    default: all
    label: {en: Nation}
    help: {en: Nation of the lead.}
  allocation:
    type: choice
    choices: {equal: {en: equally}, population: {en: by population}}
    default: population
    label: {en: Allocation}
    help: {en: How grants are shared.}
dimensions:
  nation: {column: nation}
areas:
  organisation: council
  size_classes:
    small: {below: 1000, label: {en: small}}
    large: {label: {en: large}}
notebooks: []
reports: {}
"""
TABLES = {
    "projects": "project_id,lead_org_id,year,grant\n1,a,2021,100\n2,u,2022,50\n3,b,2022,\n",
    "organisations": "org_id,kind,area_code\na,council,W1\nb,council,S1\nu,charity,\n",
    "participations": "project_id,org_id,role\n1,a,lead\n1,b,partner\n2,u,lead\n3,b,lead\n",
    "areas": "code,nation,population\nW1,Wales,300\nS1,Scotland,3000\n",
    "documents": "document_id,project_id,kind\nd1,1,final\nd2,2,final\n",
    "codes": "code_id,kind\n2.1,obstacle\n2.2,obstacle\n",
    "segments": "segment_id,document_id\ns1,d1\ns2,d1\n",
    "codings": "coding_id,segment_id,code_id,coder_id\nk1,s1,2.1,me\nk2,s2,2.2,me\n",
}
KINDS = {"grant": "number", "year": "integer", "population": "integer"}


def councils(folder: Path, declaration: str = COUNCILS, **tables: str) -> Study:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    resources = []
    for name, text in (TABLES | tables).items():
        if not text:
            continue
        (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
        names = text.partition("\n")[0].split(",")
        fields = [{"name": one, "type": KINDS.get(one, "string")} for one in names]
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": fields}})
    (folder / "data" / "datapackage.json").write_text(json.dumps({"resources": resources}))
    (folder / "evaluation.yml").write_text(declaration, encoding="utf-8")
    return load_study(folder)


def test_a_table_of_areas_without_years_gives_leads_their_place(tmp_path: Path) -> None:
    study = councils(tmp_path)
    assert problems(study) == []
    evidence = select(study)
    columns = ["project_id", "year", "nation", "size_class", "areas", "joint"]
    found = evidence.projects[columns].astype(object)
    assert found.where(found.notna(), None).values.tolist() == [
        ["1", 2021, "Wales", "small", 2, True],
        ["2", 2022, None, None, 0, False],
        ["3", 2022, "Scotland", "large", 1, False],
    ]
    shares = evidence.allocations.set_index(["project_id", "org_id"])["money"]
    assert shares[("1", "a")] == 9.09
    assert shares[("1", "b")] == 90.91
    assert shares[("2", "u")] == 50.0
    wales = select(study, nation="Wales")
    assert wales.projects["project_id"].tolist() == ["1"]


def test_who_coded_a_document_has_read_it_and_of_others_nothing_was_asked(tmp_path: Path) -> None:
    evidence = select(councils(tmp_path))
    states = evidence.presence.set_index(["project_id", "code_id"])["state"]
    assert states.to_dict() == {
        ("1", "2.1"): "yes", ("1", "2.2"): "yes",
        ("2", "2.1"): "not_asked", ("2", "2.2"): "not_asked",
    }  # fmt: skip
    assert evidence.tables["coders"]["role"].tolist() == ["coder"]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"codes": ""}, "its column code_id is of the table codes, which is not there"),
        ({"areas": "code,nacion\nW1,Wales\n"}, "the table areas has no column"),
        ({"codes": "code_id,kind\n2 1,obstacle\n2.1,x\n2.2,x\n"}, '"2 1" has another form'),
        ({"projects": "", "participations": "", "documents": "", "segments": "", "codings": ""},
         "there is no table projects"),
    ],
)  # fmt: skip
def test_what_a_study_cannot_do_without_is_told(
    tmp_path: Path, tables: dict[str, str], told: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        refuse(check_data((study := councils(tmp_path, **tables)).data, study.declaration))
    assert told in str(caught.value)


def test_a_dimension_is_of_a_column_that_is_there(tmp_path: Path) -> None:
    text = COUNCILS.replace("column: nation}", "column: county, map: areas}")
    lacks, unmapped = problems(councils(tmp_path, text))
    assert lacks == (
        'evaluation.yml, dimensions.nation: no column "county" in organisations or areas; '
        "allowed: org_id, kind, area_code, code, nation, population. Correct the column, "
        "or say whose it is (of). [study.dimension]"
    )
    assert unmapped == (
        "evaluation.yml, dimensions.nation: the table areas gives its values no place on "
        "a map; allowed: county, tile_row, tile_column. Add the columns to the table, or take "
        "`map` out. [study.dimension]"
    )

"""What the parameters leave of the data, and what is said when they leave nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from evidence_files import STUDY

from evaltools.evidence import Evidence, hash_data, load_descriptor, open_evidence, read_tables
from evaltools.problems import ProblemError


@pytest.fixture(scope="module")
def tables(pristine: Any) -> dict[str, pd.DataFrame]:
    return read_tables(pristine.folder)


def test_projects_carry_what_is_known_of_their_lead_and_partners(
    tables: Any, parameters: Any
) -> None:
    evidence = Evidence.select(STUDY, tables, parameters())
    columns = ["project_id", "year", "lead_name_fi", "lead_kind", "region_code",
               "municipality_group", "size_class", "population", "organisations",
               "areas", "joint", "reported", "due"]  # fmt: skip
    rows = evidence.projects[columns].astype(object)
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["P1", 2019, "Alajärvi", "municipality", "14", "semi_urban", "5000_19999", 9800, 3, 3,
         True, True, True],
        ["P2", 2019, "Esimerkkilä", "municipality", "01", "rural", "under_5000", 3000, 1, 1,
         False, True, True],
        ["P3", 2020, "Yhtymä", "joint_authority", "14", None, None, None, 3, 2, True, False, False],
        ["P4", 2020, "Alavus", "municipality", "14", "urban", "5000_19999", 11300, 2, 2, True,
         False, False],
    ]  # fmt: skip
    assert (evidence.n, evidence.N, evidence.funded) == (2, 2, 4)


def test_reports_and_what_they_say_are_of_the_wave(tables: Any, parameters: Any) -> None:
    evidence = Evidence.select(STUDY, tables, parameters())
    assert evidence.reports["document_id"].tolist() == ["D1", "D2"]
    assert evidence.goals["goal_id"].tolist() == ["G1", "G2"]
    assert evidence.sustainability[["goal_id", "project_id"]].values.tolist() == [["G1", "P2"]]
    assert evidence.ratings[["project_id", "value"]].values.tolist() == [["P1", 4]]
    assert evidence.saving_claims["project_id"].tolist() == ["P1"]
    assert evidence.presence["project_id"].unique().tolist() == ["P1", "P2"]
    assert len(evidence.presence) == 2 * 4
    assert evidence.linked["project_id"].tolist() == ["P1"]


def test_the_register_is_seen_as_on_the_day_of_the_cut_off(tables: Any, parameters: Any) -> None:
    evidence = Evidence.select(STUDY, tables, parameters(cutoff=dt.date(2022, 3, 1)))
    assert evidence.reports["document_id"].tolist() == ["D1"]
    early = parameters(cutoff=dt.date(2022, 3, 1), calls=("2019",))
    assert Evidence.select(STUDY, tables, early).N == 2


@pytest.mark.parametrize(
    ("changes", "projects"),
    [
        ({"calls": ("2019",)}, ["P1", "P2"]),
        ({"region": "14"}, ["P1", "P3", "P4"]),
        ({"municipality_group": "rural"}, ["P2"]),
        ({"region": "14", "calls": ("2019",)}, ["P1"]),
    ],
)
def test_each_parameter_narrows(
    tables: Any, parameters: Any, changes: Any, projects: list[str]
) -> None:
    evidence = Evidence.select(STUDY, tables, parameters(**changes))
    assert evidence.projects["project_id"].tolist() == projects
    assert evidence.participations["project_id"].unique().tolist() == projects
    assert evidence.allocations["project_id"].unique().tolist() == projects


def test_another_wave_is_read_whatever_its_call_but_not_before_it_came_in(
    tables: Any, parameters: Any
) -> None:
    later = parameters(wave="2023", cutoff=dt.date(2023, 4, 30), calls=("2020",))
    evidence = Evidence.select(STUDY, tables, later)
    assert evidence.presence["project_id"].unique().tolist() == ["P3"]
    assert evidence.presence_of_wave("2022")["project_id"].unique().tolist() == ["P1", "P2"]
    assert Evidence.select(STUDY, tables, parameters()).presence_of_wave("2023").empty


def test_presence_by_another_rule_leaves_the_evidence_as_it_is(
    tables: Any, parameters: Any
) -> None:
    evidence = Evidence.select(STUDY, tables, parameters(coder_rule="any"))
    pd.testing.assert_frame_equal(evidence.presence_by_rule("any"), evidence.presence)
    assert not evidence.presence_by_rule("all").equals(evidence.presence)


def test_every_frame_is_in_order_from_index_0_whatever_the_order_of_files(
    tables: Any, parameters: Any
) -> None:
    turned = {name: frame.iloc[::-1] for name, frame in tables.items()}
    one = Evidence.select(STUDY, tables, parameters())
    other = Evidence.select(STUDY, turned, parameters())
    for name in ("projects", "reports", "presence", "linked", "goals", "sustainability",
                 "ratings", "saving_claims", "participations", "allocations"):  # fmt: skip
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
        assert isinstance(getattr(one, name).index, pd.RangeIndex)
    for name in tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])


def test_selecting_changes_no_table(pristine: Any, tables: Any, parameters: Any) -> None:
    Evidence.select(STUDY, tables, parameters())
    for name, frame in read_tables(pristine.folder).items():
        pd.testing.assert_frame_equal(tables[name], frame)


CHOSEN = "(of calls 2019, 2020, 2021; wave {wave}; cutoff {cutoff}; region {region}; {group})"


def test_an_empty_scope_names_the_parameter_and_what_there_would_be(
    tables: Any, parameters: Any
) -> None:
    with pytest.raises(ProblemError) as error:
        Evidence.select(STUDY, tables, parameters(municipality_group="urban"))
    assert [str(problem) for problem in error.value.problems] == [
        "parameter municipality_group: urban leaves no final report (of calls 2019, 2020, 2021; "
        "wave 2022; cutoff 2022-04-30; region all; municipality_group urban); allowed: rural (1), "
        "semi_urban (1), the other parameters as they are. Choose one of these, or widen another "
        "parameter. [scope.empty]"
    ]


def test_an_empty_scope_by_time_tells_from_when_there_is_something(
    tables: Any, parameters: Any
) -> None:
    with pytest.raises(ProblemError) as error:
        Evidence.select(STUDY, tables, parameters(cutoff=dt.date(2022, 2, 1)))
    assert [(problem.where, problem.allowed) for problem in error.value.problems] == [
        ("parameter cutoff", "2022-03-01 or later, the other parameters as they are")
    ]


def test_a_scope_emptied_by_several_parameters_says_so(tables: Any, parameters: Any) -> None:
    with pytest.raises(ProblemError) as error:
        Evidence.select(STUDY, tables, parameters(calls=("2021",), region="04"))
    assert [(problem.where, problem.allowed) for problem in error.value.problems] == [
        ("parameters", "reports by wave: 2022 (2), 2023 (1)")
    ]


# Opening ---------------------------------------------------------------------------------------


def study_of(folder: Path, parameters: Any) -> Any:
    return SimpleNamespace(
        data=folder,
        words=STUDY.words,
        declaration=STUDY.declaration,
        parameters_from=lambda names: parameters(wave=names.get("wave", "2022")),
    )


def test_a_notebook_opens_its_evidence_by_its_names(package: Any, parameters: Any) -> None:
    evidence = open_evidence({"wave": "2022"}, study=study_of(package.folder, parameters))
    assert evidence.n == 2


def test_wrong_data_are_not_opened(package: Any, parameters: Any) -> None:
    package.change("ratings", 3, value="6")
    with pytest.raises(ProblemError, match="outside the scale"):
        open_evidence(parameters(), study=study_of(package.folder, parameters))


def test_data_that_the_pipeline_vouched_for_are_not_validated_again(
    package: Any, parameters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package.change("ratings", 3, value="6")
    state = hash_data(package.folder, load_descriptor(package.folder))
    monkeypatch.setenv("EVALTOOLS_VALIDATED", state)
    assert open_evidence(parameters(), study=study_of(package.folder, parameters)).n == 2
    opened = open_evidence(parameters(), study=study_of(package.folder, parameters))
    package.change("ratings", 3, value="7")  # another state, for which nobody vouched
    with pytest.raises(ProblemError, match="changed after it was checked"):
        _ = opened.ratings
    path = package.folder / "datapackage.json"
    path.write_bytes(path.read_bytes() + b"\n")  # nor for tables that are described otherwise
    with pytest.raises(ProblemError, match="outside the scale"):
        open_evidence(parameters(), study=study_of(package.folder, parameters))


def test_of_checked_data_only_the_tables_are_read_that_are_asked_for(
    package: Any, parameters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = hash_data(package.folder, load_descriptor(package.folder))
    monkeypatch.setenv("EVALTOOLS_VALIDATED", state)
    next(package.folder.rglob("goals.csv")).unlink()
    opened = open_evidence(parameters(), study=study_of(package.folder, parameters))
    assert (opened.n, opened.presence.empty) == (2, False)
    with pytest.raises(ProblemError, match="no such file"):
        _ = opened.goals


def test_unreadable_data_are_never_vouched_for(
    package: Any, parameters: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package.change("ratings", 3, value="kuusi")
    state = hash_data(package.folder, load_descriptor(package.folder))
    monkeypatch.setenv("EVALTOOLS_VALIDATED", state)
    opened = open_evidence(parameters(), study=study_of(package.folder, parameters))
    with pytest.raises(ProblemError, match="whole number"):
        _ = opened.ratings


def test_the_state_changes_with_any_byte_and_with_nothing_else(package: Any) -> None:
    descriptor = load_descriptor(package.folder)
    before = hash_data(package.folder, descriptor)
    assert before == hash_data(package.folder, descriptor)
    (package.folder / "README.txt").write_text("muistiinpano")
    assert before == hash_data(package.folder, descriptor)
    seen = {before}
    for name in ("reference/regions.csv", "reports/text/D1.txt", "datapackage.json"):
        path = package.folder / name
        path.write_bytes(path.read_bytes() + b"\n")
        seen.add(hash_data(package.folder, descriptor))
    assert len(seen) == 4


def test_bytes_moved_from_one_file_to_the_next_are_another_state(package: Any) -> None:
    descriptor = load_descriptor(package.folder)
    first, second = (package.folder / "coding" / name for name in ("coders.csv", "readings.csv"))
    before = hash_data(package.folder, descriptor)
    content = first.read_bytes()
    first.write_bytes(content[:-1])
    second.write_bytes(content[-1:] + second.read_bytes())
    assert hash_data(package.folder, descriptor) != before

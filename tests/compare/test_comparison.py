"""Two runs side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded_runs import INGREDIENTS, PARAMETERS, READ, recorded, share

from evaltools.compare.compare import compare
from evaltools.compare.prose import compare_prose, strip_markdown
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.provenance.indicator_changes import find_relation
from evaltools.study import Study


def test_run_compared_with_itself_has_no_differences() -> None:
    run = recorded(share("challenge.staff.share", 5, 50))
    made = compare(run, run)
    assert made.is_empty
    assert made.compared == 2


def test_everything_that_differs_in_what_went_in_is_named() -> None:
    old = recorded()
    files = {**INGREDIENTS.files, "data/coding/codings.csv": "9", "data/new.csv": "1"}
    del files["data/register/projects.csv"]
    new = recorded(
        files=files,
        parameters={**PARAMETERS, "wave": "2023"},
        code={"evaltools/indicators/goals.py": "changed"},
        notebooks={},
        lock=("uv.lock", "9"),
        python="3.12.0",
    )
    made = compare(old, new)
    assert [(item.file, item.kind) for item in made.inputs] == [
        ("data/coding/codings.csv", "changed"),
        ("data/new.csv", "added"),
        ("data/register/projects.csv", "removed"),
    ]
    assert [(item.name, item.old, item.new) for item in made.parameters] == [
        ("wave", "2022", "2023")
    ]
    assert made.code == ("evaltools/indicators/goals.py",)
    assert made.notebooks == ("notebooks/a.ipynb",)
    assert made.lock
    assert made.python == ("3.11.7", "3.12.0")
    assert not made.is_empty


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({}, "same"),
        ({"coder_rule": "all"}, "same"),
        ({"wave": "2023"}, "disjoint"),
        ({"calls": ["2020"]}, "disjoint"),
        ({"calls": ["2019", "2020"]}, "overlapping"),
        ({"region": "06"}, "overlapping"),
        ({"cutoff": "2022-06-30"}, "overlapping"),
    ],
)
def test_parameters_tell_whether_the_same_reports_were_read(
    changes: dict[str, object], relation: str
) -> None:
    assert (
        find_relation(
            recorded().ingredients, recorded(parameters={**PARAMETERS, **changes}).ingredients
        )
        == relation
    )


def test_two_regions_share_no_reports() -> None:
    first, second = (recorded(parameters={**PARAMETERS, "region": code}) for code in ("01", "06"))
    assert find_relation(first.ingredients, second.ingredients) == "disjoint"


def test_recoding_keeps_the_reports_and_a_changed_register_may_not() -> None:
    recoded = recorded(files={**INGREDIENTS.files, "data/coding/codings.csv": "9"})
    assert find_relation(recorded().ingredients, recoded.ingredients) == "same"
    registered = recorded(files={**INGREDIENTS.files, "data/register/projects.csv": "9"})
    assert find_relation(recorded().ingredients, registered.ingredients) == "overlapping"


def test_findings_that_turned_are_told_with_the_indicators_that_moved() -> None:
    def judged(outcome: str) -> dict[str, JudgedFinding]:
        keys = ("challenge.aims.share", "challenge.staff.share")
        return {"staff": JudgedFinding("staff", outcome, keys),
                "same": JudgedFinding("same", "holds", ())}  # fmt: skip

    old = recorded(share("challenge.staff.share", 5, 50), findings=judged("holds"))
    new = recorded(share("challenge.staff.share", 25, 50), findings=judged("does_not_hold"))
    made = compare(old, new)
    assert made.findings is not None
    assert [(f.id, f.old, f.new, f.keys) for f in made.findings] == [
        ("staff", "holds", "does_not_hold", ("challenge.staff.share",))
    ]
    assert compare(replace(old, findings=None), new).findings is None


def test_finding_that_only_one_run_judges_is_told() -> None:
    made = compare(recorded(findings={}), recorded(findings={"a": JudgedFinding("a", "holds", ())}))
    assert made.findings is not None
    assert [(f.id, f.old, f.new) for f in made.findings] == [("a", None, "holds")]


def test_prose_is_told_by_file_line_and_variable(study: Study) -> None:
    old = recorded(replace(READ, x=50), parameters=study.parameters().as_values())
    new = recorded(replace(READ, x=60, value=0.6), parameters=study.parameters().as_values())
    found = compare_prose(study, old, new)
    places = [item for item in found if item.variable == "reports.read.x"]
    assert places
    for item in places:
        line = (study.root / item.file).read_text(encoding="utf-8").splitlines()[item.line - 1]
        assert "{{< var reports.read.x >}}" in line
        assert (item.old, item.new) == ("50", "60")
    assert not [item for item in found if item.old == item.new]
    assert {item.variable for item in found} <= {
        "reports.read.x", "reports.read.share", "reports.read.quantity", "scope.reports",
        "reports.read.population", "reports.read.superpopulation",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ('[37 %]{.indicator key="a"}', "37 %"),
        ('osassa ([19/52]{.indicator key="a"})', "osassa (19/52)"),
        ("[[27/52](#ev-a){.evidence-link}]{.indicator}", "27/52"),
        ("[51 %](#ev-a)", "51 %"),
        (r"a\_b \[s\]", "a_b [s]"),
        ("&#43;29 a&#95;b", "+29 a_b"),
    ],
)
def test_variable_is_told_without_its_spans_and_links(markdown: str, text: str) -> None:
    assert strip_markdown(markdown) == text

"""What strangers with programmes of their own ran into: mended at the mechanism, held here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evaltools.chapters import evidence_base, networks, portfolio
from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import networks as network_indicators
from evaltools.indicators import portfolio as portfolio_indicators
from evaltools.indicators.nonresponse import differences
from evaltools.pipeline.jobs import FIELD, KernelContract
from evaltools.pipeline.notebook_failures import find_cell_fault
from evaltools.pipeline.study_checks import check_study
from evaltools.study import Study, load_study

KINDS = {"grant": "number", "year": "integer", "population": "integer"}
DECLARATION = """
name: counties
title: {en: Counties}
dimensions: {county: {column: county}}
parameters:
  county:
    type: choice
    from: projects.theme
    choices: {all: {en: all}}
    default: all
    label: {en: County}
    help: {en: County.}
"""
TABLES = {
    "projects": "project_id;title_en;theme;lead_org_id;year;grant;amount\n"
    "1;One;art;a;2021;10,5;1\n2;Two;art;b;2022;20;2\n3;Three;craft;a;2022;30;3\n",
    "organisations": "org_id;area_code\na;F1\nb;F2\n",
    "participations": "project_id;org_id;role\n1;a;lead\n1;b;partner\n2;b;lead\n3;a;lead\n",
    "areas": "code;county;population\nF1;F1;100\nF2;F2;300\nF3;F3;50\n",
    "documents": "document_id;project_id;kind\nd1;1;final\n",
}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "data").mkdir()
    resources = []
    for name, text in TABLES.items():
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
        fields = [
            {"name": one, "type": KINDS.get(one, "string")}
            for one in text.partition("\n")[0].split(";")
        ]
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": fields}})
    (tmp_path / "data" / "datapackage.json").write_text(json.dumps({"resources": resources}))
    (tmp_path / "evaluation.yml").write_text(DECLARATION, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.ipynb").write_text("{}")
    (tmp_path / "reports" / "en").mkdir(parents=True)
    (tmp_path / "reports" / "en" / "report.qmd").write_text("# A\n")
    return load_study(tmp_path)


@pytest.fixture
def evidence(study: Study) -> Evidence:
    return Evidence.select(study, read_tables(study.data), study.parameters())


def test_what_usually_stands_somewhere_need_not_be_declared(study: Study) -> None:
    declared = study.declaration
    assert declared.notebooks == ("notebooks/a.ipynb",)
    assert declared.reports["en"].source == "reports/en/report.qmd"
    assert declared.whole_title("en") == declared.printed("short_title", "en") == "Counties"
    assert declared.printed("publisher", "en") == ""


def test_a_value_is_not_called_after_a_project_that_has_it(study: Study) -> None:
    choices = study.declaration.parameters["county"].choices
    assert [text.en for text in choices.values()] == ["all", "art", "craft"]


def test_columns_that_nothing_reads_are_named(study: Study) -> None:
    assert check_study(study) == "5 tables are valid.\nNo chapter reads projects.amount."


def test_areas_without_years_and_without_a_map_are_reached(evidence: Evidence) -> None:
    records = portfolio_indicators.compute(evidence)
    found = {record.key: record for record in records if not record.dimensions}
    reached = found["areas.reached.share"]
    assert (reached.x, reached.n) == (2, 3)
    portfolio.lorenz_figure(evidence, records)
    caption = portfolio.concentration_table(evidence, records).full_caption
    assert "Theil" not in caption


def test_nothing_is_compared_that_the_study_does_not_have(evidence: Evidence) -> None:
    assert "start" not in set(differences(evidence)["variable"])
    table = networks.network_table(evidence, network_indicators.compute(evidence))
    assert not re.search(r"comparison register|New ties", table.markdown())


def test_reports_are_counted_by_year_where_there_are_no_calls(evidence: Evidence) -> None:
    table = evidence_base.read_table(evidence)
    assert table.frame["call_id"].tolist() == ["2021", "2022"]
    assert "received" not in table.markdown()


@pytest.mark.parametrize(("computed", "kind"), [([], None), (None, "incomplete")])
def test_a_chapter_may_have_no_indicators_but_has_to_be_computed(
    computed: list[object] | None, kind: str | None
) -> None:
    contract = KernelContract(0, 0, (), "evaltools.indicators.networks")
    fault = find_cell_fault([], {0: {"status": "ok", FIELD: {"computed": computed}}}, contract)
    assert (fault.kind if fault else None) == kind

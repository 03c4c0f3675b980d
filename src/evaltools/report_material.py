"""What a run hands to the report: its indicators, notebooks, tables and judged findings."""

from __future__ import annotations

import json
from typing import Any

from evaltools.evidence import load_descriptor, read_tables
from evaltools.execute import Run
from evaltools.findings.coder_rules import rule_note
from evaltools.findings.judging import Judgement
from evaltools.findings.matrix import departures, matrix_problems
from evaltools.provenance.manifest import RUN_NAME_LENGTH
from evaltools.report.judged import judged
from evaltools.report.staging import Material
from evaltools.study import Parameters, Study


def gather_material(study: Study, made: Run) -> Material:
    """What a report is staged from: a run, and the tables of the study."""
    descriptor = load_descriptor(study.data)
    indicators = made.indicators()
    reports = next(item for item in indicators if item.key == "reports.read.share")
    notebooks: dict[str, dict[str, Any]] = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in made.notebooks
    }
    tables = read_tables(study.data, descriptor)
    return Material(
        run=made.key[:RUN_NAME_LENGTH],
        notebooks=notebooks,
        indicators=indicators,
        tables=tables,
        descriptor=descriptor,
        n=reports.n or 0,
        N=reports.N or 0,
        judgements=judged(study, _parameters_of(study, made), indicators, tables),
    )


def judgements_of(study: Study, made: Run) -> tuple[Judgement, ...]:
    """What a run says of every finding of the study's report."""
    tables = read_tables(study.data, load_descriptor(study.data))
    return judged(study, _parameters_of(study, made), made.indicators(), tables)


def summarise(study: Study, parameters: Parameters, material: Material) -> list[str]:
    """What an author should know of the report: findings that no longer hold, departures."""
    codes = set(material.tables["codes"]["code_id"])
    asserted = [item for item in material.judgements if item.finding.asserted]
    failing = [item for item in asserted if not item.holds]
    lines = [f"Findings: {len(asserted) - len(failing)} of {len(asserted)} asserted hold"]
    lines += [f"  {item.finding.id}: {item.reason.text('en')}" for item in failing]
    lines += [
        f"  {item.finding.id}: {note}"
        for item in asserted
        if item.holds and (note := rule_note(item, "en"))
    ]
    lines += [
        f"Evaluation matrix: {problem}"
        for problem in matrix_problems(
            study, material.indicators, material.judgements, codes, set(material.tables)
        )
    ]
    return lines + [f"Departure from the plan: {line}" for line in departures(study, "en")]


def _parameters_of(study: Study, made: Run) -> Parameters:
    """The parameters that a run was made under, as the study declares them now."""
    values = made.manifest.ingredients.parameters
    return study.parameters({k: v for k, v in values.items() if k in study.declaration.parameters})

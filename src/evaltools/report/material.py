"""What a run hands to the report: its indicators, notebooks, tables and judged findings."""

from __future__ import annotations

import json
from typing import Any

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.judgement import Judgement, rule_note
from evaltools.findings.matrix import departures, matrix_problems
from evaltools.pipeline import Run
from evaltools.provenance.manifest import RUN_NAME_LENGTH
from evaltools.report.staging import Material, judged
from evaltools.study import Parameters, Study


def gather_material(study: Study, made: Run) -> Material:
    """What a report is staged from: a run, and the tables of the study."""
    descriptor = load_descriptor(study.data)
    indicators = made.indicators()
    notebooks: dict[str, dict[str, Any]] = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in made.notebooks
    }
    tables, parameters = read_tables(study.data, descriptor), _parameters_of(study, made)
    counts = next(
        ((item.x or 0, item.n or 0) for item in indicators if item.key == "reports.read.share"),
        None,
    )
    if counts is None:  # no chapter of the study counts what was read
        evidence = Evidence.select(study, tables, parameters)
        counts = evidence.n, evidence.N
    return Material(
        run=made.key[:RUN_NAME_LENGTH],
        notebooks=notebooks,
        indicators=indicators,
        tables=tables,
        descriptor=descriptor,
        n=counts[0],
        N=counts[1],
        judgements=judged(study, parameters, indicators, tables),
    )


def judgements_of(study: Study, made: Run) -> tuple[Judgement, ...]:
    """What a run says of every finding of the study's report."""
    tables = read_tables(study.data, load_descriptor(study.data))
    return judged(study, _parameters_of(study, made), made.indicators(), tables)


def summarise(study: Study, parameters: Parameters, material: Material) -> list[str]:
    """What an author should know of the report: findings that no longer hold, departures."""
    words = study.words("en")
    codes = set(material.tables["codes"]["code_id"]) if "codes" in material.tables else set()
    asserted = [item for item in material.judgements if item.finding.asserted]
    failing = [item for item in asserted if not item.holds]
    lines = [f"Findings: {len(asserted) - len(failing)} of {len(asserted)} asserted hold"]
    lines += [f"  {item.finding.id}: {item.reason.text(words)}" for item in failing]
    lines += [
        f"  {item.finding.id}: {note}"
        for item in asserted
        if item.holds and (note := rule_note(item, words))
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

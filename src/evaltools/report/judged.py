"""What a run says of the report's findings, and what it would say under each coder rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaltools.problems import refuse

if TYPE_CHECKING:
    import pandas as pd

    from evaltools.findings.judgement import Judgement
    from evaltools.indicators.indicator import Indicator
    from evaltools.study import Parameters, Study


def judged(
    study: Study,
    parameters: Parameters,
    indicators: tuple[Indicator, ...],
    tables: Mapping[str, pd.DataFrame],
) -> tuple[Judgement, ...]:
    """Every finding of the study put to the numbers of a run.

    Arguments:
        parameters: of the run.
        indicators: all of the run.
        tables: the data that it was made from.

    Raises:
        ProblemError: findings that ask for evidence or numbers that are not there.
    """
    from evaltools.evidence import Evidence
    from evaltools.findings.declaration import load_findings
    from evaltools.findings.judgement import judge, judge_by_rule, unknown_evidence
    from evaltools.report.variables import ESTIMANDS

    declared = study.declaration
    findings = load_findings(study.root, declared.languages)
    if not len(findings):
        return ()
    facts, codable = {}, []
    if "facts" in tables:
        facts = dict(zip(tables["facts"]["fact_id"], tables["facts"]["value"], strict=True))
    if "codes" in tables:
        codes = tables["codes"]
        codable = codes.loc[codes["codable"].astype(bool), "code_id"].tolist()
    estimand = ESTIMANDS[parameters.estimand]
    refuse(unknown_evidence(findings, codable, tables))
    judgements = judge(findings, indicators, estimand, facts)
    evidence = Evidence.select(study, tables, parameters)
    return judge_by_rule(
        judgements, indicators, evidence, estimand, facts, declared.chapters.values()
    )

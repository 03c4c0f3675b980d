"""What a run says of the report's findings, and what it would say under each coder rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaltools.problems import refuse

if TYPE_CHECKING:
    import pandas as pd

    from evaltools.findings.judging import Judgement
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
    from evaltools.findings.coder_rules import judge_by_rule
    from evaltools.findings.declaration import load_findings
    from evaltools.findings.judging import judge, unknown_evidence
    from evaltools.report.variables import ESTIMANDS

    facts = dict(zip(tables["facts"]["fact_id"], tables["facts"]["value"], strict=True))
    estimand = ESTIMANDS[parameters.estimand]
    findings = load_findings(study.root)
    codes = tables["codes"]
    codable = codes.loc[codes["codable"].astype(bool), "code_id"]
    refuse(unknown_evidence(findings, codable, tables))
    judgements = judge(findings, indicators, estimand, facts)
    if not judgements:
        return ()
    evidence = Evidence.select(study, tables, parameters)
    return judge_by_rule(judgements, indicators, evidence, estimand, facts)

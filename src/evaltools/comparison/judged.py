"""Findings of a run: as it was judged, or else put to its numbers now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltools.problems import ProblemError
from evaltools.provenance.recorded import JudgedFinding, Recorded

if TYPE_CHECKING:
    from evaltools.present.language import Language
    from evaltools.study import Study

JUDGED = dict[str, JudgedFinding]


def judged_now(study: Study, run: Recorded) -> JUDGED | None:
    """The study's findings, as they are declared now, put to the numbers of a run.

    Returns:
        By id of the finding. None where the study declares none, or some of them ask for
        numbers that the run does not have.
    """
    from evaltools.findings.declaration import FILE_NAME, load_findings
    from evaltools.findings.judging import judge
    from evaltools.report.variables import ESTIMANDS

    if not (study.root / FILE_NAME).is_file():
        return None
    declared = load_findings(study.root)
    estimand = ESTIMANDS[str(run.ingredients.parameters.get("estimand", "descriptive"))]
    language: Language = run.ingredients.parameters.get("language", "fi")
    try:
        judgements = judge(declared, run.indicators, estimand, _facts(study))
    except ProblemError:
        return None  # an older run need not have every number that is asked for today
    return {
        item.finding.id: JudgedFinding(
            item.finding.id,
            item.outcome,
            item.reason.text(language),
            tuple(sorted({number.key for number in item.numbers})),
        )
        for item in judgements
    }


def _facts(study: Study) -> dict[str, float]:
    """Single public facts by name."""
    from dataclasses import replace

    from evaltools.evidence import load_descriptor
    from evaltools.evidence.tables import read_leniently

    descriptor = load_descriptor(study.data)
    only = tuple(item for item in descriptor.resources if item.name == "facts")
    tables = read_leniently(study.data, replace(descriptor, resources=only)).tables
    if "facts" not in tables:
        return {}
    facts = tables["facts"]
    return dict(zip(map(str, facts["fact_id"]), map(float, facts["value"]), strict=True))

"""Who answers for a publication, since when, and under which terms: what only people can say."""

from __future__ import annotations

from evaltools.problems import Problem
from evaltools.publishing.gates import Candidate


def responsibility_problems(candidate: Candidate) -> list[Problem]:
    """A study that names no date, authors and licence cannot be published."""
    if candidate.study.declaration.publication is not None:
        return []
    what = "does not say who publishes when and under which licence"
    remedy = "Add publication with published, authors and licence."
    return [Problem("evaluation.yml", what, "", remedy, "publish.responsibility")]

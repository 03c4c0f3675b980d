"""Codes of which nothing is told, so that no number that pools codes gives them away either."""

from __future__ import annotations

import pandas as pd

from evaltools.evidence.computed_once import computed_once
from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.disclosure.suppression import Withheld

CLAIMED = "savings.claimed"


def codable_codes(evidence: Evidence) -> pd.DataFrame:
    """Rows of the codebook that passages can be given."""
    codes = evidence.tables["codes"]
    return codes[codes["codable"].astype("boolean").fillna(False).to_numpy(dtype=bool)]


@computed_once
def withheld_codes(evidence: Evidence) -> dict[str, Withheld]:
    """Codable codes whose share of the reports is withheld, and why.

    They are left out wherever codes are counted together, such as agreement and saturation:
    what all codes give less what the others give would be theirs.
    """
    policy, found = policy_for(evidence), {}
    codes = sorted(codable_codes(evidence)["code_id"].astype(str))
    sensitive = [code for code in codes if policy.regime_of(f"{code}.share") != "open"]
    counts = _count_reports(evidence) if sensitive else {}
    for code in sensitive:
        if why := policy.why_count(f"{code}.share", *counts.get(code, (0, 0))):
            found[code] = why
    claimed = evidence.vocabulary.codes_of_numbers.get(CLAIMED, "")
    coded = evidence.tables["codes"]["code_id"].eq(claimed).any()
    if coded and (why := _claiming_withheld(evidence)):
        found.setdefault(claimed, why)
    return found


def savings_withheld(evidence: Evidence) -> Withheld | None:
    """Why nothing of the claimed savings is told, or None.

    Who claims is counted twice, from the table of claims and from the coded passages: each
    would give the other away.
    """
    claimed = evidence.vocabulary.codes_of_numbers.get(CLAIMED, "")
    return _claiming_withheld(evidence) or withheld_codes(evidence).get(claimed)


def count_claiming(evidence: Evidence) -> int:
    """Reports that claim savings, not for print as it is.

    By the coder rule where the study declares a code behind the number, as other themes are
    counted; else those that the table of claims has.
    """
    claimed = evidence.vocabulary.codes_of_numbers.get(CLAIMED, "")
    if evidence.tables["codes"]["code_id"].eq(claimed).any():
        return _count_reports(evidence).get(claimed, (0, 0))[0]
    return int(evidence.saving_claims["project_id"].nunique())


def _claiming_withheld(evidence: Evidence) -> Withheld | None:
    claiming = int(evidence.saving_claims["project_id"].nunique())
    return policy_for(evidence).why_count(f"{CLAIMED}.share", claiming, int(evidence.n))


def _count_reports(evidence: Evidence) -> dict[str, tuple[int, int]]:
    """By code, the projects whose report has it, and those that were asked of it."""
    states = evidence.presence["state"].astype(str)
    marks = pd.DataFrame(
        {
            "code": evidence.presence["code_id"].astype(str),
            "yes": states.eq("yes"),
            "asked": states.isin(["yes", "no", "silent"]),
        }
    )
    sums = marks.groupby("code")[["yes", "asked"]].sum()
    return {str(code): (int(yes), int(asked)) for code, yes, asked in sums.itertuples(name=None)}

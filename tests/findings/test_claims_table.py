"""docs/claims.md is that of the data, and claims nothing that it does not allow itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.findings.declaration import load_findings
from tools.claims_table import TABLE, claims_table

ROOT = Path(__file__).parents[2]
STRONG = {"holds", "does_not_hold", "all", "none", "tied"}


@pytest.fixture(scope="module")
def rows():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `")
    ]


def test_the_table_is_current():
    assert claims_table() == TABLE.read_text(encoding="utf-8"), "python -m tools.claims_table"


def test_no_claim_is_made_that_its_alpha_or_a_coder_rule_forbids(rows):
    assert len(rows) == len(load_findings(ROOT).asserted)
    made = [row for row in rows if row[5].strip("*") in STRONG]
    assert len(made) > 8
    for name, _, _, _, alpha, case, by_rule, _ in made:
        assert alpha == "–" or float(alpha.replace("−", "-")) >= 0.667, name
        assert len(set(by_rule.split(", "))) == 1, (name, case)

"""E01: a percentage needs its denominator where it is read.

A `{{< var x.y.share >}}` passes when its paragraph has `x.y.n`, `x.y.quantity` (which prints
x/n), or the total that the share is of; or when its section, from one heading to the next, has
`x.y.n` or that total.
"""

from __future__ import annotations

import re

from evaltools.findings.lint.source import Block, Report
from evaltools.problems import Problem

CODE = "E01"

TOTALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"goals|goal_quality", ("goals.stated.count",)),
    (r"(?:projects|reports)\.", ("scope.projects", "projects.funded.count", "reports.read.n")),
    (r"grants\.known", ("scope.projects", "projects.funded.count", "reports.read.n")),
    (r"grants\.top_five", ("grants.total.eur",)),
    (r"calls\.success", ("calls.applications.count",)),
    (r"network\.largest_component", ("network.organisations.count",)),
    (r"network\.(?:ties_new|repeat)", ("network.ties.count",)),
    (r"(?:goal|result|challenge|response|steering)\.", ("scope.reports", "reports.read.x")),
    (r"savings\.claimed", ("scope.reports", "reports.read.x")),
    (r"savings\.", ("savings.claimed.x",)),
)
"""Variables that print the denominator of shares: stem of the share, variables."""


def check(report: Report) -> list[Problem]:
    """Shares whose denominator is not told near them."""
    problems = []
    for source, section in report.sections():
        told = {key for block in section for key, _ in block.variables}
        for block in section:
            for key, piece in block.variables:
                if key.endswith(".share") and not _has_denominator(key, block, told):
                    stem = key.removesuffix(".share")
                    problems.append(
                        Problem(
                            source.where(block, piece.at),
                            f"{{{{< var {key} >}}}} is a percentage, and neither its paragraph "
                            "nor its section tells of how many",
                            "",
                            f"Add {_denominator(stem)}.",
                            CODE,
                        )
                    )
    return problems


def _has_denominator(key: str, block: Block, told: set[str]) -> bool:
    stem = key.removesuffix(".share")
    if any(f"{stem}.quantity" == other for other, _ in block.variables):
        return True
    return f"{stem}.n" in told or not told.isdisjoint(_totals(stem))


def _totals(stem: str) -> tuple[str, ...]:
    """The variables that print what a share is of; those of the first pattern that fits."""
    return next((names for pattern, names in TOTALS if re.match(pattern, f"{stem}.")), ())


def _denominator(stem: str) -> str:
    """What to add to a paragraph so that it tells of how many."""
    own = f"{{{{< var {stem}.x >}}}}/{{{{< var {stem}.n >}}}}"
    totals = _totals(stem)
    return f"the total {{{{< var {totals[0]} >}}}} or {own}" if totals else own

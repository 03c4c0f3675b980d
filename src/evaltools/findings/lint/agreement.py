"""E09: a finding whose theme coders may not be able to tell leads the reader to that.

Agreement is proven where the whole interval of Krippendorff's alpha of a code is at or above
two thirds, the mark below which nothing may be concluded. A finding that rests on a code for
which it is not, or on one whose agreement cannot be estimated or was never computed, needs a
caveat: the section where the finding stands refers to where agreement is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from evaltools.findings.declaration import Finding
from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.source import Block, Report
from evaltools.present.language import number, number_range
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator

CODE: Final = "E09"
LEAST: Final = 0.667
"""Krippendorff 2018, Content Analysis, 4th ed., chapter 12."""
CAVEATS: Final = frozenset(
    {"sec-yksimielisyys", "sec-liite-yksimielisyys", "fig-agreement", "tbl-agreement",
     "tbl-agreement-codes"}
)  # fmt: skip


def check_agreement(
    findings: Iterable[Finding], indicators: Iterable[Indicator], reports: Sequence[Report]
) -> list[Problem]:
    """Findings that the report asserts of codes whose agreement is not proven, without caveat.

    Arguments:
        findings: as declared.
        indicators: of the run; alpha by code is `coding.agreement_by_code.index`, estimand S.
        reports: the prose, a language each; a caveat is needed in each of them.

    Returns:
        A problem a finding and language, at the declaration of the finding, in its order.
    """
    alphas = {
        dict(each.dimensions)["code"]: each
        for each in indicators
        if each.key == "coding.agreement_by_code.index"
        and each.estimand == "S"
        and dict(each.dimensions)["statistic"] == "alpha"
    }
    caveated = [(report.language, _caveated(report)) for report in reports]
    problems = []
    for finding in findings:
        codes = dict.fromkeys(each.code for each in finding.evidence if each.code is not None)
        doubts = [told for code in codes if (told := _doubt(code, alphas.get(code)))]
        if not finding.asserted or not doubts:
            continue
        for language, names in caveated:
            if finding.id not in names:
                problems.append(
                    Problem(
                        finding.where,
                        f"the finding {excerpt(finding.id)} rests on codes that coders may not "
                        f"tell alike, and in {language} its section does not say so: "
                        + "; ".join(doubts),
                        f"alpha of each code at least {LEAST} with its whole interval, or a caveat",
                        "Refer to [-@sec-yksimielisyys] in the section of the finding.",
                        CODE,
                    )
                )
    return problems


def _doubt(code: str, alpha: Indicator | None) -> str:
    """Why agreement on a code is not proven; empty where it is."""
    if alpha is None:
        return f"{code}: agreement was not computed"
    if alpha.value is None or alpha.low is None or alpha.high is None:
        return f"{code}: alpha cannot be estimated"
    if alpha.low >= LEAST:
        return ""
    limits = number_range(alpha.low, alpha.high, "en", 2)
    return f"{code}: alpha {number(alpha.value, 'en', 2)}, {limits}"


def _caveated(report: Report) -> frozenset[str]:
    """Findings that stand in a section which leads to where agreement is told."""
    return frozenset(
        name
        for _, section in report.sections()
        if _leads_there(section)
        for block in section
        for span in block.inline.spans
        if "finding" in span.classes and (name := span.get("finding"))
    )


def _leads_there(section: tuple[Block, ...]) -> bool:
    if section[0].kind == "heading" and not CAVEATS.isdisjoint(section[0].identifiers):
        return True
    return any(piece.content in CAVEATS for block in section for piece in block.references)

"""Findings in the prose: each said once, examined, and told with its caveat: E04, E08 and E09."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from evaltools.i18n.numbers import decimals_beside, number, number_range
from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.problem_formats import excerpt
from evaltools.lint.result_chapters import topic_anchors
from evaltools.lint.source import Report, leads_to, with_enclosing
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.findings.judgement import Judgement
    from evaltools.indicators.indicator import Indicator

LEAST: Final = 0.667
"""Krippendorff 2018, Content Analysis, 4th ed., chapter 12."""
VARIABLE: Final = "finding."
"""Beginning of the variables that print the sentence of a finding."""
SAID_AGAIN: Final = ("summary", "conclusions")
"""Topics whose sections say again what other chapters found, each finding once."""
AGREEMENT_FLOATS: Final = frozenset({"fig-agreement", "tbl-agreement", "tbl-agreement-codes"})


def check_finding_spans(report: Report) -> list[Problem]:
    """E04: every finding that the report claims is said once, and nothing is called a finding that
    is not declared: a sentence that nobody can follow to its segments is no finding. The summary
    and the conclusions each say it once more.
    """
    problems = []
    uses: dict[str, dict[str, list[str]]] = {}
    anchors = {topic: topic_anchors(report, topic) for topic in SAID_AGAIN}
    for source, section in report.sections():
        own = section[0].identifiers
        topic = next((each for each in SAID_AGAIN if not anchors[each].isdisjoint(own)), "")
        for block in section:
            said = [(s.start, s.get("finding")) for s in block.spans if "finding" in s.classes]
            said += [
                (piece.at, name.removeprefix(VARIABLE))
                for name, piece in block.variables
                if name.startswith(VARIABLE)
            ]
            for at, name in sorted(said, key=lambda each: each[0]):
                where = source.where(block, at)
                if name is None or report.declared.get(name) is None:
                    problems.append(_undeclared(report, where, name))
                else:
                    uses.setdefault(name, {}).setdefault(topic, []).append(where)
    for finding in report.declared.findings:
        marked = uses.get(finding.name, {})
        if not finding.asserted:
            continue
        if not marked and finding.name not in report.elsewhere:
            what = f"the finding {excerpt(finding.name)} is not said in reports/{report.language}"
            said_by = f"{{{{< var {VARIABLE}{finding.name} >}}}}"
            remedy = f"Say it once: {said_by}, or set asserted: false with its source."
            problems.append(Problem(finding.where, what, "", remedy, "E04"))
        for first, *others in marked.values():
            for where in others:
                what = f"the finding {excerpt(finding.name)} was said before, at {first}"
                remedy = "Say it once; refer to that section here."
                problems.append(Problem(where, what, "", remedy, "E04"))
    return problems


def _undeclared(report: Report, where: str, name: str | None) -> Problem:
    if not name:
        what = "a finding without a name"
        return Problem(where, what, '{.finding finding="name"}', "Give its name.", "E04")
    near = get_close_matches(name, [f.name for f in report.declared.findings], 1)
    remedy = f"Did you mean {near[0]}?" if near else "Declare it in reports/findings.yml."
    return Problem(where, f"no finding is called {excerpt(name)}", "", remedy, "E04")


def check_counter_evidence(declared: FindingsIndex) -> list[Problem]:
    """E08: findings that neither name counter-evidence nor say that a search found none.

    Takes the findings and not a report, since they are the same in every language.
    """
    return [
        Problem(
            finding.where,
            f"for the finding {excerpt(finding.name)} nobody has looked for what speaks against it",
            "counter_evidence: codes with their polarity, or none_found with how it was searched",
            "Search the segments and enter what was found.",
            "E08",
        )
        for finding in declared.findings
        if not finding.counter_evidence
    ]


def check_rivals(declared: FindingsIndex) -> list[Problem]:
    """E07: findings that claim a cause and name no other explanation of what they explain."""
    return [
        Problem(
            finding.where,
            f"the finding {excerpt(finding.name)} claims a cause without rival explanations",
            "contribution: mechanism, rivals with premises (an empty list says that nobody has "
            "examined the rival), verdict",
            "Say what else could explain it, and which findings speak for that or against it.",
            "E07",
        )
        for finding in declared.findings
        if not finding.rivals
    ]


def check_agreement(
    judgements: Iterable[Judgement], indicators: Iterable[Indicator], reports: Sequence[Report]
) -> list[Problem]:
    """E09: a finding whose theme coders may not be able to tell leads the reader to that.

    Agreement is proven where the whole interval of Krippendorff's alpha of a code is at or above
    two thirds, the mark below which nothing may be concluded. A finding that rests on a code for
    which it is not, or on one whose agreement cannot be estimated or was never computed, needs a
    caveat: the section where the finding stands, or one around it, refers to where agreement is
    told.

    Arguments:
        judgements: of the run.
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
    caveated = [(report, report.anchors(AGREEMENT_FLOATS)) for report in reports]
    allowed = f"alpha of each code at least {LEAST} with its whole interval, or a caveat"
    problems = []
    for judgement in judgements:
        finding = judgement.finding
        codes = dict.fromkeys(each.code for each in judgement.evidence if each.code is not None)
        doubts = [told for code in codes if (told := _doubt(code, alphas.get(code)))]
        open_case = bool(judgement.said) and judgement.outcome == "cannot_be_told"
        if not finding.asserted or not doubts or open_case:  # an open case claims nothing
            continue
        for report, anchors in caveated:
            if finding.id not in _caveated(report, anchors):
                what = (
                    f"the finding {excerpt(finding.id)} rests on codes that coders may not tell "
                    f"alike, and in {report.language} its section does not say so: "
                    + "; ".join(doubts)
                )
                remedy = f"Refer to [-@{anchors[0]}] in the section of the finding."
                problems.append(Problem(finding.where, what, allowed, remedy, "E09"))
    return problems


def _doubt(code: str, alpha: Indicator | None) -> str:
    """Why agreement on a code is not proven; empty where it is."""
    if alpha is None:
        return f"{code}: agreement was not computed"
    if alpha.value is None or alpha.low is None or alpha.high is None:
        return f"{code}: alpha cannot be estimated"
    if alpha.low >= LEAST:
        return ""
    limits = number_range(alpha.low, alpha.high, "en", decimals_beside(alpha.low, [LEAST], 2))
    told = number(alpha.value, "en", decimals_beside(alpha.value, [LEAST], 2))
    return f"{code}: alpha {told}, {limits}"


def _caveated(report: Report, anchors: Sequence[str]) -> frozenset[str]:
    """Findings in a section that leads to where agreement is told, or whose chapter does."""
    return frozenset(
        name
        for source in report.sources
        for around in with_enclosing(source.sections)
        if any(leads_to(section, anchors) for section in around)
        for block in around[-1]
        for name in (
            *(span.get("finding") for span in block.spans if "finding" in span.classes),
            *(used.removeprefix(VARIABLE) for used, _ in block.variables),
        )
        if name
    )

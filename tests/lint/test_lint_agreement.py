"""E09: findings on codes that coders may not be able to tell, with and without a caveat."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import Judgement
from evaltools.findings.reasons import Reason
from evaltools.findings.sentences import Part
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.lint.finding_rules import check_agreement
from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.source import Report, parse

ROOT = Path(__file__).parents[2]
FINDING = "pandemic-among-five-commonest"
CODE = "challenge.pandemic"
SHOWN = "\n\n# Muuta {#sec-luokittelu}\n\n{{< embed ../notebooks/a.ipynb#tbl-agreement >}}\n"
SENTENCE = f"{{{{< var finding.{FINDING} >}}}}"


def alpha(low: float | None, value: float | None = 0.8, estimand: str = "S") -> Indicator:
    return Indicator(
        key="coding.agreement_by_code.index", value=value, unit="index", n=52, low=low,
        high=None if low is None else 0.95, estimand=estimand,
        dimensions=dimensions(code=CODE, statistic="alpha"),
    )  # fmt: skip


def problems(prose: str, *indicators: Indicator):
    finding = load_findings(ROOT)[FINDING]
    assert [each.code for each in finding.evidence] == [CODE]
    source = parse(prose + SHOWN, "reports/fi/report.qmd", "fi")
    report = Report(ROOT, "fi", (source,), FindingsIndex(()))
    judged = Judgement(finding, "holds", Reason("holds", ()), ())
    return check_agreement([judged], indicators, [report])


@pytest.mark.parametrize(
    ("indicators", "told"),
    [
        ((alpha(0.5),), "challenge.pandemic: alpha 0.80, 0.50–0.95"),
        ((alpha(None, None),), "alpha cannot be estimated"),
        ((), "agreement was not computed"),
        ((alpha(None, 0.9, "D"),), "agreement was not computed"),
    ],
)
def test_a_finding_without_proven_agreement_needs_a_caveat(indicators, told):
    (found,) = problems(f"# Haasteet\n\n{SENTENCE}\n", *indicators)
    assert found.code == "E09"
    assert told in found.what
    assert found.where.startswith("reports/findings.yml:")
    assert "[-@sec-luokittelu]" in found.remedy


def test_the_mark_itself_is_proven():
    assert problems(f"# Haasteet\n\n{SENTENCE}\n", alpha(0.667)) == []


@pytest.mark.parametrize(
    "caveat",
    ["ks. luku [-@sec-luokittelu]", "ks. [kuva @fig-agreement]", "([taulukko @tbl-agreement])"],
)
def test_a_way_to_where_agreement_is_told_is_a_caveat_in_its_own_section_only(caveat):
    assert problems(f"# Haasteet\n\n{SENTENCE} {caveat}.\n", alpha(0.5)) == []
    assert len(problems(f"# Muut\n\n{caveat}.\n\n# Haasteet\n\n{SENTENCE}\n", alpha(0.5))) == 1


def test_what_a_chapter_says_holds_of_its_sections_and_of_no_later_chapter():
    told = f"# Haasteet\n\nks. [-@sec-luokittelu].\n\n## A\n\n### B\n\n{SENTENCE}\n"
    assert problems(told, alpha(0.5)) == []
    beside = f"# Haasteet\n\n## A\n\nks. [-@sec-luokittelu].\n\n## B\n\n{SENTENCE}\n"
    assert len(problems(beside, alpha(0.5))) == 1
    later = f"# A\n\nks. [-@sec-luokittelu].\n\n## B\n\n# Haasteet\n\n## C\n\n{SENTENCE}\n"
    assert len(problems(later, alpha(0.5))) == 1


def test_what_others_said_needs_none():
    source = parse("# Tiedote\n\nTeksti.\n", "reports/fi/report.qmd", "fi")
    examined = [
        Judgement(each, "holds", Reason("holds", ()), ()) for each in load_findings(ROOT).examined
    ]
    assert check_agreement(examined, (), [Report(ROOT, "fi", (source,), FindingsIndex(()))]) == []


def test_a_sentence_that_leaves_it_open_needs_none():
    finding = load_findings(ROOT)[FINDING]
    reason = Reason("cannot_be_told", ())
    judged = Judgement(finding, "cannot_be_told", reason, (), said={"fi": (Part("Ei voi sanoa."),)})
    source = parse(f"# Haasteet\n\n{SENTENCE}\n", "reports/fi/report.qmd", "fi")
    report = Report(ROOT, "fi", (source,), FindingsIndex(()))
    assert check_agreement([judged], (alpha(0.5),), [report]) == []

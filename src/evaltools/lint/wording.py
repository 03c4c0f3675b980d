"""Words that promise more than the data hold: E03, E06, E07 and E14."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaltools.lint.lexicon import WordPattern, lexicon
from evaltools.lint.markdown import Block
from evaltools.lint.messages import excerpt
from evaltools.lint.source import Report, Source, leads_to
from evaltools.problems import Problem

SELECTION_FLOATS = frozenset({"fig-selection", "tbl-selection"})
NOT_SHOWN = "not_shown"

_Hit = tuple[Source, Block, re.Match[str]]


def _hits(report: Report, words: WordPattern) -> Iterator[_Hit]:
    """Every use of some words that is not others' words."""
    for source, block in report.blocks():
        for hit in words.hits(block.text):
            if not report.quoted(block, hit.start()):
                yield source, block, hit


def _problem(hit: _Hit, what: str, remedy: str, code: str) -> Problem:
    source, block, found = hit
    return Problem(
        source.where(block, found.start()), f"{excerpt(found[0])} {what}", "", remedy, code
    )


def check_quantifiers(report: Report) -> list[Problem]:
    """E03: words for how many stand in findings or come with a `.quantity`, where an interval
    bears them out; anywhere else they stay when the numbers change.
    """
    return [
        _problem(
            hit,
            "says how many, and no number holds it to that",
            "Use {{< var … .quantity >}}, make the sentence a finding, or say it "
            "without a quantity.",
            "E03",
        )
        for hit in _hits(report, lexicon(report.language).quantifiers)
        if not report.in_finding(hit[1], hit[2].start())
    ]


def check_population(report: Report) -> list[Problem]:
    """E06: a claim about all projects stands where the reader is led to who did not report.

    The selection block is the section that shows `fig-selection` or `tbl-selection`. A section
    from one heading to the next may generalise when it is that section or refers to it.
    """
    anchors = report.anchors(SELECTION_FLOATS)
    leading = {id(b) for _, s in report.sections() if leads_to(s, anchors) for b in s}
    return [
        _problem(
            hit,
            "speaks of projects that have not reported, and the section does not lead to how "
            "these differ",
            f"Speak of the reports read, or refer to [-@{anchors[0]}].",
            "E06",
        )
        for hit in _hits(report, lexicon(report.language).population)
        if id(hit[1]) not in leading
    ]


def check_causes(report: Report) -> list[Problem]:
    """E07: a causal word needs a finding with a contribution entry: mechanism, rivals, verdict.

    Without it the report would say that the scheme did what it may only have been there for
    (Mayne 2012, doi:10.1177/1356389012451663). What a report claims of causes is reported speech
    all the same; that the prose is right to relay it is for a waiver to say.
    """
    return [
        _problem(
            hit,
            f"says that one thing caused another{lack}",
            "Say what the reports tell, or make the sentence a finding with a contribution.",
            "E07",
        )
        for hit in _hits(report, lexicon(report.language).causes)
        if (lack := _lack(report, hit[1], hit[2].start()))
    ]


def _lack(report: Report, block: Block, at: int) -> str:
    """What is missing for a causal word at a place; empty where nothing is."""
    lack = ", and it is in no finding"
    for span in block.spans_at(at, "finding"):
        finding = report.declared.get(span.get("finding"))
        if finding is None:
            continue
        if finding.contribution is None:
            lack = f", and the finding {excerpt(finding.name)} has no contribution"
        elif finding.contribution == NOT_SHOWN and finding.asserted:
            lack = f", and the contribution of the finding {excerpt(finding.name)} is not shown"
        else:
            return ""
    return lack


def check_number_words(report: Report) -> list[Problem]:
    """E14: a count hidden in words: fractions, and numerals of what the study counts.

    Fractions may stand in a declared finding, whose condition is evaluated in every run; numerals
    may not, since no condition prints them. How long a ranking is (the five largest) is chosen
    and not counted.
    """
    words = lexicon(report.language)
    fractions = (
        hit
        for hit in _hits(report, words.fractions)
        if not report.in_finding(hit[1], hit[2].start())
    )
    what = "is a count in words and stays when the data change"
    remedy = "Take the count from the run with {{< var … >}}."
    return [
        _problem(hit, what, remedy, "E14") for hit in (*fractions, *_hits(report, words.numerals))
    ]

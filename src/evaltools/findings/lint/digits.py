"""E13: a number typed into the prose stays when the data change.

Allowed are numbers that name: a year in a heading, in a link or in a title set in italics; the
number of an appendix in its heading; a statute and its section; the page of a citation; what a
quotation says; and names that `reports/waivers.yml` lists. Not seen, since they are not prose:
code, mathematics, links, attributes, list markers, front matter, comments.
"""

from __future__ import annotations

import re

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.inlines import PLACEHOLDER
from evaltools.findings.lint.lexicon import lexicon
from evaltools.findings.lint.source import Block, Report
from evaltools.problems import Problem

CODE = "E13"

_NUMBER = re.compile(
    r"\d+(?:[.,/:–-]?\d+|[ \u00a0\u202f]\d{3}(?!\d))*(?:[ \u00a0\u202f]?%)?"
    "|[\u00bc-\u00be\u2150-\u215e\u2160-\u2188\u2460-\u249b]+"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[–-](?:19|20)\d\d)?")
_LOCATOR = re.compile(
    rf"{PLACEHOLDER} ?\[(?:(?:s|ss|sid|p|pp|luku|kap|kapitel|chap|ch)\.? ?)?\d+(?:[–-]\d+)?\]"
)


def check(report: Report) -> list[Problem]:
    """Digits in the prose that are neither computed nor part of a name."""
    problems = []
    for source, block in report.blocks():
        allowed: list[tuple[int, int]] | None = None
        for number in _NUMBER.finditer(block.text):
            if allowed is None:
                allowed = _names(block, report)
            if any(start <= number.start() and number.end() <= end for start, end in allowed):
                continue
            if _is_year_of_a_title(block, number) or report.quoted(block, number.start()):
                continue
            problems.append(
                Problem(
                    source.where(block, number.start()),
                    f"{excerpt(number[0])} is typed into the prose and stays when the data change",
                    "",
                    "Take it from the run with {{< var … >}}, or refer with @; if it is part of "
                    "a name, list the name in reports/waivers.yml.",
                    CODE,
                )
            )
    return problems


def _names(block: Block, report: Report) -> list[tuple[int, int]]:
    words = lexicon(report.language)
    found = [match.span() for match in words.statute.finditer(block.text)]
    found += [match.span() for match in _LOCATOR.finditer(block.text)]
    for name in report.names:
        pattern = rf"(?<!\w){re.escape(name)}(?![\d%])"
        found += [match.span() for match in re.finditer(pattern, block.text)]
    if block.kind == "heading" and (label := words.heading_number.match(block.text)):
        found.append(label.span())
    return found


def _is_year_of_a_title(block: Block, number: re.Match[str]) -> bool:
    if not _YEAR.fullmatch(number[0]):
        return False
    return block.kind == "heading" or bool(block.spans_at(number.start(), "link", "emphasis"))

"""E05: a quotation is word for word what its segment holds, in the text its hash vouches for.

`[…]{.quote segment="s1"}` names the segment. Left-out words are marked `[…]`. A block quotation,
or five words or more between quotation marks, without such a span needs a citation right after.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.inlines import PLACEHOLDER, Span
from evaltools.findings.lint.segments import Segments, read_segments
from evaltools.findings.lint.source import Block, Report, Source
from evaltools.problems import Problem

CODE = "E05"
FEWEST_WORDS = 5
"""Fewer words between quotation marks are a term, not a quotation."""

_MARKS = "”“„\"»«’‘'"
_OMISSION = re.compile(r"\[(?:…|\.{3}|\. \. \.)\]")
_BETWEEN_MARKS = re.compile(r"[”“„\"»«]([^”“„\"»«]{10,2000})[”“\"»«]")
_CITED = re.compile(rf"[.,]? ?[(\[]?(?:[^\W\d]{{1,10}} )?{PLACEHOLDER}")


def check(report: Report) -> list[Problem]:
    """Quotations that are not verbatim or that name no segment."""
    problems = []
    segments: Segments | None = None
    attributed: set[tuple[str, int]] = set()
    for source, block in report.blocks():
        for span in block.inline.spans:
            if "quote" in span.classes:
                attributed.add((source.name, block.quotation))
                if segments is None:
                    segments, unreadable = read_segments(report.root)
                    problems += unreadable
                problems += _against_segment(source, block, span, segments)
        problems += _without_span(source, block)
    return problems + _block_quotations(report, attributed)


def _against_segment(source: Source, block: Block, span: Span, segments: Segments) -> list[Problem]:
    where = source.where(block, min(span.start, len(block.text) - 1))
    name = span.get("segment")
    if not name:
        remedy = 'Name it: {.quote segment="…"}.'
        return [Problem(where, "a quotation without its segment", "", remedy, CODE)]
    segment = segments.get(name)
    if segment is None:
        near = get_close_matches(name, segments.names(), 1)
        remedy = f"Did you mean {near[0]}?" if near else "See data/coding/segments.csv."
        return [Problem(where, f"there is no segment {excerpt(name)}", "", remedy, CODE)]
    quoted = block.text[span.start : span.end]
    if not any(is_verbatim(quoted, text) for text in (segment.quote, segment.public) if text):
        what = f"{excerpt(quoted)} is not what the segment {name} says"
        remedy = f"It says {excerpt(segment.quote, 200)}; mark left-out words with […]."
        return [Problem(where, what, "", remedy, CODE)]
    drift = segments.drift(segment)
    if drift:
        what = f"the segment {name} cannot be trusted: {drift}"
        return [Problem(where, what, "", "Run the validation of the data.", CODE)]
    return []


def is_verbatim(quoted: str, text: str) -> bool:
    """Whether a quotation stands in a text word for word, but for what `[…]` leaves out.

    Compares composed characters (NFC) and takes any run of white space for one space;
    quotation marks around the quotation are the report's own.
    """
    quoted, text = _normal(quoted), _normal(text)
    if quoted not in text:
        quoted = quoted.strip(_MARKS + " ")
    parts = [part.strip() for part in _OMISSION.split(quoted)]
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return any(parts)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _without_span(source: Source, block: Block) -> list[Problem]:
    problems = []
    for found in _BETWEEN_MARKS.finditer(block.text):
        spans = [span for span in block.inline.spans if "quote" in span.classes]
        inside = any(s.start <= found.start(1) < s.end or found.start() <= s.start < found.end()
                     for s in spans)  # fmt: skip
        reference = {piece.at for piece in block.references}
        cited = _CITED.match(block.text, found.end())
        by_work = cited is not None and cited.end() - 1 in reference
        if inside or by_work or block.quotation or len(found[1].split()) < FEWEST_WORDS:
            continue
        what = f"{excerpt(found[0])} is quoted without its segment or source"
        remedy = 'Mark it [...]{.quote segment="…"}, or cite the work right after it.'
        problems.append(Problem(source.where(block, found.start()), what, "", remedy, CODE))
    return problems


def _block_quotations(report: Report, attributed: set[tuple[str, int]]) -> list[Problem]:
    first: dict[tuple[str, int], tuple[Source, Block]] = {}
    for source, block in report.blocks():
        if block.quotation and block.text:
            key = (source.name, block.quotation)
            first.setdefault(key, (source, block))
            if block.references:
                attributed.add(key)
    return [
        Problem(
            source.where(block, 0),
            "a block quotation without its segment or source",
            "",
            'Mark its words [...]{.quote segment="…"}, or cite the work in it.',
            CODE,
        )
        for key, (source, block) in first.items()
        if key not in attributed
    ]

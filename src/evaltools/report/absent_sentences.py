"""Sentences of the prose whose numbers a run does not have: left out, never filled with a blank.

Data may have no row to compute a number from, or too few for it. A sentence around such a number
says nothing, so the staged copy of a source goes without it; a paragraph of which nothing is left
but its first words in bold says that its numbers cannot be computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from evaltools.files import read_text
from evaltools.findings.absent_numbers import lacks_rows
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.lint.binding import block_sentences
from evaltools.lint.blocks import Block
from evaltools.lint.markdown import UnreadableMarkdownError
from evaltools.lint.source import UNREAD, Source, parse
from evaltools.problems import Problem, ProblemError
from evaltools.report.generated_pages import find_variables
from evaltools.report.material import ReportMaterial
from evaltools.report.variables import find_headline, group_by_name

_SHORTCODE: Final = re.compile(r"\{\{<.*?>\}\}", re.DOTALL)
_CLOSING: Final = re.compile(r"\]\{[^{}\n]*\}|\]\([^()\n]*\)|\]|\*{1,2}")
_EMPTY: Final = re.compile(r"\[\s*\]\{[^{}\n]*\}[ \t]*|(?<!\*)\*{4}(?!\*)[ \t]*")


def leave_out(
    folder: Path,
    sources: Collection[Path],
    values: Mapping[str, str],
    material: ReportMaterial,
    words: Words,
    say: Callable[[str], None],
) -> dict[str, str]:
    """Rewrite staged sources without the sentences whose numbers are absent.

    Arguments:
        folder: the staged project.
        sources: prose in it, as its author wrote it.
        values: of all variables.
        words: of the report's language.
        say: tells of each source what was left out.

    Returns:
        The values, and words for those absent ones that stand where no sentence can go: in
        headings and tables.
    """
    filled = dict(values)
    states = _Absent(values, material, words("report.ranking.none"))
    for path in sorted(sources):
        text = read_text(path)
        used = dict.fromkeys(find_variables(text))
        absent = {key for key in used if states.is_absent(key)}
        filled |= {key: words("report.suppressed") for key in used if states.is_withheld(key)}
        filled |= {key: words("report.missing") for key in absent if key not in values}
        if not absent:
            continue
        name = path.relative_to(folder).as_posix()
        try:
            source = parse(text, name, words.language)
        except UnreadableMarkdownError as error:
            raise ProblemError([Problem(f"reports/{name}", str(error), code=UNREAD)]) from None
        cuts = sorted(_cuts(source, absent, words("report.left_out")), reverse=True)
        kept = source.text
        for start, end, instead in cuts:
            kept = kept[:start] + instead + re.sub(r"[^\n]", "", kept[start:end]) + kept[end:]
        kept = _EMPTY.sub(lambda found: "\n" * found[0].count("\n"), kept)
        path.write_text(kept, encoding="utf-8")
        if cuts:
            lines = sorted({source.text.count("\n", 0, start) + 1 for start, *_ in cuts})
            places = ", ".join(map(str, lines))
            say(f"Left out, since the numbers cannot be computed: reports/{name}, line {places}")
    return filled


class _Absent:
    """Which variables of a run have no number."""

    def __init__(self, values: Mapping[str, str], material: ReportMaterial, nothing: str) -> None:
        self._values, self._tables, self._nothing = values, material.tables, nothing
        self._records: dict[str, Indicator] = {}
        for (key, dimensions), by_estimand in group_by_name(material.indicators).items():
            stem, _, measure = key.rpartition(".")
            if len(dimensions) < 2:
                by = "".join(f".by.{name}.{value}" for name, value in dimensions)
                record = find_headline(by_estimand)
                self._records[f"{stem}{by}.{measure}"] = record
                if measure != "bounds":
                    self._records.setdefault(f"{stem}{by}", record)

    def _record(self, key: str) -> Indicator | None:
        return self._records.get(key) or self._records.get(key.rpartition(".")[0])

    def is_withheld(self, key: str) -> bool:
        """Whether it has no value since the rules on disclosure keep it."""
        record = self._record(key)
        return key not in self._values and record is not None and record.suppressed

    def is_absent(self, key: str) -> bool:
        """Whether it cannot be computed, of no rows or of too few, or is a ranking of nothing."""
        if key.startswith("ranking."):
            return self._values.get(key) == self._nothing
        if (record := self._record(key)) is None:
            return key not in self._values and bool(lacks_rows(key, self._tables))
        return not record.suppressed and (record.value is None or key not in self._values)


def _cuts(source: Source, absent: set[str], instead: str) -> Iterator[tuple[int, int, str]]:
    """Stretches of a source to take out, each with what is to stand there."""
    for block in source.blocks:
        at = {piece.at for name, piece in block.variables if name in absent}
        line = source.text.rfind("\n", 0, block.offsets[0]) + 1
        if not at or block.heading or source.text[line : line + 1] in ("|", "+"):
            continue
        sentences = list(block_sentences(block))
        gone = [span for span in sentences if not at.isdisjoint(range(*span))]
        left = [span for span in sentences if span not in gone and not _leads(block, *span)]
        for number, span in enumerate(gone):
            start, end = _widen(source.text, *_place(source.text, block, *span))
            yield start, end, "" if left or number else f"{instead} "


def _leads(block: Block, start: int, end: int) -> bool:
    """Whether a sentence is the first words of its paragraph in bold."""
    return start == 0 and any(
        span.start <= start and end <= span.end for span in block.spans if "strong" in span.classes
    )


def _place(text: str, block: Block, start: int, end: int) -> tuple[int, int]:
    first, last = block.offsets[start], block.offsets[end - 1]
    called = _SHORTCODE.match(text, last)
    return first, called.end() if called else last + 1


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the marks around a stretch that begin or end within it, and the space after it."""
    while start and text[start - 1] == "[" and _open(text[start:end]) < 0:
        start -= 1
    while (closing := _CLOSING.match(text, end)) and _is_left_open(text[start:end], closing[0]):
        end = closing.end()
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return start, end


def _open(text: str) -> int:
    """How many brackets more begin than end."""
    plain = _SHORTCODE.sub("", text)
    return plain.count("[") - plain.count("]")


def _is_left_open(text: str, mark: str) -> bool:
    return _open(text) > 0 if mark[0] == "]" else _SHORTCODE.sub("", text).count(mark) % 2 == 1

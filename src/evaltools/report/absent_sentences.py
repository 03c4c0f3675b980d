"""Sentences of the prose whose numbers a run cannot tell: left out, never filled with a blank.

Data may have no row to compute a number from, or too few for it; a number may be withheld; of few
reports no order is told. A sentence around such a number says nothing, so the staged copy of a
source goes without it. A paragraph of which nothing is left but its first words in bold says why.
Where all of the report rests on too few reports, which its author says once, sentences that refuse
for that reason alone go as well. So it is with figures and tables that have nothing to show: a
sentence that says why stands in place of each, and sentences that point at it are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from evaltools.files import read_text
from evaltools.findings.absent_numbers import lacks_rows
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.lint.binding import block_sentences
from evaltools.lint.prose_blocks import Block
from evaltools.lint.prose_text import UnreadableMarkdownError
from evaltools.lint.source import UNREAD, Source, parse
from evaltools.problems import Problem, ProblemError
from evaltools.report.generated_pages import find_variables
from evaltools.report.material import ReportMaterial
from evaltools.report.staged_notebooks import absent_outputs
from evaltools.report.variables import find_headline, group_by_name, level_quantities

_SHORTCODE: Final = re.compile(r"\{\{<.*?>\}\}", re.DOTALL)
_CLOSING: Final = re.compile(r"\]\{[^{}\n]*\}|\]\([^()\n]*\)|\]|\*{1,2}")
Reason = Literal["none", "untold", "withheld", "few", "refused"]
"""There is nothing to compute it from; what there is does not tell it; it is withheld; there are
too few reports to say; or the sentence of a finding would say no more than that they are."""
SAYS_FEW: Final = "few-reports"
"""Class of divisions in which an author says what too few reports keep from being told."""
_EMPTY: Final = re.compile(r"\[\s*\]\{[^{}\n]*\}[ \t]*|(?<!\*)\*{4}(?!\*)[ \t]*")


def leave_out(
    folder: Path,
    sources: Collection[Path],
    values: Mapping[str, str],
    material: ReportMaterial,
    words: Words,
    few: bool,
    say: Callable[[str], None],
) -> dict[str, str]:
    """Rewrite staged sources without the sentences whose numbers or figures are absent.

    In those that stay words for how many stand beside each other or not at all.

    Arguments:
        folder: the staged project.
        sources: prose in it, as its author wrote it.
        values: of all variables.
        words: of the report's language.
        few: whether too few reports were read to say what is mentioned most.
        say: tells of each source what was left out.

    Returns:
        The values, and words for those absent ones that stand where no sentence can go: in
        headings and tables.
    """
    filled = dict(values)
    states = _Absent(values, material, words("report.ranking.none"), few)
    unshown = {
        label: escape_markdown(words(f"absence.{kind}", reason=reason))
        for label, (kind, reason) in absent_outputs(material.notebooks).items()
    }
    for path in sorted(sources):
        text = read_text(path)
        if (levelled := level_quantities(text, values)) != text:
            path.write_text(text := levelled, encoding="utf-8")
        used = dict.fromkeys(find_variables(text))
        absent = {key: why for key in used if (why := states.why(key))}
        blanks = {"withheld": words("report.suppressed")}
        missing = words("report.missing")
        filled |= {k: blanks.get(why, missing) for k, why in absent.items() if k not in values}
        if not absent and not any(label in text for label in unshown):
            continue
        name = path.relative_to(folder).as_posix()
        try:
            source = parse(text, name, words.language)
        except UnreadableMarkdownError as error:
            raise ProblemError([Problem(f"reports/{name}", str(error), code=UNREAD)]) from None
        cuts = sorted(_cuts(source, absent, unshown, words), reverse=True)
        kept = source.text
        for start, end, instead in cuts:
            kept = kept[:start] + instead + re.sub(r"[^\n]", "", kept[start:end]) + kept[end:]
        kept = _EMPTY.sub(lambda found: "\n" * found[0].count("\n"), kept)
        path.write_text(kept, encoding="utf-8")
        if cuts:
            lines = sorted({source.text.count("\n", 0, start) + 1 for start, *_ in cuts})
            places = ", ".join(map(str, lines))
            say(f"Left out, since there is nothing to tell: reports/{name}, line {places}")
    return filled


class _Absent:
    """Which variables of a run have no number, and why."""

    def __init__(
        self, values: Mapping[str, str], material: ReportMaterial, nothing: str, few: bool
    ) -> None:
        self._values, self._tables = values, material.tables
        self._nothing, self._few = nothing, few
        self._refused = {
            f"finding.{each.finding.id}"
            for each in material.judgements
            if few and each.case == "too_few" and not each.finding.by_register
        }
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

    def why(self, key: str) -> Reason | None:
        """Why a variable has no number to print; None for one that has."""
        if key.startswith("ranking.") and key in self._values:
            return "few" if self._few else "none" if self._values[key] == self._nothing else None
        if key in self._refused:
            return "refused"
        if (record := self._record(key)) is None:
            gone = key not in self._values and lacks_rows(key, self._tables)
            return "none" if gone else None
        if record.suppressed:
            return "withheld"
        return "untold" if record.value is None or key not in self._values else None


def _cuts(
    source: Source, absent: Mapping[str, Reason], unshown: Mapping[str, str], words: Words
) -> Iterator[tuple[int, int, str]]:
    """Stretches of a source to take out, each with what is to stand there."""
    for block in source.blocks:
        for label, place in block.embedded:
            if label in unshown:
                yield *_place(source.text, block, place, place + 1), unshown[label]
        at = {piece.at: absent[name] for name, piece in block.variables if name in absent}
        if SAYS_FEW in block.within:
            at = {place: why for place, why in at.items() if why != "refused"}
        refers = {piece.at for piece in block.references if piece.content in unshown}
        line = source.text.rfind("\n", 0, block.offsets[0]) + 1
        if not (at or refers) or block.heading or source.text[line : line + 1] in ("|", "+"):
            continue
        sentences = list(block_sentences(block))
        gone = [span for span in sentences if not refers.union(at).isdisjoint(range(*span))]
        left = [span for span in sentences if span not in gone and not _leads(block, *span)]
        if {*at.values()} == {"refused"} and not left and not refers:
            if len(sentences) == 1:  # all that its section, or the report, has to say
                continue
            gone, at = sentences, {}
        # Where it pointed at a figure or table, the sentence in place of that says why.
        why = [each for _, each in sorted(at.items()) if each != "refused"]
        instead = words(f"report.left_out.{why[0]}") if why else ""
        for number, span in enumerate(gone):
            start, end = _widen(source.text, *_place(source.text, block, *span))
            yield start, end, "" if left or number or not instead else f"{instead} "


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

"""Passages of other tools, put into normalised texts and tied to codes and coders.

A tool gives a position, the quote it showed, or both. Of the ways to count positions the one is
taken under which most quotes of the document stand at their positions; what does not is looked for
by its words.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from evaltools.documents.text_normalisation import clean
from evaltools.qda.model import (
    Certainty,
    Coder,
    Coding,
    CodingSet,
    DroppedItem,
    Polarity,
    ReadDocument,
    Segment,
    coding_id,
    neighbours,
    segment_id,
)
from evaltools.qda.offsets.conventions import (
    CANDIDATES,
    Convention,
    NormalisedText,
    OffsetScale,
    normalise_text,
)
from evaltools.qda.quote_search import UnlocatedQuote, fold_short, locate

Span = tuple[int, int]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as `documents` has it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ToolText:
    """A text as a tool holds it, whose places are counted in one of several ways.

    Arguments:
        raw: the tool's text.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw.removeprefix("\ufeff")
        self._known: dict[tuple[str, tuple[Span, ...]], list[Span | None]] = {}

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.unfolded.text

    @cached_property
    def unfolded(self) -> NormalisedText:
        """The normalised text, and where its characters come from."""
        return normalise_text(self.raw)

    @cached_property
    def _ruler(self) -> OffsetScale:
        return OffsetScale(self.raw)

    def applies(self, convention: Convention) -> bool:
        """Whether a way to count says anything of its own about this text."""
        return self._ruler.applies(convention)

    def passages(self, spans: Sequence[Span], convention: Convention) -> list[Span | None]:
        """Passages of the normalised text; None where a position cannot be.

        Arguments:
            spans: start and end of each as the tool counts.
            convention: how it is taken to count.
        """
        key = (convention.name, tuple(spans))
        if key not in self._known:
            self._known[key] = [self._unfold(*one) for one in self._measured(spans, convention)]
        return self._known[key]

    def passage(self, span: Span, convention: Convention) -> Span | None:
        """The same for one."""
        return self.passages((span,), convention)[0]

    def _measured(self, spans: Sequence[Span], convention: Convention) -> list[Span]:
        """Spans in code points of the raw text; -1 where there is none."""
        limit = 2**40  # a position from outside may be larger than a machine's integer
        starts = np.array([min(max(start, -1), limit) for start, _ in spans], dtype=np.int64)
        ends = np.array([min(max(end, -1), limit) for _, end in spans], dtype=np.int64)
        found = self._ruler.spans(starts, ends, convention)
        return list(zip(map(int, found.start), map(int, found.end), strict=True))

    def _unfold(self, start: int, end: int) -> Span | None:
        if start < 0 or end <= start:
            return None
        first, past, _ = self.unfolded.span(start, end)
        return (first, past) if first < past else None


# As programs count that show text in windows: letters or UTF-16 units, Windows line ends as two
# or as one; and as spreadsheets do in which nobody told how.
PROGRAM = tuple(
    one
    for one in CANDIDATES
    if one.is_in_use and one.unit in ("codepoint", "utf16") and one.lines in ("crlf2", "crlf1")
)
TABLE = tuple(
    one
    for one in CANDIDATES
    if one.unit in ("codepoint", "utf16")
    and one.lines in ("crlf2", "crlf1", "lf2")
    and one.first != "bom"
)


BY_WORDS = "quote"
MOVED = "quote, moved"


@dataclass(frozen=True)
class CodedPassage:
    """What a tool says of one code on one passage.

    Arguments:
        where: row or element, as problems and lists name it.
        document_id, code_id, coder_id: in the coding set being read.
        start, end: positions as the tool counts; None where it gives none.
        quote: the passage as the tool shows it; empty where it shows none.
    """

    where: str
    document_id: str
    code_id: str
    coder_id: str
    start: int | None = None
    end: int | None = None
    quote: str = ""
    origin_guid: str = ""
    created: date | None = None
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    round: int = 1
    page: int | None = None
    section: str = ""


@dataclass(frozen=True)
class _Location:
    start: int
    end: int
    convention: str


def place_passages(
    coding: CodingSet,
    marks: Sequence[CodedPassage],
    sources: Mapping[str, ToolText],
    tool: str,
    conventions: Sequence[Convention],
    positions: str = "",
) -> CodingSet:
    """The coding set with marks put into the texts, and their coders.

    Arguments:
        coding: what else was read of the file.
        sources: texts by document; a document without one places nothing.
        conventions: ways to count, the likeliest first, unless `positions` states one.
    """
    stated = Convention.stated(positions)
    conventions = (stated,) if stated else conventions
    segments: dict[str, Segment] = {}
    codings: dict[str, Coding] = {}
    dropped: list[DroppedItem] = []
    tally: Counter[str] = Counter()
    by_document: dict[str, list[CodedPassage]] = {}
    for mark in marks:
        by_document.setdefault(mark.document_id, []).append(mark)
    for document_id in sorted(by_document):
        source = sources.get(document_id)
        ways = tuple(one for one in conventions if source and source.applies(one))
        ways = ways or tuple(conventions[:1])
        chosen = _choose_convention(by_document[document_id], source, ways) if source else None
        for mark in by_document[document_id]:
            spot = _locate(mark, source, chosen, ways)
            if isinstance(spot, str):
                shown = "" if mark.start is None else f"{mark.start} to {mark.end}"
                dropped.append(DroppedItem(mark.where, mark.quote[:200] or shown, spot, "passage"))
                continue
            assert source is not None
            tally[spot.convention] += 1
            segment = _segment(mark, source, spot, tool)
            segments.setdefault(segment.segment_id, segment)
            identifier = coding_id(segment.segment_id, mark.code_id, mark.coder_id, mark.round)
            coded = Coding(
                *(identifier, segment.segment_id, mark.code_id, mark.coder_id, mark.polarity),
                *(mark.certainty, mark.round, mark.created),
            )
            if codings.setdefault(identifier, coded) is not coded:
                why = "the same code stands on the same passage already"
                dropped.append(DroppedItem(mark.where, segment.quote[:200], why, "repeated"))
    ordered = sorted(segments.values(), key=lambda one: (one.document_id, one.start, one.end))
    rank = {segment.segment_id: number for number, segment in enumerate(ordered)}
    read = sorted({(mark.document_id, mark.coder_id, mark.round) for mark in marks})
    return replace(
        coding,
        coders=tuple(Coder(name, name) for name in sorted({mark.coder_id for mark in marks})),
        segments=tuple(ordered),
        codings=tuple(
            sorted(codings.values(), key=lambda one: (rank[one.segment_id], one.coding_id))
        ),
        readings=tuple(
            ReadDocument(document, coder, round_, False) for document, coder, round_ in read
        ),
        positions=_explain_placing(tally, len(dropped)),
        dropped=(*coding.dropped, *dropped),
    )


def _choose_convention(
    marks: Iterable[CodedPassage], source: ToolText, conventions: Sequence[Convention]
) -> Convention:
    """The way to count under which most of a document's quotes stand at their positions."""
    checked = [mark for mark in marks if mark.quote and mark.start is not None]
    spans = tuple((mark.start or 0, mark.end or 0) for mark in checked)

    def fit(convention: Convention) -> int:
        found = source.passages(spans, convention)
        return sum(_likeness(source, span, mark) for span, mark in zip(found, checked, strict=True))

    if not checked or len(conventions) == 1:
        return conventions[0]
    return max(conventions, key=fit)  # the first of several


def _likeness(source: ToolText, span: Span | None, mark: CodedPassage) -> int:
    """2 where the mark's words stand there letter by letter, 1 but for white space, else 0."""
    if span is None:
        return 0
    standing, wanted = source.text[span[0] : span[1]], clean(mark.quote)
    if standing == wanted:
        return 2
    return int(fold_short(standing) == fold_short(wanted) != "")


def _locate(
    mark: CodedPassage,
    source: ToolText | None,
    chosen: Convention | None,
    conventions: Sequence[Convention],
) -> _Location | str:
    if source is None or chosen is None:
        return "the text of its document is not there"
    at = None
    if mark.start is not None and mark.end is not None:
        span = (mark.start, mark.end)
        at = source.passage(span, chosen)
        others = [one for one in conventions if one != chosen] if mark.quote else []
        for convention in (chosen, *others):
            standing = source.passage(span, convention)
            if standing and (not mark.quote or _likeness(source, standing, mark) == 2):
                return _not_blank(source, _Location(*standing, convention.name))
        if at and _likeness(source, at, mark):
            return _not_blank(source, _Location(*at, chosen.name))
    if not mark.quote.strip():
        return "its position is not in the text, and it has no words to look for"
    again = locate(source.text, clean(mark.quote).strip(), hint=at[0] if at else None)
    if isinstance(again, UnlocatedQuote):
        return again.why
    return _Location(again.start, again.end, BY_WORDS if mark.start is None else MOVED)


def _not_blank(source: ToolText, spot: _Location) -> _Location | str:
    if source.text[spot.start : spot.end].strip():
        return spot
    return "the passage holds nothing but white space"


def _segment(mark: CodedPassage, source: ToolText, spot: _Location, tool: str) -> Segment:
    prefix, suffix = neighbours(source.text, spot.start, spot.end)
    return Segment(
        segment_id(mark.document_id, spot.start, spot.end),
        mark.document_id,
        spot.start,
        spot.end,
        source.text[spot.start : spot.end],
        prefix,
        suffix,
        mark.page,
        mark.section,
        tool,
        mark.origin_guid,
        spot.convention,
    )


def _explain_placing(tally: Counter[str], lost: int) -> str:
    parts = []
    for convention, count in sorted(tally.items(), key=lambda pair: (-pair[1], pair[0])):
        if convention == BY_WORDS:
            parts.append(f"{count} found by their words")
        elif convention == MOVED:
            parts.append(f"{count} not where the tool said, found again by their words")
        else:
            words = Convention.from_name(convention).words
            parts.append(f"{count} at their positions, counted in {words} ({convention})")
    if lost:
        parts.append(f"{lost} left behind")
    return "; ".join(parts)

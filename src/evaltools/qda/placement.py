"""Passages of other tools, put into normalised texts and tied to codes and coders.

A tool gives a position, the quote it showed, or both. Of the ways to count positions the one is
taken under which most quotes of the document stand at their positions; what does not is looked for
by its words.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from html import unescape

import numpy as np

from evaltools.documents.text_normalisation import clean
from evaltools.qda import model
from evaltools.qda.offsets.conventions import (
    BY_NAME,
    CANDIDATES,
    Convention,
    NormalisedText,
    OffsetScale,
    normalise_text,
)
from evaltools.qda.search import fold_short, locate

Span = tuple[int, int]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as `documents` has it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class ToolText:
    """A text as a tool holds it, whose places are counted in one of several ways."""

    def __init__(self, raw: str) -> None:
        self.raw = raw.removeprefix("\ufeff")

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.form.text

    @cached_property
    def form(self) -> NormalisedText:
        """The normalised text, and where its characters come from."""
        return normalise_text(self.raw)

    @cached_property
    def scale(self) -> OffsetScale:
        """By which places are counted."""
        return OffsetScale(self.raw)

    def passages(self, spans: Sequence[Span], convention: Convention) -> list[Span | None]:
        """Passages of the normalised text by start and end as the tool is taken to count; None
        where a position cannot be."""
        limit = 2**40  # a position from outside may be larger than a machine's integer
        start, end = (
            np.array([min(max(place, -1), limit) for place in places], dtype=np.int64)
            for places in zip(*spans, strict=True)
        )
        found = self.scale.spans(start, end, convention)
        places = zip(map(int, found.start), map(int, found.end), strict=True)
        return [self._normalised(*place) for place in places]

    def passage(self, span: Span, convention: Convention) -> Span | None:
        """The same for one."""
        return self.passages((span,), convention)[0]

    def _normalised(self, start: int, end: int) -> Span | None:
        if not 0 <= start < end:
            return None
        first, past, _ = self.form.span(*self._in_raw(start, end))
        return (first, past) if first < past else None

    def _in_raw(self, start: int, end: int) -> Span:
        """A passage of the raw text by what is counted of it."""
        return start, end


# How many line ends part what stands on both sides of a tag.
_GAPS = dict.fromkeys(("br", "dd", "dt", "li", "tr", "tbody", "thead", "tfoot"), 1)
_GAPS |= dict.fromkeys(
    (
        *("address", "article", "aside", "blockquote", "div", "dl", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "ul"),
    ),
    2,
)
_TAG = re.compile(r"<!--|<[!?]|<(/?)([A-Za-z][^\s/>]*)")
_REST_OF_TAG = re.compile(r"""(?:[^>"']+|"[^"]*"|'[^']*')*+>""")
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))


class _TagStripper:
    """Text between the tags, in one pass: html.parser takes minutes for a few broken tags."""

    def __init__(self, html: str) -> None:
        self.text = ""
        self.put: list[int] = []  # places of line ends that part paragraphs
        self._parts: list[str] = []
        self._length = self._gap = self._ended = 0  # line ends to come, and at the end so far
        at = unseen = 0
        while opening := _TAG.search(html, at):
            past = _past_tag(html, opening)
            if past is None:
                break  # a tag that nothing ends: what follows is taken for text
            if not unseen:
                self._add_text(unescape(html[at : opening.start()]))
            name = (opening.group(2) or "").lower()
            if name in _UNSEEN:
                unseen = max(0, unseen + (-1 if opening.group(1) else 1))
            self._gap = max(self._gap, _GAPS.get(name, 0))
            at = past
        if not unseen:
            self._add_text(unescape(html[at:]))
        self.text = "".join(self._parts)

    def _add_text(self, data: str) -> None:
        if data and not data.isspace():
            leading = data[: len(data) - len(data.lstrip())].count("\n")
            missing = self._gap - self._ended - leading if self._length else 0
            for _ in range(missing):
                self.put.append(self._length)
                self._add("\n")
            self._gap = 0
        if data:
            self._add(data)

    def _add(self, data: str) -> None:
        self._parts.append(data)
        self._length += len(data)
        ending = data[len(data.rstrip()) :].count("\n")
        self._ended = ending + (self._ended if data.isspace() else 0)


def _past_tag(html: str, opening: re.Match[str]) -> int | None:
    """Where a tag, a comment or a declaration ends; None where nothing ends it."""
    if opening.group().startswith("<!--"):
        end = html.find("-->", opening.end())
        return len(html) if end < 0 else end + 3
    rest = _REST_OF_TAG.match(html, opening.end())
    return rest.end() if rest else None


class HtmlText(ToolText):
    """HTML as a text whose places are counted over what stands between the tags; line ends that
    part paragraphs do not count."""

    def __init__(self, html: str) -> None:
        # As HTML is read: all line ends are LF before anything is counted.
        stripper = _TagStripper(html.replace("\r\n", "\n").replace("\r", "\n"))
        self._put = frozenset(stripper.put)
        super().__init__(stripper.text)

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        """The text between the tags, and for each of its characters the place in the raw one."""
        places = [place for place in range(len(self.raw)) if place not in self._put]
        return "".join(self.raw[place] for place in places), places

    @cached_property
    def scale(self) -> OffsetScale:
        """By which places between the tags are counted."""
        return OffsetScale(self._bare[0])

    def _in_raw(self, start: int, end: int) -> Span:
        places = self._bare[1]
        return places[start], places[end - 1] + 1


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
    """What a tool says of one code on one passage, as far as it says it; `where` is the row or
    element as problems name it."""

    where: str
    document_id: str
    code_id: str
    coder_id: str
    start: int | None = None
    end: int | None = None
    quote: str = ""
    origin_guid: str = ""
    created: date | None = None
    polarity: model.Polarity = "affirm"
    certainty: model.Certainty | None = None
    round: int = 1
    page: int | None = None
    section: str = ""


def place_passages(
    coding: model.CodingSet,
    marks: Sequence[CodedPassage],
    sources: Mapping[str, ToolText],
    tool: str,
    conventions: Sequence[Convention],
    positions: Convention | None = None,
) -> model.CodingSet:
    """The coding set with marks put into the texts, and their coders.

    The conventions are tried in their order unless `positions` states one; a document without a
    source places nothing.
    """
    conventions = (positions,) if positions else conventions
    segments: dict[str, model.Segment] = {}
    codings: dict[str, model.Coding] = {}
    dropped: list[model.DroppedItem] = []
    tally: Counter[str] = Counter()
    by_document: dict[str, list[CodedPassage]] = {}
    for mark in marks:
        by_document.setdefault(mark.document_id, []).append(mark)
    for document_id in sorted(by_document):
        source = sources.get(document_id)
        ways = [one for one in conventions if source and source.scale.applies(one)]
        ways = ways or list(conventions[:1])
        if source:
            chosen = _choose_convention(by_document[document_id], source, ways)
            ways = [chosen, *(one for one in ways if one != chosen)]
        for mark in by_document[document_id]:
            found = (
                _locate(mark, source, ways) if source else "the text of its document is not there"
            )
            if isinstance(found, str):
                shown = "" if mark.start is None else f"{mark.start} to {mark.end}"
                dropped.append(
                    model.DroppedItem(mark.where, mark.quote[:200] or shown, found, "passage")
                )
                continue
            assert source is not None
            (start, end), how = found
            tally[how] += 1
            segment = model.Segment(
                model.segment_id(document_id, start, end),
                document_id,
                start,
                end,
                source.text[start:end],
                *model.neighbours(source.text, start, end),
                page=mark.page,
                section=mark.section,
                origin_tool=tool,
                origin_guid=mark.origin_guid,
                offset_convention=how,
            )
            segments.setdefault(segment.segment_id, segment)
            identifier = model.coding_id(
                segment.segment_id, mark.code_id, mark.coder_id, mark.round
            )
            coded = model.Coding(
                *(identifier, segment.segment_id, mark.code_id, mark.coder_id, mark.polarity),
                *(mark.certainty, mark.round, mark.created),
            )
            if codings.setdefault(identifier, coded) is not coded:
                why = "the same code stands on the same passage already"
                dropped.append(model.DroppedItem(mark.where, segment.quote[:200], why, "repeated"))
    ordered = sorted(segments.values(), key=lambda one: (one.document_id, one.start, one.end))
    rank = {segment.segment_id: number for number, segment in enumerate(ordered)}
    read = sorted({(mark.document_id, mark.coder_id, mark.round) for mark in marks})
    return replace(
        coding,
        coders=tuple(model.Coder(name, name) for name in sorted({mark.coder_id for mark in marks})),
        segments=tuple(ordered),
        codings=tuple(
            sorted(codings.values(), key=lambda one: (rank[one.segment_id], one.coding_id))
        ),
        readings=tuple(
            model.ReadDocument(document, coder, round_, False) for document, coder, round_ in read
        ),
        positions=_explain_placing(tally, len(dropped)),
        dropped=(*coding.dropped, *dropped),
    )


def _choose_convention(
    marks: Iterable[CodedPassage], source: ToolText, conventions: Sequence[Convention]
) -> Convention:
    """The way to count under which most of a document's quotes stand at their positions."""
    checked = [mark for mark in marks if mark.quote and mark.start is not None]
    if not checked:
        return conventions[0]
    spans = [(mark.start or 0, mark.end or 0) for mark in checked]

    def fit(convention: Convention) -> int:
        found = source.passages(spans, convention)
        return sum(_likeness(source, span, mark) for span, mark in zip(found, checked, strict=True))

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
    mark: CodedPassage, source: ToolText, conventions: Sequence[Convention]
) -> tuple[Span, str] | str:
    """Where a mark is, by the first way to count or else another, and how it was found; or why
    it is nowhere."""
    at = None
    if mark.start is not None and mark.end is not None:
        span = (mark.start, mark.end)
        at = source.passage(span, conventions[0])
        found = None
        for convention in conventions if mark.quote else conventions[:1]:
            standing = source.passage(span, convention)
            if standing and (not mark.quote or _likeness(source, standing, mark) == 2):
                found = standing, convention.name
                break
        if not found and at and _likeness(source, at, mark):
            found = at, conventions[0].name
        if found:
            (start, end), _ = found
            is_blank = not source.text[start:end].strip()
            return "the passage holds nothing but white space" if is_blank else found
    if not mark.quote.strip():
        return "its position is not in the text, and it has no words to look for"
    again = locate(source.text, clean(mark.quote).strip(), hint=at[0] if at else None)
    if isinstance(again, str):
        return again
    return (again.start, again.end), BY_WORDS if mark.start is None else MOVED


def _explain_placing(tally: Counter[str], lost: int) -> str:
    parts = []
    for convention, count in sorted(tally.items(), key=lambda pair: (-pair[1], pair[0])):
        if convention == BY_WORDS:
            parts.append(f"{count} found by their words")
        elif convention == MOVED:
            parts.append(f"{count} not where the tool said, found again by their words")
        else:
            words = BY_NAME[convention].words
            parts.append(f"{count} at their positions, counted in {words} ({convention})")
    if lost:
        parts.append(f"{lost} left behind")
    return "; ".join(parts)

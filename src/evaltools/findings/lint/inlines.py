"""Inline text: what a reader reads of a block, each character with its place in the source.

Marks vanish, things that are not prose become one placeholder, spans are kept with their
attributes. So a rule is a pattern over plain text, and its hits have exact lines and columns.
"""

from __future__ import annotations

import html
import html.entities
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evaltools.findings.lint.opaque import FILLER, OPENING, Region

PLACEHOLDER = "\ufffc"
"""Stands in the text for one piece that is not prose."""

PieceKind = Literal["code", "math", "shortcode", "reference", "url"]

_ATTRIBUTE = r"(?:[#.][^\s{}]+|[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'{}]+)|-|=\w+)"
_ATTRIBUTES = re.compile(rf"\{{[ \t\n]*(?:{_ATTRIBUTE}(?:[ \t\n]+{_ATTRIBUTE})*)?[ \t\n]*\}}")
_CLASS = re.compile(r"(?<![^\s{])\.([^\s{}]+)")
_IDENTIFIER = re.compile(r"(?<![^\s{])#([^\s{}]+)")
_PAIR = re.compile(r"([\w:-]+)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'{}]+))")
_TARGET = re.compile(
    r"\(\s*(?:<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+\"[^\"]*\"|\s+'[^']*')?\s*\)"
)
_LABEL = re.compile(r"\[([^\[\]]*)\]")
_LOCATOR = re.compile(
    r",\s*(?:(?:s|ss|sid|p|pp|luku|luvut|kap|kapitel|chap|ch|kohta|art|§)\.?\s*)?"
    r"[\divxlc]+(?:\s*[-–]\s*\d+)?(?=\s*[;\]])"
)
_SPECIAL = re.compile(
    rf"(?P<filler>{FILLER}+)|(?P<region>[{OPENING['code']}{OPENING['math']}{OPENING['shortcode']}"
    rf"{OPENING['fence']}])"
    r"|(?P<escape>\\[^\w\s]|\\\s)|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});)"
    r"|(?P<auto><(?:https?|mailto|ftp):[^\s<>]*>)|(?P<tag></?[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)"
    r"|(?P<url>(?:https?://|www\.|doi:)[^\s<>\[\]{}]+|\b10\.\d{4,9}/[^\s<>\[\]{}]+)"
    r"|(?P<email>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
    r"|(?P<key>(?<![\w@])-?@(?:\{[^{}\s]+\}|\w(?:\w|[:.#$%&+?<>~/-](?=\w))*))"
    r"|(?P<note>\[\^[^\]\s]{1,99}\])|(?P<open>[!^]?\[)|(?P<close>\])|(?P<space>\s+)"
    r"|(?P<star>\*+)|(?P<under>(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w))|(?P<strike>~~)"
    "|(?P<invisible>[\u00ad\u200b\u2060\ufeff]+)"
)
_URL_TAIL = ".,;:!?)”\"'»"


@dataclass(frozen=True)
class Piece:
    """Something in a block that is not prose.

    Arguments:
        at: where in the block's text its placeholder stands.
        kind: what it is; `reference` is a citation or cross-reference.
        content: `var scope.reports`, `fig-challenges`, …
    """

    at: int
    kind: PieceKind
    content: str


@dataclass(frozen=True)
class Span:
    """Part of a block's text that has attributes, is a link or is emphasised.

    Arguments:
        start, end: where in the block's text, end exclusive.
        classes: of `{.quote .long}`; `link` and `emphasis` for those.
        attributes: key and value pairs.
    """

    start: int
    end: int
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The value of an attribute, None where it is not given."""
        return dict(self.attributes).get(name)


@dataclass(frozen=True)
class Inline:
    """The text of a block, with the offset of each of its characters in the source."""

    text: str
    offsets: tuple[int, ...]
    pieces: tuple[Piece, ...]
    spans: tuple[Span, ...]
    identifiers: tuple[str, ...]


def read_inlines(
    characters: str, offsets: list[int], regions: Mapping[int, Region], labels: frozenset[str]
) -> Inline:
    """Read the inline marks of a block.

    Arguments:
        characters: the block's masked characters, lines joined by line feeds.
        offsets: the place of each in the source.
        regions: by the offset at which they start.
        labels: link targets and footnotes that the file defines, in lower case.
    """
    reader = _Reader(characters, offsets, regions, labels)
    return reader.read()


@dataclass
class _Reader:
    characters: str
    places: list[int]
    regions: Mapping[int, Region]
    labels: frozenset[str]
    text: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    emphasis: dict[str, int] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)

    def read(self) -> Inline:
        at = 0
        while found := _SPECIAL.search(self.characters, at):
            self._copy(at, found.start())
            at = self._special(found)
        self._copy(at, len(self.characters))
        return self._finished()

    def _copy(self, start: int, end: int) -> None:
        self.text.extend(self.characters[start:end])
        self.offsets.extend(self.places[start:end])

    def _put(self, character: str, at: int) -> None:
        self.text.append(character)
        self.offsets.append(self.places[at])

    def _piece(self, kind: PieceKind, content: str, at: int) -> None:
        self.pieces.append(Piece(len(self.text), kind, content))
        self._put(PLACEHOLDER, at)

    def _special(self, found: re.Match[str]) -> int:
        kind, start, end = found.lastgroup, found.start(), found.end()
        if kind == "region":
            return self._region(start, end)
        if kind == "open":
            self.opened.append(len(self.text))
            self._put("[", end - 1)
        elif kind == "close":
            return self._bracket(start, end)
        elif kind in ("auto", "email"):
            self._piece("url", found[0], start)
        elif kind == "url":
            url = found[0].rstrip(_URL_TAIL)
            self._piece("url", url, start)
            return start + len(url)
        elif kind == "key":
            self._piece("reference", found[0].lstrip("-@").strip("{}"), start)
            locator = _LOCATOR.match(self.characters, end) if self.opened else None
            return locator.end() if locator else end
        elif kind == "entity":
            name = found[0][1:]
            if not name.startswith("#") and name not in html.entities.html5:
                self._copy(start, end)  # a name that is none is printed as it stands
                return end
            for character in html.unescape(found[0]):
                self._put(" " if character.isspace() else character, start)
        elif kind == "escape":
            shown = found[0][1]
            self._put(" " if shown.isspace() else shown, start + 1)
        elif kind == "space":
            self._put(" ", start)
        elif kind == "note" and found[0][1:-1].casefold() not in self.labels:
            self._copy(start, end)  # a note that is nowhere is printed as it stands
        elif kind in ("star", "under"):
            self._emphasise(found)
        return end

    def _region(self, start: int, end: int) -> int:
        region = self.regions.get(self.places[start])
        if region is None or region.kind == "fence":
            return end
        if region.kind == "shortcode":
            self._piece("shortcode", region.content, start)
            return end
        self._piece("math" if region.kind == "math" else "code", region.content, start)
        while self.characters[end : end + 1] == FILLER:
            end += 1
        gap = end
        while region.kind == "math" and self.characters[gap : gap + 1] in (" ", "\t"):
            gap += 1
        after, written = self._attributes(gap)
        return after if written else end

    def _attributes(self, at: int) -> tuple[int, str]:
        found = _ATTRIBUTES.match(self.characters, at)
        if found is None:
            return at, ""
        self.identifiers += _IDENTIFIER.findall(found[0])
        return found.end(), found[0]

    def _bracket(self, start: int, end: int) -> int:
        if not self.opened:
            self._put("]", start)
            return end
        opening = self.opened.pop()
        after, written, link = end, "", False
        if target := _TARGET.match(self.characters, end):
            after, link = target.end(), True
        elif label := _LABEL.match(self.characters, end):
            inner = self.characters[bisect_left(self.places, self.offsets[opening]) + 1 : start]
            name = (label[1] or inner).casefold()
            if name in self.labels:
                after, link = label.end(), True
        after, written = self._attributes(after)
        if not link and not written:
            self._put("]", start)
            return end
        self.dropped.add(opening)
        classes = tuple(_CLASS.findall(written)) + (("link",) if link else ())
        self.spans.append(Span(opening, len(self.text), classes, attributes_of(written)))
        return after

    def _emphasise(self, found: re.Match[str]) -> None:
        start, end = found.span()
        before, after = self.characters[start - 1 : start], self.characters[end : end + 1]
        if (not before or before.isspace()) and (not after or after.isspace()):
            self._copy(start, end)  # a star between spaces is a star
            return
        if len(found[0]) % 2 == 0:
            return
        opening = self.emphasis.pop(found[0][0], None)
        if opening is None:
            self.emphasis[found[0][0]] = len(self.text)
        else:
            self.spans.append(Span(opening, len(self.text), ("emphasis",)))

    def _finished(self) -> Inline:
        """The block without the brackets of its spans, whose places move accordingly."""
        kept = [at for at in range(len(self.text)) if at not in self.dropped]
        new = [0] * (len(self.text) + 1)
        for count, at in enumerate(kept):
            new[at] = count
        count = len(kept)
        new[len(self.text)] = count
        for at in range(len(self.text) - 1, -1, -1):
            if at in self.dropped:
                new[at] = new[at + 1]
        pieces = tuple(Piece(new[p.at], p.kind, p.content) for p in self.pieces)
        spans = tuple(Span(new[s.start], new[s.end], s.classes, s.attributes) for s in self.spans)
        text = "".join(self.text[at] for at in kept)
        offsets = tuple(self.offsets[at] for at in kept)
        return Inline(text, offsets, pieces, spans, tuple(self.identifiers))


def attributes_of(written: str) -> tuple[tuple[str, str], ...]:
    """The key and value pairs of `{.quote segment="s1"}`, in order."""
    return tuple(
        (key, double or single or bare) for key, double, single, bare in _PAIR.findall(written)
    )

"""Plain text of other tools as the study has it, and where a place in the one lies in the other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from evaltools.documents.normalising import clean
from evaltools.exchange.conventions import Convention, Ruler
from evaltools.exchange.unfolding import Unfolded, normalised

CONTEXT = 32
Span = tuple[int, int]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as `documents` has it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def beside(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a passage, up to 32 characters each."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


class Source:
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
    def unfolded(self) -> Unfolded:
        """The normalised text, and where its characters come from."""
        return normalised(self.raw)

    @cached_property
    def _ruler(self) -> Ruler:
        return Ruler(self.raw)

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


def cleaned(quote: str) -> str:
    """A quote in the letters and line ends of normalised texts; its blanks stay."""
    return clean(quote)

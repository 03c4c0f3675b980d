"""How well each way to count fits the passages of texts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaltools.exchange import hinting
from evaltools.exchange.conventions import CANDIDATES, Convention, Ruler, Spans
from evaltools.exchange.unfolding import Unfolded, normalised, same
from evaltools.exchange.wording import (
    CLEAN,
    CUT,
    IMPOSSIBLE_WEIGHT,
    SENTENCE_LIMIT,
    SENTENCE_WEIGHT,
    Places,
    Weights,
    places,
    weigh,
)


@dataclass(frozen=True)
class Mark:
    """A passage as the file gives it.

    Arguments:
        label: its name or identifier, for problems.
        start, end: as the file counts.
        hints: texts that may hold its quote.
        proof: checksum of its quote (`hinting.proof`), where the file carries one.
    """

    label: str
    start: int
    end: int
    hints: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True)
class Marked:
    """A text and its passages.

    Arguments:
        text: as the file holds it, without a byte order mark.
        kept: whether it is a text of the study, and stays as it is.
    """

    name: str
    text: str
    marks: tuple[Mark, ...] = ()
    kept: bool = False

    @cached_property
    def form(self) -> Unfolded:
        """The text in normalised form, and where its characters came from."""
        return same(self.text) if self.kept else normalised(self.text)


@dataclass(frozen=True)
class Reading:
    """One text's passages under one way to count.

    Arguments:
        spans: in the text as the file has it.
        places: start and end of each in the normalised text, by which readings are compared.
    """

    spans: Spans
    places: NDArray[np.int64]


@dataclass(frozen=True)
class Trial:
    """One text read in every way."""

    text: Marked
    form: Unfolded
    classes: Places
    readings: dict[Convention, Reading]
    hints: tuple[tuple[hinting.Hint, ...], ...]

    def quote(self, convention: Convention, index: int) -> str:
        """Normalised quote of a passage; empty where the way to count gives none."""
        start, end = self.readings[convention].places[index]
        return self.form.text[start:end] if start >= 0 else ""

    def proves(self, convention: Convention) -> bool:
        """Whether every passage carries a checksum and has that quote."""
        return all(
            mark.proof and hinting.proof(self.quote(convention, index)) == mark.proof
            for index, mark in enumerate(self.text.marks)
        )

    @cached_property
    def _agreement(self) -> dict[tuple[int, str], tuple[float, bool]]:
        return {}

    def agreement(self, convention: Convention, index: int) -> tuple[float, bool]:
        """Weight of the names and the checksum of a passage, and whether one agrees."""
        quote = self.quote(convention, index)
        if (index, quote) not in self._agreement:
            mark, squeezed = self.text.marks[index], hinting.squeezed(quote)
            weights = [hint.match(squeezed) for hint in self.hints[index]] if quote else []
            if mark.proof and hinting.proof(quote) == mark.proof:
                weights.append(hinting.PROOF_WEIGHT)
            self._agreement[index, quote] = (max(weights, default=0.0), any(weights))
        return self._agreement[index, quote]


def try_all(text: Marked) -> Trial:
    """Read a text's passages in every way to count that says something of its own about it."""
    ruler = Ruler(text.text)
    form = text.form
    start = np.array([mark.start for mark in text.marks], dtype=np.int64)
    end = np.array([mark.end for mark in text.marks], dtype=np.int64)
    readings: dict[Convention, Reading] = {}
    for convention in CANDIDATES:
        if ruler.applies(convention):
            spans = ruler.spans(start, end, convention)
        else:  # line ends leave it no choice
            plain = Convention(convention.unit, "crlf2", convention.first, convention.end)
            spans = readings[plain].spans
        readings[convention] = Reading(spans, _placed(spans, form))
    whole = hinting.squeezed(text.text)
    hints = tuple(
        tuple(h for name in mark.hints if (h := hinting.hint(name, whole)) is not None)
        for mark in text.marks
    )
    return Trial(text, form, places(text.text), readings, hints)


def _placed(spans: Spans, form: Unfolded) -> NDArray[np.int64]:
    result = np.stack(form.spans(spans.start, spans.end), axis=1)
    result[(spans.start < 0) | (result[:, 0] >= result[:, 1])] = -1
    return result


@dataclass(frozen=True)
class Evidence:
    """What speaks for a way to count, over all passages that it could be told from.

    Arguments:
        score: natural log of the likelihood ratio, from words and names.
        sentences: the same from sentence ends, which are kept apart since they are weak.
        starts, ends: passages that begin and end with a word.
        share: of starts and ends together that cut no word.
        hints, confirmed: passages with a name that holds a quote, and those where it agrees.
    """

    score: float
    sentences: float
    starts: int
    ends: int
    share: float
    hints: int
    confirmed: int


class Fit:
    """All ways to count, compared on the passages of some texts together."""

    def __init__(self, trials: list[Trial], weights: Weights) -> None:
        self.trials = trials
        self.weights = weights
        # Passages that lie nowhere in any way to count say nothing about which is right.
        self.within = [
            np.any([reading.places[:, 0] >= 0 for reading in trial.readings.values()], axis=0)
            for trial in trials
        ]
        self.usable = int(sum(within.sum() for within in self.within))
        self._evidence: dict[Convention, Evidence] = {}
        self._distinct = self._group()

    @classmethod
    def of(cls, trials: list[Trial], weights: Weights | None = None) -> Fit:
        """Compare on these texts; weights are theirs unless given."""
        return cls(trials, weights or weigh([trial.classes for trial in trials]))

    def _group(self) -> tuple[Convention, ...]:
        """The likeliest of those that give the same quotes everywhere."""
        found: dict[bytes, Convention] = {}
        for convention in CANDIDATES:
            key = b"".join(trial.readings[convention].places.tobytes() for trial in self.trials)
            known = found.get(key)
            if known is None or self.total(convention) > self.total(known):
                found[key] = convention
        return tuple(found.values())

    @property
    def best(self) -> Convention:
        """The likeliest way to count."""
        return max(self._distinct, key=lambda c: (self.total(c), -CANDIDATES.index(c)))

    @property
    def ranked(self) -> tuple[Convention, ...]:
        """Ways that give different quotes, likeliest first."""
        return tuple(sorted(self._distinct, key=lambda c: (-self.total(c), CANDIDATES.index(c))))

    def rival(self, best: Convention) -> Convention | None:
        """The likeliest of the others; None if there is no other."""
        return next((convention for convention in self.ranked if convention != best), None)

    def score(self, convention: Convention) -> float:
        """Log likelihood ratio of a way to count against positions of no meaning."""
        return self.evidence(convention).score

    def total(self, convention: Convention) -> float:
        """The same with sentence ends, and with what is known of tools; the two are less than
        what is needed to prefer one way to another, so that words must have spoken."""
        return self.score(convention) + self.evidence(convention).sentences + convention.prior

    def evidence(self, convention: Convention) -> Evidence:
        """What speaks for a way to count."""
        if convention not in self._evidence:
            self._evidence[convention] = self._gather(convention)
        return self._evidence[convention]

    def _gather(self, convention: Convention) -> Evidence:
        score = sentences = 0.0
        starts = ends = uncut = hints = confirmed = 0
        for trial, within in zip(self.trials, self.within, strict=True):
            reading = trial.readings[convention]
            possible = within & (reading.places[:, 0] >= 0)
            score += IMPOSSIBLE_WEIGHT * int((within & ~possible).sum())
            begin = trial.classes.start[reading.spans.start[possible]]
            stop = trial.classes.end[reading.spans.end[possible]]
            score += float(np.array(self.weights.start)[begin].sum())
            score += float(np.array(self.weights.end)[stop].sum())
            sentences += SENTENCE_WEIGHT * float(
                trial.classes.sentence[reading.spans.end[possible]].sum()
            )
            starts, ends = starts + int((begin == CLEAN).sum()), ends + int((stop == CLEAN).sum())
            uncut += int((begin < CUT).sum()) + int((stop < CUT).sum())
            for index in np.flatnonzero(within):
                mark = trial.text.marks[index]
                if not (trial.hints[index] or mark.proof):
                    continue
                weight, agrees = trial.agreement(convention, int(index))
                score += weight
                hints, confirmed = hints + 1, confirmed + agrees
        limit = SENTENCE_LIMIT
        share = uncut / (2 * self.usable) if self.usable else 0.0
        return Evidence(
            score, max(-limit, min(limit, sentences)), starts, ends, share, hints, confirmed
        )

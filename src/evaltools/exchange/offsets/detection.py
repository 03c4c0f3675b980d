"""Which way a file counts its positions: told from the passages, not from the tool's name.

Every way to count is tried on every passage. Each place is weighed by how much likelier it is
where a person marked than anywhere in the text, names of passages that hold their quotes weigh by
how rare they are (`evidence.py`), and the weights are added: a log likelihood ratio (Neyman and
Pearson 1933, doi:10.1098/rsta.1933.0009). The best reading is taken if it is a hundred times
likelier than any that gives other quotes, and fits its texts at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from evaltools.exchange.offsets.conventions import (
    CANDIDATES,
    Convention,
    Ruler,
    Spans,
    Unfolded,
    normalised,
    same,
)
from evaltools.exchange.offsets.evidence import (
    CLEAN,
    CUT,
    IMPOSSIBLE_WEIGHT,
    PROOF_WEIGHT,
    SENTENCE_LIMIT,
    SENTENCE_WEIGHT,
    Hint,
    Places,
    Weights,
    hint,
    places,
    proof,
    squeezed,
    weigh,
)
from evaltools.problems import Problem, ProblemError, refuse


@dataclass(frozen=True)
class Mark:
    """A passage as the file gives it.

    Arguments:
        label: its name or identifier, for problems.
        start, end: as the file counts.
        hints: texts that may hold its quote.
        proof: checksum of its quote (`proof`), where the file carries one.
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
    hints: tuple[tuple[Hint, ...], ...]

    def quote(self, convention: Convention, index: int) -> str:
        """Normalised quote of a passage; empty where the way to count gives none."""
        start, end = self.readings[convention].places[index]
        return self.form.text[start:end] if start >= 0 else ""

    def proves(self, convention: Convention) -> bool:
        """Whether every passage carries a checksum and has that quote."""
        return all(
            mark.proof and proof(self.quote(convention, index)) == mark.proof
            for index, mark in enumerate(self.text.marks)
        )

    @cached_property
    def _agreement(self) -> dict[tuple[int, str], tuple[float, bool]]:
        return {}

    def agreement(self, convention: Convention, index: int) -> tuple[float, bool]:
        """Weight of the names and the checksum of a passage, and whether one agrees."""
        quote = self.quote(convention, index)
        if (index, quote) not in self._agreement:
            mark, bare = self.text.marks[index], squeezed(quote)
            weights = [hint.match(bare) for hint in self.hints[index]] if quote else []
            if mark.proof and proof(quote) == mark.proof:
                weights.append(PROOF_WEIGHT)
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
    whole = squeezed(text.text)
    hints = tuple(
        tuple(h for name in mark.hints if (h := hint(name, whole)) is not None)
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


NEEDED = log(100)  # odds for the best reading against the next
# A file's own text is its text in nineteen of twenty cases, so less is asked of a reading to
# be believed at all than to be preferred to another.
NEEDED_TO_FIT = log(100) - log(19)
# Of the places that a reading gives, so many must not cut words; 94 % and 90 % were measured.
NEEDED_SHARE = 0.75


@dataclass(frozen=True)
class Positions:
    """How a file counts.

    Arguments:
        convention: of the file.
        exceptions: of single texts that count otherwise, by their index.
        words: what was found and on what evidence, a sentence or two.
        score: natural log of the odds for this reading against positions of no meaning.
        margin: and against the next reading that gives other quotes; infinite where none does.
    """

    convention: Convention
    words: str
    exceptions: Mapping[int, Convention] = field(default_factory=dict)
    score: float = 0.0
    margin: float = float("inf")

    def of(self, index: int) -> Convention:
        """The convention of a text."""
        return self.exceptions.get(index, self.convention)


def detect(texts: Sequence[Marked], where: str, given: Convention | None = None) -> Positions:
    """Tell how a file counts.

    Arguments:
        texts: with their passages; texts without passages say nothing.
        where: the file, for problems.
        given: what the user says, which is believed.

    Raises ProblemError `exchange.positions-ambiguous` when two readings fit nearly alike and
    give different quotes, and `exchange.positions-foreign` when none fits.
    """
    marked = [index for index, text in enumerate(texts) if text.marks]
    if not marked:
        return Positions(given or CANDIDATES[0], "")
    trials = {index: try_all(texts[index]) for index in marked}
    if given is not None:
        return _stated(Fit.of(list(trials.values())), given)
    proven = _proven(trials)
    if proven is not None:
        return proven
    whole = Fit.of(list(trials.values()))
    apart = [i for i in marked if _contradicts(Fit.of([trials[i]], whole.weights), whole.best)]
    if apart:
        return _mixed(texts, trials, where)
    positions = _settled(whole, where)
    strange = [
        foreign(f"{where}, {texts[index].name}", fit)
        for index in marked
        if (fit := Fit.of([trials[index]], whole.weights)).score(whole.best) < -NEEDED
    ]
    refuse(strange)
    return positions


def _stated(fit: Fit, given: Convention) -> Positions:
    evidence = fit.evidence(given)
    words = (
        f"{given.name}, as stated and not as found: {given.words}. {evidence.starts} of "
        f"{fit.usable} passages begin with a word and {evidence.ends} end with one."
    )
    return Positions(given, words, {}, fit.score(given))


def _proven(trials: Mapping[int, Trial]) -> Positions | None:
    """The standard's own way, if every passage carries proof of its quote and keeps it."""
    convention = CANDIDATES[0]
    if not all(trial.proves(convention) for trial in trials.values()):
        return None
    count = sum(len(trial.text.marks) for trial in trials.values())
    return Positions(
        convention,
        f"{convention.name}: {convention.words}. Every one of the {count} passages carries a "
        "checksum of its quote, and all agree.",
    )


def _contradicts(own: Fit, pooled: Convention) -> bool:
    """Whether a text speaks against the reading that fits the file as a whole."""
    return max(own.score(c) for c in own.ranked) - own.score(pooled) > NEEDED


def _settled(fit: Fit, where: str) -> Positions:
    best = fit.best
    if fit.usable == 0 or not _fits(fit, best):
        raise ProblemError([foreign(where, fit)])
    rival = fit.rival(best)
    margin = float("inf") if rival is None else fit.total(best) - fit.total(rival)
    if rival is not None and margin < NEEDED:
        raise ProblemError([ambiguous(where, fit, best, rival)])
    return Positions(best, _told(fit, best, rival, margin), {}, fit.score(best), margin)


def _fits(fit: Fit, convention: Convention) -> bool:
    if fit.evidence(convention).confirmed * 2 > fit.usable:
        return True
    enough = fit.evidence(convention).share >= NEEDED_SHARE
    return enough and fit.score(convention) >= NEEDED_TO_FIT


def _mixed(texts: Sequence[Marked], trials: Mapping[int, Trial], where: str) -> Positions:
    """Texts of one file that count in different ways: each must speak for itself."""
    weights = Fit.of(list(trials.values())).weights
    found: dict[int, Positions] = {}
    problems: list[Problem] = []
    for index, trial in trials.items():
        fit = Fit.of([trial], weights)
        try:
            found[index] = _settled(fit, f"{where}, {texts[index].name}")
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    common = _commonest([positions.convention for positions in found.values()])
    exceptions = {i: p.convention for i, p in found.items() if p.convention != common}
    listed = "; ".join(f"{texts[i].name}: {c.name}" for i, c in sorted(exceptions.items()))
    words = (
        f"The texts count in different ways, so each was told by itself. {common.name}: "
        f"{common.words}. Otherwise: {listed}."
    )
    least = min(found.values(), key=lambda positions: positions.margin)
    score = sum(positions.score for positions in found.values())
    return Positions(common, words, exceptions, score, least.margin)


def _commonest(conventions: Sequence[Convention]) -> Convention:
    return max(CANDIDATES, key=lambda c: (conventions.count(c), -CANDIDATES.index(c)))


def _told(fit: Fit, best: Convention, rival: Convention | None, margin: float) -> str:
    evidence = fit.evidence(best)
    parts = [
        f"{best.name}: {best.words}.",
        f"{evidence.starts} of {fit.usable} passages begin with a word and {evidence.ends} end "
        f"with one (score {fit.score(best):.1f}).",
    ]
    if evidence.hints:
        parts.append(f"{evidence.confirmed} of {evidence.hints} names hold their quote.")
    if rival is None:
        parts.append("Every other way to count gives the same quotes or none.")
    else:
        odds = f"{exp(margin):,.0f}".replace(",", " ") if margin < 14 else "over a million"
        parts.append(f"{odds} times likelier than the next, {rival.name} (margin {margin:.1f}).")
    return " ".join(parts)


_SHOWN = 3  # readings and quotes, so that the line can still be read
_LONGEST = 60


def ambiguous(where: str, fit: Fit, best: Convention, rival: Convention) -> Problem:
    """Two ways to count fit nearly alike, and give other quotes."""
    odds = exp(fit.total(best) - fit.total(rival))
    count, examples = _differences(fit, best, rival)
    return Problem(
        where,
        f"how its positions are counted cannot be told: {best.name} is only {odds:.1f} times "
        f"likelier than {rival.name}, and they differ in {count} of {fit.usable} passages "
        f"({examples}). Scores: {_scores(fit)}",
        "a reading at least 100 times likelier than any that gives other quotes",
        "Look one of these passages up in the program that wrote the file, and state the way to "
        f"count whose quote is right: `--positions {best.name}` or `--positions {rival.name}`",
        "exchange.positions-ambiguous",
    )


def foreign(where: str, fit: Fit) -> Problem:
    """No way to count fits: the positions are those of another text."""
    best = fit.best
    evidence = fit.evidence(best)
    quotes = ", ".join(f"“{quote}”" for quote in _quotes(fit, best))
    found = (
        f"even under {best.name}, the best, only {evidence.starts} of {fit.usable} passages begin "
        f"with a word and {evidence.ends} end with one, such as {quotes or 'none at all'}"
    )
    return Problem(
        where,
        f"its positions do not fit its texts: {found}. Scores: {_scores(fit)}",
        "passages that begin and end with words in three of four cases",
        "The texts may have been changed after they were coded: export the project again from "
        "the program that wrote it. If the quotes are right as they stand, state it: "
        f"`--positions {best.name}`",
        "exchange.positions-foreign",
    )


def _scores(fit: Fit) -> str:
    return ", ".join(f"{c.name} {fit.total(c):.1f}" for c in fit.ranked[:_SHOWN])


def _differences(fit: Fit, best: Convention, rival: Convention) -> tuple[int, str]:
    count = 0
    examples: list[str] = []
    for trial in fit.trials:
        for index, mark in enumerate(trial.text.marks):
            one, other = trial.quote(best, index), trial.quote(rival, index)
            if one == other:
                continue
            count += 1
            if len(examples) < _SHOWN:
                examples.append(f"{mark.label}: “{_short(one)}” or “{_short(other)}”")
    return count, "; ".join(examples)


def _quotes(fit: Fit, convention: Convention) -> list[str]:
    found = (
        _short(trial.quote(convention, index))
        for trial in fit.trials
        for index in range(len(trial.text.marks))
        if trial.quote(convention, index)
    )
    return [quote for quote, _ in zip(found, range(_SHOWN), strict=False)]


def _short(quote: str) -> str:
    flat = quote.replace("\n", "↵")
    if len(flat) <= _LONGEST:
        return flat
    return f"{flat[: _LONGEST // 2]} … {flat[-_LONGEST // 2 :]}"

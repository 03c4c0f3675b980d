"""Which way a file counts its positions: recognised from the passages, not from the tool's name.

Every way to count is tried on every passage. Each place is weighed by how much likelier it is
where a person marked than anywhere in the text, names of passages that hold their quotes weigh by
how rare they are (`scoring`), and the weights are added: a log likelihood ratio (Neyman and
Pearson 1933, doi:10.1098/rsta.1933.0009). The best reading is taken if it is a hundred times
likelier than any that gives other quotes, and fits its texts at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import islice
from math import exp, inf, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda.offsets import scoring
from evaltools.qda.offsets.conventions import (
    CANDIDATES,
    Convention,
    Index,
    NormalisedText,
    OffsetScale,
    Spans,
    keep_text,
    normalise_text,
)


@dataclass(frozen=True)
class ToolPassage:
    """A passage as the file gives and counts it, with texts that may hold its quote, and the
    checksum of its quote where the file carries one."""

    label: str
    start: int
    end: int
    hints: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True)
class ToolText:
    """A text as the file holds it, without a byte order mark, and its passages; a text of the
    study's own stays as it is."""

    name: str
    text: str
    marks: tuple[ToolPassage, ...] = ()
    is_own_text: bool = False

    @cached_property
    def form(self) -> NormalisedText:
        """The text in normalised form, and where its characters came from."""
        return keep_text(self.text) if self.is_own_text else normalise_text(self.text)

    @property
    def positions(self) -> tuple[Index, Index]:
        """Starts and ends of the passages as the file has them."""
        start = np.array([mark.start for mark in self.marks], dtype=np.int64)
        return start, np.array([mark.end for mark in self.marks], dtype=np.int64)


class Trial:
    """One text's passages read in every way.

    Attributes:
        readings: by way to count, the spans in the text as the file has it.
        places: and start and end of each passage in the normalised text, by which readings are
            compared; -1 where the way to count gives none.
    """

    def __init__(self, text: ToolText) -> None:
        ruler = OffsetScale(text.text)
        self.text = text
        self.classes = scoring.classify_boundaries(text.text)
        self.readings: dict[Convention, Spans] = {}
        self.places: dict[Convention, NDArray[np.int64]] = {}
        for convention in CANDIDATES:
            if ruler.applies(convention):
                spans = ruler.spans(*text.positions, convention)
            else:  # line ends leave it no choice
                spans = self.readings[replace(convention, lines="crlf2")]
            self.readings[convention] = spans
            places = np.stack(text.form.spans(spans.start, spans.end), axis=1)
            places[(spans.start < 0) | (places[:, 0] >= places[:, 1])] = -1
            self.places[convention] = places
        whole = scoring.remove_white_space(text.text)
        self.hints = [
            [hint for name in mark.hints if (hint := scoring.find_name_hint(name, whole))]
            for mark in text.marks
        ]
        self.agreement = cache(self._agreement)

    def quote(self, convention: Convention, index: int) -> str:
        """Normalised quote of a passage; empty where the way to count gives none."""
        start, end = self.places[convention][index]
        return self.text.form.text[start:end] if start >= 0 else ""

    def proves(self, convention: Convention) -> bool:
        """Whether every passage carries a checksum and has that quote."""
        return all(
            mark.proof and scoring.quote_key(self.quote(convention, index)) == mark.proof
            for index, mark in enumerate(self.text.marks)
        )

    def _agreement(self, index: int, quote: str) -> tuple[float, bool]:
        """Weight of the names and the checksum of a passage, and whether one agrees."""
        bare, proof = scoring.remove_white_space(quote), self.text.marks[index].proof
        weights = [hint.match(bare) for hint in self.hints[index]] if quote else []
        if proof and scoring.quote_key(quote) == proof:
            weights.append(scoring.PROOF_WEIGHT)
        return max(weights, default=0.0), any(weights)


class Evidence(NamedTuple):
    """What speaks for a way to count, over all passages that it could be determined from.

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


class ConventionFit:
    """All ways to count, compared on the passages of some texts together."""

    def __init__(self, trials: Sequence[Trial], weights: scoring.Weights | None = None) -> None:
        self.trials = trials
        self.weights = weights or scoring.estimate_weights([trial.classes for trial in trials])
        # Passages that lie nowhere in any way to count say nothing about which is right.
        self.within = [
            np.any([places[:, 0] >= 0 for places in trial.places.values()], axis=0)
            for trial in trials
        ]
        self.usable = int(sum(within.sum() for within in self.within))
        self.evidence = cache(self._gather)
        # The likeliest of those that give the same quotes everywhere.
        distinct: dict[bytes, Convention] = {}
        for convention in CANDIDATES:
            key = b"".join(trial.places[convention].tobytes() for trial in trials)
            known = distinct.get(key)
            if known is None or self.total(convention) > self.total(known):
                distinct[key] = convention
        self.ranked = sorted(distinct.values(), key=lambda c: (-self.total(c), CANDIDATES.index(c)))
        """Ways that give different quotes, likeliest first."""
        self.best = self.ranked[0]

    def total(self, convention: Convention) -> float:
        """Log likelihood ratio of a way to count against positions of no meaning, with sentence
        ends, and with what is known of tools; the two are less than what is needed to prefer one
        way to another, so that words must have spoken."""
        evidence = self.evidence(convention)
        return evidence.score + evidence.sentences + convention.prior

    def _gather(self, convention: Convention) -> Evidence:
        """What speaks for a way to count."""
        score = sentences = 0.0
        starts = ends = uncut = hints = confirmed = 0
        for trial, within in zip(self.trials, self.within, strict=True):
            spans, classes = trial.readings[convention], trial.classes
            possible = within & (trial.places[convention][:, 0] >= 0)
            score += scoring.IMPOSSIBLE_WEIGHT * int((within & ~possible).sum())
            begin = classes.start[spans.start[possible]]
            stop = classes.end[spans.end[possible]]
            score += float(np.array(self.weights.start)[begin].sum())
            score += float(np.array(self.weights.end)[stop].sum())
            whole = float(classes.sentence[spans.end[possible]].sum())
            sentences += scoring.SENTENCE_WEIGHT * whole
            starts += int((begin == scoring.CLEAN).sum())
            ends += int((stop == scoring.CLEAN).sum())
            uncut += int((begin < scoring.CUT).sum()) + int((stop < scoring.CUT).sum())
            for index in map(int, np.flatnonzero(within)):
                if trial.hints[index] or trial.text.marks[index].proof:
                    weight, agrees = trial.agreement(index, trial.quote(convention, index))
                    score += weight
                    hints, confirmed = hints + 1, confirmed + agrees
        sentences = max(-scoring.SENTENCE_LIMIT, min(scoring.SENTENCE_LIMIT, sentences))
        share = uncut / (2 * self.usable) if self.usable else 0.0
        return Evidence(score, sentences, starts, ends, share, hints, confirmed)


NEEDED = log(100)  # odds for the best reading against the next
# A file's own text is its text in nineteen of twenty cases, so less is asked of a reading to
# be believed at all than to be preferred to another.
NEEDED_TO_FIT = log(100) - log(19)
# Of the places that a reading gives, so many must not cut words; 94 % and 90 % were measured.
NEEDED_SHARE = 0.75


@dataclass(frozen=True)
class DetectedConventions:
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
    margin: float = inf

    def of(self, index: int) -> Convention:
        """The convention of a text."""
        return self.exceptions.get(index, self.convention)


def detect_conventions(
    texts: Sequence[ToolText], where: str, given: Convention | None = None
) -> DetectedConventions:
    """Tell how a file counts, unless the user says so, which is believed.

    Raises ProblemError `exchange.positions-ambiguous` when two readings fit nearly alike and
    give different quotes, and `exchange.positions-foreign` when none fits.
    """
    trials = {index: Trial(text) for index, text in enumerate(texts) if text.marks}
    if not trials:  # texts without passages say nothing
        return DetectedConventions(given or CANDIDATES[0], "")
    standard = CANDIDATES[0]
    if given is None and all(trial.proves(standard) for trial in trials.values()):
        count = sum(len(trial.text.marks) for trial in trials.values())
        words = (
            f"{standard.name}: {standard.words}. Every one of the {count} passages carries a "
            "checksum of its quote, and all agree."
        )
        return DetectedConventions(standard, words)
    together = ConventionFit(list(trials.values()))
    if given is not None:
        evidence = together.evidence(given)
        words = (
            f"{given.name}, as stated and not as found: {given.words}. {evidence.starts} of "
            f"{together.usable} passages begin with a word and {evidence.ends} end with one."
        )
        return DetectedConventions(given, words, {}, evidence.score)
    alone = {index: ConventionFit([trial], together.weights) for index, trial in trials.items()}
    scores = {index: fit.evidence(together.best).score for index, fit in alone.items()}
    # A text speaks against the reading that fits the file as a whole.
    if any(
        max(fit.evidence(way).score for way in fit.ranked) - scores[index] > NEEDED
        for index, fit in alone.items()
    ):
        return _detect_each(texts, alone, where)
    positions = _choose_convention(together, where)
    refuse(
        _foreign(f"{where}, {texts[index].name}", alone[index])
        for index, score in scores.items()
        if score < -NEEDED
    )
    return positions


def _choose_convention(fit: ConventionFit, where: str) -> DetectedConventions:
    best, rival = fit.best, fit.ranked[1] if len(fit.ranked) > 1 else None
    evidence = fit.evidence(best)
    enough = evidence.share >= NEEDED_SHARE and evidence.score >= NEEDED_TO_FIT
    if fit.usable == 0 or not (enough or evidence.confirmed * 2 > fit.usable):
        raise ProblemError([_foreign(where, fit)])
    margin = inf if rival is None else fit.total(best) - fit.total(rival)
    if rival is not None and margin < NEEDED:
        raise ProblemError([_ambiguous(where, fit, rival)])
    parts = [
        f"{best.name}: {best.words}.",
        f"{evidence.starts} of {fit.usable} passages begin with a word and {evidence.ends} end "
        f"with one (score {evidence.score:.1f}).",
    ]
    if evidence.hints:
        parts.append(f"{evidence.confirmed} of {evidence.hints} names hold their quote.")
    if rival is None:
        parts.append("Every other way to count gives the same quotes or none.")
    else:
        odds = f"{exp(margin):,.0f}".replace(",", " ") if margin < 14 else "over a million"
        parts.append(f"{odds} times likelier than the next, {rival.name} (margin {margin:.1f}).")
    return DetectedConventions(best, " ".join(parts), {}, evidence.score, margin)


def _detect_each(
    texts: Sequence[ToolText], alone: Mapping[int, ConventionFit], where: str
) -> DetectedConventions:
    """Texts of one file that count in different ways: each must speak for itself."""
    detected: dict[int, DetectedConventions] = {}
    problems: list[Problem] = []
    for index, fit in alone.items():
        try:
            detected[index] = _choose_convention(fit, f"{where}, {texts[index].name}")
        except ProblemError as error:
            problems += error.problems
    refuse(problems)
    conventions = [positions.convention for positions in detected.values()]
    common = max(CANDIDATES, key=conventions.count)  # the first of several
    exceptions = {i: p.convention for i, p in detected.items() if p.convention != common}
    listed = "; ".join(f"{texts[i].name}: {c.name}" for i, c in sorted(exceptions.items()))
    words = (
        f"The texts count in different ways, so each was told by itself. {common.name}: "
        f"{common.words}. Otherwise: {listed}."
    )
    score = sum(positions.score for positions in detected.values())
    margin = min(positions.margin for positions in detected.values())
    return DetectedConventions(common, words, exceptions, score, margin)


_SHOWN = 3  # readings and quotes, so that the line can still be read
_LONGEST = 60


def _ambiguous(where: str, fit: ConventionFit, rival: Convention) -> Problem:
    """Two ways to count fit nearly alike, and give other quotes."""
    best = fit.best
    odds = exp(fit.total(best) - fit.total(rival))
    pairs = [
        (mark.label, trial.quote(best, index), trial.quote(rival, index))
        for trial in fit.trials
        for index, mark in enumerate(trial.text.marks)
    ]
    differ = [pair for pair in pairs if pair[1] != pair[2]]
    examples = "; ".join(
        f"{label}: “{_short(one)}” or “{_short(other)}”" for label, one, other in differ[:_SHOWN]
    )
    return Problem(
        where,
        f"how its positions are counted cannot be told: {best.name} is only {odds:.1f} times "
        f"likelier than {rival.name}, and they differ in {len(differ)} of {fit.usable} passages "
        f"({examples}). Scores: {_scores(fit)}",
        "a reading at least 100 times likelier than any that gives other quotes",
        "Look one of these passages up in the program that wrote the file, and state the way to "
        f"count whose quote is right: `--positions {best.name}` or `--positions {rival.name}`",
        "exchange.positions-ambiguous",
    )


def _foreign(where: str, fit: ConventionFit) -> Problem:
    """No way to count fits: the positions are those of another text."""
    best = fit.best
    evidence = fit.evidence(best)
    shown = (
        quote
        for trial in fit.trials
        for index in range(len(trial.text.marks))
        if (quote := trial.quote(best, index))
    )
    quotes = ", ".join(f"“{_short(quote)}”" for quote in islice(shown, _SHOWN))
    evidence_text = (
        f"even under {best.name}, the best, only {evidence.starts} of {fit.usable} passages begin "
        f"with a word and {evidence.ends} end with one, such as {quotes or 'none at all'}"
    )
    return Problem(
        where,
        f"its positions do not fit its texts: {evidence_text}. Scores: {_scores(fit)}",
        "passages that begin and end with words in three of four cases",
        "The texts may have been changed after they were coded: export the project again from "
        "the program that wrote it. If the quotes are right as they stand, state it: "
        f"`--positions {best.name}`",
        "exchange.positions-foreign",
    )


def _scores(fit: ConventionFit) -> str:
    return ", ".join(f"{c.name} {fit.total(c):.1f}" for c in fit.ranked[:_SHOWN])


def _short(quote: str) -> str:
    flat = quote.replace("\n", "↵")
    if len(flat) <= _LONGEST:
        return flat
    return f"{flat[: _LONGEST // 2]} … {flat[-_LONGEST // 2 :]}"

"""Which way a file counts its positions: told from the passages, not from the tool's name.

Every way to count is tried on every passage. Each place is weighed by how much likelier it is
where a person marked than anywhere in the text (`wording.py`), names of passages that hold their
quotes weigh by how rare they are (`hinting.py`), and the weights are added: a log likelihood
ratio (Neyman and Pearson 1933, doi:10.1098/rsta.1933.0009). The best reading is taken if it is
a hundred times likelier than any that gives other quotes, and fits its texts at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from evaltools.exchange.conventions import CANDIDATES, Convention
from evaltools.exchange.fitting import Fit, Mark, Marked, Trial, try_all
from evaltools.exchange.refusing import ambiguous, foreign
from evaltools.problems import Problem, ProblemError, refuse

__all__ = ["Mark", "Marked", "Positions", "detect"]

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

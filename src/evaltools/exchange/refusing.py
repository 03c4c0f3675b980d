"""Why a file's positions are not believed, with what an evaluator needs to decide."""

from __future__ import annotations

from math import exp

from evaltools.exchange.conventions import Convention
from evaltools.exchange.fitting import Fit
from evaltools.problems import Problem

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

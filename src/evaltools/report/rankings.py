"""Rankings for prose: which theme was told most often, with ties shown as ties."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from evaltools.indicators.indicator import Indicator
from evaltools.present import language as say
from evaltools.present.markdown import escape_markdown
from evaltools.report.trail.glossary import Glossary
from evaltools.report.trail.markup import linked, number_anchor

LENGTHS = {"list": 5, "top": 3, "first": 1}


def ranked(indicators: Iterable[Indicator], codes: Collection[str]) -> list[Indicator]:
    """Shares of some codes that are not zero, most often first, then by key."""
    shares = [
        indicator
        for indicator in indicators
        if indicator.estimand == "D"
        and not indicator.dimensions
        and indicator.n
        and indicator.key.endswith(".share")
        and indicator.key.removesuffix(".share") in codes
    ]
    return sorted(shares, key=lambda indicator: (-(indicator.value or 0), indicator.key))


def leading(shares: list[Indicator], length: int) -> list[Indicator]:
    """The first of a ranking, and those that tie with the last of them."""
    if len(shares) <= length:
        return shares
    least = shares[length - 1].value
    return [share for share in shares if (share.value or 0) >= (least or 0)]


def ranking_variables(indicators: Iterable[Indicator], glossary: Glossary) -> dict[str, str]:
    """`ranking.<kind of codes>.list`, `.top` and `.first` as markdown.

    Arguments:
        indicators: all of a run.
        glossary: with label and kind of each code.
    """
    records, words = list(indicators), glossary.words
    made = {}
    for kind in sorted(set(glossary.kinds.values())):
        own = {code for code, its in glossary.kinds.items() if its == kind}
        shares = ranked(records, own)
        for name, length in LENGTHS.items():
            items = [_item(share, glossary) for share in leading(shares, length)]
            text = say.list_of(items, words.language) if items else words("report.ranking.none")
            made[f"ranking.{kind}.{name}"] = text
    return made


def _item(share: Indicator, glossary: Glossary) -> str:
    code = share.key.removesuffix(".share")
    fraction = say.count_of(share.n or 0, share.N or 0, glossary.words.language)
    label = escape_markdown(glossary.labels.get(code, code))
    span = f'[{fraction}]{{.indicator key="{share.key}" estimand="D" shows="fraction"}}'
    return f"{label} ({linked(span, number_anchor(share.key))})"

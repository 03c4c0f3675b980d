"""Rankings for prose: which theme was told most often, with ties shown as ties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evaltools.indicators.indicator import Indicator
from evaltools.present import language as say
from evaltools.present.language import Language
from evaltools.present.markdown import escape_markdown
from evaltools.present.words import Words
from evaltools.report.trail.anchors import linked, number_anchor

FAMILIES = ("goal", "result", "challenge", "response", "steering")
LENGTHS = {"list": 5, "top": 3, "first": 1}


def ranked(indicators: Iterable[Indicator], family: str) -> list[Indicator]:
    """Shares of a family that are not nought, most often first, then by key."""
    shares = [
        indicator
        for indicator in indicators
        if indicator.estimand == "D"
        and not indicator.dimensions
        and indicator.n
        and indicator.key.startswith(f"{family}.")
        and indicator.key.endswith(".share")
        and indicator.key.count(".") == 2
    ]
    return sorted(shares, key=lambda indicator: (-(indicator.value or 0), indicator.key))


def leading(shares: list[Indicator], length: int) -> list[Indicator]:
    """The first of a ranking, and those that tie with the last of them."""
    if len(shares) <= length:
        return shares
    least = shares[length - 1].value
    return [share for share in shares if (share.value or 0) >= (least or 0)]


def ranking_variables(
    indicators: Iterable[Indicator], labels: Mapping[str, str], language: Language
) -> dict[str, str]:
    """`ranking.<family>.list`, `.top` and `.first` as markdown.

    Arguments:
        indicators: all of a run.
        labels: label of each code in the language, by code id.
        language: fi, sv or en.
    """
    records = list(indicators)
    made = {}
    for family in FAMILIES:
        shares = ranked(records, family)
        for name, length in LENGTHS.items():
            items = [_item(share, labels, language) for share in leading(shares, length)]
            text = say.list_of(items, language) if items else Words(language)("report.ranking.none")
            made[f"ranking.{family}.{name}"] = text
    return made


def _item(share: Indicator, labels: Mapping[str, str], language: Language) -> str:
    code = share.key.removesuffix(".share")
    fraction = say.count_of(share.n or 0, share.N or 0, language)
    label = escape_markdown(labels.get(code, code))
    span = f'[{fraction}]{{.indicator key="{share.key}" estimand="D" shows="fraction"}}'
    return f"{label} ({linked(span, number_anchor(share.key))})"

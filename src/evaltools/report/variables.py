"""Numbers for prose: every indicator as the language prints it, by the key that prose uses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from evaltools.findings.judgement import Judgement
from evaltools.findings.sentences import Part, Sentence
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.i18n.quantifiers import quantity
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.report.evidence_markup import link_to_number, number_anchor
from evaltools.report.glossary import Glossary
from evaltools.study.schema import Judging

ESTIMANDS: Mapping[str, Estimand] = {
    "descriptive": "D",
    "population": "P",
    "superpopulation": "S",
}

Name = tuple[str, tuple[tuple[str, str], ...]]
"""Key and dimensions of an indicator."""

_INTERVALS: Mapping[Estimand, str] = {"P": "population", "S": "superpopulation"}
_COUNTED = {"goals": "goal", "goal_quality": "goal", "sustainability": "goal", "savings": "claim"}
"""What a share of a family counts, where it is not reports."""
_OF_REPORTS = ("savings.claimed",)
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?![\s\])]))+")
_QUANTITY = re.compile(r"\bvar ([\w.]+\.quantity)\b")


@dataclass(frozen=True)
class WordGrounds:
    """What a word for how many rests on, beside the interval of its number.

    Arguments:
        judging: what findings need, which words need as well.
        read: final reports read; None where that is not known.
        alphas: Krippendorff's alpha by code; None where nobody knows whether coders agree.
        bands: the share under the strictest and the mildest coder rule, by code.
        behind: `codes_of_numbers` of the study: code that stands behind a number.
    """

    judging: Judging = field(default_factory=Judging)
    read: int | None = None
    alphas: Mapping[str, float | None] = field(default_factory=dict)
    bands: Mapping[str, Indicator] = field(default_factory=dict)
    behind: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def find(
        cls, indicators: Iterable[Indicator], judging: Judging, behind: Mapping[str, str]
    ) -> WordGrounds:
        """The grounds in all indicators of a run."""
        read, bands = None, {}
        alphas: dict[str, float | None] = {}
        alike: set[str] = set()
        for each in indicators:
            stem, _, measure = each.key.rpartition(".")
            if each.key == "reports.read.share" and not each.dimensions:
                read = each.x
            elif measure == "coder_band" and not each.suppressed and each.low is not None:
                bands[stem] = each
            elif stem == "coding.agreement_by_code" and each.estimand == "D":
                by = dict(each.dimensions)
                if by["statistic"] == "alpha":
                    alphas[by["code"]] = each.value
                elif by["statistic"] == "observed" and each.value == 1:
                    alike.add(by["code"])
        # Where coders decided alike in every report, alpha has no value and no doubt is left.
        known = {code: a for code, a in alphas.items() if a is not None or code not in alike}
        return cls(judging, read, known, bands, behind)

    def word(self, indicator: Indicator, stem: str) -> str:
        """The word that all of it bears out; `number` where none is.

        Of few no word says more than the count, nor of many goals that are of few reports. Codes
        behind another number of a family (`sustainability.owner`) count for all of the family.
        """
        family = stem.partition(".")[0]
        codes = [self.behind.get(stem, stem)]
        if codes == [stem]:
            codes += [self.behind[key] for key in self.behind if key.partition(".")[0] == family]
        few = indicator.n is not None and indicator.n < say.FEWEST_FOR_PERCENT
        few |= (
            family in _COUNTED and self.read is not None and self.read < self.judging.least_reports
        )
        weak = any((self.alphas.get(code, 1) or 0) < self.judging.least_alpha for code in codes)
        if few or weak or indicator.value is None:
            return "number"
        low, high = indicator.low, indicator.high
        limits = [indicator.value if each is None else each for each in (low, high)]
        band = self.bands.get(codes[0])
        if band is not None and band.n == indicator.n and not indicator.dimensions:
            limits += [each for each in (band.low, band.high) if each is not None]
        return quantity(indicator.value, min(limits), max(limits)) or "number"


def indicator_variables(
    indicators: Iterable[Indicator],
    estimand: Estimand,
    words: Words,
    grounds: WordGrounds | None = None,
) -> dict[str, str]:
    """What `{{< var key >}}` gives, by dotted key.

    An indicator `challenge.staff.share` of the reports read yields `challenge.staff.share`
    (37 %), `.x` (19), `.n` (52) and `.quantity` (a phrase whose word holds for the intervals of
    all estimands, which tables show beside it); its other estimands yield `.population`,
    `.superpopulation` and `.bounds`. `.quantity_alone` is a `.quantity` without its word. `.told`
    is the verb before a `.quantity` where a language denies nought by the verb (Finnish
    *kerrotaan*, *ei kerrota*). An indicator broken down by one dimension has
    `by.<dimension>.<value>` before its measure. Every number is a span that names its indicator,
    within a link to its entry in the evidence, so that a reader and a test can walk from the page
    to the table.

    Arguments:
        indicators: all of a run.
        estimand: whose record a phrase for how many names.
        words: of the report's language.
        grounds: of words for how many; without them the interval alone decides.

    Returns:
        Markdown by key.
    """
    made: dict[str, str] = {}
    grounds = grounds or WordGrounds()
    for (key, dimensions), by_estimand in sorted(group_by_name(indicators).items()):
        stem, _, measure = key.rpartition(".")
        if len(dimensions) > 1:
            continue
        name = stem + "".join(f".by.{dimension}.{value}" for dimension, value in dimensions)
        headline = find_headline(by_estimand)
        if measure == "bounds":
            text = format_interval(headline, words)
            made[f"{name}.bounds"] = _span(headline, text, "interval")
            continue
        made[f"{name}.{measure}"] = _span(headline, format_indicator(headline, words))
        made |= _counts(headline, name, words)
        for other, label in _INTERVALS.items():
            if other in by_estimand and by_estimand[other].low is not None:
                text = format_interval(by_estimand[other], words)
                made[f"{name}.{label}"] = _span(by_estimand[other], text, "interval")
        if headline.unit == "share":
            chosen = _with_widest_limits(by_estimand.get(estimand, headline), by_estimand)
            told = made[f"{name}.quantity"] = format_quantity(chosen, stem, words, grounds)
            if (alone := format_quantity(chosen, stem, words, None)) != told:
                made[f"{name}.quantity_alone"] = alone
            made[f"{name}.told"] = words(f"report.told.{'none' if chosen.x == 0 else 'some'}")
    return made


def group_by_name(indicators: Iterable[Indicator]) -> dict[Name, dict[Estimand, Indicator]]:
    """Indicators by key and dimensions, then by estimand, in the order of their keys."""
    records: dict[Name, dict[Estimand, Indicator]] = {}
    for each in sorted(indicators, key=lambda each: each.identity):
        records.setdefault((each.key, each.dimensions), {})[each.estimand] = each
    return records


def find_headline(by_estimand: Mapping[Estimand, Indicator]) -> Indicator:
    """The record whose value prose shows."""
    return by_estimand.get("D") or by_estimand.get("P") or by_estimand["S"]


def _with_widest_limits(chosen: Indicator, by_estimand: Mapping[Estimand, Indicator]) -> Indicator:
    """A share with the limits of all its inferences, which tables show beside the words."""
    known = [each for each in by_estimand.values() if each.low is not None]
    if chosen.value is None or not known:
        return chosen
    lows = [each.low for each in known if each.low is not None]
    highs = [each.high for each in known if each.high is not None]
    return replace(chosen, low=min(lows), high=max(highs))


def _counts(indicator: Indicator, name: str, words: Words) -> dict[str, str]:
    if indicator.unit != "share" or indicator.suppressed:
        return {}
    counts = {"x": indicator.x, "n": indicator.n}
    return {
        f"{name}.{label}": _span(indicator, say.number(count, words.language), label)
        for label, count in counts.items()
        if count is not None
    }


def format_indicator(indicator: Indicator, words: Words) -> str:
    """The value as prose prints it; in words where there is none."""
    if indicator.suppressed:
        return words("report.suppressed")
    value = indicator.value
    if value is None:
        return words("report.missing")
    if indicator.unit == "share":
        return say.share(value, indicator.x, indicator.n, words.language)
    if indicator.unit == "count":
        return say.number(value, words.language)
    if indicator.unit == "money":
        return words.money(value)
    if indicator.unit == "money_per_inhabitant":
        return words("report.per_inhabitant", value=say.number(value, words.language, 2))
    if indicator.unit == "difference" and indicator.method == "newcombe":
        return words("report.points", value=say.signed(value * 100, words.language))
    if indicator.unit == "difference":
        return say.signed(value, words.language, 2)
    return say.ratio(value, words.language)


def format_interval(indicator: Indicator, words: Words) -> str:
    """Both limits as printed; empty where there are none."""
    if indicator.low is None or indicator.high is None:
        return ""
    if indicator.unit == "share":
        whole = indicator.N if indicator.estimand == "P" else None
        return say.share_range(
            indicator.low, indicator.high, indicator.n, words.language, whole=whole
        )
    decimals = 0 if indicator.unit in ("count", "money") else 2
    return say.number_range(indicator.low, indicator.high, words.language, decimals)


def format_quantity(
    indicator: Indicator, stem: str, words: Words, grounds: WordGrounds | None
) -> str:
    """`enemmistössä raporteista (31/52)`: a word only where all that it rests on bears it out.

    Arguments:
        grounds: of words for how many; without them the count stands alone.
    """
    family = stem.partition(".")[0]
    noun = "report" if stem in _OF_REPORTS else _COUNTED.get(family, "report")
    if indicator.suppressed or indicator.value is None:
        word = "withheld" if indicator.suppressed else "missing"
        if words.has(f"report.quantity.{family}.{word}"):
            noun = family
        return _span(indicator, words(f"report.quantity.{noun}.{word}"))
    assert indicator.x is not None
    assert indicator.n is not None
    word = grounds.word(indicator, stem) if grounds else "number"
    if word in ("number", "all") or indicator.x in (0, 1, indicator.n):  # one is not few
        word = _whole_word(indicator.x, indicator.n)
    if words.has(f"report.quantity.{family}.number"):
        noun = family
    if not words.has(f"report.quantity.{noun}.{word}"):
        word = "number"
    fraction = _span(indicator, say.count_of(indicator.x, indicator.n, words.language), "fraction")
    return words(f"report.quantity.{noun}.{word}", fraction=fraction)


def level_quantities(text: str, values: Mapping[str, str]) -> str:
    """A source in which the counts of one sentence all have words for how many, or none has.

    Words differ where coders agree on one theme and not on another; side by side they would look
    like a difference of the numbers. None, one and all stand beside either.
    """

    def level(found: re.Match[str]) -> str:
        keys = [key for key in _QUANTITY.findall(found[0]) if key in values]
        worded = [key for key in keys if f"{key}_alone" in values]
        # A word has its count in brackets behind it.
        if not worded or all("([" in values[key] for key in keys):
            return found[0]
        return _QUANTITY.sub(
            lambda each: each[0] + "_alone" if each[1] in worded else each[0], found[0]
        )

    return _SENTENCE.sub(level, text)


def _whole_word(x: int, n: int) -> str:
    """What says no more than the counts themselves: none, one, the only one, all, or a number."""
    if x == n:
        return "only" if n == 1 else "all"
    return {0: "none", 1: "single"}.get(x, "number")


def _span(indicator: Indicator, text: str, shows: str = "value") -> str:
    """The text, marked with what it is a number of, as a link to its evidence."""
    attributes = f'.indicator key="{indicator.key}" estimand="{indicator.estimand}"'
    if indicator.dimensions:
        by = ";".join(f"{name}={value}" for name, value in indicator.dimensions)
        attributes += f' dimensions="{by}"'
    marked = f'[{escape_markdown(text)}]{{{attributes} shows="{shows}"}}'
    return link_to_number(marked, number_anchor(indicator.key, indicator.dimensions))


def finding_variables(judgements: Iterable[Judgement], language: Language) -> dict[str, str]:
    """`finding.<id>` as markdown: the sentence that is true of the run, its numbers marked.

    Arguments:
        judgements: of a run; those without sentences give the claim itself.
    """
    made = {}
    for judgement in judgements:
        name, text = judgement.finding.id, mark_sentence(judgement, language)
        made[f"finding.{name}"] = f'[{text}]{{.finding finding="{name}"}}'
    return made


def mark_sentence(judgement: Judgement, language: Language) -> str:
    """The sentence of a judgement as markdown, its numbers marked; the claim where it has none."""
    return mark_numbers(judgement.said.get(language) or (Part(judgement.text(language)),))


def mark_numbers(sentence: Sentence) -> str:
    """A sentence as markdown, its numbers marked."""
    return "".join(
        escape_markdown(part.text)
        if part.indicator is None or not part.shows
        else _span(part.indicator, part.text, part.shows)
        for part in sentence
    )


def nest(flat: Mapping[str, str]) -> dict[str, Any]:
    """Dotted keys nested as in `_variables.yml`; ValueError where a key is a group, too."""
    tree: dict[str, Any] = {}
    for key in sorted(flat):
        *groups, leaf = key.split(".")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
            if not isinstance(place, dict):
                raise ValueError(f"the variable {key} lies below another variable")
        place[leaf] = flat[key]
    return tree


def rank_shares(indicators: Iterable[Indicator], codes: Collection[str]) -> list[Indicator]:
    """Shares of some codes that are not zero, most often first, then by key."""
    shares = [
        indicator
        for indicator in indicators
        if indicator.estimand == "D"
        and not indicator.dimensions
        and indicator.x
        and indicator.key.endswith(".share")
        and indicator.key.removesuffix(".share") in codes
    ]
    return sorted(shares, key=lambda indicator: (-(indicator.value or 0), indicator.key))


def ranking_variables(indicators: Iterable[Indicator], glossary: Glossary) -> dict[str, str]:
    """`ranking.<kind of codes>.list` as markdown: every code that is mentioned, with its count.

    The list is whole, since where it is cut is a judgement that needs a margin: findings name the
    commonest (`leads`, `among_top`).

    Arguments:
        indicators: all of a run.
        glossary: with label and kind of each code.
    """
    records, words = list(indicators), glossary.words
    made = {}
    for kind in sorted(set(glossary.kinds.values())):
        own = {code for code, its in glossary.kinds.items() if its == kind}
        items = [_item(share, glossary) for share in rank_shares(records, own)]
        text = say.list_of(items, words.language) if items else words("report.ranking.none")
        made[f"ranking.{kind}.list"] = text
    return made


def _item(share: Indicator, glossary: Glossary) -> str:
    code = share.key.removesuffix(".share")
    fraction = say.count_of(share.x or 0, share.n or 0, glossary.words.language)
    label = escape_markdown(glossary.labels.get(code, code))
    span = f'[{fraction}]{{.indicator key="{share.key}" estimand="D" shows="fraction"}}'
    return f"{label} ({link_to_number(span, number_anchor(share.key))})"

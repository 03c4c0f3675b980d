"""Numbers that no notebook computes: public facts, parameters and the counts of the scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.report.evidence_markup import (
    annotate,
    fact_anchor,
    label,
    line,
    link,
    link_to_fact,
    link_to_number,
    number_anchor,
    sentence,
)
from evaltools.study import Parameters

_NUMERIC = ("number", "integer")


@dataclass(frozen=True)
class ScopeFact:
    """A number that no notebook computes.

    Arguments:
        name: of its entry. shown: as prose prints it. definition: what it is.
        definition_language: language of the definition. source: address, file or name.
    """

    name: str
    shown: str
    definition: str
    definition_language: str
    source: str

    @property
    def anchor(self) -> str:
        """Identifier of its entry."""
        return fact_anchor(self.name)


def scope_variables(indicators: tuple[Indicator, ...], language: Language) -> dict[str, str]:
    """`scope.reports`, `scope.due` and `scope.projects`: read, due to report, and all funded.

    The first two are numerator and denominator of `reports.read.share`, the last is the denominator
    of `reports.scheme.share`.
    """
    made = {}
    for name, (item, shows, count) in scope_counts(indicators).items():
        attributes = f'.indicator key="{item.key}" estimand="{item.estimand}" shows="{shows}"'
        span = f"[{say.number(count, language)}]{{{attributes}}}"
        made[f"scope.{name}"] = link_to_number(span, number_anchor(item.key))
    return made


def scope_counts(indicators: Iterable[Indicator]) -> dict[str, tuple[Indicator, str, int]]:
    """How many reports were read, were due, and how many projects were funded.

    Returns:
        For `reports`, `due` and `projects` the indicator, which of its counts it is (x or n), and
        the count; nothing of a run without them.
    """
    plain = {each.key: each for each in indicators if not each.dimensions and each.estimand == "D"}
    named = {"reports": ("read", "x"), "due": ("read", "n"), "projects": ("scheme", "n")}
    return {
        name: (item, shows, (item.x if shows == "x" else item.n) or 0)
        for name, (key, shows) in named.items()
        if (item := plain.get(f"reports.{key}.share"))
    }


def read_facts(
    tables: Mapping[str, pd.DataFrame],
    parameters: Parameters,
    paths: Mapping[str, str],
    words: Words,
) -> tuple[ScopeFact, ...]:
    """Public facts of the data, the number of coders and numeric parameters, by name."""
    language = words.language
    found = []
    if "facts" in tables:
        rows: list[dict[str, object]] = tables["facts"].astype(object).to_dict("records")  # type: ignore[assignment]
        found += [_fact(row, words) for row in rows]
    if "coders" in tables:
        people = tables["coders"].loc[tables["coders"]["role"] == "coder", "coder_id"]
        if "readings" in tables:
            people = people[people.isin(tables["readings"]["coder_id"])]
        coders = say.number(len(people), language)
        told = words("definition.fact.coders")
        found.append(ScopeFact("coders", coders, told, language, paths.get("coders", "")))
    for name, declared in parameters.declarations.items():
        if declared.type in _NUMERIC:
            value = getattr(parameters, name)
            decimals = len(str(value).partition(".")[2].rstrip("0"))
            shown = say.number(value, language, decimals)
            told = declared.help.in_language(language)
            source = words("trail.parameter", name=name)
            found.append(ScopeFact(f"parameter_{name}", shown, told, language, source))
    return tuple(sorted(found, key=lambda fact: fact.name))


def fact_variables(facts: tuple[ScopeFact, ...]) -> dict[str, str]:
    """`fact.<name>`, `scope.coders` and `parameter.<name>` as links to their entries."""
    made = {}
    for fact in facts:
        name = f"fact.{fact.name}"
        if fact.name == "coders":
            name = "scope.coders"
        if fact.name.startswith("parameter_"):
            name = f"parameter.{fact.name.removeprefix('parameter_')}"
        made[name] = link_to_fact(fact.name, fact.shown)
    return made


def fact_entry(fact: ScopeFact, words: Words) -> str:
    """A fact's entry as markdown, without the fence around it."""
    told = annotate(fact.definition)
    if fact.definition_language != words.language:
        told = f"[{told}]{{lang={fact.definition_language}}}"
    files = ", ".join(name.rpartition("/")[2] for name in fact.source.split(", "))
    source = ""  # of what is counted of all projects compared there is no file to name
    if files:
        source = f"{line(words('trail.sources'), sentence(fact.source), 'screen')} "
        source += line(words("trail.sources"), sentence(files), "paper")
    if fact.source.startswith(("https://", "http://")):
        source = f"{label(words('trail.sources'))} {link(fact.source, fact.source)}"
    return (
        f"{annotate(fact.shown, 'evidence-term')} {told} `{fact.name}`{{.evidence-key}}\n\n"
        f"{source}\n\n"
    )


def _fact(row: Mapping[str, object], words: Words) -> ScopeFact:
    name, unit, value = str(row["fact_id"]), str(row["unit"]), float(str(row["value"]))
    print_as: Mapping[str, Callable[[float, Language], str]] = {
        "share": say.percent,
        "money": lambda amount, _: words.money(amount),
        words.currency.lower(): lambda amount, _: words.money(amount),
        "count": say.number,
    }
    shown = print_as[unit](value, words.language) if unit in print_as else f"{value:.0f}"
    key = f"definition.fact.{name}"
    if words.has(key):
        return ScopeFact(name, shown, words(key), words.language, str(row["source"]))
    return ScopeFact(name, shown, str(row["meaning"]), "en", str(row["source"]))

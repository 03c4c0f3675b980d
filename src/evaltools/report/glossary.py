"""What numbers are called and mean: labels, definitions, conditions, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from evaltools.findings.conditions import RANKS, Condition
from evaltools.findings.families import FAMILIES, THEMES, Family
from evaltools.findings.lookup import Numbers, Reading
from evaltools.findings.matrix import matching
from evaltools.findings.reasons import format_amount, label_of
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words, fields
from evaltools.indicators.indicator import Estimand
from evaltools.study.schema import MainQuestion
from evaltools.study.vocabulary import Vocabulary

_LABELLED: Final = {"code", "item", "first", "second", "challenge", "response"}
"""Dimensions whose values are codes or items of the form."""
_NAMED_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (name,) for name in ("allocation", "attainment", "group", "language", "measured_by")},
    "category": ("group", "size"),
    "kind": ("agreement.kind", "code_kind"),
    "period": ("period",),
    "rule": ("coder_rule",),
    "side": ("publishing.side",),
    "statistic": ("publishing.statistic",),
}
"""Where the words for the values of a dimension stand."""


@dataclass(frozen=True)
class Glossary:
    """What a study's numbers are called, in the words of a language.

    Arguments:
        words: of the language.
        labels: of codes by code id and of rating items by item id.
        regions: names by region code.
        kinds: of codes, by code id.
        vocabulary: which role a kind of codes has.
        questions: of the study, which name the tables behind indicators of its own.
    """

    words: Words
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    questions: Sequence[MainQuestion] = ()
    regions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        words: Words,
        vocabulary: Vocabulary | None = None,
        questions: Sequence[MainQuestion] = (),
    ) -> Glossary:
        """The glossary of the validated tables."""

        def called(table: str, name: str, label: str) -> dict[str, str]:
            if table not in tables:
                return {}
            frame = tables[table]
            texts = frame[name]
            if f"{label}_{words.language}" in frame:
                texts = frame[f"{label}_{words.language}"].fillna(frame[name])
            return dict(zip(frame[name].astype(str), texts.astype(str), strict=True))

        labels = called("codes", "code_id", "label") | called("rating_items", "item_id", "label")
        declared, kinds = vocabulary or Vocabulary(), {}
        regions: dict[str, str] = {}
        for each in declared.dimensions.values():
            regions |= called(each.map, each.column, "name") if each.map else {}
        if "codes" in tables:
            codes = tables["codes"][["code_id", "kind"]].astype(str)
            kinds = dict(codes.itertuples(index=False, name=None))
        return cls(words, labels, kinds, declared, questions, regions)

    def code_in(self, key: str) -> str:
        """The longest beginning of a key that is a code; empty where there is none."""
        parts = key.split(".")
        stems = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        return next((stem for stem in stems if stem in self.kinds or stem in self.labels), "")

    def family_of(self, key: str) -> Family:
        """Where a number comes from; for one of the study's own what its questions name."""
        known = FAMILIES.get(key.partition(".")[0])
        if known is not None:
            return known
        if self.code_in(key):
            return THEMES
        asked = [part for main in self.questions for part in main.parts]
        named = [
            table
            for part in asked
            if any(matching(pattern, [key]) for pattern in part.indicators)
            for table in part.evidence.tables
        ]
        return Family(tuple(dict.fromkeys(named)))

    def defined(self, key: str, kind_of_phrase: str = "definition") -> str | None:
        """Name of the phrase that defines a key, or names it; None where there is none.

        The key itself, or its family with `any` for the name in the middle; what is said of all
        kinds of themes alike is under `theme`.
        """
        family, *rest = key.split(".")
        tries = [key, ".".join([family, "any", *rest[1:]]), ".".join([family, "any", *rest[-1:]])]
        if code := self.code_in(key):
            kind = self.kinds.get(code, family)
            measure = key.removeprefix(f"{code}.")
            roles = dict.fromkeys([kind, str(self.vocabulary.role_of(kind) or kind)])
            tries += [f"{role}.any.{measure}" for role in roles] + [f"theme.{measure}"]
        names = (f"{kind_of_phrase}.{name}" for name in tries)
        return next((name for name in names if self.words.has(name)), None)

    def definition(self, key: str) -> str:
        """What a number means, as plain text.

        Raises:
            KeyError: no phrase defines the key.
        """
        phrase = self.defined(key)
        if phrase is None:
            raise KeyError(f"no phrase definition.… says what {key} means")
        if "label" not in fields(self.words.template(phrase)):
            return self.words(phrase)
        return self.words(phrase, label=self._label(key))

    def _label(self, key: str) -> str:
        family, *rest = key.split(".")
        within = ".".join(rest)
        name = self.code_in(key) or self.code_in(within)
        if not name and family in ("answered", "group_difference"):
            challenges = self.vocabulary.kinds_of("challenge")
            stem = within.rpartition(".")[0]
            name = next(
                (f"{kind}.{stem}" for kind in challenges if f"{kind}.{stem}" in self.labels), ""
            )
        if not name and rest:
            name = rest[0] if family == "rating" else within.rpartition(".")[0]
        return self.labels.get(name, name)

    def name_number(self, key: str) -> str:
        """What a number is of: its code with the kind of it, or its definition, or its key."""
        stem, _, measure = key.rpartition(".")
        if stem in self.labels and measure in ("share", "bounds"):
            kind = f"code_kind.{self.kinds.get(stem, stem.partition('.')[0])}"
            label = self.labels[stem]
            return f"{self.words(kind)}: {label}" if self.words.has(kind) else label
        return self.definition(key) if self.defined(key) else key

    def short_name(self, key: str) -> str:
        """What a number is of, for a row of a table: never more than a clause."""
        own, words = f"findings.key.{key.rpartition('.')[0]}", self.words
        if words.has(own):
            return words(own)
        if phrase := self.defined(key, "name"):
            labelled = "label" in fields(words.template(phrase))
            return words(phrase, **({"label": self._label(key)} if labelled else {}))
        return re.split(r"[.;](?:\s|$)", self.name_number(key), maxsplit=1)[0]

    def describe_dimension(self, name: str, value: str) -> str:
        """By what a number is broken down, `theme: schedule`; keys where there are no words."""
        words = self.words
        title = f"publishing.dimension.{name}"
        known = self.regions if name == "region" else self.labels if name in _LABELLED else {}
        starts = _NAMED_VALUES.get(name, ())
        if "group" in starts:
            starts = (*starts, *(f"choice.{each}" for each in self.vocabulary.dimensions))
        phrases = (f"{start}.{value}" for start in starts)
        found = next((key for key in phrases if words.has(key)), None)
        told = known.get(value) or (words(found) if found else value)
        return f"{words(title) if words.has(title) else name}: {told}"

    def condition(self, condition: Condition, numbers: Numbers, estimand: Estimand) -> str:
        """A condition in words: `aikataulu on suurin, kun verrataan näitä: haasteet`.

        Arguments:
            condition: as declared.
            numbers: of the run.
            estimand: of the judgement.
        """
        words = self.words
        if condition.parts:
            parts = [self.condition(part, numbers, estimand) for part in condition.parts]
            return words(f"trail.condition.{condition.kind}", parts="; ".join(parts))

        def called(name: str) -> str:
            return label_of(Reading(name, None), words, self.labels)

        def compared(glob: str) -> str:
            kind, rest = glob.partition(".")[::2]
            if kind in ("group_difference", "wave_difference"):
                return words(f"trail.family.{kind}")
            if rest == "*.share" and words.has(f"agreement.kind.{kind}"):
                return words(f"agreement.kind.{kind}").lower()
            return say.list_of([called(name) for name in numbers.matching(glob)], words.language)

        leaf = getattr(condition, condition.kind)
        key = getattr(leaf, "key", "")
        keys = say.list_of([called(name) for name in getattr(leaf, "keys", ())], words.language)
        values: dict[str, object] = {"key": called(key)}
        if condition.kind == "greatest":
            values["of"] = compared(leaf.of)
        elif condition.kind in ("leads", "differs"):
            values = {"of": compared(leaf.of)}
        elif condition.kind == "judged":
            cases = [words(f"findings.case.{case}") for case in leaf.cases]
            values = {"finding": leaf.finding, "cases": say.list_of(cases, words.language)}
        elif condition.kind == "order":
            values = {"keys": keys}
        elif condition.kind == "among_top":
            first = leaf.first or len(leaf.keys)
            values = {"keys": keys, "first": first, "of": compared(leaf.of)}
        elif condition.kind in ("at_least", "at_most"):
            reading = numbers.read(key, leaf.estimand or estimand)
            values["value"] = format_amount(reading, leaf.value, words)
        elif condition.kind == "quantity":
            values["word"] = words(f"findings.word.{leaf.word}")
        elif condition.kind == "equals":
            values["value"] = called(leaf.other) if leaf.other else leaf.fact or ""
            if leaf.number is not None:
                values["value"] = format_amount(numbers.read(key, "D"), leaf.number, words)
        told = words(f"trail.condition.{condition.kind}", **values)
        beyond = condition.kind in RANKS and (leaf.estimand or estimand) != "D"
        return words("trail.condition.beyond", condition=told) if beyond else told

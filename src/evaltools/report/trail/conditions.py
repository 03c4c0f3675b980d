"""What must be so for a finding to be true, in words."""

from __future__ import annotations

from collections.abc import Mapping

from evaltools.findings.clauses import Condition
from evaltools.findings.numbers import Numbers, Reading
from evaltools.findings.reasons import amount, label_of
from evaltools.indicators.indicator import Estimand
from evaltools.present import language as say
from evaltools.present.words import Words


def condition_text(
    condition: Condition,
    numbers: Numbers,
    estimand: Estimand,
    labels: Mapping[str, str],
    words: Words,
) -> str:
    """A condition as plain text: `aikataulu on suurin, kun verrataan näitä: haasteet`.

    Arguments:
        condition: as declared. numbers: of the run. estimand: of the judgement.
        labels: of codes, by id.
        words: of the report's language.
    """
    if condition.parts:
        parts = [condition_text(part, numbers, estimand, labels, words) for part in condition.parts]
        return words(f"trail.condition.{condition.kind}", parts="; ".join(parts))

    def called(name: str) -> str:
        return label_of(Reading(name, None), words.language, labels)

    def compared(glob: str) -> str:
        kind, rest = glob.partition(".")[::2]
        if rest == "*.share" and words.has(f"agreement.kind.{kind}"):
            return words(f"agreement.kind.{kind}").lower()
        return say.list_of([called(name) for name in numbers.matching(glob)], words.language)

    leaf = getattr(condition, condition.kind)
    key, phrase = getattr(leaf, "key", ""), f"trail.condition.{condition.kind}"
    keys = say.list_of([called(name) for name in getattr(leaf, "keys", ())], words.language)
    if condition.kind == "greatest":
        told = words(phrase, key=called(key), of=compared(leaf.of))
    elif condition.kind == "order":
        told = words(phrase, keys=keys)
    elif condition.kind == "among_top":
        told = words(phrase, keys=keys, first=leaf.first or len(leaf.keys), of=compared(leaf.of))
    elif condition.kind in ("at_least", "at_most"):
        reading = numbers.read(key, leaf.estimand or estimand)
        value = amount(reading, leaf.value, words.language)
        told = words(phrase, key=called(key), value=value)
    elif condition.kind == "quantity":
        told = words(phrase, key=called(key), word=words(f"findings.word.{leaf.word}"))
    elif condition.kind == "equals":
        value = called(leaf.other) if leaf.other else leaf.fact or ""
        if leaf.number is not None:
            value = amount(numbers.read(key, "D"), leaf.number, words.language)
        told = words(phrase, key=called(key), value=value)
    else:
        told = words(phrase, key=called(key))
    beyond = getattr(leaf, "beyond_uncertainty", False)
    return words("trail.condition.beyond", condition=told) if beyond else told

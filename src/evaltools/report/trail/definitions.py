"""What a number means, in the words of the report's language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaltools.present.language import Language
from evaltools.present.words import Words, all_phrases, fields

THEMES = ("goal", "result", "challenge", "response", "steering")


def pattern_of(key: str) -> str | None:
    """Name of the phrase that defines a key; None where there is none.

    The key itself, or its family with `any` for the name in the middle; what is said of all
    kinds of themes alike is under `theme`.
    """
    family, *rest = key.split(".")
    tries = [key, ".".join([family, "any", *rest[1:]])]
    if family in THEMES:
        tries.append(".".join(["theme", *rest[1:]]))
    if family == "wave_difference":
        tries.append(".".join([family, "any", *rest[2:]]))
    return next((f"definition.{name}" for name in tries if f"definition.{name}" in _known()), None)


def definition(key: str, labels: Mapping[str, str], words: Words) -> str:
    """The definition of a number as plain text.

    Arguments:
        key: of the indicator.
        labels: of codes and items, by `labels_of`.
        words: of the report's language.

    Raises:
        KeyError: no phrase defines the key.
    """
    pattern = pattern_of(key)
    if pattern is None:
        raise KeyError(f"no phrase definition.… says what {key} means")
    if "label" not in fields(all_phrases()[pattern][words.language]):
        return words(pattern)
    return words(pattern, label=_label(key, labels))


def labels_of(tables: Mapping[str, pd.DataFrame], language: Language) -> dict[str, str]:
    """Labels of codes by code id and of rating items by item id, in a language."""
    labels: dict[str, str] = {}
    for table, name in (("codes", "code_id"), ("rating_items", "item_id")):
        frame = tables[table]
        texts = frame[f"label_{language}"].fillna(frame[name])
        labels |= dict(zip(frame[name].astype(str), texts.astype(str), strict=True))
    return labels


def _label(key: str, labels: Mapping[str, str]) -> str:
    family, *rest = key.split(".")
    name = ".".join([family, rest[0]])
    if family in ("answered", "group_difference"):
        name = f"challenge.{rest[0]}"
    if family == "wave_difference":
        name = ".".join(rest[:2])
    if family == "rating":
        name = rest[0]
    return labels.get(name, name)


def _known() -> Mapping[str, Mapping[str, str]]:
    return all_phrases()

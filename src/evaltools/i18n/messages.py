"""Every fixed word a reader sees, by key and language: the engine's, and a study's over them."""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.number_forms import choose_number
from evaltools.i18n.numbers import (
    LANGUAGES,
    NBSP,
    Language,
    count_of,
    money,
    money_short,
    number,
)
from evaltools.yaml_text import load_trusted

Phrases = Mapping[str, Mapping[str, str]]
"""Key to language to text."""

_NUMBER_SPACE = re.compile(r"(?<=[\d}]) (?=%|\d{3}(?!\d))")
"""The space in 95 % and 5 000, which nobody sees in a file and which must not break."""
_CHOICE = re.compile(r"\{(\w+)\|([^{}]*)\}")
"""Words of a phrase that agree with a number: the name of its field, and its forms."""
_LINKED = re.compile(r"\[+([^\[\]]*)\][({].*", re.DOTALL)
"""A number in markdown that leads to its evidence."""


class Words:
    """The words of one language: the engine's, with a study's own in place of them or beside them.

    `words("axis.reports")` gives a label; `words("note.suppressed", count=5)` fills the named
    fields of a phrase. Whole numbers are printed as the language prints them; format other
    values yourself (`percent`, `money`). Words that agree with a number are fields with
    their forms, `{n|report|reports}`, and one for nought where that is no plural. A
    phrase of which more depends on number has two entries, `key.one` and `key.other`; ask for
    `key` with `count=`, and one is used for exactly 1.
    A field that no value is given for is filled by the phrase `noun.<field>`, if there is one:
    `{currency}` is what the study counts money in.

    Arguments:
        language: fi, sv or en.
        own: phrases of a study, from its `reports/words.yml`.
        currency: of all sums, as ISO 4217 has it.
    """

    def __init__(
        self, language: Language, own: Phrases = MappingProxyType({}), currency: str = "EUR"
    ) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"{language!r} is not a language of the report: {LANGUAGES}")
        self.language: Final = language
        self.currency: Final = currency
        self._own: Final = own

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase as plain text.

        Raises:
            KeyError: no such key, or a field of the phrase has no value.
            TypeError: a value for which the phrase has no field.
        """
        found = key
        if not self._has(key) and self._has(f"{key}.one"):
            if not isinstance(values.get("count"), int):
                raise KeyError(f"{key} depends on number: give count= as a whole number")
            found = f"{key}.one" if values["count"] == 1 else f"{key}.other"
        template = self.template(found)
        nouns = {name: f"noun.{name}" for name in fields(template) - set(values)}
        values |= {name: self.template(noun) for name, noun in nouns.items() if self._has(noun)}
        wanted = fields(template)
        general = all_phrases().get(found)
        # The singular may leave its number unsaid, and a study what the engine's phrase says.
        known = wanted | ({"count"} if found != key else set())
        known |= fields(general[self.language]) if general else set()
        if surplus := set(values) - known:
            raise TypeError(f"{found} has no field {', '.join(sorted(surplus))}")
        if lacking := wanted - set(values):
            raise KeyError(f"{found} needs a value for {', '.join(sorted(lacking))}")
        shown = {name: self._text(value) for name, value in values.items()}
        return _CHOICE.sub(lambda found: _agree(found[2], shown[found[1]]), template).format(
            **shown
        )

    def markdown(self, key: str, /, **values: object) -> str:
        """The phrase as markdown for captions: values are escaped, the phrase itself is not."""
        escaped = {k: escape_markdown(v) if isinstance(v, str) else v for k, v in values.items()}
        return self(key, **escaped)

    def counted(self, key: str, values: Mapping[str, object]) -> str:
        """The phrase as markdown, counts among its values given as x and n.

        What is none of all has words of its own where a phrase has them: `KEY.no_of` is said where
        `of` is none, of `{n}`.
        """
        counts = {name: each for name, each in values.items() if isinstance(each, tuple)}
        nought = [name for name, (x, _) in counts.items() if not x]
        if nought and self.has(own := ".no_".join([key, *nought])):
            key = own
        shown = dict(values) | {k: count_of(x, n, self.language) for k, (x, n) in counts.items()}
        if counts:
            shown["n"] = max(n for _, n in counts.values())
        wanted = fields(self.template(key))
        return self.markdown(key, **{k: each for k, each in shown.items() if k in wanted})

    def has(self, key: str) -> bool:
        """Whether a phrase is called so."""
        return self._has(key) or self._has(f"{key}.one")

    def template(self, key: str) -> str:
        """The phrase with its fields unfilled."""
        for phrases in (self._own, all_phrases()):
            if self.language in phrases.get(key, {}):
                return phrases[key][self.language]
        near = nearest(key, [*self._own, *all_phrases()])
        meant = f"; possibly {near!r} is meant" if near else ""
        raise KeyError(f"no phrase is called {key!r}{meant}")

    def _has(self, key: str) -> bool:
        return self.language in self._own.get(key, {}) or key in all_phrases()

    def money(self, value: float | None) -> str:
        """A sum of money in the currency of the study."""
        return money(value, self.language, self.currency)

    def money_short(self, value: float | None) -> str:
        """The same for axes and cells."""
        return money_short(value, self.language, self.currency)

    def _text(self, value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return number(value, self.language)
        return str(value)


def _agree(forms: str, printed: str) -> str:
    """The form that agrees with a value as it is printed; what is no number is no one."""
    shown = linked[1] if (linked := _LINKED.fullmatch(printed)) else printed
    return choose_number({"0": 0, "1": 1}.get(shown, 2), tuple(forms.split("|")))


def fields(template: str) -> set[str]:
    """Names of the fields in a phrase."""
    parsed = string.Formatter().parse(template)
    return {name.partition("|")[0] for _, name, _, _ in parsed if name}


@cache
def all_phrases() -> Phrases:
    """All phrases: `words.yml` and the files of `phrases/`, one space of keys.

    Raises:
        ValueError: a key is in two files, lacks a language, or its languages differ in fields.
    """
    folder = resources.files("evaltools.i18n")
    files = (file for file in (folder / "phrases").iterdir() if file.name.endswith(".yml"))
    phrases: dict[str, Mapping[str, str]] = {}
    for file in (folder / "words.yml", *sorted(files, key=lambda file: file.name)):
        for key, texts in read_phrases(file).items():
            if key in phrases:
                raise ValueError(f"{file.name}: {key} is in another file already")
            phrases[key] = texts
    return phrases


def read_phrases(file: Traversable) -> Phrases:
    """The phrases of one file, checked.

    Raises:
        ValueError: with every entry that lacks a language or differs in fields.
    """
    content = load_trusted(file.read_text(encoding="utf-8")) or {}
    faults = [fault for key, texts in content.items() if (fault := phrase_fault(key, texts))]
    if faults:
        raise ValueError(f"{file.name}: " + "; ".join(faults))
    return {key: hold_numbers(texts) for key, texts in content.items()}


def hold_numbers(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by language in which no line breaks within a number."""
    return {language: _NUMBER_SPACE.sub(NBSP, text) for language, text in texts.items()}


def phrase_fault(key: object, texts: object, languages: Iterable[str] = LANGUAGES) -> str:
    """What is wrong with an entry of a file of phrases; empty where nothing is.

    Arguments:
        languages: that it must have.
    """
    if not isinstance(key, str) or not isinstance(texts, dict):
        return f"{key!r} is not a key with texts by language"
    if set(languages) - set(texts):
        return f"{key} has {sorted(map(str, texts))} instead of {', '.join(languages)}"
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        return f"{key} has an empty text, or one that YAML takes for something else: quote it"
    try:
        distinct = {frozenset(fields(text)) for text in texts.values()}
        formatted = [
            name
            for text in texts.values()
            for _, name, form, change in string.Formatter().parse(text)
            if name is not None and (form or change or not _is_field(name))
        ]
    except ValueError as error:
        return f"{key} has a brace that is not closed or not opened ({error}): write {{{{ for {{"
    if formatted:
        return (
            f"{key} has {{{formatted[0]}}}: a field is a name and nothing else, or a name and"
            " the forms of a word for one and for more, {n|report|reports}"
        )
    return f"{key} has different fields in its languages" if len(distinct) > 1 else ""


def _is_field(name: str) -> bool:
    """Whether it is the name of a field, alone or with two or three forms of a word."""
    known, *forms = name.split("|")
    return known.isidentifier() and len(forms) in (0, 2, 3)


def nearest(key: str, names: Iterable[str]) -> str:
    """The name that was perhaps meant; empty where none is near."""
    return next(iter(difflib.get_close_matches(key, list(names), n=1)), "")

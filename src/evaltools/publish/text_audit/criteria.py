"""Judgements of criteria as a bundle published them, and as a text tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from evaltools.findings.conclusions import (
    CANNOT_BE_TOLD,
    CODE,
    Conclusions,
    levels_of_criteria,
)
from evaltools.findings.conditions import Case, Outcome
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.lint.lexicon import lexicon
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.publish.text_audit.clauses import (
    count_negations,
    split_statements,
    without_negations,
)
from evaltools.publish.text_audit.plain_forms import is_form
from evaltools.study.declaration_files import read_declaration

_WORD: Final = re.compile(r"[^\W\d_]+")
_HYPHENS: Final = str.maketrans("", "", "\u00ad")
_ENDING: Final = 5
"""Letters by which a form of a name may be longer than what it shares with the name."""


@dataclass(frozen=True)
class CriterionLevels:
    """What was judged of each criterion, on the scale of the study.

    Arguments:
        levels: by criterion.
        scale: what levels are called, by language.
        names: what criteria are called, by language.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)

    def named_in(self, text: str, language: Language) -> frozenset[str]:
        """Criteria that a text names, in any form that begins alike."""
        words = _words(text)
        return frozenset(
            criterion
            for criterion, name in self.names.get(language, {}).items()
            if any(_is_form(word, name) for word in words)
        )

    def levels_told(self, text: str, language: Language) -> list[tuple[str, str]]:
        """Each criterion of a sentence and the level that it tells of it; empty where it has more.

        A criterion without a level has that of the next: *relevance and impact are shown*.
        """
        made, waiting = list[tuple[str, str]](), list[str]()
        whole = self.told_in(text, language) or self.denied_in(text, language)
        for part in [] if whole else split_statements(text, language):
            told = self.told_in(part, language) or self.denied_in(part, language)
            named = self.named_in(part, language)
            if len(named) == 1 == len(_words(part)):
                waiting += named
            elif told is None or (waiting and not told[1]):
                return []
            else:
                made += [*((each, told[1]) for each in waiting), told]
                waiting = []
        made = [whole] if whole else made
        return made if not waiting and all(each in self.levels for each, _ in made) else []

    def told_in(self, text: str, language: Language) -> tuple[str, str] | None:
        """The criterion and the level that a sentence tells; None where it has more words."""
        named = self.named_in(text, language)
        if len(named) != 1:
            return None
        (criterion,) = named
        name = self.names[language][criterion]
        bare = lexicon(language).copulas.sub(" ", text.translate(_HYPHENS))
        rest = [word for word in _words(bare) if not _is_form(word, name)]
        for level, label in self.scale[language].items():
            own = _words(lexicon(language).copulas.sub(" ", label))
            if len(rest) == len(own) and all(
                is_form(word, each, language) for word, each in zip(rest, own, strict=True)
            ):
                return criterion, level
        return None

    def denied_in(self, text: str, language: Language) -> tuple[str, str] | None:
        """The criterion of which a sentence denies the level that was judged, and no level.

        What is *not shown* is denied by *shown*, and *met* by *not met*; *not partly met* may be
        more or less.
        """
        named = self.named_in(text, language)
        if len(named) != 1 or next(iter(named)) not in self.levels:
            return None
        (criterion,) = named
        label, name = self.scale[language][self.levels[criterion]], self.names[language][criterion]
        if abs(count_negations(text, language) - count_negations(label, language)) != 1:
            return None
        bare, own = (
            _words(lexicon(language).copulas.sub(" ", without_negations(each, language)))
            for each in (text.translate(_HYPHENS), label)
        )
        rest = [word for word in bare if not _is_form(word, name)]
        alike = (is_form(word, each, language) for word, each in zip(rest, own, strict=False))
        return (criterion, "") if len(rest) == len(own) == 1 and all(alike) else None


def read_levels(path: Path, findings: Mapping[str, JudgedFinding]) -> CriterionLevels:
    """The levels that `conclusions.yml` gives the findings; none where it cannot be read."""
    try:
        made, _ = read_declaration(path.parent, path.name, Conclusions, CODE)
    except ProblemError:  # of another version: then no judgement can be compared
        return CriterionLevels()
    judged = {
        name: (cast(Case, each.case or each.outcome), cast(Outcome, each.outcome))
        for name, each in findings.items()
    }
    return CriterionLevels(
        levels_of_criteria(made, judged),
        {
            each: {
                **{level: text.in_language(each) for level, text in made.scale.items()},
                CANNOT_BE_TOLD: Words(each)(f"findings.outcome.{CANNOT_BE_TOLD}"),
            }
            for each in LANGUAGES
        },
        {
            each: {
                name: Words(each)(f"matrix.criterion.{name}").translate(_HYPHENS)
                for name in made.criteria
            }
            for each in LANGUAGES
        },
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.translate(_HYPHENS).lower())


def _is_form(word: str, name: str) -> bool:
    """Whether a word is a form of a name, by all but its last two letters."""
    stem = name[: max(5, len(name) - 2)]
    return word.startswith(stem) and len(word) <= len(stem) + _ENDING

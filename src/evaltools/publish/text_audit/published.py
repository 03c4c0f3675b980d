"""What was published, as a text is held against it: numbers and names, sentences and wordings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from evaltools.findings.templates import TemplateError, parse_template
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import LARGEST_LIST, JudgedFinding, read_artifact
from evaltools.publish.text_audit.criteria import CriterionLevels, read_levels
from evaltools.publish.text_audit.outside_text import read_outside_text
from evaltools.publish.text_audit.plain_forms import (
    SHORTEST,
    STEM,
    WORD,
    are_akin,
    plain,
    sentence_parts,
    unify_signs,
    word_stems,
)
from evaltools.publish.text_audit.stated_numbers import without_numbers
from evaltools.report.glossary import Glossary
from evaltools.yaml_text import read_yaml

_FORMATS: Final = (".html", ".pdf", ".docx")
_MEASURE: Final = re.compile(r"\.[a-z_]+$")
_FEW_FAMILIES: Final = 3
"""A word that more families of numbers share tells none of them apart."""
_FIXED: Final = 20
"""Letters that a wording must fix, so that a sentence is known by it."""


@dataclass(frozen=True)
class Wording:
    """A sentence that a finding says in one of its cases, with slots or filled.

    Arguments:
        finding: its id.
        case: in which it is said.
        current: whether the report says it.
        text: with slots, or as printed where it is current.
        fixed: its words between the slots, in their plain form; the first and the last are what
            it begins and ends with, and may be empty. None for a sentence as printed.
    """

    finding: str
    case: str
    current: bool
    text: str
    fixed: tuple[str, ...] = ()

    def fits(self, told: str) -> bool:
        """Whether a sentence in its plain form is this wording with something in each slot."""
        if len(self.fixed) < 2:
            return self.fixed == (told,)
        first, *middle, last = self.fixed
        if not (told.startswith(first) and told.endswith(last)):
            return False
        at, end = len(first), len(told) - len(last)
        for piece in middle:  # as early as it can be, which leaves the most for those after it
            found = told.find(piece, at + 1, end)
            if found < 0:
                return False
            at = found + len(piece)
        return at < end


@dataclass(frozen=True)
class Published:
    """A bundle or report that was published.

    Arguments:
        name: of its folder.
        language: of the report.
        indicators: all that have a value.
        names: by language and name of a number without its measure, the texts it goes by.
        findings: by id.
        codes: ids of the codebook.
        descriptions: by language and key, what a number means, in the words of the report.
        files: of the report, in its formats.
        criteria: what was judged of them.
        programme: beginnings of the words that the programme goes by, by language.
        kinds: the same of the labels of the kinds of codes, by language and kind.
    """

    name: str
    language: Language
    indicators: tuple[Indicator, ...]
    names: Mapping[Language, Mapping[str, tuple[str, ...]]]
    findings: Mapping[str, JudgedFinding]
    codes: frozenset[str] = frozenset()
    descriptions: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    criteria: CriterionLevels = field(default_factory=CriterionLevels)
    programme: Mapping[Language, frozenset[str]] = field(default_factory=dict)
    kinds: Mapping[Language, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    _read: dict[Path, list[str]] = field(default_factory=dict, init=False)
    _without_numbers: dict[Language, dict[str, list[Wording]]] = field(
        default_factory=dict, init=False
    )

    def printed(self, suffix: str) -> dict[str, str]:
        """Sentences of the report by their plain form: of its page, and of its file of a format.

        Arguments:
            suffix: of the format, in which sentences may be cut otherwise than in the page.
        """
        made: dict[str, str] = {}
        for path in self.files:
            if path.suffix in (".html", suffix):
                for sentence in self._read_file(path):
                    made.setdefault(plain(sentence), sentence)
        return made

    def _read_file(self, path: Path) -> list[str]:
        if path not in self._read:
            self._read[path] = []
            with suppress(ProblemError):  # then nothing is known to be quoted from it
                self._read[path] = [each.text for each in read_outside_text(path).sentences]
        return self._read[path]

    def described_in(self, text: str, language: Language) -> frozenset[str]:
        """Keys of numbers of whose description a text has a word that tells them from others.

        Words are known by how they begin, and within compounds: *pandemi* of *coronapandemin*.
        """
        known = self._telling_words.get(language, {})
        words = {word for word in WORD.findall(text.lower()) if len(word) >= SHORTEST}
        found = [keys for own, keys in known.items() if any(are_akin(word, own) for word in words)]
        return frozenset().union(*found)

    @cached_property
    def _telling_words(self) -> dict[Language, dict[str, frozenset[str]]]:
        """Keys by the words that few families of numbers have in what they mean, sums apart from
        others: *reports* tells no share from another, *grants* tells a sum.
        """
        sums = {item.key: item.unit.startswith("money") for item in self.indicators}
        made: dict[Language, dict[str, frozenset[str]]] = {}
        for language, texts in self.descriptions.items():
            words: dict[tuple[str, bool], set[str]] = {}
            keys: dict[tuple[str, bool], set[str]] = {}
            families: dict[tuple[str, bool], set[str]] = {}
            for key in sorted(texts.keys() & sums.keys()):
                code = next(self.codes_in(key), "")
                # Of a theme its own names tell, and no word of the phrase that all themes share.
                told = "" if code else texts[key]
                family = code or key.partition(".")[0]
                own_names = self.names.get(language, {})
                names = (*own_names.get(name_of_key(key), ()), *own_names.get(code, ()))
                for word in WORD.findall(" ".join((told, *names)).lower()):
                    if len(word) >= SHORTEST:
                        stem = word[:STEM], sums[key]
                        words.setdefault(stem, set()).add(word)
                        keys.setdefault(stem, set()).add(key)
                        families.setdefault(stem, set()).add(family)
            found: dict[str, set[str]] = {}
            for stem, own in keys.items():
                if len(families[stem]) <= _FEW_FAMILIES:
                    for word in words[stem]:
                        found.setdefault(word, set()).update(own)
            made[language] = {word: frozenset(own) for word, own in found.items()}
        return made

    def codes_in(self, key: str) -> Iterator[str]:
        """Codes that stand in a key."""
        parts = key.split(".")
        return (
            code
            for start in range(len(parts) - 1)
            if (code := ".".join(parts[start : start + 2])) in self.codes
        )

    @cached_property
    def stems(self) -> dict[Language, dict[str, tuple[frozenset[str], ...]]]:
        """The beginnings of the words of each name."""
        return {
            language: {
                name: tuple(dict.fromkeys(stems for text in texts if (stems := word_stems(text))))
                for name, texts in own.items()
            }
            for language, own in self.names.items()
        }

    def named_in(self, text: str, language: Language) -> frozenset[str]:
        """Names of numbers all of whose words a text has, in any form that begins alike."""
        found = word_stems(text)
        return frozenset(
            name
            for name, forms in self.stems.get(language, {}).items()
            if any(form <= found for form in forms)
        )

    def hinted_at(self, text: str, language: Language) -> frozenset[str]:
        """Names of numbers that have a word in common with a text which no other name has."""
        known = self._by_word.get(language, {})
        owners = [known.get(word, frozenset()) for word in word_stems(text)]
        return frozenset(name for names in owners if len(names) == 1 for name in names)

    @cached_property
    def _by_word(self) -> dict[Language, dict[str, frozenset[str]]]:
        made: dict[Language, dict[str, frozenset[str]]] = {}
        for language, names in self.stems.items():
            words = made.setdefault(language, {})
            for name, forms in names.items():
                for word in frozenset().union(*forms):
                    words[word] = words.get(word, frozenset()) | {name}
        return made

    @cached_property
    def said(self) -> dict[str, list[Wording]]:
        """Sentences as printed, in all languages, by their plain form."""
        made: dict[str, list[Wording]] = {}
        for finding in self.findings.values():
            told = finding.said or finding.text
            for text in told.values():
                for part in sentence_parts(text):
                    wording = Wording(finding.id, finding.case or finding.outcome, True, part)
                    made.setdefault(plain(part), []).append(wording)
        return made

    def said_but_for_numbers(self, language: Language) -> dict[str, list[Wording]]:
        """Sentences as printed, by their form without numbers."""
        if language not in self._without_numbers:
            made: dict[str, list[Wording]] = {}
            for wordings in self.said.values():
                for each in wordings:
                    key = plain(without_numbers(each.text, language))
                    if "#" in key:
                        made.setdefault(key, []).append(each)
            self._without_numbers[language] = made
        return self._without_numbers[language]

    @cached_property
    def wordings(self) -> tuple[Wording, ...]:
        """What findings say in any case, sentence by sentence."""
        return tuple(
            Wording(finding.id, case, case == finding.case, part, fixed)
            for finding in self.findings.values()
            for case, texts in finding.wordings.items()
            for text in texts.values()
            for part in sentence_parts(text)
            if (fixed := _fixed_words(part))
        )


def read_published(folder: Path) -> Published:
    """Read a bundle, or a report that was built in a study.

    Raises:
        ProblemError: it is none, or holds no findings or numbers that can be read.
    """
    artifact = read_artifact(folder)
    language = artifact.ingredients.parameters.get("language", "en")
    root = artifact.folder
    study = next((p for p in root.parents if (p / "evaluation.yml").is_file()), None)
    if artifact.kind == "bundle":
        sources = (root / "study", root / "tables" / "codebook.csv")
    elif study is not None:
        codes = sorted((study / "data").glob("**/codes.csv"))
        sources = (study / "reports", codes[0] if codes else study / "data" / "codes.csv")
    else:
        sources = (root, root / "codebook.csv")
    declared = _read_mapping((sources[0] if artifact.kind == "bundle" else study or root)
                             / "evaluation.yml")  # fmt: skip
    phrases = _read_mapping(sources[0] / "words.yml")
    forms = _read_mapping(sources[0] / "forms.yml")
    indicators = tuple(item for item in artifact.indicators if item.value is not None)
    stems = {name_of_key(item.key) for item in artifact.indicators}
    codes_found = _read_codes(sources[1])
    return Published(
        name=folder.name,
        language=language if language in LANGUAGES else "en",
        indicators=indicators,
        names={each: _names(stems, each, codes_found, forms, phrases) for each in LANGUAGES},
        findings=artifact.findings or {},
        codes=frozenset(codes_found),
        descriptions={
            each: _describe(artifact.indicators, each, codes_found, phrases) for each in LANGUAGES
        },
        files=tuple(sorted(path for path in (root / "report", root)
                           for path in path.glob("*") if path.suffix in _FORMATS)),
        criteria=read_levels(sources[0] / "conclusions.yml", artifact.findings or {}),
        programme=_programme_words(declared),
        kinds={each: _kind_words(declared, each) for each in LANGUAGES},
    )  # fmt: skip


def _programme_words(declared: Mapping[str, Any]) -> dict[Language, frozenset[str]]:
    """The beginnings of the words of the titles that a study declares."""
    titles = [declared.get(name) for name in ("title", "short_title")]
    return {
        each: frozenset().union(
            *(word_stems(str(title.get(each, ""))) for title in titles if isinstance(title, dict))
        )
        for each in LANGUAGES
    }


def _kind_words(declared: Mapping[str, Any], language: Language) -> dict[str, frozenset[str]]:
    """The beginnings of the words by which a study calls the kinds of its codes."""
    kinds = declared.get("code_kinds")
    labels = {
        str(name): each.get("label") for name, each in (
            kinds.items() if isinstance(kinds, dict) else ()
        ) if isinstance(each, dict)
    }  # fmt: skip
    return {
        name: stems
        for name, label in labels.items()
        if isinstance(label, dict) and (stems := word_stems(str(label.get(language, ""))))
    }


def name_of_key(key: str) -> str:
    """What a number is of: its key without the measure."""
    return _MEASURE.sub("", key)


def _fixed_words(template: str) -> tuple[str, ...]:
    """What every filling of a wording has; empty where that is too little to know it by."""
    try:
        pieces = parse_template(template)
    except TemplateError:
        return ()
    fixed = [""]
    for piece in pieces:
        if isinstance(piece, str):
            fixed[-1] += unify_signs(piece)
        else:
            fixed.append("")
    fixed[-1] = fixed[-1].rstrip(".!… ")
    letters = sum(char.isalpha() for piece in fixed for char in piece)
    return tuple(fixed) if letters >= _FIXED else ()


def _names(
    stems: Iterable[str],
    language: Language,
    codes: Mapping[str, Mapping[str, str]],
    forms: Mapping[str, Any],
    phrases: Mapping[str, Any],
) -> dict[str, tuple[str, ...]]:
    words = Words(language)
    made: dict[str, tuple[str, ...]] = {}
    for stem in sorted(stems):
        texts = [codes.get(stem, {}).get(language, "")]
        if stem in codes and language == "en":  # ids are English words
            texts.append(stem.rpartition(".")[2].replace("_", " "))
        own = forms.get(stem)
        by_form = own.get(language) if isinstance(own, dict) else None
        texts += list(map(str, by_form.values())) if isinstance(by_form, dict) else []
        for key in (f"findings.key.{stem}", f"findings.key.{stem}.x", f"findings.key.{stem}.n"):
            given = phrases.get(key)
            if isinstance(given, dict) and given.get(language):
                texts.append(str(given[language]))
            elif words.has(key):
                texts.append(words(key))
        if told := tuple(dict.fromkeys(text for text in texts if text)):
            made[stem] = told
    return made


def _describe(
    indicators: Iterable[Indicator],
    language: Language,
    codes: Mapping[str, Mapping[str, str]],
    phrases: Mapping[str, Any],
) -> dict[str, str]:
    """What numbers mean, by key, where a phrase says it."""
    labels = {code: texts[language] for code, texts in codes.items() if language in texts}
    kinds = {code: code.partition(".")[0] for code in codes}
    own = {
        key: text for key, text in phrases.items() if isinstance(text, dict) and language in text
    }
    glossary = Glossary(Words(language, own), labels, kinds)
    keys = sorted({item.key for item in indicators if item.value is not None})
    return {key: glossary.definition(key) for key in keys if glossary.defined(key)}


def _read_codes(path: Path) -> dict[str, dict[str, str]]:
    """Labels of codes by id and language; none where there is no codebook."""
    text = _read_small(path)
    if text is None:
        return {}
    try:
        return {
            row["code_id"]: dict(_labels(row))
            for row in csv.DictReader(io.StringIO(text, newline=""))
            if row.get("code_id")
        }
    except csv.Error as error:
        raise ProblemError([Problem(path.name, f"cannot be read: {error}")]) from None


def _labels(row: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        if label := row.get(f"label_{language}"):
            yield language, label


def _read_mapping(path: Path) -> Mapping[str, Any]:
    if _read_small(path) is None:
        return {}
    content, _ = read_yaml(path, path.name)
    return content


def _read_small(path: Path) -> str | None:
    """The text of a file of the bundle; None where there is none."""
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise ValueError("it is too large")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ProblemError([Problem(path.name, f"cannot be read: {error}")]) from None

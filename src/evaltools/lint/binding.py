"""Sentences bound to data: E17 in chapters that report results, E18 for numbers anywhere.

In those chapters a sentence is a finding, or its content is numbers or references, or its author
marks what else it is: background (with a citation), method, definition or caution. What is marked,
and every heading, is signed by a person before the report is published (`lint.signatures`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from evaltools.lint.lexicon import common_words
from evaltools.lint.markdown import PLACEHOLDER, Block
from evaltools.lint.messages import excerpt
from evaltools.lint.source import Language, Report, Source
from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml

Mark = Literal["background", "method", "definition", "caution", "heading"]
MARKS: Final[tuple[Mark, ...]] = ("background", "method", "definition", "caution")
TOPICS: Final = ("summary", "results", "findings", "conclusions", "recommendations")
"""Topics of `sections` whose chapters report results."""
_CROSS_REFERENCE: Final = re.compile(r"(?:fig|tbl|sec|eq)-")
_END: Final = re.compile(r"(?P<word>[^\W\d_]*)[.!?…]+[”\"»)]*(?=\s|$)")
_ABBREVIATION: Final = re.compile(rf"(?:{common_words('abbreviations')}|[^\W\d_])", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_STEM: Final = 5
"""Letters by which two forms of one word are known."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a chapter that reports results.

    Arguments:
        where: its place, `reports/fi/_05.qmd:3:1`.
        text: as a reader reads it, a placeholder for each thing that is not prose.
        mark: what its author says it is; None where nothing is said.
        bound: whether data stand behind it.
    """

    where: str
    text: str
    mark: Mark | None
    bound: bool


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    start = 0
    for found in _END.finditer(text):
        if _ABBREVIATION.fullmatch(found["word"]) and text[found.end() : found.end() + 1]:
            continue
        yield from _trimmed(text, start, found.end())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    inside = text[start:end]
    if inside.strip():
        yield start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def result_sentences(report: Report) -> Iterator[tuple[Source, Block, int, int]]:
    """The sentences of all chapters that report results."""
    anchors = result_anchors(report.root)
    for source in report.sources:
        if anchors.isdisjoint(name for block in source.blocks for name in block.identifiers):
            continue
        for block in source.blocks:
            for start, end in split_sentences(block.text):
                if _WORD.search(block.text[start:end]):
                    yield source, block, start, end


def result_anchors(root: Path) -> frozenset[str]:
    """The anchors of sections on results, as `evaluation.yml` declares them or by their topic."""
    content = _read_leniently(root / "evaluation.yml")
    declared = content.get("sections")
    sections = declared if isinstance(declared, dict) else {}
    found: set[str] = set()
    for topic in TOPICS:
        names = sections.get(topic)
        found |= set(map(str, names)) if isinstance(names, list) else {f"sec-{topic}"}
    return frozenset(found)


def read_sentences(report: Report) -> list[Sentence]:
    """Every sentence of the chapters that report results, with what stands behind it."""
    themes = _Themes.read(report.root, report.language)
    return [
        _sentence(report, source, block, start, end, themes)
        for source, block, start, end in result_sentences(report)
    ]


def _sentence(
    report: Report, source: Source, block: Block, start: int, end: int, themes: _Themes
) -> Sentence:
    where, text = source.where(block, start), block.text[start:end]
    strong = any(
        span.start <= start and end <= span.end for span in block.spans if "strong" in span.classes
    )
    if block.heading or (strong and start == _first_letter(block.text)):
        return Sentence(where, text, "heading", False)
    classes = {*block.within, *(name for s in block.spans_at(start, *MARKS) for name in s.classes)}
    if mark := next((name for name in MARKS if name in classes), None):
        return Sentence(where, text, mark, False)
    inside = [piece for piece in block.pieces if start <= piece.at < end]
    bound = (
        report.in_finding(block, start)
        or report.quoted(block, start)
        or any(piece.kind == "shortcode" and piece.content.startswith("var ") for piece in inside)
        or (
            any(p.kind == "reference" and _CROSS_REFERENCE.match(p.content) for p in inside)
            and not themes.named_in(text)
        )
    )
    return Sentence(where, text, None, bound)


def _first_letter(text: str) -> int:
    return len(text) - len(text.lstrip())


def check_binding(report: Report) -> list[Problem]:
    """E17: in chapters that report results, each sentence answers to the data or says what it is.

    Background needs a citation in its paragraph, or it is an opinion.
    """
    problems = [
        Problem(
            each.where,
            f"{excerpt(each.text)} is bound to nothing, so it stays when the data change",
            "a finding, a sentence of numbers or references, or one marked "
            + ", ".join(f".{name}" for name in MARKS),
            "Make it a finding of reports/findings.yml, or mark it: [sentence]{.method}.",
            "E17",
        )
        for each in read_sentences(report)
        if not each.bound and each.mark is None
    ]
    for source, block, start, end in result_sentences(report):
        named = {
            *block.within,
            *(n for s in block.spans_at(start, "background") for n in s.classes),
        }
        cited = [p for p in block.references if not _CROSS_REFERENCE.match(p.content)]
        if "background" in named and not cited:
            problems.append(
                Problem(
                    source.where(block, start),
                    f"{excerpt(block.text[start:end])} is marked as background and cites nothing",
                    "",
                    "Say whose knowledge it is: [@source].",
                    "E17",
                )
            )
    return problems


def check_subjects(report: Report) -> list[Problem]:
    """E18: a number of a theme stands in a sentence about that theme.

    The sentence has a word of the code's label, or of its forms in `reports/forms.yml`.
    """
    themes = _Themes.read(report.root, report.language)
    problems = []
    for source, block in report.blocks():
        # The words in bold at the head of a paragraph say what all of it is about.
        head = next((s.end for s in block.spans if "strong" in s.classes and not s.start), 0)
        for start, end in split_sentences(block.text):
            text = f"{block.text[:head]} {block.text[start:end]}"
            for key, piece in block.variables:
                code = themes.code_of(key)
                if not start <= piece.at < end or code is None:
                    continue
                if not themes.is_about(text, code):
                    problems.append(
                        Problem(
                            source.where(block, piece.at),
                            f"{{{{< var {key} >}}}} is a number of {excerpt(themes.labels[code])}, "
                            "of which its sentence says nothing",
                            "a word of its label or of its forms in reports/forms.yml",
                            "Name the theme, or take the number of the theme that is named.",
                            "E18",
                        )
                    )
    return problems


@dataclass(frozen=True)
class _Themes:
    """The words by which the codes of a study are known in a language.

    Arguments:
        labels: of codes, by id.
        stems: beginnings of the words of its label and forms, by id.
    """

    labels: Mapping[str, str]
    stems: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, root: Path, language: Language) -> _Themes:
        labels: dict[str, str] = {}
        paths = sorted(root.glob("data/**/codes.csv"))
        for path in paths[:1]:
            try:
                with path.open(encoding="utf-8-sig", newline="") as file:
                    for row in csv.DictReader(file):
                        label = row.get(f"label_{language}") or ""
                        if (code := row.get("code_id")) and label:
                            labels[code] = label
            except (OSError, UnicodeDecodeError, csv.Error):
                return cls({}, {})  # reading the data says what is wrong with it
        forms = _read_leniently(root / "reports" / "forms.yml")
        stems = {}
        for code, label in labels.items():
            own = forms.get(code)
            given = own.get(language) if isinstance(own, dict) else None
            texts = [label, *(map(str, given.values()) if isinstance(given, dict) else ())]
            stems[code] = frozenset(stem for text in texts for stem in _stems(text))
        return cls(labels, stems)

    def code_of(self, key: str) -> str | None:
        """The code whose number a variable is."""
        parts = key.split(".")
        names = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        return next((name for name in names if name in self.labels), None)

    def is_about(self, text: str, code: str) -> bool:
        """Whether a sentence has a word of a code."""
        return not self.stems[code].isdisjoint(_stems(text))

    def named_in(self, text: str) -> bool:
        """Whether a sentence has all the words of a code's label."""
        found = _stems(text)
        return any(
            own and own <= found
            for own in (frozenset(_stems(each)) for each in self.labels.values())
        )


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.replace(PLACEHOLDER, " ").lower())}


def _read_leniently(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, empty where there is none: others say what is wrong with it."""
    try:
        content, _ = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def sentences_to_sign(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Marked sentences and headings, each text once."""
    seen: dict[tuple[Mark, str], Sentence] = {}
    for each in sentences:
        if each.mark is not None:
            seen.setdefault((each.mark, each.text), each)
    return list(seen.values())

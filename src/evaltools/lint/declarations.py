"""The words of a study's declarations that a reader meets: to be signed, and held to the lint.

A finding prints its sentence, a recommendation its text, a form the name of a code: all of them
are written by somebody. Each declaration is an entry in each language, with all its words, so
that a person looks at it again when one of them changes. In findings, conclusions, the
intervention logic, the choice of cases and the study's declaration what has to be so for the words
to be printed belongs to them: a threshold that is lowered, or a chapter that is declared to report
no results, says more than before. Of data the words that people have written are entries: labels,
names and titles, and passages told in other words, each beside the passage.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

from evaltools.findings.templates import Slot, TemplateError, parse_template
from evaltools.lint.data_words import Declared, data_texts
from evaltools.lint.prose_blocks import PLACEHOLDER, Block, Piece, Span
from evaltools.lint.source import LANGUAGES, Language, Source
from evaltools.yaml_text import StudyLoader, load_yaml

JUDGING: Final = ("reports/findings.yml", "reports/conclusions.yml", "reports/logic.yml")
STUDY: Final = "evaluation.yml"
_WHOLE: Final = (*JUDGING, STUDY, "reports/cases.yml")
"""Files of which all counts, also what is in no language: conditions, rules, premises, limits."""
DECLARING: Final = (*_WHOLE, "reports/words.yml", "reports/forms.yml")
REGISTERS: Final = ("reports/signatures.yml", "reports/waivers.yml")
"""Files in which people say what they have looked at."""
_SECTIONS: Final = {"words": 1, "forms": 1}
"""Files whose names at the top are declarations; elsewhere they are sections of them."""
_SENTENCES: Final = ("findings", "recommendations", "elements", "scale", "questions", "statements")
"""Sections whose words are sentences of the report."""
_ENTRY: Final = re.compile(r"^@(?!comment|preamble|string)\w+\s*\{\s*(?P<key>[^\s,]+)\s*,",
                           re.MULTILINE | re.IGNORECASE)  # fmt: skip

Place = tuple[str, ...]


@dataclass(frozen=True)
class _Leaf:
    """A value of a YAML file: its place, the language of its words if it has one, its node."""

    place: Place
    language: str | None
    node: Any


def declared_texts(root: Path, language: Language) -> list[Declared]:
    """Every declaration of a study whose words a report in this language may print."""
    found: list[Declared] = []
    for name in DECLARING:
        found += _declarations(root, name, language)
    found += data_texts(root, language)
    others: set[str] = {each for each in LANGUAGES if each != language}
    for path in _files(root / "reports", others):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".bib":
            found += _references(path, name)
        elif path.suffix != ".qmd" and name not in (*DECLARING, *REGISTERS):
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            found.append(Declared(name, name, f"SHA-256 {sha256}"))
    return found


def declared_sentences(root: Path, language: Language) -> tuple[Source, ...]:
    """The sentences of findings, conclusions, logic and questions, as prose that rules can read.

    A slot of a template stands as the variable that it prints. What a finding says stands in its
    span, as if it were written out, and the word that agrees with one stands in a span `singular`.
    Statements of others are left out: they have the numbers that others gave.
    """
    sources = []
    for name in (*JUDGING, STUDY):
        text, leaves = _read(root / name)
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        blocks = []
        others = {
            leaf.place[:2]
            for leaf in leaves
            if leaf.place[2:] == ("asserted",) and leaf.node.value.lower() == "false"
        }
        for leaf in leaves:
            own = leaf.place[:2] not in others
            if own and leaf.language == language and leaf.place[0] in _SENTENCES:
                mark = leaf.node.start_mark
                blocks.append(_block(leaf, text, starts[mark.line] + mark.column))
        sources.append(Source(name, language, text, tuple(blocks)))
    return tuple(sources)


def _files(reports: Path, others: set[str]) -> Iterator[Path]:
    """The files that are rendered, without those of other languages and what was built."""
    for first in sorted(reports.iterdir()) if reports.is_dir() else ():
        # As staging takes them; what is built is none.
        own = not first.name.startswith((".", "_build")) and first.name not in others
        if own and not first.is_symlink():
            for path in (first, *sorted(first.rglob("*"))):
                if path.is_file() and not path.is_symlink():
                    yield path


def _read(path: Path) -> tuple[str, tuple[_Leaf, ...]]:
    """The text of a YAML file and its values; none of one that cannot be read, as others tell."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, _parse(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return "", ()


@lru_cache(maxsize=16)  # each language asks for the same files
def _parse(text: str) -> tuple[_Leaf, ...]:
    _, tree = load_yaml(text, StudyLoader)
    return tuple(_leaves(tree, (), None)) if tree is not None else ()


def _leaves(node: Any, place: Place, language: str | None) -> Iterator[_Leaf]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value)
            inner = name if name in LANGUAGES and place else language
            yield from _leaves(value, (*place, name), inner)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value, start=1):
            yield from _leaves(item, (*place, _name_of(item) or str(number)), language)
    else:
        yield _Leaf(place, language, node)


def _name_of(item: Any) -> str | None:
    """How an item of a list is called, so that one put before it does not rename it."""
    pairs = item.value if isinstance(item, yaml.MappingNode) else ()
    return next((str(v.value) for k, v in pairs if k.value in ("id", "item")), None)


def _declarations(root: Path, file: str, language: Language) -> Iterator[Declared]:
    grouped: dict[Place, list[_Leaf]] = {}
    depth = _SECTIONS.get(Path(file).stem, 2)
    for leaf in _read(root / file)[1]:
        head = tuple(part for part in leaf.place[:depth] if part not in LANGUAGES)
        grouped.setdefault(head, []).append(leaf)
    for head, leaves in grouped.items():
        spoken = any(leaf.language for leaf in leaves)
        whole = file in _WHOLE
        told = [
            leaf
            for leaf in leaves
            if leaf.language == language or (whole and leaf.language is None)
        ]
        if not told or (spoken and not any(leaf.language == language for leaf in told)):
            continue
        content = "\n".join(
            f"{'.'.join(within)}: {leaf.node.value}".removeprefix(": ")
            for leaf in told
            for within in ([p for p in leaf.place[len(head) :] if p != leaf.language],)
        )
        where = f"{file}:{leaves[0].node.start_mark.line + 1}"
        name = f"{file}: {'.'.join(head)}"
        yield Declared(where, f"{name}, {language}" if spoken else name, content)


def _references(path: Path, file: str) -> Iterator[Declared]:
    """The entries of a bibliography."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = list(_ENTRY.finditer(text))
    first = found[0].start() if found else len(text)
    if before := text[:first].strip():  # abbreviations that entries use
        yield Declared(f"{file}:1", file, before)
    ends = [each.start() for each in found[1:]] + [len(text)]
    for entry, end in zip(found, ends, strict=True):
        line = text.count("\n", 0, entry.start()) + 1
        content = text[entry.start() : end].strip()
        yield Declared(f"{file}:{line}", f"{file}: {entry['key']}", content)


def _block(leaf: _Leaf, text: str, start: int) -> Block:
    """The value of a leaf as a paragraph, each character with its place where that is known."""
    value = str(leaf.node.value)
    start += text[start : start + 1] in ("'", '"')
    known = text.startswith(value, start)
    shown: list[str] = []
    offsets: list[int] = []
    pieces: list[Piece] = []
    spans: list[Span] = []
    at = 0
    for part in _parts(leaf, value):
        end = at + len(part) if isinstance(part, str) else value.index("}", at) + 1
        words = part if isinstance(part, str) else " ".join(part.words)
        if isinstance(part, Slot) and not part.silent:
            pieces.append(Piece(len(shown), "shortcode", f"var {part.name}"))
            words = f"{PLACEHOLDER} {words}" if words else PLACEHOLDER
        elif isinstance(part, Slot):
            spans.append(Span(len(shown), len(shown) + len(part.words[0]), ("singular",)))
        shown += words
        moved = range(at, end) if isinstance(part, str) else [at] * len(words)
        offsets += [start + (each if known else 0) for each in moved]
        at = end
    said = leaf.place[0] == "findings" and leaf.place[2:3] in (("text",), ("sentences",))
    if said:
        spans.append(Span(0, len(shown), ("finding",), (("finding", leaf.place[1]),)))
    return Block(0, "".join(shown), tuple(offsets) or (start,), tuple(pieces), tuple(spans), 0, ())


def _parts(leaf: _Leaf, value: str) -> tuple[str | Slot, ...]:
    """The words and slots of a value; only the sentences of findings have slots."""
    if leaf.place[0] == "findings" and "sentences" in leaf.place:
        try:
            return parse_template(value)
        except TemplateError:  # reading the declaration tells
            return (value,)
    return (value,)

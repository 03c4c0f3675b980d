"""A report as rules see it: files, their blocks and sections, the findings that it may state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.prose_blocks import Block
from evaltools.lint.prose_text import UnreadableMarkdownError, read_blocks
from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")

UNREAD = "lint.source"
"""Code of what keeps prose from being read; it is no rule and cannot be waived."""
_BETWEEN = "\n\n"


@dataclass(frozen=True)
class Source:
    """One file of a report.

    Arguments:
        name: its path from the study's root, with slashes.
        language: of the report it belongs to.
        text: as read, line feeds only.
        blocks: in order.
    """

    name: str
    language: Language
    text: str
    blocks: tuple[Block, ...]

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(at + 1 for at, character in enumerate(self.text) if character == "\n"))

    def where(self, block: Block, at: int) -> str:
        """The place of a character of a block's text, `reports/fi/_04.qmd:12:8`: line and column
        from 1, in code points.
        """
        offset = block.offsets[min(at, len(block.offsets) - 1)]
        line = bisect_right(self._line_starts, offset)
        return f"{self.name}:{line}:{offset - self._line_starts[line - 1] + 1}"

    def within(self, classes: tuple[str, ...]) -> Source:
        """The same text in a division with these classes."""
        blocks = (replace(block, within=(*classes, *block.within)) for block in self.blocks)
        return replace(self, blocks=tuple(blocks))

    @cached_property
    def sections(self) -> tuple[tuple[Block, ...], ...]:
        """Blocks from one heading to the next, the heading first."""
        found: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.heading:
                found.append([])
            found[-1].append(block)
        return tuple(tuple(section) for section in found if section)


@dataclass(frozen=True)
class Report:
    """All files of one language and the findings that the study declares.

    Arguments:
        root: the study's root folder.
        language: of the prose.
        sources: its files, by name.
        declared: findings of `reports/findings.yml`.
        names: digits that stand in a name and are allowed, `COVID-19`.
        notebooks: markdown cells of the notebooks that chapters on results show.
        results: blocks of chapters that report results, those of the notebooks among them.
        elsewhere: findings that need not be said here.
        headed: whether figures stand under the sentence that speaks of them, as on slides.
        read: YAML files of the study that rules have looked into.
    """

    root: Path
    language: Language
    sources: tuple[Source, ...]
    declared: FindingsIndex
    names: tuple[str, ...] = ()
    notebooks: tuple[Source, ...] = ()
    results: tuple[tuple[Source, Block], ...] = ()
    elsewhere: frozenset[str] = frozenset()
    headed: bool = False
    read: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)

    def declared_in(self, name: str) -> dict[str, Any]:
        """The mapping in a YAML file of the study, read once; empty where there is none."""
        if name not in self.read:
            self.read[name] = read_leniently(self.root / name)
        return self.read[name]

    def blocks(self) -> Iterator[tuple[Source, Block]]:
        """Every block with its file."""
        for source in self.sources:
            for block in source.blocks:
                yield source, block

    def sections(self) -> Iterator[tuple[Source, tuple[Block, ...]]]:
        """Every section with its file."""
        for source in self.sources:
            for section in source.sections:
                yield source, section

    def in_finding(self, block: Block, at: int) -> bool:
        """Whether a place lies in the span of a declared finding."""
        return any(
            self.declared.get(span.get("finding")) is not None
            for span in block.spans_at(at, "finding")
        )

    def quoted(self, block: Block, at: int) -> bool:
        """Whether a place lies in a quotation from a segment: others' words."""
        return bool(block.spans_at(at, "quote"))

    def anchors(self, floats: frozenset[str]) -> tuple[str, ...]:
        """What to refer to so that a reader is led to some floats: the sections that show them in
        the order of the report, then the floats themselves.
        """
        return (
            *(
                name
                for _, section in self.sections()
                if section[0].heading
                and any(label in floats for block in section for label, _ in block.embedded)
                for name in section[0].identifiers
            ),
            *sorted(floats),
        )


def read_leniently(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, empty where there is none: others say what is wrong with it."""
    try:
        content, _ = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def with_enclosing(
    sections: Sequence[tuple[Block, ...]],
) -> Iterator[tuple[tuple[Block, ...], ...]]:
    """Each section of a file and those that enclose it, itself the last."""
    around: list[tuple[Block, ...]] = []
    for section in sections:
        level = section[0].heading
        around = [each for each in around if 0 < each[0].heading < level]
        around.append(section)
        yield tuple(around)


def leads_to(section: tuple[Block, ...], anchors: Sequence[str]) -> bool:
    """Whether a section is one of the anchors or refers to one."""
    if section[0].heading and not set(anchors).isdisjoint(section[0].identifiers):
        return True
    return any(piece.content in anchors for block in section for piece in block.references)


def parse(text: str, name: str, language: Language) -> Source:
    """Read a source: `text` of the file called `name`."""
    return parse_all({name: text}, language)[0]


def parse_all(texts: dict[str, str], language: Language) -> tuple[Source, ...]:
    """Read the sources of a report by their names, as the one document that they make up.

    Raises:
        UnreadableMarkdownError: they cannot be read.
    """
    plain = [
        text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        for text in texts.values()
    ]
    starts = [0]
    for text in plain:
        starts.append(starts[-1] + len(text) + len(_BETWEEN))
    blocks: list[list[Block]] = [[] for _ in plain]
    read = read_blocks(_BETWEEN.join(plain))
    for block in sorted(read, key=lambda block: block.offsets[0]):  # notes where they stand
        number = bisect_right(starts, block.offsets[0]) - 1
        offsets = tuple(offset - starts[number] for offset in block.offsets)
        noted_in = ""
        if block.noted_at is not None and block.noted_at < starts[-1] - len(_BETWEEN):
            noted_in = [*texts][bisect_right(starts, block.noted_at) - 1]
        blocks[number].append(replace(block, offsets=offsets, noted_in=noted_in))
    return tuple(
        Source(name, language, text, tuple(own))
        for name, text, own in zip(texts, plain, blocks, strict=True)
    )


def read_sources(root: Path, language: Language) -> tuple[tuple[Source, ...], list[Problem]]:
    """The .qmd files of a language, and those that cannot be read.

    Links are not followed; built folders are left out.
    """
    folder = root / "reports" / language
    paths = []
    for path in sorted(folder.rglob("*.qmd")):
        inside = path.relative_to(folder).parts
        if any(part.startswith((".", "_build", "_generated")) for part in inside[:-1]):
            continue
        if not any((folder / Path(*inside[:n])).is_symlink() for n in range(1, len(inside))):
            paths.append(path)
    if not paths:
        what = "there is no prose in this language"
        remedy = "Add .qmd files there."
        return (), [Problem(f"reports/{language}", what, "", remedy, UNREAD)]
    return read_files(root, language, paths, f"reports/{language}")


def read_files(
    root: Path, language: Language, paths: Sequence[Path], shown: str
) -> tuple[tuple[Source, ...], list[Problem]]:
    """Some .qmd files as sources of one report, and those that cannot be read.

    Arguments:
        shown: what they are called together where they cannot be read.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            what = "is a link, which is not followed" if path.is_symlink() else "is no plain file"
            problems.append(Problem(name, what, "a file", "Put the text itself there.", UNREAD))
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            remedy = "Save it as UTF-8."
            problems.append(Problem(f"{name}:1:1", "not UTF-8 text", "", remedy, UNREAD))
    if not texts:
        return (), problems
    try:
        return parse_all(texts, language), problems
    except UnreadableMarkdownError as error:
        remedy = "Look for what opens again and again."
        problems.append(Problem(shown, str(error), "", remedy, UNREAD))
        return (), problems

"""A report as rules see it: files, their blocks and sections, the variables in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from evaltools.findings.lint.blocks import BlockKind, RawBlock, split_blocks
from evaltools.findings.lint.declared import Declared
from evaltools.findings.lint.inlines import Inline, Piece, Span, read_inlines
from evaltools.findings.lint.opaque import FILLER, mask

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")

_TRAILING = re.compile(rf"[{FILLER} \t]*(\{{[^{{}}]*[#.=][^{{}}]*\}})[ \t#{FILLER}]*$")
_VALID = re.compile(r"\{\s*(?:[#.][^\s{}]+|[\w:-]+=(?:\"[^\"]*\"|[^\s\"{}]+)|-|\s)*\}")
_IDENTIFIER = re.compile(r"(?<![^\s{])#([^\s{}]+)")


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, item or cell.

    Arguments:
        kind: what it is.
        level: of a heading, otherwise 0.
        inline: its text, pieces and spans.
        divs: attributes of the fenced divs around it.
        quotation: number of its block quotation in the file, 0 for none.
        identifiers: `sec-avustukset`, `tbl-calls`, … given to it or to something in it.
    """

    kind: BlockKind
    level: int
    inline: Inline
    divs: tuple[str, ...]
    quotation: int
    identifiers: tuple[str, ...]

    @property
    def text(self) -> str:
        """What a reader reads, a placeholder for each thing that is not prose."""
        return self.inline.text

    @property
    def variables(self) -> tuple[tuple[str, Piece], ...]:
        """The variables in it, each with its place."""
        return tuple(
            (words[1], piece)
            for piece in self.inline.pieces
            if piece.kind == "shortcode"
            and len(words := piece.content.split()) == 2
            and words[0] == "var"
        )

    @property
    def references(self) -> tuple[Piece, ...]:
        """Citations and cross-references in it."""
        return tuple(piece for piece in self.inline.pieces if piece.kind == "reference")

    def spans_at(self, at: int, *classes: str) -> tuple[Span, ...]:
        """The spans of one of the classes that cover a place in the text."""
        return tuple(
            span
            for span in self.inline.spans
            if span.start <= at < span.end and any(name in classes for name in span.classes)
        )


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
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def place(self, offset: int) -> str:
        """`reports/fi/_04.qmd:12:8`: line and column from 1, in code points."""
        line = bisect_right(self._line_starts, offset)
        return f"{self.name}:{line}:{offset - self._line_starts[line - 1] + 1}"

    def where(self, block: Block, at: int) -> str:
        """The place of a character of a block's text."""
        return self.place(block.inline.offsets[at])

    def offset(self, line: int, column: int) -> int:
        """The inverse of `place`."""
        return self._line_starts[line - 1] + column - 1

    @cached_property
    def sections(self) -> tuple[tuple[Block, ...], ...]:
        """Blocks from one heading to the next, the heading first."""
        found: list[list[Block]] = [[]]
        for block in self.blocks:
            if block.kind == "heading":
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
    """

    root: Path
    language: Language
    sources: tuple[Source, ...]
    declared: Declared
    names: tuple[str, ...] = ()

    def blocks(self) -> Iterator[tuple[Source, Block]]:
        """Every block with its file."""
        for source in self.sources:
            for block in source.blocks:
                yield source, block

    def in_finding(self, block: Block, at: int) -> bool:
        """Whether a place lies in the span of a declared finding."""
        return any(
            self.declared.get(span.get("finding")) is not None
            for span in block.spans_at(at, "finding")
        )

    def quoted(self, block: Block, at: int) -> bool:
        """Whether a place lies in a quotation from a segment: others' words."""
        return bool(block.spans_at(at, "quote"))

    def sections(self) -> Iterator[tuple[Source, tuple[Block, ...]]]:
        """Every section with its file."""
        for source in self.sources:
            for section in source.sections:
                yield source, section


def parse(text: str, name: str, language: Language) -> Source:
    """Read a source: `text` of the file called `name`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    masked, regions = mask(text)
    by_start = {region.start: region for region in regions}
    raw, labels = split_blocks(masked)
    blocks = []
    for block in raw:
        characters, offsets, given = _characters(masked, block)
        inline = read_inlines(characters, offsets, by_start, labels)
        identifiers = (*given, *inline.identifiers)
        blocks.append(
            Block(block.kind, block.level, inline, block.divs, block.quotation, identifiers)
        )
    return Source(name, language, text, tuple(blocks))


def _characters(masked: str, block: RawBlock) -> tuple[str, list[int], tuple[str, ...]]:
    """The characters of a block without indentation and without the attributes at its end."""
    lines: list[str] = []
    offsets: list[int] = []
    given: tuple[str, ...] = ()
    for number, (start, end) in enumerate(block.runs):
        line = masked[start:end]
        stripped = line.lstrip(" \t")
        start += len(line) - len(stripped)
        last = number == len(block.runs) - 1
        trailing = _TRAILING.search(stripped) if last and _may_end_in_attributes(block) else None
        if trailing and _VALID.fullmatch(trailing[1]):
            given = tuple(_IDENTIFIER.findall(trailing[1]))
            stripped = stripped[: trailing.start()]
        lines.append(stripped)
        offsets.extend(range(start, start + len(stripped)))
        if not last:
            offsets.append(start + len(stripped))
    return "\n".join(lines), offsets, given


def _may_end_in_attributes(block: RawBlock) -> bool:
    return block.kind in ("heading", "definition")


def prose_files(reports: Path, language: str) -> Sequence[Path]:
    """The .qmd files of a language, sorted; links are not followed, built folders left out."""
    folder = reports / language
    return sorted(
        path
        for path in folder.rglob("*.qmd")
        if path.is_file()
        and not any((folder / part).is_symlink() for part in _ancestry(path, folder))
        and not any(part.startswith((".", "_build", "_generated")) for part in
                    path.relative_to(folder).parts[:-1])
    )  # fmt: skip


def odd_prose(reports: Path, language: str) -> Sequence[Path]:
    """What has the name of a text of a language and is none: links and folders, sorted."""
    folder = reports / language
    return sorted(
        path
        for path in folder.rglob("*.qmd")
        if (path.is_symlink() or not path.is_file())
        and not any(
            part.startswith((".", "_build", "_generated"))
            for part in path.relative_to(folder).parts[:-1]
        )
    )


def _ancestry(path: Path, folder: Path) -> list[Path]:
    relative = path.relative_to(folder)
    return [relative, *list(relative.parents)[:-1]]

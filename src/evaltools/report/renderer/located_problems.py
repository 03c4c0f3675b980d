"""Markdown text that knows, line by line, which file it came from.

Includes are resolved here, as Quarto does: paths are relative to the main document, or to the
project when they begin with a slash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from evaltools.problems import Problem

INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(?P<path>.+?)\s*>\}\}\s*$")
# No two parts of the prefix can match the same character, or long lines would take for ever.
FENCE = re.compile(
    r"^(?P<indent>(?:[ \t>]|[-*+](?= )|\d{1,9}[.)](?= ))*)(?P<mark>`{3,}|~{3,})\s*(?P<info>.*?)\s*$"
)
CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)")
MARKS = "".join(chr(code) for code in range(0xE000, 0xE020))
PRIVATE_USE = "a private-use character (U+E000 to U+E01F)"


@dataclass(frozen=True)
class Line:
    """One line of text and where it stands: `fi/_04.qmd`, 31."""

    text: str
    path: str
    number: int

    @property
    def where(self) -> str:
        """The place as problems name it."""
        return f"{self.path}:{self.number}"


@dataclass(frozen=True)
class Source:
    """A document with its includes in place: front matter and body apart."""

    front: tuple[Line, ...]
    body: tuple[Line, ...]

    @property
    def start(self) -> str:
        """Its first line, so that a problem always names a file."""
        return (self.body or self.front or (Line("", "document", 1),))[0].where


def is_inside(project: Path, path: Path) -> bool:
    """Whether a path, links followed, is in the project folder."""
    return path.resolve().is_relative_to(project.resolve())


def resolve_path(project: Path, base: Path, written: str) -> Path | None:
    """The file a document means: from the project for `/x`, from the document's folder otherwise.

    None for paths that leave the project.
    """
    if "\0" in written or "\\" in written:
        return None
    path = project / written.lstrip("/") if written.startswith("/") else base / written
    return path if is_inside(project, path) else None


def relative_name(project: Path, path: Path) -> str:
    """A path as problems name it: from the project folder."""
    return PurePosixPath(path.resolve().relative_to(project.resolve())).as_posix()


def read_source(project: Path, document: Path) -> tuple[Source, list[Problem]]:
    """Read a document and everything that it includes."""
    reader = _Reader(project, document, [])
    front, body = reader.split(list(reader.read(document)))
    expanded = tuple(reader.expand(body, (document.resolve(),)))
    return Source(tuple(front), expanded), reader.problems


@dataclass(frozen=True)
class _Reader:
    project: Path
    document: Path
    problems: list[Problem]

    def _refuse(self, where: str, what: str, remedy: str, code: str) -> None:
        self.problems.append(Problem(where, what, remedy=remedy, code=code))

    def read(self, path: Path) -> Iterator[Line]:
        name = relative_name(self.project, path)
        try:
            content = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            remedy = f"Save it as UTF-8 (byte {error.start} is not)"
            self._refuse(f"{name}:1", "not UTF-8 text", remedy, "render.encoding")
            return
        for number, line in enumerate(content.replace("\r\n", "\n").split("\n"), 1):
            if any(mark in line for mark in MARKS):
                self._refuse(f"{name}:{number}", PRIVATE_USE, "Remove it", "render.character")
            yield Line(line, name, number)

    def split(self, lines: list[Line]) -> tuple[list[Line], list[Line]]:
        """Front matter and body."""
        if not lines or lines[0].text.rstrip() != "---":
            return [], lines
        for index, line in enumerate(lines[1:], 1):
            if line.text.rstrip() in {"---", "..."}:
                return lines[1:index], lines[index + 1 :]
        what, remedy = "the front matter does not end", "Close it with a line ---"
        self._refuse(lines[0].where, what, remedy, "render.yaml")
        return [], []

    def expand(self, lines: Sequence[Line], stack: tuple[Path, ...]) -> Iterator[Line]:
        """The lines with includes in place; `stack` is the files around them."""
        fences = Fences()
        for line in lines:
            code = fences.step(line.text)
            match = None if code else INCLUDE.match(line.text)
            if match is None:
                yield line
            else:
                yield from self._include(line, match["path"].strip("\"'"), stack)

    def _include(self, line: Line, written: str, stack: tuple[Path, ...]) -> Iterator[Line]:
        def refuse(what: str, remedy: str) -> None:
            self._refuse(line.where, f"include {written}{what}", remedy, "render.include")

        path = resolve_path(self.project, self.document.parent, written)
        if path is None:
            refuse(" leaves the project folder", "Include files of the project only")
        elif path.resolve() in stack:
            refuse(" includes itself", "Break the cycle")
        elif not path.is_file():
            folder = relative_name(self.project, self.document.parent) or "."
            refuse(": there is no such file", f"Paths are relative to {folder}/")
        else:
            content = list(self.read(path))
            if content and content[0].text.rstrip() == "---":
                refuse(" has front matter", "Only the main document may have one")
                return
            # Quarto ends an included file with an empty line, so that blocks do not run together.
            if content and content[-1].text != "":
                content.append(Line("", content[-1].path, content[-1].number))
            yield from self.expand(content, (*stack, path.resolve()))


class Fences:
    """Follows fenced code blocks and HTML comments through lines."""

    def __init__(self) -> None:
        self._mark = ""
        self._comment = False
        self.info = ""

    @property
    def open(self) -> str:
        """What is open: a code block, a comment, or nothing."""
        return "code block" if self._mark else "comment" if self._comment else ""

    def step(self, line: str) -> str:
        """Read one line: `fence` opens or closes, `code` and `comment` are inside, `` is text."""
        match = FENCE.match(line)
        if self._mark:
            if match and not match["info"] and match["mark"].startswith(self._mark):
                self._mark = ""
                return "fence"
            return "code"
        if self._comment:
            self._comment = "-->" not in line
            return "comment"
        if match and not (match["mark"][0] == "`" and "`" in match["info"]):
            self._mark, self.info = match["mark"], match["info"]
            return "fence"
        text = CODE_SPAN.sub("", line)
        start = text.rfind("<!--")
        if start >= 0 and "-->" not in text[start:]:
            self._comment = True
        return ""


@dataclass(frozen=True)
class Fragment:
    """A text that is parsed apart: markdown of data may hold no raw HTML or TeX."""

    name: str
    text: str
    where: str
    data: bool


@dataclass
class LocatedProblems:
    """Problems of one document.

    The tree knows no lines. A construct is found again by its text: the n-th problem of a kind
    belongs to the n-th line that holds its needle.
    """

    source: Source
    fragments: Mapping[str, Fragment]
    found: list[Problem] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        needle: str,
        what: str,
        remedy: str = "",
        code: str = "render.construct",
        where: str = "",
        allowed: str = "",
    ) -> None:
        """Add a problem, its line found by a needle unless the place is known."""
        if not where:
            where = self.find_place(needle, self._seen[needle])
            self._seen[needle] += 1
        problem = Problem(where, what, allowed, remedy, code)
        if problem not in self.found:
            self.found.append(problem)

    def find_place(self, needle: str, index: int = 0) -> str:
        """The place of a needle: in the text, else in what was put into it.

        Pandoc writes the names of files as addresses, where a blank is `%20`.
        """
        if not needle:
            return self.source.start
        if not any(needle in line.text for line in self.source.body):
            needle = unquote(needle)
        # Not as the beginning of a longer name: `@fig-a`, not `@fig-ab`.
        pattern = re.compile(re.escape(needle) + (r"(?![\w-])" if needle[-1].isalnum() else ""))
        texts: tuple[Line | Fragment, ...] = (*self.source.body, *self.fragments.values())
        places = [each.where for each in texts if pattern.search(each.text)]
        return places[min(index, len(places) - 1)] if places else self.source.start

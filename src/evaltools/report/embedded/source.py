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

    def find(self, needle: str, index: int = 0) -> str:
        """Where a text stands in the body: the index-th line that holds it, or the last such.

        Falls back on the first line, so that a problem always names a file.
        """
        pattern = sought(needle)
        found = [line.where for line in self.body if needle and pattern.search(line.text)]
        if found:
            return found[min(index, len(found) - 1)]
        return (self.body or self.front or (Line("", "document", 1),))[0].where


def sought(needle: str) -> re.Pattern[str]:
    """A pattern for a text, not as the beginning of a longer name: `@fig-a`, not `@fig-ab`."""
    return re.compile(re.escape(needle) + (r"(?![\w-])" if needle[-1:].isalnum() else ""))


def inside(project: Path, path: Path) -> bool:
    """Whether a path, links followed, is in the project folder."""
    return path.resolve().is_relative_to(project.resolve())


def located(project: Path, base: Path, written: str) -> Path | None:
    """The file a document means: from the project for `/x`, from the document's folder otherwise.

    None for paths that leave the project.
    """
    if "\0" in written or "\\" in written:
        return None
    path = project / written.lstrip("/") if written.startswith("/") else base / written
    return path if inside(project, path) else None


def relative(project: Path, path: Path) -> str:
    """A path as problems name it: from the project folder."""
    return PurePosixPath(path.resolve().relative_to(project.resolve())).as_posix()


def read_source(project: Path, document: Path) -> tuple[Source, list[Problem]]:
    """Read a document and everything that it includes.

    Arguments:
        project: the project folder.
        document: the main .qmd file, inside it.

    Returns the text, and problems: files that are missing, outside the project, not UTF-8, in a
    cycle, or that hold what only a main document may.
    """
    problems: list[Problem] = []
    lines = list(_read(project, document, problems))
    front, body = _split(lines, problems)
    expanded = list(_expand(project, document, body, (document.resolve(),), problems))
    return Source(tuple(front), tuple(expanded)), problems


def _read(project: Path, path: Path, problems: list[Problem]) -> Iterator[Line]:
    name = relative(project, path)
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(
            Problem(
                f"{name}:1",
                "not UTF-8 text",
                remedy=f"Save it as UTF-8 (byte {error.start} is not)",
                code="render.encoding",
            )
        )
        return
    for number, line in enumerate(content.replace("\r\n", "\n").split("\n"), 1):
        if any(mark in line for mark in MARKS):
            problems.append(
                Problem(
                    f"{name}:{number}",
                    "a private-use character (U+E000 to U+E01F)",
                    remedy="Remove it",
                    code="render.character",
                )
            )
        yield Line(line, name, number)


def _split(lines: list[Line], problems: list[Problem]) -> tuple[list[Line], list[Line]]:
    if not lines or lines[0].text.rstrip() != "---":
        return [], lines
    for index, line in enumerate(lines[1:], 1):
        if line.text.rstrip() in {"---", "..."}:
            return lines[1:index], lines[index + 1 :]
    problems.append(
        Problem(
            lines[0].where,
            "the front matter does not end",
            remedy="Close it with a line ---",
            code="render.yaml",
        )
    )
    return [], []


def _expand(
    project: Path,
    document: Path,
    lines: Sequence[Line],
    stack: tuple[Path, ...],
    problems: list[Problem],
) -> Iterator[Line]:
    fences = Fences()
    for line in lines:
        code = fences.step(line.text)
        match = None if code else INCLUDE.match(line.text)
        if match is None:
            yield line
            continue
        written = match["path"].strip("\"'")
        yield from _include(project, document, line, written, stack, problems)


def _include(
    project: Path,
    document: Path,
    line: Line,
    written: str,
    stack: tuple[Path, ...],
    problems: list[Problem],
) -> Iterator[Line]:
    def problem(what: str, remedy: str = "") -> None:
        problems.append(Problem(line.where, what, remedy=remedy, code="render.include"))

    path = located(project, document.parent, written)
    if path is None:
        problem(f"include {written} leaves the project folder", "Include files of the project only")
    elif path.resolve() in stack:
        problem(f"include {written} includes itself", "Break the cycle")
    elif not path.is_file():
        remedy = f"Paths are relative to {relative(project, document.parent) or '.'}/"
        problem(f"include {written}: there is no such file", remedy)
    else:
        content = list(_read(project, path, problems))
        if content and content[0].text.rstrip() == "---":
            problem(f"include {written} has front matter", "Only the main document may have one")
            return
        # Quarto ends an included file with an empty line, so that blocks do not run together.
        if content and content[-1].text != "":
            content.append(Line("", content[-1].path, content[-1].number))
        yield from _expand(project, document, content, (*stack, path.resolve()), problems)


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
class Faults:
    """Problems of one document.

    The tree knows no lines. A construct is found again by its text: the n-th fault of a kind
    belongs to the n-th line that holds its needle.
    """

    source: Source
    fragments: Mapping[str, Fragment]
    problems: list[Problem] = field(default_factory=list)
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
        """Add a problem.

        Arguments:
            needle: text by which the line is found. what, remedy, code, allowed: of the Problem.
            where: the place, where it is known.
        """
        if not where:
            where = self.where(needle, self._seen[needle])
            self._seen[needle] += 1
        problem = Problem(where, what, allowed, remedy, code)
        if problem not in self.problems:
            self.problems.append(problem)

    def where(self, needle: str, index: int = 0) -> str:
        """The place of a needle: in the text, else in what was put into it.

        Pandoc writes the names of files as addresses, where a blank is `%20`.
        """
        if not any(needle in line.text for line in self.source.body):
            needle = unquote(needle)
        pattern = sought(needle)
        places = [line.where for line in self.source.body if pattern.search(line.text)]
        fragments = self.fragments.values() if needle else ()
        places += [each.where for each in fragments if pattern.search(each.text)]
        return places[min(index, len(places) - 1)] if needle and places else self.source.find("")

"""What Quarto, pandoc and Typst say when something is wrong, as problems with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltools.problems import Problem

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_HEADS = ("Validation of YAML", "Render failed due to invalid YAML", "Rendering of ")
"""Messages that only announce others."""


@dataclass(frozen=True)
class Sources:
    """Where to look up the line that a message is about.

    Arguments:
        folder: the project as it was rendered; messages name files in it.
        document: the document, below it.
    """

    folder: Path
    document: Path

    def name(self, path: str) -> str:
        """A file as the author knows it, from what a message calls it."""
        given = Path(path.strip().rstrip(",.").strip("'\""))
        if not given.is_absolute():
            near = self.document.parent / given
            return self._sources_below(given if (self.folder / given).exists() else near)
        for base in (self.folder, self.folder.resolve()):
            if given.is_relative_to(base):
                return self._sources_below(given.relative_to(base))
        return given.as_posix()

    def find_place(self, text: str, among: str = "*.qmd") -> str:
        """File and line of the first place where a text stands, else the document."""
        for path in self._documents_first(among):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, 1):
                if _is_line_in(text, line):
                    return f"{self._sources_below(path.relative_to(self.folder))}:{number}"
        return self._sources_below(self.document)

    def _documents_first(self, among: str) -> list[Path]:
        near = (self.folder / self.document).parent
        found = [path for path in self.folder.rglob(among) if path.is_file()]
        return sorted(found, key=lambda path: (not path.is_relative_to(near), path))

    def _sources_below(self, path: Path) -> str:
        return f"reports/{path.as_posix()}"  # which is what was staged


def _is_line_in(text: str, line: str) -> bool:
    at = line.find(text)
    after = line[at + len(text) :][:1]
    return at >= 0 and not (after.isalnum() or (after != "" and after in "_-"))


def strip_terminal_codes(text: str) -> str:
    """Text without terminal colours, without carriage returns."""
    return _COLOURS.sub("", text).replace("\r", "\n")


def parse_problems(output: str, sources: Sources) -> list[Problem]:
    """All that is wrong according to what was printed, in its order, each once.

    Unresolved cross-references, citations and images that were not found count as wrong,
    although Quarto goes on: the page would show `?@fig-x` to the reader.
    """
    lines = [
        line for line in strip_terminal_codes(output).splitlines() if not line.startswith("    at ")
    ]
    found: dict[Problem, None] = {}
    for index, line in enumerate(lines):
        for read in (_read_by_rules, _resource, _include, _yaml, _typst, _failure):
            for problem in read(line, lines[index + 1 :], sources):
                found[problem] = None
    specific = [problem for problem in found if problem.code != "quarto.error"]
    return specific or list(found)


class Settings:
    """Follows the settings that Quarto prints as it hands them to pandoc.

    They begin with a line `pandoc` or `metadata`; lines of their own are indented.
    """

    def __init__(self) -> None:
        self._inside = False

    def holds(self, line: str) -> bool:
        """Whether the next line is of the settings, and no news."""
        if self._inside and (not line.strip() or line[0].isspace()):
            return True
        self._inside = line.rstrip() in {"pandoc", "metadata"}
        return self._inside


def last_lines(output: str) -> str:
    """The last lines that say something, for a failure that is of no known kind."""
    lines = [
        line.strip()
        for line in strip_terminal_codes(output).splitlines()
        if line.strip() and not line.startswith(("    at ", "Stack trace"))
    ]
    return " | ".join(lines[-3:])


_KEY = r"[\w:.#$%&+?<>~/-]*\w"


# Messages of one line: code, pattern, what is wrong with the groups of the pattern as {0}, the
# text to look for in the sources (the document is named where there is none), remedy. Of the rules
# of one code the first that applies is taken.
_RULES = (
    ("quarto.crossref", rf"[Uu]nable to resolve (?:crossref|link) @?({_KEY})",
     "refers to @{0}, and nothing has that label", "@{0}",
     "Embed or label it, or correct the reference."),
    ("quarto.citation", rf"(?i)citation ({_KEY}) not found",
     "cites @{0}, which is not in the bibliography", "@{0}", ""),
    ("quarto.shortcode", r"^ERROR: invalid shortcode:\s*(.+?)\s*$",
     "has a shortcode that cannot be read: {0}", "{0}", ""),
    ("quarto.shortcode", r"[Ss]hortcode ['‘“\"]?([^'’”\"\s]+)['’”\"]? not found",
     "has the shortcode {0}, which Quarto does not know", "{{{{< {0}", ""),
    ("quarto.shortcode", r"Unknown var(?:iable)?:? ['‘“\"]?([\w.\\-]*\w)",
     "asks for the variable {0}, which has no value", "var {0}", ""),
    ("quarto.embed", r"cell '?([\w.-]+)'? does not exist in (?:the )?notebook",
     "embeds the cell '{0}', which its notebook does not have", "#{0}",
     "Compare it with the labels (#| label:) of the notebook."),
    ("quarto.pandoc", r"^pandoc(?:\.exe)?: (.+)", "{0}", "", ""),
    ("quarto.error", rf"^(?:ERROR|error): (?!{'|'.join(_HEADS)})(.+)", "{0}", "", ""),
)  # fmt: skip


def _read_by_rules(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    told: set[str] = set()
    for code, pattern, what, needle, remedy in _RULES:
        if code not in told and (found := re.search(pattern, line)):
            told.add(code)
            place, text = sources.name(sources.document.name), found.groups()
            where = sources.find_place(needle.format(*text)) if needle else place
            yield Problem(where, what.format(*text), "", remedy, code)


def _resource(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    found = re.search(r"Could not (?:fetch|find) (?:resource|image) (.+?)(?:: .*|:)?$", line)
    if not found:
        return
    name = found[1].strip().strip("'\"")
    if re.match(r"[a-z][a-z0-9+.-]*://", name, re.IGNORECASE):
        what = f"needs {name}, which is not in the project"
        remedy = "Rendering asks nobody: put it into the project, or leave out what asks for it."
        yield Problem(sources.find_place(name), what, "", remedy, "quarto.address")
        return
    what = f"shows {Path(name).name}, which does not exist"
    yield Problem(sources.find_place(Path(name).name), what, code="quarto.image")


def _include(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    if "Include directive failed" not in line:
        return
    text = " ".join(part.strip() for part in below[:4])
    if found := re.search(r"in file (.+?),?\s+could not find file (.+?)\.(?:\s|$)", text):
        missing = Path(found[2]).name
        place = sources.find_place(missing)
        where = place if place.rpartition(":")[2].isdigit() else sources.name(found[1])
        what = f"includes {sources.name(found[2])}, which does not exist"
        yield Problem(where, what, code="quarto.include")


def _yaml(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    code = "quarto.yaml"
    if found := re.match(r"ERROR: YAML(?:Error|Exception): (.+) \((.+), (\d+):\d+\)", line):
        yield Problem(f"{sources.name(found[2])}:{found[3]}", found[1], code=code)
    elif found := re.match(r"(?:ERROR: )?YAML(?:Error|Exception): (.+)", line):
        text = f"{found[1]} {below[0] if below else ''}"
        told = re.search(r"(?:^|\s)(\S.*?\.\w+):\s*(.+?) at line (\d+), column", text)
        if told:
            yield Problem(f"{sources.name(told[1])}:{told[3]}", told[2].strip(), code=code)
        elif told := re.search(r"(.+?) at line (\d+), column", text):
            where = f"{sources.name(sources.document.name)}:{told[2]}"
            yield Problem(where, told[1].strip(), code=code)
        else:
            yield Problem(sources.name(sources.document.name), found[1], code=code)
    elif found := re.match(r"(?:ERROR: )?In file (.+)", line):
        near = next((text for text in below[:3] if text.strip()), "")
        told = re.match(r"\(line (\d+)[^)]*\)\s*(.+)", near)
        name = sources.name(found[1])
        if told:
            yield Problem(f"{name}:{told[1]}", told[2], code=code)
        else:
            yield Problem(name, near.strip() or "has options that are not valid", code=code)
    elif found := re.match(r"ERROR: \(line (\d+)[^)]*\)\s*(.+)", line):
        where = f"{sources.name(sources.document.name)}:{found[1]}"
        yield Problem(where, found[2], code=code)


def _typst(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    found = re.search(r"(?:^|\.\.\.\s*)error: (.+)", line)
    if not found:
        return
    box = "\n".join(below[:4])
    place = re.search(r"┌─ (.+?):(\d+):\d+", box)
    if not place:
        return
    shown = re.search(r"^\s*\d+ │ (.+)$", box, re.MULTILINE)
    quoted = f" in: {shown[1].strip()[:120]}" if shown else ""
    name = Path(place[1].replace("\\", "/")).name
    what = f"Typst cannot set the page: {found[1].strip()}{quoted}"
    where = f"{sources.name(sources.document.name)} (line {place[2]} of {name})"
    yield Problem(where, what, code="quarto.typst")


def _failure(line: str, below: Sequence[str], sources: Sources) -> Iterator[Problem]:
    """What failed while Quarto called something; it goes on without what a filter was to do."""
    document = sources.name(sources.document.name)
    said = next((text.strip() for text in below if text.strip()), "")
    if found := re.search(r"Unable to embed content from notebook '([^']+)'", line):
        name = Path(found[1]).name
        if not any("does not exist in" in text for text in below[:2]):
            what = f"embeds from {name}, which cannot be read"
            yield Problem(sources.find_place(name), what, code="quarto.embed")
    elif found := re.match(r"Error running filter (.+?):?\s*$", line):
        what = f"the filter {Path(found[1]).name} failed: {said}"
        yield Problem(document, what, code="quarto.pandoc")
    elif found := re.match(r"ERROR \((.+?):(\d+)\)\s*(.+)", line):
        if any(
            re.search(pattern, line) for code, pattern, *_ in _RULES if code == "quarto.shortcode"
        ):
            return
        path = Path(found[1])
        own = path.is_relative_to(sources.folder) or (sources.folder / path).is_file()
        where = f"{sources.name(found[1])}:{found[2]}" if own else document
        what = f"a filter failed ({path.name}, line {found[2]}): {found[3].strip()}"
        yield Problem(where, what, code="quarto.filter")
    elif found := re.match(
        r'Error (?:at|parsing) "?([^"]*?)"? ?\(line (\d+), column \d+\):?', line
    ):
        where = f"{sources.name(found[1])}:{found[2]}"
        yield Problem(where, said or "cannot be read", code="quarto.pandoc")

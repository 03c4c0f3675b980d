"""The text pass: shortcodes become places, and what cannot be rendered is refused by line.

Lines are read with an eye for code: in code a shortcode is refused rather than guessed at (Quarto
fills it in), unless it is written `{{{< ... >}}}`, which shows it as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaltools.problems import Problem
from evaltools.report.renderer import pandoc_tree
from evaltools.report.renderer.located_problems import (
    CODE_SPAN,
    FENCE,
    Fences,
    Fragment,
    Line,
    Source,
    relative_name,
    resolve_path,
)
from evaltools.report.renderer.notebook_outputs import Notebooks, Output
from evaltools.report.renderer.placeholders import Placeholder, Placeholders
from evaltools.report.renderer.project import Level, Project

SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(?P<name>[^\s>]+)(?P<rest>(?:\s(?:(?!>\}\}).)*?)?)\s*>\}\}")
_KNOWN = ("embed", "include", "kbd", "meta", "pagebreak", "var")
# What looks like a shortcode to its author, and like text to every engine.
_MISSPELT = re.compile(
    r"(?<!\{{)\{{<\s*(?:{0})\b|\{{\{{\s+<|\{{\{{\s*(?:{0})\s".format("|".join(_KNOWN))
)
ESCAPED = re.compile(r"\{\{\{<(?P<inner>.*?)>\}\}\}")
_EXECUTABLE = re.compile(r"^\{+\s*([A-Za-z][\w+-]*)\s*([ ,].*)?\}+$")
_INLINE_EXECUTABLE = re.compile(r"^\{[A-Za-z][\w-]*\} \S")
_RAW = re.compile(r"^\{=\s*html\s*\}$")
_ARGUMENT = re.compile(
    r"""(?:(?P<key>[\w-]+)=)?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'=]+))"""
)
_DIAGRAMS = {"mermaid", "dot", "ojs"}


@dataclass
class TextPass:
    """Turns a source into markdown for pandoc, its placeholders and its problems.

    Arguments:
        project: options and variables.
        notebooks: executed notebooks.
        metadata: merged metadata that `meta` reads.
    """

    project: Project
    notebooks: Notebooks
    metadata: Mapping[str, Any]
    placeholders: Placeholders = field(default_factory=Placeholders)
    problems: list[Problem] = field(default_factory=list)

    def body(self, source: Source) -> str:
        """The whole text, line for line."""
        fences = Fences()
        result: list[str] = []
        literal = False
        previous = opened = ""
        for index, line in enumerate(source.body):
            before = fences.open
            state = fences.step(line.text)
            if fences.open and not before:
                opened = line.where
            if state == "fence":
                literal = "shortcodes=false" in fences.info or 'shortcodes="false"' in fences.info
                result.append(self._fence(line))
            elif state == "comment" or (state == "code" and literal):
                result.append(line.text)
            elif state == "code":
                result.append(self._in_code(line.text, line.where))
            else:
                after = source.body[index + 1].text if index + 1 < len(source.body) else ""
                self._check_block(line, index, previous, after)
                result.append(self.inline(line.text, line.where, comments=True))
            previous = line.text
        if fences.open:
            self._refuse(opened, f"a {fences.open} that does not end", "Close it", "render.text")
        return "\n".join(result) + "\n"

    def inline(self, text: str, where: str, comments: bool = False) -> str:
        """One line of text with its shortcodes turned into places."""
        result: list[str] = []
        end = 0
        for span in CODE_SPAN.finditer(text):
            result.append(self._shortcodes(text[end : span.start()], where, comments))
            if _INLINE_EXECUTABLE.match(span[2]):
                what = f"code that is to be executed: {span[0]}"
                remedy = "Compute it in a notebook and use {{< var >}}"
                self._refuse(where, what, remedy, "render.executable")
            result.append(f"{span[1]}{self._in_code(span[2], where)}{span[1]}")
            end = span.end()
        result.append(self._shortcodes(text[end:], where, comments))
        return re.sub(r"(?<=`)\{=html\}", "{=html5}", "".join(result))

    def _in_code(self, text: str, where: str) -> str:
        if SHORTCODE.search(ESCAPED.sub("", text)):
            self._refuse(where, "a shortcode in code", "Write {{{< ... >}}} to show it as it is")
        return ESCAPED.sub(lambda match: "{{<" + match["inner"] + ">}}", text)

    def _fence(self, line: Line) -> str:
        fence = FENCE.match(line.text)
        info = fence["info"] if fence else ""
        if _RAW.match(info):
            return line.text.replace(info, "{=html5}")
        if match := _EXECUTABLE.match(info):
            kind, remedy = (
                "code that is to be executed",
                "Move it to a notebook and use {{< embed >}}",
            )
            if match[1] in _DIAGRAMS:
                kind, remedy = "a diagram", "Draw it in a notebook"
            self._refuse(line.where, f"{kind}: {info}", remedy, "render.executable")
        return line.text

    def _check_block(self, line: Line, index: int, previous: str, after: str) -> None:
        if line.text.rstrip() == "---" and not previous.strip() and after.strip():
            remedy = "Move it to the front matter; write *** for a rule"
            self._refuse(line.where, "a metadata block in the text", remedy, "render.yaml")
        if index == 0 and line.text.startswith("% "):
            self._refuse(line.where, "a title block with %", "Use the front matter", "render.yaml")

    def _shortcodes(self, text: str, where: str, comments: bool) -> str:
        if misspelt := _MISSPELT.search(ESCAPED.sub("", text)):
            what = f"a shortcode that begins with {misspelt[0].strip()}"
            self._refuse(where, what, "Write {{< name ... >}}")
        if "{{<" not in text:
            return text

        def escaped(match: re.Match[str]) -> str:
            literal = pandoc_tree.text_nodes("{{<" + match["inner"] + ">}}")
            return self.placeholders.place(literal, where, len(match[0]))

        def replace(match: re.Match[str]) -> str:
            if comments and _commented(text, match.start()):
                return match[0]
            placeholder = self._placeholder(match["name"], match["rest"] or "", where)
            if placeholder is None:
                return ""
            return self.placeholders.place(placeholder, where, len(match[0]))

        result = SHORTCODE.sub(replace, ESCAPED.sub(escaped, text))
        if "{{<" in re.sub(r"<!--.*?(?:-->|$)", "", result):
            self._refuse(where, "a shortcode that does not end on its line", "Close it with >}}")
        return result

    def _placeholder(self, name: str, rest: str, where: str) -> Placeholder | None:
        arguments = [
            (match["key"] or "", match["double"] or match["single"] or match["bare"] or "")
            for match in _ARGUMENT.finditer(rest)
        ]
        plain = [value for key, value in arguments if not key]
        named = {key: value for key, value in arguments if key}
        if name == "var" and len(plain) == 1:
            return self._value("var", plain[0], self.project.variables, where)
        if name == "meta" and len(plain) == 1:
            return self._value("meta", plain[0], Level("metadata", self.metadata), where)
        if name == "pagebreak" and not arguments:
            return "pagebreak"
        if name == "kbd" and plain:
            keys = [pandoc_tree.text(plain[0])]
            return [pandoc_tree.span(pandoc_tree.attr(classes=["kbd"]), keys)]
        if name == "embed" and len(plain) == 1 and set(named) <= {"echo"}:
            return self._embed(plain[0], named.get("echo", "false") == "true", where)
        if name == "include":
            what, remedy = "an include within a line", "Give it a line of its own"
        elif name in _KNOWN:
            what = f"shortcode {name} with arguments {rest.strip() or '(none)'}"
            remedy = "See the shortcode's description"
        else:
            what, remedy = f"shortcode {name} is not supported", f"Known are {', '.join(_KNOWN)}"
        self._refuse(where, what, remedy)
        return None

    def _value(self, kind: str, key: str, level: Level, where: str) -> Fragment | None:
        keys = [part.replace("\0", ".") for part in key.replace("\\.", "\0").split(".")]
        value: Any = level.values
        for part in keys:
            if isinstance(value, list) and part.isdigit() and 0 < int(part) <= len(value):
                value = value[int(part) - 1]
            else:
                value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping | list) or value is None:
            near = difflib.get_close_matches(key, sorted(_leaves(level.values)), 1, 0.6)
            what = f"{kind} {key} has no value" if value is None else f"{kind} {key} is no text"
            known = (
                f"Possibly misspelt {near[0]}" if near else f"Known values stand in {level.path}"
            )
            self._refuse(where, what, known, f"render.{kind}")
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        place = level.where(*keys) if kind == "var" else self.project.where(*keys)
        if "\n" in text.strip():
            self._refuse(place, f"{kind} {key} has several lines", "Use one line", f"render.{kind}")
            return None
        return self.placeholders.fragment(f"{kind}:{key}", text.strip(), place, True)

    def _embed(self, target: str, echo: bool, where: str) -> tuple[Output, ...] | None:
        written, _, labels = target.partition("#")
        path = resolve_path(self.project.root, self.project.document.parent, written)
        if path is None:
            self._refuse(where, f"embed {written} leaves the project folder", "", "render.embed")
        elif path.suffix != ".ipynb" or not labels:
            self._refuse(where, f"embed {target}", "Write notebook.ipynb#label", "render.embed")
        elif not path.is_file():
            self._refuse(where, f"embed {written}: there is no such file", "", "render.embed")
        else:
            name = relative_name(self.project.root, path)
            outputs = self.notebooks.outputs(path, name, labels.split(","), echo)
            for output in outputs:
                self.placeholders.add_inlines(output)
            return tuple(outputs)
        return None

    def _refuse(self, where: str, what: str, remedy: str, code: str = "render.shortcode") -> None:
        problem = Problem(where, what, remedy=remedy, code=code)
        if problem not in self.problems:
            self.problems.append(problem)


def _leaves(values: Mapping[str, Any], above: str = "") -> list[str]:
    """Dotted keys of all texts in a nested mapping."""
    keys: list[str] = []
    for key, value in values.items():
        name = f"{above}{key}"
        keys += _leaves(value, f"{name}.") if isinstance(value, Mapping) else [name]
    return keys


def _commented(text: str, position: int) -> bool:
    start = text.rfind("<!--", 0, position)
    return start >= 0 and "-->" not in text[start:position]

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
from evaltools.report.embedded.notebook import Notebooks
from evaltools.report.embedded.placeholders import (
    Embed,
    Holder,
    Holders,
    Keys,
    Literal,
    Pagebreak,
    Value,
)
from evaltools.report.embedded.project import Project
from evaltools.report.embedded.source import (
    CODE_SPAN,
    FENCE,
    Fences,
    Line,
    Source,
    located,
    relative,
)
from evaltools.report.embedded.yamltext import Level

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
    """Turns a source into markdown for pandoc, its holders and its problems.

    Arguments:
        project: options and variables.
        notebooks: executed notebooks.
        metadata: merged metadata that `meta` reads.
        where_meta: gives the place of a metadata key.
    """

    project: Project
    notebooks: Notebooks
    metadata: Mapping[str, Any]
    holders: Holders = field(default_factory=Holders)
    problems: list[Problem] = field(default_factory=list)

    def body(self, source: Source) -> str:
        """The whole text, line for line."""
        fences = Fences()
        previous = ""
        result: list[str] = []
        literal = False
        opened = ""
        for index, line in enumerate(source.body):
            before = fences.open
            state = fences.step(line.text)
            if fences.open and not before:
                opened = line.where
            if state == "fence":
                literal = "shortcodes=false" in fences.info or 'shortcodes="false"' in fences.info
                result.append(self._fence(line))
            elif state == "code":
                result.append(line.text if literal else self._in_code(line.text, line.where))
            elif state == "comment":
                result.append(line.text)
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
            result.append(self._code_span(span, where))
            end = span.end()
        result.append(self._shortcodes(text[end:], where, comments))
        return re.sub(r"(?<=`)\{=html\}", "{=html5}", "".join(result))

    def _code_span(self, span: re.Match[str], where: str) -> str:
        if _INLINE_EXECUTABLE.match(span[2]):
            self._refuse(
                where,
                f"code that is to be executed: {span[0]}",
                "Compute it in a notebook and use {{< var >}}",
                "render.executable",
            )
        return f"{span[1]}{self._in_code(span[2], where)}{span[1]}"

    def _in_code(self, text: str, where: str) -> str:
        if SHORTCODE.search(ESCAPED.sub("", text)):
            self._refuse(
                where,
                "a shortcode in code",
                "Write {{{< ... >}}} to show it as it is",
                "render.shortcode",
            )
        return ESCAPED.sub(lambda match: "{{<" + match["inner"] + ">}}", text)

    def _fence(self, line: Line) -> str:
        fence = FENCE.match(line.text)
        info = fence["info"] if fence else ""
        if _RAW.match(info):
            return line.text.replace(info, "{=html5}")
        match = _EXECUTABLE.match(info)
        if match:
            kind = "a diagram" if match[1] in _DIAGRAMS else "code that is to be executed"
            remedy = (
                "Draw it in a notebook"
                if match[1] in _DIAGRAMS
                else "Move it to a notebook and use {{< embed >}}"
            )
            self._refuse(line.where, f"{kind}: {info}", remedy, "render.executable")
        return line.text

    def _check_block(self, line: Line, index: int, previous: str, after: str) -> None:
        if line.text.rstrip() == "---" and not previous.strip() and after.strip():
            self._refuse(
                line.where,
                "a metadata block in the text",
                "Move it to the front matter; write *** for a rule",
                "render.yaml",
            )
        if index == 0 and line.text.startswith("% "):
            self._refuse(line.where, "a title block with %", "Use the front matter", "render.yaml")

    def _shortcodes(self, text: str, where: str, comments: bool) -> str:
        if misspelt := _MISSPELT.search(ESCAPED.sub("", text)):
            self._refuse(
                where,
                f"a shortcode that begins with {misspelt[0].strip()}",
                "Write {{< name ... >}}",
                "render.shortcode",
            )
        if "{{<" not in text:
            return text

        def escaped(match: re.Match[str]) -> str:
            literal = "{{<" + match["inner"] + ">}}"
            return self.holders.place(Literal(literal), where, len(match[0]))

        def replace(match: re.Match[str]) -> str:
            if comments and _commented(text, match.start()):
                return match[0]
            holder = self._holder(match["name"], match["rest"], where)
            return "" if holder is None else self.holders.place(holder, where, len(match[0]))

        result = SHORTCODE.sub(replace, ESCAPED.sub(escaped, text))
        if "{{<" in re.sub(r"<!--.*?(?:-->|$)", "", result):
            self._refuse(
                where,
                "a shortcode that does not end on its line",
                "Close it with >}}",
                "render.shortcode",
            )
        return result

    def _holder(self, name: str, rest: str, where: str) -> Holder | None:
        arguments = [
            (match["key"] or "", match["double"] or match["single"] or match["bare"] or "")
            for match in _ARGUMENT.finditer(rest or "")
        ]
        plain = [value for key, value in arguments if not key]
        named = {key: value for key, value in arguments if key}
        if name == "var" and len(plain) == 1:
            return self._value("var", plain[0], self.project.variables, where)
        if name == "meta" and len(plain) == 1:
            values = Level("metadata", self.metadata)
            return self._value("meta", plain[0], values, where)
        if name == "pagebreak" and not arguments:
            return Pagebreak()
        if name == "kbd" and plain:
            return Keys(plain[0])
        if name == "embed" and len(plain) == 1 and set(named) <= {"echo"}:
            return self._embed(plain[0], named.get("echo", "false") == "true", where)
        if name == "include":
            self._refuse(
                where, "an include within a line", "Give it a line of its own", "render.shortcode"
            )
        elif name in _KNOWN:
            self._refuse(
                where,
                f"shortcode {name} with arguments {rest.strip() or '(none)'}",
                "See the shortcode's description",
                "render.shortcode",
            )
        else:
            self._refuse(
                where,
                f"shortcode {name} is not supported",
                f"Known are {', '.join(_KNOWN)}",
                "render.shortcode",
            )
        return None

    def _value(self, kind: str, key: str, level: Level, where: str) -> Value | None:
        keys = [part.replace("\0", ".") for part in key.replace("\\.", "\0").split(".")]
        value: Any = level.values
        for part in keys:
            if isinstance(value, list) and part.isdigit() and 0 < int(part) <= len(value):
                value = value[int(part) - 1]
                continue
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping | list) or value is None:
            near = difflib.get_close_matches(key, sorted(leaves(level.values)), 1, 0.6)
            what = f"{kind} {key} has no value" if value is None else f"{kind} {key} is no text"
            self._refuse(
                where,
                what,
                f"Possibly misspelt {near[0]}" if near else f"Known values stand in {level.path}",
                f"render.{kind}",
            )
            return None
        text = str(value).lower() if isinstance(value, bool) else str(value)
        place = level.where(*keys) if kind == "var" else self.project.where(*keys)
        if "\n" in text.strip():
            self._refuse(place, f"{kind} {key} has several lines", "Use one line", f"render.{kind}")
            return None
        name = f"{kind}:{key}"
        return Value(self.holders.fragment(name, text.strip(), place, True))

    def _embed(self, target: str, echo: bool, where: str) -> Embed | None:
        written, _, labels = target.partition("#")
        path = located(self.project.root, self.project.document.parent, written)
        if path is None:
            self._refuse(where, f"embed {written} leaves the project folder", "", "render.embed")
        elif path.suffix != ".ipynb" or not labels:
            self._refuse(where, f"embed {target}", "Write notebook.ipynb#label", "render.embed")
        elif not path.is_file():
            self._refuse(where, f"embed {written}: there is no such file", "", "render.embed")
        else:
            name = relative(self.project.root, path)
            outputs = self.notebooks.outputs(path, name, labels.split(","), echo, self.problems)
            for output in outputs:
                self.holders.ask_for(output)
            return Embed(tuple(outputs))
        return None

    def _refuse(self, where: str, what: str, remedy: str, code: str) -> None:
        problem = Problem(where, what, remedy=remedy, code=code)
        if problem not in self.problems:
            self.problems.append(problem)


def leaves(values: Mapping[str, Any], above: str = "") -> list[str]:
    """Dotted keys of all texts in a nested mapping."""
    keys: list[str] = []
    for key, value in values.items():
        name = f"{above}{key}"
        keys.extend(leaves(value, f"{name}.") if isinstance(value, Mapping) else [name])
    return keys


def _commented(text: str, position: int) -> bool:
    start = text.rfind("<!--", 0, position)
    return start >= 0 and "-->" not in text[start:position]

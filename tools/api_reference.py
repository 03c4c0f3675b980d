"""The reference of the programming interface, from the docstrings, rendered by evaltools itself.

Usage: python -m tools.api_reference [FOLDER]. It leaves `reference.html` in the folder, and the
Quarto project that it was rendered from in `source/` below it.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import griffe

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "reports" / "_build" / "reference"

PACKAGES = {
    "study": "The study: what `evaluation.yml` declares",
    "evidence": "Evidence: reading, checking and selecting data",
    "indicators": "Indicators: numbers with their denominators",
    "statistics": "Statistics: published formulas, numbers in and numbers out",
    "findings": "Findings: sentences that judge, bound to numbers",
    "charts": "Figures and tables",
    "i18n": "Language: numbers, messages, quantifiers",
    "documents": "Documents: text of reports as received",
    "qda": "Exchange of codings with other tools",
}

_SETTINGS = {
    "project": {"type": "default"},
    "lang": "en",
    "number-sections": False,
    "toc": True,
    "toc-depth": 2,
    "format": {"html": {"theme": "cosmo", "embed-resources": True, "html-math-method": "mathml"}},
}


_TITLES = {griffe.DocstringSectionKind.parameters: "Arguments"}


def write_source(folder: Path) -> Path:
    """Write the reference as a Quarto project; returns its document.

    Arguments:
        folder: of the project; made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, and nothing in it can be read in two ways.
    (folder / "_quarto.yml").write_text(json.dumps(_SETTINGS, indent=2) + "\n", encoding="utf-8")
    title = f"evaltools {version('evaltools')}: reference of the programming interface"
    lines = ["---", f"title: {json.dumps(title)}", "---", ""]
    engine = griffe.load(
        "evaltools", search_paths=[ROOT / "src"], docstring_parser=griffe.Parser.google
    )
    for package, heading in PACKAGES.items():
        lines += [f"# {heading} {{#{package}}}", ""]
        lines += _section(engine[package]) or _sections_of_modules(engine[package])
    document = folder / "reference.qmd"
    # A docstring that speaks of shortcodes means none.
    text = "\n".join(lines).rstrip("\n").replace("{{<", "{{{<").replace(">}}", ">}}}")
    document.write_text(text + "\n", encoding="utf-8")
    return document


def _sections_of_modules(package: griffe.Module) -> list[str]:
    """A section for each module of a package that has no list of what it offers."""
    lines = []
    for name in sorted(package.modules):
        if not name.startswith("_"):
            module = package.modules[name]
            lines += _section(module) or _sections_of_modules(module)
    return lines


def _section(module: griffe.Module) -> list[str]:
    """What a module offers: the names in `__all__`, or in a plain module what it defines."""
    if module.is_package and not module.exports:
        return []
    members = [
        member.final_target if isinstance(member, griffe.Alias) else member
        for name, member in module.members.items()
        if (name in module.exports if module.exports else not member.is_alias)
        and not name.startswith("_")
    ]
    shown = [
        member
        for member in members
        if isinstance(member, griffe.Function | griffe.Class) and member.docstring
    ]
    if not shown:
        return []
    lines = [
        f"## `{module.path.removeprefix('evaltools.')}` {{#{_anchor(module.path)}}}",
        "",
        *_description(module),
        "",
    ]
    for member in shown:
        lines += _entry(member)
    return lines


def _entry(member: griffe.Function | griffe.Class) -> list[str]:
    lines = [f"### `{member.name}` {{#{_anchor(member.path)}}}", "", "```python"]
    lines += _signature(member)
    lines += ["```", "", *_description(member), ""]
    if isinstance(member, griffe.Class):
        for name, method in member.functions.items():
            if not name.startswith("_") and method.docstring:
                lines += [f"`{_one_line(method)}`", "", *_description(method), ""]
    return lines


def _signature(member: griffe.Function | griffe.Class) -> list[str]:
    if isinstance(member, griffe.Class):
        bases = ", ".join(str(base) for base in member.bases)
        return [f"class {member.name}({bases})" if bases else f"class {member.name}"]
    line = _one_line(member)
    if len(line) <= 88:
        return [line]
    end = f") -> {member.returns}" if member.returns else ")"
    return [f"{member.name}(", *(f"    {one}," for one in _parameters(member)), end]


def _one_line(function: griffe.Function) -> str:
    end = f") -> {function.returns}" if function.returns else ")"
    return f"{function.name}({', '.join(_parameters(function))}{end}"


def _parameters(function: griffe.Function) -> list[str]:
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    lines = []
    keyword_only = False
    for one in function.parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            lines.append("*")
        keyword_only |= one.kind in (
            griffe.ParameterKind.keyword_only, griffe.ParameterKind.var_positional
        )  # fmt: skip
        text = stars.get(one.kind, "") + one.name
        text += f": {one.annotation}" if one.annotation else ""
        has_default = one.default is not None and one.kind not in stars
        lines.append(text + (f" = {one.default}" if has_default else ""))
    return lines


def _description(member: griffe.Object) -> list[str]:
    """A docstring as Markdown: its text, its arguments as a list, what it returns and raises."""
    if member.docstring is None:
        return []
    lines: list[str] = []
    for section in member.docstring.parse(griffe.Parser.google, warnings=False):
        if section.kind is griffe.DocstringSectionKind.text:
            lines += [_prose(section.value), ""]
        elif isinstance(section.value, list):
            lines += [f"**{_TITLES.get(section.kind, section.kind.value.capitalize())}**", ""]
            lines += [_item(one) for one in section.value]
            lines.append("")
        else:
            title = section.title or section.kind.value
            lines += [f"**{title}.** {_prose(str(section.value.contents))}", ""]
    return lines


def _item(one: object) -> str:
    name = getattr(one, "name", "") or str(getattr(one, "annotation", "") or "")
    text = _prose(str(getattr(one, "description", ""))).replace("\n", " ")
    return f"- `{name}`: {text}" if name else f"- {text}"


def _prose(text: str) -> str:
    """Text of a docstring as Markdown: code, emphasis and lists, and nothing that Quarto adds."""
    text = re.sub(r"(?m)^\* ((?:.|\n(?!\* |\n))*)", lambda item: f"\n- {item[1]}", text)
    text = re.sub(r"\n(?=(Source|Sources|Raises|Returns)\b)", "\n\n", text)
    parts = re.split(r"(```.*?```|`[^`\n]+`)", text, flags=re.DOTALL)
    return "".join(
        part if at % 2 else re.sub(r"([\\\[\]<>{}$@^~#|])", r"\\\1", part)
        for at, part in enumerate(parts)
    )


def _anchor(path: str) -> str:
    return "api-" + re.sub(r"[^A-Za-z0-9]+", "-", path)


def main() -> int:
    """Write and render the reference; returns the exit status."""
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    document = write_source(output / "source")
    try:
        (page,) = render(document.parent, Path(document.name), ["html"], output)
    except ProblemError as error:
        print(error, file=sys.stderr)
        return 1
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())

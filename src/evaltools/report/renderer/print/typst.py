"""The resolved document as Typst source, and Typst's own complaints as problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import fontpkg_fira_sans
import typst

from evaltools.charts import style
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import Node, text_of
from evaltools.report.renderer.print.document import Facts, read_facts, walk

_HERE = Path(__file__).parent
_TEMPLATES = ("template.typ", "typst_cover.typ")
_STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
COLOURS = {
    "deep": style.DEEP_BLUE,
    "teal": style.TEAL,
    "teal-text": style.DIVERGING[-1],
    "ochre": style.OCHRE,
    "rust": style.RUST,
    "grey": style.GREY,
    "quiet": style.QUIET,
    "line": style.GRID,
    "light": style.LIGHT,
    "ink": style.INK,
}
_MISSING_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def write_source(tree: Node, context: Context, folder: Path) -> Path:
    """Write what Typst needs to set a document, beside its images, into a folder.

    Returns the path of the main file.
    Raises ProblemError where pandoc refuses the document.
    """
    arguments = ["-t", "typst", "--wrap=none", "--syntax-highlighting=none",
                 f"--lua-filter={_HERE / 'typst.lua'}"]  # fmt: skip
    try:
        body, messages = pandoc(arguments, tree, context.epoch, folder)
    except PandocError as error:
        what = f"it cannot be set: {error}".replace(f"{_HERE}/", "")
        problem = Problem(context.document_name, what, code="render.typst")
        raise ProblemError([problem]) from None
    refuse(message_problems(messages, context))
    for name in _TEMPLATES:
        (folder / name).write_bytes((_HERE / name).read_bytes())
    colours = ", ".join(f'"{name}": rgb("{value}")' for name, value in COLOURS.items())
    facts = literal(_template_facts(read_facts(tree, context)))
    settings = f"#let colours = ({colours})\n#let facts = {facts}\n"
    (folder / "settings.typ").write_text(settings, encoding="utf-8")
    main = folder / "main.typ"
    opening = '#import "template.typ": *\n#show: publication\n\n'
    main.write_text(opening + body.decode("utf-8"), encoding="utf-8")
    return main


def _template_facts(facts: Facts) -> dict[str, Any]:
    """The facts as the template names them; texts that are not given are none."""
    cover = {part: text or None for part, text in facts.cover().items()}
    return cover | {
        "title": facts.title,
        "short-title": facts.short_title,
        "authors": facts.authors,
        "imprint": facts.imprint,
        "description": facts.description or None,
        "keywords": facts.keywords,
        "lang": facts.language,
        "region": facts.region or None,
        "toc-title": facts.contents_title,
        "toc-depth": facts.contents_depth,
        "chapter-pages": facts.chapters_on_new_page,
    }


def literal(value: Any) -> str:
    """A text, number, bool, None, or lists and mappings of them as a Typst expression."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, Mapping):
        inner = ", ".join(f"{literal(str(key))}: {literal(item)}" for key, item in value.items())
        return f"({inner})" if inner else "(:)"
    if isinstance(value, Sequence):
        return "(" + "".join(literal(item) + ", " for item in value) + ")"
    raise TypeError(f"no Typst literal for {type(value).__name__}")


def compile_pdf(main: Path, tree: Node, context: Context) -> bytes:
    """Set the source as an accessible, archivable PDF (PDF/UA-1 and PDF/A-2a).

    Arguments:
        main: the main file; everything it reads is in its folder.
        tree: the document it was made from, to say where something went wrong.

    Raises ProblemError with everything that Typst refuses.
    """
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_fira_sans.ROOT / "files"])
    try:
        compiler = typst.Compiler(main, root=main.parent, font_paths=fonts)
        pdf = compiler.compile(format="pdf", pdf_standards=[*_STANDARDS], timestamp=context.epoch)
    except typst.TypstError as error:
        text = getattr(error, "diagnostic", None) or str(error)
        raise ProblemError(typst_problems(text, tree, context)) from None
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no PDF")
    return pdf


def typst_problems(diagnostic: str, tree: Node, context: Context) -> tuple[Problem, ...]:
    """Typst's diagnostic as problems: missing glyphs with where they stand, the rest as told."""
    problems: dict[Problem, None] = {}
    for part in re.split(r"(?m)^error: ", diagnostic):
        if glyph := _MISSING_GLYPH.search(part):
            problems |= dict.fromkeys(_glyph_problems(glyph[1], tree, context))
        elif part.strip():
            problems[_other_problem(part, context)] = None
    return tuple(problems)


def _glyph_problems(character: str, tree: Node, context: Context) -> list[Problem]:
    codes = " ".join(f"U+{ord(each):04X}" for each in character)
    what = f"the typeface has no character “{character}” ({codes})"
    found = []
    for node, place in walk(tree):
        if node["t"] in ("Para", "Plain", "Header", "CodeBlock", "LineBlock"):
            content = node["c"]
            text = str(content[1]) if node["t"] == "CodeBlock" else text_of(content)
            if character in text:
                found.append((place.located(context), f"{what} in “{_excerpt(text, character)}”"))
    found = found or [(context.document_name, f"{what}, in its metadata or a formula")]
    return [Problem(*each, remedy="Write it otherwise", code="render.glyph") for each in found]


def _excerpt(text: str, character: str) -> str:
    at = text.index(character)
    start, end = max(0, at - 25), at + 25
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _other_problem(part: str, context: Context) -> Problem:
    message, *rest = part.strip().splitlines()
    message = re.sub(r" \(searched at .*?\)", "", message)  # a folder that is gone by then
    shown = [line.split("│", 1)[1].strip() for line in rest if re.match(r"\s*\d+ │", line)]
    construct = f" in “{shown[0][:80]}”" if shown else ""
    what = f"it cannot be set: {message}{construct}"
    remedy = "Write this part more simply, or tell the makers of evaltools"
    return Problem(context.document_name, what, "", remedy, "render.typst")

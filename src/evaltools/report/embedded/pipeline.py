"""Renders a staged project without Quarto, from the sources that Quarto renders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.embedded.ast import Node, classes_of, depth, nodes, rewrite
from evaltools.report.embedded.citations import cite
from evaltools.report.embedded.crossref import Crossref, Numbering
from evaltools.report.embedded.divs import Conditions, Structure
from evaltools.report.embedded.final_pass import Formulas, Tidy
from evaltools.report.embedded.floats import Floats
from evaltools.report.embedded.format_context import Context
from evaltools.report.embedded.media import Media
from evaltools.report.embedded.metadata import ask_for_metadata, document_metadata
from evaltools.report.embedded.notebook import Notebooks
from evaltools.report.embedded.pandoc import (
    MARKDOWN,
    VERSION,
    Inlines,
    PandocError,
    check_filter,
    read_texts,
    run_filters,
)
from evaltools.report.embedded.placeholders import assemble
from evaltools.report.embedded.project import Project, read_project
from evaltools.report.embedded.shortcodes import TextPass
from evaltools.report.embedded.source import MARKS, Faults, Source, inside, read_source, relative
from evaltools.report.epoch import read_epoch

Format = Literal["html", "typst", "docx"]
SUFFIXES = {"html": ".html", "typst": ".pdf", "docx": ".docx"}


def render(
    project: Path,
    document: Path,
    formats: Sequence[Format],
    output: Path,
    progress: Callable[[str], None] | None = None,
    profiles: Sequence[str] = (),
    epoch: int | None = None,
) -> list[Path]:
    """Render a document of a staged project.

    Arguments:
        project: folder with `_quarto.yml`, `_variables.yml`, executed notebooks and chapters.
        document: the main .qmd file, inside the project; relative paths are from the project.
        formats: `html`, `typst` (a PDF), `docx`; each once.
        output: folder for the results, made if it is missing.
        progress: told what is being done, a line at a time.
        profiles: Quarto profiles; the project's own default where none are given.
        epoch: seconds since 1970 that stand for now, the date within files; SOURCE_DATE_EPOCH,
            or 1970, if not given.

    Returns the paths of the results, in the order of the formats. Nothing is written to the
    output folder unless every format could be made. The same sources give the same bytes.
    Raises ProblemError with all problems, each with file and line where they are known.
    """
    refuse(
        Problem(name, "unknown format", ", ".join(SUFFIXES), code="render.format")
        for name in formats
        if name not in SUFFIXES
    )
    wanted = tuple(dict.fromkeys(formats))
    if not wanted:
        return []
    now = read_epoch() if epoch is None else epoch
    with TemporaryDirectory(prefix="evaltools-") as name:
        resolved = resolve(project, project / document, wanted, Path(name), profiles, now)
        results: list[tuple[Path, bytes]] = []
        problems: list[Problem] = []
        for each in resolved:
            if progress is not None:
                progress(f"writing {each.name}{SUFFIXES[each.format_name]}")
            try:
                results.append((output / (each.name + SUFFIXES[each.format_name]), _finish(each)))
            except ProblemError as error:
                problems.extend(found for found in error.problems if found not in problems)
        refuse(problems)
    output.mkdir(parents=True, exist_ok=True)
    for path, payload in results:
        path.write_bytes(payload)
    return [path for path, _ in results]


def _finish(resolved: Resolved) -> bytes:
    """The bytes of one format; finishers are loaded when they are needed."""
    if resolved.format_name == "html":
        from evaltools.report.embedded.html import finish_html

        return finish_html(resolved.path, resolved.context)
    if resolved.format_name == "typst":
        from evaltools.report.embedded.print.pdf import render_pdf

        return render_pdf(resolved.path, resolved.context)
    from evaltools.report.embedded.docx.document import render_docx

    return render_docx(resolved.path, resolved.context)


# Levels of pandoc's JSON; a quotation within a quotation is two more.
DEEPEST = 150
# Brackets within brackets in data.
BRACKETS = 8
_RAW_KINDS = {"RawInline", "RawBlock"}


@dataclass(frozen=True)
class Resolved:
    """A document ready to be written in one format.

    Arguments:
        format_name: `html`, `typst`, `docx`. path: the JSON file. document: what it holds.
        context: surroundings for the finisher. name: stem of the output file.
    """

    format_name: str
    path: Path
    document: Mapping[str, Any]
    context: Context
    name: str


def resolve(
    root: Path,
    document: Path,
    formats: Sequence[str],
    scratch: Path,
    profiles: Sequence[str] = (),
    epoch: int = 0,
) -> list[Resolved]:
    """Resolve a document for each format.

    Arguments:
        root: staged project folder. document: the .qmd file in it.
        formats: `html`, `typst`, `docx`. scratch: folder for JSON and pictures.
        profiles: Quarto profiles. epoch: seconds since 1970 that stand for now.

    Raises ProblemError with everything that is wrong.
    """
    root, document = root.resolve(), document.resolve()
    _check_input(root, document)
    source, problems = read_source(root, document)
    project, found = read_project(root, document, source, profiles)
    problems += found
    media = Media(root, document.parent, scratch / "media")
    media.folder.mkdir(parents=True, exist_ok=True)
    passed = TextPass(project, Notebooks(root, media.folder), project.format(formats[0]))
    body = passed.body(source)
    ask_for_metadata(project, passed.metadata, passed)
    problems += passed.problems
    problems += _check_data(passed)
    refuse(_sorted(problems))
    items = [{"name": "body", "text": body, "format": MARKDOWN}]
    items += [
        {"name": each.name, "text": each.text, "format": MARKDOWN}
        for each in passed.holders.fragments.values()
    ]
    try:
        parsed = read_texts(items)
    except (PandocError, RecursionError) as error:
        what = f"the text cannot be read: {error}"
        refuse([Problem(relative(root, document), what, code="render.pandoc")])
    refuse(_check_depth(parsed, passed, source))
    problems += _check_raw(passed, parsed)
    run = _Run(project, source, passed, parsed, media, Inlines(), Formulas(), scratch, epoch)
    resolved = []
    for name in formats:
        result, found = run.format(name)
        problems += [problem for problem in found if problem not in problems]
        if result is not None:
            resolved.append(result)
    refuse(_sorted(problems))
    return resolved


def _check_input(root: Path, document: Path) -> None:
    if not document.is_file() or not inside(root, document):
        refuse(
            [
                Problem(
                    str(document), "there is no such document in the project", code="render.project"
                )
            ]
        )
    if document.suffix not in {".qmd", ".md"}:
        refuse([Problem(relative(root, document), "not a .qmd document", code="render.project")])


def _sorted(problems: Sequence[Problem]) -> list[Problem]:
    def key(problem: Problem) -> tuple[str, int, Problem]:
        path, _, number = problem.where.rpartition(":")
        return (path, int(number), problem) if number.isdigit() else (problem.where, 0, problem)

    return sorted(set(problems), key=key)


def _check_data(passed: TextPass) -> list[Problem]:
    """Data that must not reach the reader.

    Private-use characters would be taken for places; brackets within brackets take pandoc time
    that doubles with every level.
    """
    problems = []
    for each in passed.holders.fragments.values():
        if each.data and any(mark in each.text for mark in MARKS):
            what = "a private-use character (U+E000 to U+E01F)"
            problems.append(Problem(each.where, what, remedy="Remove it", code="render.character"))
        if each.data and _brackets(each.text) > BRACKETS:
            what = "brackets are nested too deeply"
            problems.append(Problem(each.where, what, remedy="Escape them", code="render.depth"))
    return problems


def _brackets(text: str) -> int:
    level = deepest = 0
    for character in text:
        level = max(0, level + (character == "[") - (character == "]"))
        deepest = max(deepest, level)
    return deepest


def _check_depth(
    parsed: Mapping[str, list[Node]], passed: TextPass, source: Source
) -> list[Problem]:
    """Lists in lists in lists: passes over the tree go one call deeper for each."""
    problems = []
    for name, blocks in parsed.items():
        if depth(blocks) > DEEPEST:
            fragment = passed.holders.fragments.get(name)
            where = source.find("") if fragment is None else fragment.where
            problems.append(Problem(where, "the text is nested too deeply", code="render.depth"))
    return problems


def _check_raw(passed: TextPass, parsed: dict[str, list[Node]]) -> list[Problem]:
    """Values and outputs are data: raw HTML or TeX in them is refused and taken out."""
    problems = []
    for each in passed.holders.fragments.values():
        raw = [node for node in nodes(parsed[each.name]) if node["t"] in _RAW_KINDS]
        if each.data and raw:
            name = each.name.split("|")[0]
            shown = str(raw[0]["c"][1]).strip()[:40]
            what = f"{name} holds raw HTML or TeX: {shown}"
            remedy = r"Escape it with a backslash: \<"
            problems.append(Problem(each.where, what, remedy=remedy, code="render.raw"))
            parsed[each.name] = rewrite(parsed[each.name], _without_raw)
    return problems


def _without_raw(node: Node) -> list[Node] | None:
    return [] if node["t"] in _RAW_KINDS else None


@dataclass(frozen=True)
class _Run:
    """What the formats of one document share."""

    project: Project
    source: Source
    passed: TextPass
    parsed: Mapping[str, list[Node]]
    media: Media
    inlines: Inlines
    formulas: Formulas
    scratch: Path
    epoch: int

    def format(self, name: str) -> tuple[Resolved | None, list[Problem]]:
        """Resolve one format; None where a filter failed."""
        options = self.project.format(name)
        words = self.project.words(name)
        faults = Faults(self.source, self.passed.holders.fragments)
        parsed = {
            key: assemble(blocks, self.parsed, self.passed.holders, name, self.media, faults)
            for key, blocks in self.parsed.items()
            if key == "body" or "meta|" in key
        }
        meta = document_metadata(options, parsed, self.project.language(name))
        blocks = parsed["body"]
        before, after = self._filters(options, faults)
        try:
            blocks, meta = run_filters(blocks, meta, before, name, self.scratch, self.project.root)
            blocks = self._core(blocks, name, options, words, faults)
            blocks, meta = run_filters(blocks, meta, after, name, self.scratch, self.project.root)
        except PandocError as error:
            faults.add(
                "",
                f"a filter failed: {error}",
                code="render.filter",
                where=self.project.where("filters"),
            )
            return None, faults.problems
        meta = {
            key: {**value, "c": Tidy(name, words, faults).quotes(value["c"])}
            if value["t"] in {"MetaInlines", "MetaBlocks"}
            else value
            for key, value in meta.items()
        }
        self.formulas.check(meta, faults)
        if not faults.problems:
            blocks = cite(blocks, options, words, self.project.root, self.epoch, faults)
            Tidy(name, words, faults).check_references(
                blocks, ", ".join(each.lstrip("/") for each in options.get("bibliography", []))
            )
            # What titles, captions, filters and references brought in.
            self.formulas.check(blocks, faults)
        document = {"pandoc-api-version": VERSION, "meta": meta, "blocks": blocks}
        path = self.scratch / f"resolved-{name}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        context = Context(
            self.project.root,
            self.project.document,
            self.media.folder,
            options,
            options,
            self.project.language(name),
            words,
            self.epoch,
        )
        stem = str(options.get("output-file", self.project.document.stem))
        for suffix in (".html", ".pdf", ".docx"):
            stem = stem.removesuffix(suffix)
        return Resolved(name, path, document, context, stem), faults.problems

    def _filters(self, options: Mapping[str, Any], faults: Faults) -> tuple[list[Path], list[Path]]:
        before: list[Path] = []
        after: list[Path] = []
        for written in options.get("filters", []):
            path = self.project.root / written.removeprefix(">").lstrip("/")
            if path.is_file():
                faults.problems.extend(check_filter(self.project.root, path))
                (after if written.startswith(">") else before).append(path)
        return (before, after) if not faults.problems else ([], [])

    def _core(
        self,
        blocks: list[Node],
        name: str,
        options: dict[str, Any],
        words: dict[str, str],
        faults: Faults,
    ) -> list[Node]:
        self.inlines.prepare(_attribute_texts(blocks))
        tidy = Tidy(name, words, faults)
        blocks = Conditions(name, self.project.profiles, options, faults).apply(blocks)
        blocks = tidy.raw(blocks)
        # Here alternative texts are still what the author wrote, formulas and all.
        self.formulas.check(blocks, faults)
        blocks = Structure(words, options, self.inlines, faults).apply(blocks)
        blocks = Floats(name, options, self.media, self.inlines, faults).apply(blocks)
        tidy.headings(blocks)
        numbering = Numbering(options, words, faults)
        numbering.apply(blocks)
        blocks = Crossref(numbering, words, faults).apply(blocks)
        blocks = tidy.quotes(blocks)
        tidy.check(blocks)
        return rewrite(blocks, _without_empty, down=False)  # type: ignore[no-any-return]


def _without_empty(node: Node) -> list[Node] | None:
    return [] if node["t"] == "Para" and not node["c"] and not classes_of(node) else None


def _attribute_texts(blocks: list[Node]) -> list[str]:
    """Markdown in attributes: titles and captions."""
    found: list[str] = []
    for node in nodes(blocks):
        if node["t"] not in {"Div", "CodeBlock"}:
            continue
        for key, value in node["c"][0][2]:
            if key in {"title", "fig-cap", "tbl-cap", "lst-cap"}:
                found.append(value)
    return found

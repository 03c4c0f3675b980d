"""From a project's sources to the resolved document of each format.

Text pass, one pandoc run for all texts, then for each format: values and outputs put in, the
project's filters, conditions, structure, floats, numbers, cross-references, citations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.problems import Problem, refuse
from evaltools.report.embedded.assemble import assemble
from evaltools.report.embedded.ast import Node, classes_of, depth, nodes, rewrite
from evaltools.report.embedded.citations import cite
from evaltools.report.embedded.conditions import Conditions
from evaltools.report.embedded.context import Context
from evaltools.report.embedded.crossref import Crossref
from evaltools.report.embedded.faults import Faults
from evaltools.report.embedded.filters import VERSION, PandocError, check_filter, run_filters
from evaltools.report.embedded.floats import Floats
from evaltools.report.embedded.formulas import Formulas
from evaltools.report.embedded.inlines import MARKDOWN, Inlines
from evaltools.report.embedded.media import Media
from evaltools.report.embedded.metadata import ask_for_metadata, document_metadata
from evaltools.report.embedded.notebook import Notebooks
from evaltools.report.embedded.numbering import Numbering
from evaltools.report.embedded.pandoc import read_texts
from evaltools.report.embedded.project import Project, read_project
from evaltools.report.embedded.source import MARKS, Source, inside, read_source, relative
from evaltools.report.embedded.structure import Structure
from evaltools.report.embedded.text import TextPass
from evaltools.report.embedded.tidy import Tidy

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
        faults = Faults(self.source, self.passed.holders)
        parsed = {
            key: assemble(blocks, self.parsed, name, self.media, faults)
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

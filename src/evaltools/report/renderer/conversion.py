"""Renders a staged project without Quarto, from the sources that Quarto renders.

Text pass, one pandoc run for all texts, then for each format: values and outputs put in, the
project's filters, conditions, structure, floats, numbers, cross-references, citations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.processes import call_apart
from evaltools.report.part_store import PartStore
from evaltools.report.renderer.divs import Conditions, Structure
from evaltools.report.renderer.final_pass import FinalPass, Formulas
from evaltools.report.renderer.floats import Floats
from evaltools.report.renderer.format_context import SUFFIXES, Context
from evaltools.report.renderer.located_problems import (
    MARKS,
    PRIVATE_USE,
    LocatedProblems,
    Source,
    is_inside,
    read_source,
    relative_name,
)
from evaltools.report.renderer.media import Media
from evaltools.report.renderer.metadata import document_metadata, parse_metadata_texts
from evaltools.report.renderer.notebook_outputs import Notebooks
from evaltools.report.renderer.own_filters import (
    has_own_filters_only,
    lead_to_evidence,
    mark_findings,
)
from evaltools.report.renderer.pandoc import AttributeTexts, PandocError, check_filter
from evaltools.report.renderer.pandoc_tree import (
    RAW_KINDS,
    Node,
    depth,
    find_classes,
    make_document,
    nodes,
    rewrite,
)
from evaltools.report.renderer.placeholders import PlaceholderFiller
from evaltools.report.renderer.project import Project, read_project
from evaltools.report.renderer.references import Crossref, cite
from evaltools.report.renderer.shortcodes import TextPass
from evaltools.report.renderer.text_trees import read_document

# Levels of pandoc's JSON; a quotation within a quotation is two more.
DEEPEST = 150
# Brackets within brackets in data.
BRACKETS = 8


@dataclass(frozen=True)
class ResolvedDocument:
    """A document ready to be written in one format.

    Arguments:
        format_name: `html`, `typst`, `docx`. document: pandoc's JSON tree.
        context: surroundings for the writer. name: stem of the output file.
    """

    format_name: str
    document: Node
    context: Context
    name: str


def render(
    project: Path,
    document: Path,
    formats: Sequence[str],
    output: Path,
    progress: Callable[[str], None] | None = None,
    profiles: Sequence[str] = (),
    epoch: int = 0,
    parts: PartStore | None = None,
) -> list[Path]:
    """Render a document of a staged project.

    Arguments:
        project: folder with `_quarto.yml`, `_variables.yml`, executed notebooks and chapters.
        document: the main .qmd file, inside the project; relative paths are from the project.
        formats: `html`, `typst` (a PDF), `docx`; each once.
        output: folder for the results, made if it is missing.
        progress: told what is being done, a line at a time.
        profiles: Quarto profiles; the project's own default where none are given.
        epoch: seconds since 1970 that stand for now, the date within files.
        parts: what was made before from the same texts; by default nothing is taken from there.

    Returns the paths of the results, in the order of the formats. Nothing is written to the
    output folder unless every format could be made. The same sources give the same bytes.
    Raises ProblemError with all problems, each with file and line where they are known.
    """
    known = ", ".join(SUFFIXES)
    unknown = [name for name in formats if name not in SUFFIXES]
    refuse(Problem(name, "unknown format", known, code="render.format") for name in unknown)
    wanted = tuple(dict.fromkeys(formats))
    if not wanted:
        return []
    with TemporaryDirectory(prefix="evaltools-") as name:
        run, problems = _prepare(
            project,
            project / document,
            wanted[0],
            Path(name),
            profiles,
            epoch,
            parts or PartStore(),
        )
        # What the formats share has been read; each is then made apart from the others. Setting
        # pages takes longest.
        longest = wanted.index("typst") if "typst" in wanted else None
        made = call_apart([partial(_make, run, each) for each in wanted], longest)
    refuse(_sort_problems([*problems, *(one for each in made for one in each.unresolved)]))
    refuse(dict.fromkeys(one for each in made for one in each.unwritten))
    output.mkdir(parents=True, exist_ok=True)
    for each in made:
        if progress is not None:
            progress(f"writing {each.file}")
        (output / each.file).write_bytes(each.payload)
    return [output / each.file for each in made]


@dataclass(frozen=True)
class _Made:
    """One format: its file, or what is wrong with the document in it or with writing it."""

    file: str = ""
    payload: bytes = b""
    unresolved: tuple[Problem, ...] = ()
    unwritten: tuple[Problem, ...] = ()


def _make(run: _Run, name: str) -> _Made:
    resolved, problems = run.format(name)
    if resolved is None or problems:
        return _Made(unresolved=tuple(problems))
    try:
        return _Made(resolved.name + SUFFIXES[name], _write(resolved))
    except ProblemError as error:
        return _Made(unwritten=tuple(error.problems))


def _write(resolved: ResolvedDocument) -> bytes:
    """The bytes of one format; the libraries that write it are loaded when they are needed."""
    if resolved.format_name == "html":
        from evaltools.report.renderer.html import write_html

        return write_html(resolved.document, resolved.context)
    if resolved.format_name == "typst":
        from evaltools.report.renderer.print.pdf import write_pdf

        return write_pdf(resolved.document, resolved.context)
    from evaltools.report.renderer.docx.document import write_docx

    return write_docx(resolved.document, resolved.context)


def resolve(
    root: Path,
    document: Path,
    formats: Sequence[str],
    scratch: Path,
    profiles: Sequence[str] = (),
    epoch: int = 0,
) -> list[ResolvedDocument]:
    """Resolve a document for each format.

    Arguments:
        root: staged project folder. document: the .qmd file in it.
        formats: `html`, `typst`, `docx`. scratch: folder for JSON and pictures.
        profiles: Quarto profiles. epoch: seconds since 1970 that stand for now.

    Raises ProblemError with everything that is wrong.
    """
    run, problems = _prepare(root, document, formats[0], scratch, profiles, epoch, PartStore())
    resolved = []
    for name in formats:
        result, found = run.format(name)
        problems += found
        resolved += [result] if result is not None else []
    refuse(_sort_problems(problems))
    return resolved


def _prepare(
    root: Path,
    document: Path,
    format_name: str,
    scratch: Path,
    profiles: Sequence[str],
    epoch: int,
    parts: PartStore,
) -> tuple[_Run, list[Problem]]:
    """What all formats share, with what is wrong in the data; anything else wrong is refused."""
    root, document = root.resolve(), document.resolve()
    _check_input(root, document)
    source, problems = read_source(root, document)
    project, found = read_project(root, document, source, profiles)
    media = Media(root, document.parent, scratch / "media")
    media.folder.mkdir(parents=True, exist_ok=True)
    text_pass = TextPass(project, Notebooks(media.folder), project.format(format_name))
    body = text_pass.body(source)
    parse_metadata_texts(project, text_pass.metadata, text_pass)
    text_pass.notebooks.keep_figures(parts, relative_name(root, document))
    problems += [
        *found,
        *text_pass.problems,
        *text_pass.notebooks.problems,
        *_check_data(text_pass),
    ]
    refuse(_sort_problems(problems))
    fragments = text_pass.placeholders.fragments
    try:
        texts = {name: each.text for name, each in fragments.items()}
        parsed = read_document(body, texts, parts, joined=has_own_filters_only(project))
    except (PandocError, RecursionError) as error:
        what = f"the text cannot be read: {error}"
        raise ProblemError(
            [_problem(relative_name(root, document), what, "render.pandoc")]
        ) from None
    # Passes over the tree go one call deeper for each list in a list.
    deep = [name for name, blocks in parsed.items() if depth(blocks) > DEEPEST]
    places = [fragments[name].where if name in fragments else source.start for name in deep]
    refuse(_problem(where, "the text is nested too deeply", "render.depth") for where in places)
    problems = _check_raw(text_pass, parsed)
    formulas = Formulas()
    formulas.try_all(parsed)
    run = _Run(
        project,
        source,
        text_pass,
        parsed,
        media,
        AttributeTexts(),
        formulas,
        scratch,
        epoch,
        parts,
    )
    return run, problems


def _problem(where: str, what: str, code: str, remedy: str = "") -> Problem:
    return Problem(where, what, remedy=remedy, code=code)


def _check_input(root: Path, document: Path) -> None:
    if not document.is_file() or not is_inside(root, document):
        what = "there is no such document in the project"
        refuse([_problem(str(document), what, "render.project")])
    if document.suffix not in {".qmd", ".md"}:
        refuse([_problem(relative_name(root, document), "not a .qmd document", "render.project")])


def _sort_problems(problems: Sequence[Problem]) -> list[Problem]:
    def key(problem: Problem) -> tuple[str, int, Problem]:
        path, _, number = problem.where.rpartition(":")
        return (path, int(number), problem) if number.isdigit() else (problem.where, 0, problem)

    return sorted(set(problems), key=key)


def _check_data(text_pass: TextPass) -> list[Problem]:
    """Data that must not reach the reader.

    Private-use characters would be taken for places; brackets within brackets take pandoc time
    that doubles with every level.
    """
    problems = []
    for each in text_pass.placeholders.fragments.values():
        if each.data and any(mark in each.text for mark in MARKS):
            problems.append(_problem(each.where, PRIVATE_USE, "render.character", "Remove it"))
        if each.data and _bracket_depth(each.text) > BRACKETS:
            what = "brackets are nested too deeply"
            problems.append(_problem(each.where, what, "render.depth", "Escape them"))
    return problems


def _bracket_depth(text: str) -> int:
    level = deepest = 0
    for character in text:
        level = max(0, level + (character == "[") - (character == "]"))
        deepest = max(deepest, level)
    return deepest


def _check_raw(text_pass: TextPass, parsed: dict[str, list[Node]]) -> list[Problem]:
    """Values and outputs are data: raw HTML or TeX in them is refused and taken out."""
    problems = []
    for each in text_pass.placeholders.fragments.values():
        raw = [node for node in nodes(parsed[each.name]) if node["t"] in RAW_KINDS]
        if each.data and raw:
            shown = str(raw[0]["c"][1]).strip()[:40]
            what = f"{each.name.split('|')[0]} holds raw HTML or TeX: {shown}"
            remedy = r"Escape it with a backslash: \<"
            problems.append(_problem(each.where, what, "render.raw", remedy))
            parsed[each.name] = rewrite(
                parsed[each.name], lambda node: [] if node["t"] in RAW_KINDS else None
            )
    return problems


@dataclass(frozen=True)
class _Run:
    """What the formats of one document share."""

    project: Project
    source: Source
    text_pass: TextPass
    parsed: Mapping[str, list[Node]]
    media: Media
    texts: AttributeTexts
    formulas: Formulas
    scratch: Path
    epoch: int
    parts: PartStore

    def format(self, name: str) -> tuple[ResolvedDocument | None, list[Problem]]:
        """Resolve one format; None where a filter failed."""
        project, root = self.project, self.project.root
        options, words, language = project.format(name), project.words(name), project.language(name)
        placeholders = self.text_pass.placeholders
        problems = LocatedProblems(self.source, placeholders.fragments)
        filling = PlaceholderFiller(placeholders, self.parsed, name, self.media, problems)
        parsed = {
            key: filling.fill(blocks)
            for key, blocks in self.parsed.items()
            if key == "body" or "meta|" in key
        }
        meta = document_metadata(options, parsed, language)
        blocks = parsed["body"]
        before, after = self._filters(options, problems)
        shared = (name, project.profiles, options, words, self.media, self.texts, problems)
        final = FinalPass(*shared)
        try:
            blocks, meta = mark_findings(blocks, meta, before, name, self.scratch, root)
            self.texts.prepare(_attribute_texts(blocks))
            blocks = Conditions(*shared).apply(blocks)
            blocks = final.raw(blocks)
            # Here alternative texts are still what the author wrote, formulas and all.
            self.formulas.check(blocks, problems)
            for each in (Structure, Floats):
                blocks = each(*shared).apply(blocks)
            final.headings(blocks)
            blocks = final.quotes(Crossref(*shared).apply(blocks))
            final.check(blocks)
            blocks = rewrite(blocks, _drop_empty, kinds=frozenset({"Para"}))
            blocks, meta = lead_to_evidence(
                blocks,
                meta,
                after,
                name,
                self.scratch,
                root,
                self.parts,
                relative_name(root, project.document),
            )
        except PandocError as error:
            what, where = f"a filter failed: {error}", project.where("filters")
            problems.add("", what, code="render.filter", where=where)
            return None, problems.found
        kinds = {"MetaInlines", "MetaBlocks"}
        for value in meta.values():
            if value["t"] in kinds:
                value["c"] = final.quotes(value["c"])
        self.formulas.check(meta, problems)
        if not problems.found:
            blocks = cite(blocks, options, words, root, self.epoch, problems, self.parts)
            files = ", ".join(each.lstrip("/") for each in options.get("bibliography", []))
            final.check_references(blocks, files)
            # What titles, captions, filters and references brought in.
            self.formulas.check(blocks, problems)
        document = make_document(blocks, meta)
        context = Context(
            root,
            project.document,
            self.media.folder,
            options,
            language,
            words,
            self.epoch,
            self.parts,
        )
        stem = str(options.get("output-file", project.document.stem))
        for suffix in SUFFIXES.values():
            stem = stem.removesuffix(suffix)
        return ResolvedDocument(name, document, context, stem), problems.found

    def _filters(
        self, options: Mapping[str, Any], problems: LocatedProblems
    ) -> tuple[list[Path], list[Path]]:
        """Filters that run before and after the renderer's own passes."""
        before: list[Path] = []
        after: list[Path] = []
        for written in options.get("filters", []):
            path = self.project.root / written.removeprefix(">").lstrip("/")
            if path.is_file():
                problems.found.extend(check_filter(self.project.root, path))
                (after if written.startswith(">") else before).append(path)
        return (before, after) if not problems.found else ([], [])


def _drop_empty(node: Node) -> list[Node] | None:
    return [] if node["t"] == "Para" and not node["c"] and not find_classes(node) else None


def _attribute_texts(blocks: list[Node]) -> list[str]:
    """Markdown in attributes: titles and captions."""
    found = [node["c"][0][2] for node in nodes(blocks) if node["t"] in {"Div", "CodeBlock"}]
    captions = {"title", "fig-cap", "tbl-cap", "lst-cap"}
    return [value for pairs in found for key, value in pairs if key in captions]

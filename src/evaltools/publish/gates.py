"""The candidate for publication, and the gates that it passes, whatever else is asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from evaltools.disclosure.rendered_files import Docx, Html, Pdf, squeezed
from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.coder_rules import rule_note
from evaltools.findings.judgement import Judgement
from evaltools.i18n.messages import Words
from evaltools.pipeline.notebooks import INJECTED_TAG, read_cells
from evaltools.pipeline.run import Run, current_run, reason_to_run
from evaltools.pipeline.stable_outputs import find_random, make_constant_test
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.predecessor import hash_predecessor
from evaltools.report import engines
from evaltools.report.build import compute_render_key, current_report, read_record
from evaltools.report.material import judge_run
from evaltools.report.renderer.format_context import QUARTO_SUFFIXES
from evaltools.study import Language, Parameters, Study


@dataclass(frozen=True)
class Candidate:
    """What is to be published.

    Arguments:
        report: folder of the rendered report.
        run: whose numbers the report shows.
        judgements: of the study's findings, under the run.
        others: the same in the other languages of the bundle.
    """

    study: Study
    parameters: Parameters
    report: Path
    run: Run
    judgements: tuple[Judgement, ...] = ()
    others: tuple[Candidate, ...] = ()

    @property
    def editions(self) -> tuple[Candidate, ...]:
        """One in each language of the bundle, itself first."""
        return (self, *self.others)

    @property
    def language(self) -> Language:
        """The language of the report."""
        language: Language = self.parameters.language
        return language

    @property
    def page(self) -> str:
        """The name of the report's web page, if it has one."""
        return f"{self.study.report(self.language).name}-{self.language}.html"

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The study's tables."""
        return read_tables(self.study.data, load_descriptor(self.study.data))

    @cached_property
    def notice(self) -> str:
        """The sentence that marks example data, whose numbers look like results; empty for real
        data.
        """
        return self.notice_in(self.language)

    def notice_in(self, language: Language) -> str:
        """The same sentence in another language."""
        return self.study.words(language)("report.example_notice") if self._example else ""

    @cached_property
    def _example(self) -> bool:
        return load_descriptor(self.study.data).example

    @cached_property
    def evidence(self) -> Evidence:
        """What of the tables the parameters select."""
        return Evidence.select(self.study, self.tables, self.parameters)

    @property
    def words(self) -> Words:
        """The study's words in the language of the report."""
        return self.study.words(self.language)

    def language_of(self, file: Path) -> Language:
        """The language of a file: that of the document beside the report, or else of the report,
        by what every name of such a file ends with.
        """
        found = [each.language_of(file.name) for each in self.study.declaration.companions]
        found += [each.language for each in self.editions
                  if file.stem.endswith(f"-{each.language}")]  # fmt: skip
        return next(filter(None, found), self.language)

    def edition_of(self, file: Path) -> Candidate:
        """Of which language of the bundle a file is published; what is in none, of the first."""
        language = self.language_of(file)
        return next((each for each in self.editions if each.language == language), self)

    def files(self, suffix: str) -> list[Path]:
        """The report's files in a format, sorted by name."""
        return sorted(path for path in self.report.glob(f"*{suffix}") if path.is_file())


@dataclass(frozen=True)
class Gate:
    """Something that must be in order before publishing.

    Arguments:
        name: stands before every problem that the gate finds.
        check: gives the problems; a ProblemError that it raises counts as its problems.
    """

    name: str
    check: Callable[[Candidate], Iterable[Problem]]


def make_candidate(study: Study, chosen: Sequence[Parameters]) -> Candidate:
    """The candidate of reports that are built, in one language or several; the first leads.

    Raises:
        ProblemError: one of them is not there, or out of date.
    """
    places = [current_report(study, each) for each in chosen]
    # Numbers are the same in all languages, as a gate holds, and so is what is judged by them.
    judged = tuple(judge_run(study, places[0][1]))
    first, *others = (
        Candidate(study, each, folder, run, judged)
        for each, (folder, run) in zip(chosen, places, strict=True)
    )
    return replace(first, others=tuple(others))


def run_gates(candidate: Candidate, gates: Sequence[Gate]) -> list[Problem]:
    """Every problem that any gate finds in any language, once, in the order of the gates."""
    found: list[Problem] = []
    for gate in gates:
        for edition in candidate.editions:
            try:
                problems = list(gate.check(edition))
            except ProblemError as error:
                problems = list(error.problems)
            found += [replace(each, where=f"{gate.name}: {each.where}") for each in problems]
    return list(dict.fromkeys(found))


RENDER = "Render it again."
REBUILD = "Run evaltools build."
_SHOWN = 3

_Check = Callable[[Any, Language], Iterable[str]]
"""Gives what is wrong with a file, which is opened by the reader of its format, in a language."""

_READERS: Mapping[str, Callable[[Path], Html | Pdf | Docx]] = {
    ".html": Html,
    ".pdf": Pdf,
    ".docx": Docx,
}


def standard_gates() -> tuple[Gate, ...]:
    """The gates in their order."""
    return (
        Gate("currency", check_freshness),
        Gate("reproducibility", check_random_outputs),
        Gate("example data", check_example_notice),
        Gate("alternative text", check_alternative_texts),
        Gate("language", check_languages),
        Gate("languages", check_editions),
        Gate("responsibility", check_responsibility),
    )


def _file_problems(
    candidate: Candidate, checks: Mapping[str, _Check], code: str, remedy: str
) -> list[Problem]:
    """What checks find in the report's files, each in the files of its format."""
    problems: list[Problem] = []
    for suffix, check in checks.items():
        for path in candidate.files(suffix):
            try:
                found = check(_READERS[suffix](path), candidate.language_of(path))
                problems += [Problem(path.name, what, "", remedy, code) for what in found]
            except ProblemError as error:
                problems += error.problems
    return problems


def check_alternative_texts(candidate: Candidate) -> list[Problem]:
    """Pictures without words in their place, and PDF files without tags."""

    def missing(names: Iterable[str]) -> list[str]:
        return [f"{name} has no alternative text" for name in names]

    def pdf(file: Pdf, _: Language) -> list[str]:
        figures = enumerate(file.figures(), 1)
        return missing(f"figure {number}" for number, words in figures if not words)

    def untagged(file: Pdf, _: Language) -> Iterator[str]:
        if not file.tagged:
            yield "has no tags, so screen readers find no structure"

    checks: dict[str, _Check] = {
        ".html": lambda page, _: missing(page.without_alternative()),
        ".pdf": pdf,
        ".docx": lambda text, _: missing(text.without_alternative()),
    }
    remedy = "Give the figure an alternative text in its notebook and build again."
    problems = _file_problems(candidate, checks, "publish.alt-text", remedy)
    tags = _file_problems(candidate, {".pdf": untagged}, "publish.tags", RENDER)
    # A PDF that cannot be read is told once.
    return [*problems, *(one for one in tags if one not in problems)]


def check_languages(candidate: Candidate) -> list[Problem]:
    """Files that are not marked as being in their language; missing formats too."""

    def other(file: Html | Pdf | Docx, wanted: Language) -> Iterator[str]:
        if file.language.partition("-")[0].lower() != str(wanted):
            marked = f"is marked as '{file.language}'"
            shown = marked if file.language else "does not say its language"
            yield f"{shown}; it is to be in '{wanted}'"

    checks = dict.fromkeys(_READERS, other)
    problems = _file_problems(candidate, checks, "publish.language", RENDER)
    language = candidate.language
    report = candidate.study.report(language)
    wanted: list[tuple[str, str, Sequence[str]]] = [
        ("the report", f"{report.name}-{language}", report.formats)
    ]
    engine = str((read_record(candidate.report) or {}).get("engine", ["embedded"])[0])
    for made in candidate.study.declaration.companions:
        what = f"the {made.kind.replace('_', ' ')}"
        wanted += [(what, made.file_of(own), made.formats_by(engine))
                   for own in made.languages_beside(language)]  # fmt: skip
    for what, name, formats in wanted:
        for each in formats:
            if not (candidate.report / f"{name}{QUARTO_SUFFIXES[each]}").is_file():
                found = f"has no {QUARTO_SUFFIXES[each].removeprefix('.').upper()} file"
                problems.append(Problem(what, found, "", REBUILD, "publish.format"))
    return problems


def check_editions(candidate: Candidate) -> Iterator[Problem]:
    """What a bundle in several languages has otherwise in one of them: numbers, and sections of the
    page, by which a reader goes from one language to another.
    """
    for other in candidate.others:
        where = f"the report in '{other.language}'"
        differing = {*candidate.run.indicators()} ^ {*other.run.indicators()}
        if names := sorted({item.key for item in differing}):
            what = f"has other numbers than that in '{candidate.language}': {_list_some(names)}"
            remedy = "Numbers must not depend on the language: correct the notebook."
            yield Problem(where, what, "", remedy, "publish.numbers")
        pages = [each.report / each.page for each in (candidate, other)]
        if all(page.is_file() for page in pages):
            sections = [Html(page).sections() for page in pages]
            if names := sorted(sections[0] ^ sections[1]):
                what = f"has other sections than that in '{candidate.language}': "
                remedy = "Give a section the same identifier in every language."
                yield Problem(where, what + _list_some(names), "", remedy, "publish.sections")


def _list_some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def check_example_notice(candidate: Candidate) -> list[Problem]:
    """Files of a report on example data that do not say that it is; none for real data.

    HTML shows the notice in its text, DOCX in the header that every page repeats, and PDF on each
    page but the cover.
    """
    if not candidate.notice:
        return []
    what = "does not say that its data are made up"

    def wanted(language: Language) -> str:
        return squeezed(candidate.notice_in(language))

    def html(page: Html, language: Language) -> Iterator[str]:
        if wanted(language) not in squeezed(page.text()):
            yield what

    def docx(file: Docx, language: Language) -> Iterator[str]:
        if not any(wanted(language) in squeezed(header) for header in file.headers()):
            yield "does not say on its pages that its data are made up"

    def pdf(file: Pdf, language: Language) -> Iterator[str]:
        pages = file.pages()
        # The cover shows no numbers, unless it is all there is.
        first = 1 if len(pages) > 1 else 0
        silent = [
            str(number)
            for number, text in enumerate(pages[first:], first + 1)
            if wanted(language) not in squeezed(text)
        ]
        if silent or not pages:
            yield f"{what} on page {', '.join(silent) or '1'}"

    checks: dict[str, _Check] = {".html": html, ".pdf": pdf, ".docx": docx}
    return _file_problems(candidate, checks, "publish.example", RENDER)


def check_responsibility(candidate: Candidate) -> list[Problem]:
    """A study that names no date, authors and licence cannot be published: only people can say."""
    if candidate.study.declaration.publication is not None:
        return []
    what = "does not say who publishes when and under which licence"
    remedy = "Add publication with published, authors and licence."
    return [Problem("evaluation.yml", what, "", remedy, "publish.responsibility")]


def check_release_note(candidate: Candidate) -> list[Problem]:
    """Sentences whose outcome depends on the coder rule and that do not say so."""
    # A sentence that follows the outcome says so itself.
    open_ones = [item for item in candidate.judgements if not item.said]

    def silent(page: Html, language: Language) -> Iterator[str]:
        words = candidate.study.words(language)
        notes = {item.finding.id: rule_note(item, words) for item in open_ones}
        for name, note in sorted(notes.items()):
            said = page.sentences(name) if note else []
            if bare := [one for one in said if squeezed(note) not in squeezed(one)]:
                yield (
                    f"{name}: the outcome depends on the coder rule and {len(bare)} of its "
                    "sentences do not say so"
                )

    remedy = "Render it again; style/findings.lua must write the note."
    return _file_problems(candidate, {".html": silent}, "publish.coder-rule", remedy)


def check_random_outputs(candidate: Candidate) -> list[Problem]:
    """Cells of executed notebooks that show what looks random and is in no input, so that it would
    not come out the same twice and nobody could verify the bundle.
    """
    study, run = candidate.study, candidate.run
    files = [study.root / name for name in run.manifest.ingredients.files]
    problems = []
    for name, path in zip(run.manifest.ingredients.notebooks, run.notebooks, strict=True):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = read_cells(notebook)
        constant = make_constant_test("\n".join(cell.source for cell in cells), files)
        found: dict[int, list[str]] = {}
        for index, what in find_random(notebook, constant):
            found.setdefault(index, []).append(what)
        for index, names in found.items():
            injected = sum(INJECTED_TAG in cell.tags for cell in cells[:index])
            where = f"{name}, cell {index + 1 - injected}"
            if cells[index].label:
                where += f" ({cells[index].label})"
            what = f"shows what looks made up at random: {_list_some(names)}"
            remedy = "Do not show it, or give it a fixed name or seed."
            problems.append(Problem(where, what, "", remedy, "publish.random"))
    return problems


def check_freshness(candidate: Candidate) -> Iterator[Problem]:
    """What is not of now, or not as it was made, each with what changed."""
    run = candidate.run
    for name in run.manifest.find_damage(run.folder):
        yield _stale_problem(
            f"run {run.key[:16]}", f"{name} is missing or was changed after the run"
        )
    current = current_run(candidate.study, candidate.parameters)
    if current is None:
        reason = reason_to_run(candidate.study, candidate.parameters)
        yield _stale_problem("the run", f"is stale: {reason}")
    elif current.key != run.key:
        what = f"run {run.key[:16]} is not the one of the data and code of now"
        yield _stale_problem("the run", f"{what}, {current.key[:16]}")
    yield from _report_problems(candidate)


def _report_problems(candidate: Candidate) -> Iterator[Problem]:
    where = "the report"
    record = read_record(candidate.report)
    if record is None:
        yield _stale_problem(where, "there is no rendered report in the folder")
        return
    if record.get("run") != candidate.run.key:
        made = str(record.get("run", ""))[:16]
        yield _stale_problem(where, f"was made from run {made}, not from {candidate.run.key[:16]}")
    if record.get("parameters") != candidate.parameters.as_values():
        yield _stale_problem(where, "was made under other parameters")
    named, stood = record.get("engine", ["embedded", ""])
    engine = engines.choose_engine("quarto" if named == "quarto" else "embedded")
    if engine.version != stood:
        yield _stale_problem(where, f"was rendered with {stood}; now there is {engine.version}")
    sources = candidate.study.root / "reports"
    language = candidate.language
    as_then = engines.Engine(engine.name, stood, engine.program, engine.epoch)
    predecessor = hash_predecessor(candidate.study)
    key = compute_render_key(candidate.run.key, sources, as_then, language, predecessor)
    if record["key"] != key:
        yield _stale_problem(
            where, "its sources or the code that renders changed since it was rendered"
        )
    for name, digest in sorted(record["outputs"].items()):
        path = candidate.report / name
        if not path.is_file() or hash_file(path) != digest:
            yield _stale_problem(where, f"{name} is missing or was changed after rendering")
    for name in record["files"]:
        if name not in record["outputs"]:
            yield _stale_problem(where, f"{name} is not among what was rendered")


def _stale_problem(where: str, what: str) -> Problem:
    return Problem(where, what, "", REBUILD, "publish.stale")

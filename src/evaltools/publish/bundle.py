"""The bundle: one folder that stands whole or not at all, and that describes itself.

It holds the report in one language, or in all that the study publishes together; then the numbers,
which are the same, stand in it once. The same bundle gives the same bytes: no clock is read, no
identifier is drawn, and order is total.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltools.disclosure.recoverability import published_tables
from evaltools.disclosure.releases import Release, write_release
from evaltools.files import build_beside, put_in_place, sync_folder
from evaltools.findings.checklists import included_pages, sections_of
from evaltools.findings.conclusion_pages import conclusions_record
from evaltools.findings.conclusions import load_conclusions
from evaltools.findings.display import findings_record
from evaltools.i18n.messages import Words
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.pipeline.outputs import indicators_csv
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.artifacts import BUNDLE as DIGESTS
from evaltools.provenance.artifacts import EDITIONS
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.signature import sign_bundle
from evaltools.publish.crate import write_crate
from evaltools.publish.gates import Candidate, Gate, check_responsibility, run_gates, standard_gates
from evaltools.publish.method_card import method_card
from evaltools.report import data_files
from evaltools.report.build import check_output_folder, read_record
from evaltools.report.languages import INDICATORS, SCHEMA, data_names

Examination = Callable[[Path], Iterable[Problem]]
Registration = Callable[[str], None]
DECLARATIONS = ("evaluation.yml", "reports/cases.yml", "reports/conclusions.yml",
                "reports/findings.yml", "reports/forms.yml", "reports/logic.yml",
                "reports/waivers.yml",
                "reports/words.yml")  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    """A published bundle in its place: its files, and the SHA-256 of its checklist."""

    folder: Path
    files: tuple[str, ...]
    digest: str


def write_bundle(
    candidate: Candidate,
    to: Path,
    gates: Sequence[Gate],
    release: Release | None = None,
    examine: Examination | None = None,
    register: Registration | None = None,
    key: Path | None = None,
) -> Bundle:
    """Write the bundle of a report, if nothing keeps it from being published.

    Arguments:
        gates: what must be in order besides `standard_gates()`, which always must.
        release: the sensitive tables that it publishes.
        examine: gives the problems of the folder with all that is to be published.
        register: is handed the bundle's digest just before the bundle stands in its place, so that
            nothing is published that is not on the register.
        key: signs the bundle, if given; see `provenance.signature`.

    The same report and run give the same bytes wherever and whenever. Raises ProblemError with
    everything that keeps it from being published; nothing is written then.
    """
    problems = check_output_folder(candidate.study, to)
    with tempfile.TemporaryDirectory(prefix="evaltools-publish-") as scratch:
        assembled = Path(scratch) / "bundle"
        refuse([*problems, *find_obstacles(candidate, gates, assembled, release, examine)])
        digest = write_checksums(assembled)
        if key is not None:
            sign_bundle(assembled, key)
        with build_beside(to) as building:
            for path in sorted(assembled.rglob("*")):
                place = building / path.relative_to(assembled)
                if path.is_dir():
                    place.mkdir()
                else:  # what fails is told once, and not of every file as by copytree
                    place.write_bytes(path.read_bytes())
            sync_folder(building)  # what the register has is on disk
            if register:
                register(digest)
            put_in_place(building, to)
    return Bundle(to, tuple(sorted([*list_files(to), DIGESTS])), digest)


def find_obstacles(
    candidate: Candidate,
    gates: Sequence[Gate],
    assembled: Path,
    release: Release | None = None,
    examine: Examination | None = None,
) -> list[Problem]:
    """Everything that keeps a report from being published; its files are left in `assembled`.

    Arguments:
        assembled: where to put the bundle together for its examination; must not be there yet.

    For the others see `write_bundle`.
    """
    problems = run_gates(candidate, [*standard_gates(), *gates])
    if _can_be_assembled(candidate):
        assembled.mkdir()
        _fill_bundle(assembled, candidate, release)
        problems += examine(assembled) if examine else []
    return problems


def assemble_bundle(folder: Path, candidate: Candidate, release: Release | None) -> str:
    """Write every file of a bundle but its signature into an empty folder.

    The same candidate gives the same bytes: this is what a bundle is held against when somebody
    verifies it.

    Returns the SHA-256 of its checklist; raises ProblemError where the study does not say who
    publishes.
    """
    refuse(check_responsibility(candidate))
    _fill_bundle(folder, candidate, release)
    return write_checksums(folder)


def make_release(candidate: Candidate) -> Release:
    """The sensitive tables of a run, and the projects whose reports they tell of."""
    evidence = candidate.evidence
    units = frozenset(evidence.reports["project_id"].astype(str))
    tables = published_tables(candidate.run.indicators(), policy_for(evidence))
    return Release(candidate.parameters.slug(), tables, units)


def list_files(folder: Path) -> list[str]:
    """Every file of a bundle except its checklist, by its path in it, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / DIGESTS
    )


def write_checksums(folder: Path) -> str:
    """Write the checklist of a folder; its own SHA-256."""
    lines = [f"{hash_file(folder / name)}  {name}\n" for name in list_files(folder)]
    path = folder / DIGESTS
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return hash_file(path)


def _can_be_assembled(candidate: Candidate) -> bool:
    """Whether there is what every bundle is made from; a gate says what is lacking."""
    if candidate.study.declaration.publication is None:
        return False
    records = [(each, read_record(each.report)) for each in candidate.editions]
    return all(
        record is not None
        and all((each.report / name).is_file() for name in record["files"])
        and not each.run.manifest.find_damage(each.run.folder)
        for each, record in records
    )


def _fill_bundle(folder: Path, candidate: Candidate, release: Release | None) -> None:
    names: dict[str, str] = {}
    for each in candidate.editions:
        names |= _copy_report(folder, candidate, each)
        names |= _copy_run(
            folder, each, "" if each is candidate else f"{EDITIONS}/{each.language}/"
        )
        names |= _write_card(folder, each, f"-{each.language}" if candidate.others else "")
    if candidate.others:
        _describe_data(folder, candidate)
    for name in DECLARATIONS:
        source = candidate.study.root / name
        if source.is_file():
            _copy_file(folder, f"study/{source.name}", source)
            names[f"study/{source.name}"] = f"Declaration of the study, {name}"
    names |= _write_tables(folder, candidate)
    names |= _write_findings(folder, candidate)
    if release is not None:  # for later releases to be held against
        path = write_release(folder, release)
        names[path.relative_to(folder).as_posix()] = "Sensitive tables as published"
    write_crate(folder, list_files(folder), candidate, names)


def _copy_report(folder: Path, candidate: Candidate, edition: Candidate) -> dict[str, str]:
    """What a bundle has of the report in one language; pages lead to those in the others."""
    names: dict[str, str] = {}
    record = read_record(edition.report)
    assert record is not None  # the gate saw it
    _, workbook, _ = data_names(edition.study, edition.language)
    titles = {
        INDICATORS: "All indicators, as the report leads to them",
        workbook: "All indicators, a sheet a chapter",
        SCHEMA: "Description of the indicator files (Frictionless data package)",
    }
    for file in sorted(record["files"]):
        if candidate.edition_of(Path(file)) is not edition:
            continue
        _copy_file(folder, f"report/{file}", edition.report / file)
        kind = file.rpartition(".")[2].upper()
        names[f"report/{file}"] = titles.get(file) or f"{_what_it_is(edition, file)}, {kind}"
    if candidate.others and (page := folder / "report" / edition.page).is_file():
        add_switch(page, edition, candidate.editions)
    return names


def _copy_run(folder: Path, edition: Candidate, home: str) -> dict[str, str]:
    """The notebooks and the manifest of the run of one language, below a path of the bundle."""
    names: dict[str, str] = {}
    for path in edition.run.notebooks:
        _copy_file(folder, f"{home}notebooks/{path.name}", path)
        names[f"{home}notebooks/{path.name}"] = f"Executed notebook {path.stem}"
    _copy_file(folder, f"{home}manifest.json", edition.run.folder / "manifest.json")
    names[f"{home}manifest.json"] = "Manifest of the run: inputs, code and outputs by content"
    return names


def _describe_data(folder: Path, candidate: Candidate) -> None:
    """Describe the table and the workbooks of all languages in the first, titled in each."""
    report = folder / "report"
    books = (data_names(each.study, each.language)[1] for each in candidate.editions)
    files = {name: (report / name).read_bytes() for name in (INDICATORS, *books)}
    others = [each.words for each in candidate.others]
    content = data_files.write_schema(
        candidate.study, candidate.parameters, candidate.run.key, candidate.words,
        bool(candidate.notice), files, others,
    )  # fmt: skip
    (report / SCHEMA).write_bytes(content)


def _what_it_is(candidate: Candidate, file: str) -> str:
    for made in candidate.study.declaration.companions:
        if language := made.language_of(file):
            kind = made.kind.replace("_", " ").capitalize()
            return f"{kind} in {Words('en')(f'language.{language}')}"
    return "The report"


def _write_tables(folder: Path, candidate: Candidate) -> dict[str, str]:
    names = {}
    for name, indicators, what in [
        ("tables/indicators.csv", candidate.run.indicators(), "All indicators"),
        *(
            (f"tables/{item.name}.csv", item.indicators, item.title)
            for item in data_files.read_chapters(candidate.run)
        ),
    ]:
        _write_text(folder / name, indicators_csv(indicators))
        names[name] = what
    _copy_file(folder, "tables/indicators.json", candidate.run.folder / "indicators.json")
    _write_text(folder / "tables/codebook.csv", data_files.codebook_csv(candidate.tables["codes"]))
    return names | {
        "tables/indicators.json": "All indicators as records",
        "tables/codebook.csv": "Codebook",
    }


def _write_card(folder: Path, edition: Candidate, ending: str) -> dict[str, str]:
    target = edition.study.report(edition.language)
    prose = (edition.study.root / target.source).parent
    card = method_card(edition, sections_of(prose), included_pages(prose))
    made = {f"method-card{ending}.md": card.markdown(), f"method-card{ending}.html": card.html()}
    for name, text in made.items():
        _write_text(folder / name, text)
    return dict.fromkeys(made, card.title)


def _write_findings(folder: Path, candidate: Candidate) -> dict[str, str]:
    """What became of each finding and what the report says of it, in the languages of the study."""
    by_id = {item.finding.id: item for item in candidate.judgements}
    records = [
        record
        | {
            "accepted": accepted.model_dump(mode="json")
            if record["accepted"] and (accepted := by_id[record["id"]].finding.accepted)
            else None,
        }
        for record in findings_record(candidate.judgements)
    ]
    concluded = conclusions_record(load_conclusions(candidate.study), candidate.judgements)
    content = {"notice": candidate.notice, "findings": records, "conclusions": concluded}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    _write_text(folder / "findings.json", text + "\n")
    return {"findings.json": "Findings and what became of them"}


def _copy_file(folder: Path, name: str, source: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / name)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


_TITLE_BLOCK = re.compile(r"<header\b[^>]*\btitle-block\b[^>]*>")
"""What either engine opens the title of a page with."""


def add_switch(page: Path, edition: Candidate, editions: Sequence[Candidate]) -> None:
    """Put links to the other languages into a page and tell programs of them.

    Only here do the pages stand beside each other. The page's own script, where it has one, lets
    the links lead to the section that the reader is at, whose identifier is the same in all.

    Arguments:
        page: of the edition, in its bundle.
        editions: all that have a page beside it, in their order.

    Raises:
        ProblemError: the page has no title, which they would stand above.
    """
    there = [each for each in editions if "html" in each.study.report(each.language).formats]
    if len(there) < 2:
        return
    text = page.read_bytes().decode("utf-8")
    head, found = text.find("</head>"), _TITLE_BLOCK.search(text)
    if found is None or not 0 < head < found.start():
        what = "has no title that links to the other languages could stand at"
        raise ProblemError([Problem(page.name, what, code="publish.languages")])
    alternate = "".join(
        f'<link rel="alternate" hreflang="{each.language}" href="{html.escape(each.page)}">\n'
        for each in there
    )
    start, rest = text[head : found.end()], text[found.end() :]
    made = f"{text[:head]}{alternate}{start}{_switch(edition, there)}{rest}"
    page.write_bytes(made.encode("utf-8"))


def _switch(edition: Candidate, there: Sequence[Candidate]) -> str:
    items = []
    for each in there:
        language = each.language
        name = html.escape(Words(language)(f"language.{language}").capitalize())
        if each is edition:
            items.append(f'<li><span aria-current="page">{name}</span></li>')
        else:
            link = f'href="{html.escape(each.page)}" hreflang="{language}" lang="{language}"'
            items.append(f"<li><a {link}>{name}</a></li>")
    label = html.escape(edition.words("publishing.languages"))
    return f'\n<nav class="languages" aria-label="{label}"><ul>{"".join(items)}</ul></nav>'

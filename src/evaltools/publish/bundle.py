"""Publish: pass the gate, then put everything into one folder that stands whole or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.disclosure.recoverability import published_tables
from evaltools.disclosure.releases import Release, write_release
from evaltools.files import name_folder_in_errors, sync_to_disk
from evaltools.findings.checklists import included_pages, sections_of
from evaltools.findings.judgement import Judgement
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.problems import Problem, refuse
from evaltools.provenance.artifacts import BUNDLE as DIGESTS
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.signature import sign_bundle
from evaltools.publish.candidate import Candidate, Gate, run_gates
from evaltools.publish.crate import write_crate
from evaltools.publish.gates import check_responsibility, standard_gates
from evaltools.publish.method_card import method_card
from evaltools.publish.tables import codebook_csv, indicator_csv, indicator_sheets, read_chapters
from evaltools.publish.workbook_writer import write_workbook
from evaltools.report.build import check_output_folder
from evaltools.report.report_store import read_record

Examination = Callable[[Path], Iterable[Problem]]
Registration = Callable[[str], None]
DECLARATIONS = ("evaluation.yml", "reports/findings.yml", "reports/waivers.yml",
                "reports/words.yml")  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    """A published bundle in its place.

    Arguments:
        folder: where it is.
        files: everything in it by path, sorted.
        digest: SHA-256 of its checklist, which stands for the whole bundle.
    """

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
        candidate: the report with its run and judgements.
        to: the folder to make; it must not be there yet.
        gates: what must be in order besides `own_gates()`, which always must.
        release: the sensitive tables that it publishes.
        examine: gives the problems of the folder with all that is to be published.
        register: is handed the bundle's digest just before the bundle stands in its place, so
            that nothing is published that is not on the register.
        key: signs the bundle, if given; see `provenance.signature`.

    Returns:
        The bundle. The same report and run give the same bytes wherever and whenever.

    Raises:
        ProblemError: everything that keeps it from being published; nothing is written then.
    """
    problems = [
        *check_output_folder(candidate.study, to),
        *run_gates(candidate, [*standard_gates(), *gates]),
    ]
    with tempfile.TemporaryDirectory(prefix="evaltools-publish-") as scratch:
        assembled = Path(scratch) / "bundle"
        if _can_be_assembled(candidate):
            assembled.mkdir()
            _fill_bundle(assembled, candidate, release)
            problems += examine(assembled) if examine else []
        refuse(problems)
        digest = write_checksums(assembled)
        if key is not None:
            sign_bundle(assembled, key)
        to.parent.mkdir(parents=True, exist_ok=True)
        building = to.with_name(f".{to.name}.building-{secrets.token_hex(4)}")
        try:
            with name_folder_in_errors(to.parent):
                shutil.copytree(assembled, building)
                for path in sorted(building.rglob("*")):
                    sync_to_disk(path)
                if register:
                    register(digest)
                building.rename(to)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return Bundle(to, tuple(sorted([*list_files(to), DIGESTS])), digest)


def assemble_bundle(
    folder: Path,
    candidate: Candidate,
    release: Release | None,
) -> str:
    """Write every file of a bundle but its signature into an empty folder.

    The same candidate gives the same bytes: this is what a bundle is held against when somebody
    verifies it.

    Returns:
        SHA-256 of its checklist.

    Raises:
        ProblemError: the study does not say who publishes.
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
    record = read_record(candidate.report)
    made = candidate.run.folder
    return (
        record is not None
        and all((candidate.report / name).is_file() for name in record["files"])
        and not candidate.run.manifest.find_damage(made)
    )


def _fill_bundle(folder: Path, candidate: Candidate, release: Release | None) -> None:
    record = read_record(candidate.report)
    assert record is not None  # the gate saw it
    names = _copy_report(folder, candidate, record)
    names |= _write_tables(folder, candidate)
    names |= _write_card(folder, candidate)
    names |= _write_findings(folder, candidate)
    if release is not None:  # for later releases to be held against
        path = write_release(folder, release)
        names[path.relative_to(folder).as_posix()] = "Sensitive tables as published"
    write_crate(folder, candidate, list_files(folder), names, record)


def _copy_report(folder: Path, candidate: Candidate, record: dict[str, Any]) -> dict[str, str]:
    """The report, the notebooks, the manifest and what the study declares."""
    names: dict[str, str] = {}
    for file in sorted(record["files"]):
        if (candidate.report / file).suffix in (".html", ".pdf", ".docx"):
            _copy_file(folder, f"report/{file}", candidate.report / file)
            names[f"report/{file}"] = f"The report, {file.rpartition('.')[2].upper()}"
    for path in candidate.run.notebooks:
        _copy_file(folder, f"notebooks/{path.name}", path)
        names[f"notebooks/{path.name}"] = f"Executed notebook {path.stem}"
    _copy_file(folder, "manifest.json", candidate.run.folder / "manifest.json")
    names["manifest.json"] = "Manifest of the run: inputs, code and outputs by content"
    for name in DECLARATIONS:
        source = candidate.study.root / name
        if source.is_file():
            _copy_file(folder, f"study/{source.name}", source)
            names[f"study/{source.name}"] = f"Declaration of the study, {name}"
    return names


def _write_tables(folder: Path, candidate: Candidate) -> dict[str, str]:
    language = candidate.parameters.language
    declared = candidate.study.declaration
    found = read_chapters(candidate.run)
    title = declared.title.in_language(language)
    publisher = declared.printed("publisher", language)
    names = {}
    for name, indicators, what in [
        ("tables/indicators.csv", candidate.run.indicators(), "All indicators"),
        *((f"tables/{item.name}.csv", item.indicators, item.title) for item in found),
    ]:
        _write_text(folder / name, indicator_csv(indicators))
        names[name] = what
    _copy_file(folder, "tables/indicators.json", candidate.run.folder / "indicators.json")
    sheets = indicator_sheets(found, title, candidate.notice, candidate.words)
    book = write_workbook(sheets, title, publisher, language)
    (folder / "tables/indicators.xlsx").write_bytes(book)
    _write_text(folder / "tables/codebook.csv", codebook_csv(candidate.tables["codes"]))
    return names | {
        "tables/indicators.json": "All indicators as records",
        "tables/indicators.xlsx": "All indicators, a sheet a chapter",
        "tables/codebook.csv": "Codebook",
    }


def _write_card(folder: Path, candidate: Candidate) -> dict[str, str]:
    target = candidate.study.report(candidate.parameters.language)
    prose = (candidate.study.root / target.source).parent
    card = method_card(
        candidate.study,
        candidate.parameters,
        candidate.run.key,
        candidate.run.indicators(),
        candidate.tables,
        candidate.judgements,
        sections_of(prose),
        included_pages(prose),
        candidate.notice,
    )
    _write_text(folder / "method-card.md", card.markdown())
    _write_text(folder / "method-card.html", card.html())
    return {"method-card.md": card.title, "method-card.html": card.title}


def _write_findings(folder: Path, candidate: Candidate) -> dict[str, str]:
    """What became of each finding, with its reason in three languages."""
    records = [
        {
            "id": item.finding.id,
            "asserted": item.finding.asserted,
            "text": {name: item.text(name) for name in LANGUAGES},
            "outcome": item.outcome,
            "reason": {name: item.reason.text(Words(name)) for name in LANGUAGES},
            "estimand": item.estimand,
            "indicators": sorted({number.key for number in item.numbers}),
            "accepted": _acceptance(item),
        }
        for item in sorted(candidate.judgements, key=lambda judgement: judgement.finding.id)
    ]
    content = {"notice": candidate.notice, "findings": records}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    _write_text(folder / "findings.json", text + "\n")
    return {"findings.json": "Findings and what became of them"}


def _acceptance(judgement: Judgement) -> dict[str, Any] | None:
    """Who lets the sentence be published with this outcome, and why."""
    accepted = judgement.finding.accepted if judgement.accepted else None
    return accepted.model_dump(mode="json") if accepted is not None else None


def _copy_file(folder: Path, name: str, source: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / name)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")

"""The bundle: one folder that stands whole or not at all, and that describes itself.

Its description follows RO-Crate 1.1 (doi:10.5281/zenodo.5146227) and the Process Run Crate profile
0.5. The same bundle gives the same bytes: no clock is read, no identifier is drawn, and order is
total.
"""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from evaltools.disclosure.recoverability import published_tables
from evaltools.disclosure.releases import Release, write_release
from evaltools.files import name_folder_in_errors, sync_to_disk
from evaltools.findings.checklists import included_pages, sections_of
from evaltools.findings.display import findings_record
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.pipeline.outputs import indicators_csv
from evaltools.problems import Problem, refuse
from evaltools.provenance.artifacts import BUNDLE as DIGESTS
from evaltools.provenance.artifacts import CRATE
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.signature import sign_bundle
from evaltools.publish.gates import Candidate, Gate, check_responsibility, run_gates, standard_gates
from evaltools.publish.method_card import method_card
from evaltools.report.build import check_output_folder, read_record
from evaltools.report.data_files import INDICATORS, SCHEMA, WORKBOOK, codebook_csv, read_chapters

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SHA256 = "https://w3id.org/ro/terms/workflow-run#sha256"

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yml": "application/yaml",
}

Entity = Any
"""An entity of the rocrate library, which has no types of its own."""


class _Crate:
    """The RO-Crate of a bundle while it is written."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.language: Language = candidate.parameters.language
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_terms.update({"sha256": SHA256})
        self.publisher: Entity = None

    def add(self, identifier: str, kind: str, **properties: Any) -> Entity:
        """Add something that is no file of the bundle."""
        entity = ContextEntity(self.crate, identifier, properties={"@type": kind})
        for name, value in properties.items():
            entity[name] = value
        return self.crate.add(entity)

    def add_file(self, path: Path, name: str, title: str) -> Entity:
        properties: dict[str, Any] = {
            "name": title,
            "encodingFormat": MEDIA_TYPES[path.suffix],
            "contentSize": str(path.stat().st_size),
            "sha256": hash_file(path),
        }
        if name.startswith(("report/", "method-card")):
            properties["inLanguage"] = self.candidate.language_of(path)
        return self.crate.add_file(path, dest_path=name, properties=properties)

    def add_action(
        self, name: str, title: str, tool: Entity, given: list[Entity], result: list[Entity]
    ) -> Entity:
        """Something that was done; when is not told, since nothing of it depends on a clock."""
        about = "Reproducible from its objects; no time is recorded, since none enters the result."
        status = "http://schema.org/CompletedActionStatus"
        action = self.crate.add_action(
            tool,
            identifier=name,
            object=given,
            result=result,
            properties={"name": title, "description": about, "actionStatus": status},
        )
        action["agent"] = self.publisher
        return action

    def add_software(self, record: Mapping[str, Any]) -> tuple[Entity, Entity]:
        """The programs: this one with its code and lock by content, and what rendered."""
        ingredients = self.candidate.run.manifest.ingredients
        name, digest = ingredients.lock
        lock = self.add("#lock", "CreativeWork", name=name, sha256=digest)
        python = self.add(
            "#software/python", "SoftwareApplication",
            name="Python", version=ingredients.python, url="https://www.python.org/",
        )  # fmt: skip
        own = self.add(
            "#software/evaltools", "SoftwareApplication",
            name="evaltools", version=version("evaltools"), softwareRequirements=[python, lock],
        )  # fmt: skip
        named, stood = map(str, record.get("engine", ["", ""]))
        return own, self.add("#software/engine", "SoftwareApplication", name=named, version=stood)

    def add_parameters(self) -> Iterator[Entity]:
        for name, value in self.candidate.parameters.as_values().items():
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield self.add(f"#parameter/{name}", "PropertyValue", name=name, value=text)

    def describe(self) -> None:
        """Say of the bundle as a whole what it is and who answers for it."""
        declared, words = self.candidate.study.declaration, self.candidate.words
        root, publication = self.crate.root_dataset, declared.publication
        assert publication is not None  # a gate saw it
        name, url = publication.licence.name, publication.licence.url
        licence = self.add(url, "CreativeWork", name=name, description=name, url=url)
        profile = self.add(
            PROFILE, "CreativeWork", name="Process Run Crate", version="0.5", url=PROFILE
        )
        tongue = self.add(
            f"#language/{self.language}",
            "Language",
            name=Words("en")(f"language.{self.language}").capitalize(),
            alternateName=self.language,
        )
        about = [words("publishing.crate.description"), self.candidate.notice]
        root["name"] = declared.whole_title(self.language)
        root["description"] = " ".join(text for text in about if text)
        root["datePublished"] = publication.published.isoformat()
        root["license"] = licence
        kinds = {"person": "Person", "organisation": "Organization"}
        authors = [
            self.add(item.url or f"#author/{number}", kinds[item.kind], name=item.name)
            for number, item in enumerate(publication.authors, 1)
        ]
        root["author"] = authors[0] if len(authors) == 1 else authors
        root["publisher"] = self.publisher
        root["inLanguage"] = tongue
        root["keywords"] = words("report.sheet.keywords_text")
        root["conformsTo"] = profile


def _write_crate(
    folder: Path, candidate: Candidate, names: Mapping[str, str], record: Mapping[str, Any]
) -> None:
    """Write the crate of a folder with all files but that and the checklist.

    `names` say what files are, by path; the record is that of the rendered report.
    """
    crate, run = _Crate(candidate), candidate.run
    entities = {
        name: crate.add_file(folder / name, name, names.get(name, name))
        for name in list_files(folder)
    }
    own, engine = crate.add_software(record)
    inputs = [
        crate.add(f"#input/{quote(path)}", "CreativeWork", name=path, sha256=digest)
        for path, digest in sorted(run.manifest.ingredients.files.items())
    ]
    values = list(crate.add_parameters())
    declared = candidate.study.declaration
    publisher = declared.printed("publisher", crate.language) or declared.name
    crate.publisher = crate.add("#publisher", "Organization", name=publisher)
    made = [one for name, one in entities.items() if name.startswith(("notebooks/", "tables/"))]
    rendered = [one for name, one in entities.items() if name.startswith("report/")]
    name = f"#run/{run.key[:16]}"
    computed = crate.add_action(name, "Execution of the notebooks", own, [*inputs, *values], made)
    name = f"#render/{str(record['key'])[:16]}"
    printed = crate.add_action(name, "Rendering of the report", engine, [*made, *values], rendered)
    crate.describe()
    crate.crate.root_dataset["mentions"] = [computed, printed]
    metadata = crate.crate.metadata.generate()
    text = json.dumps(metadata, indent=1, sort_keys=True, ensure_ascii=False)
    _write_text(folder / CRATE, text + "\n")


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
    _write_crate(folder, candidate, names, record)


_DATA = {
    INDICATORS: "All indicators, as the report leads to them",
    WORKBOOK: "All indicators, a sheet a chapter",
    SCHEMA: "Description of the indicator files (Frictionless data package)",
}


def _copy_report(folder: Path, candidate: Candidate, record: dict[str, Any]) -> dict[str, str]:
    """The report, the notebooks, the manifest and what the study declares."""
    names: dict[str, str] = {}
    for file in sorted(record["files"]):
        _copy_file(folder, f"report/{file}", candidate.report / file)
        kind = file.rpartition(".")[2].upper()
        names[f"report/{file}"] = _DATA.get(file) or f"{_what_it_is(candidate, file)}, {kind}"
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
            for item in read_chapters(candidate.run)
        ),
    ]:
        _write_text(folder / name, indicators_csv(indicators))
        names[name] = what
    _copy_file(folder, "tables/indicators.json", candidate.run.folder / "indicators.json")
    _write_text(folder / "tables/codebook.csv", codebook_csv(candidate.tables["codes"]))
    return names | {
        "tables/indicators.json": "All indicators as records",
        "tables/codebook.csv": "Codebook",
    }


def _write_card(folder: Path, candidate: Candidate) -> dict[str, str]:
    target = candidate.study.report(candidate.parameters.language)
    prose = (candidate.study.root / target.source).parent
    card = method_card(candidate, sections_of(prose), included_pages(prose))
    _write_text(folder / "method-card.md", card.markdown())
    _write_text(folder / "method-card.html", card.html())
    return {"method-card.md": card.title, "method-card.html": card.title}


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
    content = {"notice": candidate.notice, "findings": records}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    _write_text(folder / "findings.json", text + "\n")
    return {"findings.json": "Findings and what became of them"}


def _copy_file(folder: Path, name: str, source: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / name)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")

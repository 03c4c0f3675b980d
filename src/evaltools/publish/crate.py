"""The bundle as an RO-Crate: what is in it, who answers for it, and how it came about.

Follows RO-Crate 1.1 (doi:10.5281/zenodo.5146227) and the Process Run Crate profile 0.5. The same
bundle gives the same bytes: no clock is read, no identifier is drawn, and order is total.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.pipeline.run import Run
from evaltools.provenance.hashes import hash_file
from evaltools.publish.candidate import Candidate
from evaltools.study import Parameters

FILE_NAME = "ro-crate-metadata.json"
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


def write_crate(
    folder: Path,
    candidate: Candidate,
    files: Sequence[str],
    names: Mapping[str, str],
    record: Mapping[str, Any],
) -> None:
    """Write `ro-crate-metadata.json` into the folder of a bundle.

    Arguments:
        folder: with all files but the crate itself and the checklist.
        files: their paths in the folder, sorted.
        names: what they are, by path.
        record: of the rendered report.
    """
    study, parameters, run = candidate.study, candidate.parameters, candidate.run
    language: Language = parameters.language
    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms.update({"sha256": SHA256})
    entities = {
        name: _add_file(crate, folder / name, name, names.get(name, name), language)
        for name in files
    }
    software = _add_software(crate, run, record)
    inputs = [
        _add_context(crate, f"#input/{quote(path)}", "CreativeWork", name=path, sha256=digest)
        for path, digest in sorted(run.manifest.ingredients.files.items())
    ]
    values = _add_parameters(crate, parameters)
    made = [entities[name] for name in files if name.startswith(("notebooks/", "tables/"))]
    rendered = [entities[name] for name in files if name.startswith("report/")]
    publisher = _add_context(
        crate,
        "#publisher",
        "Organization",
        name=study.declaration.printed("publisher", language) or study.declaration.name,
    )
    computed = _add_action(
        crate,
        publisher,
        f"#run/{run.key[:16]}",
        "Execution of the notebooks",
        software["evaltools"],
        [*inputs, *values],
        made,
    )
    printed = _add_action(
        crate,
        publisher,
        f"#render/{str(record['key'])[:16]}",
        "Rendering of the report",
        software["engine"],
        [*made, *values],
        rendered,
    )
    _describe_bundle(crate, candidate, publisher)
    crate.root_dataset["mentions"] = [computed, printed]
    text = json.dumps(crate.metadata.generate(), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")


def _describe_bundle(crate: ROCrate, candidate: Candidate, publisher: Entity) -> None:
    declared, language = candidate.study.declaration, candidate.parameters.language
    words, root, publication = candidate.words, crate.root_dataset, declared.publication
    assert publication is not None  # a gate saw it
    title = declared.whole_title(language)
    licence = _add_context(
        crate,
        publication.licence.url,
        "CreativeWork",
        name=publication.licence.name,
        description=publication.licence.name,
        url=publication.licence.url,
    )
    profile = _add_context(
        crate, PROFILE, "CreativeWork", name="Process Run Crate", version="0.5", url=PROFILE
    )
    tongue = _add_context(
        crate,
        f"#language/{language}",
        "Language",
        name=Words("en")(f"language.{language}").capitalize(),
        alternateName=language,
    )
    about = [words("publishing.crate.description"), candidate.notice]
    root["name"] = title
    root["description"] = " ".join(text for text in about if text)
    root["datePublished"] = publication.published.isoformat()
    root["license"] = licence
    authors = [_add_author(crate, n, item) for n, item in enumerate(publication.authors, 1)]
    root["author"] = authors[0] if len(authors) == 1 else authors
    root["publisher"] = publisher
    root["inLanguage"] = tongue
    root["keywords"] = words("report.sheet.keywords_text")
    root["conformsTo"] = profile


def _add_author(crate: ROCrate, number: int, item: Any) -> Entity:
    kind = {"person": "Person", "organisation": "Organization"}[item.kind]
    return _add_context(crate, item.url or f"#author/{number}", kind, name=item.name)


def _add_file(crate: ROCrate, path: Path, name: str, title: str, language: Language) -> Entity:
    properties: dict[str, Any] = {
        "name": title,
        "encodingFormat": MEDIA_TYPES[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": hash_file(path),
    }
    if name.startswith(("report/", "method-card")):
        properties["inLanguage"] = language
    return crate.add_file(path, dest_path=name, properties=properties)


def _add_software(crate: ROCrate, run: Run, record: Mapping[str, Any]) -> dict[str, Entity]:
    """The programs: this one with its code and lock by content, and what rendered."""
    ingredients = run.manifest.ingredients
    lock = _add_context(
        crate, "#lock", "CreativeWork", name=ingredients.lock[0], sha256=ingredients.lock[1]
    )
    python = _add_context(
        crate, "#software/python", "SoftwareApplication",
        name="Python", version=ingredients.python, url="https://www.python.org/",
    )  # fmt: skip
    own = _add_context(
        crate, "#software/evaltools", "SoftwareApplication",
        name="evaltools", version=version("evaltools"), softwareRequirements=[python, lock],
    )  # fmt: skip
    named, stood = record.get("engine", ["", ""])
    engine = _add_context(
        crate, "#software/engine", "SoftwareApplication", name=str(named), version=str(stood)
    )
    return {"evaltools": own, "engine": engine}


def _add_parameters(crate: ROCrate, parameters: Parameters) -> list[Entity]:
    made = []
    for name, value in parameters.as_values().items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        made.append(
            _add_context(crate, f"#parameter/{name}", "PropertyValue", name=name, value=text)
        )
    return made


def _add_action(
    crate: ROCrate,
    agent: Entity,
    name: str,
    title: str,
    tool: Entity,
    given: Iterable[Entity],
    result: Iterable[Entity],
) -> Entity:  # fmt: skip
    """Something that was done; when is not told, since nothing of it depends on a clock."""
    about = "Reproducible from its objects; no time is recorded, since none enters the result."
    action = crate.add_action(
        tool,
        identifier=name,
        object=list(given),
        result=list(result),
        properties={
            "name": title,
            "description": about,
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
    )
    action["agent"] = agent
    return action


def _add_context(crate: ROCrate, identifier: str, kind: str, **properties: Any) -> Entity:
    entity = ContextEntity(crate, identifier, properties={"@type": kind})
    for name, value in properties.items():
        entity[name] = value
    return crate.add(entity)

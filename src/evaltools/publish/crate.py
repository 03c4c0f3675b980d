"""The description of a bundle for programs, after RO-Crate 1.1 (doi:10.5281/zenodo.5146227) and the
Process Run Crate profile 0.5: its files, what they were made from, and who answers for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.provenance.artifacts import CRATE, EDITIONS
from evaltools.provenance.hashes import hash_file
from evaltools.publish.gates import Candidate
from evaltools.report.build import read_record

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

    def add_parameters(self) -> dict[str, Entity]:
        return {
            name: self._add_parameter(f"#parameter/{name}", name, value)
            for name, value in self.candidate.parameters.as_values().items()
        }

    def add_language(self, language: Language) -> Entity:
        """The only parameter that another language of the bundle has a value of its own of."""
        return self._add_parameter(f"#parameter/language/{language}", "language", language)

    def _add_parameter(self, identifier: str, name: str, value: Any) -> Entity:
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return self.add(identifier, "PropertyValue", name=name, value=text)

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
        tongues = [
            self.add(
                f"#language/{each.language}",
                "Language",
                name=Words("en")(f"language.{each.language}").capitalize(),
                alternateName=each.language,
            )
            for each in self.candidate.editions
        ]
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
        root["inLanguage"] = tongues[0] if len(tongues) == 1 else tongues
        root["keywords"] = words("report.sheet.keywords_text")
        root["conformsTo"] = profile


def write_crate(
    folder: Path, files: Sequence[str], candidate: Candidate, names: Mapping[str, str]
) -> None:
    """Write the crate of a folder.

    Arguments:
        files: all that are in it but the crate and the checklist, by path.
        names: say what files are, by path.
    """
    crate, editions = _Crate(candidate), candidate.editions
    records = [read_record(each.report) or {} for each in editions]
    entities = {name: crate.add_file(folder / name, name, names.get(name, name)) for name in files}
    own, engine = crate.add_software(records[0])
    inputs = [
        crate.add(f"#input/{quote(path)}", "CreativeWork", name=path, sha256=digest)
        for path, digest in sorted(candidate.run.manifest.ingredients.files.items())
    ]
    values = crate.add_parameters()
    declared = candidate.study.declaration
    publisher = declared.printed("publisher", crate.language) or declared.name
    crate.publisher = crate.add("#publisher", "Organization", name=publisher)
    report = [name for name in entities if name.startswith("report/")]
    actions = []
    for each, record in zip(editions, records, strict=True):
        home = "" if each is candidate else f"{EDITIONS}/{each.language}/"
        computed = (f"{home}notebooks/", *(("tables/",) if each is candidate else ()))
        made = [one for name, one in entities.items() if name.startswith(computed)]
        shown = [name for name in report if candidate.edition_of(Path(name)) is each]
        told = f" in {Words('en')(f'language.{each.language}')}" if len(editions) > 1 else ""
        told_by = dict(values)
        if each is not candidate:
            told_by["language"] = crate.add_language(each.language)
        key, what = f"#run/{each.run.key[:16]}", f"Execution of the notebooks{told}"
        actions.append(crate.add_action(key, what, own, [*inputs, *told_by.values()], made))
        key, what = f"#render/{str(record['key'])[:16]}", f"Rendering of the report{told}"
        given, rendered = [*made, *told_by.values()], [entities[name] for name in shown]
        actions.append(crate.add_action(key, what, engine, given, rendered))
    crate.describe()
    crate.crate.root_dataset["mentions"] = actions
    metadata = crate.crate.metadata.generate()
    text = json.dumps(metadata, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / CRATE).write_text(text + "\n", encoding="utf-8", newline="\n")

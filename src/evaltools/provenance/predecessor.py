"""The published report that a study declares as its predecessor, read back and checked.

It is a bundle, or the record of one: what a later report is held against, in one sealed file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance import artifacts
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.integrity import check_folder
from evaltools.provenance.manifest import Ingredients, add_seal, is_seal_valid
from evaltools.study import FILE_NAME, Study
from evaltools.yaml_text import read_yaml

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator

FORMAT: Final = 1
PLACE: Final = f"{FILE_NAME}, predecessor"
_ALLOWED: Final = "a published bundle, or the record of one (releases/…-record.json)"
_MOST_FAULTS: Final = 5


@dataclass(frozen=True)
class Predecessor:
    """A published report, as the next one is held against it.

    Arguments:
        name: of its bundle.
        study: name of the study that published it.
        title: of the study, by language.
        published: the day, as ISO 8601; empty where it was not declared.
        questions: texts of the questions that it answered, by id and language.
        ingredients: inputs and parameters of its run; code and packages only of a bundle.
        indicators: all that have no dimensions, in their total order.
        findings: what was judged, by id.
        conclusions: what was concluded from them; None where that was not recorded.
    """

    name: str
    study: str
    title: Mapping[str, str]
    published: str
    questions: Mapping[str, Mapping[str, str]]
    ingredients: Ingredients
    indicators: tuple[Indicator, ...]
    findings: Mapping[str, artifacts.JudgedFinding]
    conclusions: tuple[artifacts.JudgedConclusion, ...] | None = None


def make_record(
    name: str,
    study: Study,
    ingredients: Ingredients,
    indicators: Iterable[Indicator],
    findings: Sequence[Mapping[str, Any]],
    conclusions: Sequence[Mapping[str, Any]],
) -> str:
    """The record of a published report, as JSON text with its seal.

    Arguments:
        name: of the bundle.
        indicators: of the run; those with dimensions are left out.
        findings, conclusions: of `findings_record` and `conclusions_record`.
    """
    from evaltools.indicators.indicator import to_record  # loads pandas, and not to find a folder

    declared = study.declaration
    content = {
        "format": FORMAT,
        "name": name,
        "study": declared.name,
        "title": _texts(declared.title.model_dump()),
        "published": declared.publication.published.isoformat() if declared.publication else "",
        "questions": {
            part.id: _texts(part.text.model_dump())
            for main in declared.questions
            for part in main.parts
        },
        "files": dict(ingredients.files),
        "parameters": dict(ingredients.parameters),
        "indicators": [to_record(item) for item in indicators if not item.dimensions],
        "findings": list(findings),
        "conclusions": list(conclusions),
    }
    return json.dumps(add_seal(content), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def hash_predecessor(study: Study) -> dict[str, str]:
    """SHA-256 of the file that stands for the predecessor, by path; empty where none is declared.

    Raises:
        ProblemError: nothing is there, it leads out of the study, or is not what was declared.
    """
    declared = study.declaration.predecessor
    if declared is None:
        return {}
    path = _locate(study, declared.path)
    file = path / artifacts.BUNDLE if path.is_dir() else path
    found = hash_file(file)
    if declared.sha256 not in (None, found):
        what = f"{declared.path} has the SHA-256 {found}, and {declared.sha256} is declared"
        remedy = "Restore what was published, or declare what is there."
        raise _error(what, remedy)
    return {file.relative_to(study.root.resolve()).as_posix(): found}


def read_predecessor(study: Study) -> Predecessor | None:
    """The predecessor that a study declares, if it does, checked against its own hashes.

    Raises:
        ProblemError: it is not there, altered, or nothing that was published.
    """
    declared = study.declaration.predecessor
    if declared is None:
        return None
    hash_predecessor(study)
    path = _locate(study, declared.path)
    return _read_bundle(path) if path.is_dir() else _read_record(path, declared.path)


def _locate(study: Study, declared: str) -> Path:
    """The bundle or record at a path of the study; no link may lead out of it."""
    root = study.root.resolve()
    path = (root / declared).resolve()
    if not path.is_relative_to(root) or path == root:
        raise _error(f"{declared} leads out of the study's folder")
    if path.is_relative_to(study.build.resolve()):
        what = f"{declared} is what was built, and is cleared"
        raise _error(what, "Publish it (evaltools publish) and name what it left.")
    if not (path / artifacts.BUNDLE if path.is_dir() else path).is_file():
        raise _error(f"{declared} is {'no bundle' if path.exists() else 'not there'}")
    return path


def _read_record(path: Path, shown: str) -> Predecessor:
    from evaltools.indicators.indicator import from_record  # loads pandas, as above

    try:
        if path.stat().st_size > artifacts.LARGEST_LIST:
            raise ValueError("it is too large")
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("it is of another version of evaltools")
        if not is_seal_valid(content):
            raise ValueError("it was altered after it was written")
        found = (from_record(record) for record in content["indicators"])
        return Predecessor(
            name=str(content["name"]),
            study=str(content["study"]),
            title=_texts(content["title"]),
            published=str(content["published"]),
            questions={str(key): _texts(text) for key, text in content["questions"].items()},
            ingredients=Ingredients(
                _texts(content["files"]), dict(content["parameters"]), {}, {}, ("", ""), ""
            ),
            indicators=tuple(sorted(found, key=lambda item: item.identity)),
            findings=artifacts.findings_from(content["findings"]),
            conclusions=artifacts.conclusions_from(content),
        )
    except KeyError as error:
        raise _error(f"{shown} is no record of a published report: it has no {error}") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _error(f"{shown} cannot be read: {error}") from None


def _read_bundle(folder: Path) -> Predecessor:
    checked = check_folder(folder)
    if checked.kind != "bundle":
        raise _error(f"{folder.name} is a {checked.kind}")
    remedy = "Restore the bundle as it was published."
    refuse(
        Problem(f"{PLACE}, {folder.name}", str(fault), "", remedy, "predecessor")
        for fault in checked.faults[:_MOST_FAULTS]
    )
    artifact = artifacts.read_artifact(folder)
    content, _ = read_yaml(folder / "study" / FILE_NAME, f"{folder.name}/study/{FILE_NAME}")
    mains = [main for main in _list(content.get("questions")) if isinstance(main, dict)]
    parts = [part for main in mains for part in _list(main.get("parts")) if isinstance(part, dict)]
    publication = content.get("publication")
    published = publication.get("published") if isinstance(publication, dict) else ""
    return Predecessor(
        name=folder.name,
        study=str(content.get("name", "")),
        title=_texts(content.get("title")),
        published=str(published or ""),
        questions={str(part.get("id")): _texts(part.get("text")) for part in parts},
        ingredients=artifact.ingredients,
        indicators=tuple(item for item in artifact.indicators if not item.dimensions),
        findings=artifact.findings or {},
        conclusions=artifact.conclusions,
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    """Words by language, or hashes by file, whatever stands there."""
    items = value.items() if isinstance(value, dict) else ()
    return {str(name): str(text) for name, text in items if text}


def _error(what: str, remedy: str = "") -> ProblemError:
    return ProblemError([Problem(PLACE, what, _ALLOWED, remedy, "predecessor")])

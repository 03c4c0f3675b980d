"""Publishing: every gate wired to the study, the bundle, and the register of releases.

`releases/releases.yml` lists every release with its day, parameters and hashes, wherever the
bundles went; beside it stand the tables of each as its readers see them, which later releases are
held against. The register belongs to the study and to its version control. No bundle depends on it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from evaltools.disclosure.persons import KnownNames
from evaltools.disclosure.quotes import check_redactions
from evaltools.disclosure.releases import (
    Release,
    check_differencing,
    check_indicators,
    read_release,
    release_from,
    release_text,
)
from evaltools.disclosure.scan import ScanContext, cited_words, scan_outputs, withheld_counts
from evaltools.disclosure.single_projects import SingleProjects
from evaltools.files import replace_file
from evaltools.findings.display import findings_record
from evaltools.findings.judgement import problems_for_publishing
from evaltools.findings.matrix import matrix_problems
from evaltools.indicators.disclosure.rules import Rules
from evaltools.lint.run import doubted_findings, lint
from evaltools.lint.signatures import unsigned_sentences
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.artifacts import CRATE, JudgedFinding, findings_from, read_artifact
from evaltools.provenance.finding_changes import FindingPair, pair_findings
from evaltools.provenance.predecessor import make_record
from evaltools.provenance.signature import key_problems
from evaltools.publish.bundle import Bundle, find_obstacles, make_release, write_bundle
from evaltools.publish.gates import Candidate, Gate, check_release_note, make_candidate
from evaltools.publish.verify import verify
from evaltools.report.build import build_report, check_output_folder
from evaltools.report.languages import in_every_language
from evaltools.study import Parameters, Study

FOLDER = "releases"
FILE_NAME = f"{FOLDER}/releases.yml"
LARGEST = 20_000_000
_FIELDS = ("name", "published", "language", "parameters", "run", "bundle", "tables", "sha256")
_HEAD = (
    "# What this study has published, written by `evaltools publish`; "
    "keep it under version control.\n"
)


@dataclass(frozen=True)
class PreviousReleases:
    """The releases that a study registered, in the order in which they were published.

    Without a register a first release cannot be told from one whose predecessors are unknown.
    """

    releases: tuple[Release, ...] = ()
    registered: bool = False

    def note(self) -> str:
        """What is said about them when the next one is published."""
        if not self.registered:
            return (
                f"No earlier release is known: there is no {FILE_NAME}. If there was one, what the "
                "two tell together is not checked; name its folder with --published."
            )
        names = ", ".join(one.name for one in self.releases) or "none"
        return f"Earlier releases that this one is held against: {names}"


@dataclass(frozen=True)
class ReleaseRegister:
    """The register of the study in a folder."""

    root: Path

    def read(self) -> PreviousReleases:
        """Every release with its tables.

        Raises ProblemError with all that is missing, changed or unreadable.
        """
        entries = self._entries()
        if entries is None:
            return PreviousReleases()
        problems: list[Problem] = []
        found: list[Release] = []
        for entry in entries:
            try:
                found.append(self._release(entry))
            except ProblemError as error:
                problems += error.problems
        refuse(sorted(set(problems)))
        return PreviousReleases(tuple(found), True)

    def add(
        self,
        name: str,
        release: Release,
        study: Study,
        parameters: Parameters,
        run: str,
        bundle: str,
        findings: Sequence[Mapping[str, Any]] = (),
        record: str = "",
    ) -> None:
        """Put a release on the register, the tables first; the same bundle is put there once.

        `bundle` is the SHA-256 of its checklist; the study declares the day, no clock is read.
        `findings` are those of `findings_record`, for later releases to be told apart from it;
        `record` is what the next report can declare as its predecessor.
        """
        entries = self._entries() or []
        if any(entry["bundle"] == bundle for entry in entries):
            return
        text = release_text(release).encode()
        tables = f"{FOLDER}/{bundle[:16]}.json"
        publication = study.declaration.publication
        together = study.declaration.published_with(parameters.language)
        said = json.dumps(list(findings), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        judged = f"{FOLDER}/{bundle[:16]}-findings.json"
        entries.append(
            {
                "name": name,
                "published": publication.published.isoformat() if publication else "",
                "language": parameters.language,
                **({"languages": [*together]} if len(together) > 1 else {}),
                "parameters": parameters.as_values(),
                "run": run,
                "bundle": bundle,
                "tables": tables,
                "sha256": hashlib.sha256(text).hexdigest(),
                "findings": judged,
                "findings_sha256": hashlib.sha256(said.encode()).hexdigest(),
            }
        )
        (self.root / FOLDER).mkdir(exist_ok=True)
        replace_file(self.root / tables, text)
        replace_file(self.root / judged, said.encode())
        if record:
            replace_file(self.root / record_path(bundle), record.encode())
        listed = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=100)
        replace_file(self.root / FILE_NAME, (_HEAD + listed).encode())

    def last_findings(self) -> tuple[str, Mapping[str, JudgedFinding] | None] | None:
        """Name and findings of the latest release; None where none is known, or it has none.

        Releases that an earlier version registered have no findings.

        Raises ProblemError where they are missing, changed or unreadable.
        """
        entries = self._entries()
        if not entries or "findings" not in entries[-1]:
            return None
        entry = entries[-1]
        where, file = f"{FILE_NAME}, release {entry['name']}", entry["findings"]
        try:
            content = _read_register(self.root / file)
        except (OSError, ValueError):
            raise _error(where, f"its findings, {file}, are missing") from None
        if hashlib.sha256(content).hexdigest() != entry.get("findings_sha256"):
            raise _error(where, f"its findings, {file}, are not those that it published")
        try:
            return entry["name"], findings_from(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise _error(where, f"its findings, {file}, cannot be read") from None

    def _entries(self) -> list[dict[str, Any]] | None:
        path = self.root / FILE_NAME
        if not path.exists():
            if any((self.root / FOLDER).glob("*.json")):
                raise _error(FILE_NAME, "is missing, though there are tables of releases")
            return None
        try:
            entries = yaml.safe_load(_read_register(path).decode("utf-8"))
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            raise _error(FILE_NAME, "cannot be read") from None
        refuse(_entry_problems(entries))
        return list(entries or [])

    def _release(self, entry: dict[str, Any]) -> Release:
        where = f"{FILE_NAME}, release {entry['name']}"
        try:
            content = _read_register(self.root / entry["tables"])
        except (OSError, ValueError):
            raise _error(where, f"its tables, {entry['tables']}, are missing") from None
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise _error(where, f"its tables, {entry['tables']}, are not those that it published")
        try:
            return replace(release_from(json.loads(content)), name=entry["name"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _error(where, f"its tables, {entry['tables']}, cannot be read") from None


def record_path(bundle: str) -> str:
    """Where the record of a published bundle is, below the study, by the SHA-256 of the bundle."""
    return f"{FOLDER}/{bundle[:16]}-record.json"


def drop_repeated_releases(
    registered: Sequence[Release], bundles: Sequence[Release]
) -> tuple[Release, ...]:
    """Registered releases and those of bundles that are named besides, each once."""
    known = {release_text(one) for one in registered}
    return (*registered, *(one for one in bundles if release_text(one) not in known))


def find_previous_bundles(folder: Path) -> tuple[Path, ...]:
    """The bundles in a folder, sorted by name; none where there is no such folder."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if (path / CRATE).is_file()))


def _entry_problems(entries: object) -> Iterator[Problem]:
    if entries is None:
        return
    if not isinstance(entries, list):
        yield _problem(FILE_NAME, "is no list of releases")
        return
    for number, entry in enumerate(entries, 1):
        where = f"{FILE_NAME}, release {number}"
        if not isinstance(entry, dict) or not set(_FIELDS) <= set(entry):
            yield _problem(where, f"lacks one of {', '.join(_FIELDS)}")
            continue
        wrong = [
            name for name in _FIELDS if name != "parameters" and not isinstance(entry[name], str)
        ]
        if wrong:
            yield _problem(where, f"{', '.join(wrong)} should be text")
        elif Path(entry["tables"]).parent.as_posix() != FOLDER:
            yield _problem(where, f"names tables outside of {FOLDER}/")
        elif "findings" in entry and not (
            isinstance(entry["findings"], str)
            and Path(entry["findings"]).parent.as_posix() == FOLDER
        ):
            yield _problem(where, f"names findings outside of {FOLDER}/")


def _read_register(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise ValueError("no file, or too large")
    return path.read_bytes()


def _problem(where: str, what: str) -> Problem:
    remedy = f"Restore {FOLDER}/ from version control; each bundle has its tables as well."
    return Problem(where, what, "", remedy, "publish.register")


def _error(where: str, what: str) -> ProblemError:
    return ProblemError([_problem(where, what)])


Say = Callable[[str], None]

LIMITS = (
    "Searched for names, identity codes, dates of birth, e-mail and postal addresses, profiles, "
    "telephone, account and payment card numbers, number plates, keys, folders, and marks and "
    "claims of single projects. A name that is on no list, stands alone and has no title before "
    "it cannot be found, nor can words in a bitmap: somebody must read what is published."
)
"""What publishing says of its search."""


def publish_report(
    study: Study,
    parameters: Parameters,
    to: Path,
    published: Path | None = None,
    say: Say = print,
    key: Path | None = None,
) -> Bundle:
    """Publish the report under some parameters, if nothing stands against it.

    Arguments:
        to: the bundle's folder; must not be there yet.
        published: folder of bundles that were published before the study had a register, or
            elsewhere. What the register lists is held against this release in any case.
        key: signs the bundle; none by default.

    Raises:
        ProblemError: everything that stands against it, of all gates at once.
    """
    refuse([*check_output_folder(study, to), *(key_problems(key) if key is not None else ())])
    preparation = _prepare(study, parameters, published, say)
    candidate, release = preparation.candidate, preparation.release
    say("Checking what stands against publishing")
    run, findings = candidate.run, findings_record(candidate.judgements)
    record = make_record(to.name, study, run.manifest.ingredients, run.indicators(), findings)
    bundle = write_bundle(
        candidate, to, preparation.gates, release,
        examine=_make_output_search(candidate),
        register=lambda digest: preparation.register.add(
            to.name, release, study, parameters, run.key, digest, findings, record
        ),
        key=key,
    )  # fmt: skip
    say(f"{FILE_NAME} lists it: keep that file under version control")
    say(f"The next report can declare it: predecessor: {{path: {record_path(bundle.digest)}}}")
    say(LIMITS)
    return bundle


@dataclass(frozen=True)
class PublicationCheck:
    """Whether a report could be published as it stands.

    Arguments:
        problems: everything that stands against it; none if it could.
        earlier: name of the release that its findings are held against; empty without one.
        findings: every finding, then and now.
    """

    problems: tuple[Problem, ...]
    earlier: str
    findings: tuple[FindingPair, ...]


def check_publication(
    study: Study, parameters: Parameters, published: Path | None = None, say: Say = print
) -> PublicationCheck:
    """Pass a report through every gate without publishing it, and hold it against the last one.

    The last release is the latest on the register; where that records no findings, or there is no
    register, the last bundle of `published` by name. Nothing is rendered where a report is current.

    Raises:
        ProblemError: there is no report to check, since it cannot be built, or the register
            cannot be read.
    """
    preparation = _prepare(study, parameters, published, say)
    candidate = preparation.candidate
    with tempfile.TemporaryDirectory(prefix="evaltools-check-") as scratch:
        assembled = Path(scratch) / "bundle"
        examine = _make_output_search(candidate)
        problems = find_obstacles(
            candidate, preparation.gates, assembled, preparation.release, examine
        )
    now = findings_from(findings_record(candidate.judgements))
    name, then = preparation.register.last_findings() or ("", None)
    bundles = find_previous_bundles(published) if published else ()
    if then is None and bundles:
        name, then = bundles[-1].name, read_artifact(bundles[-1]).findings
    if then is None:
        return PublicationCheck(tuple(problems), "", pair_findings({}, now))
    return PublicationCheck(tuple(problems), name, pair_findings(then, now))


@dataclass(frozen=True)
class _Preparation:
    """A report that was built, and all that it is checked by."""

    candidate: Candidate
    release: Release
    gates: tuple[Gate, ...]
    register: ReleaseRegister


def _prepare(
    study: Study, parameters: Parameters, published: Path | None, say: Say
) -> _Preparation:
    together = study.declaration.published_with(parameters.language)
    chosen = in_every_language(study, parameters, together)
    for each in chosen:
        build_report(study, each, say=say)
    candidate = make_candidate(study, chosen)
    register = ReleaseRegister(study.root)
    known = register.read()
    say(known.note())
    bundles = [read_release(path) for path in find_previous_bundles(published)] if published else []
    earlier = drop_repeated_releases(known.releases, bundles)
    release = make_release(candidate)

    def check_disclosure(edition: Candidate) -> list[Problem]:
        # Numbers, withheld ones too, are the same in all languages: see `check_editions`.
        return _check_disclosure(edition, release, earlier) if edition is candidate else []

    gates = (
        Gate("findings", lambda edition: problems_for_publishing(edition.judgements)),
        Gate("coder rules", check_release_note),
        Gate("matrix", _check_evaluation_matrix),
        Gate("lint", lambda edition: lint(study.root, [edition.language])),
        Gate("agreement", _check_agreement),
        Gate("signatures", check_signatures),
        Gate("disclosure", check_disclosure),
        Gate("verification", _check_verification),
    )
    return _Preparation(candidate, release, gates, register)


def _check_evaluation_matrix(candidate: Candidate) -> list[Problem]:
    codes = set(candidate.tables["codes"]["code_id"])
    indicators, tables = candidate.run.indicators(), set(candidate.tables)
    return matrix_problems(candidate.study, indicators, candidate.judgements, codes, tables)


def _check_agreement(candidate: Candidate) -> list[Problem]:
    root, language = candidate.study.root, candidate.language
    return doubted_findings(root, language, candidate.judgements, candidate.run.indicators())


def check_signatures(candidate: Candidate) -> list[Problem]:
    """What stands among the results, is no finding, and is signed by nobody as it stands."""
    return unsigned_sentences(candidate.study.root, candidate.language)


def _check_disclosure(
    candidate: Candidate, release: Release, earlier: tuple[Release, ...]
) -> list[Problem]:
    declared, parameters = candidate.study.declaration.disclosure, candidate.parameters
    return [
        *check_indicators(candidate.run.indicators(), parameters, declared),
        *check_redactions(candidate.tables),
        *check_differencing(earlier, release, Rules.declared(declared, parameters.minimum_cell)),
    ]


def _make_output_search(candidate: Candidate) -> Callable[[Path], list[Problem]]:
    """The search of everything that is to be published."""
    study, tables = candidate.study, candidate.tables
    declared = study.declaration
    authors = declared.publication.authors if declared.publication else ()
    sought = ScanContext(
        KnownNames.of(tables),
        withheld_counts(candidate.evidence),
        frozenset(author.name for author in authors) | frozenset(declared.disclosure.allowed),
        cited_words(study.root / "reports"),
        SingleProjects.of(tables, candidate.run.indicators()),
        (str(study.root.resolve()),),
    )

    def search(folder: Path) -> list[Problem]:
        found = scan_outputs(folder, sought)
        return [replace(problem, where=f"outputs: {problem.where}") for problem in found]

    return search


def _check_verification(candidate: Candidate) -> list[Problem]:
    found = verify(candidate.report.resolve())
    return [Problem(found.name, str(fault), code="publish.verification") for fault in found.faults]

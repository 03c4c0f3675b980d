"""Publishing: every gate wired to the study, the bundle, and the register of releases."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from evaltools.disclosure.persons import KnownNames
from evaltools.disclosure.quotes import check_redactions
from evaltools.disclosure.releases import (
    Release,
    check_differencing,
    check_indicators,
    read_release,
)
from evaltools.disclosure.scan import ScanContext, cited_words, scan_outputs, withheld_counts
from evaltools.disclosure.single_projects import SingleProjects
from evaltools.findings.conclusion_pages import conclusions_record
from evaltools.findings.conclusions import load_conclusions
from evaltools.findings.display import findings_record
from evaltools.findings.judgement import problems_for_publishing
from evaltools.findings.matrix import matrix_problems
from evaltools.indicators.disclosure.rules import Rules
from evaltools.lint.run import doubted_findings, lint
from evaltools.lint.signatures import unsigned_sentences
from evaltools.problems import Problem, refuse
from evaltools.provenance.artifacts import findings_from, read_artifact
from evaltools.provenance.finding_changes import FindingPair, pair_findings
from evaltools.provenance.predecessor import make_record
from evaltools.provenance.signature import key_problems
from evaltools.publish.bundle import Bundle, find_obstacles, make_release, write_bundle
from evaltools.publish.gates import Candidate, Gate, check_release_note, make_candidate
from evaltools.publish.register import (
    FILE_NAME,
    ReleaseRegister,
    drop_repeated_releases,
    find_previous_bundles,
    record_path,
)
from evaltools.publish.verify import verify
from evaltools.report.build import build_report, check_output_folder
from evaltools.report.languages import in_every_language
from evaltools.study import Parameters, Study

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
    concluded = conclusions_record(load_conclusions(study), candidate.judgements)
    record = make_record(
        to.name, study, run.manifest.ingredients, run.indicators(), findings, concluded
    )
    bundle = write_bundle(
        candidate, to, preparation.gates, release,
        examine=_make_output_search(candidate),
        register=lambda digest: preparation.register.add(
            replace(release, name=to.name), study, parameters, run.key, digest, findings, record
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
        *check_differencing(
            earlier,
            release,
            Rules.declared(declared, parameters.minimum_cell),
            declared.corrections,
        ),
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

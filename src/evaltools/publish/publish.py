"""Publishing: every gate wired to the study, then the bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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
from evaltools.findings.judgement import problems_for_publishing
from evaltools.findings.matrix import matrix_problems
from evaltools.indicators.disclosure.rules import Rules
from evaltools.lint import doubted_findings, lint
from evaltools.problems import Problem, refuse
from evaltools.provenance.signature import key_problems
from evaltools.publish.bundle import Bundle, make_release, write_bundle
from evaltools.publish.candidate import Candidate, Gate
from evaltools.publish.gates import check_release_note
from evaltools.publish.release_register import FILE_NAME as REGISTER
from evaltools.publish.release_register import (
    ReleaseRegister,
    drop_repeated_releases,
    find_previous_bundles,
)
from evaltools.publish.verify import verify
from evaltools.report.build import build_report, check_output_folder, current_report
from evaltools.report.material import judge_run
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
    build_report(study, parameters, say=say)
    folder, run = current_report(study, parameters)
    judgements = judge_run(study, run)
    register = ReleaseRegister(study.root)
    known = register.read()
    say(known.note())
    bundles = [read_release(path) for path in find_previous_bundles(published)] if published else []
    earlier = drop_repeated_releases(known.releases, bundles)
    candidate = Candidate(study, parameters, folder, run, tuple(judgements))
    release = make_release(candidate)
    gates = [
        Gate("findings", lambda _: problems_for_publishing(judgements)),
        Gate("coder rules", check_release_note),
        Gate("matrix", _check_evaluation_matrix),
        Gate("lint", lambda _: lint(study.root, [parameters.language])),
        Gate("agreement", _check_agreement),
        Gate("disclosure", lambda _: _check_disclosure(candidate, release, earlier)),
        Gate("verification", _check_verification),
    ]
    say("Checking what stands against publishing")
    bundle = write_bundle(
        candidate, to, gates, release,
        examine=_make_output_search(candidate),
        register=lambda digest: register.add(to.name, release, study, parameters, run.key, digest),
        key=key,
    )  # fmt: skip
    say(f"{REGISTER} lists it: keep that file under version control")
    say(LIMITS)
    return bundle


def _check_evaluation_matrix(candidate: Candidate) -> list[Problem]:
    codes = set(candidate.tables["codes"]["code_id"])
    indicators, tables = candidate.run.indicators(), set(candidate.tables)
    return matrix_problems(candidate.study, indicators, candidate.judgements, codes, tables)


def _check_agreement(candidate: Candidate) -> list[Problem]:
    findings = [judgement.finding for judgement in candidate.judgements]
    root, language = candidate.study.root, candidate.parameters.language
    return doubted_findings(root, language, findings, candidate.run.indicators())


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

"""Publishing: every gate wired to the study, then the bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.build import build_report, current_report, judgements_of
from evaltools.findings.disclosure.releases import read_release
from evaltools.problems import Problem, refuse
from evaltools.provenance.signature import key_problems
from evaltools.publishing import (
    Bundle,
    Candidate,
    Gate,
    ReleaseRegister,
    earlier_bundles,
    publish,
)
from evaltools.publishing.bundle import place_problems, release_of
from evaltools.publishing.release_register import FILE_NAME as REGISTER
from evaltools.publishing.release_register import without_twins

if TYPE_CHECKING:
    from evaltools.execute import Run
    from evaltools.findings.disclosure import Release
    from evaltools.findings.judgement import Judgement
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
    refuse([*place_problems(study, to), *(key_problems(key) if key is not None else ())])
    build_report(study, parameters, say=say)
    folder, run = current_report(study, parameters)
    judgements = judgements_of(study, run)
    register = ReleaseRegister(study.root)
    known = register.read()
    say(known.note())
    bundles = [read_release(path) for path in earlier_bundles(published)] if published else []
    earlier = without_twins(known.releases, bundles)
    release = release_of(Candidate(study, parameters, folder, run))
    gates = [
        Gate("findings", lambda _: _findings(judgements)),
        Gate("coder rules", lambda candidate: _coder_rules(candidate, judgements)),
        Gate("matrix", lambda candidate: _matrix(candidate, judgements)),
        Gate("lint", _lint),
        Gate("agreement", lambda candidate: _agreement(candidate, judgements)),
        Gate("disclosure", lambda candidate: _disclosure(candidate, release, earlier)),
        Gate("verification", _verification),
    ]
    say("Checking what stands against publishing")
    bundle = publish(
        study, parameters, folder, run, to, gates, judgements, release,
        examine=_outputs(study, parameters, run),
        register=lambda digest: register.add(to.name, release, study, parameters, run.key, digest),
        key=key,
    )  # fmt: skip
    say(f"{REGISTER} lists it: keep that file under version control")
    say(LIMITS)
    return bundle


def _findings(judgements: Iterable[Judgement]) -> list[Problem]:
    from evaltools.findings.judgement import problems_for_publishing

    return problems_for_publishing(judgements)


def _coder_rules(candidate: Candidate, judgements: Iterable[Judgement]) -> list[Problem]:
    from evaltools.publishing.gates import without_note

    return without_note(candidate, judgements)


def _matrix(candidate: Candidate, judgements: tuple[Judgement, ...]) -> list[Problem]:
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.findings.matrix import matrix_problems

    study = candidate.study
    tables = read_tables(study.data, load_descriptor(study.data))
    codes = set(tables["codes"]["code_id"])
    return matrix_problems(study, candidate.run.indicators(), judgements, codes, set(tables))


def _lint(candidate: Candidate) -> list[Problem]:
    from evaltools.findings.lint import lint

    return lint(candidate.study.root, [candidate.parameters.language])


def _agreement(candidate: Candidate, judgements: Iterable[Judgement]) -> list[Problem]:
    from evaltools.findings.lint import doubted_findings

    findings = [judgement.finding for judgement in judgements]
    root, language = candidate.study.root, candidate.parameters.language
    return doubted_findings(root, language, findings, candidate.run.indicators())


def _disclosure(
    candidate: Candidate, release: Release, earlier: tuple[Release, ...]
) -> list[Problem]:
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.findings.disclosure import (
        Rules,
        check_indicators,
        check_redactions,
        differencing,
    )

    study, parameters = candidate.study, candidate.parameters
    tables = read_tables(study.data, load_descriptor(study.data))
    declared = study.declaration.disclosure
    rules = Rules.declared(declared, parameters.minimum_cell)
    return [
        *check_indicators(candidate.run.indicators(), parameters, declared),
        *check_redactions(tables),
        *differencing(earlier, release, rules),
    ]


def _outputs(study: Study, parameters: Parameters, run: Run) -> Callable[[Path], list[Problem]]:
    """The search of everything that is to be published."""
    from evaltools.evidence import Evidence, load_descriptor, read_tables
    from evaltools.findings.disclosure import Known, Sought, scan_outputs, secrets_of
    from evaltools.findings.disclosure.citations import cited_words
    from evaltools.findings.disclosure.single_projects import SingleProjects

    tables = read_tables(study.data, load_descriptor(study.data))
    evidence = Evidence.select(study, tables, parameters)
    declared = study.declaration
    authors = declared.publication.authors if declared.publication else ()
    sought = Sought(
        Known.of(tables),
        secrets_of(evidence),
        frozenset(author.name for author in authors) | frozenset(declared.disclosure.allowed),
        cited_words(study.root / "reports"),
        SingleProjects.of(tables, run.indicators()),
        (str(study.root.resolve()),),
    )

    def search(folder: Path) -> list[Problem]:
        found = scan_outputs(folder, sought)
        return [replace(problem, where=f"outputs: {problem.where}") for problem in found]

    return search


def _verification(candidate: Candidate) -> list[Problem]:
    from evaltools.publishing.verify import verify

    found = verify(candidate.report.resolve())
    return [Problem(found.name, str(fault), code="publish.verification") for fault in found.faults]

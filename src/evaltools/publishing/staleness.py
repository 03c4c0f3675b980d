"""Whether run and report are those of the data, parameters, code, packages and sources of now."""

from __future__ import annotations

from collections.abc import Iterator

from evaltools.execute.run import current_run, why_not_current
from evaltools.problems import Problem
from evaltools.provenance.hashes import hash_file
from evaltools.publishing.gates import Candidate
from evaltools.report import engines
from evaltools.report.report_store import read_record, render_key

REMEDY = "Run evaltools build."


def staleness_problems(candidate: Candidate) -> list[Problem]:
    """What is not of now, or not as it was made, each with what changed."""
    return [*_run_problems(candidate), *_report_problems(candidate)]


def _run_problems(candidate: Candidate) -> Iterator[Problem]:
    run = candidate.run
    for name in run.manifest.damaged(run.folder):
        yield _stale(f"run {run.key[:16]}", f"{name} is missing or was changed after the run")
    current = current_run(candidate.study, candidate.parameters)
    if current is None:
        reason = why_not_current(candidate.study, candidate.parameters)
        yield _stale("the run", f"is stale: {reason}")
    elif current.key != run.key:
        what = f"run {run.key[:16]} is not the one of the data and code of now"
        yield _stale("the run", f"{what}, {current.key[:16]}")


def _report_problems(candidate: Candidate) -> Iterator[Problem]:
    where = "the report"
    record = read_record(candidate.report)
    if record is None:
        yield _stale(where, "there is no rendered report in the folder")
        return
    if record.get("run") != candidate.run.key:
        made = str(record.get("run", ""))[:16]
        yield _stale(where, f"was made from run {made}, not from {candidate.run.key[:16]}")
    if record.get("parameters") != candidate.parameters.as_values():
        yield _stale(where, "was made under other parameters")
    named, stood = record.get("engine", ["embedded", ""])
    engine = engines.choose("quarto" if named == "quarto" else "embedded")
    if engine.version != stood:
        yield _stale(where, f"was rendered with {stood}; now there is {engine.version}")
    sources = candidate.study.root / "reports"
    language = candidate.parameters.language
    as_then = engines.Engine(engine.name, stood, engine.program, engine.epoch)
    if record["key"] != render_key(candidate.run.key, sources, as_then, language):
        yield _stale(where, "its sources or the code that renders changed since it was rendered")
    for name, digest in sorted(record["outputs"].items()):
        path = candidate.report / name
        if not path.is_file() or hash_file(path) != digest:
            yield _stale(where, f"{name} is missing or was changed after rendering")
    for name in record["files"]:
        if name not in record["outputs"]:
            yield _stale(where, f"{name} is not among what was rendered")


def _stale(where: str, what: str) -> Problem:
    return Problem(where, what, "", REMEDY, "publish.stale")

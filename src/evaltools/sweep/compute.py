"""One scenario: its indicators by the chapters' own functions, and every finding put to them.

`compute_scenario` is what a worker does, in a process of this machine or of another one. What it
gives is plain values, so that whoever asked writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.evidence.selection import SortedTables
from evaltools.findings.conditions import keys_of
from evaltools.findings.declaration import load_findings
from evaltools.indicators.indicator import Estimand, Indicator, to_record
from evaltools.pipeline.ingredients import DECLARATIONS
from evaltools.pipeline.outputs import NotebookOutputs, indicators_csv
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import (
    hash_data,
    hash_environment,
    hash_file,
    hash_package,
    hash_value,
)
from evaltools.report.material import JudgingSources, judge_findings
from evaltools.report.variables import ESTIMANDS
from evaltools.study import Study, load_study

Outcome = Literal["done", "nothing_to_read", "failed"]
"""`nothing_to_read`: the parameters leave no report, or no project that can have sent one."""
_NOT_SEEN = ("cli", "compare", "ingest", "lint", "publish")
_JUDGED_BY = ("findings.yml", "forms.yml", "conclusions.yml")


@dataclass(frozen=True)
class Result:
    """What came of a scenario.

    Arguments:
        outcome: whether there are numbers.
        csv: all indicators, byte for byte as a build writes them.
        main: records of those that are shown, see `shown_keys`.
        findings: outcome, case and sentence of each, by id; empty where they were not asked for.
        n, N, funded: reports read, projects from which one can be due, funded projects.
        problems: what is wrong, a line each.
    """

    outcome: Outcome
    csv: str = ""
    main: tuple[Mapping[str, Any], ...] = ()
    findings: Mapping[str, Mapping[str, str]] | None = None
    n: int = 0
    N: int = 0
    funded: int = 0
    problems: tuple[str, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def state_of(root: Path) -> str:
    """Hash of all that results depend on but parameters: data, declarations, code, packages."""
    study = load_study(root)
    own = [root / name for name in DECLARATIONS]
    own += [root / "reports" / name for name in _JUDGED_BY]
    return hash_value(
        {
            "data": hash_data(root, study.data),
            "declared": {path.name: hash_file(path) for path in own if path.is_file()},
            "code": hash_package(without=_NOT_SEEN),
            "lock": hash_environment(root),
        }
    )


class _Opened:
    """A study with its tables, read once for all scenarios that a process computes."""

    def __init__(self, root: Path) -> None:
        self.study = load_study(root)
        descriptor = load_descriptor(self.study.data)
        self.tables = SortedTables(read_tables(self.study.data, descriptor))
        self.sources = JudgingSources.load(self.study, self.tables)
        names = dict.fromkeys(self.study.declaration.chapters.values())
        self.chapters = [import_module(name) for name in names]


@lru_cache(1)
def _open(root: str, state: str) -> _Opened:
    if state_of(Path(root)) != state:
        what = "data, code or packages are not those of whoever asked"
        remedy = "Start the workers anew where the study is, in the same environment."
        raise ProblemError([Problem("a worker", what, "", remedy, "sweep.state")])
    return _Opened(Path(root))


def compute_scenario(
    root: str, state: str, values: Mapping[str, Any], shown: tuple[str, ...], judge: bool
) -> dict[str, Any]:
    """Compute a scenario; whatever is wrong is told in the result.

    Arguments:
        root: folder of the study.
        state: as `state_of` gives it, so that no worker computes from something else.
        values: all parameters.
        shown: keys of the indicators of `Result.main`.
        judge: whether findings are put to the numbers.
    """
    try:
        return _compute(_open(root, state), values, shown, judge).as_values()
    except ProblemError as error:
        empty = all(one.code.startswith("scope.") for one in error.problems)
        told = tuple(str(one) for one in error.problems)
        return Result("nothing_to_read" if empty else "failed", problems=told).as_values()
    except Exception as error:  # one scenario does not stop the others
        told = (f"{type(error).__name__}: {' '.join(str(error).split())[:500]}",)
        return Result("failed", problems=told).as_values()


def _compute(
    opened: _Opened, values: Mapping[str, Any], shown: tuple[str, ...], judge: bool
) -> Result:
    study = opened.study
    parameters = study.parameters(values)
    evidence = Evidence.select(study, opened.tables, parameters)
    # As notebooks hand them over: each once, in their total order.
    gathered = NotebookOutputs()
    for chapter in opened.chapters:
        records = [to_record(one) for one in chapter.compute(evidence)]
        gathered.add_indicators(records, chapter.__name__)
    if gathered.problems:
        raise ProblemError(gathered.problems)
    indicators = gathered.ordered()
    findings = None
    if judge:
        findings = {
            item.finding.id: {
                "outcome": item.outcome,
                "case": item.case,
                "said": item.text(parameters.language) if item.said else "",
            }
            for item in judge_findings(
                study, parameters, indicators, opened.tables, opened.sources, evidence
            )
            if item.finding.asserted
        }
    estimand = ESTIMANDS[parameters.estimand]
    return Result(
        "done",
        indicators_csv(indicators),
        tuple(_choose(indicators, shown, estimand)),
        findings,
        evidence.n,
        evidence.N,
        evidence.funded,
    )


def _choose(
    indicators: tuple[Indicator, ...], shown: tuple[str, ...], estimand: Estimand
) -> list[dict[str, Any]]:
    """Records of the undivided indicators of some keys, of an estimand or else as counted.

    One without an interval has that of projects of its kind, since numbers of few reports stand
    beside numbers of many. Without keys, as of a study without findings, those of shares.
    """
    found = {(one.key, one.estimand): one for one in indicators if not one.dimensions}
    shares = dict.fromkeys(one.key for one in indicators if one.unit == "share")
    records = []
    for key in shown or [key for key in shares if not _BESIDE.search(key)][:MOST_SHOWN]:
        own = found.get((key, estimand)) or found.get((key, "D"))
        wider = found.get((key, "S"))
        if own is None:
            continue
        record = to_record(own)
        if own.low is None and own.value is not None and wider is not None:
            record |= {name: getattr(wider, name) for name in ("low", "high", "method", "level")}
        records.append(record)
    return records


MOST_SHOWN = 24
_BESIDE = re.compile(r"[{*]|\.(?:silent|denied)\.share$")


def shown_keys(study: Study) -> tuple[str, ...]:
    """Keys of indicators that the study's findings name, in the order of findings.

    Of a theme its share, and not those of the reports that deny it or are silent.
    """
    declared = study.declaration
    findings = load_findings(study.root, declared.languages, declared.codes_of_numbers)
    keys = (key for each in findings if each.asserted for key in keys_of(each.condition)[0])
    return tuple(dict.fromkeys(key for key in keys if not _BESIDE.search(key)))[:MOST_SHOWN]

"""The study judged under any parameters, without rendering, and what no sentence may look like.

`make reruns` goes through every combination of regions, groups, waves, coder rules and estimands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import product
from pathlib import Path

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.judgement import Judgement
from evaltools.problems import ProblemError
from evaltools.report.material import judge_findings
from evaltools.study import load_study

SAMPLE: tuple[Mapping[str, str], ...] = (
    {},
    {"coder_rule": "all", "estimand": "population"},
    {"calls": "2020", "wave": "2023", "coder_rule": "consensus"},
    {"region": "14", "calls": "2019"},
    {"municipality_group": "rural", "coder_rule": "any"},
    {"municipality_group": "urban", "wave": "2023", "calls": "2020"},
)
_WRONG = {
    "a slot that was not filled": re.compile(r"[{}]"),
    "a dash for a number": re.compile(r"(?:^|\s)–(?:\s|[.,;]|$)"),
    "a share of nothing": re.compile(r"/0(?!\d)"),
    "two spaces, or one before a mark": re.compile(r"  |\s[.,;:]"),
    "no full stop at its end": re.compile(r"[^.]$"),
    "no capital at its beginning": re.compile(r"^[^\W\d_A-ZÅÄÖ]"),
    "one of several": re.compile(r"\b(?:yksi\u00a0\w+ta|one\u00a0reports|ett\u00a0\w+ar)\b"),
}


class Reruns:
    """A study read once and judged again and again."""

    def __init__(self, root: Path) -> None:
        self.study = load_study(root)
        self.tables = read_tables(self.study.data, load_descriptor(self.study.data))

    def judge(self, given: Mapping[str, str]) -> tuple[Judgement, ...]:
        """Every finding under some parameters, given as on the command line."""
        parameters = self.study.parameters(dict(given))
        evidence = Evidence.select(self.study, self.tables, parameters)
        modules = dict.fromkeys(self.study.declaration.chapters.values())
        indicators = [each for name in modules for each in import_module(name).compute(evidence)]
        return judge_findings(self.study, parameters, tuple(indicators), self.tables)


def faults_of(judgements: Iterable[Judgement]) -> list[str]:
    """What is wrong with the sentences of a run: none said, or a text that shows its template."""
    found = []
    for item in judgements:
        if not item.finding.asserted:
            continue
        if not item.said:
            found.append(f"{item.finding.id}: nothing is said of the case {item.case}")
        for language in item.said:
            text = item.text(language)
            found += [
                f"{item.finding.id}, {language}: {what}: {text}"
                for what, pattern in _WRONG.items()
                if pattern.search(text)
            ]
    return found


WAVES: tuple[Mapping[str, str], ...] = ({}, {"wave": "2023", "calls": "2020"})


def all_combinations(reruns: Reruns) -> list[dict[str, str]]:
    """Regions, groups, waves, coder rules and estimands, each with each."""
    declared = reruns.study.declaration.parameters
    names = ("region", "municipality_group", "coder_rule", "estimand")
    grids = [list(declared[name].choices) for name in names]
    return [
        {**dict(zip(names, values, strict=True)), **wave}
        for *values, wave in product(*grids, WAVES)
    ]


def main() -> int:
    """Print what is wrong with any rerun; those without reports are refused and counted."""
    reruns = Reruns(Path(__file__).parents[2])
    faults, refused = [], 0
    combinations = all_combinations(reruns)
    for place, given in enumerate(combinations, 1):
        try:
            faults += [f"{given}: {each}" for each in faults_of(reruns.judge(given))]
        except ProblemError as error:
            if any(problem.code != "scope.empty" for problem in error.problems):
                faults.append(f"{given}: {error}")
            refused += 1
        print(f"\r{place}/{len(combinations)}, {len(faults)} faults", end="", flush=True)
    print()
    print(*faults, sep="\n")
    print(f"{len(combinations) - refused} reruns judged, {refused} refused: no reports")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())

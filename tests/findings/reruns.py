"""The study judged under any parameters and any data, and each sentence held against a recount.

`make reruns` goes through every combination of regions, groups, waves, coder rules and estimands,
then through data changed at random. What does not depend on a parameter is computed once: of a
region, a group and a wave the coder rules share all but what counts codings, and the estimands
share everything, since every claim names its own.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path

import yaml
from claims_printed import WHY, print_claim, told_by_rule, told_differently, told_why
from claims_recounted import Claims, outcome, settle
from counts_from_files import RULES, YEARS, Files, Scope
from data_changes import MUTATIONS, change_data

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.absent_numbers import absent_numbers
from evaltools.findings.coder_rules import compare_rules
from evaltools.findings.declaration import load_findings
from evaltools.findings.display import check_sentences, word_judgements
from evaltools.findings.judgement import Judgement, judge
from evaltools.findings.lookup import Numbers, index_numbers
from evaltools.findings.word_forms import load_forms
from evaltools.indicators import (
    agreement,
    comparisons,
    effects,
    evidence_base,
    goals,
    networks,
    nonresponse,
    ratings,
    takeup,
)
from evaltools.indicators.coder_decisions import coder_decisions
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.order import order_records
from evaltools.indicators.prevalence import codebook, count_states
from evaltools.indicators.shares import plain_share, share_records
from evaltools.problems import ProblemError, refuse
from evaltools.report.glossary import Glossary
from evaltools.report.material import judge_findings
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
LANGUAGES = ("fi", "sv", "en")
WAVES: tuple[Mapping[str, str], ...] = ({}, {"wave": "2023", "calls": "2020"})
KINDS = ("goal", "result", "challenge", "response", "steering")
REFUSALS = ("scope.empty", "scope.nobody-due")
WRONG = {
    "a slot that was not filled": re.compile(r"[{}]"),
    "a number that is not there": re.compile(
        r"\(\(|\(ei (?:laskettavissa|julkaista)\)|\((?:kan inte beräknas|publiceras inte)\)"
        r"|\((?:cannot be computed|withheld)\)|\bnan\b"
    ),
    "a dash for a number": re.compile(r"(?:^|\s)–(?:\s|[.,;]|$)"),
    "a share of nothing": re.compile(r"/0(?!\d)"),
    "two spaces, or one before a mark": re.compile(r"  |\s[.,;:]"),
    "two marks": re.compile(r"[.,;:][.,;:]"),
    "no full stop at its end": re.compile(r"[^.]$"),
    "no capital at its beginning": re.compile(r"^[^\W\d_A-ZÅÄÖ]"),
    "a small letter after a full stop": re.compile(r"[.]\s[a-zåäö]"),
    "a word twice": re.compile(r"\b([^\W\d_]+)\s\1\b", re.IGNORECASE),
    "an empty list": re.compile(r"\(\)|:\s*[.;]"),
    "one of several": re.compile(
        r"(?i)\b(?:yksi\u00a0(?:raporttia|tavoitetta|kuntaa|hanketta|vertailua)|one\u00a0(?:reports|goals|municipalities|projects)"
        r"|(?:en|ett)\u00a0(?:rapporter|kommuner|projekten))\b"
    ),
    "several of one": re.compile(
        r"(?i)\b(?:kaksi|kolme|neljä|viisi|\d{2,})\u00a0(?:raportti|tavoite|kunta|hanke)\b"
        r"|\b(?:two|three|four|five|\d{2,})\u00a0(?:report|goal|municipality|project)\b"
        r"|\b(?:två|tre|fyra|fem|\d{2,})\u00a0(?:rapport|kommun)\b"
    ),
    "a count that has the wrong gender": re.compile(r"(?i)\bett\u00a0(?:rapport|kommun)\b"),
    "a case that the digits lack": re.compile(r"\d\s(?:sta|stä|ssa|ssä|lla|llä)\b"),
}

NOUGHT = re.compile(
    r"(?i)\b(?:nolla\w*|noll|zero)\b|\b0/\d+\s(?:raport|tavoit|tulo|vasta|rapport|mål|report|goal)"
)
"""None as a number before its noun, where a language has words for it."""


@dataclass
class Found:
    """What came of some reruns.

    Arguments:
        judged, refused: how many.
        sentences: how many were held against the recount.
        faults: what was wrong, a line each.
        cases: how often each case of each claim came up.
    """

    judged: int = 0
    refused: int = 0
    sentences: int = 0
    faults: list[str] = field(default_factory=list)
    cases: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, other: Found) -> None:
        self.judged += other.judged
        self.refused += other.refused
        self.sentences += other.sentences
        self.faults += other.faults
        for key, times in other.cases.items():
            self.cases[key] = self.cases.get(key, 0) + times


@dataclass
class Counted:
    """The records of a scope: of all rules, of each, and of those that withhold the same codes."""

    of: Reruns
    shared: list[Indicator]
    counting: dict[str, list[Indicator]] = field(default_factory=dict)
    told: dict[tuple[str, ...], list[Indicator]] = field(default_factory=dict)
    hidden: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def complete(self, rule: str, hidden: tuple[str, ...]) -> list[Indicator]:
        """Everything under a rule."""
        numbers = [*self.shared, *self.counting[rule], *self.told[hidden]]
        return numbers + absent_numbers(self.of.findings, numbers, self.of.tables)


class Reruns:
    """A study read once and judged again and again.

    Arguments:
        root: of the study.
        data: another folder of data for it.
    """

    def __init__(self, root: Path = ROOT, data: Path | None = None) -> None:
        self.study = load_study(root)
        folder = data or self.study.data
        self.tables = read_tables(folder, load_descriptor(folder))
        self.files = Files(folder)
        declared = self.study.declaration
        self.findings = load_findings(root, declared.languages, declared.codes_of_numbers)
        assert all(finding.estimand for finding in self.findings), "the run's estimand counts"
        self.forms = load_forms(root)
        self.words = {language: self.study.words(language) for language in declared.languages}
        self.labels = {
            language: Glossary.of(self.tables, own, declared).labels
            for language, own in self.words.items()
        }
        facts = self.tables["facts"]
        self.facts = dict(zip(facts["fact_id"], facts["value"], strict=True))
        self.judging, self.checked = declared.judging, False
        self.modules = [import_module(name) for name in dict.fromkeys(declared.chapters.values())]
        self.templates = yaml.safe_load((root / "reports/findings.yml").read_text("utf-8"))
        self.given_forms = yaml.safe_load((root / "reports/forms.yml").read_text("utf-8"))

    def judge(self, given: Mapping[str, str]) -> tuple[Judgement, ...]:
        """Every finding under some parameters, all as a build does it."""
        parameters = self.study.parameters(dict(given))
        evidence = Evidence.select(self.study, self.tables, parameters)
        indicators = [each for module in self.modules for each in module.compute(evidence)]
        return judge_findings(self.study, parameters, tuple(indicators), self.tables)

    def records(self, given: Mapping[str, str]) -> dict[str, list[Indicator]]:
        """What findings read of the chapters, under each coder rule, as computed by `collect`."""
        counted = self.collect(given)
        return {rule: counted.complete(rule, counted.hidden[rule]) for rule in RULES}

    def collect(self, given: Mapping[str, str]) -> Counted:
        """Everything that findings read, what rules or estimands share computed once."""
        parameters = self.study.parameters(dict(given))
        evidence = Evidence.select(self.study, self.tables, parameters)
        shared = [*takeup.coverage(evidence), *networks.ties(evidence)]
        shared += [*evidence_base.read(evidence), *nonresponse.selection(evidence)]
        shared += [*goals.attainment(evidence), *goals.goal_quality(evidence)]
        shared += release(ratings.rated_high(evidence), evidence)
        found = Counted(self, shared)
        for rule in RULES:
            own = evidence.under_rule(rule)
            found.counting[rule] = [*_count_themes(own), *effects.by_coder_rule(own)]
            # Which codes are withheld is all that these owe to the rule.
            found.hidden[rule] = hidden = tuple(withheld_codes(own))
            if hidden not in found.told:
                level = own.parameters.confidence
                found.told[hidden] = [*agreement.by_code(coder_decisions(own), level)]
                found.told[hidden] += [
                    each
                    for each in effects.compute(own)
                    if not each.key.startswith("savings.claimed.")
                ]
        return found

    def judge_by_rule(self, given: Mapping[str, str]) -> dict[str, tuple[Judgement, ...]]:
        """`judge` under each coder rule: of the chapters what findings read, once if it is shared.

        A test compares it with `judge`.
        """
        counted = self.collect(given)

        @cache
        def judged(rule: str, hidden: tuple[str, ...]) -> tuple[Judgement, ...]:
            numbers = counted.complete(rule, hidden)
            return judge(self.findings, numbers, "D", self.facts, self.judging)

        found = {}
        for rule in RULES:
            hidden = counted.hidden[rule]
            known = index_numbers(counted.complete(rule, hidden), self.facts)
            own = judged(rule, hidden)
            by_rule = {other: judged(other, hidden) for other in RULES}
            compared = compare_rules(own, by_rule, known, "D", self.judging)  # type: ignore[arg-type]
            found[rule] = self._word(given, rule, compared, known)
        return found

    def _word(
        self, given: Mapping[str, str], rule: str, judged: Iterable[Judgement], known: Numbers
    ) -> tuple[Judgement, ...]:
        parameters = self.study.parameters({**given, "coder_rule": rule})
        values = {name: str(getattr(parameters, name)) for name in parameters.declarations}
        if not self.checked:
            choices = {name: each.choices for name, each in parameters.declarations.items()}
            refuse(check_sentences(self.findings, known, self.forms, choices))
            self.checked = True
        return word_judgements(judged, known, self.forms, self.words, self.labels, values)

    def recount(self, given: Mapping[str, str]) -> Scope:
        """The same scope, counted from the files."""
        calls = given.get("calls")
        return Scope(
            self.files,
            given.get("region", "all"),
            given.get("municipality_group", "all"),
            given.get("wave", "2022"),
            (calls,) if calls else YEARS,
        )

    def check(self, given: Mapping[str, str], times: int = 1) -> Found:
        """A scope under every coder rule, each sentence against the recount.

        Arguments:
            times: how many combinations share what is judged, as the estimands do.
        """
        scope = self.recount(given)
        try:
            by_rule = self.judge_by_rule(given)
        except ProblemError as error:
            found = Found(refused=len(RULES) * times)
            if scope.n or any(each.code not in REFUSALS for each in error.problems):
                found.faults.append(f"{given}: {error}")
            return found
        found = Found(judged=len(RULES) * times)
        claims = {rule: Claims(scope, rule) for rule in RULES}
        for rule in RULES:
            for fault in self._faults(by_rule[rule], settle(scope, rule, claims), claims, rule):
                found.faults.append(f"{dict(given)} {rule}: {fault}")
            for item in by_rule[rule]:
                if item.finding.asserted:
                    found.sentences += len(LANGUAGES)
                    key = item.finding.id, item.case
                    found.cases[key] = found.cases.get(key, 0) + 1
        return found

    def _faults(
        self,
        judgements: Iterable[Judgement],
        expected: Mapping[str, str],
        by_rule: dict[str, Claims],
        rule: str,
    ) -> Iterator[str]:
        claims = by_rule[rule]
        asserted = {item.finding.id: item for item in judgements if item.finding.asserted}
        if set(asserted) != set(expected):
            yield f"claims without a recount: {sorted(set(asserted) ^ set(expected))}"
        yield from faults_of(asserted.values())
        for name in sorted(set(asserted) & set(expected)):
            item, case = asserted[name], expected[name]
            if item.outcome != outcome(case) and item.case != case:
                yield f"{name}: {item.case} ({item.reason}), recounted {case}"
                continue
            sentences = self.templates["findings"][name]["sentences"]
            wanted = sentences.get(case) or sentences[outcome(case)]
            for language in LANGUAGES:
                text = print_claim(wanted[language], name, claims, self.given_forms, language)
                if case in WHY and case not in sentences:
                    why = told_why(name, case, claims, self.labels[language], language)
                    text = text.removesuffix(".") + why
                if case == "close":
                    text += told_differently(name, claims, self.labels[language], language)
                text += told_by_rule(name, case, by_rule, language)
                if text != item.text(language):  # type: ignore[arg-type]
                    yield f"{name}, {language}: '{item.text(language)}', recounted '{text}'"  # type: ignore[arg-type]


def _count_themes(evidence: Evidence) -> list[Indicator]:
    """What findings read of the themes: shares, denials and silence, order, differences."""
    codes = codebook(evidence, *KINDS)
    counts, records = count_states(evidence.presence, codes), []
    for code, yes, no, silent in counts.itertuples(name=None):
        n = int(yes + no + silent)
        records += share_records(str(code), int(yes), evidence, source="test")
        records.append(plain_share(f"{code}.denied.share", int(no), n, "test"))
        records.append(plain_share(f"{code}.silent.share", int(silent), n, "test"))
    records += order_records(evidence, *KINDS)
    records += comparisons.group_differences(evidence)
    return release([*records, *comparisons.wave_differences(evidence)], evidence)


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
            wrong = [*wrong_in(text), *(["a nought as a number"] if NOUGHT.search(text) else [])]
            found += [f"{item.finding.id}, {language}: {what}" for what in wrong]
    return found


def wrong_in(text: str) -> list[str]:
    """What a reader would see is wrong with a sentence."""
    return [f"{what}: {text}" for what, pattern in WRONG.items() if pattern.search(text)]


def all_scopes(reruns: Reruns) -> list[dict[str, str]]:
    """Every region with every group and wave, the widest first."""
    declared = reruns.study.declaration.parameters
    grids = [list(declared[name].choices) for name in ("region", "municipality_group")]
    return [
        {"region": region, "municipality_group": group, **wave}
        for region, group, wave in product(*grids, WAVES)
    ]


_OWN: list[Reruns] = []


def _open() -> None:
    os.nice(5)
    _OWN.append(Reruns())


def _check(given: Mapping[str, str]) -> Found:
    return _OWN[0].check(given, times=len(_OWN[0].study.declaration.parameters["estimand"].choices))


def check_change(seed: int) -> Found:
    """Data changed at random, in both waves."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        what = change_data(ROOT / "data", folder, seed)
        reruns, found = Reruns(data=folder), Found()
        for wave in WAVES:
            found.add(reruns.check(wave))
    found.faults = [f"{what}: {fault}" for fault in found.faults]
    return found


def main() -> int:
    """Go through all combinations and changes, and print what is wrong with any."""
    scopes, failed = all_scopes(Reruns()), False
    with ProcessPoolExecutor(os.cpu_count(), initializer=_open) as pool:
        for what, function, asked in (
            ("combinations", _check, scopes),
            ("reruns of changed data", check_change, range(MUTATIONS)),
        ):
            started, found = time.monotonic(), Found()
            for place, each in enumerate(pool.map(function, asked), 1):
                found.add(each)
                print(f"\r{place}/{len(asked)}, {len(found.faults)} faults", end="", flush=True)
                for fault in each.faults:
                    print(f"\n{fault}", end="", flush=True)
            failed |= bool(found.faults)
            print(
                f"\n{found.judged} {what} judged, {found.refused} refused for want of reports; "
                f"{found.sentences} sentences held against the recount, "
                f"{len(found.faults)} faults; {time.monotonic() - started:.0f} seconds"
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

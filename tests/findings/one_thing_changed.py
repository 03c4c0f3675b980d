"""Changes of one thing in the example study, and the narrowest way to compute what they reach."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
import yaml

from evaltools.evidence import Evidence, read_tables
from evaltools.evidence.code_presence import compute_presence
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import judge
from evaltools.indicators import (
    goals,
    optimism_gap,
    portfolio,
    ratings,
    savings,
    sustainability,
    takeup,
)
from evaltools.indicators.agreement import by_code
from evaltools.indicators.coder_decisions import coder_decisions
from evaltools.indicators.order import order_records
from evaltools.indicators.prevalence import codebook, count_states
from evaltools.indicators.shares import plain_share, share_records
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
CHAPTERS = ("portfolio", "evidence_base", "goals", "challenges", "networks", "effects", "steering")
KINDS = ("challenge", "goal", "response", "result", "steering")
POLARITIES = ("affirm", "deny", "mixed")


class Base:
    """The example study, its default evidence and what follows from it."""

    def __init__(self):
        self.study = load_study(ROOT)
        self.tables = read_tables(self.study.data)
        self.findings = load_findings(ROOT)
        self.parameters = self.study.parameters({})
        self.evidence = Evidence.select(self.study, self.tables, self.parameters)
        self.records = by_identity(everything(self.evidence))
        self.judged = self.judge({})
        self.codes = codebook(self.evidence, *KINDS)
        self.states = count_states(self.evidence.presence, self.codes)
        self.read = read_by_findings(self.records)

    def judge(self, changed):
        found = judge(self.findings, {**self.records, **changed}.values(), "D")
        return {each.finding.id: each for each in found}


def everything(evidence):
    chapters = [importlib.import_module(f"evaltools.indicators.{name}") for name in CHAPTERS]
    return [record for chapter in chapters for record in chapter.compute(evidence)]


def by_identity(records):
    return {record.identity: record for record in records}


def read_by_findings(records):
    """Keys of indicators that each finding's condition names, from the YAML text alone."""
    content = yaml.safe_load((ROOT / "reports" / "findings.yml").read_text(encoding="utf-8"))
    keys = sorted({key for key, _, _ in records})
    found = {}
    for name, given in content["findings"].items():
        told = yaml.safe_dump([given["condition"], given.get("names", {})])
        asked = set(re.findall(r"[a-z_]+(?:\.[A-Za-z_*]+)+", told))
        # Too few reports, and coders who disagree, are told as well.
        asked |= {"reports.read.share", "reports.scheme.share", "coding.agreement_by_code.index"}
        ranks = re.search(r"\b(?:leads|greatest|order|among_top):", told)
        asked |= {"order.first_only.share"} if ranks or given.get("names") else set()
        asked |= {re.sub(r"\.[nN]$", ".share", key) for key in asked}
        asked |= {re.sub(r"\.by\.\w+\.\w+\.", ".", key) for key in asked}
        found[name] = {
            key
            for key in keys
            if any(key.count(".") == own.count(".") and fnmatchcase(key, own) for own in asked)
        }
        for premise in re.findall(r"finding: ([a-z-]+)", told):
            found[name] |= found[premise]
        assert found[name]
    return found


@functools.cache
def base():
    return Base()


@dataclasses.dataclass(frozen=True)
class Mutation:
    """A change of one thing: its tables, the numbers it can reach, those recomputed for it."""

    table: str
    frame: pd.DataFrame
    reach: tuple[str, ...]
    parameters: dict

    def evidence(self):
        start = base()
        parameters = start.study.parameters(self.parameters)
        tables = {**start.tables, self.table: self.frame} if self.table else start.tables
        return Evidence.select(start.study, tables, parameters)


def changed_row(frame, place, column, value):
    mutated = frame.copy()
    mutated[column] = mutated[column].where(mutated.index != place, value)
    return mutated.astype(frame.dtypes.to_dict())


# ------------------------------------------------------------------------------------ mutations


def mutate_coding(rng):
    """Another polarity or another code of the same kind for one coding, or no coding."""
    start = base()
    frame = start.tables["codings"]
    place = rng.choice(_in_scope("codings"))
    row = frame.loc[place]
    code, kind = str(row["code_id"]), str(row["code_id"]).partition(".")[0]
    what = rng.choice(["polarity", "code", "drop"])
    codes = [code]
    if what == "polarity":
        other = rng.choice([each for each in POLARITIES if each != row["polarity"]])
        mutated = changed_row(frame, place, "polarity", other)
    elif what == "code" and kind in KINDS:
        others = [c for c in start.codes["code_id"] if c.startswith(f"{kind}.") and c != code]
        codes.append(rng.choice(others))
        mutated = changed_row(frame, place, "code_id", codes[1])
    else:
        mutated = frame.drop(index=place)
    reach = tuple(f"{each}.*" for each in codes)
    reach += tuple(f"wave_difference.{each}.*" for each in codes)
    reach += ("answered.*", "pair.*", "group_difference.*", "coding.*")
    reach += ("prevalence_by_rule.*", "saturation.*", "order.*")
    return Mutation("codings", mutated, reach, {})


def recompute_coding(mutation):
    """What follows from the codings of the codes that were touched, and nothing else.

    Their shares where states differ, agreement on them, and the order within their kinds.
    """
    start = base()
    tables = {**start.evidence.tables, "codings": mutation.frame}
    states = compute_presence(tables, start.evidence.reports, "majority")
    counts = count_states(states, start.codes)
    made = []
    for row in counts[(counts != start.states).any(axis=1)].reset_index().to_dict("records"):
        code, n = str(row["code_id"]), start.evidence.n
        made += share_records(code, int(row["yes"]), start.evidence, source="test")
        made.append(plain_share(f"{code}.denied.share", int(row["no"]), n, "test"))
        made.append(plain_share(f"{code}.silent.share", int(row["silent"]), n, "test"))
    evidence = dataclasses.replace(start.evidence, tables=tables, presence=states)
    touched = {each.removesuffix(".*") for each in mutation.reach}
    read = coder_decisions(evidence)
    own = [place for place, code in enumerate(read.codes) if code in touched]
    if not touched & set(read.codes):  # all of them, where a test does not say which
        own = list(range(len(read.codes)))
    few = dataclasses.replace(
        read, codes=tuple(read.codes[at] for at in own), kinds=tuple(read.kinds[at] for at in own),
        judged=read.judged[:, :, own], found=read.found[:, :, own],
    )  # fmt: skip
    level = start.evidence.parameters.confidence
    made += [each for each in by_code(few, level) if each.dimensions]
    # What came of a theme is compared with what was sought, by the kind of the lesser id.
    kinds = [*few.kinds, *(["goal"] if "result" in few.kinds else [])]
    orders = order_records(evidence, *dict.fromkeys(kinds))
    return made + [each for each in orders if each.identity in start.records]


def mutate_goal(rng):
    frame = base().tables["goals"]
    place = rng.choice(_in_scope("goals"))
    column = rng.choice(["attainment", "measured_by", "has_metric", "has_baseline", "has_target"])
    if column.startswith("has_"):
        value = not bool(frame.loc[place, column])
    else:
        values = goals.ATTAINMENTS if column == "attainment" else goals.MEASURES
        value = rng.choice([each for each in values if each != frame.loc[place, column]])
    mutated = changed_row(frame, place, column, value)
    return Mutation(
        "goals", mutated, ("goals.*", "goal_quality.*", "sustainability.*", "optimism_*"), {}
    )


def recompute_goal(mutation):
    start = base()
    own = mutation.frame[mutation.frame["goal_id"].isin(start.evidence.goals["goal_id"])]
    evidence = dataclasses.replace(
        start.evidence, goals=own.sort_values("goal_id").reset_index(drop=True)
    )
    return [
        *goals.attainment(evidence), *goals.goal_quality(evidence),
        *sustainability.sustainability_shares(evidence), *optimism_gap.gaps(evidence),
    ]  # fmt: skip


def mutate_rooting(rng):
    frame = base().tables["sustainability"]
    place = rng.choice(_in_scope("sustainability"))
    column = rng.choice(["owner_named", "budget_line", "in_use", "spread"])
    value = rng.choice([e for e in ("yes", "no", "silent") if e != frame.loc[place, column]])
    mutated = changed_row(frame, place, column, value)
    return Mutation("sustainability", mutated, ("sustainability.*", "optimism_*"), {})


def recompute_rooting(mutation):
    start = base()
    own = mutation.frame.merge(start.evidence.goals[["goal_id", "project_id"]], on="goal_id")
    evidence = dataclasses.replace(
        start.evidence, sustainability=own.sort_values("goal_id").reset_index(drop=True)
    )
    return [*sustainability.sustainability_shares(evidence), *optimism_gap.gaps(evidence)]


def mutate_rating(rng):
    frame = base().tables["ratings"]
    place = rng.choice(_in_scope("ratings"))
    value = rng.choice([e for e in range(1, 6) if e != frame.loc[place, "value"]])
    mutated = changed_row(frame, place, "value", value)
    return Mutation("ratings", mutated, ("rating.*", "optimism_*"), {})


def recompute_rating(mutation):
    start = base()
    own = mutation.frame.merge(start.evidence.reports[["document_id", "project_id"]])
    columns = ["document_id", "item_id"]
    evidence = dataclasses.replace(
        start.evidence, ratings=own.sort_values(columns).reset_index(drop=True)
    )
    return [*ratings.rated_high(evidence), *optimism_gap.gaps(evidence)]


def mutate_claim(rng):
    frame = base().tables["saving_claims"]
    place = rng.choice(_in_scope("saving_claims"))
    what = rng.choice(["amount", "has_baseline", "has_method", "drop"])
    if what == "drop":
        mutated = frame.drop(index=place)
    elif what == "amount":
        mutated = changed_row(frame, place, what, float(rng.randrange(1, 200_000)))
    else:
        mutated = changed_row(frame, place, what, not bool(frame.loc[place, what]))
    return Mutation("saving_claims", mutated, ("savings.*", "optimism_*"), {})


def recompute_claim(mutation):
    start = base()
    own = mutation.frame.merge(start.evidence.reports[["document_id", "project_id"]])
    evidence = dataclasses.replace(
        start.evidence, saving_claims=own.sort_values("claim_id").reset_index(drop=True)
    )
    return [*savings.savings_records(evidence), *optimism_gap.gaps(evidence)]


def mutate_grant(rng):
    frame = base().tables["projects"]
    place = rng.choice(_in_scope("projects"))
    mutated = changed_row(frame, place, "grant", float(rng.randrange(10_000, 3_000_000)))
    return Mutation("projects", mutated, ("grants.*", "takeup.*", "selection.*"), {})


def recompute_grant(mutation):
    evidence = mutation.evidence()
    base_module = importlib.import_module("evaltools.indicators.evidence_base")
    return [*portfolio.compute(evidence), *base_module.compute(evidence)]


def mutate_parameter(rng):
    name, value, reach = rng.choice(
        [
            ("allocation", "lead", ("takeup.*",)),
            ("allocation", "population", ("takeup.*",)),
            ("language", "sv", ()),
            ("minimum_cell", 15, ("rating*", "savings.*", "optimism_*")),
        ]
    )
    return Mutation("", pd.DataFrame(), reach, {name: value})


def recompute_parameter(mutation):
    evidence = mutation.evidence()
    return [
        *takeup.takeup(evidence), *takeup.coverage(evidence), *ratings.rated_high(evidence),
        *savings.savings_records(evidence), *optimism_gap.gaps(evidence),
    ]  # fmt: skip


@functools.cache
def _in_scope(table):
    """Rows of a table that belong to a report or project in scope."""
    start = base()
    frame, reports = start.tables[table], start.evidence.reports
    if table == "projects":
        return list(frame.index[frame["project_id"].isin(start.evidence.projects["project_id"])])
    if table == "codings":
        segments = start.tables["segments"]
        own = segments[segments["document_id"].isin(reports["document_id"])]["segment_id"]
        return list(frame.index[frame["segment_id"].isin(own)])
    if table == "sustainability":
        return list(frame.index[frame["goal_id"].isin(start.evidence.goals["goal_id"])])
    return list(frame.index[frame["document_id"].isin(reports["document_id"])])


MUTATIONS = {
    "coding": (320, mutate_coding, recompute_coding),
    "goal": (50, mutate_goal, recompute_goal),
    "sustainability": (60, mutate_rooting, recompute_rooting),
    "rating": (40, mutate_rating, recompute_rating),
    "claim": (20, mutate_claim, recompute_claim),
    "grant": (6, mutate_grant, recompute_grant),
    "parameter": (4, mutate_parameter, recompute_parameter),
}


def plain(record):
    """What a finding can see of a record."""
    return dataclasses.replace(record, source="", note="")


def reached(key, reach):
    return any(fnmatchcase(key, pattern) for pattern in reach)

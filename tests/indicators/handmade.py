"""A programme small enough to count by hand, with the attributes of `Evidence`.

Six funded projects; P1 to P4 have reported in 2022, P5 alone in 2021. P1 and P2 are urban, P3
and P4 rural. Every expected number in the tests is counted from the lists below.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from evaltools.i18n.messages import Words
from evaltools.study import load_study
from evaltools.study.schema import Disclosure, Judging
from evaltools.study.vocabulary import Vocabulary

CODES = [
    ("goal.automation", "goal", True), ("goal.data", "goal", True), ("goal.group", "goal", False),
    ("result.automation", "result", True), ("result.data", "result", True),
    ("challenge.staff", "challenge", True), ("challenge.technology", "challenge", True),
    ("challenge.unheard", "challenge", True),
    ("response.help", "response", True), ("response.plan", "response", True),
    ("steering.effect", "steering", True),
]  # fmt: skip

YES = {
    "P1": ["goal.data", "result.data", "challenge.staff", "response.help", "steering.effect"],
    "P2": ["goal.data", "challenge.staff", "challenge.technology", "response.help",
           "response.plan"],
    "P3": ["goal.automation", "result.automation", "challenge.staff", "response.plan"],
    "P4": ["challenge.technology", "response.plan"],
}  # fmt: skip
NO = {"P4": ["challenge.staff"], "P3": ["steering.effect"]}
# Only one coder of several saw these, so that the rules differ.
MILD_ONLY = {"P4": ["result.data"]}
EARLIER = {"P5": ["challenge.technology"]}

LINKED = [
    ("P1", "challenge.staff", "response.help", 1),
    ("P2", "challenge.staff", "response.help", 2),
    ("P2", "challenge.technology", "response.plan", 1),
]

# goal, project, theme, metric, baseline, target, attainment, measured_by
GOALS = [
    ("G1", "P1", "goal.data", True, True, True, "achieved", "measured"),
    ("G2", "P1", "goal.data", True, False, False, "achieved", "asserted"),
    ("G3", "P2", "goal.data", False, False, True, "partly", "estimated"),
    ("G4", "P3", "goal.automation", False, False, False, "not_achieved", "asserted"),
    ("G5", "P3", "goal.automation", False, False, False, "not_reported", "none"),
]

ROOTING = [
    ("G1", "P1", "yes", "yes", "yes", "no"),
    ("G3", "P2", "yes", "silent", "yes", "silent"),
    ("G4", "P3", "yes", "yes", "yes", "yes"),  # not achieved, so it does not count
]

RATINGS = [
    ("P1", "goal_attainment", 5), ("P2", "goal_attainment", 4),
    ("P3", "goal_attainment", 4), ("P4", "goal_attainment", 2),
    ("P1", "effort", 3),
]  # fmt: skip

CLAIMS = [
    ("C1", "P1", 10_000.0, "yearly", True, True),
    ("C2", "P2", 30_000.0, "yearly", True, False),
    ("C3", "P3", 200_000.0, "once", False, False),
    ("C4", "P3", None, None, False, False),
]


OPEN = Disclosure(minimum_projects=1, dominance_share=1, p_percent=0)
"""A study that withholds nothing, unless a run asks for a minimum."""

COMPARING = Judging(least_group=2)
"""A study that compares groups of two reports already."""


STUDY = load_study(Path(__file__).parents[2])
VOCABULARY: Vocabulary = STUDY.declaration
DECLARED = STUDY.parameters().declarations


def stand_in(**attributes):
    """Something with the given attributes of `Evidence`, and what every evidence has."""
    made = SimpleNamespace(
        vocabulary=VOCABULARY, has=lambda table: True, tables={}, folder=None, judging=Judging()
    )  # fmt: skip
    vars(made).update(attributes)
    language = getattr(attributes.get("parameters"), "language", "en")
    vars(made).setdefault("words", Words(language))
    if hasattr(made, "parameters"):
        vars(made.parameters).setdefault("declarations", DECLARED)
    else:
        made.parameters = SimpleNamespace(declarations=DECLARED)
    if hasattr(made, "projects"):
        if "due" not in made.projects:
            made.projects = made.projects.assign(due=True)
        vars(made).setdefault("funded", len(made.projects))
        made.tables.setdefault("projects", made.projects)
    if hasattr(made, "reports"):
        made.tables.setdefault("documents", made.reports.assign(kind="final"))
    return made


@dataclass(frozen=True)
class Handmade:
    """What indicators use of `Evidence`."""

    parameters: SimpleNamespace
    tables: dict[str, pd.DataFrame]
    projects: pd.DataFrame
    presence: pd.DataFrame
    linked: pd.DataFrame
    goals: pd.DataFrame
    sustainability: pd.DataFrame
    ratings: pd.DataFrame
    saving_claims: pd.DataFrame
    n: int
    N: int
    earlier: pd.DataFrame = field(default_factory=pd.DataFrame)
    mild: pd.DataFrame = field(default_factory=pd.DataFrame)
    disclosure: Disclosure = OPEN
    judging: Judging = COMPARING
    vocabulary: Vocabulary = VOCABULARY

    @property
    def funded(self) -> int:
        return len(self.projects)

    @property
    def reports(self) -> pd.DataFrame:
        return pd.DataFrame({"document_id": ["D1", "D2", "D3", "D4"]})

    @property
    def words(self) -> Words:
        return Words(self.parameters.language)

    def has(self, table: str) -> bool:
        """It has rows of every table, whether or not a test leaves some."""
        return True

    def presence_by_rule(self, rule: str) -> pd.DataFrame:
        return self.mild if rule == "any" else self.presence

    def presence_of_wave(self, wave: str) -> pd.DataFrame:
        return {"2022": self.presence, "2021": self.earlier}[wave]

    def but(self, **changes: object) -> Handmade:
        """The same with other attributes; parameters by `parameters=dict(...)`."""
        if isinstance(changes.get("parameters"), dict):
            told = vars(self.parameters) | changes["parameters"]
            changes["parameters"] = SimpleNamespace(**told)
        return replace(self, **changes)


def states(yes: dict[str, list[str]], no: dict[str, list[str]], projects: list[str]):
    """Presence of every codable code in every given project."""
    rows = [
        (p, code, kind,
         "yes" if code in yes.get(p, []) else "no" if code in no.get(p, []) else "silent")
        for p in projects for code, kind, codable in CODES if codable
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["project_id", "code_id", "kind", "state"], dtype="string")
    return frame.assign(segments=1, coders=1)


def handmade(minimum_cell: int = 1, wave: str = "2022") -> Handmade:
    """The programme; nothing is suppressed unless a minimum is given."""
    reported = ["P1", "P2", "P3", "P4"]
    mild_yes = {p: [*YES[p], *MILD_ONLY.get(p, [])] for p in reported}
    codes = pd.DataFrame(CODES, columns=["code_id", "kind", "codable"])
    items = pd.DataFrame(
        {"item_id": ["goal_attainment", "effort"], "scale_min": [1, 1], "scale_max": [5, 5]}
    )
    for language in ("fi", "sv", "en"):
        codes[f"label_{language}"] = codes["code_id"]
        items[f"label_{language}"] = items["item_id"]
    goals = pd.DataFrame(
        GOALS,
        columns=[
            "goal_id", "project_id", "code_id", "has_metric", "has_baseline", "has_target",
            "attainment", "measured_by",
        ],
    )  # fmt: skip
    ratings = pd.DataFrame(RATINGS, columns=["project_id", "item_id", "value"])
    return Handmade(
        parameters=SimpleNamespace(
            wave=wave, confidence=0.95, minimum_cell=minimum_cell, language="en",
            estimand="descriptive", coder_rule="majority", municipality_group="all",
            declarations=DECLARED,
        ),
        tables={
            "codes": codes,
            "rating_items": items,
            "ratings": ratings.assign(rater_kind="project"),
            "documents": pd.DataFrame({"wave": [2022, 2022, 2021]}),
            "coders": pd.DataFrame({"coder_id": ["A", "B"], "role": "coder"}),
            "readings": pd.DataFrame(
                {"document_id": ["D1", "D1"], "coder_id": ["A", "B"], "round": 1, "complete": True}
            ),
        },
        projects=pd.DataFrame(
            {
                "project_id": ["P1", "P2", "P3", "P4", "P5", "P6"],
                "municipality_group": ["urban", "urban", "rural", "rural", "rural", None],
            }
        ),
        presence=states(YES, NO, reported),
        mild=states(mild_yes, NO, reported),
        earlier=states(EARLIER, {}, ["P5"]),
        linked=pd.DataFrame(LINKED, columns=["project_id", "challenge", "response", "links"]),
        goals=goals,
        sustainability=pd.DataFrame(
            ROOTING,
            columns=["goal_id", "project_id", "owner_named", "budget_line", "in_use", "spread"],
        ),
        ratings=ratings.assign(rater_kind="project"),
        saving_claims=pd.DataFrame(
            CLAIMS,
            columns=["claim_id", "project_id", "amount", "period", "has_baseline",
                     "has_method"],
        ),
        n=4,
        N=6,
    )  # fmt: skip


def nothing_coded(evidence: Handmade) -> Handmade:
    """The same reports, in which no goal, rating, saving or link was found."""
    return evidence.but(
        goals=evidence.goals.iloc[0:0],
        sustainability=evidence.sustainability.iloc[0:0],
        ratings=evidence.ratings.iloc[0:0],
        saving_claims=evidence.saving_claims.iloc[0:0],
        linked=evidence.linked.iloc[0:0],
        presence=states({}, {}, ["P1", "P2", "P3", "P4"]),
        mild=states({}, {}, ["P1", "P2", "P3", "P4"]),
    )


def found(indicators, key: str, estimand: str = "D", **by: str):
    """The one indicator of this key, estimand and breakdown."""
    wanted = (key, estimand, tuple(sorted(by.items())))
    matches = [i for i in indicators if i.identity == wanted]
    assert len(matches) == 1, f"{len(matches)} indicators are {wanted}"
    return matches[0]

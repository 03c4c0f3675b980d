"""How often things are said in the generated reports: drawn once, alike for all codes of a kind.

Nothing is published of how often a goal, result, challenge or response occurs, so every code of
a kind has the same wide distribution. The order in which the releases name things is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from tools.example_data import assumptions
from tools.example_data.projects import Project
from tools.example_data.rng import Draws

GOALS_PER_PROJECT = {2: 0.25, 3: 0.35, 4: 0.25, 5: 0.15}

REMARK = 0.1
"""Chance of another explanation, and of another opinion, beside a result."""

CALL_THEME_FACTOR = 3.0
"""How much likelier a goal is on a theme that the subject of the call names."""

ATTAINMENT = {"achieved": 0.52, "partly": 0.26, "not_achieved": 0.08, "not_reported": 0.14}
"""Self-reports are mostly favourable; audits say that goals are seldom concrete (VTV 2022)."""

MEASURED = {True: 0.30, False: 0.06}
ESTIMATED = 0.27
"""Chance that an attainment is measured, with a metric of the goal and without; and estimated.
The rest is asserted."""

METRIC, BASELINE, TARGET = 0.35, 0.14, 0.18
"""Chances that a goal has a metric, and, with or without one, a baseline and a target."""

SAVING, SAVING_DENIED = 0.34, 0.12
SAVING_SUM, SAVING_BASELINE, SAVING_METHOD = 0.55, 0.30, 0.25

GROUP_SHIFT, WAVE_SHIFT = 0.4, 0.6
"""Standard deviations, in log odds, of the differences between rural and other leads and between
the waves; pandemic, staff and partners may all have weighed differently in another year."""

ECHO = 0.22
"""Chance that a report says the same thing again under another heading."""


@dataclass(frozen=True)
class Chances:
    """Chances by code, drawn for the whole example.

    Arguments:
        affirm, deny: chance that a report says, or denies, a code outright.
        rural, later_wave: shifts of the log odds of affirming.
        theme: weight of a goal on each theme.
        answered: chance that a challenge, once told, gets a response.
        answers: weight of each response by challenge.
    """

    affirm: Mapping[str, float]
    deny: Mapping[str, float]
    rural: Mapping[str, float]
    later_wave: Mapping[str, float]
    theme: Mapping[str, float]
    answered: Mapping[str, float]
    answers: Mapping[str, Mapping[str, float]]

    def of(self, code: str, project: Project, wave: int) -> float:
        """Chance that the report of a project affirms a code."""
        chance = min(max(self.affirm[code], 0.01), 0.95)
        odds = log(chance / (1 - chance))
        if project.lead["municipality_group"] == "rural":
            odds += self.rural[code]
        if wave != min(assumptions.WAVES):
            odds += self.later_wave[code]
        return 1 / (1 + exp(-odds))

    def themes(self, project: Project) -> dict[str, float]:
        """Weights of the themes for a project's goals."""
        named = project.call.themes
        return {
            theme: weight * (CALL_THEME_FACTOR if theme in named else 1.0)
            for theme, weight in self.theme.items()
        }


def measured_by(has_metric: bool, draws: Draws) -> str:
    """How the attainment of a goal is known."""
    measured = MEASURED[has_metric]
    return draws.weighted(
        {"measured": measured, "estimated": ESTIMATED, "asserted": 1 - measured - ESTIMATED}
    )


def draw_chances(codes: list[str], draws: Draws) -> Chances:
    """Draw the chances of all codable codes.

    Arguments:
        codes: identifiers, kind and name.
    """
    # Mean and rough 90 % range: challenges and steering .33 (.11-.60), results beyond the goals
    # .13, responses to nothing in particular .08, rooting .40 (.17-.65), denials .10.
    shapes = {
        "challenge": (3, 6),
        "steering": (3, 6),
        "rooting": (4, 6),
        "result": (1, 7),
        "response": (1, 11),
    }
    affirm, deny, rural, later = {}, {}, {}, {}
    for code in codes:
        kind = code.split(".")[0]
        affirm[code] = draws.beta(*shapes[kind]) if kind in shapes else 0.0
        deny[code] = draws.beta(1, 9) if kind in ("challenge", "steering", "rooting") else 0.0
        rural[code] = draws.normal(0, GROUP_SHIFT)
        later[code] = draws.normal(0, WAVE_SHIFT)
    challenges = [code for code in codes if code.startswith("challenge.")]
    responses = [code for code in codes if code.startswith("response.")]
    return Chances(
        affirm=affirm,
        deny=deny,
        rural=rural,
        later_wave=later,
        theme={
            code.split(".")[1]: 0.2 - log(draws.uniform(1e-9, 1.0))
            for code in codes
            if code.startswith("goal.")
        },
        answered={code: draws.beta(4, 3) for code in challenges},
        # Exponential weights, normalised or not, are a flat Dirichlet.
        answers={
            challenge: {response: -log(draws.uniform(1e-9, 1.0)) for response in responses}
            for challenge in challenges
        },
    )

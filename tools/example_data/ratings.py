"""How projects rate themselves in the generated reports."""

from __future__ import annotations

from tools.example_data.public import Row
from tools.example_data.report_contents import Contents
from tools.example_data.rng import Draws

ITEMS: tuple[tuple[str, str, str, str], ...] = (
    (
        "goal_attainment",
        "Hanke saavutti tavoitteensa",
        "Projektet nådde sina mål",
        "The project reached its goals",
    ),
    (
        "working_methods",
        "Toimintatavat muuttuivat",
        "Arbetssätten förändrades",
        "Ways of working changed",
    ),
    (
        "service_quality",
        "Palvelun laatu parani",
        "Servicens kvalitet förbättrades",
        "The quality of service improved",
    ),
    (
        "cost_effectiveness",
        "Kustannusvaikuttavuus parani",
        "Kostnadseffektiviteten förbättrades",
        "Cost-effectiveness improved",
    ),
    (
        "cooperation",
        "Yhteistyö kuntien välillä vahvistui",
        "Samarbetet mellan kommunerna stärktes",
        "Co-operation between municipalities grew stronger",
    ),
    (
        "permanence",
        "Tulokset jäävät pysyvään käyttöön",
        "Resultaten tas i bestående bruk",
        "The results stay in use",
    ),
    (
        "grant_suitability",
        "Kannustin oli sopiva ohjauskeino",
        "Incitamentet var ett lämpligt styrmedel",
        "The grant was a suitable instrument",
    ),
)
"""Questions of the example: the real form was not found."""

SCALE = (1, 5)
CENTRE, SPREAD = 3.8, 0.85
"""Self-ratings lie high: recipients rate what they were paid for."""

ATTAINMENT_EFFECT = 1.0
"""Points between a project that reached all its goals and one that reached none."""

NO_RATINGS, NO_ANSWER = 0.06, 0.07


def rating_items() -> list[Row]:
    """The questions, as rows."""
    low, high = SCALE
    return [
        {
            "item_id": item,
            "label_fi": fi,
            "label_sv": sv,
            "label_en": en,
            "scale_min": str(low),
            "scale_max": str(high),
        }
        for item, fi, sv, en in ITEMS
    ]


def ratings(contents: list[Contents], draws: Draws) -> list[Row]:
    """Draw the answers; some reports leave all questions open, many leave one."""
    offsets = {item[0]: draws.normal(0.0, 0.3) for item in ITEMS}
    rows = []
    for content in contents:
        reached = sum(goal.attainment == "achieved" for goal in content.goals)
        share = reached / len(content.goals)
        centre = CENTRE + ATTAINMENT_EFFECT * (share - 0.5)
        silent = draws.happens(NO_RATINGS)
        for item, offset in offsets.items():
            value = round(draws.normal(centre + offset, SPREAD))
            if not silent and not draws.happens(NO_ANSWER):
                rows.append(
                    {
                        "document_id": content.report.document_id,
                        "item_id": item,
                        "value": str(min(max(value, SCALE[0]), SCALE[1])),
                        "rater_kind": "project",
                    }
                )
    return rows

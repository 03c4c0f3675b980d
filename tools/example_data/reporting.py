"""Which generated projects had sent their final report, when, and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

from tools.example_data import assumptions
from tools.example_data.projects import Project
from tools.example_data.rng import Draws

LARGE_GRANT_EUR = 400_000
SMALL_LEAD = 10_000
"""Inhabitants below which a lead counts as small."""


@dataclass(frozen=True)
class Report:
    """A final report that was received, before anything is said of its contents."""

    project: Project
    wave: int
    received: date
    language: str

    @property
    def document_id(self) -> str:
        """Identifier of the document."""
        return f"{self.project.project_id}-final"

    @property
    def text_file(self) -> str:
        """Path of its text from the data folder."""
        return f"reports/text/{self.document_id}.txt"


def readiness(project: Project) -> float:
    """Log odds, up to a constant, of having reported by the end of the wave."""
    plan = project.call
    middle = plan.start_earliest + (plan.start_latest - plan.start_earliest) / 2
    people = project.lead["population"]
    holds = {
        "joint": project.joint,
        "large_grant": project.grant > LARGE_GRANT_EUR,
        "late_start": project.started > middle,
        "small_lead": bool(people) and int(people) < SMALL_LEAD,
    }
    return sum(shift for name, shift in assumptions.REPORTING_EFFECTS.items() if holds[name])


def received_reports(projects: list[Project], draws: Draws) -> list[Report]:
    """Choose the reports of each wave; as many as were examined, all of generated projects.

    No results are invented for real municipalities, so no public project has a report here,
    whether or not it had one in truth.
    """
    reports = []
    for wave, (calls, count, last_day) in assumptions.WAVES.items():
        funded = [project for project in projects if project.row["call_id"] in calls]
        late = {i: exp(-readiness(project)) for i, project in enumerate(funded)}
        missing = set(draws.some(late, len(funded) - count))
        reported = [project for i, project in enumerate(funded) if i not in missing]
        swedish = set(
            draws.some(
                {
                    i: assumptions.SWEDISH_REGIONS.get(project.lead["region_code"], 0.0)
                    for i, project in enumerate(reported)
                },
                assumptions.REPORTS_SWEDISH[wave],
            )
        )
        for i, project in enumerate(reported):
            received = project.ended + timedelta(days=draws.whole(12, 90))
            language = "sv" if i in swedish else "fi"
            reports.append(Report(project, wave, min(received, last_day), language))
    return reports

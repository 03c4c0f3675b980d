"""The generated projects of the register and who takes part in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from tools.example_data import assumptions, municipalities
from tools.example_data.assumptions import CallPlan
from tools.example_data.grants import amounts
from tools.example_data.phrases import Subject, titles
from tools.example_data.public import Row, Tables
from tools.example_data.rng import Draws

PARTNERS = {1: 0.30, 2: 0.24, 3: 0.16, 4: 0.11, 5: 0.08, 6: 0.05, 8: 0.04, 12: 0.02}
"""How many municipalities join the lead; public projects have 1 to 15."""

NEIGHBOUR = 8.0
"""How much likelier a municipality of the lead's own region is to join than any other."""

FRIEND = 6.0
"""How much likelier one is that the lead has worked with before, in the register or earlier."""

COMPANION = {"company": 0.45, "university": 0.15, "joint_authority": 0.12}
"""Chance that such an organisation takes part: companies as vendors, others as partners."""

AUTHORITY_LEADS = 0.06
"""Chance that an example joint authority leads; the decree lets one administer the grant."""


@dataclass(frozen=True)
class Project:
    """A generated project, with what later parts need to know of it."""

    row: Row
    subject: Subject
    lead: Row
    partners: tuple[Row, ...]
    started: date
    ended: date

    @property
    def joint(self) -> bool:
        """More than one municipality takes part."""
        members = (self.lead, *self.partners)
        return sum(row["kind"] == "municipality" for row in members) > 1

    @property
    def project_id(self) -> str:
        """Identifier in the register."""
        return self.row["project_id"]

    @property
    def call(self) -> CallPlan:
        """What is assumed of the call it was funded from."""
        return assumptions.CALLS[self.row["call_id"]]

    @property
    def grant(self) -> int:
        """Grant in whole euros."""
        return int(self.row["grant_eur"])


def generate_projects(
    public: Tables, organisations: list[Row], ties: list[Row], draws: Draws
) -> list[Project]:
    """Generate what the public projects leave of the 122 positive decisions."""
    acquainted: Counter[tuple[str, str]] = Counter()
    for tie in ties:
        acquainted[tie["org_a"], tie["org_b"]] += 1
        acquainted[tie["org_b"], tie["org_a"]] += 1
    plans = []
    for call_id, plan in assumptions.CALLS.items():
        rows = [row for row in public["projects"] if row["call_id"] == call_id]
        known = [int(row["grant_eur"]) for row in rows if row["grant_eur"]]
        count = plan.projects - len(rows)
        euros = amounts(plan, known, len(rows) - len(known), count, draws)
        named = titles(call_id, count, draws)
        plans += [
            (call_id, number, plan, euro, *title, number > count - plan.later)
            for number, (euro, title) in enumerate(zip(euros, named, strict=True), start=1)
        ]
    leads = _leads(municipalities.region_weights(public), organisations, len(plans), draws)
    projects = []
    numbers: Counter[str] = Counter()
    for lead, (call_id, number, plan, euro, subject, fi, sv, later) in zip(
        leads, plans, strict=True
    ):
        joint = draws.happens(plan.joint_share)
        partners = _partners(lead, organisations, joint, acquainted, draws)
        decided = plan.decided_later if later and plan.decided_later else plan.decided
        started, ended = _period(plan, decided, draws)
        year = call_id.split("-")[0]
        numbers[year] += 1
        row = {
            "project_id": f"ex-{call_id}-{number:02d}",
            "call_id": call_id,
            "title_fi": fi,
            "title_sv": sv if draws.happens(0.35) else "",
            "lead_org_id": lead["org_id"],
            "grant_eur": str(euro.grant),
            "total_cost_eur": str(euro.cost),
            "decided": decided.isoformat(),
            "started": started.isoformat(),
            "ended": ended.isoformat(),
            "origin": "example",
            "source": "",
            "note": "",
            # No register of the Government has numbers of this form.
            "register_number": f"EX/{numbers[year]:04d}/{year}",
        }
        projects.append(Project(row, subject, lead, tuple(partners), started, ended))
    return projects


def participations(projects: list[Project], draws: Draws) -> list[Row]:
    """Who takes part, as rows; some joint projects have their shares published, most do not."""
    rows = []
    for project in projects:
        municipal = [row for row in project.partners if row["kind"] != "company"]
        shares: dict[str, int] = {}
        if municipal and draws.happens(0.3):
            parts = [draws.uniform(2.0, 4.0), *(draws.uniform(0.3, 1.0) for _ in municipal)]
            for row, part in zip([project.lead, *municipal], parts, strict=True):
                shares[row["org_id"]] = int(project.grant * part / sum(parts) // 10 * 10)
            shares[project.lead["org_id"]] += project.grant - sum(shares.values())
        for row in (project.lead, *project.partners):
            lead = row is project.lead
            rows.append(
                {
                    "project_id": project.project_id,
                    "org_id": row["org_id"],
                    "role": "lead" if lead else "vendor" if row["kind"] == "company" else "partner",
                    "share_eur": str(shares.get(row["org_id"], "")),
                    "source": "",
                }
            )
    return rows


def _leads(
    weights: dict[str, float], organisations: list[Row], count: int, draws: Draws
) -> list[Row]:
    """Draw the leads: every region its share of projects, larger municipalities more often."""
    regions = municipalities.shared_out(weights, count, dict.fromkeys(weights, count))
    led: Counter[str] = Counter()
    leads: list[Row] = []
    for region, share in regions.items():
        here = [row for row in organisations if row["region_code"] == region]
        own = [row for row in here if row["kind"] == "municipality"]
        authorities = [row for row in here if row["kind"] == "joint_authority"]
        for _ in range(share):
            by_authority = authorities and (not own or draws.happens(AUTHORITY_LEADS))
            choice = authorities if by_authority else own
            weight = {
                i: sqrt(float(row["population"] or 1)) / (1 + 2 * led[row["org_id"]])
                for i, row in enumerate(choice)
            }
            lead = choice[draws.weighted(weight)]
            led[lead["org_id"]] += 1
            leads.append(lead)
    return draws.shuffled(leads)


def _partners(
    lead: Row,
    organisations: list[Row],
    joint: bool,
    acquainted: Counter[tuple[str, str]],
    draws: Draws,
) -> list[Row]:
    def weight(row: Row) -> float:
        near = NEIGHBOUR if row["region_code"] == lead["region_code"] else 1.0
        met = FRIEND if acquainted[lead["org_id"], row["org_id"]] else 1.0
        return near * met

    def of_kind(kind: str) -> dict[int, float]:
        return {
            i: weight(row)
            for i, row in enumerate(organisations)
            if row["kind"] == kind and row is not lead
        }

    count = draws.weighted(PARTNERS) + (lead["kind"] != "municipality") if joint else 0
    if lead["kind"] != "municipality":
        count = max(count, 2)
    partners = [organisations[i] for i in draws.some(of_kind("municipality"), count)]
    for kind, chance in COMPANION.items():
        if draws.happens(chance):
            partners += [organisations[i] for i in draws.some(of_kind(kind), 1)]
    for row in partners:
        acquainted[lead["org_id"], row["org_id"]] += 1
        acquainted[row["org_id"], lead["org_id"]] += 1
    return partners


def _period(plan: CallPlan, decided: date, draws: Draws) -> tuple[date, date]:
    """First and last day: most projects use all the time their call leaves them."""
    earliest = max(plan.start_earliest, decided)
    started = earliest + timedelta(days=draws.whole(0, max((plan.start_latest - earliest).days, 0)))
    if draws.happens(0.6):
        return started, plan.end
    return started, plan.end - timedelta(days=draws.whole(1, 9) * 15)

"""What the example assumes, each with the public fact it rests on.

Counts of projects and euros are public or derived. Whatever describes the contents of reports is
not known from any public source: no count of a goal, result, challenge or response has been
published, so the distributions here are wide and treat all codes of a kind alike. Which code
turns out the commonest is chance, and says nothing of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SEED = 893
"""The seed of the committed example: the number of the decree, 893/2019, chosen beforehand."""


@dataclass(frozen=True)
class CallPlan:
    """How many projects of a call are in the register, and what they may cost.

    Arguments:
        projects: projects with a positive decision by April 2022, public ones included.
        decided: day of the decisions; of the later ones, `decided_later`.
        start_earliest, start_latest: first days of the projects.
        end: last day a project could run.
        low_eur, high_eur: range of the grants, published or assumed.
        joint_share: share of projects of several municipalities.
        themes: themes that the subject of the call names.
        mean_eur: mean of the generated grants where no sum is published.
        total_eur: published sum of the projects that are not later.
        extremes: the lowest and the highest grant occur, as they are published.
        later: projects decided after the first decisions, on `decided_later`.
    """

    projects: int
    decided: date
    start_earliest: date
    start_latest: date
    end: date
    low_eur: int
    high_eur: int
    joint_share: float
    themes: tuple[str, ...]
    mean_eur: int = 0
    total_eur: int = 0
    extremes: bool = False
    later: int = 0
    decided_later: date | None = None


MEAN_GRANT_EUR = 336_000
"""Mean of the published means of 2020 (9.69 M / 29) and 2021 (5.77 M / 17), rounded."""

LARGEST_JOINT_2019_EUR = 2_000_000
"""No generated grant of the second call of 2019 is above the largest of the first; the public
eVaka (3.4 M) stays the largest of all."""

CALLS: dict[str, CallPlan] = {
    "2019-1": CallPlan(
        projects=41,
        decided=date(2019, 11, 21),
        start_earliest=date(2019, 12, 2),
        start_latest=date(2020, 6, 1),
        end=date(2021, 11, 30),
        low_eur=11_900,
        high_eur=2_000_000,
        extremes=True,
        mean_eur=MEAN_GRANT_EUR,
        joint_share=0.35,
        themes=("knowledge_management", "data_collection", "automation", "data_visualisation"),
    ),
    # 122 positive decisions less 41, 29 and 21 leave 31.
    "2019-2": CallPlan(
        projects=31,
        decided=date(2020, 3, 31),
        start_earliest=date(2020, 4, 1),
        start_latest=date(2020, 10, 1),
        end=date(2021, 11, 30),
        low_eur=11_900,
        high_eur=LARGEST_JOINT_2019_EUR,
        mean_eur=MEAN_GRANT_EUR,
        joint_share=1.0,
        themes=("data_comparability", "resident_services", "knowledge_management", "automation"),
    ),
    "2020": CallPlan(
        projects=29,
        decided=date(2020, 12, 11),
        start_earliest=date(2021, 1, 1),
        start_latest=date(2021, 5, 3),
        end=date(2022, 10, 31),
        low_eur=11_900,
        high_eur=1_090_100,
        total_eur=9_690_000,
        joint_share=1.0,
        themes=("participation", "resident_services", "automation"),
    ),
    "2021": CallPlan(
        projects=21,
        later=4,
        decided=date(2021, 6, 23),
        # The day is not published; the four are taken to be positive, as 122 decisions suggest.
        decided_later=date(2021, 12, 15),
        start_earliest=date(2021, 8, 2),
        start_latest=date(2022, 3, 1),
        end=date(2023, 10, 31),
        low_eur=11_900,
        high_eur=980_000,
        total_eur=5_770_000,
        joint_share=1.0,
        themes=("data_quality", "data_comparability", "awareness"),
    ),
}

GRANT_SPREAD = 0.95
"""Standard deviation of the logarithm of a grant: 11 900 to 2 000 000 euros over 41 projects is a
range of 5.1 in logarithms, which is 4.4 standard deviations for 41 normal values, so about 1.15;
drawn a little narrower since the extremes are set."""

ROUND_COST_SHARE = 0.6
"""Share of grants that are exactly 85 % of a cost in whole thousands: 6 of the 21 published ones
are plainly so, and most others may be."""

GRANT_CEILING = 0.85
"""Decree 893/2019, section 4."""

MUNICIPALITIES = 118
"""Example municipalities that may take part; a few are never drawn and are then left out.
Kuntaliitto's survey of 2021 found that about half of those who answered had used grants; with the
54 public ones these are rather more than half of the 309."""

ORGANISATIONS = {"joint_authority": 10, "company": 14, "university": 6}
"""Example organisations that are not municipalities."""

CELL_MINIMUM = 3
"""Fewest real municipalities in a cell of region, group and size class for the cell to be used."""

CELL_LEFT = 2
"""Fewest real municipalities of a cell that take part in no public project."""

WAVES: dict[int, tuple[tuple[str, ...], int, date]] = {
    2022: (("2019-1", "2019-2"), 52, date(2022, 4, 30)),
    2023: (("2020",), 20, date(2023, 4, 30)),
}
"""Calls, number of final reports and last day of receipt by wave: releases of 3 June 2022 and
4 May 2023."""

REPORTS_SWEDISH = {2022: 9, 2023: 3}
"""Reports in Swedish, about a sixth: half of the reports of leads in the bilingual regions."""

REPORTING_EFFECTS = {"joint": -0.5, "large_grant": -0.5, "late_start": -0.6, "small_lead": -0.4}
"""Shift of the log odds of having reported, mild, in the direction a ministry's follow-up would
expect: joint, large and late projects report later, and small leads have fewer hands."""

SWEDISH_REGIONS = {"15": 6.0, "01": 2.0, "02": 2.0, "16": 1.0}
"""Weight of a report being in Swedish by region of the lead; others are in Finnish."""

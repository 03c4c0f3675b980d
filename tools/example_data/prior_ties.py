"""Co-operation before the programme, as a comparison register would show it."""

from __future__ import annotations

from tools.example_data.public import Row
from tools.example_data.rng import Draws

REGISTER = "Esimerkkirekisteri 2016–2018"
"""No such register was found for the programme; a real one could be an earlier programme's."""

EARLIER_PROJECTS = 16
"""Earlier projects, of two to five organisations each."""


def prior_ties(organisations: list[Row], draws: Draws) -> list[Row]:
    """Make the ties that earlier projects left between example organisations."""
    ties: dict[tuple[str, str, int], Row] = {}
    for number in range(1, EARLIER_PROJECTS + 1):
        year = draws.whole(2016, 2018)
        first = draws.one([row for row in organisations if row["kind"] == "municipality"])
        others = {
            i: 12.0 if row["region_code"] == first["region_code"] else 1.0
            for i, row in enumerate(organisations)
            if row is not first
        }
        members = [first, *(organisations[i] for i in draws.some(others, draws.whole(1, 4)))]
        ids = sorted(row["org_id"] for row in members)
        for i, org_a in enumerate(ids):
            for org_b in ids[i + 1 :]:
                ties.setdefault(
                    (org_a, org_b, year),
                    {
                        "org_a": org_a,
                        "org_b": org_b,
                        "year": str(year),
                        "register": REGISTER,
                        "project_ref": f"ex-{year}-{number:02d}",
                    },
                )
    return [ties[key] for key in sorted(ties)]

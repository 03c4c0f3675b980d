"""Example joint authorities, companies and universities."""

from __future__ import annotations

from tools.example_data import assumptions
from tools.example_data.public import Row
from tools.example_data.rng import Draws

NAMES = {
    "joint_authority": ("ex-kuntayhtyma", "Esimerkkikuntayhtymä", "Exempelsamkommun"),
    "company": ("ex-yritys", "Esimerkkiyritys", "Exempelföretag"),
    "university": ("ex-korkeakoulu", "Esimerkkikorkeakoulu", "Exempelhögskola"),
}


def example_organisations(
    regions: dict[str, float], unserved: list[str], draws: Draws
) -> list[Row]:
    """Make the example organisations that are not municipalities.

    Arguments:
        regions: weight of each region.
        unserved: regions that hold no example municipality; the first joint authorities are
            there, so that every mainland region has a project.
    """
    rows = []
    for kind, count in assumptions.ORGANISATIONS.items():
        stem, name_fi, name_sv = NAMES[kind]
        places = draws.some(regions, count)
        if kind == "joint_authority":
            places = [*unserved, *(place for place in places if place not in unserved)]
        for number in range(1, count + 1):
            rows.append(
                {
                    "org_id": f"{stem}-{number:02d}",
                    "kind": kind,
                    "name_fi": f"{name_fi} {number:02d}",
                    "name_sv": f"{name_sv} {number:02d}",
                    "municipality_code": "",
                    "region_code": "" if kind == "company" else places[number - 1],
                    "municipality_group": "",
                    "size_class": "",
                    "population": "",
                    "origin": "example",
                }
            )
    return rows

"""Example municipalities: like real ones in kind, and none of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp, log

from tools.example_data import assumptions
from tools.example_data.public import Row, Tables
from tools.example_data.rng import Draws

CLASSES: tuple[tuple[str, int], ...] = (
    ("under_5000", 5_000),
    ("5000_19999", 20_000),
    ("20000_49999", 50_000),
    ("50000_99999", 100_000),
)
"""Size classes and the number of inhabitants that is no longer in them."""

ALAND = "21"
REGISTER_YEARS = ("2019", "2020", "2021")

Cell = tuple[str, str, str]
"""Region code, municipality group, size class."""


def size_class(population: int) -> str:
    """The class of a number of inhabitants."""
    return next((name for name, above in CLASSES if population < above), "100000_or_more")


@dataclass(frozen=True)
class Room:
    """A cell that example municipalities may be put in.

    Arguments:
        cell: region, group, size class.
        places: how many, at most: the real ones less those of public projects.
        low, high: fewest and most inhabitants of the real municipalities in it.
    """

    cell: Cell
    places: int
    low: int
    high: int


def rooms(public: Tables) -> list[Room]:
    """The cells that hold enough real municipalities for no example to point at one of them.

    A cell counts what it holds in the scarcest of the three register years. Cells of Åland are
    left out: the decree addresses municipalities of the mainland's state-grant system.
    """
    participants = {row["municipality_code"] for row in public["organisations"]} - {""}
    found: dict[Cell, dict[str, dict[str, int]]] = {}
    for row in public["municipalities"]:
        # Municipalities that later ended have no figure in the source and make no cell fuller.
        if row["year"] in REGISTER_YEARS and row["region_code"] != ALAND and row["population"]:
            people = int(row["population"])
            cell = (row["region_code"], row["municipality_group"], size_class(people))
            found.setdefault(cell, {}).setdefault(row["year"], {})[row["code"]] = people
    result = []
    for cell, years in sorted(found.items()):
        counts = [len(years.get(year, {})) for year in REGISTER_YEARS]
        free = [len(set(years.get(year, {})) - participants) for year in REGISTER_YEARS]
        people_of_all = [people for year in years.values() for people in year.values()]
        if min(counts) >= assumptions.CELL_MINIMUM and min(free) >= assumptions.CELL_LEFT:
            result.append(Room(cell, min(free), min(people_of_all), max(people_of_all)))
    return result


def region_weights(public: Tables) -> dict[str, float]:
    """Share of each mainland region in the projects: half by inhabitants, half by municipalities.

    Projects follow people as well as administrations, and which more is not published.
    """
    people: Counter[str] = Counter()
    municipalities: Counter[str] = Counter()
    for row in public["municipalities"]:
        if row["year"] == "2021" and row["region_code"] != ALAND:
            people[row["region_code"]] += int(row["population"])
            municipalities[row["region_code"]] += 1
    return {
        region: people[region] / people.total() / 2
        + municipalities[region] / municipalities.total() / 2
        for region in sorted(people)
    }


def shared_out(weights: dict[str, float], count: int, most: dict[str, int]) -> dict[str, int]:
    """Share a count out by weights, by largest remainder, none above its most."""
    given = dict.fromkeys(weights, 0)
    for _ in range(min(count, sum(most.values()))):
        open_keys = [key for key in sorted(weights) if given[key] < most.get(key, 0)]
        given[max(open_keys, key=lambda key: weights[key] / (given[key] + 0.5))] += 1
    return given


def example_municipalities(public: Tables, draws: Draws) -> list[Row]:
    """Make the example municipalities as rows of `organisations`."""
    available = rooms(public)
    places: dict[str, int] = {}
    for room in available:
        places[room.cell[0]] = places.get(room.cell[0], 0) + room.places
    weights = region_weights(public)
    counts = shared_out(weights, assumptions.MUNICIPALITIES, places)
    taken = {int(row["population"] or 0) for row in public["municipalities"]}
    made: list[tuple[Cell, int]] = []
    for region, count in counts.items():
        slots = [room for room in available if room.cell[0] == region for _ in range(room.places)]
        for room in draws.shuffled(slots)[:count]:
            made.append((room.cell, _population(room, taken, draws)))
    rows = []
    for number, (cell, people) in enumerate(draws.shuffled(made), start=1):
        rows.append(
            {
                "org_id": f"ex-kunta-{number:03d}",
                "kind": "municipality",
                "name_fi": f"Esimerkkikunta {number:03d}",
                "name_sv": f"Exempelkommun {number:03d}",
                "municipality_code": "",
                "region_code": cell[0],
                "municipality_group": cell[1],
                "size_class": cell[2],
                "population": str(people),
                "origin": "example",
            }
        )
    return rows


def _population(room: Room, taken: set[int], draws: Draws) -> int:
    """A number of inhabitants between those of the real ones, and equal to nobody's."""
    while True:
        people = round(exp(draws.uniform(log(room.low), log(room.high))))
        if people not in taken and size_class(people) == room.cell[2]:
            taken.add(people)
            return people

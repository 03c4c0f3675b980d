from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

Rows = list[dict[str, str]]
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def table():
    """Rows of a committed table, by its path without ending."""
    cache: dict[str, Rows] = {}

    def read(name: str) -> Rows:
        if name not in cache:
            with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                cache[name] = list(csv.DictReader(file))
        return cache[name]

    return read


STEM_CHANGES = (
    ("lahti", "lahde"),
    ("lampi", "lamme"),
    ("lammi", "lammi"),
    ("niemi", "nieme"),
    ("salmi", "salme"),
    ("koski", "koske"),
    ("joki", "joe"),
    ("mäki", "mäe"),
    ("vesi", "vede"),
    ("kylä", "kylä"),
    ("nki", "ngi"),
    ("nko", "ngo"),
    ("nka", "nga"),
    ("nta", "nna"),
    ("nti", "nni"),
    ("mpi", "mme"),
    ("ppi", "pi"),
    ("pu", "vu"),
    ("ki", "ke"),
    ("ku", "u"),
    ("nen", "se"),
    ("e", "ee"),
    ("s", "kse"),
    ("i", "e"),
)
CASES = r"(n|a|ä|ssa|ssä|sta|stä|lla|llä|lta|ltä|lle|ksi|na|nä|an|än|en|in|on|un|hun|iin|seen|s)?"


def pattern_of(names: set[str]) -> re.Pattern[str]:
    """Real names with their stems inflected; a capital, since texts use them only as names."""
    stems = set(names)
    for name in names:
        for end, changed in STEM_CHANGES:
            if name.casefold().endswith(end):
                stems.add((name.casefold()[: len(name) - len(end)] + changed).capitalize())
    long_enough = sorted(re.escape(stem) for stem in stems if len(stem) > 1)
    return re.compile(rf"\b({'|'.join(long_enough)}){CASES}\b")


@pytest.fixture(scope="session")
def real_names(table):
    names = set()
    for row in table("reference/municipalities"):
        for column in ("name_fi", "name_sv"):
            names.update(part for part in row[column].split(" - ") if part)
    return pattern_of(names)

from __future__ import annotations

import csv
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

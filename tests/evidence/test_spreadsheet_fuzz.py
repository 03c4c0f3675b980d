"""Five hundred spreadsheets: none is read as another number than a person sees, none refused
that shows all that it stores."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from spreadsheet_mutations import COLUMNS, OTHER, Mutated, mutate
from test_spreadsheet_cases import register

from evaltools.evidence.descriptor import Descriptor
from evaltools.evidence.tables import TablesRead, read_leniently

SPREADSHEETS = 500


@pytest.fixture(scope="module")
def descriptor(tmp_path_factory: pytest.TempPathFactory) -> Descriptor:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "register").mkdir()
    whole = register()
    resource = whole.resource("projects")
    fields = tuple(one for one in resource.fields if one.own_name in COLUMNS)
    return replace(whole, folder=folder, resources=(replace(resource, fields=fields),))


def read(descriptor: Descriptor, made: Mutated) -> TablesRead:
    stem: Path = descriptor.folder / "register" / "projects"
    for suffix in (".csv", ".xlsx", ".ods"):
        stem.with_suffix(suffix).unlink(missing_ok=True)
    stem.with_suffix(made.suffix).write_bytes(made.content)
    return read_leniently(descriptor.folder, descriptor)


def differences(frame: pd.DataFrame, seen: dict[str, dict[str, Any]]) -> list[str]:
    """Where the frame says something else than is seen."""
    frame = frame.rename(columns={"grant": "grant_eur", "total_cost": "total_cost_eur"})
    found = {str(row["project_id"]): row for row in frame.to_dict("records")}
    if set(found) != set(seen):
        return [f"rows {sorted(set(found) ^ set(seen))}"]
    wrong = []
    for name, values in seen.items():
        for column, value in values.items():
            if value is OTHER or column not in COLUMNS:
                wrong.append(f"{name} {column}: no value to read")
                continue
            got = found[name][column]
            if isinstance(value, float):
                same = not pd.isna(got) and math.isclose(got, value, rel_tol=1e-9)
            elif isinstance(value, dt.date):
                same = not pd.isna(got) and got.date() == value
            else:
                same = ("" if pd.isna(got) else got) == value
            if not same:
                wrong.append(f"{name} {column}: {got!r}, not {value!r}")
    return wrong


def test_what_is_read_is_what_is_seen(descriptor: Descriptor) -> None:
    misread: list[str] = []
    refused: list[str] = []
    untold: list[str] = []
    many: list[str] = []
    kinds: Counter[bool] = Counter()
    for seed in range(SPREADSHEETS):
        made = mutate(seed)
        kinds[made.harmless] += 1
        reading = read(descriptor, made)
        label = f"{seed} {', '.join(made.kinds)}"
        problems = [str(one) for one in reading.problems(descriptor)]
        if problems:
            if made.harmless:
                refused.append(f"{label}: {problems}")
            if len(problems) > 2:
                many.append(f"{label}: {problems}")
            untold += [f"{label}: {one}" for one in problems if "[data." not in one]
        else:
            wrong = differences(reading.tables["projects"], made.seen)
            if wrong:
                misread.append(f"{label}: {wrong}")
    assert misread == []
    assert refused == []
    assert many == []
    assert untold == []
    assert min(kinds.values()) == SPREADSHEETS // 2


def test_the_oracle_notices_another_number_and_a_row_too_many(descriptor: Descriptor) -> None:
    made = mutate(0)
    frame = read(descriptor, made).tables["projects"].reset_index(drop=True)
    assert differences(frame, made.seen) == []
    assert len(differences(frame.assign(grant=frame["grant"] * 1000), made.seen)) == 6
    assert len(differences(frame.drop(index=0), made.seen)) == 1

"""Implausible data: what another fact of the study forbids is refused, the rest is a warning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaltools.evidence import load_descriptor, read_tables
from evaltools.evidence.plausibility import stands_apart
from evaltools.evidence.validation import check_data, count_improbable, find_improbable
from evaltools.pipeline.study_checks import check_study
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
STUDIES = (ROOT, *sorted(path.parent for path in (ROOT / "tests/studies").glob("*/evaluation.yml")))
Change = Callable[[pd.DataFrame], None]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The first study, its data to be spoilt."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copy(ROOT / "evaluation.yml", tmp_path)
    return tmp_path


def change(study: Path, file: str, row: int, **values: Any) -> None:
    path = study / "data" / file
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column, value in values.items():
        table.loc[row - 2, column] = str(value)
    table.to_csv(path, index=False)


def add(study: Path, file: str, **values: str) -> None:
    path = study / "data" / file
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    row = {**dict.fromkeys(table.columns, ""), **values}
    pd.concat([table, pd.DataFrame([row])]).to_csv(path, index=False)


def refused(study: Path) -> list[str]:
    loaded = load_study(study)
    return [str(one) for one in check_data(loaded.data, loaded.declaration)]


def warned(study: Path) -> list[str]:
    assert refused(study) == []
    loaded = load_study(study)
    descriptor = load_descriptor(loaded.data)
    tables = read_tables(loaded.data, descriptor)
    return [str(one) for one in find_improbable(tables, descriptor, loaded.declaration)]


@pytest.mark.parametrize("root", STUDIES, ids=lambda path: path.name)
def test_nothing_is_improbable_in_the_studies_as_they_are(root: Path) -> None:
    assert warned(root) == []


def test_a_grant_above_the_largest_of_its_call_is_refused(study: Path) -> None:
    change(study, "register/projects.csv", 3, grant_eur=4930000, total_cost_eur=5800000)
    assert refused(study) == [
        "data/register/projects.csv, row 3, column grant_eur: 4930000, but calls says that the "
        'largest grant of the call "2019-1" was 2000000; allowed: at most that. Correct the '
        "grant, or the largest one there. [data.largest-grant]"
    ]


def test_grants_that_no_choice_of_the_awarded_could_have_are_refused(study: Path) -> None:
    change(study, "register/calls.csv", 4, largest_grant="")
    projects = pd.read_csv(study / "data/register/projects.csv", dtype=str)
    row = projects.index[(projects["call_id"] == "2020") & projects["grant_eur"].notna()][0] + 2
    change(study, "register/projects.csv", row, grant_eur=2350000, total_cost_eur=3000000)
    (line,) = refused(study)
    assert f"row {row}, column grant_eur" in line
    assert "says that 9690000 were awarded" in line
    assert "[data.awarded]" in line


def test_a_report_of_a_wave_that_nobody_can_choose_is_refused(study: Path) -> None:
    change(study, "reports/documents.csv", 2, wave=2024)
    assert refused(study) == [
        "data/reports/documents.csv, row 2, column wave: 2024 is no wave of evaluation.yml, so no "
        'report would read "ex-2019-1-01-final"; allowed: 2022, 2023. Correct it, or declare the '
        "wave there (parameters.wave, reports_due). [data.wave]"
    ]


@pytest.mark.parametrize("region", ["22", "18"])
def test_more_areas_than_the_register_has_there_are_refused(study: Path, region: str) -> None:
    """A region without areas, and one of whose areas all take part already and one more."""
    add(study, "reference/regions.csv", region_code="22", name_fi="Saaristo", name_sv="Skärgården",
        name_en="Archipelago", tile_row="9", tile_column="9")  # fmt: skip
    areas = pd.read_csv(study / "data/reference/municipalities.csv", dtype=str)
    known = areas.loc[areas["region_code"] == region, "code"].nunique()
    organisations = pd.read_csv(study / "data/register/organisations.csv", dtype=str)
    own = organisations[
        (organisations["kind"] == "municipality") & (organisations["region_code"] == region)
    ]
    for number in range(known + 1 - len(own)):
        name = f"ex-kunta-9{number:02d}"
        add(study, "register/organisations.csv", org_id=name, kind="municipality", name_fi=name,
            region_code=region, municipality_group="rural", origin="example")  # fmt: skip
        add(study, "register/participations.csv", project_id="ex-2019-1-01", org_id=name,
            role="partner")  # fmt: skip
    told = f"only {known}" if known else "none"
    assert [line.partition(": ")[2] for line in refused(study)] == [
        f'"{name}" takes part as an area in "{region}", where municipalities has {told}; allowed: '
        "no more areas than municipalities has there. Add the area to municipalities with its "
        "years, or correct the organisation. [data.area-unknown]"
    ]


def _grant(study: Path) -> None:
    change(study, "register/calls.csv", 2, largest_grant="")
    change(study, "register/projects.csv", 2, grant_eur=12325000, total_cost_eur=14500000)


WARNINGS: dict[str, tuple[Callable[[Path], None], str]] = {
    "grant": (_grant, "row 2, column grant_eur: 12325000 is far above the others, of which the "
              "largest is 3400000"),
    "saving": (
        lambda study: change(study, "coding/saving_claims.csv", 3, amount_eur=70_000_000_000),
        "row 3, column amount_eur: a saving of 70000000000 is more than all money of the "
        "programme, 60000000",
    ),
    "population": (
        lambda study: change(study, "reference/municipalities.csv", 2, population=97_000_000),
        'row 2, column population: "005" has 97000000 inhabitants in 2019; its median over the '
        "years is 9",
    ),
    "wave of another call": (
        lambda study: change(study, "reports/documents.csv", 2, wave=2023),
        'row 2, column wave: project "ex-2019-1-01" is of the call "2019-1", whose reports are '
        "due in 2022, not in wave 2023",
    ),
    "after the cut-off": (
        lambda study: change(study, "reports/documents.csv", 2, received="2022-05-04"),
        "row 2, column received: received on 2022-05-04, after the cut-off of wave 2022, "
        "2022-04-30: by default it is not read",
    ),
    "language": (
        lambda study: change(study, "reports/documents.csv", 2, language="sv"),
        'row 2, column language: "sv" is said of a text that reads as "fi"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WARNINGS)
def test_what_is_only_improbable_is_a_warning(study: Path, kind: str) -> None:
    spoil, message = WARNINGS[kind]
    spoil(study)
    assert any(message in line and "[data.improbable]" in line for line in warned(study))
    loaded = load_study(study)
    assert "Improbable, and not refused: " in check_study(loaded)
    descriptor = load_descriptor(loaded.data)
    tables = read_tables(loaded.data, descriptor)
    counts = count_improbable(tables, descriptor, loaded.declaration)
    assert sum(counts.values()) == len(warned(study))
    column = message.partition("column ")[2].partition(":")[0]
    assert any(place.endswith(f".{column}") for place in counts)


def test_only_what_is_far_from_the_others_and_alone_stands_apart() -> None:
    """A skewed whole has large values; one with a digit too many has none beside it."""
    chance = np.random.default_rng(20221201)
    alone = []
    for size in (8, 30, 300):
        for _ in range(100):
            whole = pd.Series(np.exp(chance.normal(12, 1.0, size)))
            spoilt = pd.concat([whole, pd.Series([whole.max() * 1000])], ignore_index=True)
            assert stands_apart(spoilt)[size]
            alone.append(stands_apart(whole).any())
    assert np.mean(alone) < 0.05
    capital = pd.Series([1000 * 1.2**step for step in range(30)] + [2.5 * 1000 * 1.2**29])
    assert not stands_apart(capital).any()
    assert list(np.flatnonzero(stands_apart(pd.Series([5.0] * 9 + [50.0])))) == [9]
    assert not stands_apart(pd.Series([1.0, 2.0, 900.0])).any()


def test_two_places_of_a_map_have_not_one_tile(study):
    change(study, "reference/regions.csv", 3, tile_row=6, tile_column=2)
    (problem,) = refused(study)
    assert "regions.csv, row 3" in problem
    assert "tile 6, 2 of the map is that of row 2, too" in problem

"""A label that lacks a language of the study is an error with its place."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from evaltools.evidence import check_data
from evaltools.study import Study, load_study

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The study of the repository with a codebook, rating items and regions, and little more."""
    for part in ("data/coding", "data/reference", "data/register", "reports", "notebooks"):
        ignored = shutil.ignore_patterns("_build", ".*", "segments.csv", "codings.csv")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "evaluation.yml", tmp_path)
    descriptor = json.loads((ROOT / "data/datapackage.json").read_text("utf-8"))
    kept = ("codes", "rating_items", "regions", "projects", "organisations", "calls")
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] in kept]
    for resource in descriptor["resources"]:
        resource["schema"].pop("foreignKeys", None)
        for field in resource["schema"]["fields"]:
            if field["name"].startswith(("label_", "name_", "definition_")):
                field.pop("constraints", None)
    (tmp_path / "data/datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return load_study(tmp_path)


def untranslated(study: Study) -> list[str]:
    found = check_data(study.data, study.declaration)
    return [str(each) for each in found if each.code == "data.untranslated"]


def empty(path: Path, column: str, row: int) -> str:
    """Empty a cell, the header being row 1; the first value of its row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[row - 1][rows[0].index(column)] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return rows[row - 1][0]


def test_the_example_has_every_label_in_every_language(study: Study) -> None:
    assert untranslated(study) == []


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("coding/codes.csv", "label_sv"),
        ("coding/rating_items.csv", "label_en"),
        ("reference/regions.csv", "name_sv"),
    ],
)
def test_an_empty_label_is_told_with_row_and_column(study: Study, file: str, column: str) -> None:
    name = empty(study.data / file, column, 4)
    assert untranslated(study) == [
        f'data/{file}, row 4, column {column}: "{name}" is called nothing in this language; '
        "allowed: a text in each of fi, sv, en. Translate it. [data.untranslated]"
    ]


def test_an_empty_definition_is_told_with_row_and_column(study: Study) -> None:
    name = empty(study.data / "coding/codes.csv", "definition_sv", 7)
    assert untranslated(study) == [
        f'data/coding/codes.csv, row 7, column definition_sv: "{name}" has no definition in this '
        "language; allowed: a text in each of fi, sv, en. Translate it. [data.untranslated]"
    ]


def test_a_missing_column_of_a_language_is_told_once(study: Study) -> None:
    path = study.data / "datapackage.json"
    descriptor = json.loads(path.read_text("utf-8"))
    for resource in descriptor["resources"]:
        if resource["name"] == "codes":
            fields = resource["schema"]["fields"]
            resource["schema"]["fields"] = [one for one in fields if one["name"] != "label_sv"]
    path.write_text(json.dumps(descriptor), "utf-8")
    assert untranslated(study) == [
        "data/coding/codes.csv, column label_sv: there is no column label_sv, though the study has "
        "the language; allowed: label_fi, label_sv, label_en. Add it, or take the language out of "
        "evaluation.yml. [data.untranslated]"
    ]


def test_only_languages_of_the_study_are_asked_for(study: Study) -> None:
    empty(study.data / "coding/codes.csv", "label_sv", 4)
    declared = study.declaration.model_copy(update={"languages": ("fi", "en")})
    found = check_data(study.data, declared)
    assert [each for each in found if each.code == "data.untranslated"] == []

from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.provenance.manifest import (
    FILE_NAME,
    Ingredients,
    Manifest,
    hash_outputs,
    read_manifest,
)

INGREDIENTS = Ingredients(
    files={"data/a.csv": "1"},
    parameters={"wave": "2022", "calls": ["2019", "2020"]},
    code={"evaltools/x.py": "2"},
    notebooks={
        "notebooks/b.ipynb": {"code": "3", "text": "4"},
        "notebooks/a.ipynb": {"code": "5", "text": "6"},
    },
    lock=("uv.lock", "7"),
    python="3.11.7",
)


@pytest.mark.parametrize(
    "other",
    [
        replace(INGREDIENTS, files={"data/a.csv": "2"}),
        replace(INGREDIENTS, files={"data/b.csv": "1"}),
        replace(INGREDIENTS, parameters={"wave": "2022", "calls": ["2020", "2019"]}),
        replace(INGREDIENTS, code={}),
        replace(INGREDIENTS, notebooks=dict(reversed(INGREDIENTS.notebooks.items()))),
        replace(INGREDIENTS, lock=("uv.lock", "8")),
        replace(INGREDIENTS, python="3.12.0"),
    ],
)
def test_every_ingredient_is_in_the_key(other: Ingredients) -> None:
    assert other.key() != INGREDIENTS.key()


def test_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_text("x")
    made = {"notebooks/a.ipynb": ("figures/a.svg",)}
    manifest = Manifest(INGREDIENTS.key(), INGREDIENTS, made, hash_outputs(tmp_path))
    manifest.write(tmp_path)
    found = read_manifest(tmp_path)
    assert found == manifest
    assert found.ingredients.key() == INGREDIENTS.key()
    assert list(found.ingredients.notebooks) == ["notebooks/b.ipynb", "notebooks/a.ipynb"]
    assert found.find_damage(tmp_path) == []
    (tmp_path / "figures" / "a.svg").write_text("y")
    assert found.find_damage(tmp_path) == ["figures/a.svg"]
    (tmp_path / "figures" / "a.svg").unlink()
    assert found.find_damage(tmp_path) == ["figures/a.svg"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 99}', '{"format": 1, "key": "a"}']
)
def test_what_is_no_manifest_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "missing") is None

"""Whole reports, built by the program as a person would, in folders of their own."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from places import Place, copy_study


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def built(shared: Path) -> Place:
    """A study with its default report, the second wave, and one region in every language.

    Only to be read.
    """
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = Place(shared / "built study")
        if not (place.root / "done").exists():
            shutil.rmtree(place.root, ignore_errors=True)
            copy_study(place.root)
            place.build()
            place.build("-p", "calls=2020", "-p", "wave=2023")
            place.build("-p", "region=06", "--all-languages")
            (place.root / "done").touch()
        return place


@pytest.fixture
def own(built: Place, tmp_path: Path) -> Place:
    """A copy of the built study to do anything with."""
    place = copy_study(tmp_path / "own")
    shutil.copytree(
        built.root / "reports" / "_build", place.root / "reports" / "_build", symlinks=True
    )
    return place


Edit = Callable[[str], str]


@pytest.fixture
def edit(own: Place) -> Callable[[str, Mapping[str, str] | Edit], None]:
    """Replace text in a file of the own study; what is to be replaced must be there."""

    def apply(name: str, changes: Mapping[str, str] | Edit) -> None:
        path = own.root / name
        text = path.read_text(encoding="utf-8")
        if callable(changes):
            text = changes(text)
        else:
            for old, new in changes.items():
                assert old in text, f"{old!r} is not in {name}"
                text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    return apply

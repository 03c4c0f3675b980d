"""Whole reports, built by the program as a person would, in folders of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from places import PROGRAM, Place, copy_built, copy_study


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A study with its default report, the second wave, and one region in every language.

    Only to be read.
    """
    place = copy_study(tmp_path_factory.mktemp("built") / "built study")
    place.build()
    place.build("-p", "calls=2020", "-p", "wave=2023")
    place.build("-p", "region=06", "--all-languages")
    return place


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[int]]:
    """The default report as two builds that begin at once make it, in other surroundings.

    Their user has never run anything.

    Returns:
        The study, and with which statuses the two ended.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    place, home = copy_study(folder / "a folder with ä"), folder / "home"
    home.mkdir()
    of_a_person = ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    own = {name: value for name, value in os.environ.items() if name not in of_a_person}
    surroundings = {
        "HOME": str(home),
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        # Linear algebra as on the oldest processors, and numpy without what newer ones have.
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    }
    command = [PROGRAM, "build", "--engine", "embedded"]
    both = [
        subprocess.Popen(command, cwd=place.root, env=own | surroundings, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    return place, [process.wait() for process in both]


@pytest.fixture
def own(built: Place, tmp_path: Path) -> Place:
    """A copy of the built study to do anything with."""
    return copy_built(built, tmp_path / "own")


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

"""Builds: nothing done twice, the same bytes everywhere, and never half a report."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import Any

import pytest
from places import PROGRAM, Place

pytestmark = pytest.mark.slow


def test_a_second_build_does_nothing_and_says_so(built: Place) -> None:
    before = built.bytes_of()
    start = sum(os.times()[2:4])
    done = built.evaltools("build", "--engine", "embedded")
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing to do")
    assert sum(os.times()[2:4]) - start < 3
    assert built.bytes_of() == before


def test_two_builds_at_once_both_end_well(elsewhere: tuple[Place, list[int]]) -> None:
    place, statuses = elsewhere
    assert statuses == [0, 0]
    assert [path.name for path in place.root.rglob("*building-*")] == []


def test_another_folder_processor_zone_locale_and_hash_seed_give_the_same_bytes(
    built: Place, elsewhere: tuple[Place, list[int]]
) -> None:
    place, _ = elsewhere
    mine, theirs = built.bytes_of(), place.bytes_of()
    assert list(mine) == list(theirs)
    assert [name for name in mine if mine[name] != theirs[name]] == []
    runs = [
        {
            path.relative_to(each.root): path.read_bytes()
            for path in sorted((each.root / "reports" / "_build" / "runs").glob("*/**/*"))
            if path.is_file() and path.parts[-2:-1] != ("locks",)
        }
        for each in (built, place)
    ]
    common = set(runs[0]) & set(runs[1])
    assert len(common) == len(runs[1]) > 30
    assert [str(name) for name in sorted(common) if runs[0][name] != runs[1][name]] == []


def test_no_path_of_this_machine_is_in_any_output(built: Place) -> None:
    for name, content in built.bytes_of().items():
        assert str(built.root).encode() not in content, name
        assert str(Path.home()).encode() + b"/" not in content, name


MOMENTS = (
    "",  # 0.3 seconds after the start
    "runs/.*building-*/notebooks/*.ipynb",
    "renders/.*building-*",
    "renders/.*building-*/*.html",
    "renders/.*building-*/report.json",
)
"""What is there, within the folder of all builds, when a build is killed."""


def there(build: Path, moment: str) -> set[str]:
    """Unlike `Path.glob` it does not mind a folder that goes while it looks."""
    return set(glob(moment, root_dir=build))  # noqa: PTH207


def test_a_killed_build_leaves_the_old_report_or_the_new_one_and_the_next_clears_up(
    own: Place, edit: Callable[..., None]
) -> None:
    old = own.bytes_of()
    edit("reports/fi/_01_tiivistelma.qmd", {"**Verkostot ja kattavuus.**": "**Uudet tulokset.**"})
    edit("evaluation.yml", {"notebook_seconds: 300": "notebook_seconds: 301"})
    build, command = own.root / "reports" / "_build", [PROGRAM, "build", "--engine", "embedded"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for moment in MOMENTS:
        left = there(build, moment)
        process = subprocess.Popen(command, cwd=own.root, start_new_session=True, **quiet)
        if not moment:
            time.sleep(0.3)
        while moment and process.poll() is None and not there(build, moment) - left:
            time.sleep(0.002)
        process.kill()
        # Within moments of the last the new report is in place.
        assert process.wait() == -signal.SIGKILL or moment == MOMENTS[-1], moment
        found = own.bytes_of()
        if found != old:
            assert moment == MOMENTS[-1]
            assert b"Uudet tulokset." in found["digikannustin-valiraportti-fi.html"]
            again = own.evaltools("build", "--engine", "embedded")
            assert again.stdout.startswith("Nothing to do")
    edit("reports/fi/_01_tiivistelma.qmd", {"**Uudet tulokset.**": "**Uusimmat tulokset.**"})
    page = own.build() / "digikannustin-valiraportti-fi.html"
    assert "Uusimmat tulokset." in page.read_text("utf-8")
    assert [path.name for path in build.rglob("*building-*")] == []


def test_a_report_with_an_unknown_variable_is_refused_with_its_line(
    own: Place, edit: Callable[..., None]
) -> None:
    old, name = own.bytes_of(), "reports/fi/_10_johtopaatokset.qmd"
    edit(name, {"reports.scheme.n": "reports.sceme.n"})
    lines = (own.root / name).read_text("utf-8").splitlines()
    (line,) = (at for at, text in enumerate(lines, 1) if "reports.sceme.n" in text)
    done = own.evaltools("build", "--engine", "embedded")
    assert done.returncode == 1
    assert f"{name}:{line}" in done.stderr
    assert "Possibly misspelt reports.scheme.n" in done.stderr
    assert own.bytes_of() == old


def test_a_failing_notebook_is_shown_plainly_and_kept(
    own: Place, edit: Callable[..., None]
) -> None:
    def fail(text: str) -> str:
        return text.replace("compute(evidence)", "compute(evidence) / 0", 1)

    old = own.bytes_of()
    edit("notebooks/07_steering.ipynb", fail)
    done = own.evaltools("build", "--engine", "embedded")
    assert done.returncode == 1
    assert "notebooks/07_steering.ipynb, cell" in done.stderr
    assert "TypeError" in done.stderr
    assert "Traceback" not in done.stderr
    assert (own.root / "reports/_build/failed/07_steering.ipynb").is_file()
    assert own.bytes_of() == old


def test_parameters_that_leave_no_report_are_refused_before_anything_runs(own: Place) -> None:
    done = own.evaltools("build", "-p", "calls=2021")
    assert done.returncode == 1
    assert "notebook" not in done.stderr.splitlines()[0]
    assert "calls" in done.stderr

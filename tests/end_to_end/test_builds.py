"""Builds: nothing done twice, the same bytes everywhere, and never half a report."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import PROGRAM, Place, copy_study

pytestmark = pytest.mark.slow


def test_a_second_build_does_nothing_and_says_so(built: Place) -> None:
    before = built.bytes_of()
    start = sum(os.times()[2:4])
    done = built.evaltools("build", "--engine", "embedded")
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing to do")
    assert sum(os.times()[2:4]) - start < 3
    assert built.bytes_of() == before


def test_another_folder_processor_zone_locale_and_hash_seed_give_the_same_bytes(
    built: Place, tmp_path: Path
) -> None:
    place = copy_study(tmp_path / "elsewhere" / "a folder with ä")
    place.build(
        TZ="Pacific/Kiritimati",
        LANG="tr_TR.UTF-8",
        LC_ALL="C",
        PYTHONHASHSEED="7",
        # Linear algebra as on the oldest processors, and numpy without what newer ones have.
        OPENBLAS_CORETYPE="Prescott",
        NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    )
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


@pytest.mark.parametrize("moment", [0.3, 1.0, 2.0, 3.5, 5.0, 6.5, 8.0, 9.5])
def test_a_killed_build_leaves_the_old_report_or_the_new_one(
    own: Place, edit: Callable[..., None], moment: float
) -> None:
    old = own.bytes_of()
    edit("reports/fi/_01_tiivistelma.qmd", {"**Verkostot ja kattavuus.**": "**Uudet tulokset.**"})
    edit("evaluation.yml", {"notebook_seconds: 300": "notebook_seconds: 301"})
    process = subprocess.Popen(
        [PROGRAM, "build", "--engine", "embedded"],
        cwd=own.root, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(moment)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    found = own.bytes_of()
    if found != old:
        assert b"Uudet tulokset." in found["digikannustin-valiraportti-fi.html"]
        assert own.evaltools("build", "--engine", "embedded").stdout.startswith("Nothing to do")


def test_after_a_kill_the_next_build_succeeds_and_clears_up(
    own: Place, edit: Callable[..., None]
) -> None:
    edit("reports/fi/_01_tiivistelma.qmd", {"**Verkostot ja kattavuus.**": "**Uudet tulokset.**"})
    process = subprocess.Popen(
        [PROGRAM, "build", "--engine", "embedded"], cwd=own.root, stdout=subprocess.DEVNULL
    )
    time.sleep(1.0)
    process.kill()
    process.wait()
    folder = own.build()
    assert "Uudet tulokset." in (folder / "digikannustin-valiraportti-fi.html").read_text("utf-8")
    build = own.root / "reports" / "_build"
    assert [path.name for path in build.rglob("*building-*")] == []


def test_a_report_with_an_unknown_variable_is_refused_with_its_line(
    own: Place, edit: Callable[..., None]
) -> None:
    old = own.bytes_of()
    edit("reports/fi/_10_johtopaatokset.qmd", {"goals.achieved.share": "goals.acheived.share"})
    done = own.evaltools("build", "--engine", "embedded")
    assert done.returncode == 1
    assert "reports/fi/_10_johtopaatokset.qmd:7" in done.stderr
    assert "Possibly misspelt goals.achieved.share" in done.stderr
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


def test_two_builds_at_once_both_end_well(built: Place, tmp_path: Path) -> None:
    place = copy_study(tmp_path / "both")
    arguments: dict[str, Any] = {"cwd": place.root, "stdout": subprocess.DEVNULL}
    command = [PROGRAM, "build", "--engine", "embedded"]
    both = [subprocess.Popen(command, **arguments) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert place.bytes_of() == built.bytes_of()

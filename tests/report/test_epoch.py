"""SOURCE_DATE_EPOCH: what it may be, and that the last moment allowed can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.report import engines
from evaltools.report.engines import LATEST, read_epoch

from .renderer.conftest import staged


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "'' is no number of seconds"),
        ("abc", "'abc' is no number of seconds"),
        ("-1", "'-1' is no number of seconds"),
        ("1654214400.5", "is no number of seconds"),
        ("1e9", "is no number of seconds"),
        ("0x10", "is no number of seconds"),
        (" 5", "is no number of seconds"),
        ("5\n", "is no number of seconds"),
        ("²", "is no number of seconds"),
        ("١", "is no number of seconds"),
        ("9" * 5000, "is no number of seconds"),
        ("1654214400000", "1654214400000 is out of range"),
        ("99999999999999", "99999999999999 is out of range"),
        (str(LATEST + 1), "is out of range"),
    ],
)
def test_what_is_no_time_is_refused_in_one_line(
    written: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", written)
    with pytest.raises(ProblemError) as caught:
        engines.choose_engine("embedded")
    (problem,) = caught.value.problems
    assert problem.where == "SOURCE_DATE_EPOCH"
    assert words in problem.what
    assert "\n" not in str(problem)
    assert len(str(problem)) < 300


def test_milliseconds_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1654214400000")
    with pytest.raises(ProblemError, match="milliseconds"):
        read_epoch()


@pytest.mark.parametrize(("written", "seconds"), [("0", 0), ("007", 7), ("1654214400", 1654214400)])
def test_seconds_are_read(written: str, seconds: int) -> None:
    assert read_epoch({"SOURCE_DATE_EPOCH": written}) == seconds


def test_without_the_variable_it_is_1970() -> None:
    assert read_epoch({}) == 0


@pytest.mark.parametrize("now", [0, LATEST])
def test_every_format_can_carry_the_first_and_the_last_moment(tmp_path: Path, now: int) -> None:
    report = staged(tmp_path)
    report.write("# Yksi\n\nTekstiä.\n")
    engine = engines.Engine("embedded", "", None, now)
    (tmp_path / "out").mkdir()
    files = engines.render(engine, report.project, Path("fi/report.qmd"),
                           ["html", "typst", "docx"], tmp_path / "out", lambda _: None)  # fmt: skip
    assert [file.suffix for file in files] == [".html", ".pdf", ".docx"]


def test_a_report_of_another_moment_is_another_report(tmp_path: Path) -> None:
    from evaltools.report.build import compute_render_key

    (tmp_path / "reports").mkdir()
    keys = {
        compute_render_key(
            "run", tmp_path / "reports", engines.Engine("embedded", "1", None, now), "fi"
        )
        for now in (0, 1)
    }
    assert len(keys) == 2

"""What `press_release:` may say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.study import load_study

Write = Callable[[str], Path]
REPORTS = "reports: {fi: {source: reports/fi/report.qmd, name: small}}"
DECLARED = """
press_release:
  name: news
  title: headline
  sources: {fi: reports/release/fi.qmd}
"""


def test_its_files_are_told_by_their_names(write_study: Write, small: str) -> None:
    declared = load_study(write_study(small + DECLARED)).declaration.press_release
    assert declared is not None
    assert declared.formats == ("html", "docx")
    assert declared.language_of("news-fi.docx") == "fi"
    assert declared.language_of("news-sv.html") is None
    assert declared.language_of("report-fi.html") is None


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("reports/release/fi.qmd", "reports/fi/news.qmd", "stands among the chapters"),
        ("reports/release/fi.qmd", "reports/fi.qmd", "is no place for it"),
        ("reports/release/fi.qmd", "reports/release/fi.html", "is no place for it"),
        ("reports/release/fi.qmd", "data/release/fi.qmd", "is no place for it"),
        ("reports/release/fi.qmd", "../release/fi.qmd", "leads out of the study's folder"),
        ("name: news", "name: small", "is the name of a report"),
        ("{fi: reports/release/fi.qmd}", "{}", "at least 1"),
    ],
)
def test_what_could_not_be_staged_is_refused(
    write_study: Write, small: str, old: str, new: str, what: str
) -> None:
    text = small.replace("reports: {}", REPORTS)
    with pytest.raises(ProblemError) as caught:
        load_study(write_study(text + DECLARED.replace(old, new)))
    assert [what in problem.what for problem in caught.value.problems] == [True]
    assert caught.value.problems[0].where.startswith("evaluation.yml:")

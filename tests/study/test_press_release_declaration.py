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


SLIDES = (
    "slides:\n  name: deck\n  sources: {fi: reports/slides/fi.qmd, sv: reports/slides/sv.qmd}\n"
)


def test_slides_are_made_in_the_language_of_the_report_alone(
    write_study: Write, small: str
) -> None:
    text = small + DECLARED + SLIDES.replace(", sv: reports/slides/sv.qmd", "")
    news, deck = load_study(write_study(text)).declaration.companions
    assert (news.kind, deck.kind) == ("press_release", "slides")
    assert deck.languages_beside("fi") == ("fi",)
    assert deck.languages_beside("sv") == ()
    assert deck.formats_by("embedded") == ("typst",)
    assert deck.formats_by("quarto") == ("revealjs",)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("reports/slides/", "reports/release/", "beside another document"),
        ("name: deck", "name: news", "is the name of another document"),
    ],
)
def test_two_documents_are_kept_apart(
    write_study: Write, small: str, old: str, new: str, what: str
) -> None:
    text = small + DECLARED + SLIDES.replace(", sv: reports/slides/sv.qmd", "").replace(old, new)
    with pytest.raises(ProblemError) as caught:
        load_study(write_study(text))
    assert all(what in problem.what for problem in caught.value.problems)


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

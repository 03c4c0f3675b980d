"""Press releases are published with the report, each in its own language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from published_study import docx_file, html_file, make_candidate, published, whole_report

from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.provenance.integrity import check_folder
from evaltools.publish.gates import Candidate, run_gates, standard_gates
from evaltools.study import PressRelease

SWEDISH = Words("sv")("report.example_notice")
MADE = PressRelease(
    name="news", title="headline",
    sources={"fi": "reports/release/fi.qmd", "sv": "reports/release/sv.qmd"},
)  # fmt: skip


def files() -> dict[str, bytes]:
    return whole_report() | {
        "news-fi.html": html_file(),
        "news-fi.docx": docx_file(),
        "news-sv.html": html_file(SWEDISH, "sv"),
        "news-sv.docx": docx_file(SWEDISH, "sv-FI"),
    }


def candidate(folder: Path, **changed: bytes | None) -> Candidate:
    given = {**files(), **{name.replace("__", "-").replace("_", "."): content
                           for name, content in changed.items()}}  # fmt: skip
    made = make_candidate(folder / "study", {k: v for k, v in given.items() if v is not None})
    declared = made.study.declaration.model_copy(update={"press_release": MADE})
    return replace(made, study=replace(made.study, declaration=declared))


def told(made: Candidate) -> list[str]:
    return [str(problem) for problem in run_gates(made, standard_gates())]


def test_each_is_held_to_its_own_language(tmp_path: Path) -> None:
    assert told(candidate(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "content", "beginning"),
    [
        ("news__sv_html", html_file(SWEDISH, "fi"), "language: news-sv.html: is marked as 'fi'"),
        ("news__sv_html", html_file(language="sv"), "example data: news-sv.html: "),
        ("news__sv_docx", docx_file(language="sv-FI"), "example data: news-sv.docx: "),
        ("news__fi_html", html_file(alt=""), "alternative text: news-fi.html: "),
        ("news__sv_docx", None, "language: the press release: has no DOCX file"),
    ],
)
def test_one_that_is_not_in_order_keeps_the_report_in_the_house(
    tmp_path: Path, name: str, content: bytes | None, beginning: str
) -> None:
    found = told(candidate(tmp_path, **{name: content}))
    assert len(found) == 1
    assert found[0].startswith(beginning)


def test_the_bundle_lists_them_and_a_changed_one_is_found(tmp_path: Path) -> None:
    bundle = published(candidate(tmp_path), tmp_path / "bundle")
    crate = json.loads((bundle.folder / "ro-crate-metadata.json").read_text("utf-8"))
    entries = {item["@id"]: item for item in crate["@graph"]}
    named = entries["report/news-sv.docx"]
    assert (named["name"], named["inLanguage"]) == ("Press release in Swedish, DOCX", "sv")
    assert entries["report/tiny-fi.html"]["name"] == "The report, HTML"
    assert check_folder(bundle.folder).faults == ()
    path = bundle.folder / "report" / "news-sv.html"
    path.write_bytes(path.read_bytes().replace(SWEDISH.encode(), b"Det gick bra"))
    assert {fault.file for fault in check_folder(bundle.folder).faults} == {"report/news-sv.html"}


def test_one_that_was_edited_after_rendering_is_not_published(tmp_path: Path) -> None:
    made = candidate(tmp_path)
    path = made.report / "news-fi.html"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ProblemError, match=r"news-fi\.html is missing or was changed"):
        published(made, tmp_path / "bundle")

"""The bundle: whole, the same bytes everywhere, and every change in it is noticed."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from published_study import HOSTILE, INDICATORS, NOTICE, published

from evaltools.problems import ProblemError
from evaltools.provenance.integrity import check_folder
from evaltools.publish.bundle import Bundle
from evaltools.publish.gates import Candidate
from evaltools.publish.register import find_previous_bundles

Make = Callable[..., Candidate]


def damaged(folder: Path) -> list[str]:
    """Files of a bundle that any of its lists tells otherwise."""
    return sorted({fault.file for fault in check_folder(folder).faults})


def test_a_bundle_holds_what_a_reader_needs(bundle: Bundle) -> None:
    assert bundle.files == (
        "findings.json",
        "manifest-sha256.txt",
        "manifest.json",
        "method-card.html",
        "method-card.md",
        "notebooks/01_one.ipynb",
        "report/datapackage.json",
        "report/indicators.csv",
        "report/indicators.xlsx",
        "report/tiny-fi.docx",
        "report/tiny-fi.html",
        "report/tiny-fi.pdf",
        "ro-crate-metadata.json",
        "study/evaluation.yml",
        "tables/01_one.csv",
        "tables/codebook.csv",
        "tables/indicators.csv",
        "tables/indicators.json",
    )


def test_the_same_report_gives_the_same_bytes_again_and_elsewhere(
    make: Make, bundle: Bundle, tmp_path: Path
) -> None:
    first = published(make("some where/else"), tmp_path / "out" / "one")
    again = published(make("another"), tmp_path / "two")
    for name in bundle.files:
        content = (bundle.folder / name).read_bytes()
        assert (first.folder / name).read_bytes() == content, name
        assert (again.folder / name).read_bytes() == content, name
    assert first.digest == again.digest == bundle.digest


def test_no_file_of_a_bundle_tells_where_it_was_made(bundle: Bundle) -> None:
    place = str(bundle.folder.parent).encode()
    assert [name for name in bundle.files if place in (bundle.folder / name).read_bytes()] == []


@pytest.mark.parametrize("name", ["report/tiny-fi.html", "tables/indicators.csv", "findings.json"])
def test_a_changed_file_is_noticed_by_name(own: Bundle, name: str) -> None:
    with (own.folder / name).open("ab") as file:
        file.write(b" ")
    assert damaged(own.folder) == [name]


def test_every_file_is_on_the_checklist(own: Bundle) -> None:
    for name in own.files:
        if name == "manifest-sha256.txt":
            continue
        path = own.folder / name
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        assert damaged(own.folder) == [name]
        path.write_bytes(content)
    assert damaged(own.folder) == []


def test_a_file_that_is_taken_away_or_put_in_is_noticed(own: Bundle) -> None:
    (own.folder / "findings.json").unlink()
    (own.folder / "tables" / "more.csv").write_text("a\n")
    assert damaged(own.folder) == ["findings.json", "tables/more.csv"]


def test_a_checklist_that_is_none_is_a_problem(own: Bundle) -> None:
    (own.folder / "manifest-sha256.txt").write_text("everything is fine\n")
    assert damaged(own.folder) == ["manifest-sha256.txt:1"]


def test_the_checklist_is_read_by_the_usual_program(own: Bundle) -> None:
    def check() -> int:
        command = ["sha256sum", "--check", "--quiet", "manifest-sha256.txt"]
        return subprocess.run(command, cwd=own.folder, capture_output=True).returncode

    assert check() == 0
    (own.folder / "manifest.json").write_text("{}")
    assert check() != 0


def test_what_is_published_is_not_overwritten(make: Make, tmp_path: Path) -> None:
    candidate = make()
    made = published(candidate, tmp_path / "out")
    with pytest.raises(ProblemError, match="is there already"):
        published(candidate, tmp_path / "out")
    assert damaged(made.folder) == []


@pytest.mark.parametrize("place", ["data/out", "reports/out", "notebooks/out"])
def test_a_bundle_is_not_put_among_the_sources(make: Make, place: str) -> None:
    candidate = make()
    with pytest.raises(ProblemError, match="among the sources"):
        published(candidate, candidate.study.root / place)
    published(candidate, candidate.study.build / "out")


def test_a_bundle_that_fails_half_way_leaves_nothing(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import evaltools.publish.bundle as bundle_module

    def fail(folder: Path) -> str:
        raise OSError("no space left")

    candidate = make()
    monkeypatch.setattr(bundle_module, "write_checksums", fail)
    with pytest.raises(OSError, match="no space left"):
        published(candidate, tmp_path / "published" / "out")
    assert not (tmp_path / "published").exists()


def test_earlier_bundles_are_found_in_their_folder(bundle: Bundle, tmp_path: Path) -> None:
    assert find_previous_bundles(bundle.folder.parent) == (bundle.folder,)
    assert find_previous_bundles(tmp_path / "nowhere") == ()


class Scripts(HTMLParser):
    found = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += tag == "script"


def test_hostile_names_stay_names_in_every_file(bundle: Bundle) -> None:
    with (bundle.folder / "tables" / "indicators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (bundle.folder / "tables" / "codebook.csv").open(encoding="utf-8", newline="") as file:
        rows += list(csv.DictReader(file))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert f"'{HOSTILE}" in cells
    parser = Scripts()
    parser.feed((bundle.folder / "method-card.html").read_text("utf-8"))
    assert parser.found == 0


def test_example_data_are_marked_in_what_is_made_for_the_bundle(bundle: Bundle) -> None:
    from evaltools.i18n.markdown import escape_markdown

    for name in ("method-card.html", "findings.json", "ro-crate-metadata.json"):
        assert NOTICE in (bundle.folder / name).read_text("utf-8"), name
    assert escape_markdown(NOTICE) in (bundle.folder / "method-card.md").read_text("utf-8")


def test_the_method_card_tells_scope_methods_coders_and_limits(bundle: Bundle) -> None:
    card = (bundle.folder / "method-card.html").read_text("utf-8")
    for words in (
        "Rahoitettuja hankkeita</th><td>5<",
        "Luettuja loppuraportteja</th><td>2<",
        "Lukemattomia hankkeita</th><td>3<",
        "Suojattuja indikaattoreita</th><td>1<",
        "Wilson</th><td>1 indikaattoria. Wilsonin väli",
        "coder-1</th><td>luokittelija; kokonaan luettuja raportteja 1; perehdytys 11.",
        "Luottamustaso</th><td>0,95<",
        "doi:10.1097/ACM.0000000000000388",
    ):
        assert words in card, words


def test_findings_are_published_with_their_outcomes(make: Make, tmp_path: Path) -> None:
    from evaltools.findings.declaration import load_findings
    from evaltools.findings.judgement import judge
    from evaltools.study.schema import Judging

    candidate = make()
    (candidate.study.root / "reports" / "findings.yml").write_text(FINDING, "utf-8")
    enough = Judging(least_reports=2)
    found = judge(load_findings(candidate.study.root), INDICATORS, "S", judging=enough)
    # The declaration is a source of the report, so the report must be made again.
    from published_study import render, whole_report

    c = candidate
    report = render(c.study, c.study.parameters(), c.run, whole_report())
    made = published(Candidate(c.study, c.parameters, report, c.run), tmp_path / "o",
                     judgements=found)  # fmt: skip
    written = json.loads((made.folder / "findings.json").read_text("utf-8"))["findings"]
    assert [(item["id"], item["outcome"]) for item in written] == [("staff-is-told", "holds")]
    assert written[0]["indicators"] == ["challenge.staff.share", "reports.read.share"]
    assert "study/findings.yml" in made.files


FINDING = """
findings:
  staff-is-told:
    text: {fi: Henkilöstöstä kerrotaan., sv: Personalen nämns., en: Staff is told of.}
    asserted: true
    condition: {at_least: {key: challenge.staff.share, value: 0.05}}
    evidence: [{code: challenge.staff}]
    counter_evidence: [{code: challenge.staff, polarity: deny}]
    evidence_class: self_reported
"""

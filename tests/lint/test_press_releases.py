"""A press release is held to what holds for chapters on results, all of it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from evaltools.lint.run import lint
from evaltools.lint.signatures import sign_sentences, unsigned_sentences

FINDINGS = """findings:
  one:
    text: {fi: Yksi., sv: Ett., en: One.}
    sentences:
      holds: {fi: Yksi., sv: Ett., en: One.}
      does_not_hold: {fi: Ei., sv: Nej., en: No.}
      cannot_be_told: {fi: Ehkä., sv: Kanske., en: Perhaps.}
    asserted: true
    evidence: [{code: challenge.staff}]
    counter_evidence: [{code: challenge.staff, polarity: deny}]
"""
DECLARED = "press_release:\n  sources: {fi: reports/release/fi.qmd, sv: reports/release/sv.qmd}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A report that says nothing of its one finding; the releases say it."""
    write(tmp_path, "fi/report.qmd", "# Menetelmät\n\nRaportit luettiin.\n")
    for language in ("fi", "sv"):
        write(tmp_path, f"release/{language}.qmd", "{{< var finding.one >}}\n")
    (tmp_path / "reports" / "findings.yml").write_text(FINDINGS, encoding="utf-8")
    (tmp_path / "evaluation.yml").write_text(DECLARED, encoding="utf-8")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / "reports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def told(root: Path) -> list[tuple[str, str]]:
    return [(each.where, each.code) for each in lint(root, ["fi"])]


def test_what_the_press_release_says_need_not_be_said_in_the_report(root: Path) -> None:
    assert told(root) == []
    write(root, "release/fi.qmd", "# Otsikko\n")
    assert [code for _, code in told(root)] == ["E04"]


@pytest.mark.parametrize(("kind", "codes"), [("slides", []), ("press_release", ["E15"])])
def test_a_figure_on_a_slide_stands_under_what_is_said_of_it(
    root: Path, kind: str, codes: list[str]
) -> None:
    (root / "evaluation.yml").write_text(DECLARED.replace("press_release", kind), "utf-8")
    write(root, "release/fi.qmd", "# {{< var finding.one >}}\n\n{{< embed a.ipynb#fig-a >}}\n")
    assert [code for _, code in told(root)] == codes


def test_a_slide_says_nothing_that_is_no_finding(root: Path) -> None:
    (root / "evaluation.yml").write_text(DECLARED.replace("press_release", "slides"), "utf-8")
    write(root, "release/fi.qmd", "# {{< var finding.one >}}\n\nKannustin onnistui hyvin.\n")
    assert [code for _, code in told(root)] == ["E17"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kannustin onnistui hyvin.", "E17"),
        ("[Valtio tuki kuntia.]{.background}", "E17"),
        ("[Raportteja luettiin 52.]{.method}", "E13"),
        ("{{< include _lisaa.qmd >}}", "E17"),
        ("![Kuva](kuva.png)", "E17"),
        ("{{< var finding.other >}}", "E04"),
    ],
)
@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_sentence_of_it_is_bound_to_nothing(
    root: Path, language: str, text: str, code: str
) -> None:
    """In every language that it is published in, whatever the language of the report."""
    write(root, f"release/{language}.qmd", f"{{{{< var finding.one >}}}}\n\n{text}\n")
    assert (f"reports/release/{language}.qmd", code) in [
        (where.partition(":")[0], found) for where, found in told(root)
    ]


def test_its_sentences_are_signed_with_those_of_the_report(root: Path) -> None:
    write(root, "release/sv.qmd", "{{< var finding.one >}}\n\n[Så räknades det.]{.method}\n")
    assert "reports/release/sv.qmd:3:2" in [each.where for each in unsigned_sentences(root, "fi")]
    sign_sentences(root, ["fi"], "A. Evaluator", datetime.date(2026, 11, 30))
    assert unsigned_sentences(root, "fi") == []
    write(root, "release/sv.qmd", "{{< var finding.one >}}\n\n[Så räknades allt.]{.method}\n")
    assert len(unsigned_sentences(root, "fi")) == 1


def test_findings_are_signed_in_the_languages_of_the_release(root: Path) -> None:
    """It prints them beside a report in whatever language."""
    told = [each.what for each in unsigned_sentences(root, "fi")]
    for language in ("fi", "sv"):
        assert any(f"findings.yml: findings.one, {language}" in each for each in told)


def test_a_source_that_is_a_link_or_leads_elsewhere_is_not_read(root: Path) -> None:
    elsewhere = root / "elsewhere.qmd"
    elsewhere.write_text("Salaisuus.\n", encoding="utf-8")
    (root / "reports" / "release" / "sv.qmd").unlink()
    (root / "reports" / "release" / "sv.qmd").symlink_to(elsewhere)
    assert told(root) == [("reports/release/sv.qmd", "lint.source")]
    outside = DECLARED.replace("reports/release/sv.qmd", "reports/../elsewhere.qmd")
    (root / "evaluation.yml").write_text(outside, encoding="utf-8")
    assert told(root) == []


def test_without_a_declaration_the_files_are_nobodys(root: Path) -> None:
    (root / "evaluation.yml").write_text("", encoding="utf-8")
    write(root, "release/fi.qmd", "Kannustin onnistui hyvin.\n")
    assert [code for _, code in told(root)] == ["E04"]

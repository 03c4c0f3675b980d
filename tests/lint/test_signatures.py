"""The register of what nobody but a person stands for: who signed, and what was changed since."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from evaltools.lint.signatures import (
    FILE_NAME,
    read_signatures,
    sign_sentences,
    unsigned_sentences,
)
from evaltools.problems import ProblemError

DAY = datetime.date(2026, 11, 29)
TEXT = """# Tulokset {#sec-results}

[Raportit ovat hankkeiden omia.]{.caution} [Ne luettiin kahdesti [@laki].]{.method}

Luettiin {{< var reports.read.x >}} raporttia. Luvut ovat kuvassa @fig-a. {{< var finding.one >}}

[Arvo on `a` eli $b$.]{.definition}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, TEXT)
    return tmp_path


def write(root: Path, text: str) -> None:
    folder = root / "reports" / "fi"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.qmd").write_text(text, encoding="utf-8")


def unsigned(root: Path) -> list[str]:
    """What is not signed, but for declarations."""
    told = [problem.what.partition(" is signed")[0] for problem in unsigned_sentences(root, "fi")]
    return [each for each in told if not each.endswith("(declaration)")]


def test_all_that_is_no_finding_is_signed(root):
    signed, dropped = sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    assert [(each.mark, each.text) for each in signed] == [
        ("heading", "Tulokset"),
        ("caution", "Raportit ovat hankkeiden omia."),
        ("method", "Ne luettiin kahdesti [@laki]."),
        ("numbers", "Luettiin {{< var reports.read.x >}} raporttia."),
        ("references", "Luvut ovat kuvassa @fig-a."),
        ("definition", "Arvo on `a` eli $b$."),
    ]
    assert dropped == 0
    assert unsigned(root) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hankkeiden omia", "hankkeiden hyviä"),
        ("{.caution}", "{.method}"),
        ("[@laki]", "[@muu]"),
        ("reports.read.x", "reports.read.n"),
        ("@fig-a", "@fig-b"),
        ("`a`", "`c`"),
        ("$b$", "$c$"),
        ("# Tulokset", "# Hyvät tulokset"),
    ],
)
def test_changed_sentence_needs_a_new_look(root, old, new):
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    write(root, TEXT.replace(old, new))
    assert len(unsigned(root)) == 1
    signed, dropped = sign_sentences(root, ["fi"], "B. Evaluator", DAY)
    assert (len(signed), dropped) == (1, 1)
    assert sorted({each.by for each in read_signatures(root)}) == ["A. Evaluator", "B. Evaluator"]


def test_metadata_of_a_chapter_on_results_is_signed(root):
    write(root, "---\ntitle: Hankkeet epäonnistuivat\n---\n\n# Tulokset {#sec-results}\n")
    (metadata, _) = unsigned(root)
    assert "title: Hankkeet" in metadata
    assert "(metadata)" in metadata


def test_sentence_that_is_moved_stays_signed(root):
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    write(root, TEXT + "\n[Raportit ovat hankkeiden omia.]{.caution}\n")
    assert unsigned(root) == []


def test_hash_written_by_hand_signs_nothing(root):
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    content = yaml.safe_load((root / FILE_NAME).read_text(encoding="utf-8"))
    content["signatures"][0]["sha256"] = "0" * 64
    (root / FILE_NAME).write_text(yaml.safe_dump(content), encoding="utf-8")
    assert unsigned(root) == ['"Tulokset" (heading)']


def test_entry_that_is_no_signature_is_told_with_its_line(root):
    text = "signatures:\n- {text: a, kind: method, sha256: b, by: ' ', 'on': '2026-01-01'}\n- 7\n"
    (root / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        read_signatures(root)
    assert [problem.where for problem in caught.value.problems] == [
        f"{FILE_NAME}:2",
        f"{FILE_NAME}:3",
    ]


def test_finding_in_words_of_its_own_is_signed(root):
    (root / "reports" / "findings.yml").write_text(
        "findings:\n  one:\n    text: {fi: Hankkeita on monta.}\n", encoding="utf-8"
    )
    heading = "# Tulokset {#sec-results}\n\n"
    write(root, heading + '[Hankkeita on monta.]{.finding finding="one"}\n')
    assert unsigned(root) == ['"Tulokset" (heading)']
    write(root, heading + '[Hankkeita on liikaa.]{.finding finding="one"}\n')
    assert unsigned(root) == ['"Tulokset" (heading)', '"Hankkeita on liikaa." (wording)']

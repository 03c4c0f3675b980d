"""`evaltools sign`: lists without a name, signs with one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaltools.cli import main
from evaltools.lint.signatures import read_signatures


@pytest.fixture
def report(study: Path) -> Path:
    """The document of the study, as a chapter on results with one marked sentence."""
    (path,) = study.glob("reports/fi/*.qmd")
    path.write_text(
        "# Tulokset {#sec-tulokset}\n\n[Raportit ovat hankkeiden omia.]{.caution}\n",
        encoding="utf-8",
    )
    return path


def sign(*options: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, ["sign", *options])
    return result.exit_code, result.output.splitlines()


def test_without_a_name_it_lists_what_is_new_and_writes_nothing(study, report):
    code, lines = sign()
    assert code == 0
    name = report.relative_to(study).as_posix()
    assert lines[:2] == [
        f"{name}:1:3: unsigned, heading: Tulokset",
        f"{name}:3:2: unsigned, caution: Raportit ovat hankkeiden omia.",
    ]
    title = lines.index("evaluation.yml:3: unsigned, declaration: evaluation.yml: title, fi")
    assert lines[title + 1].startswith("    Kuntien digitalisaation")
    assert read_signatures(study) == ()


def test_a_name_signs_and_a_changed_sentence_is_new(study, report):
    code, lines = sign("--by", " A. Evaluator ", "--on", "2026-11-29")
    assert code == 0
    assert re.fullmatch(
        r"\d+ signed by A\. Evaluator; 0 no longer needed were dropped\.", lines[-1]
    )
    assert len(read_signatures(study)) == int(lines[-1].split()[0]) == len(lines) - 1
    assert {(each.by, each.on) for each in read_signatures(study)} == {
        ("A. Evaluator", "2026-11-29")
    }
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("omia", "hyviä"), encoding="utf-8")
    told = [line.split(": ")[1] for line in sign()[1]]
    assert told[:2] == ["signed, heading", "unsigned, caution"]
    assert set(told[2:]) == {"signed, declaration"}


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_signs_nothing(study, report, name):
    code, lines = sign("--by", name)
    assert code == 2
    assert "name of a person" in lines[-1]
    assert read_signatures(study) == ()

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import evaltools.lint as lint_package
from evaltools.lint.problem_formats import as_lines
from evaltools.lint.run import RULES, lint, read_waivers
from evaltools.lint.source import read_sources

ROOT = Path(__file__).parents[2]


def processor_time(work: Callable[[], object]) -> float:
    """The least of three, seconds: what else the machine does only adds to it."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def test_lint_of_the_report_is_quick():
    # Beside plain arithmetic measured in the same breath, since machines differ and are shared.
    yardstick = processor_time(lambda: sum(number * number for number in range(2_000_000)))
    lint(ROOT, ["fi"])  # compiles the word lists
    assert processor_time(lambda: lint(ROOT, ["fi"])) < 12 * yardstick


def test_no_number_of_the_report_is_typed():
    found = [p for p in lint(ROOT, ["fi"]) if p.code in ("E13", "E16")]
    assert as_lines(found) == ""


def test_every_waiver_of_the_report_is_complete():
    given, problems = read_waivers(ROOT, [*RULES, "E08"])
    assert problems == []
    assert given.waivers


def test_every_character_of_the_report_keeps_its_place():
    sources, problems = read_sources(ROOT, "fi")
    assert problems == []
    for source in sources:
        for block in source.blocks:
            for character, offset in zip(block.text, block.offsets, strict=True):
                assert character in (source.text[offset], " ", "\ufffc")


def test_language_without_word_lists_or_prose_is_a_problem(tmp_path):
    (tmp_path / "reports/fi").mkdir(parents=True)
    assert [p.where for p in lint(tmp_path, ["fi", "de"])] == ["reports", "reports/fi"]


def test_built_folders_are_not_read_and_links_are_told_instead(tmp_path):
    (tmp_path / "reports/fi/_generated").mkdir(parents=True)
    (tmp_path / "reports/fi/_generated/a.qmd").write_text("Raportteja 52.", encoding="utf-8")
    outside = tmp_path / "outside.qmd"
    outside.write_text("Raportteja 52.", encoding="utf-8")
    (tmp_path / "reports/fi/b.qmd").symlink_to(outside)
    (tmp_path / "reports/fi/c.qmd").write_text("Teksti.", encoding="utf-8")
    (problem,) = lint(tmp_path, ["fi"])
    assert (problem.where, problem.what) == (
        "reports/fi/b.qmd",
        "is a link, which is not followed",
    )


def test_file_that_is_not_text_is_a_problem(tmp_path):
    (tmp_path / "reports/fi").mkdir(parents=True)
    (tmp_path / "reports/fi/a.qmd").write_bytes(b"Raportteja \xff.")
    assert [p.where for p in lint(tmp_path, ["fi"])] == ["reports/fi/a.qmd:1:1"]


def test_table_of_rules_names_every_rule():
    documented = [line.split("|")[1:3] for line in (lint_package.__doc__ or "").splitlines()
                  if line.startswith("| E")]  # fmt: skip
    codes = [code.strip() for code, _ in documented]
    assert codes == sorted({*RULES, "E02", "E08", "E09", "E16"})
    for _, module in documented:
        assert import_module(f"evaltools.lint.{module.strip(' `')}")


def test_what_has_the_name_of_a_text_and_is_none_is_told(tmp_path):
    folder = tmp_path / "reports" / "fi"
    (folder / "_02_luku.qmd").mkdir(parents=True)
    (folder / "report.qmd").write_text("Teksti.\n", encoding="utf-8")
    (folder / "_03_luku.qmd").symlink_to("/nowhere")
    found = [p for p in lint(tmp_path, ["fi"]) if "_luku" in p.where]
    assert [(p.where, p.what) for p in found] == [
        ("reports/fi/_02_luku.qmd", "is no plain file"),
        ("reports/fi/_03_luku.qmd", "is a link, which is not followed"),
    ]

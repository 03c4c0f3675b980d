"""A comparison as terminal table, page, section, table file and figure."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from legibility import faults
from recorded_runs import INGREDIENTS, PARAMETERS, recorded, share
from rich.console import Console

from evaltools.compare.attribution import Attribution, Effect, Factor
from evaltools.compare.compare import Comparison, compare
from evaltools.compare.comparison_figure import draw_comparison, encode_comparison, make_slopes
from evaltools.compare.output import (
    COLUMNS,
    print_comparison,
    write_changes_section,
    write_csv,
    write_page,
)
from evaltools.compare.prose import ProseChange
from evaltools.compare.rows import (
    explain_causes,
    list_input_changes,
    select_changed_shares,
    summarise,
)
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import JudgedConclusion, JudgedFinding
from evaltools.provenance.indicator_changes import select_headline_changes

LABELS = {"challenge.staff": "henkilöstö <b>|</b>", "challenge.aims": "tavoitteet"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def made() -> Comparison:
    """Something of every kind."""
    old = recorded(
        share("challenge.staff.share", 5, 50), share("challenge.aims.share", 20, 50),
        share("challenge.gone.share", 2, 50),
        Indicator("pair.association.index", 0.2, "index"),
        findings={"staff": JudgedFinding("staff", "holds", ("challenge.staff.share",))},
    )  # fmt: skip
    new = recorded(
        share("challenge.staff.share", 30, 50), share("challenge.aims.share", 22, 50),
        Indicator("pair.association.index", 0.4, "index"),
        Indicator("=HYPERLINK()", 1.0, "count"),
        files={**INGREDIENTS.files, "data/coding/codings.csv": "9",
               "data/register/projects.csv": "9"},
        parameters={**PARAMETERS, "coder_rule": HOSTILE},
        findings={"staff": JudgedFinding("staff", "cannot_be_told", ())},
    )  # fmt: skip
    found = compare(old, new)
    return replace(found, prose=(ProseChange("reports/fi/a.qmd", 3, "x.share", "5 %", HOSTILE),))


@pytest.fixture(scope="module")
def attribution(made: Comparison) -> Attribution:
    identity = ("challenge.staff.share", "D", ())
    effect = Effect(identity, 0.5, (("data", 0.3), ("parameters", 0.1)), 0.1, 0.0)
    factors = (Factor("data", "measured"), Factor("parameters", "measured"))
    return Attribution(factors, {identity: effect})


def test_headline_says_each_change_once(made: Comparison) -> None:
    doubled = [
        replace(move, new=replace(move.new, key=key) if move.new else None)
        for move in made.changes[:1]
        for key in ("challenge.staff.denied.share", "wave_difference.challenge.staff.difference")
    ]
    assert select_headline_changes(doubled) == []
    assert [move.key for move in select_changed_shares(made)] == ["challenge.staff.share"]


def test_terminal_tells_everything(made: Comparison, attribution: Attribution) -> None:
    stream = io.StringIO()
    print_comparison(made, attribution, LABELS, Console(file=stream, width=200), everything=True)
    text = stream.getvalue()
    for part in (
        "challenge.staff.share", "10% (5/50)", "60% (30/50)", "+50", "moved", "within uncertainty",
        "gone", "new", "cannot_be_told", "data/coding/codings.csv", "reports/fi/a.qmd:3",
        "measured by rerunning", "+30.0", "+10.0",
    ):  # fmt: skip
        assert part in text, part


def test_terminal_says_that_nothing_differs() -> None:
    stream = io.StringIO()
    print_comparison(compare(recorded(), recorded()), None, {}, Console(file=stream, width=80))
    assert stream.getvalue() == "There are no differences between the reports.\n"


class Page(HTMLParser):
    """Collects what a page is made of, and whether its elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "path", "use", "rect", "image"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("path", "use", "rect", "image"):
            return
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_one_file_without_scripts_and_with_named_tables(
    made: Comparison, attribution: Attribution, language: Any
) -> None:
    text = write_page(made, attribution, language, LABELS, "Esimerkki <i>")
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    tags = [tag for tag, _ in page.seen]
    assert "script" not in tags
    assert "b" not in tags
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert ("html", {"lang": language}) in page.seen
    assert tags.count("h1") == 1
    assert tags.count("table") == tags.count("caption") >= 5
    assert all(given.get("scope") for tag, given in page.seen if tag == "th")
    images = [given for tag, given in page.seen if tag == "svg"]
    assert [bool(given.get("aria-label")) for given in images] == [True]
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_section_is_markdown_with_captions_and_identifiers(
    made: Comparison, attribution: Attribution, language: Any
) -> None:
    text = write_changes_section(made, attribution, language, LABELS)
    assert text.startswith("## ")
    assert "{#sec-changes}" in text.splitlines()[0]
    names = re.findall(r"\{#(tbl-[a-z-]+)\}", text)
    assert names == ["tbl-changes-inputs", "tbl-changes-moves", "tbl-changes-why",
                     "tbl-changes-findings"]  # fmt: skip
    assert "<script" not in text
    assert "<b>" not in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.count("|") in (4, 6, 7), line


@pytest.mark.parametrize("language", LANGUAGES)
def test_section_of_two_equal_reports_says_so(language: Any) -> None:
    text = write_changes_section(compare(recorded(), recorded()), None, language, {})
    assert len(text.split("\n\n")) == 2


def test_table_file_has_every_move_and_no_formula(
    made: Comparison, attribution: Attribution
) -> None:
    lines = list(csv.DictReader(io.StringIO(write_csv(made, attribution))))
    assert len(lines) == len(made.changes)
    assert set(COLUMNS) < set(lines[0])
    assert not [line for line in lines if line["key"].startswith("=")]
    staff = next(line for line in lines if line["key"] == "challenge.staff.share")
    assert (float(staff["change"]), float(staff["due_to_data"])) == (0.5, 0.3)
    parts = ("due_to_data", "due_to_parameters", "interaction", "unexplained")
    assert sum(float(staff[part]) for part in parts) == pytest.approx(float(staff["change"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_figure_is_legible_and_told_in_words(made: Comparison, language: Any) -> None:
    figure = draw_comparison(made, language, LABELS)
    assert faults(figure.figure) == []
    assert "tavoitteet" in figure.alt
    assert [row.clear for row in make_slopes(made, language, LABELS)] == [True, False]


def test_picture_carries_its_notice_and_is_the_same_every_time(made: Comparison) -> None:
    first = encode_comparison(made, "en", LABELS, "Example data")
    assert first == encode_comparison(made, "en", LABELS, "Example data")
    assert first != encode_comparison(made, "en", LABELS, "")
    assert first.startswith(b"\x89PNG")


@pytest.mark.parametrize("language", LANGUAGES)
def test_summary_says_of_how_many_changes_zero_is_outside_the_interval(
    made: Comparison, language: Any
) -> None:
    sentences, words = summarise(made, language), Words(language)
    level = say.percent(0.95, language)
    assert sentences[3] == words("comparison.judged", judged=2, count=1, level=level)
    assert sentences[4] == words("comparison.stand", count=1)
    assert sentences[-1] == words("since.conclusions.unrecorded")


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_the_same_texts_no_chance_is_spoken_of(language: Any) -> None:
    sides = [recorded(share("challenge.staff.share", x, 50)) for x in (5, 30)]
    made = compare(*sides)
    words = Words(language)
    assert [each.verdict for each in made.changes] == ["reread"]
    assert not [text for text in summarise(made, language) if "95" in text]
    assert words("comparison.caption.reread") in write_page(made, None, language, LABELS)


def test_statements_about_another_scope_are_not_compared_and_conclusions_are() -> None:
    said = JudgedFinding("told", "holds", (), asserted=False)
    judged = [{"told": said}, {"told": replace(said, outcome="does_not_hold")}]
    scopes = [PARAMETERS, {**PARAMETERS, "calls": ["2020"]}]
    levels = [(JudgedConclusion("criterion", "impact", each, {"en": each}),)
              for each in ("well", "badly")]  # fmt: skip
    old, new = (
        replace(recorded(findings=own, parameters=scope), conclusions=level)
        for own, scope, level in zip(judged, scopes, levels, strict=True)
    )
    made = compare(old, new)
    assert (made.findings, made.sentences, made.examined_apart) == ((), (), ("told",))
    assert any("told" in text for text in summarise(made, "en"))
    page = write_page(made, None, "en", LABELS)
    assert "Criterion: impact" in page
    assert "badly" in page
    same = compare(old, replace(new, ingredients=old.ingredients))
    assert [each.id for each in same.findings or ()] == ["told"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["only_one", "measured", "not_attributable"])
def test_every_state_of_every_factor_has_words(language: Any, state: Any) -> None:
    for kind in ("data", "parameters", "code", "environment", "code_or_environment"):
        factor = Factor(kind, state)  # type: ignore[arg-type]
        assert explain_causes(Attribution((factor,), {}), language)[0]


def test_long_lists_of_files_are_counted_and_not_told(made: Comparison) -> None:
    files = {**INGREDIENTS.files, **{f"data/reports/text/{n}.txt": "1" for n in range(40)}}
    told = list_input_changes(compare(recorded(), recorded(files=files)), "en")
    assert len(told) == 13
    assert told[-1].new == "28"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_then_and_now_stand_in_terminal_section_and_page(language: Language) -> None:
    key = ("challenge.staff.share",)
    then = {"a": JudgedFinding("a", "holds", key, case="holds",
                               said=dict.fromkeys(LANGUAGES, "Staff leads (30/52)."))}  # fmt: skip
    now = {"a": JudgedFinding("a", "cannot_be_told", key, case="close",
                              said=dict.fromkeys(LANGUAGES, f"Too close {HOSTILE}."))}  # fmt: skip
    comparison = compare(recorded(findings=then), recorded(findings=now))
    assert [pair.kind for pair in comparison.sentences] == ["turned"]
    console = Console(width=200, record=True, file=io.StringIO())
    print_comparison(comparison, None, LABELS, console)
    section = write_changes_section(comparison, None, language, LABELS)
    page = write_page(comparison, None, language, LABELS)
    for told in (console.export_text(), section, page):
        assert "Staff leads (30/52)" in told.replace("&#40;", "(").replace("&#41;", ")").replace(
            "&#47;", "/"
        )
        assert "Too close" in told
    assert HOSTILE not in section
    assert HOSTILE not in page


def test_sentences_that_are_the_same_are_not_told() -> None:
    same = {"a": JudgedFinding("a", "holds", (), case="holds", said={"en": "All do."})}
    comparison = compare(recorded(findings=same), recorded(findings=same))
    assert comparison.sentences == ()
    assert comparison.is_empty


def test_shares_of_fewer_than_ten_are_counts_and_no_points_anywhere() -> None:
    old = recorded(share("challenge.staff.share", 1, 8), share("challenge.aims.share", 20, 50))
    new = recorded(share("challenge.staff.share", 7, 8), share("challenge.aims.share", 45, 50))
    found = compare(old, new)
    assert [each.label for each in make_slopes(found, "fi", LABELS)] == ["haaste: tavoitteet"]
    console = Console(file=io.StringIO(), width=200)
    print_comparison(found, None, LABELS, console, everything=True)
    for told in (
        write_page(found, None, "en", LABELS),
        write_changes_section(found, None, "en", LABELS),
        console.file.getvalue(),  # type: ignore[attr-defined]
    ):
        told = re.sub(r"<style>.*?</style>", "", told, flags=re.DOTALL)
        told = unescape(told)
        assert "+75" not in told
        assert "+50" in told
    assert "1/8" in console.file.getvalue()  # type: ignore[attr-defined]

"""The checklists: they tell what is there, what is half there and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from evaltools.findings.checklists import (
    FEWEST_WORDS,
    Section,
    answers,
    checklist_page,
    checklists,
    counted,
    included_pages,
    sections_of,
)
from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.study import Study, find_study
from evaltools.study.schema import Statement, Topic

ROOT = Path(__file__).parents[2]
SRQR, GRAMMS, UNEG = checklists()
TEXT = {"fi": "Näin on.", "sv": "Så är det.", "en": "So it is."}


def section(anchor: str, words: int = FEWEST_WORDS) -> dict[str, Section]:
    return {anchor: Section(anchor, "Otsikko", words)}


def status(checklist: str, item: str, sections: dict[str, Section], *pages: str) -> str:
    wanted = next(found for found in checklists() if found.id == checklist)
    found = {answer.item.id: answer for answer in answers(wanted, sections, pages, ())}
    return found[item].status


def with_statements(*given: Statement) -> Study:
    study = find_study(ROOT)
    return Study(study.root, study.declaration.model_copy(update={"statements": given}))


def test_the_checklists_have_the_items_of_their_originals() -> None:
    assert [item.id for item in SRQR.items] == [str(n) for n in range(1, 22)]
    assert len(GRAMMS.items) == 6
    assert len(UNEG.items) == 8
    assert "10.1097/ACM.0000000000000388" in str(SRQR.source.en)
    assert "10.1258/jhsrp.2007.007074" in str(GRAMMS.source.en)


def test_an_item_is_present_when_its_section_has_text() -> None:
    assert status("srqr", "2", section("sec-summary")) == "present"


def test_a_heading_without_text_is_no_answer_but_a_beginning() -> None:
    assert status("srqr", "2", section("sec-summary", FEWEST_WORDS - 1)) == "partly"


def test_an_item_without_its_section_is_missing() -> None:
    assert status("srqr", "2", {}) == "missing"


def test_an_item_that_needs_two_sections_is_half_answered_by_one() -> None:
    assert status("srqr", "5", section("sec-data")) == "partly"
    both = section("sec-data") | section("sec-inference")
    assert status("srqr", "5", both) == "present"


def test_a_generated_page_answers_only_where_the_report_shows_it() -> None:
    assert status("gramms", "4", {}, "_matrix.qmd") == "present"
    assert status("gramms", "4", {}) == "missing"


def test_what_the_study_states_counts_and_is_shown() -> None:
    stated = Statement(item="srqr.21", status="not_applicable", text=TEXT)  # type: ignore[arg-type]
    study = with_statements(stated)
    found = answers(SRQR, {}, (), study.declaration.statements)
    assert found[20].status == "not_applicable"
    page = checklist_page(study, {}, (), Words("fi"))
    assert "| Näin on. | ei koske |" in page


def test_a_statement_on_an_item_that_does_not_exist_is_refused() -> None:
    stray = Statement(item="srqr.22", status="present", text=TEXT)  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match=r"srqr\.22"):
        checklist_page(with_statements(stray), {}, (), Words("fi"))


def test_the_study_says_which_sections_are_on_a_topic() -> None:
    sections = section("sec-lyhyesti")
    places: dict[Topic, tuple[str, ...]] = {"summary": ("sec-lyhyesti",)}
    assert answers(SRQR, sections, (), (), places)[1].status == "present"
    assert answers(SRQR, sections, ())[1].status == "missing"
    assert answers(SRQR, section("sec-summary"), (), (), {"summary": ()})[1].status == "missing"


def test_counts_add_up_to_the_items() -> None:
    found = answers(SRQR, section("sec-summary"), (), ())
    assert sum(counted(found).values()) == 21
    assert counted(found)["present"] == 1


QMD = """# Luku {#sec-luku}

{{< include _generated/_data.qmd >}}

::: {.callout-note}
yksi kaksi [kolme]{.finding finding="a-b"}
:::

<!-- ei tämä -->

{{< embed a.ipynb#fig-a >}}

## Osa {.unnumbered #sec-osa}

neljä viisi

## Nimetön

kuusi

# Toinen {#sec-toinen}

seitsemän
"""


@pytest.fixture
def chapters(tmp_path: Path) -> Path:
    (tmp_path / "report.qmd").write_text(QMD, "utf-8")
    return tmp_path


def test_words_of_prose_are_counted_with_those_of_the_parts(chapters: Path) -> None:
    found = sections_of(chapters)
    assert {name: item.words for name, item in found.items()} == {
        "sec-luku": 6,
        "sec-osa": 2,
        "sec-toinen": 1,
    }
    assert found["sec-osa"].title == "Osa"


def test_pages_that_the_report_includes_are_found(chapters: Path) -> None:
    assert included_pages(chapters) == ("_data.qmd",)


def test_sections_are_linked_and_their_titles_do_nothing() -> None:
    hostile = {"sec-tiivistelma": Section("sec-tiivistelma", "<b>|A", FEWEST_WORDS)}
    page = checklist_page(with_statements(), hostile, (), Words("sv"))
    assert "](#sec-tiivistelma)" in page
    assert "<b>" not in page
    assert "\N{LEFT CORNER BRACKET}" not in page
    for label in ("{#tbl-srqr}", "{#tbl-gramms}", "{#tbl-uneg}"):
        assert page.count(label) == 1


def test_the_anchors_of_the_checklists_are_those_of_the_report_or_still_to_write() -> None:
    known = set(sections_of(ROOT / "reports" / "fi"))
    declared = find_study(ROOT).declaration.sections
    topics = {topic for found in checklists() for item in found.items for topic in item.topics}
    assert topics == set(declared) == set(get_args(Topic))
    assert {name for names in declared.values() for name in names} <= known

"""The intervention logic: links are what their findings are, and figure and table say the same."""

from __future__ import annotations

import itertools
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from claims_by_hand import share
from conclusions_by_hand import BEHIND, FEW, LEADS, READ, conclusions, told, write_study

from evaltools.findings.logic import (
    ExaminedLink,
    check_logic,
    examine_links,
    load_logic,
)
from evaltools.findings.logic_pages import logic_figure, logic_table
from evaltools.findings.premises import Outcomes, Premise, weigh
from evaltools.findings.sentences import OUTCOME_OF
from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
TESTED = {"finding": "it-is-so", "supports": ["holds"], "contradicts": ["does_not_hold"]}
ANSWERED = {"question": "1.2", "supports": ["partly"]}


def element(stage: str, words: str = "") -> dict[str, Any]:
    return {"stage": stage, "text": {"en": words or stage}}


def link(start: str, end: str, *premises: dict[str, Any]) -> dict[str, Any]:
    return {"from": start, "to": end, "premises": list(premises)}


ELEMENTS = {
    "money": element("inputs", "Money | [more]"),
    "work": element("activities"),
    "result": element("outputs"),
    "good": element("impact"),
}
LINKS = [
    link("work", "result", TESTED, ANSWERED),
    link("money", "work", TESTED),
    link("result", "good"),
    link("work", "good", ANSWERED),
]
LOGIC = {"elements": ELEMENTS, "links": LINKS}


def faults(tmp_path: Path, **changes: Any) -> list[str]:
    with pytest.raises(ProblemError) as error:
        load_logic(write_study(tmp_path, logic=LOGIC | changes))
    assert all(re.match(r"reports/logic\.yml:\d+$", each.where) for each in error.value.problems)
    return [each.what for each in error.value.problems]


@pytest.mark.parametrize(
    ("numbers", "states"),
    [
        ([*READ, *LEADS], ["supported", "supported", "supported", "not_examined"]),
        ([*READ, *BEHIND], ["contradicted", "cannot_be_told", "supported", "not_examined"]),
        ([*FEW, *LEADS], ["cannot_be_told", "cannot_be_told", "cannot_be_told", "not_examined"]),
    ],
)
def test_links_follow_the_findings_and_answers_they_name(tmp_path, numbers, states):
    study = write_study(tmp_path, logic=LOGIC)
    links = examine_links(load_logic(study), told(study, conclusions(), numbers).outcomes)
    ends = [(each.link.start, each.link.end) for each in links]
    assert ends == [("money", "work"), ("work", "result"), ("work", "good"), ("result", "good")]
    assert [each.state for each in links] == states


MOST = {"quantity": {"key": "challenge.staff.share", "word": "most"}}


@pytest.mark.parametrize(
    ("x", "n", "N", "state"),
    [
        (6, 11, 72, "cannot_be_told"),  # between 8 and 93 per cent of those due
        (5, 11, 72, "cannot_be_told"),
        (6, 11, 11, "supported"),  # all that were due have been read
        (11, 11, 72, "supported"),
        (45, 52, 72, "supported"),
        (7, 52, 72, "contradicted"),
    ],
)
def test_a_link_is_no_surer_than_chance_lets_the_reports_read_be(tmp_path, x, n, N, state):
    """The finding itself may be told of the reports read: a link claims more."""
    study = write_study(tmp_path, logic=LOGIC)
    numbers = [*share("reports.read.share", n, N, N), *share("challenge.staff.share", x, n, N)]
    made = told(study, conclusions(), numbers, condition=MOST)
    assert made.judgements["it-is-so"].outcome in ("holds", "does_not_hold")
    links = examine_links(load_logic(study), made.outcomes)
    (found,) = [each.state for each in links if each.link.start == "money"]
    assert found == state


def test_a_claim_stands_only_where_all_its_premises_agree():
    leans = {"holds": "supported", "does_not_hold": "contradicted", "close": "cannot_be_told"}
    premises = [
        Premise(finding=name, supports=("holds",), contradicts=("does_not_hold",))
        for name in ("one", "two")
    ]
    for first, second in itertools.product(leans, repeat=2):
        came = {
            "one": (first, OUTCOME_OF.get(first, first)),
            "two": (second, OUTCOME_OF.get(second, second)),
        }
        found = weigh(premises, Outcomes(came))
        assert found == (leans[first] if first == second else "cannot_be_told")


def test_a_case_goes_before_its_outcome():
    premise = Premise(finding="one", supports=("none",), contradicts=("does_not_hold",))
    assert weigh([premise], Outcomes({"one": ("none", "does_not_hold")})) == "supported"
    assert weigh([premise], Outcomes({"one": ("tied", "does_not_hold")})) == "contradicted"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"supports": ["holds"]}, "a finding or a question"),
        ({"finding": "a", "question": "1.1", "supports": ["holds"]}, "a finding or a question"),
        ({"finding": "a"}, "what supports"),
        ({"finding": "a", "supports": ["met"]}, "met: a finding comes out as"),
        ({"question": "1.1", "supports": ["met"], "contradicts": ["met"]}, "cannot both"),
    ],
)
def test_a_premise_that_says_nothing_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Premise.model_validate(given)


def rows_of(table: str) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[unescape(cell) for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


@pytest.mark.parametrize("numbers", [[*READ, *LEADS], [*READ, *BEHIND], [*FEW, *LEADS]])
def test_the_table_says_what_the_figure_shows(tmp_path, numbers):
    study = write_study(tmp_path, logic=LOGIC)
    logic, made = load_logic(study), told(study, conclusions(), numbers)
    links = examine_links(logic, made.outcomes)
    figure, words = logic_figure(logic, links, Words("en")), Words("en")
    rows = rows_of(logic_table(logic, links, made))
    assert len(rows) == len(links) == 4
    assert rows[0][0] == "1 Money | [more] → activities"
    listed = figure.alt.partition("links. ")[2]
    groups = dict(re.findall(r"([A-Z][a-z ]+): (\d.*?)(?=\.(?: |$))", listed))
    for row, each in zip(rows, links, strict=True):
        state = words(f"logic.state.{each.state}")
        assert row[1] == state
        shown = groups[state[0].upper() + state[1:]]
        assert any(part.startswith(f"{each.number} ") for part in shown.split("; "))
    assert sum(len(shown.split("; ")) for shown in groups.values()) == len(links)


def test_the_drawing_is_the_same_bytes_each_time(tmp_path):
    study = write_study(tmp_path, logic=LOGIC)
    logic, made = load_logic(study), told(study, conclusions(), [*READ, *LEADS])
    links = examine_links(logic, made.outcomes)
    one, two = (logic_figure(logic, links, Words("en")) for _ in range(2))
    assert (one.svg, one.png) == (two.svg, two.png)
    other = examine_links(logic, told(study, conclusions(), [*READ, *BEHIND]).outcomes)
    assert logic_figure(logic, other, Words("en")).svg != one.svg


def test_names_that_are_not_there_and_links_that_lead_back_are_refused(tmp_path):
    links = [*LINKS, link("money", "fame"), link("result", "work"), link("work", "work"), LINKS[1]]
    told = faults(tmp_path, links=links)
    assert told == [
        "no element is called 'fame'",
        "the link from 'result' (outputs) to 'work' (activities) leads to no later stage",
        "the link from 'work' (activities) to 'work' (activities) leads to no later stage",
        "the link from 'money' to 'work' is there twice",
    ]


def test_a_logic_of_which_nothing_is_tested_is_refused(tmp_path):
    links = [link("money", "work"), link("work", "result"), link("result", "good")]
    assert faults(tmp_path, links=links) == ["no link has premises, so nothing of it is examined"]


def test_elements_without_links_and_crowded_stages_are_refused(tmp_path):
    more = {f"more-{n}": element("outputs") for n in range(4)}
    told = faults(tmp_path, elements=ELEMENTS | more)
    assert [each for each in told if "has no link" in each] == [
        f"the element 'more-{n}' has no link" for n in range(4)
    ]
    assert any(each.startswith("outputs has 5 elements") for each in told)


def test_findings_questions_and_levels_must_be_there(tmp_path):
    strange = link("money", "result", {"finding": "gone", "supports": ["holds"]},
                   {"question": "7", "supports": ["met"]},
                   {"question": "1.1", "supports": ["superb"]})  # fmt: skip
    study = write_study(tmp_path, logic=LOGIC | {"links": [*LINKS, strange]})
    logic = load_logic(study)
    found = [each.what for each in check_logic(logic, {"it-is-so"}, conclusions())]
    assert found == [
        "link from 'money' to 'result': no finding is called 'gone'",
        "link from 'money' to 'result': no question that is answered is called '7'",
        "link from 'money' to 'result': no answer has the level 'superb'",
    ]


def test_a_study_without_one_has_nothing_to_show(tmp_path):
    study = write_study(tmp_path)
    logic = load_logic(study)
    made = told(study, conclusions(), [*READ, *LEADS])
    assert examine_links(logic, made.outcomes) == ()
    assert logic_table(logic, (), made) == ""


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_study_has_a_logic_that_can_be_read_in_full(language):
    logic = load_logic(load_study(ROOT))
    links = [ExaminedLink(n, each, "cannot_be_told", ()) for n, each in enumerate(logic.links, 1)]
    alt = logic_figure(logic, links, Words(language)).alt
    assert not alt.endswith("…")
    assert all(each.text.in_language(language) in alt for each in logic.elements.values())

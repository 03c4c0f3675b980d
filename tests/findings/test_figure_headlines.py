"""What heads a figure is one short sentence, true of the run and no surer than its finding."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from data_changes import set_everything
from reruns import LANGUAGES, ROOT, Reruns, wrong_in

from evaltools.chapters import headlines
from evaltools.charts.bars import Stack
from evaltools.findings.declaration import Finding
from evaltools.findings.judgement import Judgement
from evaltools.findings.sentences import plain_text, quote_long
from evaltools.findings.templates import is_long
from evaltools.i18n.messages import Words

SCOPES: list[dict[str, str]] = [
    {},
    {"region": "06"},
    {"region": "01"},
    {"municipality_group": "urban"},
    {"municipality_group": "rural"},
    {"wave": "2023", "calls": "2020"},
    {"wave": "2023", "calls": "2020", "municipality_group": "rural"},
]


@pytest.fixture(scope="module")
def example() -> Reruns:
    return Reruns()


def faults(judgements: tuple[Judgement, ...], words: int) -> list[str]:
    """What is wrong with the headlines of a run."""
    found = []
    for judgement in judgements:
        for language, headline in judgement.headline.items():
            text, said = plain_text(headline), judgement.said[language]
            place = f"{judgement.finding.id}, {judgement.case}, {language}: {text}"
            if is_long(text, words) or wrong_in(text):
                found.append(place)
            numbers = {part.text for part in headline if part.indicator is not None}
            if numbers - {part.text for part in said if part.indicator is not None}:
                found.append(f"{place} (numbers that the finding does not print)")
            unbound = "".join(part.text for part in headline if part.indicator is None)
            if re.search(r"\d", unbound):
                found.append(f"{place} (a number bound to nothing)")
            if set(judgement.headline) != set(LANGUAGES):
                found.append(f"{place} (not in every language)")
    return found


def test_headlines_of_the_default_are_short(example: Reruns) -> None:
    judged = example.judge_by_rule({})["majority"]
    assert faults(judged, 25) == []
    assert sum(bool(each.headline) for each in judged) >= 6


@pytest.mark.parametrize("given", SCOPES, ids=str)
def test_headlines_of_reruns_are_one_short_sentence(example: Reruns, given: dict[str, str]) -> None:
    for judged in example.judge_by_rule(given).values():
        assert faults(judged, 25) == []


@pytest.mark.parametrize("state", ["deny", "affirm", "silent", "one", "partly"])
def test_data_that_say_but_one_thing_are_told_so(tmp_path: Path, state: str) -> None:
    data = tmp_path / "data"
    set_everything(data, state, ROOT)
    reruns = Reruns(data=data)
    assert reruns.check({}).faults == []
    judged = {each.finding.id: each for each in reruns.judge_by_rule({})["majority"]}
    assert faults(tuple(judged.values()), 25) == []
    if state not in ("deny", "silent"):
        return
    # None is no `few`, and what is denied is not what is not mentioned.
    for each in judged.values():
        if not each.finding.asserted or each.finding.by_register:
            continue
        text = each.text("en").lower()
        assert not re.search(r"\b(?:few|at most half)\b[^;.]*\(0", text), text
        assert not re.search(r"none of the reports read mentions", text), text
    assert judged["savings-claimed-by-a-minority"].case == "none"
    assert "none is told" in judged["headline"].text("en")
    assert "met" not in judged["commonest-response"].text("en")


def test_a_headline_that_many_names_make_too_long_is_left_to_the_numbers(example: Reruns) -> None:
    given = {name: {**own} for name, own in example.forms.forms.items()}
    for forms in given.values():
        for language, own in forms.items():
            forms[language] = {
                form: f"{text} och så vidare och vidare" for form, text in own.items()
            }
    judged = example.judge_by_rule({})["majority"]
    before = {each.finding.id for each in judged if each.headline}
    example.forms, known = type(example.forms)(given), example.forms
    try:
        after = example.judge_by_rule({})["majority"]
    finally:
        example.forms = known
    assert faults(after, 25) == []
    assert "commonest-result" in before - {each.finding.id for each in after if each.headline}


def test_a_name_that_reads_as_several_stands_in_quotation_marks() -> None:
    assert quote_long("slipping timetables", "en") == "slipping timetables"
    long = "delays, unclear schedules, late decisions and deliveries"
    assert quote_long(long, "en") == f"‘{long}’"
    assert quote_long(long, "sv") == f"”{long}”"
    assert quote_long("a b c d e f g h i", "fi") == "”a b c d e f g h i”"


def test_a_long_sentence_needs_a_headline_of_its_own() -> None:
    declared = yaml.safe_load((ROOT / "reports" / "findings.yml").read_text("utf-8"))
    given = declared["findings"]["commonest-challenge"] | {"id": "a", "where": "findings.yml:1"}
    assert Finding.model_validate(given).headline_for("close") is not None
    short = given.pop("headlines")
    with pytest.raises(ValueError, match=r"give a short one in headlines\.close"):
        Finding.model_validate(given)
    short["close"]["en"] = "{best:noun+fraction}, {reports.read.x} reports."
    with pytest.raises(ValueError, match=r"reports\.read\.x is not in the sentence"):
        Finding.model_validate(given | {"headlines": short})


def test_the_headline_of_signs_ranks_nothing_and_leaves_out_what_is_told_of_nowhere() -> None:
    evidence = SimpleNamespace(parameters=SimpleNamespace(language="en"))
    rows = [Stack("owner", (3, 1, 6)), Stack("money", (0, 2, 8)), Stack("use", (3, 0, 7))]
    values = headlines.told_signs(rows, evidence)
    assert headlines.add_headline(Words("en"), "signs", values, "How many.") == (
        "Signs of lasting told of: owner 3/10; use 3/10. How many."
    )
    many = [Stack(f"sign {place}", (1, 0, 9)) for place in range(6)]
    values = headlines.told_signs(many, evidence)
    assert "6/60 are told of" in headlines.add_headline(Words("en"), "signs", values, "")
    none = headlines.told_signs([Stack("owner", (0, 4, 6))], evidence)
    assert "No sign of lasting is told of" in headlines.add_headline(Words("en"), "signs", none, "")

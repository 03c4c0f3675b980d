"""A study's own words: they go before the engine's, and what is wrong with them is told by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.study import load_study
from evaltools.study.phrases import FILE_NAME, load_phrases

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_study_says_a_phrase_otherwise_and_the_engine_keeps_its_own(tmp_path: Path) -> None:
    folder = written(tmp_path, 'column.region: {en: "County"}\n')
    words = Words("en", load_phrases(folder, ("en",)))
    assert words("column.region") == "County"
    assert Words("en")("column.region") == "Region"
    assert words("column.theme") == Words("en")("column.theme")


def test_a_study_may_leave_a_field_unsaid_and_use_the_currency(tmp_path: Path) -> None:
    text = 'report.per_inhabitant: {en: "money per head"}\ncolumn.money: {en: "in {currency}"}\n'
    words = Words("en", load_phrases(written(tmp_path, text), ("en",)))
    assert words("report.per_inhabitant", value="3") == "money per head"
    assert words("column.money") == "in euros"


def test_labels_of_the_declaration_are_words_as_well() -> None:
    words = load_study(ROOT).words("sv")
    assert words("choice.region.06") == "Birkaland"
    assert words("code_kind.goal") == "mål"
    assert words("size.under_5000") == "färre än 5\N{NO-BREAK SPACE}000 invånare"


def test_a_study_without_the_file_has_the_general_words(tmp_path: Path) -> None:
    assert load_phrases(tmp_path, ("fi",)) == {}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("column.region: {fi: Alue}", "instead of fi, en"),
        ("column.region: {fi: Alue, en: ' '}", "empty text"),
        ("column.region: Alue", "not a key with texts"),
        ("column.region: {fi: Alue, en: Area, de: Kreis}", "'de' is no language"),
        ("column.regoin: {fi: Alue, en: Area}", "column.region"),
        ("portfolio.map: {fi: Kartta, en: Map}", "nothing prints"),
        ("column.region: {fi: 'Alue {n}', en: 'Area {n}'}", "nothing fills in {n}"),
        ("column.region: {fi: 'Alue {', en: 'Area {'}", "brace"),
        ("words.own: {fi: '{a.b}', en: '{a.b}'}", "a field is a name"),
        ("words.own: {fi: '{a!r:>9}', en: '{a!r:>9}'}", "a field is a name"),
        ("words.own: {fi: '{a}', en: '{b}'}", "different fields"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, entry: str, told: str) -> None:
    folder = written(tmp_path, f'words.right: {{fi: "on", en: "is"}}\n{entry}\n')
    with pytest.raises(ProblemError) as raised:
        load_phrases(folder, ("fi", "en"))
    assert {problem.where for problem in raised.value.problems} == {f"{FILE_NAME}:2"}
    assert all(told in str(problem) for problem in raised.value.problems)


def test_only_the_languages_of_the_study_are_needed(tmp_path: Path) -> None:
    folder = written(tmp_path, 'column.region: {sv: "Län"}\n')
    assert load_phrases(folder, ("sv",))["column.region"] == {"sv": "Län"}
    with pytest.raises(ProblemError, match="fi"):
        load_phrases(folder, ("fi", "sv"))

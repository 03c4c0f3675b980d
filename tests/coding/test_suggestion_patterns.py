"""Patterns are read strictly, and what is wrong is told with file and row, all at once."""

from __future__ import annotations

import pandas as pd
import pytest

from evaltools.coding.suggestions.keywords import PatternError, Word, parse_pattern, read_keywords
from evaltools.coding.suggestions.lemmas import lemmatise, overrides, split_compound
from evaltools.problems import ProblemError


def test_a_pattern_is_its_words_with_stars_and_gaps() -> None:
    assert parse_pattern(" Hankinta*  …  *Toimittaja ..5 *viive* työ ").words == (
        Word("hankinta", "beginning"),
        Word("toimittaja", "ending", 3),
        Word("viive", "within", 5),
        Word("työ", "whole"),
    )


@pytest.mark.parametrize(
    "text",
    ["", "  ", "*", "**", "a*", "*ab", "han*kinta", "… työ", "työ …", "työ … … raskas", "työ …0 b",
     "työ …12 b", "!liikunta", "(työ)", "työ,", "a b c d e f g h i", "=1+1", "<b>"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(PatternError) as error:
        parse_pattern(text)
    assert error.value.remedy


def table(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["code_id", "language", "pattern", "use"], dtype="string")


def test_all_wrong_rows_are_told_at_once_with_file_and_row() -> None:
    rows = table(
        ("c.a", "fi", "työ", "include"), ("c.a", "fi", "*", "include"),
        ("c.a", "sv", "… arbete", "include"), ("c.b", "fi", "kunta", "exclude"),
    )  # fmt: skip
    with pytest.raises(ProblemError) as error:
        read_keywords(rows)
    told = [(p.where, p.code) for p in error.value.problems]
    assert told == [
        ("data/coding/keywords.csv, row 3, column pattern", "keywords.pattern"),
        ("data/coding/keywords.csv, row 4, column pattern", "keywords.pattern"),
        ("data/coding/keywords.csv, row 5, column pattern", "keywords.exclusions"),
    ]


def test_rows_are_those_of_the_file_where_the_table_knows_them() -> None:
    rows = table(("c.a", "fi", "*", "include"))
    rows.index = pd.Index([41], name="row")
    with pytest.raises(ProblemError, match=r"kw\.csv, row 41, column pattern"):
        read_keywords(rows, "kw.csv")


def test_keywords_are_sorted_whatever_the_order_of_rows() -> None:
    rows = table(("c.b", "fi", "työ", "include"), ("c.a", "sv", "arbete", "include"),
                 ("c.a", "fi", "työ", "include"))  # fmt: skip
    assert read_keywords(rows) == read_keywords(rows.iloc[::-1])


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("henkilöstön", "fi", "henkilöstö"),
        ("järjestelmätoimittajien", "fi", "järjestelmätoimittaja"),
        ("hankintalain", "fi", "hankintalaki"),  # not cut to its first part
        ("tietovirheitä", "fi", "tietovirhe"),
        ("hankkeessakaan", "fi", "hanke"),  # an ending is no last part
        ("bidragsbeslutets", "sv", "bidragsbeslut"),
        ("förseningarna", "sv", "försening"),
    ],
)
def test_words_have_their_lemma(word: str, language: str, expected: str) -> None:
    assert lemmatise(word, language) == expected


def test_words_of_other_languages_are_their_own_lemma() -> None:
    assert lemmatise("delays", "en") == "delays"
    assert split_compound("timetable", "en") == ()


def test_overrides_are_needed_and_work() -> None:
    """An override of a word that the dictionary gets right by itself would be a leftover."""
    import simplemma

    for language in ("fi", "sv"):
        for form, right in overrides(language).items():
            assert lemmatise(form, language) == right
            assert simplemma.lemmatize(form, language, low_memory=True).lower() != right

"""What keywords find in a text: forms, compounds, gaps and exclusions, always at exact places."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.coding.suggestions.keywords import Keyword, parse_pattern, read_keywords, suggest
from evaltools.evidence import load_descriptor, read_tables

DATA = Path(__file__).parents[2] / "data"


def keywords(*patterns: str, language: str = "fi", code: str = "challenge.x") -> list[Keyword]:
    """Patterns of one code; those that begin with `!` exclude."""
    return [
        Keyword(
            code, language, parse_pattern(p.lstrip("!")), "exclude" if p[0] == "!" else "include"
        )
        for p in patterns
    ]


def found(text: str, *patterns: str, language: str = "fi") -> list[str]:
    return [s.matched for s in suggest(text, language, keywords(*patterns, language=language))]


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("avainhenkilö vaihtuminen", "Avainhenkilöiden vaihtumisesta kerrotaan.",
         "Avainhenkilöiden vaihtumisesta"),
        ("*toimittaja", "Järjestelmätoimittajien kanssa.", "Järjestelmätoimittajien"),
        ("*toimittaja", "Toimittajalla oli kiire.", "Toimittajalla"),
        ("hankinta*", "Uusi hankintalaki tuli voimaan.", "hankintalaki"),
        ("hankinta*", "Hankintojen kesto.", "Hankintojen"),
        ("*viive*", "Oli toimitusviiveitä.", "toimitusviiveitä"),
        ("*pula", "RESURSSIPULAN VUOKSI", "RESURSSIPULAN"),
        ("tavoite … epäselvä", "Tavoitteet olivat aluksi epäselviä.",
         "Tavoitteet olivat aluksi epäselviä"),
    ],
)  # fmt: skip
def test_a_lemma_stands_for_its_forms(pattern: str, text: str, matched: str) -> None:
    assert found(text, pattern) == [matched]


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("personalomsättning", "Personalomsättningen var stor.", "Personalomsättningen"),
        ("*ägare", "Tjänsteägaren utsågs.", "Tjänsteägaren"),
        ("*besparing", "Kostnadsbesparingarna är små.", "Kostnadsbesparingarna"),
        ("utan understöd", "Utan understödet hade det inte blivit av.", "Utan understödet"),
    ],
)
def test_swedish_too(pattern: str, text: str, matched: str) -> None:
    assert found(text, pattern, language="sv") == [matched]


def test_a_derivation_is_another_word() -> None:
    assert found("Tämä viivästytti hanketta.", "viivästyä") == []
    assert found("Tämä viivästytti hanketta.", "viivästyttää") == ["viivästytti"]


def test_a_word_without_a_star_is_no_part_of_another() -> None:
    assert found("Liikunta ja maakunta", "kunta") == []


def test_what_is_excluded_is_not_found_though_the_pattern_fits() -> None:
    text = "Kunta järjesti liikuntaa maakunnassa."
    assert found(text, "*kunta") == ["Kunta", "liikuntaa", "maakunnassa"]
    assert found(text, "*kunta", "!*liikunta", "!maakunta") == ["Kunta"]


def test_an_exclusion_is_of_its_code_only() -> None:
    both = [*keywords("*kunta", "!*liikunta"), *keywords("liikunta", code="goal.y")]
    assert [(s.code_id, s.matched) for s in suggest("Liikunta", "fi", both)] == [
        ("goal.y", "Liikunta")
    ]


def test_a_word_that_the_dictionary_has_is_no_compound() -> None:
    """Its last letters may be a form of another word: jollain is of jokin, and lain of laki."""
    assert found("Jollain tavalla.", "*laki") == []


def test_a_gap_is_as_wide_as_it_says_and_ends_with_the_sentence() -> None:
    text = "Tavoite oli alun perin vähän epäselvä."
    assert found(text, "tavoite … epäselvä") == []
    assert found(text, "tavoite …4 epäselvä") == [text[:-1]]
    assert found("Tavoite oli. Epäselvä se oli.", "tavoite … epäselvä") == []
    assert found("1. Tavoite 2. vaiheessa epäselvä", "tavoite … epäselvä") == [
        "Tavoite 2. vaiheessa epäselvä"
    ]


def test_a_near_word_does_not_hide_a_farther_one_that_fits() -> None:
    text = "Työ ja työ oli raskas."
    assert found(text, "työ …3 raskas") == ["Työ ja työ oli raskas"]


def test_places_count_code_points() -> None:
    text = "Työ 🙂 sujui.\nHanke viivästyi."
    [one] = suggest(text, "fi", keywords("viivästyä"))
    assert text[one.start : one.end] == one.matched == "viivästyi"
    assert (one.pattern, one.lemma) == ("viivästyä", "viivästyä")


def test_of_passages_within_each_other_the_longest_is_suggested() -> None:
    assert found("Tekninen ongelma", "tekninen", "tekninen ongelma", "ongelma") == [
        "Tekninen ongelma"
    ]


def test_keywords_of_another_language_are_left_aside_unless_none_is_known() -> None:
    both = [*keywords("aikataulu"), *keywords("tidtabell", language="sv")]
    text = "Aikataulu. Tidtabellen."
    assert [s.matched for s in suggest(text, "sv", both)] == ["Tidtabellen"]
    assert [s.matched for s in suggest(text, "", both)] == ["Aikataulu", "Tidtabellen"]
    assert suggest(text, "en", both) == ()


words = st.sampled_from(
    ["kunta", "liikunta", "hanke", "viivästyi", "toimittajan", ".", ";", "🙂", "työn", "ja\n"]
)
PATTERNS = ["*kunta", "!*liikunta", "työ … toimittaja", "viive*", "toimittaja", "hanke"]


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=20), st.permutations(PATTERNS))
def test_suggestions_are_ordered_distinct_and_what_stands_there(
    text: list[str], patterns: list[str]
) -> None:
    whole = " ".join(text)
    made = suggest(whole, "fi", keywords(*patterns))
    places = [(one.start, one.end, one.code_id, one.pattern) for one in made]
    assert places == sorted(set(places))
    assert all(whole[one.start : one.end] == one.matched for one in made)
    assert not any(a is not b and a.start <= b.start and b.end <= a.end for a in made for b in made)
    assert made == suggest(whole, "fi", reversed(keywords(*patterns)))


@pytest.fixture(scope="module")
def study() -> dict[str, pd.DataFrame]:
    return read_tables(DATA, load_descriptor(DATA))


def test_every_code_that_coders_use_has_keywords_in_both_languages(
    study: dict[str, pd.DataFrame],
) -> None:
    codes = study["codes"]
    wanted = set(codes.loc[codes["codable"].fillna(False) & codes["retired"].isna(), "code_id"])
    for language in ("fi", "sv"):
        have = {k.code_id for k in read_keywords(study["keywords"])
                if k.language == language and k.use == "include"}  # fmt: skip
        assert have == wanted


def test_on_the_example_suggestions_lead_to_passages_more_often_than_chance_and_miss_some(
    study: dict[str, pd.DataFrame],
) -> None:
    """Properties, no level: an example made from patterns says little of real reports.

    Of the passages that the consensus coded with challenges and responses most hold a
    suggestion of their code, and a suggestion hits its code more often than the share of text
    that is coded with it would let it by chance.
    """
    table, documents = read_keywords(study["keywords"]), study["documents"]
    coders = study["coders"]
    agreed = set(coders.loc[coders["role"] == "consensus", "coder_id"])
    codings = study["codings"].merge(
        study["segments"][["segment_id", "document_id", "start", "end"]], on="segment_id"
    )
    codings = codings[codings["coder_id"].isin(agreed)]
    codings = codings[codings["code_id"].str.startswith(("challenge.", "response."))]
    reached = made = hits = passages = coded = letters = 0
    for document, path, language in zip(
        documents["document_id"], documents["text_file"], documents["language"], strict=True
    ):
        own = codings[codings["document_id"] == document]
        if own.empty:
            continue
        text = (DATA / path).read_text(encoding="utf-8")
        spans = [*zip(own["code_id"], own["start"], own["end"], strict=True)]
        wanted = {code for code, _, _ in spans}
        made_here = [s for s in suggest(text, language, table) if s.code_id in wanted]
        met = [
            (code, start, end)
            for code, start, end in spans
            if any(s.code_id == code and s.start < end and start < s.end for s in made_here)
        ]
        hits += sum(
            any(s.code_id == code and s.start < end and start < s.end for code, start, end in spans)
            for s in made_here
        )
        made, passages, reached = made + len(made_here), passages + len(spans), reached + len(met)
        coded += sum(end - start for _, start, end in spans)
        letters += len(text) * len(wanted)
    assert reached > passages / 2
    assert reached < passages, "were nothing missed, the keywords would be the example's own words"
    assert hits / made > 3 * coded / letters


def test_a_long_report_is_searched_in_a_moment(study: dict[str, pd.DataFrame]) -> None:
    """Once the dictionaries are loaded; the limit is wide, since machines differ."""
    table = read_keywords(study["keywords"])
    documents = study["documents"]
    texts = [(DATA / p).read_text(encoding="utf-8") for p in documents["text_file"].dropna()[:6]]
    suggest(texts[0], "fi", table)
    words = sum(len(text.split()) for text in texts[1:])
    started = time.process_time()
    for text in texts[1:]:
        suggest(text, "fi", table)
    assert (time.process_time() - started) / words * 1000 < 0.5

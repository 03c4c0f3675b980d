"""Quotes are printed as the policy says."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaltools.disclosure.quotes import (
    Redaction,
    check_redactions,
    only_deletes,
    public_quote,
    redactions_of,
)
from evaltools.evidence import read_tables
from evaltools.i18n.markdown import escape_markdown

ROOT = Path(__file__).parents[2]
QUOTE = "Säästöä kertyi 18 500 euroa vuodessa."
CUT = Redaction("s1", "Säästöä kertyi [...] euroa vuodessa.", "amount", "consensus")
OTHER = Redaction("s1", "Hankkeen mukaan rahaa säästyi.", "paraphrase", "consensus")
NAMED = "Projektipäällikkö Matti Virtanen irtisanoutui."


@pytest.fixture(scope="module")
def tables():
    return read_tables(ROOT / "data")


@pytest.mark.parametrize(
    ("policy", "redaction", "printed"),
    [
        ("none", None, None), ("none", CUT, None), ("none", OTHER, None),
        ("paraphrase", None, None), ("paraphrase", CUT, None),
        ("paraphrase", OTHER, OTHER.text_public),
        ("redacted", None, QUOTE), ("redacted", CUT, CUT.text_public),
        ("verbatim", None, QUOTE), ("verbatim", CUT, CUT.text_public),
    ],
)  # fmt: skip
def test_the_policy_decides_which_words_are_printed(policy, redaction, printed):
    assert public_quote(QUOTE, policy, redaction) == printed


def test_persons_are_taken_out_of_redacted_quotes_and_verbatim_ones_are_not_printed():
    assert public_quote(NAMED, "redacted") == "Projektipäällikkö [...] irtisanoutui."
    assert public_quote(NAMED, "verbatim") is None
    careless = Redaction("s1", NAMED, "person", "coder-1")
    assert "Virtanen" not in str(public_quote(NAMED, "redacted", careless))


def test_third_parties_are_taken_out_of_redacted_quotes():
    assert public_quote("Palvelun toimitti Esimerkkisoft Oy.", "redacted") == (
        "Palvelun toimitti [...]."
    )


def test_a_quote_of_which_only_gaps_are_left_is_not_printed():
    assert public_quote("matti.virtanen@kunta.fi", "redacted") is None


def test_hostile_quotes_come_out_as_plain_text_on_one_line():
    hostile = "Hanke <script>alert(1)</script>\nonnistui\u202e \u0007 [x](javascript:1)."
    text = public_quote(hostile, "redacted")
    assert text is not None
    assert not set(text) & {"\n", "\u202e", "\u0007"}
    # Plain text still: whoever prints it escapes it, as every text from data.
    escaped = escape_markdown(text)
    assert "<script" not in escaped
    assert "](" not in escaped
    assert public_quote("Kirjoita osoitteeseen etunimi.sukunimi(at)kunta.fi nyt.", "redacted") == (
        "Kirjoita osoitteeseen [...] nyt."
    )


def test_the_redactions_of_the_example_only_take_out(tables):
    redactions = redactions_of(tables)
    assert len(redactions) > 5
    assert check_redactions(tables) == []
    # No sum of a claim is left in a passage that makes it.
    for claim in tables["saving_claims"].dropna(subset=["amount"]).to_dict("records"):
        assert "[...]" in redactions[claim["segment_id"]].text_public


def test_a_study_without_the_table_has_no_redactions(tables):
    assert redactions_of({"segments": tables["segments"]}) == {}
    assert check_redactions({"segments": tables["segments"]}) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Säästöä ei kertynyt [...].", "disclosure.redaction"),
        ("Aivan muuta.", "disclosure.redaction"),
        ("Säästöä kertyi Matti Virtasen mukaan [...]", "disclosure.person"),
    ],
)
def test_altered_or_careless_redactions_are_told(text, code):
    tables = {
        "segments": pd.DataFrame({"segment_id": ["s1"], "quote": [QUOTE]}),
        "redactions": pd.DataFrame(
            {"segment_id": ["s1"], "text_public": [text], "reason": ["amount"],
             "approved_by": ["consensus"]}
        ),
    }  # fmt: skip
    assert code in {problem.code for problem in check_redactions(tables)}


def test_taking_out_is_told_from_rewriting():
    assert only_deletes("Yksi kaksi kolme.", "Yksi [...] kolme.")
    assert only_deletes("Yksi kaksi kolme.", "[...] kolme.")
    assert not only_deletes("Yksi kaksi kolme.", "Yksi kaksi kolme.")
    assert not only_deletes("Yksi kaksi kolme.", "Kolme [...] yksi.")

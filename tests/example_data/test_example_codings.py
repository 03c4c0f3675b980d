from __future__ import annotations

from collections import Counter

import pytest


@pytest.fixture(scope="module")
def segments(table):
    return {row["segment_id"]: row for row in table("coding/segments")}


@pytest.fixture(scope="module")
def texts(data, table):
    return {
        row["document_id"]: (data / row["text_file"]).read_text(encoding="utf-8")
        for row in table("reports/documents")
    }


def test_every_quote_stands_word_for_word_at_its_place(segments, texts):
    for row in segments.values():
        text = texts[row["document_id"]]
        start, end = int(row["start"]), int(row["end"])
        assert text[start:end] == row["quote"]
        assert text[max(0, start - 32) : start] == row["prefix"]
        assert text[end : end + 32] == row["suffix"]


def test_a_segment_stands_under_the_heading_it_names(segments, texts):
    for row in segments.values():
        before = texts[row["document_id"]][: int(row["start"])]
        headings = [block for block in before.split("\n\n") if block[:1].isdigit()]
        assert headings[-1].split("\n")[0] == row["section"]


def test_pages_are_within_the_document(segments, table):
    pages = {row["document_id"]: row["pages"] for row in table("reports/documents")}
    for row in segments.values():
        last = pages[row["document_id"]]
        assert 1 <= int(row["page"]) <= int(last) if last else row["page"] == ""


def test_codings_are_of_the_one_version_and_of_one_making(segments, table):
    assert {row["codebook_version"] for row in table("coding/readings")} == {"1.0"}
    assert {row["codebook_version"] for row in table("coding/codes")} == {"1.0"}
    assert {row["retired"] for row in table("coding/codes")} == {""}
    origins = {
        (row["origin_tool"], row["origin_guid"], row["offset_convention"])
        for row in segments.values()
    }
    assert origins == {("evaltools.example", "", "code points")}
    assert {(r["certainty"], r["consensus_of"]) for r in table("coding/codings")} == {("", "")}


def test_every_segment_is_used(segments, table):
    used = {row["segment_id"] for row in table("coding/codings")}
    for row in table("coding/relations"):
        used |= {row["from_segment_id"], row["to_segment_id"]}
    for row in table("coding/goals"):
        used |= {row["segment_id"], row["result_segment_id"]}
    used |= {row["segment_id"] for row in table("coding/saving_claims")}
    assert set(segments) == used - {""}


def test_every_codable_code_is_in_the_codings(table):
    codable = {row["code_id"] for row in table("coding/codes") if row["codable"] == "true"}
    assert {row["code_id"] for row in table("coding/codings")} == codable
    assert len(codable) == 47


def test_no_text_of_the_codebook_is_missing(table):
    for row in table("coding/codes"):
        for language in ("fi", "sv", "en"):
            assert row[f"label_{language}"]
            assert row[f"definition_{language}"]
            told = row[f"include_{language}"], row[f"exclude_{language}"]
            assert row["codable"] == "false" or all(told)


def test_definitions_are_written_in_each_language(table):
    definitions = [
        [row[f"definition_{language}"] for language in ("fi", "sv", "en")]
        for row in table("coding/codes")
    ]
    assert all(len(set(texts)) == 3 for texts in definitions)
    for texts in zip(*definitions, strict=True):
        assert len(set(texts)) == len(definitions)


def test_three_coders_and_a_consensus_with_the_gaps_that_are_declared(table):
    readings = table("coding/readings")
    per_document = Counter(r["document_id"] for r in readings if r["coder_id"] != "consensus")
    assert Counter(per_document.values()) == {3: 65, 2: 7}
    assert sum(row["complete"] == "false" for row in readings) == 1
    assert sum(row["coder_id"] == "consensus" for row in readings) == 72


def test_nobody_codes_what_he_has_not_read(table, segments, texts):
    complete = {
        (r["document_id"], r["coder_id"]): r["complete"] == "true" for r in table("coding/readings")
    }
    for row in table("coding/codings"):
        segment = segments[row["segment_id"]]
        if not complete[segment["document_id"], row["coder_id"]]:
            assert int(segment["end"]) < 0.6 * len(texts[segment["document_id"]])


def alpha(pairs: list[list[bool]]) -> float:
    """Krippendorff's alpha of yes and no, of units with two or more values."""
    counts = {(a, b): 0.0 for a in (True, False) for b in (True, False)}
    for values in pairs:
        for i, a in enumerate(values):
            for j, b in enumerate(values):
                if i != j:
                    counts[a, b] += 1 / (len(values) - 1)
    yes, no = counts[True, True] + counts[True, False], counts[False, False] + counts[False, True]
    expected = 2 * yes * no / (yes + no - 1)
    return 1 - (counts[True, False] + counts[False, True]) / expected


def test_coders_agree_as_coders_do(table, segments):
    affirmed = {
        (segments[r["segment_id"]]["document_id"], r["coder_id"], r["code_id"])
        for r in table("coding/codings")
        if r["polarity"] != "deny"
    }
    read: dict[str, list[str]] = {}
    for row in table("coding/readings"):
        if row["coder_id"] != "consensus" and row["complete"] == "true":
            read.setdefault(row["document_id"], []).append(row["coder_id"])
    alphas = []
    for code in {row["code_id"] for row in table("coding/codings")}:
        units = [
            [(document, coder, code) in affirmed for coder in coders]
            for document, coders in read.items()
        ]
        alphas.append(alpha(units))
    inside = sum(0.6 <= value <= 0.88 for value in alphas) / len(alphas)
    assert inside > 0.75
    assert max(alphas) < 1
    assert 0.65 < sum(alphas) / len(alphas) < 0.85


def test_one_coder_is_more_generous(table):
    given = Counter(row["coder_id"] for row in table("coding/codings"))
    assert given["coder-3"] > 1.03 * max(given["coder-1"], given["coder-2"])


def test_reports_also_deny(table):
    found = Counter((r["code_id"].split(".")[0], r["polarity"]) for r in table("coding/codings"))
    assert found["challenge", "deny"] > 30
    assert found["result", "mixed"] > 30


def test_answers_lead_from_responses_to_challenges(table, segments):
    kinds: dict[tuple[str, str], set[str]] = {}
    for row in table("coding/codings"):
        key = (row["segment_id"], row["coder_id"])
        kinds.setdefault(key, set()).add(row["code_id"].split(".")[0])
    found = Counter(row["kind"] for row in table("coding/relations"))
    assert set(found) == {"answers", "leads_to", "rival", "counter"}
    for row in table("coding/relations"):
        ends = [segments[row["from_segment_id"]], segments[row["to_segment_id"]]]
        assert ends[0]["document_id"] == ends[1]["document_id"]
        if row["kind"] == "answers":
            assert "response" in kinds[row["from_segment_id"], row["coder_id"]]
            assert "challenge" in kinds[row["to_segment_id"], row["coder_id"]]


def test_not_every_challenge_is_answered(table):
    challenges = {
        r["segment_id"]
        for r in table("coding/codings")
        if r["code_id"].startswith("challenge.") and r["coder_id"] == "consensus"
    }
    answered = {
        r["to_segment_id"]
        for r in table("coding/relations")
        if r["kind"] == "answers" and r["coder_id"] == "consensus"
    }
    assert 0.2 < len(answered & challenges) / len(challenges) < 0.9


def test_goals_are_two_to_five_and_seldom_measured(table):
    goals = table("coding/goals")
    assert set(Counter(row["document_id"] for row in goals).values()) <= {2, 3, 4, 5}
    achieved = [row for row in goals if row["attainment"] == "achieved"]
    measured = [row for row in achieved if row["measured_by"] == "measured"]
    assert 0 < len(measured) < len(achieved) / 3
    for row in goals:
        assert (row["attainment"] == "not_reported") == (row["measured_by"] == "none")
        assert (row["attainment"] == "not_reported") == (not row["result_segment_id"])
    assert sum(row["has_baseline"] == "false" for row in goals) > len(goals) / 2


def test_goals_and_their_codings_agree(table):
    coded = {
        (r["segment_id"], r["code_id"])
        for r in table("coding/codings")
        if r["coder_id"] == "consensus"
    }
    for row in table("coding/goals"):
        assert (row["segment_id"], row["code_id"]) in coded
        if row["result_segment_id"]:
            result = row["code_id"].replace("goal.", "result.")
            assert (row["result_segment_id"], result) in coded


def test_rooting_is_told_of_what_was_achieved(table):
    reached = {
        row["goal_id"]
        for row in table("coding/goals")
        if row["attainment"] in ("achieved", "partly")
    }
    assert {row["goal_id"] for row in table("coding/rooting")} == reached


def test_a_third_claims_a_saving_and_few_claims_are_complete(table):
    claims = table("coding/saving_claims")
    assert 0.2 < len(claims) / 72 < 0.5
    complete = [
        row
        for row in claims
        if row["amount_eur"] and row["has_baseline"] == row["has_method"] == "true"
    ]
    assert len(complete) < len(claims) / 3
    assert all(bool(row["amount_eur"]) == bool(row["period"]) for row in claims)


def test_ratings_are_within_their_scale_and_some_are_missing(table):
    items = {row["item_id"] for row in table("coding/rating_items")}
    values = table("coding/ratings")
    assert {row["item_id"] for row in values} == items
    assert all(1 <= int(row["value"]) <= 5 for row in values)
    assert 0.8 * 72 * len(items) < len(values) < 72 * len(items)

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from datetime import date

import pytest

from tools.example_data.phrases import load


@pytest.fixture(scope="module")
def documents(table):
    return table("reports/documents")


@pytest.fixture(scope="module")
def texts(data, documents):
    return {
        row["document_id"]: (data / row["text_file"]).read_bytes().decode("utf-8")
        for row in documents
    }


def test_52_reports_of_2019_and_20_of_2020_came_in_time(documents, table):
    calls = {row["project_id"]: row["call_id"] for row in table("register/projects")}
    found = Counter((row["wave"], calls[row["project_id"]][:4]) for row in documents)
    assert found == {("2022", "2019"): 52, ("2023", "2020"): 20}
    for row in documents:
        assert date.fromisoformat(row["received"]) <= date(int(row["wave"]), 4, 30)


def test_no_real_project_has_a_report(documents, table):
    public = {r["project_id"] for r in table("register/projects") if r["origin"] == "public"}
    assert not public & {row["project_id"] for row in documents}


def test_reports_come_after_their_project_has_ended(documents, table):
    ended = {row["project_id"]: row["ended"] for row in table("register/projects")}
    assert all(row["received"] > ended[row["project_id"]] for row in documents)


def test_a_sixth_of_the_reports_is_in_swedish(documents):
    assert Counter(row["language"] for row in documents) == {"fi": 60, "sv": 12}


def test_texts_are_what_their_hashes_say_and_nothing_else_lies_there(documents, data):
    for row in documents:
        content = (data / row["text_file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["text_sha256"]
    there = {f"reports/text/{file.name}" for file in (data / "reports" / "text").iterdir()}
    assert there == {row["text_file"] for row in documents}


def test_texts_are_normalised(texts):
    for text in texts.values():
        assert text == unicodedata.normalize("NFC", text)
        assert "\r" not in text
        assert text.endswith("\n")
        assert not re.search(r"[{}\[\]|]|  |None|\bnan\b", text)


def test_texts_are_as_long_as_final_reports(texts):
    assert all(600 <= len(text.split()) <= 1500 for text in texts.values())


def test_sentences_of_a_text_begin_with_a_capital(texts):
    for text in texts.values():
        for paragraph in text.strip().split("\n\n"):
            for sentence in re.split(r"(?<=\D[.!?]) ", paragraph):
                assert sentence[0].isupper() or sentence[0].isdigit(), sentence


def test_texts_differ(texts):
    for text in texts.values():
        others = [other for other in texts.values() if other is not text]
        own = set(text.split("\n\n"))
        shared = max(len(own & set(other.split("\n\n"))) for other in others)
        assert shared < len(own) / 2


def test_every_template_can_be_filled_and_most_are_used(texts):
    together = "\n".join(texts.values())
    for language in ("fi", "sv"):
        for file in ("goals", "challenges", "rest"):
            for template in _sentences(load(f"{file}_{language}.yml")):
                assert template.endswith(".")
    assert "Henkilöstön vaihtuvuutta ei" in together


def _sentences(node):
    if isinstance(node, str):
        yield node
    else:
        for child in node.values() if isinstance(node, dict) else node:
            yield from _sentences(child)


def test_swedish_has_every_part_that_finnish_has():
    def shape(node):
        if isinstance(node, dict):
            return {key: shape(value) for key, value in node.items()}
        return isinstance(node, list) and bool(node)

    for file in ("goals", "challenges", "rest", "frame"):
        assert shape(load(f"{file}_fi.yml")) == shape(load(f"{file}_sv.yml"))


def test_no_person_and_no_address_is_named(texts):
    for text in texts.values():
        assert "@" not in text
        assert "http" not in text
        # Two capitalised words in a row would be a name of a person.
        assert not re.search(r"\b[A-ZÅÄÖ][a-zåäö]+ [A-ZÅÄÖ][a-zåäö]+", text)


def test_pattern_of_real_names_knows_their_inflections(real_names):
    for name in ("Turussa", "Lahden", "Tampereella", "Porin", "Vasas", "Kemissä", "Akaassa"):
        assert real_names.search(f"Hanke alkoi {name}.")
    assert not real_names.search("Hankkeen tavoitteet ja Esimerkkikunta 001")


def test_no_real_municipality_is_named_in_anything_made(texts, table, real_names):
    for text in texts.values():
        assert not real_names.search(text), real_names.search(text)
    for row in table("register/projects"):
        if row["origin"] == "example":
            assert not real_names.search(f"{row['title_fi']} {row['title_sv']}")
    for row in table("register/organisations"):
        if row["origin"] == "example":
            assert not real_names.search(f"{row['name_fi']} {row['name_sv']}")

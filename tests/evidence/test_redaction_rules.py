"""Approved passages say what the passage says: checked with the data, by file, row and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "data" / "datapackage.json"
PLACE = "data/coding/redactions.csv, row 2, column text_public: "


def told(package: Any, text: str, reason: str, segment: str = "S1") -> list[str]:
    row = f"segment_id,text_public,reason,approved_by\n{segment},{text},{reason},C\n"
    (package.folder / "coding" / "redactions.csv").write_text(row, encoding="utf-8")
    path = package.folder / "datapackage.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    own = {each["name"]: each for each in json.loads(EXAMPLE.read_text("utf-8"))["resources"]}
    if "redactions" not in {each["name"] for each in described["resources"]}:
        described["resources"].append(own["redactions"])
        path.write_text(json.dumps(described), encoding="utf-8")
    return [each for each in package.problems() if "redactions.csv" in each]


@pytest.mark.parametrize(
    ("text", "reason", "what"),
    [
        ("Henkilöstön [...]", "identifying", ""),
        ("Henkilöstön runsaus", "identifying", "is not the passage"),
        ("Henkilöstön [...] romahti", "person", "is not the passage"),
        ("Väki vaihtui: henkilöstön vaihtuvuus oli tuttua.", "paraphrase", ""),
        ("Hanke onnistui loistavasti.", "paraphrase", "has hardly a word of its passage"),
        ("Henkilöstöstä vaihtui 40 prosenttia.", "paraphrase", 'has "40"'),
    ],
)
def test_words_that_the_passage_has_not_are_told(
    package: Any, text: str, reason: str, what: str
) -> None:
    found = told(package, text, reason)
    assert len(found) == bool(what)
    assert all(each.startswith(PLACE) and what in each for each in found)
    assert all("[disclosure.redaction]" in each for each in found)


def test_a_paraphrase_is_printed_only_as_one() -> None:
    from evaltools.disclosure.quotes import Redaction, public_quote

    other = Redaction("s1", "Rahaa säästyi.", "paraphrase", "C")
    assert public_quote("Säästöä kertyi.", "paraphrase", other) == "Rahaa säästyi."
    for policy in ("redacted", "verbatim"):
        assert public_quote("Säästöä kertyi.", policy, other) is None

from __future__ import annotations

import csv
import hashlib

import pytest

from evaltools.lint.prose_references import is_verbatim

TEXT = "Alku. Aikataulu venyi puoli vuotta, koska 3 kilpailutusta epäonnistui. Loppu."
QUOTE = "Aikataulu venyi puoli vuotta, koska 3 kilpailutusta epäonnistui."


@pytest.fixture
def quoting(check, tmp_path):
    """Lint a text of a study that has one segment, s1."""
    start = TEXT.index(QUOTE)
    data = tmp_path / "data"
    tables = {
        "coding/segments.csv": [
            ("segment_id", "document_id", "start", "end", "quote"),
            ("s1", "d1", start, start + len(QUOTE), QUOTE),
        ],
        "coding/redactions.csv": [
            ("segment_id", "text_public", "reason", "approved_by"),
            ("s1", "Aikataulu venyi [...] vuotta.", "amount", "x"),
        ],
        "reports/documents.csv": [
            ("document_id", "text_file", "text_sha256"),
            ("d1", "reports/text/d1.txt", hashlib.sha256(TEXT.encode()).hexdigest()),
        ],
    }
    for name, rows in tables.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        with (data / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    (data / "reports/text").mkdir()
    (data / "reports/text/d1.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "evaluation.yml").write_text("data: data\n", encoding="utf-8")

    def run(text, language="fi"):
        return [problem for problem in check(text, language) if problem.code == "E05"]

    return run


def span(words, name="s1"):
    return f'[{words}]{{.quote segment="{name}"}}'


RIGHT = [
    span(QUOTE),
    f"”{span(QUOTE)}”",
    span(f"”{QUOTE}”"),
    f"> {span(QUOTE)}",
    span("Aikataulu venyi […] koska 3 kilpailutusta epäonnistui."),
    span("Aikataulu venyi [...] epäonnistui."),
    span("Aikataulu **venyi** puoli\nvuotta"),
    span("Aikataulu venyi [...] vuotta."),
    "Käsite ”tiedolla johtaminen” on lyhyt.",
    "Kirjoitus ”Kuntien digitalisaatio ei etene näin kannustamalla” [@kuntaliitto2019blogi].",
    "> Kuntien digitalisaatio ei etene kannustamalla [@kuntaliitto2019blogi].",
]
WRONG = [
    span("Aikataulu venyi vuoden, koska 3 kilpailutusta epäonnistui."),
    span("epäonnistui. […] Aikataulu venyi"),
    span("Aikataulu venyi puoli vuotta, […] Loppu."),
    span("[…]"),
    span(QUOTE, "s2"),
    f"[{QUOTE}]{{.quote}}",
    span("Aikataulu venyi {{< var a.b >}} vuotta"),
    "Raportti sanoo: ”aikataulu venyi puoli vuotta, koska kilpailutus epäonnistui”.",
    "> Aikataulu venyi puoli vuotta.",
    "He kertovat: „aikataulu venyi meillä hieman liikaa”.",
    "Ne sanovat »aikataulu venyi meillä hieman liikaa».",
]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("text", RIGHT)
def test_quotation_that_is_in_its_segment_passes(quoting, text, language):
    assert quoting(f"Sanat.\n\n{text}\n", language) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("text", WRONG)
def test_quotation_that_is_not_is_reported(quoting, text, language):
    found = quoting(f"Sanat.\n\n{text}\n", language)
    assert len(found) == 1
    assert found[0].where.startswith(f"reports/{language}/report.qmd:3:")


def test_digits_and_words_of_a_quotation_are_not_the_reports_own(quoting, check):
    assert check(span(QUOTE)) == []
    assert {p.code for p in check(QUOTE)} == {"E13"}


def test_text_that_changed_since_it_was_read_vouches_for_nothing(quoting, tmp_path):
    file = tmp_path / "data/reports/text/d1.txt"
    file.write_text(TEXT.replace("Loppu", "loppu"), encoding="utf-8")
    assert "hash differs" in quoting(span(QUOTE))[0].what
    file.unlink()
    assert "not there" in quoting(span(QUOTE))[0].what


def test_segment_whose_offsets_drifted_is_reported(quoting, tmp_path):
    path = tmp_path / "data/coding/segments.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("d1,6,", "d1,7,"), encoding="utf-8")
    assert "something else" in quoting(span(QUOTE))[0].what


def test_paths_out_of_the_study_are_not_followed(quoting, tmp_path):
    path = tmp_path / "data/reports/documents.csv"
    for name in ("../../secret.txt", "/etc/hostname"):
        table = path.read_text(encoding="utf-8").replace("reports/text/d1.txt", name)
        path.write_text(table, encoding="utf-8")
        assert "not there" in quoting(span(QUOTE))[0].what
    for declared in ("data: ..", "data: /etc", "data: [", "data: ../data"):
        (tmp_path / "evaluation.yml").write_text(declared, encoding="utf-8")
        assert any("no data folder" in problem.what for problem in quoting(span(QUOTE)))


def test_missing_table_is_told_once(quoting, tmp_path):
    (tmp_path / "data/coding/segments.csv").unlink()
    found = quoting(f"{span(QUOTE)} {span(QUOTE)}")
    assert [p.where for p in found].count("data/coding/segments.csv") == 1


def test_composed_and_decomposed_letters_are_the_same_words():
    assert is_verbatim("epa\u0308onnistui", "se epäonnistui")
    assert not is_verbatim("", "se epäonnistui")
    assert not is_verbatim("EPÄONNISTUI", "se epäonnistui")

"""What declarations say is signed declaration by declaration, and held to the lint."""

from __future__ import annotations

import csv
import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaltools.lint.declarations import declared_texts
from evaltools.lint.run import lint
from evaltools.lint.signatures import marked_sentences, sign_sentences, unsigned_sentences
from evaltools.lint.source import LANGUAGES, Language

ROOT = Path(__file__).parents[2]
DAY = datetime.date(2026, 11, 30)
FILES = ("evaluation.yml", "data/coding/codes.csv", "data/coding/rating_items.csv")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The declarations of the first study, to be changed."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    ignored = shutil.ignore_patterns("_build", "*.qmd")
    shutil.copytree(ROOT / "reports", tmp_path / "reports", ignore=ignored)
    return tmp_path


def entries(root: Path, language: Language = "fi") -> dict[str, str]:
    found = declared_texts(root, language)
    assert len({each.name for each in found}) == len(found)
    return {each.name: each.content for each in found}


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name, content in after.items() if before.get(name) != content]


ATTACKS = [
    ("reports/findings.yml", "Koronapandemia, josta kertoo", "Koronapandemia tuhosi tulokset:",
     "reports/findings.yml: findings.pandemic-among-five-commonest, fi"),
    ("reports/findings.yml", "Jokaisesta haasteesta", "Surkeudesta",
     "reports/findings.yml: findings.silence-is-commoner-than-denial, fi"),
    ("reports/conclusions.yml", "toteutui osittain", "toteutui erinomaisesti",
     "reports/conclusions.yml: scale.partly_met, fi"),
    ("reports/conclusions.yml", "\nrecommendations:\n", "\nrecommendations:\n  close-it:\n"
     "    text: {fi: Lakkauttakaa kannustin., sv: Avskaffa., en: Abolish.}\n",
     "reports/conclusions.yml: recommendations.close-it, fi"),
    ("reports/logic.yml", "Kustannukset pienenevät", "Kustannukset puolittuvat",
     "reports/logic.yml: elements.savings, fi"),
    ("reports/forms.yml", "tiedonkeruun kehittämistä", "onnistunutta ja kiitettyä tiedonkeruuta",
     "reports/forms.yml: goal.data_collection, fi"),
    ("reports/words.yml", 'fi: "Valtiovarainministeriön tiedotteen', 'fi: "Täysi pettymys: valtio',
     "reports/words.yml: findings.release, fi"),
    ("evaluation.yml", "väliraportti", "kannustimen epäonnistumisesta",
     "evaluation.yml: subtitle, fi"),
    ("evaluation.yml", "Mitä muutoksia tavoiteltiin", "Miksi kannustin epäonnistui",
     "evaluation.yml: questions.1, fi"),
    ("evaluation.yml", "authors: [{name: evaltools", "authors: [{name: Kannustin tuhlasi rahaa",
     "evaluation.yml: publication.authors"),
    ("reports/references.bib", "on edistänyt kuntien digitalisaatiota", "on pettymys",
     "reports/references.bib: vm2022"),
    ("reports/_quarto.yml", "  html:\n", "  html:\n    include-before-body: {text: Pettymys}\n",
     "reports/_quarto.yml"),
    ("data/coding/codes.csv", "Kokoaa tietoa koskevat tavoitteet.", "Kokoaa turhat tavoitteet.",
     "data/coding/codes.csv: goal.data, fi"),
    ("data/coding/rating_items.csv", "Kustannusvaikuttavuus parani", "Raha meni hukkaan",
     "data/coding/rating_items.csv: cost_effectiveness, fi"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "name"), ATTACKS)
def test_changed_words_are_another_declaration(
    example: Path, file: str, old: str, new: str, name: str
) -> None:
    before = {language: entries(example, language) for language in LANGUAGES}
    text = (example / file).read_text(encoding="utf-8")
    assert old in text
    (example / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert changed(before["fi"], entries(example)) == [name]
    elsewhere = changed(before["en"], entries(example, "en"))
    assert elsewhere == (
        [name[:-2] + "en"] if "close-it" in name else [name] * (", fi" not in name)
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("reports/findings.yml", "among_top: {keys: [challenge.pandemic.share]",
         "among_top: {keys: [challenge.staff.share]", "findings.pandemic-among-five-commonest"),
        ("reports/conclusions.yml",
         "level: not_shown\n      when: {judged: {finding: savings-claimed",
         "level: met\n      when: {judged: {finding: savings-claimed", "answers.1.4"),
        ("reports/logic.yml", "[holds], contradicts: [none]", "[all], contradicts: [none]",
         "links.6"),
    ],
)  # fmt: skip
def test_what_words_are_said_on_is_looked_at_with_them(
    example: Path, file: str, old: str, new: str, name: str
) -> None:
    before = entries(example)
    text = (example / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (example / file).write_text(text.replace(old, new), encoding="utf-8")
    assert [each.removesuffix(", fi") for each in changed(before, entries(example))] == [
        f"{file}: {name}"
    ]


def words_of(content: Any, language: str, inside: bool = False) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from words_of(value, language, key == language if key in LANGUAGES else inside)
    elif isinstance(content, list):
        for value in content:
            yield from words_of(value, language, inside)
    elif inside:
        yield str(content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_the_first_study_declares_in_a_language_is_there(language: Language) -> None:
    told = "\n".join(entries(ROOT, language).values())
    count = 0
    for path in (ROOT / "evaluation.yml", *sorted((ROOT / "reports").glob("*.yml"))):
        if path.name not in ("signatures.yml", "waivers.yml"):
            for words in words_of(yaml.safe_load(path.read_text(encoding="utf-8")), language):
                assert words in told
                count += 1
    for name in FILES[1:]:
        with (ROOT / name).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                assert row[f"label_{language}"] in told
                count += 1
    assert count > 600


FINDINGS = """findings:
  one:
    text: {fi: Henkilöstöstä kerrotaan.}
    sentences:
      holds: {fi: "HOLDS"}
      does_not_hold: {fi: "Näin ei ole."}
    asserted: ASSERTED
    counter_evidence: [{code: challenge.staff}]
    contribution:
      mechanism: {fi: Avustus riitti.}
      rivals: [{text: {fi: RIVAL}, premises: []}]
      verdict: plausible
"""
CODES = (
    "code_id,kind,label_fi\nchallenge.staff,challenge,henkilöstön niukkuus\n"
    "challenge.schedule,challenge,aikataulu\n"
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "codes.csv").write_text(CODES, encoding="utf-8")
    (tmp_path / "reports" / "fi").mkdir(parents=True)
    write(tmp_path, "Näin on.")
    prose = "# Tulokset {#sec-results}\n\n{{< var finding.one >}}\n"
    (tmp_path / "reports" / "fi" / "report.qmd").write_text(prose, encoding="utf-8")
    return tmp_path


def write(root: Path, holds: str, rival: str = "Oma raha riitti.", asserted: str = "true") -> None:
    text = FINDINGS.replace("HOLDS", holds).replace("RIVAL", rival).replace("ASSERTED", asserted)
    (root / "reports" / "findings.yml").write_text(text, encoding="utf-8")


def told(root: Path) -> list[tuple[str, str]]:
    return [(each.where, each.code) for each in lint(root, ["fi"])]


@pytest.mark.parametrize(
    ("holds", "marked", "code"),
    [
        ("Henkilöstön niukkuudesta kertoo {challenge.schedule.fraction}.", "{", "E18"),
        ("Aikataulu venyi. Henkilöstöstä kertoo {challenge.schedule.x:words}.", "{", "E18"),
        ("Aikataulusta kertoo {challenge.schedule.x:words|raportti|raporttia}.", "", ""),
        ("Henkilöstöstä kertoo 37 raporttia.", "37", "E13"),
        ("Henkilöstöstä kertoo {challenge.staff.x?9 raporttia|monta}.", "{", "E13"),
        ("Henkilöstöstä kertoo kolme raporttia.", "kolme", "E14"),
        ("Siitä {challenge.staff.x?kertoo yksi raportti|kertovat kaikki} henkilöstössä.", "", ""),
        ("Siitä {challenge.staff.x?kertoo joku|kertoo kolme raporttia}.", "{", "E14"),
        ("Puolet hankkeista kertoo henkilöstöstä.", "", ""),  # its condition decides
    ],
)
def test_sentences_of_findings_are_held_to_what_prose_is(
    study: Path, holds: str, marked: str, code: str
) -> None:
    write(study, holds)
    column = FINDINGS.splitlines()[4].index("HOLDS") + 1 + holds.index(marked)
    assert told(study) == ([(f"reports/findings.yml:5:{column}", code)] if code else [])


def test_rival_explanations_have_no_numbers_of_their_own(study: Path) -> None:
    write(study, "Näin on.", rival="Oma raha kattoi 99 prosenttia.")
    assert told(study) == [("reports/findings.yml:11:44", "E13")]


def test_statements_of_others_keep_their_numbers(study: Path) -> None:
    write(study, "Hankkeita oli 122.", asserted="false")
    assert told(study) == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "reports/conclusions.yml",
            "recommendations:\n  a: {text: {fi: Lopettakaa 9 hanketta.}}\n",
        ),
        ("reports/logic.yml", "elements:\n  a: {text: {fi: Kustannukset laskivat 50 %.}}\n"),
        ("evaluation.yml", "questions:\n- {id: a, text: {fi: Miksi 37 epäonnistui?}}\n"),
    ],
)
def test_numbers_in_other_declarations_are_refused(study: Path, file: str, text: str) -> None:
    (study / file).write_text(text, encoding="utf-8")
    line, column = text.count("\n"), next(i for i, c in enumerate(text) if c.isdigit())
    column -= text.rindex("\n", 0, column)
    assert told(study) == [(f"{file}:{line}:{column}", "E13")]


def test_a_waiver_lets_a_number_of_a_declaration_stand(study: Path) -> None:
    write(study, "Henkilöstöstä kertoo 37 raporttia.")
    waiver = {"code": "E13", "file": "reports/findings.yml", "text": "kertoo 37 raporttia",
              "reason": "A name.", "by": "A", "on": "2026-11-30"}  # fmt: skip
    path = study / "reports" / "waivers.yml"
    path.write_text(yaml.safe_dump({"waivers": [waiver]}, allow_unicode=True), encoding="utf-8")
    assert told(study) == []


def test_a_waived_sentence_is_signed_like_any_other(study: Path) -> None:
    report = study / "reports" / "fi" / "report.qmd"
    report.write_text(report.read_text("utf-8") + "\nKannustin tuhlasi rahaa.\n", "utf-8")
    waiver = {"code": "E17", "file": "reports/fi/report.qmd", "text": "Kannustin tuhlasi rahaa.",
              "reason": "The author knows it.", "by": "x", "on": "2026-11-30"}  # fmt: skip
    path = study / "reports" / "waivers.yml"
    path.write_text(yaml.safe_dump({"waivers": [waiver]}, allow_unicode=True), encoding="utf-8")
    assert told(study) == []
    waived = [each for each in marked_sentences(study, "fi")[0] if each.mark == "waived"]
    assert [(each.where, each.text) for each in waived] == [
        ("reports/fi/report.qmd:5:1", "Kannustin tuhlasi rahaa.")
    ]
    assert "reports/fi/report.qmd:5:1" in [each.where for each in unsigned_sentences(study, "fi")]
    sign_sentences(study, ["fi"], "A. Evaluator", DAY)
    assert unsigned_sentences(study, "fi") == []


def test_signed_declarations_need_a_new_look_when_they_change(study: Path) -> None:
    signed, _ = sign_sentences(study, ["fi"], "A. Evaluator", DAY)
    assert ("declaration", "reports/findings.yml: findings.one, fi") in [
        (each.mark, each.text) for each in signed
    ]
    write(study, "Hanke epäonnistui.")
    (problem,) = unsigned_sentences(study, "fi")
    assert problem.where == "reports/findings.yml:3"
    assert sign_sentences(study, ["fi"], "B. Evaluator", DAY)[1] == 1
    assert unsigned_sentences(study, "fi") == []


def test_what_was_built_and_links_are_no_declarations(study: Path) -> None:
    before = entries(study)
    (study / "reports" / "_build").mkdir()
    (study / "reports" / "_build" / "words.txt").write_text("x", encoding="utf-8")
    (study / "reports" / "link.png").symlink_to("/etc/hostname")
    (study / "reports" / "sv").mkdir()
    (study / "reports" / "sv" / "kuva.png").write_bytes(b"x")
    assert entries(study) == before
    (study / "reports" / "fi" / "kuva.png").write_bytes(b"x")
    assert changed(before, entries(study)) == ["reports/fi/kuva.png"]
